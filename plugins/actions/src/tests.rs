//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "actions", config)
}

fn action(id: &str, extra: Value) -> Value {
    let mut action = json!({"action_id": id, "text": "uitproberen"});
    action.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"action": action})
}

fn status(id: &str, status: &str) -> Value {
    json!({"status": {"action_id": id, "status": status}})
}

#[test]
fn every_team_needs_a_first_step_with_an_owner() {
    let mut step = step(json!({"groups": ["a", "b", "c"], "every_group": true}));
    step.send("lk1", action("x", json!({"group": "a", "owner": "lk1"}))).unwrap();
    step.person("lk5", &["coach"], Some("b"));
    step.send("lk5", action("y", json!({}))).unwrap();
    assert_eq!(step.reasons(), ["NO_FIRST_STEP:b", "NO_FIRST_STEP:c"]);
    let result = step.result();
    assert_eq!(
        (&result["groups_with_owner"], &result["groups"], &result["groups_without"]),
        (&json!(["a"]), &json!(["a", "b"]), &json!(["c"]))
    );
    step.send("lk6", action("y", json!({"group": "b", "owner": "lk6"}))).unwrap();
    step.send("lk6", action("z", json!({"group": "c", "owner": "lk6", "status": "dropped", "reason": "dubbel"})))
        .unwrap();
    assert_eq!(step.reasons(), ["NO_FIRST_STEP:c"], "what was dropped is no step");
}

#[test]
fn what_is_required_must_be_filled_in() {
    let all = json!({"owner_required": true, "due_required": true, "level_required": true, "link_required": true});
    let fields = ["owner", "due", "level", "link"];
    let refused = step(all.clone()).send("lk1", action("x", json!({})));
    assert_eq!(refused, Err(fields.map(|field| format!("INVALID /action/{field}")).to_vec()));
    let whole = json!({"owner": "lk1", "due": "2026-10-20", "level": "team", "link": "P1"});
    step(all).send("lk1", action("x", whole)).unwrap();
}

#[test]
fn the_history_is_kept_and_the_last_status_counts() {
    let mut step = step(json!({}));
    assert_eq!(step.send("lk1", status("x", "done")), Err(vec!["INVALID /status/action_id".to_owned()]));
    step.send("lk1", action("x", json!({"owner": "lk1", "level": "teacher"}))).unwrap();
    for (at, new) in
        [("2026-10-05T09:00:00", "doing"), ("2026-10-06T09:00:00", "done"), ("2026-10-07T09:00:00", "doing")]
    {
        step.at(at);
        step.send("lk1", status("x", new)).unwrap();
    }
    let history = json!([
        {"status": "open", "date": "2026-10-02", "by": "lk1"},
        {"status": "done", "date": "2026-10-06", "by": "lk1"},
        {"status": "doing", "date": "2026-10-07", "by": "lk1"},
    ]);
    let line = step.result()["actions"][0].clone();
    assert_eq!(
        (&line["history"], &line["status"]),
        (&history, &json!("doing")),
        "the same status again moves to its last day"
    );
    step.send("lk1", action("x", json!({"text": "beter uitproberen"}))).unwrap();
    assert_eq!(step.result()["actions"][0]["status"], "doing", "another text leaves the status alone");
    assert_eq!((&step.result()["counts"], &step.result()["by_level"]), (&json!({"doing": 1}), &json!({})));
}

#[test]
fn dropping_needs_a_reason() {
    let mut step = step(json!({}));
    step.send("lk1", action("x", json!({}))).unwrap();
    assert_eq!(step.send("lk1", status("x", "dropped")), Err(vec!["INVALID /status/reason".to_owned()]));
    assert_eq!(
        step.send("lk1", action("y", json!({"status": "dropped"}))),
        Err(vec!["INVALID /action/reason".to_owned()])
    );
    step.send("lk1", json!({"status": {"action_id": "x", "status": "dropped", "reason": "geen tijd"}})).unwrap();
    let result = step.result();
    assert_eq!((&result["actions"][0]["reason"], &result["unassigned"]), (&json!("geen tijd"), &json!([])));
}

#[test]
fn not_everything_at_once() {
    let mut step = step(json!({"max_active": 1}));
    step.send("lk1", action("x", json!({}))).unwrap();
    step.send("lk1", action("x", json!({"text": "anders"}))).unwrap();
    let full = Err(vec!["TOO_MANY_PRIORITIES:1".to_owned()]);
    assert_eq!(step.send("lk1", action("y", json!({}))), full);
    step.send("lk1", action("y", json!({"status": "done"}))).unwrap();
    assert_eq!(step.send("lk1", status("y", "doing")), full);
    step.at("2026-10-05T09:00:00");
    step.send("lk1", status("x", "done")).unwrap();
    step.send("lk1", status("y", "doing")).unwrap();
    assert_eq!(step.result()["counts"], json!({"doing": 1, "done": 1}));
}

#[test]
fn a_date_on_a_closed_day_moves() {
    let mut step = step(json!({}));
    let answer = step.send("lk10", action("x", json!({"due": "2026-11-11"}))).unwrap();
    assert_eq!((&answer["value"]["due"], &answer["warnings"][0]["word"]), (&json!("2026-11-12"), &json!("MOVED")));
    assert_eq!(step.result()["actions"][0]["due_asked"], "2026-11-11");
    let answer = step.send("lk10", action("x", json!({"due": "2027-08-20"}))).unwrap();
    assert_eq!((&answer["value"]["due"], &answer["warnings"]), (&json!("2027-08-20"), &json!([])));
}

#[test]
fn overdue_is_not_shown_while_a_team_grows() {
    let mut step = step(json!({}));
    step.send("lk1", action("x", json!({"due": "2026-10-05"}))).unwrap();
    step.send("lk1", action("y", json!({"due": "2026-10-05", "status": "done"}))).unwrap();
    step.at("2026-10-05T23:00:00");
    assert_eq!(step.result()["overdue"], json!([]));
    step.at("2026-10-06T08:00:00");
    assert_eq!(step.result()["overdue"], json!(["x"]));
    step.configure("growth_phase", json!(true));
    assert_eq!(step.result()["overdue"], Value::Null);
}

#[test]
fn who_left_owns_nothing() {
    let mut step = step(json!({}));
    step.send("lk1", action("x", json!({"owner": "lk3", "group": "a"}))).unwrap();
    step.set("inputs", json!({"left": ["lk3"]}));
    let result = step.result();
    assert_eq!((&result["actions"][0]["owner"], &result["actions"][0]["former_owner"]), (&Value::Null, &json!("lk3")));
    assert_eq!((&result["unassigned"], &result["groups_with_owner"]), (&json!(["x"]), &json!([])));
}

#[test]
fn outside_the_team_only_counts_are_seen() {
    let mut step = step(json!({}));
    step.send("lk1", action("x", json!({"owner": "lk1"}))).unwrap();
    assert_eq!(step.shows("policy"), json!({"counts": {"open": 1}, "by_level": {}, "groups": []}));
    assert_eq!(step.conclude()["artifacts"][0]["name"], "actions");
}
