//! Every edge of the contract and the consent of S01.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn gate(config: Value) -> Step {
    let mut step = Step::new(&PLUGIN, "gate", config);
    step.person("dir", &["dir"], None);
    step.person("zc1", &["zc", "core"], None);
    step
}

fn decide(step: &mut Step, who: &str, option: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"decision": {"option": option}}))
}

fn stance(step: &mut Step, who: &str, value: &str) {
    step.send(who, json!({"consent": {"value": value, "text": "omdat"}})).unwrap();
}

/// S01: 22 voters, 19 agree, 2 have a concern, lk7 objects.
fn study_day_consent() -> Step {
    let mut step = gate(json!({"rule": "consent", "options": [{"id": "agreed", "event": "go_on"}]}));
    for n in 1..=22 {
        let value = match n {
            7 => "objection",
            8 | 9 => "concern",
            _ => "agree",
        };
        stance(&mut step, &format!("lk{n}"), value);
    }
    step
}

#[test]
fn an_open_objection_holds_the_day_back() {
    let step = study_day_consent();
    assert_eq!(step.reasons(), ["CONSENT_MISSING:lk7"]);
    let result = step.result();
    let counts = ["voters", "agree", "concern", "objection"].map(|field| result[field].as_u64().unwrap());
    assert_eq!(counts, [22, 19, 2, 1]);
    assert_eq!(result["concerns"], json!([{"by": "lk8", "text": "omdat"}, {"by": "lk9", "text": "omdat"}]));
    assert_eq!((&result["passed"], &step.conclude()["event"]), (&json!(false), &Value::Null));
}

#[test]
fn answered_and_closed_by_the_objector_it_goes_on() {
    let mut step = study_day_consent();
    let close = json!({"close": {"objection": "lk7"}});
    assert_eq!(step.send("lk7", close.clone()), Err(vec!["NOT_READY:answer /close/objection".to_owned()]));
    step.send("zc1", json!({"answer": {"objection": "lk7", "text": "we plannen het in de lesuren"}})).unwrap();
    assert_eq!(step.reasons(), ["CONSENT_MISSING:lk7"], "an answer alone does not close");
    assert_eq!(step.send("dir", close.clone()), Err(vec!["NOT_ALLOWED".to_owned()]), "the head must wait");
    assert_eq!(step.send("lk8", close.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.send("lk7", close).unwrap();
    assert_eq!((&step.conclude()["ready"], &step.conclude()["event"]), (&json!(true), &json!("go_on")));
    assert_eq!(step.result()["objection"], 1, "the objection was made, closed or not");
    step.withdraw("zc1", "answer", "lk7");
    assert_eq!(step.reasons(), ["CONSENT_MISSING:lk7"], "without the answer the close counts for nothing");
}

#[test]
fn after_five_school_days_the_head_may_close() {
    let mut step = study_day_consent();
    step.send("zc1", json!({"answer": {"objection": "lk7", "text": "zo"}})).unwrap();
    let close = json!({"close": {"objection": "lk7"}});
    step.at("2026-10-08T23:00:00");
    assert_eq!(step.send("dir", close.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.at("2026-10-09T08:00:00");
    assert_eq!(step.send("lk8", close.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.send("dir", close).unwrap();
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn parked_with_owner_and_date_it_goes_on() {
    let mut step = study_day_consent();
    let park = |date: &str| json!({"park": {"objection": "lk7", "owner": "zc1", "date": date}});
    assert_eq!(step.send("lk8", park("2026-10-20")), Err(vec!["NOT_ALLOWED".to_owned()]));
    assert_eq!(step.send("dir", park("2026-10-01")), Err(vec!["INVALID /park/date".to_owned()]));
    let unknown = json!({"park": {"objection": "lk8", "owner": "zc1", "date": "2026-10-20"}});
    assert_eq!(step.send("dir", unknown), Err(vec!["INVALID /park/objection".to_owned()]));
    step.send("dir", park("2026-10-20")).unwrap();
    assert_eq!(step.result()["parked"], json!([{"objection": "lk7", "owner": "zc1", "date": "2026-10-20"}]));
    assert_eq!((&step.conclude()["ready"], &step.result()["option"]), (&json!(true), &json!("agreed")));
}

#[test]
fn an_objection_that_is_taken_back_is_gone() {
    let mut step = study_day_consent();
    stance(&mut step, "lk7", "agree");
    assert_eq!((&step.conclude()["ready"], &step.result()["agree"]), (&json!(true), &json!(20)));
    let answer = json!({"answer": {"objection": "lk7", "text": "x"}});
    assert_eq!(step.send("zc1", answer), Err(vec!["INVALID /answer/objection".to_owned()]));
}

#[test]
fn consent_needs_somebody() {
    let mut step = gate(json!({"rule": "consent", "quorum": 2}));
    assert_eq!(step.reasons(), ["NOT_READY:quorum"]);
    stance(&mut step, "lk1", "agree");
    assert_eq!(step.reasons(), ["NOT_READY:quorum"]);
    stance(&mut step, "lk2", "concern");
    assert_eq!((&step.result()["option"], &step.conclude()["event"]), (&json!("agree"), &json!("agree")));
    assert_eq!(gate(json!({"rule": "consent"})).reasons(), ["NOT_READY:consent"]);
}

#[test]
fn one_decider_decides() {
    let mut step = gate(json!({
        "rule": "one", "deciders": ["dir", "core"], "options": [{"id": "go", "event": "publish"}, {"id": "stop"}], "reason_for": ["stop"],
    }));
    assert_eq!(step.reasons(), ["NOT_READY:decision"]);
    assert_eq!(decide(&mut step, "lk1", "go"), Err(vec!["NOT_ALLOWED".to_owned()]));
    assert_eq!(decide(&mut step, "dir", "maybe"), Err(vec!["INVALID /decision/option".to_owned()]));
    assert_eq!(decide(&mut step, "dir", "stop"), Err(vec!["INVALID /decision/reason".to_owned()]));
    decide(&mut step, "zc1", "go").unwrap();
    assert_eq!((&step.result()["by"], &step.conclude()["event"]), (&json!(["zc1"]), &json!("publish")));
    step.send("dir", json!({"decision": {"option": "stop", "reason": "te weinig tijd"}})).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["option"], &result["by"], &result["reason"]),
        (&json!("stop"), &json!(["dir"]), &json!("te weinig tijd"))
    );
    assert_eq!(step.conclude()["event"], "stop", "an option without an event of its own raises its id");
}

#[test]
fn more_than_half_of_the_votes_cast() {
    let mut step = gate(json!({"rule": "majority", "options": [{"id": "ja"}, {"id": "nee"}]}));
    for (who, option) in [("lk1", "ja"), ("lk2", "nee")] {
        decide(&mut step, who, option).unwrap();
    }
    assert_eq!(
        (&step.result()["option"], &step.result()["votes"]),
        (&Value::Null, &json!({"ja": 1, "nee": 1})),
        "a tie decides nothing"
    );
    decide(&mut step, "lk3", "ja").unwrap();
    assert_eq!((&step.result()["option"], &step.result()["by"]), (&json!("ja"), &json!(["lk1", "lk3"])));
    decide(&mut step, "lk3", "nee").unwrap();
    assert_eq!(step.result()["option"], "nee", "a changed vote counts once");
    step.configure("quorum", json!(4));
    assert_eq!(step.reasons(), ["NOT_READY:quorum"]);
}

#[test]
fn all_must_choose_the_same() {
    let mut step = gate(json!({"rule": "all", "deciders": ["lk1", "lk2"], "options": [{"id": "ja"}, {"id": "nee"}]}));
    decide(&mut step, "lk1", "ja").unwrap();
    assert_eq!(step.reasons(), ["NOT_READY:decision"]);
    decide(&mut step, "lk2", "nee").unwrap();
    assert_eq!(step.reasons(), ["NOT_READY:decision"]);
    decide(&mut step, "lk2", "ja").unwrap();
    assert_eq!(step.result()["option"], "ja");
    step.set("invited", json!(["lk1"]));
    step.withdraw("lk2", "decision", "");
    assert_eq!(step.result()["option"], "ja", "who is absent is not waited for");
    assert_eq!(gate(json!({"rule": "all", "deciders": ["lk1"]})).result()["option"], Value::Null);
}

#[test]
fn a_deputy_stands_in_for_an_absent_decider() {
    let mut step = gate(
        json!({"rule": "one", "deciders": ["dir"], "deputies": {"dir": "zc1"}, "options": [{"id": "go"}, {"id": "stop"}]}),
    );
    step.set("invited", json!(["dir", "zc1"]));
    assert_eq!(decide(&mut step, "zc1", "go"), Err(vec!["NOT_ALLOWED".to_owned()]), "the decider is there");
    step.set("invited", json!(["zc1"]));
    decide(&mut step, "zc1", "go").unwrap();
    assert_eq!(step.result()["by"], json!(["zc1"]));
    decide(&mut step, "dir", "stop").unwrap();
    assert_eq!(
        (&step.result()["option"], &step.result()["votes"]),
        (&json!("stop"), &json!({"stop": 1})),
        "the decider's own vote goes before"
    );
}

#[test]
fn failing_checks_are_named_in_order() {
    let mut step = gate(json!({
        "rule": "one", "deciders": ["dir"], "options": [{"id": "end_day"}, {"id": "pause", "unchecked": true}],
        "checks": [{"id": "team"}, {"id": "coach", "expr": "true"}, {"id": "date"}, {"id": "step"}, {"id": "report"}],
    }));
    step.set("inputs", json!({"checks": [
        {"id": "extra", "ok": false}, {"id": "report", "ok": false, "reasons": ["NO_REPORT_MOMENT"]}, {"id": "team", "ok": true},
        {"id": "date", "ok": false, "reasons": ["FIRST_DATE_TOO_LATE:kleuter-2-3"]}, {"id": "coach", "ok": false, "reasons": ["NO_COACH:lager-5-6"]},
    ]}));
    let reasons = ["NO_COACH:lager-5-6", "FIRST_DATE_TOO_LATE:kleuter-2-3", "NO_REPORT_MOMENT", "NOT_READY:extra"];
    assert_eq!(decide(&mut step, "dir", "end_day"), Err(reasons.map(str::to_owned).to_vec()));
    assert_eq!(step.reasons()[..4], reasons);
    assert_eq!(step.result()["reasons"], json!(reasons));
    assert_eq!(step.result()["failed_checks"][0], json!({"id": "coach", "reasons": ["NO_COACH:lager-5-6"]}));
    decide(&mut step, "dir", "pause").unwrap();
    assert_eq!(step.conclude()["ready"], true, "an unchecked option is free");
}

#[test]
fn guards_alone() {
    let mut step = gate(json!({"rule": "guards_only", "options": [{"id": "ready", "event": "prepared"}]}));
    step.set("inputs", json!({"checks": [{"id": "date", "ok": false, "reasons": []}]}));
    assert_eq!(step.reasons(), ["NOT_READY:date"]);
    step.set("inputs", json!({"checks": [{"id": "date", "ok": true}]}));
    assert_eq!((&step.conclude()["ready"], &step.conclude()["event"]), (&json!(true), &json!("prepared")));
    step.set("inputs", json!({"checks": 3}));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/inputs/checks");
}

#[test]
fn outside_the_run_only_counts_are_seen() {
    let step = study_day_consent();
    assert_eq!(step.shows("school")["agree"], 19);
    assert_eq!(step.shows("school").get("objections"), None);
    assert_eq!(step.shows("team")["objections"][0]["by"], "lk7");
}
