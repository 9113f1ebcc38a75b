//! Rounds of the loop that a server runs: more than one batch, of one cycle in order, each once; and stopping in between.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that goes wrong")]

use std::sync::Arc;

use draaiboek_runtime::{Engine, StartRequest, VirtualClock, verify};
use draaiboek_store::{JournalRow, Mark, Scope, TimerRow, Turn};
use draaiboek_workflow::decide::{Actor, Command};
use draaiboek_workflow::language::{self, Bundle, Options, SourceFile};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const WAITING: &str = "
workflow: waiting
version: 1.0.0
roles: {dir: {}}
states:
  a: {after: {PT1M: {to: b}}}
  b: {final: true}
";
/// Two timers that are due at once, and an event that leaves everything as it is.
const BOTH: &str = "
workflow: both
version: 1.0.0
roles: {dir: {}}
states:
  p:
    parallel:
      x: {initial: x1, states: {x1: {after: {PT1M: {to: x2}}}, x2: {final: true}}}
      y: {initial: y1, states: {y1: {after: {PT2M: {to: y2}}, on: {nudge: {roles: dir}}}, y2: {final: true}}}
    on: {done.state.p: {to: over}}
  over: {final: true}
";
/// More than one batch takes.
const CYCLES: usize = 300;

async fn publish(engine: &Engine, text: &str) {
    let bundle = Bundle { main: SourceFile::new("workflow.yaml", text), texts: Vec::new() };
    let workflow = language::check(&bundle, &Options::default()).workflow.expect("a workflow");
    engine.publish(&workflow, text).await.expect("published");
}

/// Runs the loop until nothing is due.
async fn run(engine: &Arc<Engine>) {
    let watched = Arc::clone(engine);
    let done = async move {
        while due(&watched).await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    Arc::clone(engine).run(done).await;
}

async fn start(engine: &Engine, actor: &Actor, workflow: &str, id: String) {
    let request =
        StartRequest { id: Some(id), school: "klein".into(), workflow: workflow.into(), ..StartRequest::default() };
    engine.start(request, actor, None).await.expect("it starts");
}

/// Messages to every counting cycle, in the order in which it shall get them.
async fn send(engine: &Engine, numbers: std::ops::RangeInclusive<i64>) {
    let (store, now) = (engine.store(), engine.clock().now().as_microsecond());
    for cycle in 0..CYCLES {
        let instance = format!("c{cycle}");
        let row = store.read().instance(Scope::All, &instance).await.expect("read").expect("there");
        let message = |n: i64| {
            let payload = json!({"effect": "deliver", "instance": instance, "event": "add", "data": {"n": n}});
            draaiboek_tests::effect(store, row.pk, &format!("{instance}:{n}"), &payload, now)
        };
        let outbox = numbers.clone().map(message).collect();
        store.commit(vec![Turn { outbox, ..Turn::default() }]).await.remove(0).expect("stored");
    }
}

/// What was added to a cycle, oldest first.
fn added(journal: &[JournalRow]) -> Vec<i64> {
    let commands =
        journal.iter().rev().map(|row| serde_json::from_str::<serde_json::Value>(&row.command).expect("JSON"));
    commands.filter_map(|told| told.pointer("/command/data/n")?.as_i64()).collect()
}

async fn due(engine: &Engine) -> usize {
    let (read, now) = (engine.store().read(), engine.clock().now().as_microsecond());
    let timers = read.due_timers(now, Mark::START, 10_000).await.expect("timers");
    timers.len() + read.pending_outbox(now, Mark::START, 10_000).await.expect("effects").len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_due_is_carried_out_once_and_in_order_and_whoever_stops_leaves_the_rest() {
    let folder = tempfile::tempdir().expect("a folder");
    let morning: Timestamp = "2026-10-05T07:00:00Z".parse().expect("a moment");
    let clock = Arc::new(VirtualClock::new(morning));
    let engine =
        draaiboek_tests::open(&folder.path().join("round.db"), Arc::clone(&clock) as _).await.expect("an engine");
    publish(&engine, WAITING).await;
    let actor = engine.school("klein").await.expect("the school").actor("dir").expect("its director");
    for cycle in 0..CYCLES {
        start(&engine, &actor, "counter", format!("c{cycle}")).await;
        start(&engine, &actor, "waiting", format!("w{cycle}")).await;
    }
    send(&engine, 1..=3).await;
    clock.advance_to(morning + SignedDuration::from_hours(1));
    assert_eq!(due(&engine).await, 4 * CYCLES);

    let engine = Arc::new(engine);
    Arc::clone(&engine).run(std::future::ready(())).await;
    assert_eq!(due(&engine).await, 4 * CYCLES, "who stops at once begins nothing");

    run(&engine).await;
    let read = engine.store().read();
    for cycle in 0..CYCLES {
        let row = read.instance(Scope::All, &format!("c{cycle}")).await.expect("read").expect("there");
        let journal = read.journal_back(row.journal_head.expect("a journal"), 100).await.expect("journal").rows;
        assert_eq!(added(&journal), [1, 2, 3], "c{cycle}");
        let row = read.instance(Scope::All, &format!("w{cycle}")).await.expect("read").expect("there");
        assert_eq!((row.lifecycle.as_str(), row.revision), ("ended", 2), "w{cycle}");
    }
    assert!(verify(read, |_| ()).await.expect("verify").is_clean());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn timers_that_meet_something_unusual_fire_alone_and_hold_up_no_others() {
    let folder = tempfile::tempdir().expect("a folder");
    let morning: Timestamp = "2026-10-05T07:00:00Z".parse().expect("a moment");
    let clock = Arc::new(VirtualClock::new(morning));
    let engine =
        draaiboek_tests::open(&folder.path().join("alone.db"), Arc::clone(&clock) as _).await.expect("an engine");
    publish(&engine, BOTH).await;
    let actor = engine.school("klein").await.expect("the school").actor("dir").expect("its director");
    let cycles: Vec<String> = (0..40).map(|cycle| format!("b{cycle}")).collect();
    for cycle in &cycles {
        start(&engine, &actor, "both", cycle.clone()).await;
    }
    // What the first engine has of some in memory is of yesterday.
    let (store, library) = (Arc::clone(engine.store()), Arc::clone(engine.library()));
    let other = Engine::new(Arc::clone(&store), library, Arc::clone(&clock) as _);
    let (nudged, left) = cycles.split_at(20);
    let nudge = || Command::Send { event: "nudge".into(), data: json!({}), reason: None };
    for cycle in nudged {
        other.command(cycle, &actor, nudge(), None).await.expect("nudged");
    }
    // A timer that its cycle does not know.
    let row = store.read().instance(Scope::All, "b30").await.expect("read").expect("there");
    let known = store.read().pending_timers(row.pk).await.expect("timers").remove(0);
    let mut event: serde_json::Value = serde_json::from_str(&known.event).expect("JSON");
    event["seq"] = json!(999);
    let stray = TimerRow { id: store.ids().timer(), timer_id: "stray".into(), event: event.to_string(), ..known };
    store.commit(vec![Turn { timers: vec![stray.clone()], ..Turn::default() }]).await.remove(0).expect("stored");
    clock.advance_to(morning + SignedDuration::from_hours(1));
    assert_eq!(due(&engine).await, 2 * cycles.len() + 1);

    run(&Arc::new(engine)).await;
    let read = store.read();
    for (cycles, revision) in [(nudged, 4), (left, 3)] {
        for cycle in cycles {
            let row = read.instance(Scope::All, cycle).await.expect("read").expect("there");
            assert_eq!((row.lifecycle.as_str(), row.revision), ("ended", revision), "{cycle}");
        }
    }
    assert_eq!(read.timer(stray.id).await.expect("read").expect("there").status, "cancelled");
    assert!(verify(read, |_| ()).await.expect("verify").is_clean());
}
