//! The hashes that make history tamper-evident. Pure functions; their bytes are frozen by a test.
//!
//! Lives here: what is hashed, in which order. May not live here: reading or writing rows.

use crate::entity::{ContributionRow, JournalRow};
use sha2::{Digest, Sha256};

const GENESIS: &[u8] = b"draaiboek journal genesis 1\0";
const JOURNAL: &[u8] = b"draaiboek journal row 2\0";

/// SHA-256 of plain content (a snapshot, a definition, an artifact).
#[must_use]
pub fn content_hash(content: &str) -> Vec<u8> {
    Sha256::digest(content.as_bytes()).to_vec()
}

/// The `prev_hash` of the first journal row of an instance: ties the chain to the instance's public id.
#[must_use]
pub fn genesis_hash(instance_id: &str) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(GENESIS);
    hasher.update(instance_id.as_bytes());
    hasher.finalize().to_vec()
}

/// The hash of one journal row over everything but its numbers in this database (`id`, `prev_id`, `instance_pk`) and
/// `hash` itself, so that an instance moved to another database keeps its chain.
#[must_use]
pub fn journal_hash(row: &JournalRow) -> Vec<u8> {
    let mut fields = Fields(Sha256::new());
    fields.0.update(JOURNAL);
    fields.number(row.revision);
    fields.number(row.at);
    fields.bytes(row.actor.as_bytes());
    fields.maybe(row.on_behalf.as_ref().map(|text| text.as_bytes()));
    fields.bytes(row.outcome.as_bytes());
    fields.bytes(row.command.as_bytes());
    fields.bytes(&answers_hash(&row.answers));
    fields.bytes(&row.definition_hash);
    fields.maybe(row.calendar_hash.as_deref());
    fields.bytes(row.core_version.as_bytes());
    fields.bytes(&row.snapshot_hash);
    fields.bytes(&row.prev_hash);
    fields.0.finalize().to_vec()
}

/// What stands in the place of answers that were erased; their hash in hexadecimal follows.
const ERASED: &str = "erased:";

/// The answers with nothing left but their hash.
#[must_use]
pub fn erased_answers(answers: &str) -> String {
    let hash = answers_hash(answers);
    hash.iter().fold(ERASED.to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// Whether answers were erased: such a row can be checked, but not run again.
#[must_use]
pub fn answers_are_erased(answers: &str) -> bool {
    answers.starts_with(ERASED)
}

/// SHA-256 of the answers, also after they were erased.
fn answers_hash(answers: &str) -> Vec<u8> {
    let Some(hex) = answers.strip_prefix(ERASED) else { return Sha256::digest(answers.as_bytes()).to_vec() };
    let byte = |at: usize| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..hex.len()).step_by(2).map(|at| byte(at).unwrap_or_default()).collect()
}

/// The hash under which a payload is known to the journal: SHA-256 of the salt, then the payload.
#[must_use]
pub fn payload_hash(salt: &[u8], payload: &str) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(payload.as_bytes());
    hasher.finalize().to_vec()
}

/// Whether a contribution still carries the payload it was handed in with; an erased one always does.
pub(crate) fn payload_is_intact(row: &ContributionRow) -> bool {
    row.payload.as_ref().is_none_or(|payload| payload_hash(&row.salt, payload) == row.payload_hash)
}

/// Feeds fields to a hash so that no two different rows give the same bytes: lengths first, absence marked.
struct Fields(Sha256);

impl Fields {
    fn number(&mut self, value: i64) {
        self.0.update(value.to_be_bytes());
    }

    fn bytes(&mut self, value: &[u8]) {
        self.0.update((value.len() as u64).to_be_bytes());
        self.0.update(value);
    }

    fn maybe(&mut self, value: Option<&[u8]>) {
        self.0.update([u8::from(value.is_some())]);
        if let Some(value) = value {
            self.bytes(value);
        }
    }
}
