//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "tally", config)
}

fn mark(category: &str) -> Value {
    json!({"mark": {"category": category}})
}

fn minus(category: &str) -> Value {
    json!({"mark": {"category": category, "delta": -1}})
}

fn refused(step: &mut Step, who: &str, sent: Value) -> String {
    step.send(who, sent).unwrap_err().join(" ")
}

fn count(step: &Step, category: &str) -> i64 {
    step.result()["total"]["counts"][category].as_i64().unwrap()
}

#[test]
fn each_mark_counts_and_a_withdrawn_one_was_never_made() {
    let mut step = step(json!({"categories": ["a", "b"]}));
    let slots: Vec<Value> = (0..3).map(|_| step.send("lk1", mark("a")).unwrap()["slot"].clone()).collect();
    assert_eq!(slots, ["m1", "m2", "m3"]);
    step.send("lk2", mark("a")).unwrap();
    assert_eq!(count(&step, "a"), 4);
    step.withdraw("lk1", "mark", "m2");
    assert_eq!(count(&step, "a"), 3);
    assert_eq!(step.send("lk1", mark("a")).unwrap()["slot"], "m4");
    assert_eq!((count(&step, "a"), count(&step, "b")), (4, 0));
}

#[test]
fn a_count_never_goes_below_zero() {
    let mut step = step(json!({"categories": ["a", "b"], "subjects": ["x", "y"]}));
    assert_eq!(refused(&mut step, "lk1", minus("a")), "BELOW_ZERO /mark/delta");
    step.send("lk1", mark("a")).unwrap();
    assert_eq!(refused(&mut step, "lk1", minus("b")), "BELOW_ZERO /mark/delta");
    assert_eq!(refused(&mut step, "lk2", minus("a")), "BELOW_ZERO /mark/delta", "only the own marks");
    let about = json!({"mark": {"category": "a", "subject": "x", "delta": -1}});
    assert_eq!(refused(&mut step, "lk1", about), "BELOW_ZERO /mark/delta", "only about the same subject");
    let twice = json!({"mark": {"category": "a", "delta": "-1", "times": 2}});
    assert_eq!(refused(&mut step, "lk1", twice), "BELOW_ZERO /mark/delta");
    step.send("lk1", minus("a")).unwrap();
    assert_eq!(count(&step, "a"), 0);
    // The plus is withdrawn after all: the minus finds nothing to take, and later marks count in full.
    step.withdraw("lk1", "mark", "m1");
    step.send("lk1", mark("a")).unwrap();
    assert_eq!(count(&step, "a"), 1);
}

#[test]
fn minus_marks_can_be_switched_off() {
    let mut step = step(json!({"categories": ["a"], "allow_minus": false}));
    step.send("lk1", mark("a")).unwrap();
    assert_eq!(refused(&mut step, "lk1", minus("a")), "INVALID /mark/delta");
    assert_eq!(refused(&mut step, "lk1", json!({"mark": {"category": "a", "delta": 2}})), "INVALID /mark/delta");
}

#[test]
fn what_is_not_listed_is_refused_and_where_nothing_is_listed_any_id_will_do() {
    let mut step = step(json!({"categories": ["a"], "sessions": ["mon", "tue"], "subjects": ["x"], "tones": ["up"]}));
    for (field, path) in [("category", "category"), ("session", "session"), ("subject", "subject"), ("tone", "tone")] {
        let mut sent = json!({"mark": {"category": "a", "session": "mon"}});
        sent["mark"][field] = json!("zzz");
        assert_eq!(refused(&mut step, "lk1", sent), format!("INVALID /mark/{path}"));
    }
    assert_eq!(refused(&mut step, "lk1", mark("a")), "INVALID /mark/session", "two moments: which?");
    step.configure("sessions", json!(["mon"]));
    assert_eq!(step.send("lk1", mark("a")).unwrap()["value"]["session"], "mon");
    step.configure("sessions", json!([]));
    assert_eq!(step.send("lk1", mark("a")).unwrap()["value"]["session"], "all");
    let sent = json!({"mark": {"category": "a", "session": "2026-10-05"}});
    step.send("lk1", sent).unwrap();
    assert_eq!(step.result()["sessions"]["2026-10-05"]["all"], 1);
}

#[test]
fn only_observers_count() {
    let mut step = step(json!({"categories": ["a"], "observers": ["lk1", "coach"]}));
    step.person("c", &["coach"], None);
    step.send("lk1", mark("a")).unwrap();
    step.send("c", mark("a")).unwrap();
    assert_eq!(refused(&mut step, "lk2", mark("a")), "NOT_ALLOWED");
    assert_eq!(refused(&mut step, "lk2", json!({"observed": {}})), "NOT_ALLOWED");
}

#[test]
fn who_watched_and_counted_nothing_is_an_observer_too() {
    let mut step = step(json!({"categories": ["a"], "combine": "mean_of_observers"}));
    step.send("lk1", json!({"mark": {"category": "a", "times": 3}})).unwrap();
    assert_eq!(step.result()["sessions"]["all"]["values"]["a"]["shown"], "3.00");
    step.send("lk2", json!({"observed": {}})).unwrap();
    let session = step.result()["sessions"]["all"].clone();
    assert_eq!(
        (&session["values"]["a"], &session["observers"]),
        (&json!({"num": 3, "den": 2, "shown": "1.50"}), &json!(2))
    );
    assert_eq!(step.result()["max_observer_difference"]["all"]["a"], 3);
    step.configure("combine", json!("sum"));
    assert_eq!(step.result()["sessions"]["all"]["values"]["a"]["num"], 3);
}

#[test]
fn without_marks_there_is_no_share() {
    let mut step = step(json!({"categories": ["a"], "sessions": ["mon"], "subjects": ["x"], "every_session": true}));
    let result = step.result();
    assert_eq!((&result["total"]["shares"]["a"], &result["subjects"]["x"]["share"]), (&json!(null), &json!(null)));
    assert_eq!(step.reasons(), ["NOT_READY:mon"]);
    step.send("lk1", json!({"observed": {}})).unwrap();
    assert_eq!(step.conclude()["ready"], true, "watched, and there was nothing");
    assert_eq!(step.result()["total"]["shares"]["a"], json!(null));
}

#[test]
fn thirds_add_up_exactly() {
    let mut step = step(json!({"categories": ["a"], "sessions": ["s1", "s2", "s3"], "combine": "mean_of_observers"}));
    for session in ["s1", "s2", "s3"] {
        step.send("lk1", json!({"mark": {"category": "a", "session": session}})).unwrap();
        for watcher in ["lk2", "lk3"] {
            step.send(watcher, json!({"observed": {"session": session}})).unwrap();
        }
    }
    let result = step.result();
    assert_eq!(result["sessions"]["s1"]["values"]["a"], json!({"num": 1, "den": 3, "shown": "0.33"}));
    assert_eq!(result["total"]["values"]["a"], json!({"num": 1, "den": 1, "shown": "1.00"}));
}

#[test]
fn tones_tell_who_heard_nothing_good() {
    // The talk of sixty seconds: utterances about pupils by source and tone.
    let mut step = step(
        json!({"categories": ["performance", "behaviour"], "subjects": ["p1", "p2"], "tones": ["positive", "negative"]}),
    );
    let said = |category: &str, subject: &str, tone: &str| json!({"mark": {"category": category, "subject": subject, "tone": tone}});
    step.send("lk1", said("performance", "p1", "positive")).unwrap();
    step.send("lk1", said("behaviour", "p1", "negative")).unwrap();
    step.send("lk1", said("behaviour", "p2", "negative")).unwrap();
    let result = step.result();
    assert_eq!(result["tones"], json!({"negative": 2, "positive": 1}));
    assert_eq!(result["subjects_without"], json!({"negative": [], "positive": ["p2"]}));
    assert_eq!(result["total"]["shares"]["performance"], "33.33");
    assert_eq!(result["subjects"]["p1"]["tones"], json!({"negative": 1, "positive": 1}));
}

#[test]
fn personal_counts_are_pooled_and_only_with_enough_people() {
    let mut step = step(json!({"categories": ["a"], "pooled": "sessions"}));
    let about = |speaker: &str| json!({"mark": {"category": "a", "session": speaker}});
    for (listener, speaker) in [("l1", "s1"), ("l2", "s2"), ("l3", "s3"), ("l4", "s4")] {
        step.send(listener, about(speaker)).unwrap();
    }
    let held = json!({"under_threshold": true, "word": "UNDER_THRESHOLD", "n": 4});
    for audience in ["facilitator", "team", "policy", "school"] {
        assert_eq!(step.shows(audience), held, "{audience}");
    }
    step.set("actor", json!({"participant": "s1", "roles": [], "group": null}));
    let mine = step.shows("contributor");
    assert_eq!(
        (&mine["about_me"]["counts"]["a"], &mine["own"], &mine["word"]),
        (&json!(1), &json!(null), &json!("UNDER_THRESHOLD"))
    );
    step.set("actor", json!({"participant": "l2", "roles": [], "group": null}));
    assert_eq!(step.shows("contributor")["own"], json!({"s2": {"a": 1}}));
    step.send("l5", about("s5")).unwrap();
    assert_eq!(step.shows("team")["total"]["counts"]["a"], 5);
    assert!(step.shows("team").get("sessions").is_none() && step.shows("facilitator").get("per_observer").is_none());
    step.configure("pooled", json!("observers"));
    step.configure("k", json!(6));
    assert_eq!(step.shows("team")["n"], 5);
}

#[test]
fn examples_come_without_authors() {
    let mut step = step(json!({"categories": ["LE", "PL"], "artifact": "talk"}));
    for (who, text) in [("lk1", "Wat doen we met hoofdstuk 3?"), ("lk2", "Ze snapten het pas na de tekening.")] {
        step.send(who, json!({"example": {"category": "PL", "text": text}})).unwrap();
    }
    let shown = step.shows("team");
    assert_eq!(shown["examples"]["PL"].as_array().unwrap().len(), 2);
    assert!(!shown.to_string().contains("lk1"));
    assert_eq!(
        refused(&mut step, "lk1", json!({"example": {"category": "zz", "text": "x"}})),
        "INVALID /example/category"
    );
    assert_eq!(step.conclude()["artifacts"][0]["name"], "talk");
}
