//! What SQLite does without us: the rows of a database that was just measured, written again as the revisions that follow.

#[path = "plain.rs"]
pub mod plain;

use rusqlite::types::Value;
use rusqlite::{Row, TransactionBehavior, params_from_iter};
use std::path::Path;
use std::time::Instant;

/// Cycles whose rows are written again, at the most.
const CYCLES: usize = 1_000;

/// Rows a second of plain SQLite in groups: each an instance row over the one before, and a journal row, `count` in all.
/// Works on a copy of the database at `path`, which is gone afterwards.
pub fn limit(path: &Path, group: usize, count: usize) -> f64 {
    let copy = path.with_extension("limit");
    plain::open(path).execute("VACUUM INTO ?", [copy.to_str().unwrap()]).unwrap();
    let mut connection = plain::open(&copy);
    let mut cycles = {
        let text = format!(
            "SELECT i.status, i.snapshot, i.snapshot_hash, i.revision, i.journal_head, i.journal_head_hash, i.updated_at, \
             i.pk, j.* FROM instance i JOIN journal j ON j.id = i.journal_head LIMIT {CYCLES}"
        );
        let mut statement = connection.prepare(&text).unwrap();
        let values = |row: &Row<'_>| (0..24).map(|at| row.get::<_, Value>(at)).collect::<Result<Vec<_>, _>>();
        statement.query_map([], values).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    let mut last: i64 = connection.query_row("SELECT max(id) FROM journal", [], |row| row.get(0)).unwrap();
    let turns: Vec<Vec<Value>> = (0..count)
        .map(|turn| {
            let at = turn % cycles.len();
            let row = &mut cycles[at];
            last += 1;
            let Value::Integer(revision) = row[3] else { unreachable!() };
            row[9] = row[4].clone();
            row[8] = Value::Integer(last);
            row[4] = Value::Integer(last);
            row[3] = Value::Integer(revision + 1);
            row[11] = row[3].clone();
            row.clone()
        })
        .collect();
    let start = Instant::now();
    for group in turns.chunks(group) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        for row in group {
            let Value::Integer(revision) = row[3] else { unreachable!() };
            let before = Value::Integer(revision - 1);
            let update = row[..8].iter().chain([&before]);
            let changed = transaction.prepare_cached(plain::UPDATE).unwrap().execute(params_from_iter(update));
            assert_eq!(changed.unwrap(), 1);
            transaction.prepare_cached(plain::INSERT).unwrap().execute(params_from_iter(&row[8..])).unwrap();
        }
        transaction.commit().unwrap();
    }
    let rate = turns.len() as f64 / start.elapsed().as_secs_f64();
    drop(connection);
    for end in ["limit", "limit-wal", "limit-shm"] {
        let _ = std::fs::remove_file(path.with_extension(end));
    }
    rate
}
