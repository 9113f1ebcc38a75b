//! What holds for SQLite in the whole process.
//!
//! Lives here: the one setting that no connection can make. May not live here: settings of a file.

use libsqlite3_sys::{SQLITE_CONFIG_MEMSTATUS, sqlite3_config};
use std::sync::Once;

/// SQLite counts the memory of all connections under one lock, for numbers that nobody reads, and readers and the writer
/// wait for each other there. To be called before the first connection: afterwards SQLite refuses, and goes on counting.
/// Source: <https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus>.
pub(super) fn count_no_memory() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[expect(unsafe_code, reason = "SQLite copies the number and keeps nothing of ours")]
        let _ = unsafe { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) };
    });
}
