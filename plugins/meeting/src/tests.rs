//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn meeting(config: Value) -> Step {
    Step::new(&PLUGIN, "meeting", config)
}

fn plan(id: &str, date: &str, team: Value) -> Value {
    json!({"plan": {"id": id, "date": date, "for": team}})
}

#[test]
fn first_dates_per_team() {
    let mut step = meeting(
        json!({"groups": ["b", "a"], "every_group": true, "first_within": {"from": "2026-10-02", "schooldays": 20}}),
    );
    assert_eq!(step.reasons(), ["NO_FIRST_DATE:b", "NO_FIRST_DATE:a"]);
    step.send("zc1", plan("p1", "2026-11-09", json!("a"))).unwrap();
    step.person("lk1", &["coach"], Some("b"));
    step.send("lk1", plan("p2", "2026-10-30", json!(null))).unwrap();
    assert_eq!(step.reasons(), ["FIRST_DATE_TOO_LATE:a"]);
    step.send("dir", plan("p1", "2026-10-29", json!("a"))).unwrap();
    assert_eq!(step.conclude()["ready"], true, "the last plan in a slot counts, whoever sent it");
    assert_eq!(step.result()["first"], json!({"a": "2026-10-29", "b": "2026-10-30"}));
    step.configure("first_within", json!({"from": "2027-06-01", "schooldays": 400}));
    assert_eq!(step.result()["limit"], "2027-06-30", "the school year ends first");
}

#[test]
fn a_closed_day_moves_by_weeks() {
    let mut step = meeting(json!({}));
    let answer = step.send("zc1", plan("p", "2026-11-04", json!("t"))).unwrap();
    assert_eq!((&answer["value"]["date"], &answer["warnings"][0]["word"]), (&json!("2026-11-18"), &json!("MOVED")));
    assert_eq!(
        step.result()["planned"]["p"],
        json!({"date": "2026-11-18", "for": "t", "from": null, "to": null, "moved_from": "2026-11-04"})
    );
    assert_eq!(step.send("zc1", plan("p", "2027-07-01", json!(null))), Err(vec!["INVALID /plan/date".to_owned()]));
    step.send("zc1", plan("p", "2026-11-17", json!(null))).unwrap();
    assert_eq!(
        step.result()["planned"]["p"],
        json!({"date": "2026-11-17", "for": null, "from": null, "to": null, "moved_from": null})
    );
    assert_eq!(step.result()["first"], json!({}));
}

#[test]
fn dates_of_a_rule() {
    let mut step =
        meeting(json!({"rule": {"first": "2026-10-28", "every_weeks": 1, "count": 5}, "dates": ["2026-10-10"]}));
    let dates = |step: &Step| -> Vec<String> {
        let result = step.result();
        result["dates"]
            .as_array()
            .unwrap()
            .iter()
            .map(|day| format!("{}<{}", day["date"], day["moved_from"]).replace('"', ""))
            .collect()
    };
    assert_eq!(dates(&step), ["2026-10-10<null", "2026-10-28<null", "2026-11-18<null", "2026-11-25<null"]);
    assert_eq!(step.result()["next"], "2026-10-10");
    step.configure("dates", json!([]));
    step.configure("rule", json!({"first": "2026-10-28", "every_weeks": 2, "until": "2026-11-24"}));
    assert_eq!(dates(&step), ["2026-10-28<null", "2026-11-18<2026-11-11"]);
    step.at("2026-10-28T15:00:00");
    assert_eq!(step.result()["next"], "2026-10-28");
    step.send("zc1", json!({"attendance": {"person": "lk1", "present": true}})).unwrap();
    assert_eq!(step.result()["next"], "2026-11-18", "today's meeting was held");
    step.configure("rule", json!({"first": "2027-06-23", "every_weeks": 1}));
    assert_eq!(dates(&step), ["2027-06-23<null", "2027-06-30<null"]);
}

#[test]
fn quorum_makes_decisions_final() {
    let mut step = meeting(json!({"quorum": 2, "agenda": [{"id": "a", "title": "A"}]}));
    step.send("zc1", json!({"decision": {"decision_id": "d1", "text": "ja", "item": "a"}})).unwrap();
    assert_eq!(step.result()["decisions"][0]["provisional"], true);
    for person in ["lk1", "lk2"] {
        step.send("zc1", json!({"attendance": {"person": person, "present": true, "from": "14:00", "to": "15:00"}}))
            .unwrap();
    }
    assert_eq!(
        (&step.result()["decisions"][0]["provisional"], &step.result()["quorum_met"]),
        (&json!(false), &json!(true))
    );
    step.send("lk2", json!({"attendance": {"person": "lk2", "present": false}})).unwrap();
    assert_eq!((&step.result()["present"], &step.result()["absent"]), (&json!(["lk1"]), &json!(["lk2"])));
    assert_eq!(step.conclude()["artifacts"][0]["name"], "minutes");
}

#[test]
fn who_was_invited_and_is_not_named_was_absent() {
    let mut step = meeting(json!({}));
    step.set("invited", json!(["lk1", "lk2"]));
    assert_eq!(step.result()["absent"], json!([]), "nobody took attendance yet");
    step.send("zc1", json!({"attendance": {"person": "lk1", "present": true}})).unwrap();
    assert_eq!(step.result()["absent"], json!(["lk2"]));
    step.configure("invited", json!(["lk1", "lk3"]));
    assert_eq!(step.result()["absent"], json!(["lk3"]), "the meeting's own list goes before");
}

#[test]
fn items_are_named_and_parked() {
    let mut step = meeting(json!({"agenda": [{"id": "a", "title": "A", "minutes": 5}]}));
    assert_eq!(step.send("lk1", json!({"park": {"item": "x"}})), Err(vec!["INVALID /park/item".to_owned()]));
    let decision = json!({"decision": {"decision_id": "d", "text": "t", "item": "x"}});
    assert_eq!(step.send("lk1", decision), Err(vec!["INVALID /decision/item".to_owned()]));
    step.send("lk1", json!({"item": {"item_id": "x", "title": "X"}})).unwrap();
    step.send("lk1", json!({"park": {"item": "x"}})).unwrap();
    step.send("lk1", json!({"item": {"item_id": "a", "title": "Anders"}})).unwrap();
    let items = json!([
        {"id": "a", "title": "Anders", "minutes": 5, "status": "done"}, {"id": "x", "title": "X", "minutes": null, "status": "parked"},
    ]);
    assert_eq!(step.result()["items"], items);
    step.withdraw("lk1", "item", "x");
    assert_eq!(step.result()["parked"], json!([]), "an item that is gone is not parked");
    assert_eq!(step.conclude()["artifacts"], json!([]));
}

#[test]
fn times_are_times() {
    let mut step = meeting(json!({}));
    for (from, to, path) in
        [("14.00", "15:00", "from"), ("24:00", "15:00", "from"), ("14:00", "1:00", "to"), ("14:00", "13:59", "to")]
    {
        let sent = json!({"attendance": {"person": "lk1", "present": true, "from": from, "to": to}});
        assert_eq!(step.send("zc1", sent), Err(vec![format!("INVALID /attendance/{path}")]), "{from} {to}");
        let sent = json!({"plan": {"id": "p", "date": "2026-10-20", "from": from, "to": to}});
        assert_eq!(step.send("zc1", sent), Err(vec![format!("INVALID /plan/{path}")]), "{from} {to}");
    }
    step.send("zc1", json!({"plan": {"id": "p", "date": "2026-10-20", "from": "14:00", "to": "15:30"}})).unwrap();
    assert_eq!(step.result()["planned"]["p"]["to"], "15:30");
}

#[test]
fn what_was_put_off_comes_back() {
    let mut first = meeting(
        json!({"agenda": [{"id": "a", "title": "A"}, {"id": "b", "title": {"nl": "B", "en": "B"}, "minutes": 5}]}),
    );
    first.send("lk1", json!({"park": {"item": "b"}})).unwrap();
    first.send("lk1", json!({"attendance": {"person": "lk1", "present": true}})).unwrap();
    let put_off = json!({"id": "b", "title": {"nl": "B", "en": "B"}, "minutes": 5, "status": "done"});
    for earlier in
        [first.result(), first.conclude()["artifacts"][0]["content"].clone(), first.result()["items"].clone()]
    {
        let mut next = meeting(json!({"agenda": [{"id": "c", "title": "C"}]}));
        assert_eq!(next.send("lk1", json!({"park": {"item": "b"}})), Err(vec!["INVALID /park/item".to_owned()]));
        next.set("inputs", json!({"parked": earlier}));
        assert_eq!(next.result()["items"][1], put_off);
        assert_eq!(next.result()["items"].as_array().map(Vec::len), Some(2), "what was done stays done");
        next.send("lk1", json!({"park": {"item": "b"}})).unwrap();
        assert_eq!(next.result()["parked"], json!(["b"]), "and may be put off again");
        next.configure("agenda", json!([{"id": "b", "title": "Eerst B"}]));
        assert_eq!(next.result()["items"].as_array().map(Vec::len), Some(1), "not twice");
    }
    let mut next = meeting(json!({}));
    next.set("inputs", json!({"parked": [{"id": "x"}]}));
    assert_eq!(next.conclude()["problems"][0]["path"], "/ctx/inputs/parked/0/title");
}

#[test]
fn outside_the_run_only_dates_are_seen() {
    let mut step = meeting(json!({"dates": ["2026-10-20"]}));
    step.send("zc1", json!({"attendance": {"person": "lk1", "present": false}})).unwrap();
    assert_eq!(
        step.shows("school"),
        json!({"dates": [{"date": "2026-10-20", "moved_from": null}], "next": "2026-10-20"})
    );
    assert_eq!(step.shows("policy").get("absent"), None);
    assert_eq!(step.shows("team")["absent"], json!(["lk1"]));
}
