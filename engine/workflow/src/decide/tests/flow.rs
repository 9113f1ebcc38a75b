//! Events, guards, requirements, roles, lifecycle, children, failures.

use serde_json::{Value, json};

use super::super::{Actor, ChildStatus, Command, Effect, Lifecycle};
use super::{Bench, none, person};

const GATE: &str = r"
workflow: gate
version: 1.0.0
config: {teams: {type: [object], default: []}}
data: {n: 0}
roles: {dir: {}, core: {from: config.core_people}}
states:
  open:
    on:
      count: {roles: [dir], do: [{set: {n: data.n + 1}}]}
      break: {roles: [dir], do: [{set: {n: 99}}, {set: {n: 1 / (data.n - 99)}}]}
      raise: {roles: [dir], do: [{raise: {event: inner, data: {by: data.n}}}]}
      inner: {to: raised}
      close:
        to: closed
        roles: [core]
        error: FOLLOW_UP_MISSING
        require:
          - {that: size(config.teams) > 0, else: NO_TEAM}
          - {for_each: {team: config.teams}, that: has(team.coach), else: 'NO_COACH:{team.id}'}
          - {for_each: {team: config.teams}, when: has(team.date), that: 'team.date <= plus_schooldays(today, 20)', else: 'FIRST_DATE_TOO_LATE:{team.id}'}
  raised: {on: {back: {to: open, roles: [dir]}}}
  closed: {final: true}
";

fn gate() -> String {
    GATE.replace("config: {teams", "config: {core_people: {type: [person], default: []}, teams")
}

#[test]
fn requirements_give_every_reason_in_order() {
    let teams =
        json!([{"id": "a"}, {"id": "b", "coach": "lk1", "date": "2026-12-02"}, {"id": "c", "date": "2026-10-30"}]);
    let mut bench = Bench::started(&gate(), json!({"core_people": ["zc1"], "teams": teams}));
    let refused = bench.send(&person("zc1", &["zc"]), "close", none()).unwrap_err();
    assert_eq!(refused.word, "FOLLOW_UP_MISSING");
    assert_eq!(refused.reasons, ["NO_COACH:a", "NO_COACH:c", "FIRST_DATE_TOO_LATE:b"]);
    assert_eq!(bench.states(), ["open"]);
}

#[test]
fn roles_come_from_the_school_or_from_the_configuration() {
    let mut bench = Bench::started(&gate(), json!({"core_people": ["zc1"], "teams": [{"id": "a", "coach": "lk1"}]}));
    let refused = bench.send(&person("lk9", &["tch", "core"]), "close", none()).unwrap_err();
    assert_eq!(refused.word, "NOT_ALLOWED");
    bench.send(&person("zc1", &[]), "close", none()).expect("the configured core may");
    assert_eq!(bench.snap().lifecycle, Lifecycle::Ended);
}

#[test]
fn events_nobody_takes_and_events_of_the_engine_are_refused() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(&gate(), json!({"core_people": []}));
    for (event, word) in
        [("back", "NOT_ENABLED"), ("nonsense", "NOT_ENABLED"), ("timer.x", "NOT_ALLOWED"), ("inner", "NOT_ALLOWED")]
    {
        assert_eq!(bench.send(&dir, event, none()).unwrap_err().word, word, "{event}");
    }
}

#[test]
fn raised_events_run_to_completion_in_the_same_turn() {
    let mut bench = Bench::started(&gate(), json!({"core_people": []}));
    bench.send(&person("dir", &["dir"]), "raise", none()).expect("taken");
    assert_eq!(bench.states(), ["raised"]);
}

#[test]
fn an_error_nobody_handles_rolls_back_and_waits_for_a_person() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(&gate(), json!({"core_people": []}));
    bench.send(&dir, "count", none()).expect("counted");
    bench.send(&dir, "break", none()).expect("booked as an incident");
    assert_eq!(bench.snap().data["n"], json!(1), "nothing of the broken turn stays");
    assert!(matches!(bench.snap().lifecycle, Lifecycle::Blocked { .. }));
    assert_eq!(bench.send(&dir, "count", none()).unwrap_err().word, "BLOCKED");
    let incident = bench.snap().incidents.keys().next().cloned().expect("an incident");
    bench.run(&dir, Command::Settle { incident, given_up: Some("typo".into()) }).expect("settled");
    bench.send(&dir, "count", none()).expect("it goes on where it was");
    assert_eq!(bench.snap().data["n"], json!(2));
}

#[test]
fn pause_refuses_all_but_resume_and_cancel_ends() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(&gate(), json!({"core_people": []}));
    assert_eq!(
        bench.run(&person("lk1", &["tch"]), Command::Pause { reason: "x".into() }).unwrap_err().word,
        "NOT_ALLOWED"
    );
    bench.run(&dir, Command::Pause { reason: "verbouwing".into() }).expect("paused");
    assert_eq!(bench.send(&dir, "count", none()).unwrap_err().word, "PAUSED");
    bench.run(&dir, Command::Resume).expect("resumed");
    bench.run(&dir, Command::Cancel { reason: "fusie".into() }).expect("cancelled");
    assert_eq!(bench.send(&dir, "count", none()).unwrap_err().word, "CLOSED");
}

#[test]
fn move_enters_other_states_without_guards_and_needs_a_reason() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(&gate(), json!({"core_people": []}));
    let command = |to: &str, reason: &str| Command::Move { to: vec![to.into()], reason: reason.into() };
    assert_eq!(bench.run(&dir, command("raised", " ")).unwrap_err().word, "INVALID");
    assert_eq!(bench.run(&dir, command("nowhere", "x")).unwrap_err().word, "INVALID");
    bench.run(&dir, command("raised", "verkeerde knop")).expect("moved");
    assert_eq!(bench.states(), ["raised"]);
}

const FAMILY: &str = r"
workflow: family
version: 1.0.0
config: {teams: {type: [object], default: []}}
roles: {dir: {}}
states:
  running:
    run: {workflow: child, for_each: {team: config.teams}, key: team.id, with: {name: team.id}, join: {at_least: 2}}
    on:
      done.child.running: enough
      child.failed.running: trouble
      leave: {to: trouble, roles: [dir]}
  enough: {final: true}
  trouble: {on: {again: {to: running, roles: [dir]}}}
";

fn family() -> Bench {
    Bench::started(FAMILY, json!({"teams": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}))
}

fn ended(key: &str, status: ChildStatus) -> Command {
    Command::ChildEnded { state: "running".into(), key: key.into(), status, outcome: json!(key) }
}

#[test]
fn a_paused_parent_hears_of_its_children_when_it_goes_on() {
    let (mut bench, dir, system) = (family(), person("dir", &["dir"]), Actor::system());
    bench.run(&dir, Command::Pause { reason: "verbouwing".into() }).expect("paused");
    let early = bench.run(&system, ended("a", ChildStatus::Ended)).unwrap_err();
    assert_eq!(early.word, "PAUSED", "the effect waits");
    bench.run(&dir, Command::Resume).expect("resumed");
    for key in ["a", "b"] {
        bench.run(&system, ended(key, ChildStatus::Ended)).expect("told");
    }
    assert_eq!(bench.states(), ["enough"]);
}

#[test]
fn children_start_with_their_configuration_and_join() {
    let mut bench = Bench::new(FAMILY, json!({"teams": [{"id": "a"}, {"id": "b"}, {"id": "c"}]}));
    let origin = Box::new(bench.origin.clone());
    let decision = bench.run(&person("dir", &["dir"]), Command::Start { origin }).expect("started");
    let started: Vec<_> = decision
        .effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::StartChild { config, parent, .. } => Some((parent.key.as_str(), config["name"].clone())),
            _ => None,
        })
        .collect();
    assert_eq!(started, [("a", json!("a")), ("b", json!("b")), ("c", json!("c"))]);
    bench.run(&Actor::system(), ended("b", ChildStatus::Ended)).expect("one");
    assert_eq!(bench.states(), ["running"]);
    let decision = bench.run(&Actor::system(), ended("c", ChildStatus::Ended)).expect("two are enough");
    assert_eq!(bench.snap().lifecycle, Lifecycle::Ended);
    let cancelled = decision.effects.iter().filter(|e| matches!(e, Effect::CancelChild { .. })).count();
    assert_eq!(cancelled, 1, "the third is cancelled with the state that ran it");
}

#[test]
fn a_failed_child_is_an_event_of_the_parent() {
    let mut bench = family();
    bench.run(&Actor::system(), ended("a", ChildStatus::Failed)).expect("told");
    assert_eq!(bench.states(), ["trouble"]);
    assert_eq!(bench.run(&Actor::system(), ended("a", ChildStatus::Ended)).unwrap_err().word, "NOT_ENABLED");
}

#[test]
fn leaving_the_state_cancels_its_children() {
    let mut bench = family();
    let decision = bench.send(&person("dir", &["dir"]), "leave", none()).expect("left");
    assert_eq!(decision.effects.iter().filter(|e| matches!(e, Effect::CancelChild { .. })).count(), 3);
}

#[test]
fn a_transition_without_an_event_needs_no_role_of_the_sender() {
    let mut bench = Bench::started(
        "workflow: w\nversion: 1.0.0\nroles: {dir: {}}\ndata: {go: true}\nstates:\n  a: {on: {go: {to: b, roles: dir}}}\n  b: {always: [{when: data.go, to: c}]}\n  c: {final: true}\n",
        none(),
    );
    bench.send(&person("dir", &["dir"]), "go", none()).expect("taken");
    assert_eq!(bench.states(), ["c"]);
}

#[test]
fn a_role_sees_the_view_that_the_workflow_gives_it() {
    let bench = Bench::started(
        "workflow: w\nversion: 1.0.0\nroles: {dir: {}, tch: {}}\ndata: {held: [1, 2], growth: true}\nviews:\n  dir: {held: size(data.held), where: states, materials: \"data.growth ? null : 3\"}\nstates:\n  a: {on: {go: {to: c, roles: dir}}}\n  c: {final: true}\n",
        none(),
    );
    let seen = |roles: &[&str]| bench.view(&person("p", roles)).map(Value::Object);
    assert_eq!(seen(&["dir"]), Some(json!({"held": 2, "where": ["a"]})), "null is left out");
    assert_eq!(seen(&["tch"]), None);
}
