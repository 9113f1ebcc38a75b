//! Every edge of the contract, the groups of S01 and S06 and the teams matrix of domain.md B2.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

/// The twenty teachers with their row team, four to a row.
fn teachers() -> (Vec<String>, Value) {
    let rows = ["kleuter-1", "kleuter-2-3", "lager-1-2", "lager-3-4", "lager-5-6"];
    let names: Vec<String> = (1..=20).map(|n| format!("lk{n}")).collect();
    let attributes = names.iter().enumerate().map(|(n, name)| (name.clone(), json!({"row": rows[n / 4]})));
    (names.clone(), Value::Object(attributes.collect()))
}

fn study_day() -> Step {
    let (members, attributes) = teachers();
    let config = json!({
        "members": members, "attributes": attributes, "size": {"min": 3, "max": 7}, "count": 4, "auto": true,
        "rules": [{"rule": "mixed_by", "attr": "row", "max": "half_up"}],
    });
    Step::new(&PLUGIN, "grouping", config)
}

fn mixed() -> Vec<Vec<String>> {
    (1..=4).map(|first| (0..5).map(|row| format!("lk{}", first + 4 * row)).collect()).collect()
}

fn propose(step: &mut Step, groups: &[Vec<String>]) -> Result<Value, Vec<String>> {
    let groups: Vec<Value> = groups
        .iter()
        .enumerate()
        .map(|(n, members)| json!({"id": format!("G{}", n + 1), "members": members}))
        .collect();
    step.send("dir", json!({"propose": {"groups": groups}}))
}

#[test]
fn one_teacher_of_each_row_is_mixed() {
    let mut step = study_day();
    let mut groups = mixed();
    propose(&mut step, &groups).unwrap();
    assert_eq!(step.result()["violations"], json!([]));
    // S01: lk2 to G1 and lk17 to G2 gives G1 two of one row, which is allowed.
    groups[0] = ["lk1", "lk2", "lk5", "lk9", "lk13"].map(str::to_owned).to_vec();
    groups[1] = ["lk17", "lk6", "lk10", "lk14", "lk18"].map(str::to_owned).to_vec();
    propose(&mut step, &groups).unwrap();
    assert_eq!(step.result()["violations"], json!([]));
    groups[0] = ["lk1", "lk2", "lk3", "lk5", "lk13"].map(str::to_owned).to_vec();
    groups[2] = ["lk9", "lk7", "lk11", "lk15", "lk19"].map(str::to_owned).to_vec();
    propose(&mut step, &groups).unwrap();
    assert_eq!(step.result()["violations"], json!([]), "half of five is rounded up");
    groups[0] = ["lk1", "lk2", "lk3", "lk4", "lk13"].map(str::to_owned).to_vec();
    groups[2] = ["lk9", "lk7", "lk11", "lk15", "lk19"].map(str::to_owned).to_vec();
    groups[3] = ["lk5", "lk8", "lk12", "lk16", "lk20"].map(str::to_owned).to_vec();
    propose(&mut step, &groups).unwrap();
    let broken = json!([{"rule": "mixed_by:row", "members": ["lk1", "lk2", "lk3", "lk4"], "group": "G1"}]);
    assert_eq!(step.result()["violations"], broken);
}

#[test]
fn the_suggestion_keeps_the_rules_and_follows_the_seed() {
    let mut step = study_day();
    let suggestion = step.result()["suggestion"].clone();
    let groups: Vec<Vec<String>> = suggestion
        .as_array()
        .unwrap()
        .iter()
        .map(|group| serde_json::from_value(group["members"].clone()).unwrap())
        .collect();
    propose(&mut step, &groups).unwrap();
    assert_eq!(step.result()["violations"], json!([]));
    assert_eq!(step.result()["unplaced"], json!([]));
    step.set("seed", json!("8"));
    assert_ne!(step.result()["suggestion"], suggestion);
    step.configure("count", Value::Null);
    assert_eq!(step.result()["suggestion"].as_array().unwrap().len(), 3, "as many as the greatest size needs");
}

#[test]
fn a_suggestion_keeps_people_apart_and_together() {
    let members = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let pairs = json!([["a", "h"], ["b", "h"], ["d", "h"], ["e", "g"], ["b", "e"], ["c", "d"]]);
    let config = json!({
        "members": members, "count": 2, "auto": true, "size": {"min": 4, "max": 4},
        "rules": [{"rule": "not_together", "pairs": pairs}, {"rule": "with_one_of", "member": "h", "set": ["g", "e"]}],
    });
    for seed in 0..20 {
        let mut step = Step::new(&PLUGIN, "grouping", config.clone());
        step.set("seed", json!(seed.to_string()));
        let suggestion = step.result()["suggestion"].clone();
        step.send("lk", json!({"propose": {"groups": suggestion}})).unwrap();
        let broken = step.result()["violations"].as_array().unwrap().len();
        assert!(broken <= 1, "seed {seed}: {}", step.result()["violations"]);
    }
}

#[test]
fn negative_nominations_keep_apart() {
    // S06: every negative nomination is a pair that must not sit together.
    let pairs = json!([["a", "h"], ["b", "h"], ["d", "h"], ["e", "g"], ["g", "e"], ["h", "b"]]);
    let mut step = Step::new(&PLUGIN, "grouping", json!({"rules": [{"rule": "not_together", "pairs": []}]}));
    step.set("inputs", json!({"members": ["a", "b", "c", "d", "e", "f", "g", "h"], "not_together": pairs}));
    let groups = |one: &[&str], two: &[&str]| json!({"propose": {"groups": [{"id": "1", "members": one}, {"id": "2", "members": two}]}});
    step.send("lk14", groups(&["a", "h", "e", "f"], &["b", "c", "d", "g"])).unwrap();
    assert_eq!(step.result()["violations"], json!([{"rule": "not_together", "members": ["a", "h"], "group": "1"}]));
    step.send("lk14", groups(&["h", "g", "c", "f"], &["a", "b", "d", "e"])).unwrap();
    assert_eq!(step.result()["violations"], json!([]));
}

#[test]
fn a_person_twice_or_unknown_is_refused() {
    let mut step = study_day();
    let twice = propose(&mut step, &[vec!["lk1".into(), "lk1".into()], vec!["lk1".into()]]);
    let at = |n: &str| format!("INVALID:lk1 /propose/groups/{n}");
    assert_eq!(twice, Err(vec![at("0/members/1"), at("1/members/0")]));
    let stranger = propose(&mut step, &[vec!["lk99".into()]]);
    assert_eq!(stranger, Err(vec!["NOT_ON_ROSTER:lk99 /propose/groups/0/members/0".to_owned()]));
    let same = json!({"propose": {"groups": [{"id": "G", "members": ["lk1"]}, {"id": "G", "members": ["lk2"]}]}});
    assert_eq!(step.send("dir", same), Err(vec!["INVALID /propose/groups/1/id".to_owned()]));
    let both = json!({"propose": {"groups": [{"id": "G", "members": ["lk1"]}], "unplaced": [{"member": "lk1", "reason": "ziek"}]}});
    assert_eq!(step.send("dir", both), Err(vec!["INVALID:lk1 /propose/unplaced/0/member".to_owned()]));
}

#[test]
fn who_has_no_group_needs_a_reason() {
    let mut step = Step::new(&PLUGIN, "grouping", json!({"members": ["a", "b", "c"]}));
    step.send("dir", json!({"propose": {"groups": [{"id": "G", "members": ["a"]}], "unplaced": [{"member": "b", "reason": "deeltijds"}]}})).unwrap();
    let result = step.result();
    assert_eq!(result["unplaced"], json!([{"member": "b", "reason": "deeltijds"}, {"member": "c", "reason": null}]));
    assert_eq!(result["violations"], json!([{"rule": "unplaced", "members": ["c"], "group": null}]));
}

#[test]
fn confirming_with_a_broken_rule_needs_a_reason() {
    let mut step = study_day();
    assert_eq!(step.send("dir", json!({"confirm": {}})), Err(vec!["NOT_READY:groups".to_owned()]));
    propose(&mut step, &[vec!["lk1".into(), "lk2".into()]]).unwrap();
    assert_eq!(step.send("dir", json!({"confirm": {}})), Err(vec!["INVALID /confirm/reason".to_owned()]));
    assert_eq!(step.reasons(), ["NOT_READY:confirm"]);
    step.send("dir", json!({"confirm": {"reason": "proefgroep"}})).unwrap();
    assert_eq!(step.conclude()["ready"], true);
    assert_eq!(step.result()["confirm_reason"], "proefgroep");
}

#[test]
fn a_change_after_the_confirmation_asks_for_a_new_one() {
    let mut step = study_day();
    propose(&mut step, &mixed()).unwrap();
    step.send("dir", json!({"confirm": {}})).unwrap();
    assert_eq!((&step.result()["confirmed"], &step.result()["revalidate"]), (&json!(true), &json!(false)));
    step.send("dir", json!({"set": {"group": "G1", "coach": "lk1"}})).unwrap();
    assert_eq!((&step.result()["confirmed"], &step.result()["revalidate"]), (&json!(false), &json!(true)));
    step.send("dir", json!({"confirm": {}})).unwrap();
    let (mut members, _) = teachers();
    members.pop();
    step.configure("members", json!(members));
    assert_eq!(
        (&step.result()["confirmed"], &step.result()["revalidate"]),
        (&json!(true), &json!(true)),
        "the roster changed"
    );
}

#[test]
fn one_group_can_change_alone() {
    let mut step = study_day();
    propose(&mut step, &mixed()).unwrap();
    step.send("dir", json!({"set": {"group": "G1", "coach": "lk1"}})).unwrap();
    step.send("dir", json!({"set": {"group": "G1", "members": ["lk1", "lk5", "lk9"], "label": "Groep een"}})).unwrap();
    step.send("dir", json!({"set": {"group": "G5", "members": ["lk13", "lk17"]}})).unwrap();
    let result = step.result();
    let first = json!({"id": "G1", "label": "Groep een", "kind": null, "theme": null, "members": ["lk1", "lk5", "lk9"], "coach": "lk1"});
    assert_eq!((&result["groups"][0], &result["groups"][4]["members"]), (&first, &json!(["lk13", "lk17"])));
    assert_eq!(result["coaches"], json!({"G1": "lk1"}));
    assert_eq!(result["without_coach"], json!(["G2", "G3", "G4", "G5"]));
    let taken = step.send("dir", json!({"set": {"group": "G1", "members": ["lk2"]}}));
    assert_eq!(taken, Err(vec!["INVALID:lk2 /set/members/0".to_owned()]));
    assert_eq!(
        step.send("dir", json!({"set": {"group": "G9", "coach": "lk1"}})),
        Err(vec!["INVALID /set/members".to_owned()])
    );
    assert_eq!(step.send("dir", json!({"set": {"group": "G1"}})), Err(vec!["INVALID /set".to_owned()]));
    assert_eq!(
        step.send("dir", json!({"set": {"group": "G1", "coach": "lk99"}})),
        Err(vec!["NOT_ON_ROSTER:lk99 /set/coach".to_owned()])
    );
    propose(&mut step, &mixed()).unwrap();
    assert_eq!(step.result()["coaches"], json!({}), "a new proposal starts afresh");
}

#[test]
fn groups_of_one_kind_and_size() {
    let config = json!({
        "members": ["a", "b", "c", "d"], "attributes": {"a": {"jaar": "1"}, "b": {"jaar": "1"}, "c": {"jaar": "2"}},
        "size": {"min": 2, "max": 2}, "rules": [{"rule": "same_by", "attr": "jaar"}, {"rule": "mixed_by", "attr": "jaar", "max": 1}],
    });
    let mut step = Step::new(&PLUGIN, "grouping", config);
    step.send(
        "dir",
        json!({"propose": {"groups": [{"id": "1", "members": ["a", "b"]}, {"id": "2", "members": ["a2"]}]}}),
    )
    .unwrap_err();
    step.send(
        "dir",
        json!({"propose": {"groups": [{"id": "1", "members": ["a", "b"]}, {"id": "2", "members": ["c"]}]}}),
    )
    .unwrap();
    let rules = |step: &Step| -> Vec<Value> {
        step.result()["violations"].as_array().unwrap().iter().map(|v| v["rule"].clone()).collect()
    };
    assert_eq!(rules(&step), ["size", "mixed_by:jaar", "unplaced"]);
    step.send(
        "dir",
        json!({"propose": {"groups": [{"id": "1", "members": ["a", "c"]}, {"id": "2", "members": ["b", "d"]}]}}),
    )
    .unwrap();
    assert_eq!(rules(&step), ["same_by:jaar"]);
}

fn matrix() -> (Step, Vec<Value>) {
    let rows = [
        ("kleuter-1", vec!["zc1", "lk1", "lk2", "lk3", "lk4"], "lk1"),
        ("kleuter-2-3", vec!["zc1", "lk5", "lk6", "lk7", "lk8"], "lk6"),
        ("lager-1-2", vec!["zc2", "lk9", "lk10", "lk11", "lk12"], "lk12"),
        ("lager-3-4", vec!["zc2", "lk13", "lk14", "lk15", "lk16"], "lk15"),
        ("lager-5-6", vec!["zc2", "lk17", "lk18", "lk19", "lk20"], "lk20"),
    ];
    let themes = [
        ("eval", vec!["lk3", "lk7", "lk11", "lk15", "lk19"], "lk19"),
        ("taal", vec!["lk2", "lk6", "lk10", "lk14", "lk18"], "lk10"),
        ("zorg", vec!["zc1", "zc2"], "zc2"),
    ];
    let team = |kind: &str, (id, members, coach): &(&str, Vec<&str>, &str)| json!({"id": id, "kind": kind, "members": members, "coach": coach});
    let mut teams: Vec<Value> = rows.iter().map(|row| team("row", row)).collect();
    teams.extend(themes.iter().map(|theme| team("theme", theme)));
    let mut members = teachers().0;
    members.extend(["zc1".to_owned(), "zc2".to_owned()]);
    let rules = json!([{"rule": "one_coach"}, {"rule": "every_row_in_column"}]);
    (Step::new(&PLUGIN, "grouping", json!({"members": members, "overlap": true, "rules": rules})), teams)
}

#[test]
fn the_teams_matrix_holds_and_warns() {
    let (mut step, mut teams) = matrix();
    step.send("dir", json!({"propose": {"groups": teams}})).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["violations"], &result["warnings"], &result["without_coach"]),
        (&json!([]), &json!([]), &json!([]))
    );
    assert_eq!(result["coaches"].as_object().unwrap().len(), 8);
    teams[4]["coach"] = Value::Null;
    teams[4]["members"] = json!(["zc2", "lk17", "lk18", "lk19"]);
    teams[5]["members"] = json!(["lk3", "lk7", "lk11", "lk15"]);
    teams[5]["coach"] = json!("zc2");
    teams[6]["coach"] = json!("zc2");
    step.send("dir", json!({"propose": {"groups": teams}})).unwrap();
    let result = step.result();
    let warnings: Vec<String> =
        result["warnings"].as_array().unwrap().iter().map(|w| format!("{}{}", w["word"], w["args"])).collect();
    assert_eq!(
        warnings,
        [
            r#""NO_TEAM"["lk20"]"#,
            r#""COACH_NOT_MEMBER"["eval"]"#,
            r#""COACH_NOT_MEMBER"["taal"]"#,
            r#""COACH_OF_TOO_MANY"["zc2"]"#,
            r#""THEME_WITHOUT_ROW"["eval","lager-5-6"]"#,
        ]
    );
    let broken: Vec<String> =
        result["violations"].as_array().unwrap().iter().map(|v| format!("{} {}", v["rule"], v["group"])).collect();
    assert_eq!(
        broken,
        [
            r#""one_coach" "lager-5-6""#,
            r#""one_coach" "eval""#,
            r#""one_coach" "taal""#,
            r#""every_row_in_column:lager-5-6" "eval""#,
        ]
    );
}

#[test]
fn a_column_needs_every_value_of_an_attribute() {
    let config = json!({
        "members": ["a", "b"], "attributes": {"a": {"graad": "1"}, "b": {"graad": "2"}}, "overlap": true,
        "rules": [{"rule": "every_row_in_column", "attr": "graad", "kind": "werkgroep"}],
    });
    let mut step = Step::new(&PLUGIN, "grouping", config);
    step.send("dir", json!({"propose": {"groups": [{"id": "w", "kind": "werkgroep", "members": ["a"]}, {"id": "x", "members": ["a"]}]}})).unwrap();
    assert_eq!(step.result()["violations"], json!([{"rule": "every_row_in_column:2", "members": [], "group": "w"}]));
}

#[test]
fn groups_end() {
    let mut step = study_day();
    step.configure("end_date", json!("2026-10-02"));
    assert_eq!(step.result()["expired"], false);
    step.at("2026-10-03T08:00:00");
    assert_eq!((&step.result()["expired"], &step.result()["end_date"]), (&json!(true), &json!("2026-10-02")));
}

#[test]
fn outside_the_run_only_sizes_are_seen() {
    let mut step = study_day();
    propose(&mut step, &mixed()).unwrap();
    assert_eq!(step.shows("school")["groups"][0], json!({"id": "G1", "label": null, "kind": null, "size": 5}));
    assert_eq!(step.shows("team")["groups"][0]["members"].as_array().unwrap().len(), 5);
    assert_eq!(step.shows("team").get("violations"), None);
}
