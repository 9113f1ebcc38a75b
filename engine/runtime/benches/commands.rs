//! Durable commands a second through the whole runtime (load, decide, book, hash, commit, answer), beside plain SQLite
//! calls that write the same journal rows and instance rows in groups of the same size, in one run. Ratios carry over to
//! other machines, figures do not.
//!
//! The work: a linear workflow, one event a command with 200 bytes of JSON, acknowledged when it is on disk.
//!
//! `cargo bench -p draaiboek-runtime --bench commands -- [rounds]`

#![expect(clippy::unwrap_used, reason = "a bench stops at the first thing that goes wrong")]

#[path = "../../store/benches/shared/limit.rs"]
mod limit;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Engine, School, StartRequest, SystemClock};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_workflow::decide::{Actor, Command};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use serde_json::{Map, json};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Commands an instance takes before it ends.
const STATES: usize = 250;

fn main() {
    let rounds = std::env::args().filter_map(|word| word.parse().ok()).next().unwrap_or(3);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!(
        "{:<12} {:>12} {:>9} {:>9} {:>7} {:>12} {:>7}",
        "clients", "commands/s", "p50 ms", "p99 ms", "group", "plain rows/s", "ratio"
    );
    for clients in [1, 16, 64] {
        let mut runs: Vec<Run> = (0..rounds).map(|round| runtime.block_on(run(clients, round))).collect();
        runs.sort_by(|a, b| a.ratio().total_cmp(&b.ratio()));
        runs[runs.len() / 2].print(clients);
    }
    runtime.block_on(long_journals());
}

/// What a command costs an instance with a short and with a long journal: both are in memory, so is their database.
async fn long_journals() {
    let folder = tempfile::tempdir().unwrap();
    let engine = engine(&folder.path().join("long.db")).await;
    let actor = director();
    let note = || Command::Note { text: "n".into() };
    for (id, rows) in [("short", 100), ("long", 10_000)] {
        start(&engine, id).await;
        for _ in 0..rows {
            engine.command(id, &actor, note(), None).await.unwrap();
        }
    }
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..STATES - 1 {
        for (times, id) in times.iter_mut().zip(["short", "long"]) {
            let start = Instant::now();
            engine.command(id, &actor, next(), None).await.unwrap();
            times.push(start.elapsed());
        }
    }
    let [short, long] = times.map(|mut times| {
        times.sort();
        times[times.len() / 2]
    });
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    println!("a command with 100 journal rows {short:?}, with 10,000 {long:?}: ratio {ratio:.2} (target: under 1.20)");
}

/// One run and its yardstick.
struct Run {
    commands: usize,
    total: Duration,
    waits: Vec<Duration>,
    group: usize,
    plain: f64,
}

impl Run {
    fn rate(&self) -> f64 {
        self.commands as f64 / self.total.as_secs_f64()
    }

    fn ratio(&self) -> f64 {
        self.rate() / self.plain
    }

    fn print(&self, clients: usize) {
        let at = |share: usize| self.waits[(self.waits.len() - 1) * share / 100].as_secs_f64() * 1000.0;
        println!(
            "{clients:<12} {:>12.0} {:>9.2} {:>9.2} {:>7} {:>12.0} {:>7.2}",
            self.rate(),
            at(50),
            at(99),
            self.group,
            self.plain,
            self.ratio()
        );
    }
}

/// A list of states, each left by the same event.
fn linear() -> String {
    let mut text = String::from("workflow: linear\nversion: 1.0.0\nroles: {dir: {}}\nstates:\n");
    for state in 0..STATES {
        let next = if state + 1 == STATES { "done".to_owned() } else { format!("s{}", state + 1) };
        let _ = writeln!(text, "  s{state}: {{on: {{next: {{to: {next}, roles: dir, data: {{note: text}}}}}}}}");
    }
    text.push_str("  done: {final: true}\n");
    text
}

async fn engine(path: &Path) -> Engine {
    let store = Store::open(path.to_str().unwrap(), OpenOptions::default()).await.unwrap();
    let library = Library::new(Limits::default(), None).unwrap();
    let engine = Engine::new(Arc::new(store), Arc::new(library), Arc::new(SystemClock));
    let text = linear();
    let bundle = Bundle { main: SourceFile::new("linear.yaml", text.clone()), texts: Vec::new() };
    let workflow = language::check(&bundle, &Options::default()).workflow.unwrap();
    engine.publish(&workflow, &text).await.unwrap();
    let school =
        "school: s\nname: S\ncalendar: {base: be-nl, years: [2026-2027]}\npeople: {dir: {name: An, roles: [dir]}}\n";
    engine.put_school(&School::parse(school).unwrap()).await.unwrap();
    engine
}

fn director() -> Actor {
    Actor { person: Some("dir".into()), roles: vec!["dir".into()], on_behalf_of: None }
}

fn next() -> Command {
    let note = "c".repeat(200 - r#"{"note":""}"#.len());
    Command::Send { event: "next".into(), data: json!({ "note": note }), reason: None }
}

async fn start(engine: &Engine, id: &str) {
    let request = StartRequest {
        id: Some(id.to_owned()),
        school: "s".into(),
        workflow: "linear".into(),
        version: None,
        config: Map::new(),
        parent: None,
    };
    engine.start(request, &director(), None).await.unwrap();
}

async fn run(clients: usize, round: usize) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ours.db");
    let engine = Arc::new(engine(&path).await);
    let instances = clients.max(4);
    for number in 0..instances {
        start(&engine, &format!("i{round}-{number}")).await;
    }
    let before = engine.store().groups();
    let start = Instant::now();
    let tasks: Vec<_> = (0..clients)
        .map(|client| {
            let engine = Arc::clone(&engine);
            tokio::spawn(async move {
                let mut waits = Vec::new();
                let actor = director();
                for number in (client..instances).step_by(clients) {
                    let id = format!("i{round}-{number}");
                    for _ in 1..STATES {
                        let start = Instant::now();
                        engine.command(&id, &actor, next(), None).await.unwrap();
                        waits.push(start.elapsed());
                    }
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let total = start.elapsed();
    waits.sort();
    let commands = waits.len();
    let groups = engine.store().groups() - before;
    let group = (commands as f64 / groups as f64).round().max(1.0) as usize;
    drop(engine);
    let plain = limit::limit(&path, group, commands);
    Run { commands, total, waits, group, plain }
}
