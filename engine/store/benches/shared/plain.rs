//! The yardstick of the benches: plain SQLite calls with prepared statements on one thread. Knows only rows.

use draaiboek_store::{InstanceRow, JournalRow};
use rusqlite::{Connection, params};
use std::path::Path;

/// Opens a database with the settings of the store.
pub fn open(path: &Path) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -8192;",
        )
        .unwrap();
    connection
}

/// Writes the next revision of an instance over the one before.
pub fn update(connection: &Connection, row: &InstanceRow) {
    let text = "UPDATE instance SET status = ?, snapshot = ?, snapshot_hash = ?, revision = ?, journal_head = ?, \
                journal_head_hash = ?, updated_at = ? WHERE pk = ? AND revision = ?";
    let changed = connection.prepare_cached(text).unwrap().execute(params![
        row.status,
        row.snapshot,
        row.snapshot_hash,
        row.revision,
        row.journal_head,
        row.journal_head_hash,
        row.updated_at,
        row.pk,
        row.revision - 1
    ]);
    assert_eq!(changed.unwrap(), 1);
}

/// Adds a journal row.
pub fn insert(connection: &Connection, row: &JournalRow) {
    let text = "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
    let inserted = connection.prepare_cached(text).unwrap().execute(params![
        row.id,
        row.prev_id,
        row.instance_pk,
        row.revision,
        row.at,
        row.actor,
        row.on_behalf,
        row.outcome,
        row.command,
        row.answers,
        row.definition_hash,
        row.calendar_hash,
        row.core_version,
        row.snapshot_hash,
        row.prev_hash,
        row.hash
    ]);
    inserted.unwrap();
}
