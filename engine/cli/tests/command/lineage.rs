//! From a remark on a card to the check of what came of it, and back, on databases that scenarios leave behind.
#![expect(clippy::expect_used, reason = "helpers of tests: a failure here is a failed test")]

use std::path::Path;

use serde_json::Value;

use crate::home::Home;

fn played(home: &Home, scenario: &str, database: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows").join(scenario).display().to_string();
    home.run(["play", &path, "--keep", database]).ends(0);
    home.run(["play", &path, "--keep", database]).ends(2).complains("cannot be the database");
}

/// What a tree holds, as `what id`, in order, with the steps from the root.
fn things(tree: &Value, depth: usize, into: &mut Vec<(String, usize)>) {
    let text = |key: &str| tree[key].as_str().unwrap_or_default().to_owned();
    into.push((format!("{} {}", text("what"), text("id")), depth));
    for below in tree["below"].as_array().into_iter().flatten() {
        things(below, depth + 1, into);
    }
}

fn tree(home: &Home, database: &str, line: &str) -> Vec<(String, usize)> {
    let arguments = ["--db", database, "--json", "trace-back"];
    let json = home.run(arguments.into_iter().chain(line.split(' '))).ends(0).json();
    let mut found = Vec::new();
    things(&json["tree"], 0, &mut found);
    found
}

/// Where a thing stands in a tree; the test fails when it does not.
fn depth(tree: &[(String, usize)], thing: &str) -> usize {
    tree.iter().find(|(name, _)| name == thing).map(|(_, depth)| *depth).expect(thing)
}

#[test]
fn a_remark_on_a_card_becomes_aim_agreement_material_and_check_and_leads_back() {
    let home = Home::new();
    played(&home, "learning-cycle/scenarios/s03.yaml", "s03.db");
    let chain = ["card n1", "need N2", "goal doel", "agreement A-N2", "material m1", "check T-N2"];
    let forward = tree(&home, "s03.db", "team n1 --forward");
    let down: Vec<usize> = chain.iter().map(|thing| depth(&forward, thing)).collect();
    assert_eq!(down, [0, 1, 2, 3, 4, 5], "{forward:?}");
    let back = tree(&home, "s03.db", "team T-N2");
    let mut up = chain.map(|thing| depth(&back, thing));
    up.reverse();
    assert!(up.is_sorted() && up[0] == 0 && up[5] == 5, "{back:?}");
    for thing in ["card n5", "criterion C1", "principle P1"] {
        assert!(depth(&back, thing) > 0, "what else the check rests on: {thing}");
    }
    // The director may read it: no words of the team are in it.
    let agreement = home.run(["--db", "s03.db", "artifacts", "team", "agreement"]).ends(0);
    assert!(!agreement.out.contains("leerling"), "{}", agreement.out);
}

#[test]
fn a_card_of_a_study_day_becomes_a_principle_an_application_and_back() {
    let home = Home::new();
    played(&home, "study-day/scenarios/s01.yaml", "s01.db");
    let forward = tree(&home, "s01.db", "day c02 --forward");
    let chain = ["card c02", "principle P1", "goal a1"];
    assert_eq!(chain.map(|thing| depth(&forward, thing)), [0, 1, 2], "{forward:?}");
    let back = tree(&home, "s01.db", "day goals a1");
    assert_eq!(chain.map(|thing| depth(&back, thing)), [2, 1, 0], "{back:?}");
}
