//! Every edge of the contract and the meeting of S08.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

/// The four classes of the first two grades.
fn meeting() -> Step {
    let config = json!({
        "units": [
            {"id": "1A", "group": "1", "teacher": "lk9"}, {"id": "1B", "group": "1", "teacher": "lk10"},
            {"id": "2A", "group": "2", "teacher": "lk11"}, {"id": "2B", "group": "2", "teacher": ["lk12", "lk20"]},
        ],
        "coordinators": ["cc"],
    });
    let mut step = Step::new(&PLUGIN, "data-round", config);
    step.person("lk18", &["tch", "cc"], None);
    step.at("2027-03-09T15:30:00");
    step
}

const RESULTS: [(&str, &str, [i64; 2], [i64; 2]); 4] = [
    ("1A", "lk9", [15, 20], [17, 20]),
    ("1B", "lk10", [12, 19], [11, 19]),
    ("2A", "lk11", [18, 22], [20, 22]),
    ("2B", "lk12", [14, 21], [14, 21]),
];

fn enter(step: &mut Step, who: &str, unit: &str, period: &str, [num, den]: [i64; 2]) -> Result<Value, Vec<String>> {
    step.send(who, json!({"dataset": {"unit": unit, "period": period, "num": num, "den": den}}))
}

fn with_results() -> Step {
    let mut step = meeting();
    for (unit, teacher, before, after) in RESULTS {
        enter(&mut step, teacher, unit, "before", before).unwrap();
        enter(&mut step, teacher, unit, "after", after).unwrap();
    }
    step
}

fn explain(step: &mut Step, who: &str, id: &str, direction: &str, category: &str) -> Result<Value, Vec<String>> {
    let said = json!({"id": id, "direction": direction, "category": category, "text": "omdat"});
    step.send(who, json!({"explanation": said}))
}

const EXPLANATIONS: [(&str, &str, &str, &str); 8] = [
    ("e1", "lk9", "up", "action"),
    ("e2", "lk9", "down", "material"),
    ("e3", "lk10", "up", "choice"),
    ("e4", "lk10", "down", "pupil"),
    ("e5", "lk11", "up", "action"),
    ("e6", "lk11", "down", "organisation"),
    ("e7", "lk12", "up", "material"),
    ("e8", "lk12", "same", "action"),
];

fn explained() -> Step {
    let mut step = with_results();
    for (id, who, direction, category) in EXPLANATIONS {
        explain(&mut step, who, id, direction, category).unwrap();
    }
    step
}

fn probe(step: &mut Step, who: &str, id: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"probe": {"explanation_id": id, "text": "wat deed jij toen?"}}))
}

fn resolve(step: &mut Step, who: &str, id: &str, category: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"resolve": {"explanation_id": id, "new_category": category, "text": "ik koos te moeilijk"}}))
}

fn refused(word: &str) -> Result<Value, Vec<String>> {
    Err(vec![word.to_owned()])
}

#[test]
fn shares_and_differences_per_class() {
    let step = with_results();
    let result = step.result();
    for (at, before, after, delta) in [
        (0, "75.00", "85.00", "10.00"),
        (1, "63.16", "57.89", "-5.26"),
        (2, "81.82", "90.91", "9.09"),
        (3, "66.67", "66.67", "0.00"),
    ] {
        let unit = &result["units"][at];
        let shown = json!([unit["cells"]["before"]["share"], unit["cells"]["after"]["share"], unit["delta"]]);
        assert_eq!(shown, json!([before, after, delta]), "{}", unit["id"]);
    }
    let total = json!({
        "cells": {"before": {"num": 59, "den": 82, "share": "71.95"}, "after": {"num": 62, "den": 82, "share": "75.61"}},
        "delta": "3.66", "units": 4, "left_out": 0,
    });
    assert_eq!(result["total"], total);
    assert_eq!((&result["by_group"]["1"]["delta"], &result["missing"]), (&json!("2.56"), &json!([])));
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn the_director_sees_grades_the_school_and_the_actions() {
    let mut step = explained();
    for (who, text) in
        [("lk9", "meer oefenen"), ("lk10", "doelen kiezen"), ("lk11", "samen plannen"), ("lk12", "ander materiaal")]
    {
        step.send(who, json!({"improve": {"text": text}})).unwrap();
    }
    for audience in ["policy", "school"] {
        let shown = step.shows(audience);
        let grade = |at: usize| {
            let group = &shown["groups"][at];
            let cells = &group["cells"];
            json!([
                group["group"],
                cells["before"]["num"],
                cells["before"]["den"],
                cells["after"]["num"],
                cells["before"]["share"],
                cells["after"]["share"],
                group["delta"],
            ])
        };
        assert_eq!(grade(0), json!(["1", 27, 39, 28, "69.23", "71.79", "2.56"]));
        assert_eq!(grade(1), json!(["2", 32, 43, 34, "74.42", "79.07", "4.65"]));
        assert_eq!(shown["total"]["delta"], "3.66");
        let actions = shown["improvements"].as_array().map(Vec::len);
        assert_eq!(actions, if audience == "policy" { Some(4) } else { None });
        for hidden in ["units", "explanations", "categories", "one_sided", "missing"] {
            assert_eq!(shown[hidden], Value::Null, "{hidden}");
        }
        assert!(!shown.to_string().contains("1A"));
    }
    assert_eq!(step.conclude()["artifacts"][0]["content"], step.shows("policy"));
}

#[test]
fn blame_is_asked_about_until_it_comes_down_to_something_else() {
    let mut step = explained();
    let counts = json!({"action": 3, "choice": 1, "material": 2, "organisation": 1, "pupil": 1, "other": 0});
    assert_eq!(step.result()["categories"], counts);
    assert_eq!(step.result()["directions"], json!({"up": 4, "down": 3, "same": 1}));
    assert_eq!(step.reasons(), ["UNRESOLVED_BLAME:e4"]);
    assert_eq!(resolve(&mut step, "lk10", "e4", "pupil"), refused("INVALID /resolve/new_category"));
    probe(&mut step, "lk12", "e4").unwrap();
    assert_eq!(step.reasons(), ["UNRESOLVED_BLAME:e4"], "asked, but not answered");
    resolve(&mut step, "lk10", "e4", "choice").unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new());
    let result = step.result();
    assert_eq!((&result["categories"]["choice"], &result["categories"]["pupil"]), (&json!(2), &json!(0)));
    assert_eq!(result["categories_said"], counts);
    let e4 = &result["explanations"][3];
    assert_eq!(
        json!([e4["said"], e4["category"], e4["probes"], e4["answer"]]),
        json!(["pupil", "choice", 1, "ik koos te moeilijk"])
    );
    step.withdraw("lk12", "probe", "e4");
    assert_eq!(step.reasons(), ["UNRESOLVED_BLAME:e4"], "answered, but nobody went on asking");
}

#[test]
fn an_action_of_the_author_also_ends_the_blame() {
    let mut step = explained();
    let improve = |id: &str, explanation: &str| json!({"improve": {"id": id, "text": "ik geef meer tijd", "explanation": explanation}});
    step.send("lk10", improve("i1", "e4")).unwrap();
    assert_eq!(step.reasons(), ["UNRESOLVED_BLAME:e4"], "nobody went on asking yet");
    probe(&mut step, "lk12", "e4").unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new());
    assert_eq!(step.result()["categories"]["pupil"], 1, "it stays what it was");
    step.send("lk10", json!({"improve": {"id": "i1", "text": "x", "explanation": "e4", "owner": "lk9"}})).unwrap();
    assert_eq!(step.reasons(), ["UNRESOLVED_BLAME:e4"], "an action of somebody else is not its own");
    step.send("lk12", json!({"improve": {"id": "i2", "text": "x", "explanation": "e4", "owner": "lk10"}})).unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new());
    assert_eq!(step.send("lk10", improve("i3", "e9")), refused("INVALID /improve/explanation"));
    assert_eq!(step.send("lk9", improve("i2", "e4")), refused("CONFLICT:i2 /improve/id"));
}

#[test]
fn explanations_are_checked() {
    let mut step = explained();
    assert_eq!(explain(&mut step, "lk9", "e4", "up", "action"), refused("CONFLICT:e4 /explanation/id"));
    assert_eq!(explain(&mut step, "lk9", "e9", "up", "weer"), refused("INVALID /explanation/category"));
    assert_eq!(explain(&mut step, "lk9", "e9", "sideways", "action"), refused("INVALID /explanation/direction"));
    assert_eq!(probe(&mut step, "lk9", "e9"), refused("INVALID /probe/explanation_id"));
    assert_eq!(resolve(&mut step, "lk10", "e9", "choice"), refused("INVALID /resolve/explanation_id"));
    assert_eq!(resolve(&mut step, "lk12", "e4", "choice"), refused("NOT_ALLOWED"));
    resolve(&mut step, "lk18", "e4", "organisation").unwrap();
    let named = json!({"id": "e9", "unit": "1A", "direction": "up", "category": "other", "text": "vooral P07 hielp"});
    let answer = step.send("lk9", json!({"explanation": named})).unwrap();
    assert_eq!(answer["warnings"][0]["word"], "PUPIL_NAMED");
    let elsewhere = json!({"id": "e10", "unit": "9Z", "direction": "up", "category": "other", "text": "x"});
    assert_eq!(step.send("lk9", json!({"explanation": elsewhere})), refused("INVALID /explanation/unit"));
    step.configure("categories", json!(["action", "pupil"]));
    assert_eq!(explain(&mut step, "lk9", "e11", "up", "material"), refused("INVALID /explanation/category"));
}

#[test]
fn results_are_entered_by_the_teacher_or_a_coordinator_and_can_be() {
    let mut step = meeting();
    assert_eq!(enter(&mut step, "lk10", "1A", "before", [1, 20]), refused("NOT_ALLOWED"));
    assert_eq!(enter(&mut step, "lk9", "1A", "before", [21, 20]), refused("INVALID /dataset/num"));
    assert_eq!(enter(&mut step, "lk9", "1A", "before", [-1, 20]), refused("INVALID /dataset/num"));
    assert_eq!(enter(&mut step, "lk9", "1C", "before", [1, 20]), refused("INVALID /dataset/unit"));
    assert_eq!(enter(&mut step, "lk9", "1A", "later", [1, 20]), refused("INVALID /dataset/period"));
    enter(&mut step, "lk9", "1A", "before", [1, 20]).unwrap();
    enter(&mut step, "lk20", "2B", "before", [5, 20]).unwrap();
    enter(&mut step, "lk18", "1A", "before", [15, 20]).unwrap();
    assert_eq!(step.result()["units"][0]["cells"]["before"]["num"], 15, "the last one counts");
    step.configure("units", json!([{"id": "1A"}]));
    enter(&mut step, "lk2", "1A", "after", [20, 20]).unwrap();
    assert_eq!(step.result()["units"][0]["delta"], "25.00");
}

#[test]
fn a_small_class_is_seen_by_its_teacher_only_and_counts_in_no_sum() {
    let mut step = with_results();
    enter(&mut step, "lk9", "1A", "after", [3, 4]).unwrap();
    let result = step.result();
    let small = &result["units"][0];
    assert_eq!(
        json!([small["hidden"], small["delta"], small["cells"]]),
        json!([true, null, {"before": null, "after": null}])
    );
    assert_eq!((&result["by_group"]["1"]["units"], &result["by_group"]["1"]["left_out"]), (&json!(1), &json!(1)));
    assert_eq!(result["by_group"]["1"]["cells"]["before"]["num"], 12, "the sum is of the shown classes");
    assert_eq!((&result["total"]["cells"]["before"]["num"], &result["total"]["left_out"]), (&json!(44), &json!(1)));
    for (reader, own) in [("lk9", json!([["1A", "0.00"]])), ("lk10", json!([["1B", "-5.26"]])), ("dir", json!([]))] {
        step.set("actor", json!({"participant": reader, "roles": ["tch"]}));
        let shown = step.shows("contributor");
        let lines: Vec<Value> =
            shown["own"].as_array().unwrap().iter().map(|line| json!([line["unit"], line["delta"]])).collect();
        assert_eq!(json!(lines), own, "{reader}");
        assert_eq!(
            step.shows("facilitator")["own"],
            shown["own"],
            "a chair who teaches sees the same of the own class"
        );
        assert_eq!(step.shows("team").get("own"), None);
        assert!(!step.shows("team").to_string().contains("\"den\":4,"));
    }
    for (least, hidden) in [(4, false), (5, true)] {
        step.configure("small_cell", json!(least));
        assert_eq!(step.result()["units"][0]["hidden"], hidden);
    }
    step.configure("small_cell", json!(2));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/config/small_cell", "never below three");
}

#[test]
fn a_class_cannot_be_found_by_subtraction() {
    let groups = |step: &Step| -> Vec<Value> {
        let shown = step.shows("school");
        shown["groups"].as_array().unwrap().iter().map(|group| group["group"].clone()).collect()
    };
    let mut step = with_results();
    assert_eq!(groups(&step), ["1", "2"]);
    // Grade 1 is one class now: it goes, and with it the only other grade; the total of three classes stays.
    enter(&mut step, "lk9", "1A", "after", [3, 4]).unwrap();
    assert_eq!(groups(&step), Vec::<Value>::new());
    assert_eq!(step.shows("school")["total"]["units"], 3);
    // A class without a grade is found by subtraction just as well.
    let mut step = with_results();
    step.configure(
        "units",
        json!([{"id": "1A", "group": "1"}, {"id": "1B", "group": "1"}, {"id": "2A"}, {"id": "2B", "group": "2"}]),
    );
    assert_eq!(groups(&step), ["1"], "two classes are left: 2A and 2B");
    step.configure("units", json!([{"id": "1A", "group": "1"}, {"id": "1B", "group": "1"}, {"id": "2A"}]));
    assert_eq!(groups(&step), Vec::<Value>::new());
    step.configure("units", json!([{"id": "1A", "group": "1"}]));
    let total = step.shows("school")["total"].clone();
    assert_eq!(json!([total["delta"], total["cells"]["before"]]), json!([null, null]), "one class is no total");
    assert_eq!(step.shows("team")["total"]["delta"], "10.00", "in the meeting it is");
}

#[test]
fn the_smallest_grade_goes_along() {
    let mut step = meeting();
    step.configure(
        "units",
        json!([
            {"id": "1A", "group": "1"}, {"id": "1B", "group": "1"}, {"id": "2A", "group": "2"}, {"id": "2B", "group": "2"},
            {"id": "3A", "group": "3"},
        ]),
    );
    for (unit, den) in [("1A", 20), ("1B", 20), ("2A", 10), ("2B", 10), ("3A", 25)] {
        for period in ["before", "after"] {
            enter(&mut step, "lk9", unit, period, [5, den]).unwrap();
        }
    }
    let shown = step.shows("policy");
    assert_eq!((&shown["groups"][0]["group"], shown["groups"].as_array().unwrap().len()), (&json!("1"), 1));
}

#[test]
fn a_class_that_is_missing_once_is_not_in_the_sum() {
    let mut step = meeting();
    for (unit, teacher, before, _) in RESULTS {
        enter(&mut step, teacher, unit, "before", before).unwrap();
    }
    assert_eq!(step.result()["total"]["cells"]["before"]["num"], 59, "before is measured everywhere");
    assert_eq!(step.result()["total"]["delta"], Value::Null);
    enter(&mut step, "lk9", "1A", "after", [17, 20]).unwrap();
    let result = step.result();
    assert_eq!((&result["total"]["units"], &result["total"]["delta"]), (&json!(1), &json!("10.00")));
    assert_eq!(result["missing"], json!(["1B/after", "2A/after", "2B/after"]));
    step.configure("require_data", json!(true));
    assert_eq!(step.reasons(), ["NOT_READY:1B/after,2A/after,2B/after"]);
    enter(&mut step, "lk10", "1B", "after", [0, 0]).unwrap();
    let empty = &step.result()["units"][1];
    assert_eq!(json!([empty["hidden"], empty["cells"]["after"]["share"], empty["delta"]]), json!([false, null, null]));
}

#[test]
fn each_teacher_looks_both_ways() {
    let mut step = with_results();
    step.configure("require_both_directions", json!(true));
    step.configure("units", json!([{"id": "1A", "teacher": "lk9"}, {"id": "1B", "teacher": "lk10"}]));
    assert_eq!(step.reasons(), ["NOT_READY:lk10,lk9"]);
    explain(&mut step, "lk9", "e1", "up", "action").unwrap();
    explain(&mut step, "lk9", "e2", "down", "material").unwrap();
    explain(&mut step, "lk10", "e3", "up", "choice").unwrap();
    explain(&mut step, "zc2", "e5", "up", "choice").unwrap();
    assert_eq!(step.result()["one_sided"], json!(["lk10"]), "who has no class need not");
    step.set("invited", json!(["lk9"]));
    assert_eq!(step.reasons(), Vec::<String>::new(), "nor who is absent");
    step.set("invited", Value::Null);
    explain(&mut step, "lk10", "e4", "same", "choice").unwrap();
    assert_eq!(step.reasons(), Vec::<String>::new(), "what stayed the same did not go well");
    step.configure("units", json!([{"id": "1A"}]));
    assert_eq!(step.result()["one_sided"], json!(["zc2"]), "without teachers named: all who explain");
}

#[test]
fn one_test_is_not_the_only_source() {
    let mut step = with_results();
    step.configure("min_sources", json!(2));
    assert_eq!(step.reasons(), ["NOT_READY:sources"]);
    step.send("lk9", json!({"source": {"source_id": "s1", "kind": "observatie", "text": "lesbezoek"}})).unwrap();
    assert_eq!((step.reasons(), &step.result()["sources"]), (vec![], &json!(["observatie", "results"])));
}

#[test]
fn the_workflow_may_bring_the_results() {
    let mut step = meeting();
    let given = json!([{"unit": "1A", "period": "before", "num": 15, "den": 20, "source": "csv"}]);
    step.set("inputs", json!({"datasets": given}));
    assert_eq!(step.result()["units"][0]["cells"]["before"]["share"], "75.00");
    enter(&mut step, "lk9", "1A", "before", [16, 20]).unwrap();
    assert_eq!(step.result()["units"][0]["cells"]["before"]["share"], "80.00", "what people say wins");
    step.set("inputs", json!({"datasets": [{"unit": "1A"}]}));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/inputs/datasets/0/period");
}

#[test]
fn improvements_get_an_id_and_a_school_day() {
    let mut step = with_results();
    let due = |text: &str, day: &str| json!({"improve": {"text": text, "due": day}});
    let answer = step.send("lk9", due("meer tijd", "2027-03-30")).unwrap();
    assert_eq!((&answer["warnings"][0]["word"], &answer["value"]["due"]), (&json!("MOVED"), &json!("2027-04-12")));
    let again = step.send("lk9", due("Meer tijd!", "2027-03-10")).unwrap();
    assert_eq!(again["slot"], answer["slot"], "the same idea again is the same entry");
    assert_eq!(step.result()["improvements"].as_array().unwrap().len(), 1);
    assert_eq!(step.send("lk9", due("x", "2027-07-01")), refused("INVALID /improve/due"));
}

#[test]
fn more_than_two_moments_compare_the_first_with_the_last() {
    let mut step = meeting();
    step.configure("periods", json!(["sept", {"id": "jan", "label": "Januari"}, "juni"]));
    for (period, num) in [("sept", 10), ("jan", 4), ("juni", 15)] {
        enter(&mut step, "lk9", "1A", period, [num, 20]).unwrap();
    }
    assert_eq!(step.result()["units"][0]["delta"], "25.00");
    assert_eq!(step.result()["periods"], json!(["sept", "jan", "juni"]));
    assert_eq!(enter(&mut step, "lk9", "1A", "before", [1, 2]), refused("INVALID /dataset/period"));
}

#[test]
fn whatever_the_grades_no_class_is_left_over() {
    // Every school of up to three grades with up to three classes each, and up to two classes without a grade.
    for school in 0..4 * 4 * 4 * 3 {
        let sizes = [school % 4, school / 4 % 4, school / 16 % 4, school / 64];
        let mut units = Vec::new();
        for (grade, size) in sizes.iter().enumerate() {
            for class in 0..*size {
                let group = (grade < 3).then(|| format!("g{grade}"));
                units.push(json!({"id": format!("{grade}{class}"), "group": group}));
            }
        }
        let datasets: Vec<Value> = units
            .iter()
            .flat_map(|unit| {
                ["before", "after"].map(|period| json!({"unit": unit["id"], "period": period, "num": 5, "den": 20}))
            })
            .collect();
        let mut step = Step::new(&PLUGIN, "data-round", json!({"units": units}));
        step.set("inputs", json!({"datasets": datasets}));
        let shown = step.shows("school");
        let of = |sum: &Value| sum["units"].as_u64().unwrap();
        let groups: Vec<u64> = shown["groups"].as_array().unwrap().iter().map(of).collect();
        assert!(groups.iter().all(|units| *units >= 2), "{sizes:?}: a shown grade of one class");
        let total = &shown["total"];
        if !total["delta"].is_null() {
            let left = of(total) - groups.iter().sum::<u64>();
            assert!(of(total) >= 2 && left != 1, "{sizes:?}: {left} left of {groups:?}");
        }
        let many = sizes[..3].iter().all(|size| *size != 1) && sizes[3] != 1;
        let whole = sizes[..3].iter().filter(|size| **size >= 2).count();
        assert!(!many || groups.len() == whole, "{sizes:?}: hidden without need");
    }
}
