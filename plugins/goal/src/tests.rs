//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    let mut step = Step::new(&PLUGIN, "goal", config);
    step.person("lk15", &["coach"], Some("lager-3-4"));
    step.person("lk6", &["coach"], Some("kleuter-2-3"));
    step
}

fn goal(id: &str, extra: Value) -> Value {
    let mut goal = json!({"goal_id": id, "text": "leerlingen kennen het doel van de les"});
    goal.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    json!({"goal": goal})
}

#[test]
fn a_goal_without_link_is_not_complete() {
    // S03: the aim needs a link to a principle.
    let mut step = step(json!({"min_links": 1}));
    assert_eq!(step.reasons(), ["GOAL_MISSING"]);
    step.send("lk15", goal("aim", json!({}))).unwrap();
    assert_eq!(step.reasons(), ["NOT_READY:aim"]);
    assert_eq!(step.result()["incomplete"], json!({"aim": ["links"]}));
    step.send("lk15", goal("aim", json!({"links": ["P1", "P2"]}))).unwrap();
    assert_eq!((&step.conclude()["ready"], &step.result()["complete"]), (&json!(true), &json!(["aim"])));
    assert_eq!(step.conclude()["artifacts"][0]["name"], "goals");
}

#[test]
fn checks_hold_by_field_by_yes_or_by_reason() {
    let mut step = step(json!({"checks": ["concept", "concrete", "clear", "criteria"], "require_complete": false}));
    step.send("lk15", goal("a", json!({"checks": {"concrete": "no", "clear": "leerlingen kozen zelf de woorden"}})))
        .unwrap();
    assert_eq!(step.result()["incomplete"]["a"], json!(["concept", "concrete", "criteria"]));
    assert_eq!(step.conclude()["ready"], true, "completeness is not asked for");
    let whole = json!({"concept": "doel", "criteria": ["ik kan het navertellen"], "checks": {"concrete": "yes", "clear": "yes"}});
    step.send("lk15", goal("a", whole)).unwrap();
    assert_eq!(step.result()["incomplete"], json!({}));
}

#[test]
fn smart_stands_for_five_checks() {
    let mut step = step(json!({"checks": ["smart"]}));
    step.send("lk15", goal("a", json!({"indicator": "80 % haalt het", "horizon": "juni"}))).unwrap();
    assert_eq!(step.result()["incomplete"]["a"], json!(["specific", "acceptable", "realistic"]));
}

#[test]
fn not_everything_at_once() {
    let mut step = step(json!({"max_goals": 2, "allow_intermediate": true}));
    step.send("lk15", goal("a", json!({}))).unwrap();
    step.send("lk6", goal("b", json!({}))).unwrap();
    assert_eq!(step.send("lk15", goal("c", json!({}))), Err(vec!["TOO_MANY_PRIORITIES:2".to_owned()]));
    step.send("lk15", goal("a", json!({"concept": "c"}))).unwrap();
    step.send("lk15", goal("a1", json!({"part_of": "a"}))).unwrap();
    assert_eq!(step.send("lk15", goal("z", json!({"part_of": "q"}))), Err(vec!["INVALID /goal/part_of".to_owned()]));
    step.send("lk6", json!({"close_goal": {"goal_id": "b", "reason": "bereikt"}})).unwrap();
    step.send("lk15", goal("c", json!({}))).unwrap();
    assert_eq!(
        step.send("lk6", goal("b", json!({}))),
        Err(vec!["TOO_MANY_PRIORITIES:2".to_owned()]),
        "not by way of a closed one"
    );
    step.configure("allow_intermediate", json!(false));
    assert_eq!(step.send("lk15", goal("a2", json!({"part_of": "a"}))), Err(vec!["INVALID /goal/part_of".to_owned()]));
}

#[test]
fn a_goal_is_closed_not_deleted() {
    let mut step = step(json!({}));
    let close = |id: &str| json!({"close_goal": {"goal_id": id, "reason": "bereikt"}});
    assert_eq!(step.send("lk15", close("a")), Err(vec!["INVALID /close_goal/goal_id".to_owned()]));
    step.send("lk15", goal("a", json!({}))).unwrap();
    step.send("lk15", close("a")).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["goals"][0]["status"], &result["goals"][0]["close_reason"]),
        (&json!("closed"), &json!("bereikt"))
    );
    assert_eq!((&result["open"], &result["closed"], &result["by_group"]), (&json!(0), &json!(1), &json!({})));
    assert_eq!(step.reasons(), ["GOAL_MISSING"]);
}

#[test]
fn a_link_to_a_replaced_principle_warns() {
    let mut step = step(json!({"min_links": 1}));
    step.set("inputs", json!({"retired": {"P1": "P1b"}}));
    let answer = step.send("lk15", goal("a", json!({"links": ["P1"]}))).unwrap();
    assert_eq!(answer["warnings"][0]["word"], "RETIRED_LINK");
    assert_eq!(step.result()["retired_links"], json!([{"goal": "a", "link": "P1", "newer": "P1b"}]));
    step.set("inputs", json!({"retired": ["P1"]}));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/inputs/retired");
}

#[test]
fn each_team_has_its_own() {
    let mut step = step(json!({"groups": ["lager-3-4", "kleuter-2-3", "lager-5-6"], "every_group": true}));
    step.send("lk15", goal("a", json!({}))).unwrap();
    step.send("zc1", goal("b", json!({"group": "lager-5-6"}))).unwrap();
    assert_eq!(step.result()["by_group"], json!({"lager-3-4": 1, "lager-5-6": 1}));
    assert_eq!(step.result()["groups"], json!(["lager-3-4", "lager-5-6"]));
    assert_eq!(step.reasons(), ["GOAL_MISSING:kleuter-2-3"]);
}

#[test]
fn a_cycle_needs_a_goal_about_teaching() {
    let mut step = step(json!({"require_didactic": true}));
    step.send("lk15", goal("a", json!({}))).unwrap();
    assert_eq!(step.reasons(), ["NO_DIDACTIC_GOAL"]);
    step.send("lk15", goal("a", json!({"didactic": true}))).unwrap();
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn the_school_sees_no_owners() {
    let mut step = step(json!({}));
    step.send("lk15", goal("a", json!({"links": ["P1"]}))).unwrap();
    assert_eq!(
        step.shows("school")["goals"][0],
        json!({"text": "leerlingen kennen het doel van de les", "links": ["P1"]})
    );
    assert_eq!(step.shows("team")["goals"][0]["owner"], "lk15");
}

#[test]
fn a_goal_in_use_is_closed_and_not_taken_away() {
    let mut step = step(json!({}));
    step.send("lk15", goal("a", json!({}))).unwrap();
    step.send("lk15", goal("b", json!({}))).unwrap();
    step.set("inputs", json!({"in_use": ["a"]}));
    assert_eq!((step.reasons(), &step.result()["taken_away"]), (vec![], &json!([])));
    step.withdraw("lk15", "goal", "b");
    step.withdraw("lk15", "goal", "a");
    assert_eq!(step.reasons(), ["GOAL_MISSING", "GOAL_MISSING:a"]);
    step.send("lk15", goal("b", json!({}))).unwrap();
    assert_eq!(step.reasons(), ["GOAL_MISSING:a"]);
    step.send("lk15", goal("a", json!({}))).unwrap();
    step.send("lk15", json!({"close_goal": {"goal_id": "a", "reason": "bereikt"}})).unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new(), "closing is allowed");
}
