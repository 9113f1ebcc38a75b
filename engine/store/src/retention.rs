//! What is kept for a limited time beside the cycles: finding what is due, and taking it away. What people handed in goes
//! by the rules of its workflow, through decisions; this is about what the doors leave behind.
//!
//! Lives here: the terms, one line each, and their SQL. May not live here: when it happens.

use crate::error::StoreError;
use crate::read::Reader;
use crate::store::Store;
use sea_orm::ConnectionTrait as _;
use sha2::{Digest as _, Sha256};

/// A day in microseconds.
const DAY: i64 = 24 * 3600 * 1_000_000;
/// Rows that are taken away in one transaction.
const BATCH: u32 = 500;

/// How long one kind of thing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// Its name.
    pub name: &'static str,
    /// How many days, counted from what `counts` says.
    pub days: i64,
    /// From when the days are counted.
    pub counts: &'static str,
    table: &'static str,
    key: &'static str,
    moment: &'static str,
}

/// All terms.
pub const TERMS: [Term; 7] = [
    term("sessions", 0, "their end", "session", "hash", "expires_at"),
    term("sign-in-links", 1, "their end", "sign_in_link", "hash", "expires_at"),
    term("wrong-tries", 1, "the first", "throttle", "id", "since"),
    term("invitations", 30, "their end", "invitation", "hash", "expires_at"),
    term("command-keys", 90, "the command", "command_key", "key", "created_at"),
    term("drafts", 365, "the last change", "draft", "id", "updated_at"),
    // A school year and three more, as for all that names staff (domain.md 0.3, class P1).
    term("looks", 4 * 365, "the look", "access", "id", "at"),
];

const fn term(
    name: &'static str,
    days: i64,
    counts: &'static str,
    table: &'static str,
    key: &'static str,
    moment: &'static str,
) -> Term {
    Term { name, days, counts, table, key, moment }
}

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many rows.
    pub rows: u64,
    /// SHA-256 over the hashes of their keys, in order: proves later which ones it were, and names none of them.
    pub keys: Vec<u8>,
}

impl Reader {
    /// How many things have been kept longer than their term at a moment, in microseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn overdue(&self, term: &Term, now: i64) -> Result<i64, StoreError> {
        let text = format!("SELECT count(*) FROM {} WHERE {} < ?", term.table, term.moment);
        let row = self.told(self.db.query_one_raw(self.sql(&text, [term.before(now).into()])).await)?;
        Ok(self.told(row.map(|row| row.try_get_by_index(0)).transpose())?.unwrap_or(0))
    }

    /// The keys of some things that are overdue, as bytes, in order.
    async fn overdue_keys(&self, term: &Term, now: i64) -> Result<Vec<Key>, StoreError> {
        let text = format!(
            "SELECT {key} FROM {table} WHERE {moment} < ? ORDER BY {key} LIMIT {BATCH}",
            key = term.key,
            table = term.table,
            moment = term.moment
        );
        let rows = self.told(self.db.query_all_raw(self.sql(&text, [term.before(now).into()])).await)?;
        let read = |row: &sea_orm::QueryResult| match term.key {
            "hash" => row.try_get_by_index(0).map(Key::Bytes),
            _ => row.try_get_by_index(0).map(Key::Text),
        };
        self.told(rows.iter().map(read).collect())
    }
}

/// The key of a row.
enum Key {
    Bytes(Vec<u8>),
    Text(String),
}

impl Key {
    fn digest(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => Sha256::digest(bytes).to_vec(),
            Self::Text(text) => Sha256::digest(text.as_bytes()).to_vec(),
        }
    }

    fn value(self) -> sea_orm::Value {
        match self {
            Self::Bytes(bytes) => bytes.into(),
            Self::Text(text) => text.into(),
        }
    }
}

impl Term {
    /// What is older than this is overdue.
    fn before(&self, now: i64) -> i64 {
        now.saturating_sub(self.days * DAY)
    }
}

impl Store {
    /// Takes away what has been kept longer than its term, in small transactions.
    ///
    /// # Errors
    /// [`StoreError`]; what was taken away before it stays away.
    pub async fn erase_overdue(&self, term: &Term, now: i64) -> Result<Erased, StoreError> {
        let (mut rows, mut all) = (0, Sha256::new());
        loop {
            let keys = self.read().overdue_keys(term, now).await?;
            if keys.is_empty() {
                return Ok(Erased { rows, keys: if rows == 0 { Vec::new() } else { all.finalize().to_vec() } });
            }
            let mut connection = self.connection.lock().await;
            // One that was renewed meanwhile is not overdue any more.
            let text = format!("DELETE FROM {} WHERE {} = ? AND {} < ?", term.table, term.key, term.moment);
            for key in keys {
                rows += 1;
                all.update(key.digest());
                connection.statement(&text, vec![key.value(), term.before(now).into()], None);
            }
            let done = connection.run().await.map_err(|undone| self.undone(undone));
            drop(connection);
            // Pages that were kept show drafts and invitations; whose they were is not looked up.
            self.changes.note_all();
            self.door_changed();
            done?;
        }
    }
}
