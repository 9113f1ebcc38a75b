//! Opening a file: one process writes it, and what is no database of ours is left alone.

use crate::support::*;
use draaiboek_store::{OpenOptions, Scope, Store, StoreError};
use sea_orm::ConnectionTrait;
use std::path::PathBuf;

/// The file of a bed.
pub fn path(bed: &Bed) -> PathBuf {
    bed.address().into()
}

async fn refusal(path: &std::path::Path) -> StoreError {
    Store::open(path.to_str().unwrap(), OpenOptions::default()).await.unwrap_err()
}

#[tokio::test]
async fn a_second_writer_is_refused_and_a_reader_is_not() {
    let bed = Bed::new().await.unwrap();
    let row = bed.instance("i-1").await;
    let error = refusal(&path(&bed)).await;
    assert!(matches!(error, StoreError::InUse { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("school.db.lock") && text.contains(&format!("(process {})", std::process::id())), "{text}");
    let reader = Store::open_read_only(path(&bed).to_str().unwrap()).await.unwrap();
    assert_eq!(reader.instance(Scope::All, "i-1").await.unwrap(), Some(row));
    assert!(reader.integrity_check().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_database_of_another_program_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.db");
    let other = raw(path.to_str().unwrap()).await;
    other.execute_unprepared("CREATE TABLE recipe (name text)").await.unwrap();
    other.close().await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(&error, StoreError::Foreign { table, .. } if table == "recipe"), "{error:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("letter.db");
    std::fs::write(&path, "Beste ouders, ".repeat(500)).unwrap();
    let error = refusal(&path).await;
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("Beste ouders"));
}

#[tokio::test]
async fn a_missing_database_is_made_only_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("none.db");
    let text = path.to_str().unwrap();
    let options = OpenOptions { create: false, ..OpenOptions::default() };
    assert!(matches!(Store::open(text, options).await, Err(StoreError::Missing { .. })));
    assert!(matches!(Store::open_read_only(text).await, Err(StoreError::Missing { .. })));
    assert!(!path.exists());
    Store::open(&format!("sqlite:{text}"), OpenOptions::default()).await.unwrap();
    assert!(path.exists());
}

#[tokio::test]
async fn addresses_of_other_databases_are_refused() {
    for address in ["mysql://localhost/school", "", ":memory:", "sqlite:school.db?mode=ro"] {
        let error = Store::open(address, OpenOptions::default()).await.unwrap_err();
        assert!(matches!(error, StoreError::Address { .. }), "{address}: {error:?}");
    }
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_named() {
    let error = Store::open("/nowhere/at/all/school.db", OpenOptions::default()).await.unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error:?}");
    assert!(error.to_string().contains("/nowhere/at/all"), "{error}");
}

#[tokio::test]
async fn a_file_system_without_wal_is_refused() {
    // A write-ahead log cannot be had while another connection holds the file in the old mode.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("school.db");
    let other = raw(path.to_str().unwrap()).await;
    other.execute_unprepared("PRAGMA journal_mode = DELETE").await.unwrap();
    other.execute_unprepared("BEGIN EXCLUSIVE").await.unwrap();
    let patience = std::time::Duration::from_millis(20);
    let options = OpenOptions { patience, ..OpenOptions::default() };
    let opened = Store::open(path.to_str().unwrap(), options).await;
    assert!(matches!(opened, Err(StoreError::Locked { .. } | StoreError::Setting { .. })), "{opened:?}");
}

/// A command line drops the store after its runtime has gone.
#[test]
fn a_store_may_be_dropped_outside_the_runtime() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("school.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = || Store::open(path.to_str().unwrap(), OpenOptions::default());
    let store = runtime.block_on(open()).unwrap();
    runtime.block_on(store.read().schools()).unwrap();
    drop(store);
    let store = runtime.block_on(open()).unwrap();
    drop(runtime);
    drop(store);
}
