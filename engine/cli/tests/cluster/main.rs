//! Three real nodes on one PostgreSQL server, and everything that may happen to them: one is killed, one sleeps past its
//! lease, one is cut off from the database, the database itself is gone for a while, a machine's clock is wrong by an
//! hour. No command is lost or carried out twice, every timer fires once, and what a lost node had begun is taken over
//! within five seconds.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests: a failure here is a failed test")]

#[path = "../command/home.rs"]
#[expect(dead_code, reason = "shared with the tests of the commands")]
mod home;
mod interrupted;
mod moves;
mod next;
mod node;
mod proxy;
mod refused;
mod upgrade;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use draaiboek_test_postgres::{PASSWORD, Server, USER};
use serde_json::json;

use crate::home::{Home, file};
use crate::node::{Node, post};
use crate::proxy::Proxy;

const CLIENTS: usize = 6;
/// Between one thing that happens and the next.
const CALM: Duration = Duration::from_secs(3);
/// Longer than a lease.
const LONG: Duration = Duration::from_secs(5);
/// How late a timer may be at the most, in microseconds.
const LATEST: i64 = 5_000_000;

/// What all clients share.
struct Field {
    /// Where nodes listen now.
    nodes: Mutex<Vec<String>>,
    cookie: String,
    over: AtomicBool,
    turn: AtomicUsize,
    /// Commands that were acknowledged, by cycle.
    acknowledged: Mutex<BTreeMap<String, i64>>,
}

impl Field {
    fn new(nodes: Vec<String>, cookie: String) -> Self {
        Self {
            nodes: Mutex::new(nodes),
            cookie,
            over: AtomicBool::new(false),
            turn: AtomicUsize::new(0),
            acknowledged: Mutex::default(),
        }
    }

    /// People who work until it is over.
    fn people(self: &Arc<Self>, count: usize, shared: &str) -> Vec<thread::JoinHandle<()>> {
        let one = |client| {
            let (field, shared) = (Arc::clone(self), shared.to_owned());
            thread::spawn(move || field.work(client, &shared))
        };
        (0..count).map(one).collect()
    }

    /// Asks one node after the other until one has done it; the key makes that harmless.
    fn insist(&self, path: &str, body: &serde_json::Value) -> serde_json::Value {
        loop {
            let address = {
                let nodes = self.nodes.lock().unwrap();
                nodes[self.turn.fetch_add(1, Ordering::Relaxed) % nodes.len()].clone()
            };
            match post(&address, path, &self.cookie, body) {
                Some(answer) if answer.status == 200 => return answer.body,
                // Somebody else was quicker too often, or the database is away: try again with the same key.
                Some(answer) if answer.status == 409 || answer.status >= 500 => {}
                Some(answer) => panic!("{path} {body}: {} {}", answer.status, answer.body),
                None => {}
            }
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// A client: begins cycles, counts in each of them and in the one that all share.
    fn work(&self, client: usize, shared: &str) {
        let mut round = 0;
        while !self.over.load(Ordering::Relaxed) {
            round += 1;
            let begun = self.insist("/api/v1/start", &json!({"workflow": "pulse", "key": format!("{client}-{round}")}));
            let own = begun["cycle"].as_str().unwrap().to_owned();
            for n in 1..=8 {
                for cycle in [own.as_str(), shared] {
                    let key = format!("{client}-{round}-{n}-{cycle}");
                    self.insist(&format!("/api/v1/cycles/{cycle}/events/add"), &json!({"data": {"n": n}, "key": key}));
                    *self.acknowledged.lock().unwrap().entry(cycle.to_owned()).or_default() += 1;
                }
            }
        }
    }
}

fn replace(field: &Field, old: &str, new: &str) {
    let mut nodes = field.nodes.lock().unwrap();
    nodes.retain(|address| address != old);
    nodes.push(new.to_owned());
}

/// Everything that happens, one after the other. The nodes are those that are left.
fn happen(field: &Field, home: &Home, server: &Server, address: &str, proxy: &Proxy, nodes: [Node; 3]) -> [Node; 3] {
    let [first, second, third] = nodes;
    thread::sleep(CALM);
    let gone = first.address.clone();
    first.kill();
    thread::sleep(LONG);
    let first = Node::start(home, address, &[]);
    replace(field, &gone, &first.address);

    second.signal("STOP");
    thread::sleep(LONG);
    second.signal("CONT");
    thread::sleep(CALM);

    proxy.cut();
    thread::sleep(LONG);
    proxy.mend();
    thread::sleep(CALM);

    server.crash(Duration::from_millis(700));
    thread::sleep(CALM);
    [first, second, third]
}

#[test]
fn nothing_is_lost_or_doubled_whatever_happens_to_nodes_and_database() {
    let Some(server) = Server::start() else { return };
    let home = Home::new();
    let address = server.database();
    home.run(["school", "load", "--db", &address, &file("school.yaml")]).ends(0);
    home.run(["publish", "--db", &address, &file("pulse.yaml")]).ends(0);
    let proxy = Proxy::to(server.port());
    let name = address.rsplit_once('/').unwrap().1;
    let through = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{name}", proxy.port());
    let first = Node::start(&home, &address, &["--sign-in", "dir"]);
    let second = Node::start(&home, &address, &["--clock-ahead", "3600"]);
    let third = Node::start(&home, &through, &["--clock-ahead", "-3600"]);

    // Signed in at one node, known to all.
    let entered = post(&first.address, first.link.as_deref().unwrap(), "", &json!({})).unwrap();
    let Some(cookie) = entered.cookie else { panic!("no session: {} {}", entered.status, entered.body) };
    let begun = post(&third.address, "/api/v1/start", &cookie, &json!({"workflow": "pulse"})).unwrap();
    assert_eq!(begun.status, 200, "{}", begun.body);
    let shared = begun.body["cycle"].as_str().unwrap().to_owned();

    let nodes = [first, second, third];
    let field = Arc::new(Field::new(nodes.iter().map(|node| node.address.clone()).collect(), cookie));
    let clients = field.people(CLIENTS, &shared);
    let nodes = happen(&field, &home, &server, &address, &proxy, nodes);
    field.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.join().unwrap();
    }

    // The last timers fire; then everybody goes home in order.
    let ask = |sql: &str| server.ask(name, sql);
    thread::sleep(Duration::from_secs(4));
    for node in nodes {
        assert_eq!(node.stop(), Some(0));
    }
    assert_eq!(ask("SELECT count(*) FROM node"), "0", "who leaves in order is off the list");

    let acknowledged = field.acknowledged.lock().unwrap();
    let commands: i64 = acknowledged.values().sum();
    assert!(commands > 100, "only {commands} commands were acknowledged");
    for (cycle, count) in acknowledged.iter() {
        let sql = format!("SELECT snapshot::json->'data'->>'count' FROM instance WHERE id = '{cycle}'");
        assert_eq!(ask(&sql), count.to_string(), "{cycle}: every acknowledged command counts once");
    }
    let timers = ask("SELECT status, count(*) FROM timer GROUP BY status ORDER BY status");
    let cycles = ask("SELECT count(*) FROM instance");
    assert_eq!(timers, format!("fired|{cycles}"), "every timer fired");
    assert_eq!(ask("SELECT count(*) FROM instance WHERE snapshot::json->'data'->>'rang' <> '1'"), "0", "and once");
    let early = ask("SELECT count(*) FROM timer WHERE lateness < 0");
    assert_eq!(early, "0", "no clock makes a timer early");
    let latest: i64 = ask("SELECT max(lateness) FROM timer").parse().unwrap();
    println!("{commands} commands, {cycles} timers, the latest by {} ms", latest / 1_000);
    assert!(latest < LATEST, "a timer was late by {latest} microseconds");
    home.run(["verify", "--db", &address]).ends(0);
}
