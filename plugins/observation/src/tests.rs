//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "observation", config)
}

fn criteria(criteria: Value) -> Value {
    json!({"guide": {"criteria": criteria}, "owner": "lk10"})
}

fn see(criterion: &str, value: Value) -> Value {
    json!({"observe": {"criterion": criterion, "value": value}})
}

fn refused(step: &mut Step, who: &str, sent: Value) -> String {
    step.send(who, sent).unwrap_err().join(" ")
}

#[test]
fn every_kind_of_criterion_takes_its_own_values() {
    let mut step = step(criteria(json!([
        {"id": "seen"}, {"id": "scale", "kind": "scale"}, {"id": "wide", "kind": "scale", "min": 0, "max": 10},
        {"id": "choice", "kind": "choice", "options": ["same", {"id": "differs", "label": "Verschilt"}]},
        {"id": "note", "kind": "note"}, {"id": "tally", "kind": "tally"},
    ])));
    for (criterion, value, fits) in [
        ("seen", json!("seen"), true),
        ("seen", json!("not_seen"), true),
        ("seen", json!("na"), true),
        ("seen", json!(1), false),
        ("seen", json!("maybe"), false),
        ("scale", json!(1), true),
        ("scale", json!(4), true),
        ("scale", json!(5), false),
        ("scale", json!(0), false),
        ("scale", json!("na"), true),
        ("wide", json!(0), true),
        ("wide", json!(10), true),
        ("wide", json!(11), false),
        ("choice", json!("differs"), true),
        ("choice", json!("other"), false),
        ("choice", json!("na"), true),
        ("note", json!("na"), false),
        ("note", json!(1), false),
        ("tally", json!(0), true),
        ("tally", json!(-1), false),
        ("tally", json!("seen"), false),
    ] {
        let expected = if fits { Ok(()) } else { Err(vec!["INVALID /observe/value".to_owned()]) };
        assert_eq!(step.send("lk14", see(criterion, value.clone())).map(|_| ()), expected, "{criterion} {value}");
    }
    assert_eq!(refused(&mut step, "lk14", see("other", json!("seen"))), "INVALID /observe/criterion");
    assert_eq!(refused(&mut step, "lk14", json!({"observe": {"criterion": "note"}})), "INVALID /observe");
    step.send("lk14", json!({"observe": {"criterion": "note", "note": "rustig"}})).unwrap();
}

#[test]
fn the_latest_of_each_observer_counts() {
    let mut step = step(criteria(json!([{"id": "c", "kind": "scale", "group": "g"}, {"id": "d", "group": "g"}])));
    step.send("lk2", see("c", json!(2))).unwrap();
    step.send("lk1", see("c", json!(4))).unwrap();
    step.send("lk2", see("c", json!(3))).unwrap();
    step.send("lk1", see("d", json!("na"))).unwrap();
    let result = step.result();
    assert_eq!(result["by_criterion"]["c"]["values"], json!([{"by": "lk1", "value": 4}, {"by": "lk2", "value": 3}]));
    assert_eq!((&result["by_criterion"]["c"]["mean"], &result["n"]), (&json!("3.50"), &json!(3)));
    assert_eq!((&result["by_criterion"]["d"]["na"], &result["by_criterion"]["d"]["n"]), (&json!(1), &json!(0)));
    assert_eq!(result["groups"], json!({"g": {"3": 1, "4": 1}}), "not applicable is no word of the group");
    step.withdraw("lk1", "observe", "c");
    assert_eq!(step.result()["by_criterion"]["c"]["mean"], "3.00");
}

#[test]
fn owners_observe_only_themselves_where_that_is_the_point() {
    let mut step = step(criteria(json!([{"id": "c"}])));
    assert_eq!(refused(&mut step, "lk10", see("c", json!("seen"))), "NOT_ALLOWED");
    assert_eq!(refused(&mut step, "lk10", json!({"visit": {"date": "2026-10-01"}})), "NOT_ALLOWED");
    step.configure("observers", json!(["coach"]));
    assert_eq!(refused(&mut step, "lk14", see("c", json!("seen"))), "NOT_ALLOWED");
    step.person("c1", &["coach"], None);
    step.send("c1", see("c", json!("seen"))).unwrap();
    step.configure("self_observation", json!(true));
    step.send("lk10", see("c", json!("seen"))).unwrap();
    assert_eq!(step.result()["observers"], json!(["c1", "lk10"]));
}

#[test]
fn a_visit_is_on_a_school_day_that_has_come() {
    let mut step = step(json!({"limit_days": 2, "require_visit": true}));
    assert_eq!(step.reasons(), ["NOT_READY:visit"]);
    let visit = |date: &str| json!({"visit": {"date": date}});
    for (date, fits) in [("2026-10-02", true), ("2026-10-05", false), ("2026-09-27", false), ("2026-10-01", true)] {
        assert_eq!(step.send("lk14", visit(date)).is_ok(), fits, "{date}");
    }
    let result = step.result();
    assert_eq!(
        (&result["date"], &result["limit"]),
        (&json!("2026-10-01"), &json!("2026-10-05")),
        "Thursday, Friday, Monday"
    );
    assert_eq!((&result["stale"], step.reasons().len()), (&json!(false), 0));
    step.at("2026-10-06T08:00:00");
    assert_eq!(step.result()["stale"], true);
}

#[test]
fn without_a_noted_visit_the_first_note_is_the_day() {
    let mut step = step(criteria(json!([{"id": "c"}, {"id": "d"}])));
    assert_eq!((&step.result()["held"], &step.result()["date"]), (&json!(false), &json!(null)));
    step.at("2026-10-05T09:00:00");
    step.send("lk14", see("c", json!("seen"))).unwrap();
    step.at("2026-10-06T09:00:00");
    step.send("lk14", see("d", json!("seen"))).unwrap();
    assert_eq!((&step.result()["held"], &step.result()["date"]), (&json!(true), &json!("2026-10-05")));
}

#[test]
fn the_guide_can_be_agreed_in_the_step_itself() {
    let mut step = step(json!({"guide": {"criteria": [{"id": "fixed"}]}, "min_criteria": 2, "max_criteria": 3}));
    let add = |id: &str, kind: &str| json!({"criterion": {"criterion_id": id, "label": "Wachttijd", "kind": kind}});
    assert_eq!(step.reasons(), ["NOT_READY:criteria"]);
    assert_eq!(refused(&mut step, "lk10", add("fixed", "seen")), "INVALID /criterion/criterion_id");
    assert_eq!(refused(&mut step, "lk10", add("b", "choice")), "INVALID /criterion/kind");
    let low = json!({"criterion": {"criterion_id": "b", "label": "x", "kind": "scale", "max": 1}});
    assert_eq!(refused(&mut step, "lk10", low), "INVALID /criterion/max");
    step.send("lk10", add("b", "scale")).unwrap();
    step.send("lk14", add("a", "note")).unwrap();
    assert_eq!(refused(&mut step, "lk14", add("c", "note")), "INVALID /criterion");
    step.send("lk14", add("a", "tally")).unwrap();
    let ids: Vec<Value> = step.result()["criteria"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect();
    assert_eq!((ids, step.reasons().len()), (vec![json!("fixed"), json!("a"), json!("b")], 0));
    step.send("lk14", see("b", json!(4))).unwrap();
    step.configure("every_criterion", json!(true));
    assert_eq!(step.reasons(), ["NOT_READY:fixed,a"]);
}

#[test]
fn the_guide_of_an_earlier_step_is_taken_over_as_it_is() {
    let mut first = step(json!({}));
    first
        .send("lk10", json!({"criterion": {"criterion_id": "b", "label": "Wachttijd", "kind": "scale", "max": 3}}))
        .unwrap();
    let mut second = step(json!({}));
    second.set("inputs", json!({"criteria": first.result()["criteria"]}));
    assert_eq!(second.result()["criteria"], first.result()["criteria"]);
    second.send("lk14", see("b", json!(3))).unwrap();
    assert_eq!(refused(&mut second, "lk14", see("b", json!(4))), "INVALID /observe/value");
    second.set("inputs", json!({"criteria": 7}));
    assert_eq!(second.conclude()["problems"][0]["path"], "/ctx/inputs/criteria");
}

#[test]
fn the_owner_can_take_everything_back() {
    let mut step = step(criteria(json!([{"id": "c"}])));
    step.configure("artifact", json!("visit"));
    step.configure("every_criterion", json!(true));
    step.send("lk14", json!({"observe": {"criterion": "c", "value": "seen", "note": "geheim"}})).unwrap();
    assert_eq!(step.conclude()["artifacts"][0]["name"], "visit");
    assert_eq!(refused(&mut step, "lk14", json!({"withdraw": {}})), "NOT_ALLOWED");
    step.send("lk10", json!({"withdraw": {"reason": "het was een slechte dag"}})).unwrap();
    let conclusion = step.conclude();
    assert!(!conclusion.to_string().contains("geheim") && conclusion["artifacts"] == json!([]));
    assert_eq!((&conclusion["ready"], &conclusion["result"]["withdrawn"]), (&json!(true), &json!(true)));
    for audience in ["facilitator", "contributor", "team", "policy", "school"] {
        let shown = step.shows(audience);
        assert!(shown["held"] == json!(false) && !shown.to_string().contains("geheim"), "{audience}");
    }
    assert_eq!(refused(&mut step, "lk14", see("c", json!("seen"))), "CLOSED");
}

#[test]
fn content_is_for_owner_and_observers_unless_the_workflow_says_otherwise() {
    let mut step = step(json!({"guide": {"criteria": [{"id": "c"}]}, "owner": "lk10", "observers": ["lk14", "guest"]}));
    step.send("lk14", json!({"observe": {"criterion": "c", "note": "privé"}})).unwrap();
    let mut sees = |who: Value, roles: Value| {
        step.set(
            "actor",
            if who.is_null() { json!(null) } else { json!({"participant": who, "roles": roles, "group": null}) },
        );
        step.shows("contributor").to_string().contains("privé")
    };
    assert!(sees(json!("lk10"), json!([])) && sees(json!("lk14"), json!([])) && sees(json!("g"), json!(["guest"])));
    assert!(sees(json!(null), json!([])), "the host decides who is a contributor");
    assert!(!sees(json!("lk3"), json!(["tch"])));
    for audience in ["facilitator", "team", "policy", "school"] {
        assert!(!step.shows(audience).to_string().contains("privé"), "{audience}");
    }
    step.configure("shown_to", json!(["team"]));
    assert!(step.shows("team").to_string().contains("privé"));
    assert!(!step.shows("contributor").to_string().contains("privé"));
}
