//! The next version takes over from this one, node by node, while people work: it adds to the schema (expand), fills what it
//! added (migrate), and when no node of this version is left, a still later one takes away what only this one needed
//! (contract). The nodes of this version are the `draaiboek` binary; the others are the program in `next.rs`.

use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use draaiboek_test_postgres::Server;
use serde_json::json;

use crate::home::{Home, Ran, file};
use crate::next::{self, Stage};
use crate::node::{Node, ask, post};
use crate::{Field, replace};

const CLIENTS: usize = 3;
/// Longest wait for something that must come.
const PATIENCE: Duration = Duration::from_secs(20);
/// Rows that do not tell yet which version wrote them.
const EMPTY: &str = "SELECT (SELECT count(*) FROM instance WHERE program IS NULL) + (SELECT count(*) FROM journal WHERE program IS NULL)";

/// The database as its superuser sees it.
struct Seen<'a> {
    server: &'a Server,
    name: String,
}

impl Seen<'_> {
    fn ask(&self, sql: &str) -> String {
        self.server.ask(&self.name, sql)
    }

    /// Waits until a question has this answer.
    fn until(&self, sql: &str, wanted: &str) {
        let begun = Instant::now();
        while self.ask(sql) != wanted {
            let nodes = "SELECT token, knows, until - clock_timestamp() FROM node";
            assert!(begun.elapsed() < PATIENCE, "{sql}: {}, not {wanted}; {}", self.ask(sql), self.ask(nodes));
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Everything that the journal holds up to a row, in one number.
    fn journal(&self, last: &str) -> String {
        let row = "id || encode(hash, 'hex') || encode(prev_hash, 'hex') || command";
        self.ask(&format!("SELECT md5(string_agg({row}, ',' ORDER BY id)) FROM journal WHERE id <= {last}"))
    }
}

/// The next version is killed while it adds its column: nothing of it is left.
fn cut_off_while_expanding(seen: &Seen<'_>, address: &str) {
    let mut child = next::command(address, Stage::ExpandSlowly).stdout(Stdio::null()).spawn().unwrap();
    let sleeps = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' AND query LIKE '%pg_sleep%'",
        next::NAME
    );
    seen.until(&sleeps, "1");
    child.kill().unwrap();
    child.wait().unwrap();
    seen.until(&sleeps, "0");
    assert_eq!(seen.ask("SELECT count(*) FROM pg_attribute WHERE attname = 'program'"), "0");
    assert_eq!(seen.ask("SELECT count(*) FROM seaql_migrations WHERE version > 'm09'"), "0");
}

/// A node of a version to come, to which people are sent from now on.
fn join(field: &Field, address: &str, stage: Stage) -> Node {
    let node = Node::of(next::command(address, stage), false);
    field.nodes.lock().unwrap().push(node.address.clone());
    node
}

/// Nobody is sent to a node any more.
fn retire(field: &Field, node: &Node) {
    field.nodes.lock().unwrap().retain(|address| *address != node.address);
}

fn contract(address: &str) -> Ran {
    Ran::of(next::command(address, Stage::Contract).output().unwrap())
}

/// This version beside the next one, which is killed while it fills and goes on at its next start. Gives the nodes that are
/// left: one of the next version, one of this one.
fn migrate(field: &Field, seen: &Seen<'_>, home: &Home, address: &str, old: [Node; 2]) -> (Node, Node) {
    let first = join(field, address, Stage::FillOnce);
    seen.until("SELECT count(*) > 0 FROM journal WHERE program = 'this'", "t");
    retire(field, &first);
    first.kill();
    assert_ne!(seen.ask(EMPTY), "0", "it was cut off on its way");
    let next = join(field, address, Stage::Expand);

    // A node of this version that fell over may start again, and people look at what there is.
    let late = Node::start(home, address, &[]);
    field.nodes.lock().unwrap().push(late.address.clone());
    home.run(["list", "--db", address]).ends(0);
    let looked = home.run(["doctor", "--quick", "--db", address]);
    looked.says("an update is under way").says("m0901_program").says("m0013_editions");
    // Timers of both fire.
    thread::sleep(Duration::from_secs(4));

    // Too early: nodes work that need what would be taken away.
    contract(address).ends(5).complains("3 older process(es)").complains("m0013_editions").complains("stop them");
    for node in old {
        retire(field, &node);
        assert_eq!(node.stop(), Some(0));
    }
    (next, late)
}

#[test]
fn a_newer_version_takes_over_node_by_node() {
    let Some(server) = Server::shared() else { return };
    let home = Home::new();
    let address = server.database();
    let seen = Seen { server, name: address.rsplit_once('/').unwrap().1.to_owned() };
    home.run(["school", "load", "--db", &address, &file("school.yaml")]).ends(0);
    home.run(["publish", "--db", &address, &file("pulse.yaml")]).ends(0);
    let old = [Node::start(&home, &address, &["--sign-in", "dir"]), Node::start(&home, &address, &[])];
    let entered = post(&old[0].address, old[0].link.as_deref().unwrap(), "", &json!({})).unwrap();
    let cookie = entered.cookie.unwrap();
    let begun = post(&old[1].address, "/api/v1/start", &cookie, &json!({"workflow": "pulse"})).unwrap();
    let shared = begun.body["cycle"].as_str().unwrap().to_owned();
    let field = Arc::new(Field::new(old.iter().map(|node| node.address.clone()).collect(), cookie.clone()));
    let clients = field.people(CLIENTS, &shared);

    cut_off_while_expanding(&seen, &address);
    let (next, late) = migrate(&field, &seen, &home, &address, old);

    // The last node of this version sleeps past its lease instead of leaving in order.
    retire(&field, &late);
    late.signal("STOP");
    seen.until("SELECT count(*) FROM node", "1");
    seen.until(EMPTY, "0");
    let last = seen.ask("SELECT max(id) FROM journal");
    let before = seen.journal(&last);
    let newest = join(&field, &address, Stage::Contract);
    replace(&field, &next.address, &newest.address);
    assert_eq!(next.stop(), Some(0));

    // The sleeper wakes up: it is told that its time is over, and says so.
    late.signal("CONT");
    let refused = post(&late.address, "/api/v1/start", &cookie, &json!({"workflow": "pulse"})).unwrap();
    assert_eq!(refused.status, 500, "{}", refused.body);
    assert_eq!(ask(&late.address, "GET", "/health/ready", "", &json!({})).unwrap().status, 503);
    assert_eq!(late.stop(), Some(0));
    for line in ["serve --listen 127.0.0.1:0", "list", "verify"] {
        let told = home.run(line.split_whitespace().chain(["--db", &address]));
        told.ends(5).complains("m0902_program_always").complains("update draaiboek");
    }

    field.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    seen.until("SELECT count(*) FROM timer WHERE status <> 'fired'", "0");
    assert_eq!(newest.stop(), Some(0));
    assert_eq!(seen.journal(&last), before, "what was written before is as it was");
    whole(&field, &seen);
    Ran::of(next::command(&address, Stage::Verify).output().unwrap()).ends(0);
}

/// Every acknowledged command counts once, every timer fired once, and both versions did of everything.
fn whole(field: &Field, seen: &Seen<'_>) {
    let acknowledged = field.acknowledged.lock().unwrap();
    for (cycle, count) in acknowledged.iter() {
        let sql = format!("SELECT snapshot::json->'data'->>'count' FROM instance WHERE id = '{cycle}'");
        assert_eq!(seen.ask(&sql), count.to_string(), "{cycle}: every acknowledged command counts once");
    }
    assert_eq!(seen.ask("SELECT count(*) FROM instance WHERE snapshot::json->'data'->>'rang' <> '1'"), "0");
    let did = |what: &str| {
        let sql = format!(
            "SELECT program, count(*) FROM journal WHERE command LIKE '%{what}%' GROUP BY program ORDER BY program"
        );
        let told = seen.ask(&sql);
        println!("{what}: {}", told.replace('\n', ", "));
        let programs: Vec<_> = told.lines().filter_map(|line| line.split('|').next()).collect();
        assert_eq!(programs, ["next", "this"], "{what}");
    };
    did("\"add\"");
    did("t-ring");
    println!("{} commands acknowledged", acknowledged.values().sum::<i64>());
}
