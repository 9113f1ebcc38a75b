//! Pages that were changed on the disk: what is damaged is named, what to do is said, and the rest goes on.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::io::{Seek as _, SeekFrom, Write as _};

use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use crate::home::{Home, MONDAY};

pub const PAGE: u64 = 4_096;

/// A file with a cycle, the log folded in.
fn lived_in() -> Home {
    let home = Home::furnished();
    home.at(MONDAY, "start tiny --id one --as dir").ends(0);
    fold(&home);
    home
}

/// Folds the log into the file.
pub fn fold(home: &Home) {
    ask(home, "PRAGMA wal_checkpoint(TRUNCATE)");
}

async fn open(home: &Home) -> DatabaseConnection {
    Database::connect(format!("sqlite:{}", home.path("draaiboek.db").display())).await.unwrap()
}

/// The first number that a question gives.
fn ask(home: &Home, question: &str) -> i64 {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let database = open(home).await;
        let row = database.query_one_raw(Statement::from_string(DbBackend::Sqlite, question)).await.unwrap().unwrap();
        let number = row.try_get_by_index::<i32>(0).unwrap();
        database.close().await.unwrap();
        number.into()
    })
}

/// Overwrites the beginning of the first page of a table or an index.
pub fn damage(home: &Home, name: &str) {
    let page = ask(home, &format!("SELECT rootpage FROM sqlite_master WHERE name = '{name}'"));
    damage_page(home, u64::try_from(page).unwrap());
}

/// Overwrites the beginning of a page.
pub fn damage_page(home: &Home, page: u64) {
    let mut file = std::fs::OpenOptions::new().write(true).open(home.path("draaiboek.db")).unwrap();
    file.seek(SeekFrom::Start((page - 1) * PAGE)).unwrap();
    file.write_all(&[0xEE; 64]).unwrap();
}

#[test]
fn a_damaged_page_of_a_table_is_named_and_stops_what_needs_it() {
    let home = lived_in();
    damage(&home, "journal");
    home.run(["verify"]).ends(1).says("table `journal`").complains("restore the last backup");
    home.run(["log", "one"]).ends(5).complains("is damaged").complains("draaiboek verify");
    home.run(["school", "list"]).ends(0).says("proef");
    home.at(MONDAY, "start tiny --id two --as dir").ends(5).complains("is damaged");
    let half = home.run(["backup", "night"]);
    assert_ne!(half.code, Some(0), "a backup of a damaged database is none");
    assert!(!home.path("night").exists());
}

#[test]
fn a_damaged_page_of_an_index_is_named_and_a_backup_mends_it() {
    let home = lived_in();
    let told = home.at(MONDAY, "log one --json").ends(0).json();
    damage(&home, "outbox_pending");
    home.run(["verify"]).ends(1).says("index `outbox_pending` of the table `outbox`").complains("draaiboek backup");
    home.run(["backup", "night"]).ends(0);
    home.run(["restore", "night", "--db", "mended.db"]).ends(0);
    home.run(["verify", "--db", "mended.db"]).ends(0);
    assert_eq!(home.at(MONDAY, "log one --json --db mended.db").ends(0).json(), told);
}

#[test]
fn a_changed_text_is_found_by_its_hash() {
    let home = lived_in();
    let path = home.path("draaiboek.db");
    let mut bytes = std::fs::read(&path).unwrap();
    // The state in the stored snapshot: as long as before, so that the page itself is in order.
    let (found, other) = (br#""active":["reading"]"#, br#""active":["reeding"]"#);
    let places: Vec<usize> = (0..bytes.len() - found.len()).filter(|at| bytes[*at..].starts_with(found)).collect();
    assert!(!places.is_empty(), "the snapshot is in the file");
    for at in places {
        bytes[at..at + found.len()].copy_from_slice(other);
    }
    std::fs::write(&path, bytes).unwrap();
    home.run(["verify"]).ends(1).says("one").says("snapshot was changed after it was written");
}
