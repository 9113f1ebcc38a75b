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
fn a_need_on_a_card_becomes_an_aim_material_a_test_and_back() {
    let home = Home::new();
    played(&home, "learning-cycle/scenarios/s03.yaml", "s03.db");
    let forward = tree(&home, "s03.db", "team n1 --forward");
    for thing in ["cluster N2", "goal doel", "artifact goals"] {
        assert!(depth(&forward, thing) > 0, "{thing}");
    }
    let back = tree(&home, "s03.db", "team quality_test");
    assert!(depth(&back, "card n1") > depth(&back, "goal doel"), "{back:?}");
}
