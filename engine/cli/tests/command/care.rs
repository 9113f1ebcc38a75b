//! What keeps a house in order: the doctor, incidents, retention, traces.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failure here is a failed test")]

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::mpsc;

use sea_orm::{ConnectionTrait, Database};
use serde_json::Value;

use crate::home::Home;
use crate::served::{Served, send};

const MORNING: &str = "2026-09-07T09:00";
const LATER: &str = "2026-09-08T10:00";

/// Changes the database behind the engine's back.
fn tamper(home: &Home, changes: &[&str]) {
    let path = home.path("draaiboek.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let other = Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
        for change in changes {
            other.execute_unprepared(change).await.unwrap();
        }
        other.close().await.unwrap();
    });
}

fn check<'c>(report: &'c Value, name: &str) -> &'c Value {
    let checks = report["checks"].as_array().unwrap();
    checks.iter().find(|check| check["check"] == name).unwrap_or_else(|| panic!("{name}: {report}"))
}

#[test]
fn the_doctor_finds_a_healthy_house_and_says_what_to_see_to() {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    let report = home.at(LATER, "doctor --json").ends(0).json();
    for name in
        ["settings", "plugins", "database", "integrity", "journal", "size", "disk", "clock", "incidents", "effects"]
    {
        assert_eq!(check(&report, name)["state"], "ok", "{report}");
    }
    for name in ["timers", "retention", "pins", "calendar"] {
        assert_eq!(check(&report, name)["state"], "ok", "{report}");
    }
    assert_eq!(check(&report, "backup")["state"], "warn", "{report}");
    assert_eq!(report["state"], "warn");
    std::fs::create_dir(home.path("backups")).unwrap();
    home.at(LATER, "doctor --backups backups").ends(1).says("FAIL  backup").says("there is no backup");
    home.run(["backup", "backups/one.draaiboek"]).ends(0);
    let report = home.at(LATER, "doctor --quick --backups backups --json").ends(0).json();
    assert_eq!(check(&report, "backup")["state"], "ok", "{report}");
    assert!(report["checks"].as_array().unwrap().iter().all(|check| check["check"] != "integrity"), "{report}");
    home.at(LATER, "doctor --backups backups").ends(0).says("Everything is as it should be.");
}

#[test]
fn the_doctor_names_what_is_wrong_and_the_mend() {
    let home = Home::furnished();
    home.run(["doctor", "--db", "nowhere.db"]).ends(1).says("FAIL  database").says("school load");
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    // The clock went back, the school year is over, nobody is running.
    let report = home.at("2026-09-01T09:00", "doctor --json").ends(1).json();
    assert_eq!(check(&report, "clock")["state"], "fail", "{report}");
    let report = home.at("2027-05-01T09:00", "doctor --json").ends(0).json();
    assert_eq!(check(&report, "calendar")["state"], "warn", "{report}");
    assert_eq!(check(&report, "timers")["state"], "warn", "{report}");
    let report = home.at("2028-05-01T09:00", "doctor --json").ends(1).json();
    assert_eq!(check(&report, "calendar")["state"], "fail", "{report}");
    tamper(
        &home,
        &[
            "UPDATE instance SET origin = replace(origin, '\"input\":\"', '\"input\":\"00')",
            "UPDATE journal SET outcome = 'x' || outcome",
        ],
    );
    let report = home.at(LATER, "doctor --json").ends(1).json();
    for name in ["pins", "journal"] {
        assert_eq!(check(&report, name)["state"], "fail", "{report}");
        assert!(check(&report, name)["mend"].is_string());
    }
    home.write("draaiboek.toml", "[server]\nlisten = \"0.0.0.0:80\"\npublic_url = \"http://draaiboek.example\"\n");
    home.at(LATER, "doctor").ends(1).says("warn  address").says("https://");
}

#[test]
fn incidents_of_all_cycles_are_listed_with_their_numbers() {
    let home = Home::furnished();
    home.at(MORNING, "start tiny --id t --as dir").ends(0);
    home.run(["incidents"]).ends(0).says("Nothing waits for a person.");
    tamper(&home, &["UPDATE instance SET origin = replace(origin, '\"input\":\"', '\"input\":\"00')"]);
    home.at(LATER, "contribute t opening --entry {\"ack\":{}} --as t1").ends(5);
    let listed = home.run(["incidents", "--json"]).ends(0).json();
    assert_eq!(listed[0]["cycle"], "t", "{listed}");
    assert_eq!(listed[0]["step"], "opening", "{listed}");
    let number = listed[0]["incident"].to_string();
    home.run(["incidents"]).ends(0).says("not installed").says(&number);
    tamper(&home, &["UPDATE instance SET origin = replace(origin, '\"input\":\"00', '\"input\":\"')"]);
    home.at(LATER, &format!("give-up {number} --reason over --as dir")).ends(0);
    home.run(["incidents"]).ends(0).says("Nothing waits for a person.");
    home.run(["verify"]).ends(0);
}

/// A workflow whose step keeps what is handed in for two school days.
fn keeping() -> Home {
    let home = Home::furnished();
    let tiny = std::fs::read_to_string(crate::home::file("tiny.yaml")).unwrap();
    let kept = tiny.replace("minutes: 5, due", "minutes: 5, retain: 2 schooldays, due").replace("1.0.0", "1.0.1");
    assert_ne!(tiny, kept);
    home.write("kept.yaml", &kept);
    home.run(["publish", "kept.yaml"]).ends(0);
    home.at(MORNING, "start tiny --id k --as dir").ends(0);
    home.at(MORNING, "contribute k opening --entry {\"ack\":{}} --id c1 --as t1").ends(0);
    home
}

#[test]
fn what_is_due_goes_and_it_is_proven_that_it_went() {
    let home = keeping();
    let old = "INSERT INTO session (hash, account, created_at, rotated_at, seen_at, expires_at) VALUES (x'01', 'a', 0, 0, 0, 1)";
    let look =
        "INSERT INTO access (id, school, person, at, action, class) VALUES ('l', 'proef', 'dir', 1, 'step/show', 'P4')";
    tamper(&home, &[old, look]);
    let before = home.at(LATER, "retention --json").ends(0).json();
    assert_eq!((&before["clean"], &before["report"]["to_come"]), (&Value::from(false), &Value::from(1)), "{before}");
    home.at(LATER, "retention").ends(0).says("Something is due");
    // Its two days are over and nobody was running.
    home.at("2026-09-14T09:00", "retention").ends(1).says("k, step opening, handed in until 2026-09-07");
    home.at("2026-09-14T09:00", "doctor").ends(1).says("FAIL  retention");
    let after = home.at("2026-09-14T09:00", "retention --run --json").ends(0).json();
    assert_eq!((&after["clean"], &after["verified"]), (&Value::from(true), &Value::from(true)), "{after}");
    assert_eq!(after["report"]["carried_out"], 1, "{after}");
    let erased = &after["report"]["times"][0]["erased"];
    assert_eq!((&erased["sessions"][0], &erased["looks"][0]), (&Value::from(1), &Value::from(1)), "{after}");
    assert_eq!(erased["looks"][1].as_str().map(str::len), Some(64), "a hash, and no name: {after}");
    home.at("2026-09-14T10:00", "retention").ends(0).says("Nothing is left").says("1 erasure carried out");
    // Somebody puts content back: the next look finds it.
    tamper(&home, &["UPDATE contribution SET payload = '{\"ack\":{}}'"]);
    let left = home.at("2026-09-14T10:00", "retention --json").ends(1).json();
    assert_eq!(left["report"]["left"][0]["contributions"], 1, "{left}");
}

/// A collector of one test: gives what is posted to it.
fn collector() -> (String, mpsc::Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut got = Vec::new();
            let mut part = [0; 4096];
            let whole = |got: &[u8]| {
                let end = got.windows(4).position(|four| four == b"\r\n\r\n")?;
                let head = String::from_utf8_lossy(&got[..end]).to_lowercase();
                let length =
                    head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())?;
                (got.len() >= end + 4 + length).then_some(())
            };
            while whole(&got).is_none() {
                let read = stream.read(&mut part).unwrap();
                got.extend_from_slice(&part[..read]);
            }
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
            if told.send(got).is_err() {
                return;
            }
        }
    });
    (format!("http://{address}"), heard)
}

#[test]
fn spans_of_a_command_arrive_and_name_nobody() {
    let home = Home::furnished();
    let (endpoint, heard) = collector();
    let served = Served::start(&home, &["--traces", &endpoint, "--log", "off", "--sign-in", "dir"], 3);
    let (address, dir) = (served.address(), served.token(2));
    let begun = send(&address, "POST", "/api/v1/start", &dir, r#"{"workflow": "tiny", "key": "zonnebloem"}"#);
    let cycle = begun.json()["cycle"].as_str().unwrap().to_owned();
    let note = send(&address, "POST", &format!("/api/v1/cycles/{cycle}/notes"), &dir, r#"{"text": "geheimpje"}"#);
    assert_eq!(note.status, 200, "{}", note.text);
    assert_eq!(served.stop(), Some(0));
    let sent: Vec<String> = heard.try_iter().map(|one| String::from_utf8_lossy(&one).into_owned()).collect();
    let bodies: String = sent.iter().filter_map(|one| one.split_once("\r\n\r\n")).map(|(_, body)| body).collect();
    let sent = sent.concat();
    for word in
        ["POST /v1/traces", "application/x-protobuf", "draaiboek", "request", "command", "accepted", "start", "note"]
    {
        assert!(sent.contains(word), "{word} is not in {sent}");
    }
    for secret in ["Dina", "Directeur", "zonnebloem", "geheimpje", &cycle, &dir, "127.0.0.1"] {
        assert!(!bodies.contains(secret), "{secret} is in {bodies}");
    }
}
