//! `kill -9` in the middle of what takes long: making the tables, a backup, a restore. Nothing half is left that looks
//! whole, and the same command goes through the next time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use draaiboek_test_postgres::Server;
use sea_orm::{ConnectionTrait as _, Database};

use crate::home::{Home, file};

/// Moments of one run at which it is killed.
const KILLS: u32 = 8;

/// Runs a command to its end; how long that takes.
fn timed(mut command: Command) -> Duration {
    let begun = Instant::now();
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    begun.elapsed()
}

/// Starts a command and kills it after a while; whether it had ended before.
fn killed(mut command: Command, after: Duration) -> bool {
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(after);
    let ended = child.try_wait().unwrap().is_some();
    child.kill().unwrap();
    child.wait().unwrap();
    ended
}

/// The moments between the beginning of a run and its end.
fn moments(whole: Duration) -> impl Iterator<Item = Duration> {
    (1..=KILLS).map(move |part| whole * part / (KILLS + 1))
}

#[test]
fn making_the_tables_is_begun_anew_by_the_next_start() {
    let server = Server::shared();
    let home = Home::new();
    let load = |address: &str| home.command(["school", "load", &file("school.yaml"), "--db", address]);
    let mut kinds: Vec<Box<dyn Fn(u32) -> String>> = vec![Box::new(|number| format!("made-{number}.db"))];
    if let Some(server) = server {
        kinds.push(Box::new(|_| server.database()));
    }
    for address in kinds {
        let whole = timed(load(&address(0)));
        let mut ended = 0;
        for (number, moment) in (1..).zip(moments(whole)) {
            let address = address(number);
            ended += u32::from(killed(load(&address), moment));
            assert!(load(&address).output().unwrap().status.success(), "{address} after {moment:?}");
            home.run(["verify", "--db", &address]).ends(0);
        }
        assert!(ended < KILLS, "none was killed on its way");
    }
}

/// A database with so many rows that a backup of it takes a while.
fn heavy() -> Home {
    const FILL: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) \
        INSERT INTO command_key (key, answer, instance_pk, created_at) \
        SELECT 'fill-' || i, '{\"text\":\"' || hex(randomblob(200)) || '\"}', NULL, i FROM n";
    let home = Home::furnished();
    let address = format!("sqlite:{}", home.path("draaiboek.db").display());
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let database = Database::connect(address).await.unwrap();
        database.execute_unprepared(FILL).await.unwrap();
        database.close().await.unwrap();
    });
    home
}

#[test]
fn a_backup_that_is_killed_leaves_nothing_that_looks_like_one() {
    let home = heavy();
    let whole = timed(home.command(["backup", "old"]));
    let old = std::fs::read(home.path("old")).unwrap();
    let mut cut = 0;
    for moment in moments(whole) {
        if !killed(home.command(["backup", "new"]), moment) {
            cut += 1;
            assert!(!home.path("new").exists(), "killed after {moment:?} of {whole:?}");
        }
        let _ = std::fs::remove_file(home.path("new"));
        if home.path("new.part").exists() {
            let half = home.run(["restore", "new.part", "--db", "half.db"]);
            assert!(half.code != Some(0), "half a backup was taken in: {}", half.out);
        }
        assert_eq!(std::fs::read(home.path("old")).unwrap(), old, "the backup that was there");
    }
    assert!(cut > 0, "none was killed on its way");
    home.run(["backup", "new"]).ends(0);
    home.run(["restore", "new", "--db", "copy.db"]).ends(0);
}

#[test]
fn a_restore_that_is_killed_leaves_an_empty_database_and_goes_through_next_time() {
    let home = heavy();
    home.run(["backup", "whole"]).ends(0);
    let server = Server::shared();
    let mut kinds: Vec<Box<dyn Fn(u32) -> String>> = vec![Box::new(|number| format!("back-{number}.db"))];
    if let Some(server) = server {
        kinds.push(Box::new(|_| server.database()));
    }
    for address in kinds {
        let restore = |address: &str| home.command(["restore", "whole", "--db", address]);
        let whole = timed(restore(&address(0)));
        let mut cut = 0;
        for (number, moment) in (1..).zip(moments(whole)) {
            let address = address(number);
            if killed(restore(&address), moment) {
                continue;
            }
            let again = home.run(["restore", "whole", "--db", &address]);
            // Either nothing of it was there, or it had just been finished.
            match again.code {
                Some(0) => cut += 1,
                _ => {
                    again.ends(2).complains("holds 1 school(s) already");
                }
            }
            home.run(["verify", "--db", &address]).ends(0);
        }
        assert!(cut > 0, "none was killed on its way");
    }
}
