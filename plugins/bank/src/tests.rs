//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn bank(config: Value) -> Step {
    let mut step = Step::new(&PLUGIN, "bank", config);
    step.person("lk15", &["coach"], None);
    step
}

fn offer(step: &mut Step, who: &str, id: &str, topic: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"offer": {"offer_id": id, "topic": topic, "text": "kom gerust kijken", "form": "visit"}}))
}

fn ask(step: &mut Step, who: &str, id: &str, topic: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"request": {"request_id": id, "topic": topic, "text": "hoe doe jij dat?"}}))
}

fn bring(step: &mut Step, who: &str, request: &str, offer: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"match": {"request": request, "offer": offer}}))
}

fn refused(word: &str) -> Result<Value, Vec<String>> {
    Err(vec![word.to_owned()])
}

fn status(step: &Step, at: usize) -> Value {
    step.result()["requests"][at]["status"].clone()
}

#[test]
fn a_request_goes_from_open_over_matched_to_closed() {
    let mut step = bank(json!({"topics": ["P1", {"id": "P2", "label": "Feedback"}]}));
    offer(&mut step, "lk14", "o1", "P2").unwrap();
    ask(&mut step, "lk3", "r1", "P2").unwrap();
    assert_eq!((&status(&step, 0), &step.result()["suggestions"]), (&json!("open"), &json!({"r1": ["o1"]})));
    bring(&mut step, "lk15", "r1", "o1").unwrap();
    let result = step.result();
    assert_eq!(
        (&status(&step, 0), &result["matches"], &result["matched"]),
        (&json!("matched"), &json!(1), &json!({"r1": "o1"}))
    );
    assert_eq!((&result["suggestions"], &result["open_requests"]), (&json!({}), &json!([])));
    step.send("lk3", json!({"outcome": {"request": "r1", "helped": "partly"}})).unwrap();
    assert_eq!(status(&step, 0), "closed");
    assert_eq!(bring(&mut step, "lk15", "r1", "o1"), refused("INVALID /match/request"));
    step.withdraw("lk3", "outcome", "r1");
    step.withdraw("lk15", "match", "r1");
    assert_eq!((&status(&step, 0), &step.result()["matches"]), (&json!("open"), &json!(0)));
}

#[test]
fn people_offer_themselves_only() {
    let mut step = bank(json!({}));
    let other = json!({"offer": {"offer_id": "o1", "person": "lk3", "topic": "P1", "text": "x"}});
    assert_eq!(step.send("lk14", other), refused("NOT_ALLOWED /offer/person"));
    step.send("lk14", json!({"offer": {"offer_id": "o1", "person": "lk14", "topic": "P1", "text": "x"}})).unwrap();
    assert_eq!(step.result()["offers"][0]["person"], "lk14");
    assert_eq!(offer(&mut step, "lk3", "o1", "P1"), refused("CONFLICT:o1 /offer/offer_id"));
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    assert_eq!(ask(&mut step, "lk14", "r1", "P1"), refused("CONFLICT:r1 /request/request_id"));
}

#[test]
fn topics_and_forms_are_those_of_the_bank() {
    let mut step = bank(json!({"topics": ["P1"]}));
    assert_eq!(offer(&mut step, "lk14", "o1", "P9"), refused("INVALID /offer/topic"));
    assert_eq!(ask(&mut step, "lk14", "r1", "P9"), refused("INVALID /request/topic"));
    let with = |form: &str| json!({"offer": {"offer_id": "o1", "topic": "P1", "text": "x", "form": form}});
    assert_eq!(step.send("lk14", with("zoom")), refused("INVALID /offer/form"));
    step.send("lk14", with("co-teach")).unwrap();
    step.configure("forms", json!([{"id": "zoom", "label": "Online"}]));
    step.send("lk14", with("zoom")).unwrap();
    assert_eq!(step.send("lk14", with("talk")), refused("INVALID /offer/form"));
}

#[test]
fn a_paused_offer_rests() {
    let mut step = bank(json!({}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    let pause = |paused: Value| json!({"pause": {"offer_id": "o1", "paused": paused}});
    assert_eq!(step.send("lk3", pause(json!(true))), refused("NOT_ALLOWED"));
    assert_eq!(step.send("lk14", json!({"pause": {"offer_id": "o9"}})), refused("INVALID /pause/offer_id"));
    step.send("lk14", pause(Value::Null)).unwrap();
    let result = step.result();
    assert_eq!((&result["offers"][0]["paused"], &result["open_offers"]), (&json!(true), &json!([])));
    assert_eq!((&result["suggestions"]["r1"], &result["topics"]["P1"]["offers"]), (&json!([]), &json!(0)));
    assert_eq!(bring(&mut step, "lk15", "r1", "o1"), refused("INVALID /match/offer"));
    step.send("lk14", pause(json!(false))).unwrap();
    assert_eq!(step.result()["open_offers"], json!(["o1"]));
    step.send("lk14", pause(json!(true))).unwrap();
    step.withdraw("lk14", "pause", "o1");
    bring(&mut step, "lk15", "r1", "o1").unwrap();
}

#[test]
fn an_offer_is_suggested_to_others_and_rests_for_its_owner_only() {
    let mut step = bank(json!({}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    ask(&mut step, "lk14", "r1", "P1").unwrap();
    assert_eq!(step.result()["suggestions"], json!({"r1": []}), "not to oneself");
    step.send("lk14", json!({"pause": {"offer_id": "o1"}})).unwrap();
    step.withdraw("lk14", "offer", "o1");
    offer(&mut step, "lk3", "o1", "P1").unwrap();
    assert_eq!(step.result()["open_offers"], json!(["o1"]), "the pause of a former owner is not for this offer");
}

#[test]
fn a_match_outlives_its_offer() {
    let mut step = bank(json!({}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    bring(&mut step, "lk3", "r1", "o1").unwrap();
    step.withdraw("lk14", "offer", "o1");
    let result = step.result();
    assert_eq!((&result["offers"], &result["matches"], &status(&step, 0)), (&json!([]), &json!(1), &json!("matched")));
    step.set("actor", json!({"participant": "lk14", "roles": ["tch"]}));
    assert_eq!(step.shows("contributor")["my_matches"][0]["with"], "lk3");
    step.send("lk3", json!({"outcome": {"request": "r1", "helped": "yes"}})).unwrap();
}

#[test]
fn the_two_or_the_coach_bring_people_together() {
    let mut step = bank(json!({"matchers": ["coach"]}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    offer(&mut step, "lk3", "o2", "P2").unwrap();
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    assert_eq!(bring(&mut step, "lk9", "r1", "o1"), refused("NOT_ALLOWED"));
    assert_eq!(bring(&mut step, "lk3", "r9", "o1"), refused("INVALID /match/request"));
    assert_eq!(bring(&mut step, "lk3", "r1", "o9"), refused("INVALID /match/offer"));
    assert_eq!(bring(&mut step, "lk3", "r1", "o2"), refused("INVALID /match/offer"), "not with oneself");
    for who in ["lk3", "lk14", "lk15"] {
        bring(&mut step, who, "r1", "o1").unwrap();
    }
    assert_eq!(step.result()["matches"], 1, "one match per request, the last one");
    offer(&mut step, "lk16", "o3", "P2").unwrap();
    let answer = bring(&mut step, "lk15", "r1", "o3").unwrap();
    assert_eq!(answer["warnings"][0]["word"], "OTHER_TOPIC");
    assert_eq!(step.result()["matched"], json!({"r1": "o3"}));
}

#[test]
fn how_it_went_is_between_the_two() {
    let mut step = bank(json!({}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    let outcome = json!({"outcome": {"request": "r1", "helped": "no"}});
    assert_eq!(step.send("lk3", outcome.clone()), refused("INVALID /outcome/request"), "nobody was found yet");
    bring(&mut step, "lk15", "r1", "o1").unwrap();
    assert_eq!(step.send("lk14", outcome.clone()), refused("NOT_ALLOWED"));
    step.send("lk3", outcome).unwrap();
    for (reader, told) in [("lk3", true), ("lk14", true), ("lk15", false), ("lk9", false)] {
        step.set("actor", json!({"participant": reader, "roles": ["tch"]}));
        for audience in ["team", "policy", "school"] {
            assert!(!step.shows(audience).to_string().contains("helped"), "{audience}");
        }
        assert_eq!(
            step.shows("facilitator").to_string().contains("helped"),
            told,
            "also who keeps the bank: own ones only"
        );
        let mine = step.shows("contributor")["my_matches"].clone();
        assert_eq!(mine[0]["helped"] == "no", told, "{reader}");
    }
    step.set("actor", Value::Null);
    assert!(!step.shows("contributor").to_string().contains("helped"));
    assert!(!step.conclude().to_string().contains("helped"));
}

#[test]
fn what_nobody_offers_in_fifteen_school_days_is_unmet() {
    let mut step = bank(json!({}));
    ask(&mut step, "lk3", "r1", "P2").unwrap();
    ask(&mut step, "lk4", "r2", "P2").unwrap();
    ask(&mut step, "lk5", "r3", "P1").unwrap();
    assert_eq!(step.result()["requests"][0]["limit"], "2026-10-23");
    step.at("2026-10-23T16:00:00");
    assert_eq!((&status(&step, 0), &step.result()["unmet"]), (&json!("open"), &json!({})));
    step.at("2026-10-24T08:00:00");
    let result = step.result();
    assert_eq!((&status(&step, 0), &result["unmet"]), (&json!("unmet"), &json!({"P1": 1, "P2": 2})));
    assert_eq!(result["unmet_topics"], json!(["P2", "P1"]), "most first");
    assert_eq!(result["topics"]["P2"], json!({"offers": 0, "requests": 2, "open": 2, "unmet": 2}));
    assert_eq!(result["open_requests"], json!(["r1", "r2", "r3"]), "one may still answer");
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    bring(&mut step, "lk5", "r3", "o1").unwrap();
    assert_eq!(step.result()["unmet"], json!({"P2": 2}));
    step.configure("unmet_after", json!(30));
    assert_eq!(step.result()["unmet"], json!({}));
    let mut late = bank(json!({}));
    late.at("2027-06-25T10:00:00");
    ask(&mut late, "lk3", "r1", "P2").unwrap();
    late.at("2027-06-30T10:00:00");
    assert_eq!((&status(&late, 0), &late.result()["requests"][0]["limit"]), (&json!("open"), &Value::Null));
}

#[test]
fn nobody_is_counted_and_askers_are_named_to_who_keeps_the_bank() {
    let mut step = bank(json!({"topics": ["P1", "P3"]}));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    offer(&mut step, "lk14", "o2", "P1").unwrap();
    ask(&mut step, "lk3", "r1", "P1").unwrap();
    bring(&mut step, "lk15", "r1", "o1").unwrap();
    assert_eq!(step.shows("facilitator")["requests"][0]["by"], "lk3");
    assert_eq!(
        step.shows("facilitator")["pairs"][0],
        json!({"request": "r1", "offer": "o1", "asker": "lk3", "person": "lk14"})
    );
    for audience in ["contributor", "team", "policy", "school"] {
        assert!(!step.shows(audience).to_string().contains("lk3"), "{audience}");
    }
    assert_eq!(step.shows("team")["offers"][0]["person"], "lk14", "known whom to ask");
    assert_eq!(step.shows("school")["offers"], Value::Null);
    assert_eq!(step.shows("school")["topics"]["P3"]["offers"], 0, "a topic without offers shows too");
    step.set("actor", json!({"participant": "lk3", "roles": ["tch"]}));
    assert_eq!(step.shows("contributor")["my_requests"][0]["request_id"], "r1");
    assert_eq!(step.shows("contributor")["my_offers"], json!([]));
}

#[test]
fn the_bank_is_a_lasting_list() {
    let mut step = bank(json!({}));
    assert_eq!(step.conclude()["artifacts"], json!([]));
    offer(&mut step, "lk14", "o1", "P1").unwrap();
    offer(&mut step, "lk15", "o2", "P1").unwrap();
    step.send("lk15", json!({"pause": {"offer_id": "o2"}})).unwrap();
    let artifact = step.conclude()["artifacts"][0].clone();
    assert_eq!((&artifact["name"], step.conclude()["ready"].as_bool()), (&json!("bank"), Some(true)));
    let open = json!([{"offer_id": "o1", "person": "lk14", "topic": "P1", "form": "visit"}]);
    assert_eq!(artifact["content"]["offers"], open);
}
