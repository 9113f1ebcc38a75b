//! What happened in all instances, read from their journals and outboxes: for the story, for notices, for `journal`.

use std::collections::BTreeMap;

use draaiboek_runtime::Engine;
use draaiboek_store::{InstanceFilter, JournalRow, Scope, StoreError};
use draaiboek_workflow::decide::{Actor, Answer, Command, Effect, Happening, Rejection};
use jiff::Timestamp;
use serde::Deserialize;

/// Most instances a play may have.
const MAX_INSTANCES: u64 = 10_000;

/// One decision of one instance, with what it set going.
#[derive(Debug, Clone)]
pub struct Line {
    /// Instance id.
    pub instance: String,
    /// When.
    pub at: Timestamp,
    /// Who asked.
    pub actor: Actor,
    /// What was asked.
    pub command: Command,
    /// What came of it.
    pub outcome: Result<Outcome, Rejection>,
    /// Messages and children it set going.
    pub effects: Vec<Effect>,
}

/// What came of an accepted command.
#[derive(Debug, Clone, Deserialize)]
pub struct Outcome {
    /// What the sender was told.
    pub answer: Answer,
    /// What happened, in order.
    pub trace: Vec<Happening>,
}

#[derive(Debug, Deserialize)]
struct Journaled {
    by: Actor,
    command: Command,
}

/// Everything that happened so far.
#[derive(Debug, Default)]
pub struct Chronicle {
    lines: Vec<Line>,
    seen: BTreeMap<String, i64>,
}

/// Why a journal could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ChronicleError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row that is not what the engine writes.
    #[error("journal of `{instance}`, revision {revision}: {source}")]
    Row {
        /// Instance.
        instance: String,
        /// Revision.
        revision: i64,
        /// What is wrong.
        source: serde_json::Error,
    },
}

impl Chronicle {
    /// Reads what is new in all instances and gives it, in order of time.
    ///
    /// # Errors
    /// [`ChronicleError`].
    pub async fn update(&mut self, engine: &Engine) -> Result<&[Line], ChronicleError> {
        let reader = engine.store().read();
        let mut found: Vec<(i64, Line)> = Vec::new();
        for summary in reader.instances(Scope::All, &InstanceFilter::default(), MAX_INSTANCES).await? {
            let seen = self.seen.get(&summary.id).copied().unwrap_or(0);
            if summary.revision == seen {
                continue;
            }
            let head = reader.instance(Scope::All, &summary.id).await?.and_then(|row| row.journal_head);
            let Some(head) = head else { continue };
            for row in reader.journal_after(head, seen, u32::MAX).await? {
                found.push((row.id, line(engine, &summary.id, &row).await?));
            }
            self.seen.insert(summary.id, summary.revision);
        }
        found.sort_by_key(|(id, line)| (line.at, *id));
        let start = self.lines.len();
        self.lines.extend(found.into_iter().map(|(_, line)| line));
        Ok(self.lines.get(start..).unwrap_or_default())
    }

    /// All lines of an instance, in order.
    pub fn of<'c>(&'c self, instance: &'c str) -> impl Iterator<Item = &'c Line> {
        self.lines.iter().filter(move |line| line.instance == instance)
    }
}

async fn line(engine: &Engine, instance: &str, row: &JournalRow) -> Result<Line, ChronicleError> {
    let wrong = |source| ChronicleError::Row { instance: instance.to_owned(), revision: row.revision, source };
    let journaled: Journaled = serde_json::from_str(&row.command).map_err(wrong)?;
    let outcome = match row.outcome.strip_prefix("rejected ") {
        Some(rejection) => Err(serde_json::from_str(rejection).map_err(wrong)?),
        None => Ok(serde_json::from_str(&row.outcome).map_err(wrong)?),
    };
    let mut effects = Vec::new();
    // Effects bear the instance, the revision and their number as key.
    while outcome.is_ok()
        && let Some(effect) =
            engine.store().read().outbox_by_key(&format!("{instance}:{}:{}", row.revision, effects.len())).await?
    {
        effects.push(serde_json::from_str(&effect.payload).map_err(wrong)?);
    }
    Ok(Line {
        instance: instance.to_owned(),
        at: Timestamp::from_microsecond(row.at).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: journaled.by,
        command: journaled.command,
        outcome,
        effects,
    })
}
