//! Every edge of the contract and the try-outs of S03.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

fn step(config: Value) -> Step {
    let mut step = Step::new(&PLUGIN, "material", config);
    step.send("lk13", json!({"add": {"material_id": "m", "title": "Doelenmuur", "licence": "CC BY"}})).unwrap();
    step
}

fn tryout(step: &mut Step, who: &str, worked: &str) -> Result<Value, Vec<String>> {
    step.send(
        who,
        json!({"tryout": {"material_id": "m", "class_label": "3A", "done": "twee lessen", "worked": worked}}),
    )
}

fn revise(step: &mut Step, who: &str, base: u32) -> Value {
    step.send(who, json!({"revise": {"material_id": "m", "base": base, "note": "korter"}})).unwrap()["value"]["version"]
        .clone()
}

fn item(step: &Step) -> Value {
    step.result()["materials"][0].clone()
}

#[test]
fn what_nobody_tried_is_not_ready() {
    // S03: four try-outs of v1, one withdrawn; v2 starts again, and a try-out of v1 does not count for it.
    let mut step = step(json!({"tryout": {"min_teachers": 2, "from": "2026-09-01", "to": "2026-12-02"}}));
    assert_eq!(step.reasons(), ["NO_TRYOUT:m"]);
    for (who, worked) in [("lk13", "yes"), ("lk14", "partly"), ("lk15", "yes"), ("lk16", "no")] {
        tryout(&mut step, who, worked).unwrap();
    }
    step.withdraw("lk16", "tryout", "m/1");
    assert_eq!(step.result()["tryouts"]["m"]["1"], json!({"teachers": 3, "yes": 2, "partly": 1, "no": 0}));
    assert_eq!((&step.conclude()["ready"], &step.result()["tried"]), (&json!(true), &json!(["m"])));
    tryout(&mut step, "lk14", "yes").unwrap();
    assert_eq!(step.result()["tryouts"]["m"]["1"]["yes"], 3, "one try-out per teacher and version");
    assert_eq!(revise(&mut step, "lk13", 1), 2);
    assert_eq!(step.reasons(), ["NO_TRYOUT:m"]);
    for who in ["lk13", "lk14"] {
        tryout(&mut step, who, "yes").unwrap();
    }
    step.send(
        "lk15",
        json!({"tryout": {"material_id": "m", "version": 1, "class_label": "3B", "done": "x", "worked": "no"}}),
    )
    .unwrap();
    assert_eq!(step.result()["tryouts"]["m"]["2"]["teachers"], 2);
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn a_small_team_tries_with_all() {
    let mut step = step(json!({"tryout": {"min_teachers": 3}}));
    step.set("invited", json!(["lk13", "lk14"]));
    tryout(&mut step, "lk13", "yes").unwrap();
    assert_eq!(step.reasons(), ["NO_TRYOUT:m"]);
    tryout(&mut step, "lk14", "yes").unwrap();
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn parallel_versions_are_both_kept_until_one_is_picked() {
    let mut step = step(json!({}));
    assert_eq!((revise(&mut step, "lk13", 1), revise(&mut step, "lk14", 1)), (json!(2), json!(3)));
    assert_eq!((&item(&step)["parallel"], &item(&step)["current"]), (&json!([2, 3]), &json!(2)));
    assert_eq!(revise(&mut step, "lk13", 1), 2, "sent again it is the same version");
    let pick = |version: u32| json!({"pick": {"material_id": "m", "version": version}});
    assert_eq!(step.send("lk15", pick(3)), Err(vec!["NOT_ALLOWED".to_owned()]), "the coach picks");
    step.person("lk15", &["tch", "coach"], None);
    assert_eq!(step.send("lk15", pick(9)), Err(vec!["INVALID /pick/version".to_owned()]));
    step.send("lk15", pick(3)).unwrap();
    assert_eq!((&item(&step)["current"], &item(&step)["parallel"]), (&json!(3), &json!([])));
    let next = step.send("lk14", json!({"revise": {"material_id": "m"}})).unwrap();
    assert_eq!((&next["value"]["base"], &next["value"]["version"]), (&json!(3), &json!(4)));
    assert_eq!((&item(&step)["current"], &item(&step)["parallel"]), (&json!(4), &json!([])));
}

#[test]
fn numbers_stay_when_a_version_is_withdrawn() {
    let mut step = step(json!({}));
    revise(&mut step, "lk13", 1);
    revise(&mut step, "lk14", 2);
    tryout(&mut step, "lk15", "yes").unwrap();
    step.withdraw("lk13", "revise", "m/1");
    let numbers: Vec<Value> =
        item(&step)["versions"].as_array().unwrap().iter().map(|version| version["n"].clone()).collect();
    assert_eq!((numbers, &item(&step)["current"]), (vec![json!(1), json!(3)], &json!(3)));
    step.withdraw("lk14", "revise", "m/2");
    assert_eq!(item(&step)["current"], 1);
    assert_eq!(revise(&mut step, "lk13", 1), 4, "the number of a version that was tried is not given again");
}

#[test]
fn what_does_not_exist_is_refused() {
    let mut step = step(json!({}));
    for (payload, problem) in [
        (json!({"revise": {"material_id": "x"}}), "INVALID /revise/material_id"),
        (json!({"revise": {"material_id": "m", "base": 7}}), "INVALID /revise/base"),
        (
            json!({"tryout": {"material_id": "x", "class_label": "3A", "done": "d", "worked": "yes"}}),
            "INVALID /tryout/material_id",
        ),
        (
            json!({"tryout": {"material_id": "m", "version": 2, "class_label": "3A", "done": "d", "worked": "yes"}}),
            "INVALID /tryout/version",
        ),
        (
            json!({"tryout": {"material_id": "m", "class_label": "3A", "done": "d", "worked": "yes", "dates": ["2026-10-05"]}}),
            "INVALID /tryout/dates/0",
        ),
        (json!({"withdraw": {"material_id": "x"}}), "INVALID /withdraw/material_id"),
        (json!({"add": {"material_id": "m", "title": "Anders"}}), "CONFLICT:m /add/material_id"),
    ] {
        assert_eq!(step.send("lk14", payload.clone()), Err(vec![problem.to_owned()]), "{payload}");
    }
    step.configure("kinds", json!(["les"]));
    let other = json!({"add": {"material_id": "n", "title": "T", "kind": "film"}});
    assert_eq!(step.send("lk14", other), Err(vec!["INVALID /add/kind".to_owned()]));
}

#[test]
fn remarks_on_a_tryout() {
    let mut step = step(json!({"tryout": {"from": "2026-09-28"}}));
    let sent = json!({"tryout": {
        "material_id": "m", "class_label": "3A", "done": "P07 en P12 werkten samen", "worked": "yes", "dates": ["2026-09-25"],
    }});
    let words =
        |answer: Value| answer["warnings"].as_array().unwrap().iter().map(|w| w["word"].clone()).collect::<Vec<_>>();
    assert_eq!(words(step.send("lk14", sent.clone()).unwrap()), ["OUTSIDE_WINDOW", "PUPIL_NAMED"]);
    step.configure("pupil_data", json!(true));
    assert_eq!(words(step.send("lk14", sent).unwrap()), ["OUTSIDE_WINDOW"]);
}

#[test]
fn without_a_licence_it_stays_private() {
    let mut step = step(json!({"licence_required": true}));
    let answer = step.send("lk14", json!({"add": {"material_id": "n", "title": "Kijkwijzer"}})).unwrap();
    assert_eq!(answer["warnings"][0]["word"], "PRIVATE");
    let titles = |list: &Value| list.as_array().unwrap().iter().map(|item| item["title"].clone()).collect::<Vec<_>>();
    assert_eq!(titles(&step.shows("facilitator")["materials"]), ["Doelenmuur", "Kijkwijzer"]);
    assert_eq!(titles(&step.shows("team")["materials"]), ["Doelenmuur"]);
    assert_eq!(titles(&step.shows("school")["materials"]), ["Doelenmuur"]);
    assert_eq!(titles(&step.conclude()["artifacts"][0]["content"]["materials"]), ["Doelenmuur"]);
}

#[test]
fn its_maker_or_the_coach_takes_it_back() {
    let mut step = step(json!({}));
    let back = json!({"withdraw": {"material_id": "m"}});
    assert_eq!(step.send("lk14", back.clone()), Err(vec!["NOT_ALLOWED".to_owned()]));
    step.person("lk15", &["coach"], None);
    step.send("lk15", back).unwrap();
    let result = step.result();
    assert_eq!((&result["materials"], &result["withdrawn"]), (&json!([]), &json!(["m"])));
    assert_eq!(step.conclude()["artifacts"], json!([]));
}

#[test]
fn each_team_brings_something() {
    let mut step = step(json!({"groups": ["lager-3-4", "lager-5-6"], "every_group": true}));
    step.person("lk17", &["tch"], Some("lager-5-6"));
    step.send("lk17", json!({"add": {"material_id": "n", "title": "N", "ref": "https://example.org/n"}})).unwrap();
    assert_eq!(step.reasons(), ["NOT_READY:lager-3-4"]);
    assert_eq!(step.result()["materials"][1]["versions"][0]["ref"], "https://example.org/n");
}
