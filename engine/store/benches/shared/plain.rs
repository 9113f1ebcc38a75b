//! The yardstick of the benches: plain SQLite calls with prepared statements on one thread. Knows only how.

use rusqlite::Connection;
use std::path::Path;

/// Writes the next revision of an instance over the one before.
pub const UPDATE: &str = "UPDATE instance SET status = ?, snapshot = ?, snapshot_hash = ?, revision = ?, journal_head = ?, \
                          journal_head_hash = ?, updated_at = ? WHERE pk = ? AND revision = ?";
/// Adds a journal row.
pub const INSERT: &str = "INSERT INTO journal VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";

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
