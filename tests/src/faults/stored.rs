//! All of a database that is looked at after a run, read by a reader of the test's own: what stands in the file, whatever
//! the product says of it, and without a thread in between.
//!
//! Lives here: reading. May not live here: what must hold.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;

use super::life::Failure;

/// What is stored.
pub(crate) struct Stored {
    pub(crate) rows: BTreeMap<String, Cycle>,
    /// Accepted commands per cycle, oldest first.
    pub(crate) accepted: BTreeMap<String, Vec<Value>>,
    pub(crate) effects: Vec<Effect>,
    /// First answers by key.
    pub(crate) answers: BTreeMap<String, String>,
}

/// A cycle.
pub(crate) struct Cycle {
    pub(crate) parent_id: Option<String>,
    pub(crate) lifecycle: String,
    pub(crate) revision: i64,
    pub(crate) calendar_hash: Option<Vec<u8>>,
    pub(crate) journal_head_hash: Vec<u8>,
    /// Its snapshot, as it is stored and as it is read.
    pub(crate) text: String,
    pub(crate) snapshot: Value,
}

/// An effect.
pub(crate) struct Effect {
    pub(crate) key: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) payload: String,
    pub(crate) last_error: Option<String>,
}

impl Stored {
    pub(crate) fn read(path: &Path) -> Result<Self, Failure> {
        let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let cycles =
            "SELECT id, parent_id, lifecycle, revision, calendar_hash, journal_head_hash, snapshot FROM instance";
        let commands = "SELECT instance.id, command FROM journal JOIN instance ON instance.pk = journal.instance_pk \
            WHERE outcome NOT LIKE 'rejected %' ORDER BY journal.id";
        let effects = "SELECT key, kind, status, payload, last_error FROM outbox ORDER BY key";
        let mut accepted = BTreeMap::<String, Vec<Value>>::new();
        for (id, command) in all(&file, commands, |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))? {
            let mut journaled: Value = serde_json::from_str(&command)?;
            accepted.entry(id).or_default().push(journaled["command"].take());
        }
        let mut rows = BTreeMap::new();
        for (id, mut cycle) in all(&file, cycles, |row| Ok((row.get(0)?, cycle(row)?)))? {
            cycle.snapshot = serde_json::from_str(&cycle.text)?;
            rows.insert(id, cycle);
        }
        let answers = all(&file, "SELECT key, answer FROM command_key", |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self { rows, accepted, effects: all(&file, effects, effect)?, answers: answers.into_iter().collect() })
    }
}

fn all<T>(file: &Connection, question: &str, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Vec<T>> {
    file.prepare(question)?.query_map([], read)?.collect()
}

fn cycle(row: &Row<'_>) -> rusqlite::Result<Cycle> {
    Ok(Cycle {
        parent_id: row.get(1)?,
        lifecycle: row.get(2)?,
        revision: row.get(3)?,
        calendar_hash: row.get(4)?,
        journal_head_hash: row.get(5)?,
        text: row.get(6)?,
        snapshot: Value::Null,
    })
}

fn effect(row: &Row<'_>) -> rusqlite::Result<Effect> {
    Ok(Effect {
        key: row.get(0)?,
        kind: row.get(1)?,
        status: row.get(2)?,
        payload: row.get(3)?,
        last_error: row.get(4)?,
    })
}
