//! `serve` and others over a file that is cut off, emptied, no database at all, or damaged in one place: what cannot go on is
//! refused in words that help, nothing makes it worse, and the rest goes on.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::damage::{PAGE, damage, damage_page, fold};
use crate::home::{Home, MONDAY, file};
use crate::served::{Served, send};

const SERVE: &str = "serve --listen 127.0.0.1:0";
/// What people run when something is wrong, with their exit codes.
const LINES: [(&str, i32); 6] =
    [(SERVE, 5), ("run", 5), ("list", 5), ("verify", 5), ("incidents", 5), ("doctor --quick", 1)];
/// Longest wait for something that must come.
const PATIENCE: Duration = Duration::from_secs(20);

fn database(home: &Home) -> PathBuf {
    home.path("draaiboek.db")
}

/// Begins cycles and is killed: what was acknowledged stands in the log beside the file.
fn killed_after_work(home: &Home) {
    let node = Served::start(home, &["--sign-in", "dir"], 3);
    let token = node.token(2);
    for _ in 0..3 {
        let begun = send(&node.address(), "POST", "/api/v1/start", &token, r#"{"workflow":"tiny"}"#);
        assert_eq!(begun.status, 200, "{}", begun.text);
    }
}

#[test]
fn a_file_that_cannot_be_opened_is_told_apart_and_left_as_it_is() {
    let home = Home::lived_in();
    fold(&home);
    let whole = std::fs::read(database(&home)).unwrap();
    let kinds: [(&str, &[u8], &str); 3] = [
        ("cut off", &whole[..whole.len() / 4], "it was cut off, "),
        ("cut off in its first page", &whole[..1_000], "it was cut off, 1000 of "),
        ("a letter", b"Beste ouders, morgen is er geen school. Tot overmorgen!", "it does not begin as one"),
    ];
    for (kind, bytes, told) in kinds {
        std::fs::write(database(&home), bytes).unwrap();
        for (line, code) in LINES {
            let ran = home.run(line.split_whitespace()).ends(code);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(said.contains(told) && said.contains("draaiboek restore"), "{kind}, {line}: {said}");
            assert_eq!(std::fs::read(database(&home)).unwrap(), bytes, "{kind}, {line}: left as it is");
        }
    }
    std::fs::write(database(&home), whole).unwrap();
    home.run(["verify"]).ends(0);
}

/// SQLite would begin anew and throw the log away, which holds the newest commands.
#[test]
fn a_log_whose_file_is_empty_or_gone_is_kept() {
    let home = Home::lived_in();
    killed_after_work(&home);
    let (main, log) = (std::fs::read(database(&home)).unwrap(), std::fs::read(home.path("draaiboek.db-wal")).unwrap());
    assert!(!log.is_empty(), "something is not folded in yet");
    for gone in [false, true] {
        match gone {
            true => std::fs::remove_file(database(&home)).unwrap(),
            false => std::fs::write(database(&home), "").unwrap(),
        }
        for (line, code) in LINES.into_iter().filter(|(line, _)| !line.starts_with("doctor")) {
            home.run(line.split_whitespace()).ends(code).complains("draaiboek.db-wal is there");
        }
        assert_eq!(std::fs::read(home.path("draaiboek.db-wal")).unwrap(), log, "gone: {gone}");
        std::fs::write(database(&home), &main).unwrap();
    }
    assert_eq!(home.run(["list", "--json"]).ends(0).json().as_array().unwrap().len(), 5, "all of them are there");
    home.run(["verify"]).ends(0);
}

/// What was in the part of the log that is gone cannot be known; what is left is an earlier moment, whole.
#[test]
fn a_log_that_was_cut_off_leaves_an_earlier_whole_state() {
    let home = Home::furnished();
    fold(&home);
    killed_after_work(&home);
    let log = std::fs::read(home.path("draaiboek.db-wal")).unwrap();
    std::fs::write(home.path("draaiboek.db-wal"), &log[..log.len() * 2 / 3]).unwrap();
    let node = Served::start(&home, &[], 1);
    assert_eq!(send(&node.address(), "GET", "/health/ready", "", "").status, 200);
    assert_eq!(node.stop(), Some(0));
    home.run(["verify"]).ends(0);
    home.at(MONDAY, "start tiny --id four --as dir").ends(0);
}

/// Starts a cycle whose timer is due since long, and whose timer touches nothing but the cycle.
fn with_timer() -> Home {
    let home = Home::furnished();
    home.run(["publish", &file("pulse.yaml")]).ends(0);
    home.at(MONDAY, "start pulse --id ring --as dir").ends(0);
    home.at(MONDAY, "start tiny --id one --as dir").ends(0);
    fold(&home);
    home
}

#[test]
fn effects_that_cannot_be_read_do_not_hold_up_timers_and_people() {
    let home = with_timer();
    damage(&home, "outbox_pending");
    let node = Served::start(&home, &["--sign-in", "dir"], 3);
    let token = node.token(2);
    let begun = Instant::now();
    while !send(&node.address(), "GET", "/api/v1/cycles/ring/log", &token, "").text.contains("timer") {
        assert!(begun.elapsed() < PATIENCE, "the timer waits for effects: {}", node.log());
        std::thread::yield_now();
    }
    let noted = send(&node.address(), "POST", "/api/v1/cycles/one/notes", &token, r#"{"text":"hallo"}"#);
    assert_eq!(noted.status, 200, "{}", noted.text);
    let log = node.log();
    assert!(log.contains("is damaged") && log.contains("draaiboek verify"), "{log}");
    assert_eq!(node.stop(), Some(0));
    home.run(["doctor", "--quick"]).ends(1).says("FAIL  work");
    home.run(["verify"]).ends(1).says("index `outbox_pending` of the table `outbox`").complains("draaiboek backup");
    home.run(["backup", "night"]).ends(0);
    home.run(["restore", "night", "--db", "mended.db"]).ends(0);
    home.run(["verify", "--db", "mended.db"]).ends(0);
    home.run(["log", "one", "--db", "mended.db"]).ends(0).says("hallo");
}

/// One leaf of the table of cycles holds cycles of one school: the others, their people and their timers go on.
#[test]
fn a_damaged_page_of_one_school_leaves_the_others_alone() {
    let home = Home::furnished();
    let school = std::fs::read_to_string(file("school.yaml")).unwrap();
    home.write("buur.yaml", &school.replace("school: proef", "school: buur"));
    home.run(["school", "load", "buur.yaml"]).ends(0);
    for (school, cycles) in [("proef", 0..12), ("buur", 12..18)] {
        for cycle in cycles {
            home.at(MONDAY, &format!("start tiny --id cycle-{cycle} --as dir --school {school}")).ends(0);
        }
    }
    fold(&home);
    let lost = cycles_of_one_page(&home, "cycle-1");
    assert!(lost.iter().all(|cycle| *cycle < 12), "all of one school: {lost:?}");

    let node = Served::start(&home, &["--sign-in", "dir", "--school", "buur"], 3);
    let token = node.token(2);
    let begun = Instant::now();
    for cycle in 12..18 {
        let log = format!("/api/v1/cycles/cycle-{cycle}/log");
        while !send(&node.address(), "GET", &log, &token, "").text.contains("timer") {
            assert!(begun.elapsed() < PATIENCE, "the timer of cycle {cycle} waits for others: {}", node.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    let noted = send(&node.address(), "POST", "/api/v1/cycles/cycle-12/notes", &token, r#"{"text":"hallo"}"#);
    assert_eq!(noted.status, 200, "{}", noted.text);
    assert_eq!(send(&node.address(), "GET", "/health/ready", "", "").status, 200);
    let log = node.log();
    assert!(log.contains("the cycle of a timer cannot be read"), "{log}");
    assert!(log.lines().count() < 2_000, "it says so now and then, not all the time");
    assert_eq!(node.stop(), Some(0));
    home.run(["list", "--school", "buur"]).ends(0).says("cycle-17");
    home.run(["show", &format!("cycle-{}", lost[0])]).ends(5).complains("draaiboek verify");
    let told =
        home.run(["verify"]).ends(1).says("table `instance` cannot be read").complains("restore the last backup");
    for cycle in 0..18 {
        let named = told.out.lines().any(|line| line == format!("cycle-{cycle}"));
        assert_eq!(named, lost.contains(&cycle), "cycle {cycle}: {}", told.out);
    }
}

/// Damages the page of the table of cycles that holds this one; gives the numbers of all that it held.
fn cycles_of_one_page(home: &Home, cycle: &str) -> Vec<usize> {
    let bytes = std::fs::read(database(home)).unwrap();
    let has = |page: &[u8], text: &str| page.windows(text.len()).any(|part| part == text.as_bytes());
    // 13: a leaf of a table; only snapshots say what is active.
    let holds = |page: &[u8], cycle: &str| {
        page[0] == 13 && has(page, r#""active":["#) && has(page, &format!(r#""instance":"{cycle}""#))
    };
    let mut pages = (1..).zip(bytes.chunks(usize::try_from(PAGE).unwrap()));
    let (number, page) = pages.find(|(_, page)| holds(page, cycle)).unwrap();
    damage_page(home, number);
    (0..18).filter(|number| holds(page, &format!("cycle-{number}"))).collect()
}
