//! One node of the bench: a process with an engine and the clients that ask it. Knows nothing of other nodes.

use std::io::BufRead as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, ShiftedClock, SystemClock};
use draaiboek_store::{Mark, OpenOptions, Scope, Store};
use draaiboek_workflow::decide::{Actor, Command};
use serde_json::{Value, json};

/// Between two commands of a person while timers fire.
const PACE: Duration = Duration::from_millis(20);

/// Opens the database, says so, waits for a line, works, and tells on its standard output what it saw.
pub async fn work(order: &Value) {
    let engine = engine(order["database"].as_str().unwrap(), order["clock"].as_str()).await;
    say(&json!({ "rest": memory().0 }));
    std::io::stdin().lock().read_line(&mut String::new()).unwrap();
    let answer = match order["timers"].as_u64() {
        Some(count) => fire(&engine, count, order["last"].as_str().unwrap()).await,
        None => command(&engine, order).await,
    };
    say(&answer);
    engine.store().leave().await.unwrap();
}

fn say(what: &Value) {
    println!("{what}");
}

/// An engine without plugins on a database.
pub async fn engine(database: &str, clock: Option<&str>) -> Arc<Engine> {
    let store = Store::open(database, OpenOptions::default()).await.unwrap();
    let library = Library::new(Limits::default(), None).unwrap();
    let clock: Arc<dyn Clock> = match clock {
        Some(at) => Arc::new(ShiftedClock::starting(at.parse().unwrap())),
        None => Arc::new(SystemClock),
    };
    Arc::new(Engine::new(Arc::new(store), Arc::new(library), clock))
}

/// The only person of the school.
pub fn director() -> Actor {
    Actor { person: Some("dir".into()), roles: vec!["dir".into()], on_behalf_of: None }
}

fn next() -> Command {
    let note = "c".repeat(200 - r#"{"note":""}"#.len());
    Command::Send { event: "next".into(), data: json!({ "note": note }), reason: None }
}

/// Resident memory of this process and its highest value so far, in MB.
fn memory() -> (f64, f64) {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let of = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse::<f64>().unwrap() / 1024.0
    };
    (of("VmRSS:"), of("VmHWM:"))
}

/// Clients that send as fast as they are answered, or at a beat, each to cycles of its own: one after the other when there
/// are many.
async fn command(engine: &Arc<Engine>, order: &Value) -> Value {
    let number = |name: &str| order[name].as_u64().unwrap();
    let (from, cycles) = (number("from"), number("cycles"));
    let end = Instant::now() + Duration::from_millis(number("millis"));
    let beat = order["beat"].as_u64().map(Duration::from_micros);
    let before = engine.store().groups();
    let tasks: Vec<_> = (0..number("clients"))
        .map(|client| {
            let engine = Arc::clone(engine);
            tokio::spawn(async move {
                let (mut waits, actor, mut turn) = (Vec::new(), director(), 0_u64);
                // Their beats do not fall together.
                let mut due = Instant::now() + beat.unwrap_or_default() * (client as u32 % 64) / 64;
                while Instant::now() < end {
                    if let Some(beat) = beat {
                        tokio::time::sleep_until(due.into()).await;
                        due += beat;
                    }
                    // A stride through all of them that has no pattern an index could like.
                    let cycle = from + (client * cycles + turn * 7_919 % cycles);
                    turn += 1;
                    let start = Instant::now();
                    engine.command(&format!("m{cycle}"), &actor, next(), None).await.unwrap();
                    waits.push(start.elapsed().as_micros() as u64);
                }
                waits
            })
        })
        .collect();
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let groups = engine.store().groups() - before;
    json!({ "waits": waits, "groups": groups, "most": memory().1 })
}

/// Timers that are long due fire while one person goes on working; the one of the cycle `last` is due last.
async fn fire(engine: &Arc<Engine>, count: u64, last: &str) -> Value {
    let store = engine.store();
    let start = Instant::now();
    let claimed = store.claim_timers(engine.clock().now().as_microsecond(), Mark::START, 512).await.unwrap();
    let claim = start.elapsed().as_micros() as u64;
    assert_eq!(claimed.rows.len() as u64, count.min(512));
    let before = store.groups();
    let pump = tokio::spawn(Arc::clone(engine).run(std::future::pending()));
    let (start, mut waits, mut looked) = (Instant::now(), Vec::new(), Instant::now());
    loop {
        let asked = Instant::now();
        engine.command("m0", &director(), next(), None).await.unwrap();
        waits.push(asked.elapsed().as_micros() as u64);
        tokio::time::sleep(PACE).await;
        if looked.elapsed() > Duration::from_millis(200) {
            looked = Instant::now();
            // Found by its key: whoever asks for the first timer of all goes over everything that has fired.
            let last = store.read().instance(Scope::All, last).await.unwrap().unwrap();
            let now = engine.clock().now().as_microsecond();
            if last.revision > 1 && store.read().next_due().await.unwrap().is_none_or(|due| due > now) {
                break;
            }
        }
    }
    let millis = start.elapsed().as_millis() as u64;
    pump.abort();
    let groups = store.groups() - before;
    json!({ "waits": waits, "claim": claim, "millis": millis, "groups": groups, "most": memory().1 })
}
