//! Databases and nodes that do not fit: a wrong address, missing rights, an older schema, one that somebody left half
//! changed, a node without the plugins of the others, an effect that nobody can carry out. Each is told in words that help,
//! through the binary, on either kind of database where it applies; and the rest goes on.

use std::thread;
use std::time::{Duration, Instant};

use draaiboek_test_postgres::{PASSWORD, Server, USER};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use serde_json::json;

use crate::home::{Home, MONDAY, file};
use crate::next::{self, Stage};
use crate::node::{Node, post};

/// Longest wait for something that must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// Both kinds of database, one where there is no server.
fn kinds() -> Vec<String> {
    let server = Server::shared().map(Server::database);
    ["draaiboek.db".to_owned()].into_iter().chain(server).collect()
}

/// Changes a database behind the engine's back.
fn change(home: &Home, address: &str, statements: &[&str]) {
    let server = address.starts_with("postgres");
    let url = if server { address.to_owned() } else { format!("sqlite:{}", home.path(address).display()) };
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut options = ConnectOptions::new(url);
        options.max_connections(1);
        let database = Database::connect(options).await.unwrap();
        let all_schools = server.then_some("SET draaiboek.school = '*'");
        for statement in all_schools.iter().chain(statements) {
            database.execute_unprepared(statement).await.unwrap();
        }
        database.close().await.unwrap();
    });
}

fn furnished(home: &Home, address: &str) {
    home.run(["school", "load", &file("school.yaml"), "--db", address]).ends(0);
    for workflow in ["tiny.yaml", "pulse.yaml"] {
        home.run(["publish", &file(workflow), "--db", address]).ends(0);
    }
}

#[test]
fn an_address_that_leads_nowhere_says_where_it_ends() {
    let Some(server) = Server::shared() else { return };
    let port = server.port();
    server.ask("postgres", "CREATE DATABASE of_somebody_else");
    let home = Home::new();
    let wrong = [
        ("mysql://u:geheim@h/d".to_owned(), "postgres://user:password@host"),
        (format!("postgres://{USER}:{PASSWORD}@127.0.0.1:1/school"), "cannot be reached"),
        (format!("postgres://{USER}:{PASSWORD}x@127.0.0.1:{port}/postgres"), "check the user, the password"),
        (server.address("no_such_school"), "createdb"),
        (server.address("of_somebody_else"), "ALTER DATABASE"),
    ];
    for (address, told) in wrong {
        for line in ["serve --listen 127.0.0.1:0", "run", "verify"] {
            let ran = home.run(line.split_whitespace().chain(["--db", &address]));
            // Who does not make tables finds an empty database where the right to make them is missing.
            let told = if !line.starts_with("serve") && told == "ALTER DATABASE" { "it is empty" } else { told };
            assert!(matches!(ran.code, Some(2 | 5)), "{line} {address}: {:?} {}", ran.code, ran.err);
            assert!(ran.err.contains(told), "{line} {address}: {}", ran.err);
            assert!(!ran.err.contains(PASSWORD) && ran.out.is_empty(), "{}{}", ran.out, ran.err);
        }
    }
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 0, "and nothing was made on the way");
}

/// The database of the version before: readers send for a writer, who brings it up to date.
#[test]
fn an_older_schema_is_brought_up_to_date_by_who_writes() {
    for address in kinds() {
        let home = Home::new();
        furnished(&home, &address);
        home.at(MONDAY, &format!("start tiny --id one --as dir --db {address}")).ends(0);
        let mut back = vec![
            "DELETE FROM seaql_migrations WHERE version = 'm0013_editions'",
            "DELETE FROM meta WHERE key = 'oldest_schema'",
        ];
        if address.starts_with("postgres") {
            back.push("ALTER TABLE node DROP COLUMN knows");
        }
        change(&home, &address, &back);
        for line in ["list", "verify", "backup night"] {
            let told = home.run(line.split_whitespace().chain(["--db", &address]));
            told.ends(5)
                .complains("has schema m0012_mail_claim")
                .complains("needs m0013_editions")
                .complains("that writes");
        }
        let node = Node::start(&home, &address, &[]);
        home.run(["list", "--db", &address]).ends(0).says("one");
        assert_eq!(node.stop(), Some(0));
        home.run(["verify", "--db", &address]).ends(0);
    }
}

/// What a migration makes is there, but the list of migrations does not know of it: a restore by other means, or a hand.
#[test]
fn a_schema_that_is_half_changed_is_left_as_it_is() {
    for address in kinds() {
        let home = Home::new();
        furnished(&home, &address);
        change(&home, &address, &["DELETE FROM seaql_migrations WHERE version IN ('m0011_mail', 'm0013_editions')"]);
        for line in ["serve --listen 127.0.0.1:0", "run"] {
            let told = home.run(line.split_whitespace().chain(["--db", &address]));
            told.ends(5).complains("already exists").complains("the database is as it was");
        }
        // Taken back by hand, the rest is done as always.
        let undone = ["DROP TABLE daily_mail", "ALTER TABLE node DROP COLUMN knows"];
        let server = address.starts_with("postgres");
        change(&home, &address, if server { &undone } else { &undone[..1] });
        home.run(["school", "load", &file("school.yaml"), "--db", &address]).ends(0);
        home.run(["verify", "--db", &address]).ends(0);
    }
}

/// An effect that was tried seven times already, and that nobody can carry out.
const POISON: &str = "INSERT INTO outbox \
    (id, instance_pk, key, kind, payload, not_before, attempts, status, created_at) \
    SELECT (SELECT coalesce(max(id), 0) + 1024 FROM outbox), pk, 'poison', 'deliver', '{\"effect\":\"nonsense\"}', 0, 7, \
    'pending', 0 FROM instance WHERE id = 'one'";

#[test]
fn an_effect_that_nobody_can_carry_out_is_an_incident_and_the_rest_goes_on() {
    for address in kinds() {
        let home = Home::new();
        furnished(&home, &address);
        for start in ["tiny --id one", "pulse --id other"] {
            home.at(MONDAY, &format!("start {start} --as dir --db {address}")).ends(0);
        }
        change(&home, &address, &[POISON]);
        let node = Node::start(&home, &address, &[]);
        let asked = |line: &str| home.run(line.split_whitespace().chain(["--db", &address])).ends(0);
        let begun = Instant::now();
        while asked("incidents").out.contains("Nothing waits") || !asked("log other").out.contains("t-ring") {
            assert!(begun.elapsed() < PATIENCE, "{address}: {}", asked("incidents").out);
            thread::sleep(Duration::from_millis(100));
        }
        asked("incidents").says("one").says("poison");
        asked("doctor --quick").says("draaiboek retry");
        assert_eq!(node.stop(), Some(0));
        let number = asked("incidents --json").json()[0]["incident"].to_string();
        let given_up = format!("give-up {number} --reason onzin --as dir --db {address}");
        home.run(given_up.split_whitespace()).ends(0);
        asked("incidents").says("Nothing waits");
        asked("verify");
    }
}

/// One node brings no plugins at all: what needs one cannot be done there, and goes on at another node.
#[test]
fn a_node_without_a_plugin_breaks_nothing_for_the_others() {
    let Some(server) = Server::shared() else { return };
    let home = Home::new();
    let address = server.database();
    furnished(&home, &address);
    for cycle in ["one", "two"] {
        home.at(MONDAY, &format!("start tiny --id {cycle} --as dir --db {address}")).ends(0);
    }
    let node = Node::start(&home, &address, &["--sign-in", "t1"]);
    let cookie = post(&node.address, node.link.as_deref().unwrap(), "", &json!({})).unwrap().cookie.unwrap();
    let bare = Node::of(next::command(&address, Stage::Bare), false);
    let contribute = |at: &Node, cycle: &str| {
        let path = format!("/api/v1/cycles/{cycle}/steps/opening/contributions");
        post(&at.address, &path, &cookie, &json!({"payload": {"ack": {}}, "id": format!("c-{cycle}")})).unwrap()
    };
    let refused = contribute(&bare, "one");
    assert!(refused.status >= 500, "{} {}", refused.status, refused.body);
    for cycle in ["two", "one"] {
        let taken = contribute(&node, cycle);
        assert_eq!(taken.status, 200, "{cycle}: {}", taken.body);
    }
    home.run(["incidents", "--db", &address]).ends(0).says("Nothing waits");
    for at in [node, bare] {
        assert_eq!(at.stop(), Some(0));
    }
    home.run(["verify", "--db", &address]).ends(0);
}
