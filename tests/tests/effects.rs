//! An effect that can not be carried out: others go on, it is tried for a while, and then a person is told.

use std::sync::Arc;

use draaiboek_runtime::{StartRequest, VirtualClock, verify};
use draaiboek_store::{OutboxRow, Scope, Turn};
use draaiboek_workflow::decide::Command;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

#[tokio::test]
async fn a_poisoned_effect_is_given_up_as_an_incident_and_holds_nobody_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let start: Timestamp = "2026-10-05T07:00:00Z".parse().expect("a moment");
    let clock = Arc::new(VirtualClock::new(start));
    let engine =
        draaiboek_tests::open(&folder.path().join("effects.db"), Arc::clone(&clock) as _).await.expect("an engine");
    let actor = engine.school("klein").await.expect("the school").actor("dir").expect("its director");
    for id in ["one", "other"] {
        let request = StartRequest {
            id: Some(id.into()),
            school: "klein".into(),
            workflow: "counter".into(),
            ..StartRequest::default()
        };
        engine.start(request, &actor, None).await.expect("it starts");
    }
    let store = engine.store();
    let one = store.read().instance(Scope::All, "one").await.expect("read").expect("there");
    let now = start.as_microsecond();
    let effect = |key: &str, payload: serde_json::Value| draaiboek_tests::effect(store, one.pk, key, &payload, now);
    let good = json!({"effect": "deliver", "instance": "other", "event": "add", "data": {"n": 1}});
    let rows = vec![effect("one:9:0", json!({"effect": "nonsense"})), effect("one:9:1", good.clone())];
    store.commit(vec![Turn { outbox: rows, ..Turn::default() }]).await.remove(0).expect("stored");

    engine.advance(&clock, start + SignedDuration::from_hours(1)).await.expect("it runs");
    let told = engine.snapshot("other").await.expect("the other").data.get("count").cloned();
    assert_eq!(told, Some(json!(1)), "the effect behind it was carried out");
    let incidents = store.read().open_incidents(Scope::All, 10).await.expect("incidents");
    assert_eq!(incidents.len(), 1, "{incidents:?}");
    assert!(incidents[0].cause.contains("one:9:0") && incidents[0].cause.contains("8 attempts"), "{incidents:?}");
    let given_up = store.read().outbox_by_key("one:9:0").await.expect("read").expect("there");
    assert_eq!(given_up.status, "given_up");

    // The cycle waits for a person, who mends what was wrong and has it tried again.
    let add = |n: i64| Command::Send { event: "add".into(), data: json!({"n": n}), reason: None };
    let refused = engine.command("one", &actor, add(2), None).await.expect_err("it waits");
    assert_eq!(refused.rejection().map(|no| no.word.as_str()), Some("BLOCKED"));
    let mended = OutboxRow { payload: good.to_string(), ..given_up };
    store.commit(vec![Turn { outbox: vec![mended], ..Turn::default() }]).await.remove(0).expect("stored");
    engine.retry("one", &actor, &incidents[0].input).await.expect("it is tried again");
    engine.pump().await.expect("it runs");
    let told = engine.snapshot("other").await.expect("the other").data.get("count").cloned();
    assert_eq!(told, Some(json!(2)));
    engine.command("one", &actor, add(2), None).await.expect("it goes on");
    assert!(verify(store.read(), |_| ()).await.expect("verify").is_clean());
}
