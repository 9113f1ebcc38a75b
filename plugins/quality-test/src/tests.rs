//! Every edge of the contract and both tests of S03.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

const TEAM: [&str; 5] = ["lk13", "lk14", "lk15", "lk16", "zc2"];

/// The three criteria of the learning cycle.
fn config() -> Value {
    json!({"criteria": [
        {"id": "C1", "label": "Het doel is zichtbaar", "source": "principle", "ref": "P1", "must": true},
        {"id": "C2", "label": {"nl": "Feedback helpt verder", "en": "Feedback helps"}, "source": "principle", "ref": "P2", "must": true},
        {"id": "C3", "label": "Past bij O1", "source": "rok"},
    ]})
}

fn rate(step: &mut Step, who: &str, criterion: &str, rating: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"rating": {"criterion": criterion, "rating": rating}}))
}

fn rate_all(step: &mut Step, criterion: &str, ratings: [&str; 5]) {
    for (who, rating) in TEAM.iter().zip(ratings) {
        rate(step, who, criterion, rating).unwrap();
    }
}

fn row(step: &Step, id: &str) -> Value {
    let result = step.result();
    result["criteria"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap().clone()
}

fn counts(row: &Value) -> [u64; 5] {
    ["n", "c2", "c1", "c0", "na"].map(|field| row[field].as_u64().unwrap())
}

#[test]
fn the_first_test_asks_to_adjust() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    rate_all(&mut step, "C1", ["2", "2", "2", "2", "1"]);
    rate_all(&mut step, "C2", ["2", "1", "1", "0", "na"]);
    rate_all(&mut step, "C3", ["1", "2", "2", "2", "na"]);
    assert_eq!(counts(&row(&step, "C1")), [5, 4, 1, 0, 0]);
    assert_eq!(counts(&row(&step, "C2")), [4, 1, 2, 1, 1]);
    assert_eq!(counts(&row(&step, "C3")), [4, 3, 1, 0, 1]);
    let result = step.result();
    assert_eq!(result["verdicts"], json!({"C1": "met", "C2": "partly", "C3": "met"}));
    assert_eq!((&result["overall"], &result["must_open"]), (&json!("adjust"), &json!(["C2"])));
    assert_eq!((&result["raters"], &result["n"]), (&json!(5), &json!(5)));
}

#[test]
fn the_second_test_passes_with_a_free_criterion_partly_met() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    rate_all(&mut step, "C1", ["2"; 5]);
    rate_all(&mut step, "C2", ["2", "2", "2", "2", "1"]);
    rate_all(&mut step, "C3", ["2", "2", "2", "1", "0"]);
    let result = step.result();
    assert_eq!(result["verdicts"], json!({"C1": "met", "C2": "met", "C3": "partly"}));
    assert_eq!((&result["overall"], &result["must_open"]), (&json!("pass"), &json!([])));
    let artifact = &step.conclude()["artifacts"][0];
    assert_eq!((&artifact["name"], &artifact["content"]["overall"]), (&json!("quality_test"), &json!("pass")));
}

#[test]
fn verdicts_at_their_borders() {
    for (ratings, verdict) in [
        // Met: three times the yes is at least twice the judgements, and nobody says no.
        (vec!["2", "2", "1"], "met"),
        (vec!["2", "1"], "partly"),
        (vec!["2"], "met"),
        (vec!["2", "2", "2", "2", "0"], "partly"),
        // Not yet: half or more say no.
        (vec!["0"], "not_yet"),
        (vec!["2", "0"], "not_yet"),
        (vec!["2", "2", "1", "0", "0"], "partly"),
        (vec!["1", "1"], "partly"),
        (vec!["na", "na"], "unrated"),
        (vec!["na", "2"], "met"),
        (vec![], "unrated"),
    ] {
        let mut step = Step::new(&PLUGIN, "quality-test", json!({"criteria": [{"id": "C"}]}));
        for (who, rating) in TEAM.iter().zip(&ratings) {
            rate(&mut step, who, "C", rating).unwrap();
        }
        assert_eq!(step.result()["verdicts"]["C"], verdict, "{ratings:?}");
        let pass = ["met", "partly"].contains(&verdict);
        assert_eq!(step.result()["overall"], if pass { "pass" } else { "adjust" }, "{ratings:?}");
    }
}

#[test]
fn a_must_that_nobody_could_judge_asks_to_adjust() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    for criterion in ["C1", "C3"] {
        rate_all(&mut step, criterion, ["2"; 5]);
    }
    rate_all(&mut step, "C2", ["na"; 5]);
    let result = step.result();
    assert_eq!((&result["overall"], &result["unrated"]), (&json!("adjust"), &json!(["C2"])));
    assert_eq!(step.conclude()["ready"], true, "the team decides what to do about it");
    step.configure("require_all", json!(true));
    assert_eq!(step.reasons(), ["NOT_READY:C2"]);
}

#[test]
fn nothing_is_ready_without_criteria_or_ratings() {
    let mut step = Step::new(&PLUGIN, "quality-test", json!({}));
    assert_eq!(step.reasons(), ["NOT_READY:criteria"]);
    step.configure("criteria", config()["criteria"].clone());
    assert_eq!(step.reasons(), ["NOT_READY:rating"]);
    assert_eq!((&step.result()["overall"], &step.conclude()["artifacts"]), (&json!("adjust"), &json!([])));
    rate(&mut step, "lk13", "C1", "na").unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new());
    step.configure("criteria", json!([{"id": "C3"}]));
    assert_eq!(step.reasons(), ["NOT_READY:rating"], "a judgement of something else");
}

#[test]
fn the_latest_judgement_of_a_member_counts_and_the_maker_may_judge_too() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    rate(&mut step, "lk13", "C1", "0").unwrap();
    rate(&mut step, "lk14", "C1", "2").unwrap();
    rate(&mut step, "lk13", "C1", "2").unwrap();
    assert_eq!(counts(&row(&step, "C1")), [2, 2, 0, 0, 0]);
    step.withdraw("lk14", "rating", "C1");
    assert_eq!(counts(&row(&step, "C1")), [1, 1, 0, 0, 0]);
}

#[test]
fn numbers_do_as_well_as_words_and_nothing_else() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    let answer = step.send("lk13", json!({"rating": {"criterion": "C1", "rating": 2}})).unwrap();
    assert_eq!(answer["value"]["rating"], "2");
    step.send("lk14", json!({"rating": {"criterion": "C1", "rating": 0}})).unwrap();
    assert_eq!(counts(&row(&step, "C1")), [2, 1, 0, 1, 0]);
    for (rating, path) in [(json!(3), "/rating/rating"), (json!("ja"), "/rating/rating")] {
        let refused = step.send("lk15", json!({"rating": {"criterion": "C1", "rating": rating}}));
        assert_eq!(refused, Err(vec![format!("INVALID {path}")]));
    }
    assert_eq!(rate(&mut step, "lk13", "C9", "2"), Err(vec!["INVALID /rating/criterion".to_owned()]));
    step.configure("scale", json!(["2", "1", 0]));
    assert_eq!(rate(&mut step, "lk13", "C1", "na"), Err(vec!["INVALID /rating/rating".to_owned()]));
    rate(&mut step, "lk13", "C1", "0").unwrap();
}

#[test]
fn a_judgement_keeps_the_version_of_the_principle_it_was_made_for() {
    let mut step =
        Step::new(&PLUGIN, "quality-test", json!({"criteria": [{"id": "C1", "source": "principle", "version": 1}]}));
    rate(&mut step, "lk13", "C1", "1").unwrap();
    rate(&mut step, "lk14", "C1", "2").unwrap();
    step.configure("criteria", json!([{"id": "C1", "source": "principle", "version": 2}]));
    rate(&mut step, "lk15", "C1", "2").unwrap();
    assert_eq!(row(&step, "C1")["by_version"], json!({"1": 2, "2": 1}));
    rate(&mut step, "lk13", "C1", "2").unwrap();
    assert_eq!(row(&step, "C1")["by_version"], json!({"1": 1, "2": 2}));
}

#[test]
fn a_new_version_of_the_material_is_judged_anew() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    step.set("inputs", json!({"subject": {"material": "m1", "version": 1, "title": "Doelenmuur"}}));
    rate_all(&mut step, "C1", ["0"; 5]);
    step.set("inputs", json!({"subject": {"material": "m1", "version": 2, "title": "Doelenmuur", "parallel": []}}));
    assert_eq!((counts(&row(&step, "C1")), &step.result()["other_version"]), ([0; 5], &json!(5)));
    assert_eq!(step.reasons(), ["NOT_READY:rating"]);
    rate(&mut step, "lk13", "C1", "2").unwrap();
    assert_eq!((counts(&row(&step, "C1")), &step.result()["other_version"]), ([1, 1, 0, 0, 0], &json!(5)));
    assert_eq!(step.result()["subject"], json!({"material": "m1", "version": 2, "title": "Doelenmuur"}));
    step.set("inputs", json!({}));
    step.configure("subject", json!({"material": "m1", "version": 1}));
    assert_eq!(counts(&row(&step, "C1")), [5, 0, 0, 5, 0], "what was said of version 1 is still there");
}

#[test]
fn the_principles_of_the_school_are_the_test() {
    let mut step = Step::new(&PLUGIN, "quality-test", json!({"criteria": [{"id": "P2", "label": "eigen woorden"}]}));
    let principles = json!({"principles": [
        {"id": "P1", "text": "doelen zichtbaar", "mentions": 4, "version": 3}, {"id": "P2", "text": "feedback"},
    ], "attention": []});
    step.set("inputs", json!({"criteria": principles}));
    let result = step.result();
    let shown = |at: usize| {
        let row = &result["criteria"][at];
        json!([row["id"], row["label"], row["source"], row["must"], row["ref"], row["version"]])
    };
    assert_eq!(shown(0), json!(["P2", "eigen woorden", null, false, null, null]), "the configuration comes first");
    assert_eq!(shown(1), json!(["P1", "doelen zichtbaar", "principle", true, "P1", 3]));
    assert_eq!(result["criteria"].as_array().map(Vec::len), Some(2), "and counts once");
    step.configure("must_principles", json!(false));
    assert_eq!(step.result()["criteria"][1]["must"], false);
    step.set("inputs", json!({"criteria": [{"id": "C7", "label": "kort", "source": "goal", "must": true}]}));
    assert_eq!(step.result()["must_open"], json!(["C7"]));
    step.set("inputs", json!({"criteria": "P1"}));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/inputs/criteria");
}

#[test]
fn remarks_are_for_the_team_and_nothing_leaves_it() {
    let mut step = Step::new(&PLUGIN, "quality-test", config());
    let evidence = json!({"rating": {"criterion": "C1", "rating": "2", "evidence": " het bord "}});
    step.send("lk13", evidence).unwrap();
    let remark = json!({"criterion": "C1", "rating": "2", "text": "het bord"});
    assert_eq!(step.shows("team")["remarks"], json!([remark]));
    assert_eq!(step.shows("facilitator")["remarks"][0]["by"], "lk13");
    assert_eq!((step.shows("policy"), step.shows("school")), (Value::Null, Value::Null));
    assert_eq!(step.result()["criteria"][0]["evidence"], 1);
    assert!(!step.conclude().to_string().contains("het bord"), "remarks stay out of result and artifact");
}
