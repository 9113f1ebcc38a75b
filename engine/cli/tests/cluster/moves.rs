//! A database on the move between a file and a server: whole, one school of it, and while people go on working.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use draaiboek_test_postgres::Server;
use serde_json::{Value, json};

use crate::home::{Home, MONDAY, file};
use crate::node::{Node, post};

const CYCLES: [&str; 3] = ["one", "two", "three"];

/// A school on a file: something was handed in, a cycle ended, one waits for its timer.
fn lived_in() -> Home {
    let home = Home::lived_in();
    home.at(MONDAY, "start tiny --id three --as dir").ends(0);
    home
}

/// Everything that a database tells of its cycles: journals with their hashes, states, results.
fn told(home: &Home, database: &str) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    for cycle in CYCLES {
        for question in ["log", "show", "artifacts"] {
            let line = format!("{question} {cycle} --json --db {database}");
            all.insert(format!("{question} {cycle}"), home.at(MONDAY, &line).ends(0).json());
        }
    }
    all
}

#[test]
fn a_database_moves_to_a_server_and_back_with_every_journal() {
    let Some(server) = Server::shared() else { return };
    let home = lived_in();
    let first = told(&home, "draaiboek.db");
    let address = server.database();
    home.run(["backup", "there"]).ends(0);
    home.run(["restore", "there", "--db", &address]).ends(0).says("3 cycles");
    home.run(["verify", "--db", &address]).ends(0);
    assert_eq!(told(&home, &address), first);
    home.run(["backup", "back", "--db", &address]).ends(0);
    home.run(["restore", "back", "--db", "back.db"]).ends(0).says("3 cycles");
    home.run(["verify", "--db", "back.db"]).ends(0);
    assert_eq!(told(&home, "back.db"), first);
    // Work goes on where it stood, in either.
    for database in [address.as_str(), "back.db"] {
        let line = format!(r#"contribute three opening --as t2 --entry {{"ack":{{}}}} --db {database}"#);
        home.at(MONDAY, &line).ends(0);
        home.run(["verify", "--db", database]).ends(0);
    }
}

#[test]
fn a_school_moves_between_kinds_beside_another_one() {
    let Some(server) = Server::shared() else { return };
    let home = lived_in();
    let first = told(&home, "draaiboek.db");
    let other = std::fs::read_to_string(file("school.yaml")).unwrap().replace("school: proef", "school: buur");
    home.write("buur.yaml", &other);
    let address = server.database();
    let mut from = "draaiboek.db".to_owned();
    for (archive, to) in [("to-server", address.as_str()), ("to-file", "moved.db")] {
        home.run(["school", "load", "buur.yaml", "--db", to]).ends(0);
        home.run(["publish", &file("tiny.yaml"), "--db", to]).ends(0);
        home.at(MONDAY, &format!("start tiny --id mine --as dir --school buur --db {to}")).ends(0);
        home.run(["school", "export", archive, "--school", "proef", "--db", &from]).ends(0);
        home.run(["school", "import", archive, "--db", to]).ends(0).says("1 school, 3 cycles");
        assert_eq!(told(&home, to), first);
        home.run(["verify", "--db", to]).ends(0);
        from = to.to_owned();
    }
}

/// Backups made while commands come in: each holds one moment, with everything that was acknowledged before it began and
/// nothing that came after it ended.
#[test]
fn a_backup_under_load_holds_one_moment() {
    let Some(server) = Server::shared() else { return };
    for address in ["draaiboek.db".to_owned(), server.database()] {
        let home = Home::new();
        home.run(["school", "load", "--db", &address, &file("school.yaml")]).ends(0);
        home.run(["publish", "--db", &address, &file("pulse.yaml")]).ends(0);
        let node = Node::start(&home, &address, &["--sign-in", "dir"]);
        let entered = post(&node.address, node.link.as_deref().unwrap(), "", &json!({})).unwrap();
        let cookie = entered.cookie.unwrap();
        let begun = post(&node.address, "/api/v1/start", &cookie, &json!({"workflow": "pulse"})).unwrap();
        let cycle = begun.body["cycle"].as_str().unwrap().to_owned();
        let (over, acknowledged) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicI64::new(0)));
        let work = std::thread::spawn({
            let (over, acknowledged) = (Arc::clone(&over), Arc::clone(&acknowledged));
            let (address, cycle) = (node.address.clone(), cycle.clone());
            move || {
                while !over.load(Ordering::SeqCst) {
                    let n = acknowledged.load(Ordering::SeqCst) + 1;
                    let body = json!({"data": {"n": n}, "key": format!("k-{n}")});
                    let path = format!("/api/v1/cycles/{cycle}/events/add");
                    if post(&address, &path, &cookie, &body).is_some_and(|answer| answer.status == 200) {
                        acknowledged.store(n, Ordering::SeqCst);
                    }
                }
            }
        });
        for round in 0..3 {
            let before = acknowledged.load(Ordering::SeqCst);
            home.run(["backup", &format!("night-{round}"), "--db", &address]).ends(0);
            // One more may be on disk than was acknowledged.
            let after = acknowledged.load(Ordering::SeqCst) + 1;
            let copy = format!("copy-{round}.db");
            home.run(["restore", &format!("night-{round}"), "--db", &copy]).ends(0);
            home.run(["verify", "--db", &copy]).ends(0);
            let shown = home.run(["show", &cycle, "--json", "--db", &copy]).ends(0).json();
            let count = count(&shown).unwrap_or_else(|| panic!("no count: {shown}"));
            assert!((before..=after).contains(&count), "{address}: {count} is not within {before} and {after}");
        }
        over.store(true, Ordering::SeqCst);
        work.join().unwrap();
        assert!(acknowledged.load(Ordering::SeqCst) > 0);
        assert_eq!(node.stop(), Some(0));
    }
}

/// The number that `data.count` has, wherever the answer keeps it.
fn count(shown: &Value) -> Option<i64> {
    match shown {
        Value::Object(fields) => {
            let own = fields.get("data").and_then(|data| data.get("count")).and_then(Value::as_i64);
            own.or_else(|| fields.values().find_map(count))
        }
        Value::Array(items) => items.iter().find_map(count),
        _ => None,
    }
}
