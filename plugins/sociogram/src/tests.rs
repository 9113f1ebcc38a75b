//! Every edge of the contract and the class of S06.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

/// The class of eight, Tuesday 6 October 2026: at most two positive choices and one negative.
fn class() -> Step {
    let config = json!({
        "roster": ["a", "b", "c", "d", "e", "f", "g", "h"],
        "questions": [
            {"id": "with", "theme": "work", "polarity": "+", "max": 2},
            {"id": "rather_not", "theme": "work", "polarity": "-", "max": 1},
        ],
        "viewers": ["lk14", "zc2"],
    });
    let mut step = Step::new(&PLUGIN, "sociogram", config);
    step.at("2026-10-06T10:00:00");
    step
}

fn confirm(step: &mut Step) {
    step.send("lk14", json!({"statement": {"confirmed": true}})).unwrap();
}

fn choose(step: &mut Step, who: &str, question: &str, nominated: &[&str]) -> Result<Value, Vec<String>> {
    step.send(who, json!({"answer": {"question": question, "nominated": nominated}}))
}

const ANSWERS: [(&str, [&str; 2], &str); 8] = [
    ("a", ["b", "c"], "h"),
    ("b", ["a", "c"], "h"),
    ("c", ["a", "b"], ""),
    ("d", ["e", "a"], "h"),
    ("e", ["d", "f"], "g"),
    ("f", ["e", "d"], ""),
    ("g", ["a", "f"], "e"),
    ("h", ["g", "a"], "b"),
];

fn answered() -> Step {
    let mut step = class();
    confirm(&mut step);
    for (pupil, positive, negative) in ANSWERS {
        choose(&mut step, pupil, "with", &positive).unwrap();
        let negative: Vec<&str> = Some(negative).filter(|id| !id.is_empty()).into_iter().collect();
        choose(&mut step, pupil, "rather_not", &negative).unwrap();
    }
    step
}

#[test]
fn the_map_of_a_class() {
    let step = answered();
    let result = step.result();
    for (field, expected) in [
        ("received_pos", json!({"a": 5, "b": 2, "c": 2, "d": 2, "e": 2, "f": 2, "g": 1, "h": 0})),
        ("received_neg", json!({"a": 0, "b": 1, "c": 0, "d": 0, "e": 1, "f": 0, "g": 1, "h": 3})),
        ("given", json!({"a": 2, "b": 2, "c": 2, "d": 2, "e": 2, "f": 2, "g": 2, "h": 2})),
        ("mutual_pos", json!([["a", "b"], ["a", "c"], ["b", "c"], ["d", "e"], ["e", "f"]])),
        ("mutual_neg", json!([["b", "h"], ["e", "g"]])),
        ("components", json!([["a", "b", "c"], ["d", "e", "f"], ["g"], ["h"]])),
        ("mean", json!("2.00")),
        ("sum_pos", json!(16)),
        ("sum_neg", json!(6)),
        (
            "flags",
            json!({"chosen_often": ["a"], "no_positive": ["h"], "no_mutual": ["g", "h"], "more_negative": ["h"]}),
        ),
        ("not_together", json!([["a", "h"], ["b", "h"], ["d", "h"], ["e", "g"]])),
        ("answered", json!(8)),
        ("roster", json!(8)),
        ("incomplete", json!(false)),
        ("erase_on", json!("2026-12-05")),
    ] {
        assert_eq!(result[field], expected, "{field}");
    }
    assert_eq!(result["themes"]["work"]["received_pos"], result["received_pos"], "one theme is the whole");
    assert_eq!((&result["n"], step.conclude()["ready"].as_bool()), (&json!(8), Some(true)));
    assert_eq!(step.conclude()["artifacts"], json!([]), "nothing durable");
}

#[test]
fn nobody_answers_before_the_class_was_told() {
    let mut step = class();
    assert_eq!(choose(&mut step, "a", "with", &["b"]), Err(vec!["STATEMENT_NOT_CONFIRMED".to_owned()]));
    assert_eq!(step.reasons(), ["STATEMENT_NOT_CONFIRMED"]);
    let confirmed = json!({"statement": {"confirmed": true}});
    assert_eq!(step.send("lk15", confirmed.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.configure("viewers", json!([]));
    assert_eq!(step.send("a", confirmed), Err(vec!["NOT_ALLOWED".to_owned()]), "a pupil does not confirm");
    confirm(&mut step);
    assert_eq!(step.reasons(), ["NOT_READY:answers"]);
    choose(&mut step, "a", "with", &["b"]).unwrap();
    step.send("lk14", json!({"statement": {"confirmed": false}})).unwrap();
    assert_eq!(choose(&mut step, "b", "with", &["a"]), Err(vec!["STATEMENT_NOT_CONFIRMED".to_owned()]));
    step.set("inputs", json!({"statement_confirmed": true}));
    choose(&mut step, "b", "with", &["a"]).unwrap();
    step.set("inputs", json!({}));
    step.configure("statement_confirmed", json!(true));
    choose(&mut step, "c", "with", &["a"]).unwrap();
}

#[test]
fn choices_are_checked() {
    let mut step = class();
    confirm(&mut step);
    for (who, question, nominated, problem) in [
        ("c", "with", vec!["c"], "SELF_NOMINATION:c /answer/nominated"),
        ("a", "with", vec!["b", "c", "d"], "TOO_MANY_NOMINATIONS:2 /answer/nominated"),
        ("a", "rather_not", vec!["b", "c"], "TOO_MANY_NOMINATIONS:1 /answer/nominated"),
        ("a", "with", vec!["x", "b", "y"], "NOT_ON_ROSTER:x,y /answer/nominated"),
        ("x", "with", vec!["b"], "NOT_ON_ROSTER:x /answer/pupil"),
        ("a", "play", vec!["b"], "INVALID /answer/question"),
    ] {
        assert_eq!(choose(&mut step, who, question, &nominated), Err(vec![problem.to_owned()]));
    }
    let answer = choose(&mut step, "a", "with", &["b", "b", "c", "b"]).unwrap();
    assert_eq!(answer["value"]["nominated"], json!(["b", "c"]), "the same name twice counts once");
    assert_eq!(choose(&mut step, "lk14", "with", &["b"]), Err(vec!["NOT_ON_ROSTER:lk14 /answer/pupil".to_owned()]));
}

#[test]
fn a_class_chooses_its_questions_and_limits() {
    let mut step = class();
    confirm(&mut step);
    step.configure("ask", json!(["with"]));
    step.configure("max_positive", json!(1));
    assert_eq!(choose(&mut step, "a", "rather_not", &["b"]), Err(vec!["INVALID /answer/question".to_owned()]));
    let refused = choose(&mut step, "a", "with", &["b", "c"]);
    assert_eq!(refused, Err(vec!["TOO_MANY_NOMINATIONS:1 /answer/nominated".to_owned()]));
    step.configure("ask", json!([]));
    step.configure("max_negative", json!(2));
    choose(&mut step, "a", "rather_not", &["b", "c"]).unwrap();
    assert_eq!(step.result()["sum_neg"], 2);
    step.configure("questions", json!([{"id": "with", "polarity": "+"}, {"id": "rather_not", "polarity": "-"}]));
    step.configure("max_negative", Value::Null);
    step.configure("max_positive", Value::Null);
    choose(&mut step, "a", "with", &["b", "c", "d"]).unwrap();
    let refused = choose(&mut step, "a", "rather_not", &["b", "c", "d"]);
    assert_eq!(refused, Err(vec!["TOO_MANY_NOMINATIONS:2 /answer/nominated".to_owned()]), "three and two by default");
}

#[test]
fn a_pupil_answers_for_itself_the_teacher_for_who_needs_it() {
    let mut step = class();
    confirm(&mut step);
    let sent = |pupil: &str| json!({"answer": {"pupil": pupil, "question": "with", "nominated": ["c"]}});
    assert_eq!(step.send("a", sent("b")), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.send("lk14", sent("b")).unwrap();
    step.send("b", sent("b")).unwrap();
    choose(&mut step, "b", "with", &["a"]).unwrap();
    let result = step.result();
    assert_eq!((&result["received_pos"]["a"], &result["received_pos"]["c"]), (&json!(1), &json!(0)), "the latest list");
}

#[test]
fn nobody_chosen_is_nobody_chosen_often() {
    let mut step = class();
    confirm(&mut step);
    assert_eq!(step.result()["mean"], Value::Null, "no answer, no mean");
    choose(&mut step, "a", "with", &[]).unwrap();
    let result = step.result();
    assert_eq!((&result["answered"], &result["mean"]), (&json!(1), &json!("0.00")));
    assert_eq!(result["flags"]["chosen_often"], json!([]));
    assert_eq!(result["flags"]["no_positive"].as_array().unwrap().len(), 8);
    step.configure("roster", json!([]));
    assert_eq!((&step.result()["mean"], &step.result()["components"]), (&Value::Null, &json!([])));
}

#[test]
fn flags_at_their_borders() {
    let mut step = class();
    step.configure("roster", json!(["a", "b", "c", "d"]));
    step.configure("questions", json!([{"id": "with", "polarity": "+"}, {"id": "rather_not", "polarity": "-"}]));
    confirm(&mut step);
    // Four choices among four pupils: twice the mean is exactly two.
    for (who, chosen) in [("a", vec!["b"]), ("c", vec!["b", "d"]), ("d", vec!["a"])] {
        choose(&mut step, who, "with", &chosen).unwrap();
    }
    assert_eq!((&step.result()["flags"]["chosen_often"], &step.result()["mean"]), (&json!(["b"]), &json!("1.00")));
    choose(&mut step, "a", "rather_not", &["c"]).unwrap();
    assert_eq!(step.result()["flags"]["more_negative"], json!([]), "one is not enough");
    choose(&mut step, "b", "rather_not", &["c"]).unwrap();
    assert_eq!(step.result()["flags"]["more_negative"], json!(["c"]));
    for (who, chosen) in [("a", vec!["b", "c"]), ("b", vec!["c"])] {
        choose(&mut step, who, "with", &chosen).unwrap();
    }
    assert_eq!(step.result()["flags"]["more_negative"], json!([]), "as often chosen as not");
}

#[test]
fn the_absent_can_be_chosen_and_answer_later() {
    let mut step = class();
    confirm(&mut step);
    for pupil in ["a", "b", "c"] {
        choose(&mut step, pupil, "with", &["h"]).unwrap();
    }
    let result = step.result();
    assert_eq!((&result["incomplete"], &result["received_pos"]["h"]), (&json!(true), &json!(3)));
    assert_eq!(result["unanswered"], json!(["d", "e", "f", "g", "h"]));
    assert_eq!(step.conclude()["ready"], true, "the teacher decides, the map is marked");
    choose(&mut step, "h", "with", &["a"]).unwrap();
    assert_eq!(step.result()["incomplete"], false, "half is enough");
    step.withdraw("h", "answer", "h/with");
    assert_eq!(step.result()["incomplete"], true);
}

#[test]
fn who_leaves_takes_own_and_received_marks_along() {
    let mut step = answered();
    assert_eq!(step.send("lk15", json!({"leave": {"pupil": "a"}})), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.send("lk14", json!({"leave": {"pupil": "a"}})).unwrap();
    let result = step.result();
    assert_eq!((&result["roster"], &result["answered"], &result["sum_pos"]), (&json!(7), &json!(7), &json!(9)));
    assert_eq!(result["received_neg"]["h"], 2);
    assert_eq!(result["mutual_pos"], json!([["b", "c"], ["d", "e"], ["e", "f"]]));
    assert_eq!(result["components"], json!([["b", "c"], ["d", "e", "f"], ["g"], ["h"]]));
    assert_eq!(result["mean"], "1.29");
    assert_eq!(result["given"]["b"], 1, "who is chosen and gone is not given any more");
    assert!(result["received_pos"].get("a").is_none());
    assert_eq!(choose(&mut step, "b", "with", &["a"]), Err(vec!["NOT_ON_ROSTER:a /answer/nominated".to_owned()]));
    let again = step.send("lk14", json!({"leave": {"pupil": "a"}}));
    assert_eq!(again, Err(vec!["NOT_ON_ROSTER:a /leave/pupil".to_owned()]));
    let mut step = answered();
    step.set("inputs", json!({"left": ["a"], "roster": [{"id": "i", "label": "negende"}]}));
    assert_eq!(step.result()["members"], json!(["b", "c", "d", "e", "f", "g", "h", "i"]));
}

#[test]
fn themes_stand_apart_and_together() {
    let mut step = class();
    confirm(&mut step);
    step.configure(
        "questions",
        json!([
            {"id": "work", "theme": "work", "polarity": "+"}, {"id": "play", "theme": "play", "polarity": "+"},
            {"id": "sit", "theme": "sit", "polarity": "+"},
        ]),
    );
    choose(&mut step, "a", "work", &["b"]).unwrap();
    choose(&mut step, "a", "play", &["b", "c"]).unwrap();
    choose(&mut step, "b", "play", &["a"]).unwrap();
    choose(&mut step, "d", "sit", &["a"]).unwrap();
    let result = step.result();
    assert_eq!(result["themes"]["work"]["received_pos"]["b"], 1);
    assert_eq!(result["themes"]["work"]["mutual_pos"], json!([]));
    assert_eq!(result["themes"]["play"]["mutual_pos"], json!([["a", "b"]]));
    assert_eq!(result["received_pos"]["b"], 1, "one chooser counts once, in however many themes");
    assert_eq!((&result["received_pos"]["a"], &result["sum_pos"]), (&json!(2), &json!(4)));
    step.configure("combine", json!(["work", "play"]));
    assert_eq!((&step.result()["received_pos"]["a"], &step.result()["answered"]), (&json!(1), &json!(3)));
}

#[test]
fn only_the_teacher_looks() {
    let mut step = answered();
    assert!(step.shows("facilitator")["received_pos"].is_object());
    for audience in ["contributor", "team", "policy", "school"] {
        assert_eq!(step.shows(audience), Value::Null, "{audience}: the host answers held");
    }
    for (reader, looks) in [
        (json!({"participant": "zc2", "roles": ["zc"]}), true),
        (json!({"participant": "dir", "roles": ["dir"]}), false),
        (json!({"participant": "a", "roles": ["pup"]}), false),
    ] {
        step.set("actor", reader.clone());
        assert_eq!(step.shows("facilitator").is_object(), looks, "{reader}");
    }
    step.configure("viewers", json!([]));
    assert!(step.shows("facilitator").is_null(), "without named viewers still never a pupil of the class");
    for (reader, looks) in [
        (json!({"participant": "lk14", "roles": ["tch"]}), true),
        (json!({"participant": "dir", "roles": ["dir", "tch"]}), false),
        (json!({"participant": "ouder", "roles": ["par"]}), false),
    ] {
        step.set("actor", reader.clone());
        assert_eq!(step.shows("facilitator").is_object(), looks, "{reader}");
    }
    step.configure("viewers", json!(["dir"]));
    step.set("actor", json!({"participant": "dir2", "roles": ["dir"]}));
    assert!(step.shows("facilitator").is_null(), "not by the role");
    step.set("actor", json!({"participant": "dir", "roles": ["dir", "tch"]}));
    assert!(step.shows("facilitator").is_object(), "a head who teaches the class is named in person");
}

#[test]
fn after_sixty_days_only_the_fact_is_left() {
    let mut step = answered();
    step.at("2026-12-04T09:00:00");
    assert_eq!(step.result()["sum_pos"], 16);
    step.at("2026-12-05T09:00:00");
    let result = step.result();
    assert_eq!(
        (&result["erased"], &result["received_pos"], &result["members"]),
        (&json!(true), &json!({}), &json!([]))
    );
    assert!(!step.shows("facilitator").to_string().contains("\"h\""));
    assert_eq!(step.conclude()["ready"], true);
    step.configure("retention_days", json!(90));
    assert_eq!(step.result()["erase_on"], "2027-01-04");
}
