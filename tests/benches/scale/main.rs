//! Durability at scale, on SQLite and on PostgreSQL: durable commands with 1, 16 and 64 clients on 1, 2 and 3 nodes beside
//! what the same database does without us, their bytes on disk, memory; the same with a thousand, a hundred thousand and
//! a million cycles; a million timers that are due. Every node is a process of its own with its clients in it.
//!
//! `cargo bench -p draaiboek-tests --bench scale -- [commands] [cycles] [timers] [million=N] [seconds=N] [only=KIND]
//! [binary=PATH]`; a kind is SQLite or PostgreSQL; with a binary of draaiboek, the time from its start until it is ready to serve is told too.

#![expect(clippy::unwrap_used, reason = "a bench stops at the first thing that goes wrong")]

#[path = "../../../engine/store/benches/shared/limit.rs"]
mod limit;
mod node;
mod place;
mod ready;
mod timers;

use std::io::{BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use draaiboek_test_postgres::Server;
use place::Place;
use serde_json::{Value, json};

/// As in the program itself.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Says to the same program that it is a node, and what it does.
const ORDER: &str = "DRAAIBOEK_BENCH_ORDER";

fn main() {
    let runtime = || tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if let Ok(order) = std::env::var(ORDER) {
        runtime().block_on(node::work(&serde_json::from_str(&order).unwrap()));
        return;
    }
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number =
        |name: &str, usual: u64| words.iter().find_map(|word| word.strip_prefix(name)?.parse().ok()).unwrap_or(usual);
    let asked = |name: &str| words.iter().all(|word| word.contains('=')) || words.iter().any(|word| word == name);
    let (million, seconds) = (number("million=", 1_000_000), number("seconds=", 5));
    let binary = words.iter().find_map(|word| word.strip_prefix("binary=")).map(PathBuf::from);
    let only = words.iter().find_map(|word| word.strip_prefix("only=")).map(str::to_owned);
    let bench = Bench { server: Server::start(), folder: tempfile::tempdir().unwrap(), seconds, only, binary };
    let runtime = runtime();
    if asked("commands") {
        bench.commands(&runtime);
    }
    if asked("cycles") {
        bench.cycles(&runtime, million);
    }
    if asked("timers") {
        bench.timers(&runtime, million);
    }
}

struct Bench {
    server: Option<Server>,
    folder: tempfile::TempDir,
    seconds: u64,
    only: Option<String>,
    binary: Option<PathBuf>,
}

impl Bench {
    /// New databases, one of each kind that there is.
    fn places(&self) -> impl Iterator<Item = Place<'_>> {
        let name = format!("{}.db", uuid());
        let file = Place::file(self.folder.path(), &name);
        let places = std::iter::once(file).chain(self.server.iter().map(Place::server));
        places.filter(|place| self.only.as_deref().is_none_or(|only| only == place.kind()))
    }

    fn commands(&self, runtime: &tokio::runtime::Runtime) {
        println!("\ndurable commands: 200 bytes of JSON each, every client with a cycle of its own");
        println!(
            "{:<11} {:>5} {:>7} {:>11} {:>8} {:>8} {:>6} {:>9} {:>6} {:>8} {:>8} {:>8} {:>15}",
            "database",
            "nodes",
            "clients",
            "commands/s",
            "p50 ms",
            "p99 ms",
            "group",
            "raw/s",
            "ratio",
            "B/cmd",
            "rest MB",
            "most MB",
            "half: p50, p99"
        );
        for place in self.places() {
            runtime.block_on(place.fill("steady", 64));
            let most = if matches!(place, Place::Server(..)) { 3 } else { 1 };
            for nodes in 1..=most {
                for clients in [1, 16, 64].into_iter().filter(|clients| *clients >= nodes) {
                    let before = place.bytes();
                    let run = self.run(&place, nodes, clients, 1, None);
                    let bytes = place.bytes().saturating_sub(before) / run.waits.len().max(1) as u64;
                    let raw = self.raw(&place, clients as usize, &run);
                    // Every client has its own beat, at which all together ask for half of what they got.
                    let beat = 2.0 * 1_000_000.0 * clients as f64 / run.rate();
                    let half = self.run(&place, nodes, clients, 1, Some(beat as u64));
                    println!(
                        "{:<11} {nodes:>5} {clients:>7} {:>11.0} {:>8.2} {:>8.2} {:>6.1} {raw:>9.0} {:>6.2} {bytes:>8} {:>8.0} {:>8.0} {:>8.2}, {:>5.2}",
                        place.kind(),
                        run.rate(),
                        run.at(50),
                        run.at(99),
                        run.group(),
                        run.rate() / raw,
                        run.rest,
                        run.most,
                        half.at(50),
                        half.at(99)
                    );
                }
            }
        }
    }

    fn cycles(&self, runtime: &tokio::runtime::Runtime, million: u64) {
        println!(
            "\n64 clients, one node, among so many cycles: each client at work on one; each command to another one \
             (more than fit into memory); from the start of a process until it is ready"
        );
        println!(
            "{:<11} {:>9} {:>11} {:>8} | {:>11} {:>8} {:>8} {:>8} | {:>9}",
            "database", "cycles", "commands/s", "p99 ms", "commands/s", "p50 ms", "p99 ms", "most MB", "ready ms"
        );
        for count in [million / 1_000, million / 10, million] {
            for place in self.places() {
                runtime.block_on(place.fill("steady", count));
                let own = self.run(&place, 1, 64, 1, None);
                let run = self.run(&place, 1, 64, count / 64, None);
                let ready = self.binary.as_ref().map(|binary| ready::millis(binary, &place.address()));
                println!(
                    "{:<11} {count:>9} {:>11.0} {:>8.2} | {:>11.0} {:>8.2} {:>8.2} {:>8.0} | {:>9}",
                    place.kind(),
                    own.rate(),
                    own.at(99),
                    run.rate(),
                    run.at(50),
                    run.at(99),
                    run.most,
                    ready.map_or_else(|| "-".into(), |ready| ready.to_string())
                );
            }
        }
    }

    /// Commands of clients, as fast as they are answered or at a beat in microseconds, each to `cycles` of their own.
    fn run(&self, place: &Place<'_>, nodes_: u64, clients: u64, cycles: u64, beat: Option<u64>) -> Run {
        let mut from = 1;
        let orders = (0..nodes_).map(|node| {
            let own = clients / nodes_ + u64::from(node < clients % nodes_);
            let order = json!({"database": place.address(), "clients": own, "from": from, "cycles": cycles, "beat": beat, "millis": self.seconds * 1_000});
            from += own * cycles;
            order
        });
        Run::of(nodes(orders.collect()), self.seconds as f64)
    }

    /// What the database does without us: plain SQLite calls in groups of the size that occurred; pgbench with as many
    /// connections.
    fn raw(&self, place: &Place<'_>, clients: usize, run: &Run) -> f64 {
        match place {
            Place::File(path) => limit::limit(path, run.group().round().max(1.0) as usize, run.waits.len().min(40_000)),
            Place::Server(..) => place.pgbench(clients, self.seconds).unwrap(),
        }
    }
}

/// What nodes saw together.
struct Run {
    /// Waits of all commands in microseconds, the shortest first.
    waits: Vec<u64>,
    groups: u64,
    seconds: f64,
    /// Most memory of a node at rest and at all, in MB.
    rest: f64,
    most: f64,
}

impl Run {
    fn of(told: Vec<(f64, Value)>, seconds: f64) -> Self {
        let mut run = Self { waits: Vec::new(), groups: 0, seconds, rest: 0.0, most: 0.0 };
        for (rest, told) in told {
            run.waits.extend(told["waits"].as_array().unwrap().iter().filter_map(Value::as_u64));
            run.groups += told["groups"].as_u64().unwrap_or(0);
            run.rest = run.rest.max(rest);
            run.most = run.most.max(told["most"].as_f64().unwrap());
        }
        run.waits.sort_unstable();
        run
    }

    fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.seconds
    }

    fn at(&self, share: usize) -> f64 {
        self.waits[(self.waits.len() - 1) * share / 100] as f64 / 1_000.0
    }

    fn group(&self) -> f64 {
        self.waits.len() as f64 / self.groups.max(1) as f64
    }
}

/// Starts nodes, lets them begin at the same moment; gives each one's memory at rest and what it told.
fn nodes(orders: Vec<Value>) -> Vec<(f64, Value)> {
    let mut running: Vec<(Child, BufReader<std::process::ChildStdout>, f64)> = orders
        .iter()
        .map(|order| {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.env(ORDER, order.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
            let mut child = command.spawn().unwrap();
            let mut lines = BufReader::new(child.stdout.take().unwrap());
            let rest = line(&mut lines)["rest"].as_f64().unwrap();
            (child, lines, rest)
        })
        .collect();
    for (child, ..) in &mut running {
        child.stdin.take().unwrap().write_all(b"go\n").unwrap();
    }
    running
        .into_iter()
        .map(|(mut child, mut lines, rest)| {
            let told = line(&mut lines);
            assert!(child.wait().unwrap().success());
            (rest, told)
        })
        .collect()
}

fn line(lines: &mut impl std::io::BufRead) -> Value {
    let mut text = String::new();
    lines.read_line(&mut text).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn uuid() -> u128 {
    std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos()
}
