//! Opening again: what was written is there, and a schema that is not ours is refused in plain words.

use crate::support::*;
use draaiboek_migrations::{OLDEST, OWN};
use draaiboek_store::{OpenOptions, Store, StoreError};

#[tokio::test]
async fn what_was_written_is_there_after_reopening() {
    let Some(bed) = Bed::new().await else { return };
    let row = bed.instance("i-1").await;
    let bed = bed.reopen().await;
    assert_eq!(bed.load("i-1").await, row);
    let next = bed.instance("i-2").await;
    assert!(next.pk > row.pk && next.journal_head > row.journal_head);
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_writers_and_readers() {
    let Some(bed) = Bed::new().await else { return };
    bed.outdated().await;
    let address = bed.address();
    let _folder = bed.close();
    let reading = Store::open_read_only(&address).await.unwrap_err();
    let writing = Store::open(&address, OpenOptions::default()).await.unwrap_err();
    for error in [writing, reading] {
        let StoreError::NewerSchema { found, known, .. } = &error else { panic!("{error:?}") };
        assert_eq!((found.as_str(), Some(known)), ("m0999_far_future", OWN.versions().last()));
        assert!(error.to_string().ends_with("update draaiboek"), "{error}");
    }
}

#[tokio::test]
async fn an_older_schema_is_not_read_but_brought_up_to_date_by_a_writer() {
    let Some(bed) = Bed::new().await else { return };
    let newest = OWN.newest();
    bed.tamper(&format!("DELETE FROM seaql_migrations WHERE version = '{newest}'")).await;
    let error = Store::open_read_only(&bed.address()).await.unwrap_err();
    assert!(matches!(error, StoreError::OlderSchema { .. }), "{error:?}");
}

/// The list of migrations says that all is there, but a table is not.
#[tokio::test]
async fn a_schema_that_lacks_a_table_is_named() {
    use sea_orm::ConnectionTrait as _;
    let Some(home) = Home::made().await else { return };
    let address = home.address();
    raw(&address).await.execute_unprepared("DROP TABLE artifact").await.unwrap();
    let reading = Store::open_read_only(&address).await.unwrap_err();
    let writing = Store::open(&address, OpenOptions::default()).await.unwrap_err();
    for error in [writing, reading] {
        assert!(matches!(&error, StoreError::Incomplete { table, .. } if table == "artifact"), "{error:?}");
        assert!(error.to_string().contains("restore a backup"), "{error}");
    }
}

/// A newer program was here, and noted that this one can go on.
#[tokio::test]
async fn a_newer_schema_that_only_added_is_worked_on() {
    let Some(bed) = Bed::new().await else { return };
    let row = bed.instance("i-1").await;
    let own = OWN.newest();
    let note = |oldest: &str| format!("UPDATE meta SET value = '{oldest}' WHERE key = '{OLDEST}'");
    bed.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_far_future', 0)").await;
    bed.tamper(&note(&own)).await;
    bed.store.read().ping().await.unwrap();
    let bed = bed.reopen().await;
    assert_eq!(bed.load("i-1").await, row);
    bed.instance("i-2").await;
    Store::open_read_only(&bed.address()).await.unwrap();
    bed.tamper(&note("m0999_far_future")).await;
    let error = bed.store.read().ping().await.unwrap_err();
    assert!(matches!(error, StoreError::NewerSchema { .. }), "{error:?}");
}
