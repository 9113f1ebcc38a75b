//! Rounds of the loop that a server runs: more than one batch, of one cycle in order, each once; and stopping in between.

#![expect(clippy::expect_used, reason = "a test stops at the first thing that goes wrong")]

use std::sync::Arc;

use draaiboek_runtime::{Engine, StartRequest, VirtualClock, verify};
use draaiboek_store::{JournalRow, Mark, Scope, Turn};
use draaiboek_workflow::decide::Actor;
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
/// More than one batch takes.
const CYCLES: usize = 300;

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
    let bundle = Bundle { main: SourceFile::new("waiting.yaml", WAITING), texts: Vec::new() };
    let waiting = language::check(&bundle, &Options::default()).workflow.expect("a workflow");
    engine.publish(&waiting, WAITING).await.expect("published");
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

    let watched = Arc::clone(&engine);
    let done = async move {
        while due(&watched).await > 0 {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    Arc::clone(&engine).run(done).await;
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
