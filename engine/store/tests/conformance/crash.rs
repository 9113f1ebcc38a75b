//! What a broken disk or a sudden end leaves behind.

use crate::file::path;
use crate::support::*;
use draaiboek_store::{CommitError, OpenOptions, Scope, Store, StoreError};
use sea_orm::ConnectionTrait;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

#[tokio::test]
async fn a_full_disk_loses_nothing_and_says_so() {
    let bed = Bed::with(OpenOptions { max_pages: Some(80), ..OpenOptions::default() }).await.unwrap();
    let mut row = bed.instance("i-1").await;
    let error = loop {
        let mut next = row.clone();
        let mut turn = bed.next(&mut next);
        next.set_snapshot("x".repeat(20_000));
        turn.journal.clear();
        next.journal_head = row.journal_head;
        next.journal_head_hash.clone_from(&row.journal_head_hash);
        turn.journal.push(next.append(bed.ids(), entry(&"y".repeat(20_000))));
        turn.instance = Some(draaiboek_store::InstanceWrite::advance(next.clone(), false));
        match one(bed.store.commit(vec![turn]).await) {
            Ok(_) => row = next,
            Err(error) => break error,
        }
    };
    let CommitError::Store(inner) = &error else { panic!("{error:?}") };
    assert!(matches!(**inner, StoreError::Full { .. }), "{inner:?}");
    let text = error.to_string();
    assert!(text.contains("school.db") && text.contains("make room"), "{text}");
    assert_eq!(bed.load("i-1").await, row);
    assert!(bed.store.read().verify_rows(&row).await.unwrap().findings.is_empty());
    assert!(bed.store.integrity_check().await.unwrap().is_empty());

    // With room again, work goes on where it stood.
    let bed = bed.reopen().await;
    one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    assert_eq!(bed.load("i-1").await, row);
}

/// The files as a sudden end leaves them: copied while the store is open, the log not yet folded in.
#[tokio::test]
async fn a_copy_of_the_files_mid_flight_holds_every_answered_turn() {
    let bed = Bed::new().await.unwrap();
    let mut row = bed.instance("i-1").await;
    for _ in 0..30 {
        one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let copy = elsewhere.path().join("school.db");
    for end in ["", "-wal"] {
        let name = |path: &std::path::Path| format!("{}{end}", path.display());
        std::fs::copy(name(&path(&bed)), name(&copy)).unwrap();
    }
    let store = Store::open(copy.to_str().unwrap(), OpenOptions::default()).await.unwrap();
    assert_eq!(store.read().instance(Scope::All, "i-1").await.unwrap(), Some(row.clone()));
    assert_eq!(store.read().verify_rows(&row).await.unwrap().journal_rows, 31);
}

/// A log cut in the middle loses the end of what it held, never the middle, and never opens damaged.
#[tokio::test]
async fn a_truncated_log_gives_an_earlier_whole_state() {
    let bed = Bed::new().await.unwrap();
    let mut row = bed.instance("i-1").await;
    for _ in 0..30 {
        one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    }
    let log = std::fs::read(format!("{}-wal", path(&bed).display())).unwrap();
    for share in [3, 2] {
        let elsewhere = tempfile::tempdir().unwrap();
        let copy = elsewhere.path().join("school.db");
        std::fs::copy(path(&bed), &copy).unwrap();
        std::fs::write(format!("{}-wal", copy.display()), &log[..log.len() - log.len() / share]).unwrap();
        let store = Store::open(copy.to_str().unwrap(), OpenOptions::default()).await.unwrap();
        let Some(found) = store.read().instance(Scope::All, "i-1").await.unwrap() else {
            continue;
        };
        assert!(found.revision < row.revision);
        assert!(store.read().verify_rows(&found).await.unwrap().findings.is_empty());
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_connection_usable() {
    let bed = Bed::new().await.unwrap();
    let mut row = bed.instance("i-1").await;
    for _ in 0..50 {
        let mut next = row.clone();
        let turn = bed.next(&mut next);
        let commit = bed.store.commit(vec![turn]);
        // Zero patience: the commit is dropped at whatever point it has reached.
        let _ = tokio::time::timeout(std::time::Duration::ZERO, commit).await;
        tokio::task::yield_now().await;
    }
    row = bed.load("i-1").await;
    one(bed.store.commit(vec![bed.next(&mut row)]).await).unwrap();
    let stored = bed.load("i-1").await;
    assert!(bed.store.read().verify_rows(&stored).await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn a_damaged_page_is_a_typed_error() {
    let bed = Bed::new().await.unwrap();
    for number in 0..200 {
        bed.instance(&format!("i-{number}")).await;
    }
    let path = path(&bed);
    bed.raw().await.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await.unwrap();
    let _folder = bed.close();
    let mut file = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut content = Vec::new();
    file.read_to_end(&mut content).unwrap();
    file.seek(SeekFrom::Start(8 * 4096)).unwrap();
    file.write_all(&vec![0xff; content.len() - 8 * 4096]).unwrap();
    drop(file);
    let error = match Store::open(path.to_str().unwrap(), OpenOptions::default()).await {
        Err(error) => error,
        Ok(store) => store.read().instance(Scope::All, "i-150").await.unwrap_err(),
    };
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
}
