//! Databases that cannot be used, and what must stay untouched.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use sea_orm::{ConnectionTrait, Database};

use crate::home::Home;

#[test]
fn a_database_that_is_not_there_is_not_made_by_looking() {
    let home = Home::new();
    for line in ["list", "verify", "show x", "conclude x y --as dir", "start study-day --as dir"] {
        home.run(line.split_whitespace()).ends(2).complains("there is no database").complains("school load");
    }
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 0);
}

#[test]
fn a_database_of_a_newer_version_is_left_alone() {
    let home = Home::furnished();
    let path = home.path("draaiboek.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let other = Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m0999_far_future', 0); \
            UPDATE meta SET value = 'm0999_far_future' WHERE key = 'oldest_schema'";
        other.execute_unprepared(newer).await.unwrap();
        other.close().await.unwrap();
    });
    for line in ["list", "start tiny --as dir"] {
        home.run(line.split_whitespace()).ends(5).complains("m0999_far_future").complains("update draaiboek");
    }
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let home = Home::new();
    std::fs::write(home.path("draaiboek.db"), "just text, long enough to be read as a header of something").unwrap();
    home.run(["list"]).ends(5).complains("no database");
    home.run(["start", "tiny", "--as", "dir"]).ends(5).complains("no database");
    assert!(std::fs::read_to_string(home.path("draaiboek.db")).unwrap().starts_with("just text"));
}

#[test]
fn a_second_process_is_told_who_is_first_and_may_still_look() {
    let home = Home::furnished();
    let mut first = home.command(["run"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(first.stderr.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.contains("Ctrl-C"), "{line}");
    let second = home.run(["start", "tiny", "--as", "dir"]);
    let looked = home.run(["list"]);
    first.kill().unwrap();
    first.wait().unwrap();
    second.ends(5).complains("in use").complains(&format!("(process {})", first.id()));
    looked.ends(0);
    home.run(["start", "tiny", "--as", "dir"]).ends(0);
}

#[test]
fn the_demo_leaves_folders_of_others_alone() {
    let home = Home::new();
    std::fs::create_dir(home.path("mine")).unwrap();
    std::fs::write(home.path("mine/draaiboek.db"), "precious").unwrap();
    home.run(["demo", "--dir", "mine"]).ends(2).complains("--dir");
    assert_eq!(std::fs::read_to_string(home.path("mine/draaiboek.db")).unwrap(), "precious");
}

#[test]
fn verify_finds_a_changed_byte() {
    let home = Home::furnished();
    home.at("2026-09-07T09:00", "start tiny --id t --as dir").ends(0);
    home.run(["verify"]).ends(0).says("as it was written");
    let path = home.path("draaiboek.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let other = Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
        other.execute_unprepared("UPDATE journal SET actor = 'somebody else'").await.unwrap();
        other.close().await.unwrap();
    });
    home.run(["verify"]).ends(1).says("t\n").complains("damaged");
    let report = home.run(["verify", "--json"]).ends(1).json();
    assert_eq!(report["clean"], false);
}
