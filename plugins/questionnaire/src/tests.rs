//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "questionnaire", config)
}

fn answers(answers: Value) -> Value {
    json!({"answers": {"answers": answers}})
}

/// Lets `n` people answer the same.
fn crowd(step: &mut Step, n: usize, sent: &Value) {
    for person in 1..=n {
        step.send(&format!("lk{person}"), sent.clone()).unwrap();
    }
}

#[test]
fn the_configuration_is_held_to_what_a_schema_cannot_say() {
    for (items, place) in [
        (json!([]), "items"),
        (json!([{"id": "a"}, {"id": "a"}]), "items/1/id"),
        (json!([{"id": "a", "min": 3, "max": 3}]), "items/0/max"),
        (json!([{"id": "a", "max": 500}]), "items/0/max"),
        (json!([{"id": "a", "kind": "choice"}]), "items/0/options"),
        (json!([{"id": "a", "kind": "multi", "options": ["x", "na"]}]), "items/0/options"),
    ] {
        let mut step = step(json!({"items": items}));
        let place = format!("/ctx/config/{place}");
        assert_eq!(step.send("lk1", answers(json!({}))), Err(vec![format!("INVALID {place}")]));
        assert_eq!(step.conclude()["problems"][0]["path"], place);
    }
    let step = step(json!({"items": [{"id": "a"}], "ask": ["a", "b"]}));
    assert_eq!(step.conclude()["problems"][0]["path"], "/ctx/config/ask/1");
}

#[test]
fn every_kind_of_answer_has_its_own_limits() {
    let mut step = step(json!({"items": [
        {"id": "s", "min": 1, "max": 4, "na": true}, {"id": "c", "kind": "choice", "options": ["x", "y"]},
        {"id": "m", "kind": "multi", "options": ["x", "y"]}, {"id": "t", "kind": "text", "max_length": 5},
        {"id": "n", "kind": "number", "min": -3, "max": 3},
    ]}));
    for (item, value, fits) in [
        ("s", json!(1), true),
        ("s", json!(4), true),
        ("s", json!(0), false),
        ("s", json!(5), false),
        ("s", json!("na"), true),
        ("s", json!("x"), false),
        ("s", json!([]), false),
        ("s", json!(""), true),
        ("c", json!("x"), true),
        ("c", json!("z"), false),
        ("c", json!("na"), false),
        ("c", json!(1), false),
        ("m", json!(["x"]), true),
        ("m", json!([]), true),
        ("m", json!("x"), false),
        ("m", json!(["z"]), false),
        ("t", json!("vijf!"), true),
        ("t", json!("zes !!"), false),
        ("t", json!(3), false),
        ("t", json!("na"), true),
        ("n", json!(-3), true),
        ("n", json!(-4), false),
        ("n", json!("3"), false),
    ] {
        let mut sent = json!({});
        sent[item] = value.clone();
        let expected = if fits { Ok(()) } else { Err(vec![format!("INVALID /answers/answers/{item}")]) };
        assert_eq!(step.send("lk1", answers(sent)).map(|_| ()), expected, "{item} {value}");
    }
}

#[test]
fn a_number_that_is_not_whole_is_no_answer() {
    let mut step = step(json!({"items": [{"id": "s"}]}));
    assert_eq!(step.send("lk1", answers(json!({"s": 2.5}))), Err(vec!["INVALID /answers/answers/s".to_owned()]));
}

#[test]
fn an_empty_sheet_is_no_answer_and_a_partly_filled_one_counts_for_what_is_filled() {
    let mut step = step(json!({"items": [{"id": "a"}, {"id": "b"}], "everybody": true}));
    step.set("invited", json!(["lk1", "lk2", "lk3", "lk4", "lk5", "lk6"]));
    crowd(&mut step, 5, &answers(json!({"a": 3, "b": 4})));
    step.send("lk5", answers(json!({"a": 5}))).unwrap();
    step.send("lk6", answers(json!({}))).unwrap();
    let result = step.result();
    assert_eq!((&result["n"], &result["response"]["share"]), (&json!(5), &json!("83.33")));
    assert_eq!(step.reasons(), ["NOT_READY:lk6"]);
    assert_eq!((&result["items"]["a"]["n"], &result["items"]["a"]["sum"]), (&json!(5), &json!(17)));
    // Four people behind b: only their number is shown, and the total leaves it out.
    assert_eq!((&result["items"]["b"]["n"], &result["items"]["b"]["sum"]), (&json!(4), &json!(null)));
    assert_eq!((&result["total"]["answers"], &result["suppressed"]), (&json!(5), &json!(["item/b"])));
}

#[test]
fn where_everything_is_not_applicable_there_is_no_mean() {
    let mut step = step(json!({"items": [{"id": "a", "na": true, "codes": ["B1"]}]}));
    crowd(&mut step, 5, &answers(json!({"a": "na"})));
    let result = step.result();
    assert_eq!(result["items"]["a"]["na"], 5);
    for place in [&result["items"]["a"], &result["total"], &result["codes"]["B1"]] {
        assert_eq!((&place["sum"], &place["mean"]), (&json!(null), &json!(null)), "never 0: {place}");
    }
    assert_eq!((&result["n"], &result["lowest"]), (&json!(5), &json!([])));
}

#[test]
fn a_later_sheet_replaces_and_a_withdrawn_one_is_gone() {
    let mut step = step(json!({"items": [{"id": "a"}]}));
    crowd(&mut step, 6, &answers(json!({"a": 2})));
    step.send("lk1", answers(json!({"a": 5}))).unwrap();
    assert_eq!(step.result()["total"]["sum"], 15);
    step.withdraw("lk1", "answers", "");
    assert_eq!((&step.result()["total"]["sum"], &step.result()["n"]), (&json!(10), &json!(5)));
    step.withdraw("lk2", "answers", "");
    assert_eq!((&step.result()["under_threshold"], &step.result()["total"]["sum"]), (&json!(true), &json!(null)));
}

#[test]
fn the_threshold_is_configurable_with_a_floor() {
    let mut step = step(json!({"items": [{"id": "a"}], "k": 3}));
    crowd(&mut step, 3, &answers(json!({"a": 2})));
    assert_eq!(step.shows("school")["total"]["mean"], "2.00");
    step.configure("k", json!(null));
    step.set("k", json!(1));
    assert_eq!((&step.result()["k"], &step.shows("school")["total"]["mean"]), (&json!(3), &json!("2.00")));
    step.set("k", json!(4));
    let held = json!({"under_threshold": true, "word": "UNDER_THRESHOLD", "n": 3, "response": {"invited": null, "answered": 3, "share": null}});
    for audience in ["facilitator", "contributor", "team", "policy", "school"] {
        assert_eq!(step.shows(audience), held, "{audience}");
    }
}

#[test]
fn a_question_must_be_answered_where_the_questionnaire_says_so() {
    let mut step = step(json!({"items": [{"id": "a", "required": true}, {"id": "b"}]}));
    assert_eq!(step.send("lk1", answers(json!({"b": 1}))), Err(vec!["INVALID /answers/answers/a".to_owned()]));
    step.send("lk1", answers(json!({"a": 1}))).unwrap();
}

#[test]
fn only_the_chosen_questions_are_asked() {
    let mut step = step(json!({"items": [{"id": "a"}, {"id": "b"}], "ask": ["b"]}));
    assert_eq!(step.send("lk1", answers(json!({"a": 1}))), Err(vec!["INVALID /answers/answers/a".to_owned()]));
    step.send("lk1", answers(json!({"b": 1}))).unwrap();
    assert_eq!(step.result()["items"].as_object().unwrap().len(), 1);
    step.configure(
        "items",
        json!([{"id": "a", "group": "1"}, {"id": "b", "group": "2"}, {"id": "c", "group": "2"}, {"id": "d"}]),
    );
    step.configure("ask", json!(["2", "a"]));
    let asked = step.result()["items"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(asked, ["a", "b", "c"], "a part stands for its questions");
}

#[test]
fn choices_have_counts_and_shares() {
    let mut step = step(
        json!({"items": [{"id": "c", "kind": "choice", "options": ["yes", "partly", "no"]}, {"id": "m", "kind": "multi", "options": ["x", "y"]}]}),
    );
    for (person, choice) in [(1, "yes"), (2, "yes"), (3, "no"), (4, "yes"), (5, "no"), (6, "yes")] {
        step.send(&format!("lk{person}"), answers(json!({"c": choice, "m": ["x", "y"]}))).unwrap();
    }
    let result = step.result();
    assert_eq!(result["items"]["c"]["counts"], json!({"no": 2, "partly": 0, "yes": 4}));
    assert_eq!(result["items"]["c"]["shares"], json!({"no": "33.33", "partly": "0.00", "yes": "66.67"}));
    assert_eq!(result["items"]["c"]["dist"], json!([4, 0, 2]));
    assert_eq!(result["items"]["m"]["shares"], json!({"x": "100.00", "y": "100.00"}));
    assert_eq!((&result["items"]["c"]["mean"], &result["total"]["answers"]), (&json!(null), &json!(0)));
}

#[test]
fn texts_come_without_authors_in_an_order_of_chance() {
    let mut step = step(json!({"items": [{"id": "t", "kind": "text"}], "identity": "anonymous"}));
    for person in 1..=8 {
        step.send(&format!("a{person}"), answers(json!({"t": format!("tekst {person}")}))).unwrap();
    }
    let texts = |step: &Step| step.shows("team")["items"]["t"]["texts"].clone();
    let first = texts(&step);
    assert_eq!(first, texts(&step), "the same seed gives the same order");
    let sent: Vec<String> = (1..=8).map(|n| format!("tekst {n}")).collect();
    assert_ne!(first, json!(sent), "not the order of sending");
    let mut sorted: Vec<&str> = first.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    sorted.sort_unstable();
    assert_eq!(json!(sorted), json!(sent));
    assert_eq!(step.shows("school")["items"]["t"]["texts"], json!([]));
    step.set("seed", json!("8"));
    assert_ne!(first, texts(&step));
}

#[test]
fn own_statements_stay_in_their_part_and_out_of_every_mean() {
    let mut step = step(json!({
        "items": [{"id": "a", "group": "1", "max": 4}, {"id": "b", "group": "2", "max": 4}], "allow_own_items": true,
        "groups": [{"id": "1"}, {"id": "2", "own": false}],
    }));
    let own = |block: &str, value: i64| json!({"answers": {"answers": {"a": 2}, "own_items": [{"id": "o", "block": block, "text": "zelf", "value": value}]}});
    assert_eq!(step.send("lk1", own("2", 4)), Err(vec!["INVALID /answers/own_items/0/block".to_owned()]));
    assert_eq!(step.send("lk1", own("3", 4)), Err(vec!["INVALID /answers/own_items/0/block".to_owned()]));
    assert_eq!(step.send("lk1", own("1", 5)), Err(vec!["INVALID /answers/own_items/0/value".to_owned()]));
    crowd(&mut step, 4, &own("1", 4));
    step.send("lk5", answers(json!({"a": 2}))).unwrap();
    assert_eq!((&step.result()["total"]["mean"], &step.result()["own_items"]), (&json!("2.00"), &json!({})));
    step.send("lk5", own("1", 4)).unwrap();
    assert_eq!(step.result()["own_items"], json!({"1": ["zelf", "zelf", "zelf", "zelf", "zelf"]}));
    assert_eq!(step.result()["total"]["mean"], "2.00");
    let twice = json!({"answers": {"answers": {}, "own_items": [{"id": "o", "block": "1", "text": "a"}, {"id": "o", "block": "1", "text": "b"}]}});
    assert_eq!(step.send("lk1", twice.clone()), Err(vec!["INVALID /answers/own_items/1/id".to_owned()]));
    step.configure("allow_own_items", json!(false));
    assert_eq!(step.send("lk1", twice), Err(vec!["INVALID /answers/own_items".to_owned()]));
}

#[test]
fn sharing_is_by_part_and_can_be_taken_back() {
    // S02: five share, then one takes it back.
    let items = json!([{"id": "a", "group": "1.1"}, {"id": "b", "group": "2.1"}]);
    let groups = json!([{"id": "1"}, {"id": "1.1", "part_of": "1"}, {"id": "2.1"}]);
    let mut step = step(json!({"items": items, "groups": groups, "sharing": "by_group"}));
    crowd(&mut step, 5, &answers(json!({"a": 3, "b": 1})));
    let share = |groups: Value| json!({"share": {"groups": groups}});
    assert_eq!(step.result()["under_threshold"], true, "nobody shares yet");
    crowd(&mut step, 5, &share(json!(["1"])));
    let result = step.result();
    assert_eq!(
        (&result["groups"]["1.1"]["sum"], &result["groups"]["1"]["sum"]),
        (&json!(15), &json!(15)),
        "a pillar shares its blocks"
    );
    assert_eq!((&result["items"]["b"]["n"], &result["total"]["answers"]), (&json!(0), &json!(5)));
    step.send("lk4", share(json!([]))).unwrap();
    assert_eq!(step.result()["under_threshold"], true);
    step.send("lk4", share(json!(["1.1"]))).unwrap();
    assert_eq!(step.result()["under_threshold"], false);
    step.withdraw("lk4", "share", "");
    assert_eq!(step.result()["under_threshold"], true);
    assert_eq!(step.send("lk4", share(json!(["9"]))), Err(vec!["INVALID /share/groups/0".to_owned()]));
    step.configure("sharing", json!("all"));
    assert_eq!(step.send("lk4", share(json!(["1"]))), Err(vec!["INVALID /share".to_owned()]));
}

#[test]
fn one_part_shared_by_fewer_stays_closed_beside_one_shared_by_enough() {
    let mut step =
        step(json!({"items": [{"id": "a", "group": "1"}, {"id": "b", "group": "2"}], "sharing": "by_group"}));
    crowd(&mut step, 6, &answers(json!({"a": 3, "b": 1})));
    crowd(&mut step, 6, &json!({"share": {"groups": ["1"]}}));
    crowd(&mut step, 4, &json!({"share": {"groups": ["1", "2"]}}));
    let result = step.result();
    assert_eq!((&result["groups"]["1"]["n"], &result["groups"]["1"]["mean"]), (&json!(6), &json!("3.00")));
    assert_eq!(
        result["groups"]["2"],
        json!({"n": 4, "answers": 0, "sum": null, "mean": null, "dist": [], "under_threshold": true})
    );
    assert_eq!(result["total"]["answers"], 6, "nothing to subtract");
}

#[test]
fn a_hidden_cell_takes_the_smallest_other_along() {
    let levels = json!([{"id": "level", "options": ["kleuter", "lager", "zorg"]}]);
    let mut step = step(json!({"items": [{"id": "a"}, {"id": "t", "kind": "text"}], "breakdowns": levels}));
    let in_level =
        |level: &str, value: i64| json!({"answers": {"answers": {"a": value, "t": "x"}, "about": {"level": level}}});
    let fill = |step: &mut Step, sizes: [usize; 3]| {
        let mut person = 0;
        for (level, size) in ["kleuter", "lager", "zorg"].iter().zip(sizes) {
            for _ in 0..size {
                person += 1;
                step.send(&format!("lk{person}"), in_level(level, 4)).unwrap();
            }
        }
    };
    fill(&mut step, [5, 9, 6]);
    let cells = step.result()["breakdowns"]["level"]["cells"].clone();
    assert_eq!((&cells["kleuter"]["n"], &cells["kleuter"]["items"]["a"]["mean"]), (&json!(5), &json!("4.00")));
    assert_eq!(cells["kleuter"]["items"]["t"]["texts"], json!([]), "no texts of a small group");
    assert!(cells.get("unknown").is_none());
    step.send("lk1", in_level("zorg", 4)).unwrap();
    let result = step.result();
    assert_eq!(result["suppressed"], json!(["level/kleuter", "level/zorg"]), "4, 9 and 7: the four and the seven");
    assert_eq!(result["breakdowns"]["level"]["cells"]["lager"]["total"]["mean"], "4.00");
    assert_eq!(step.send("lk1", in_level("other", 4)), Err(vec!["INVALID /answers/about/level".to_owned()]));
}

#[test]
fn a_question_that_few_of_a_cell_answered_cannot_be_found_by_subtraction() {
    let mut step = step(
        json!({"items": [{"id": "a"}, {"id": "b"}], "breakdowns": [{"id": "g", "from": "group", "options": ["x", "y"]}]}),
    );
    for person in 1..=12 {
        let name = format!("lk{person}");
        step.person(&name, &[], Some(if person <= 6 { "x" } else { "y" }));
        let sent = if (3..=6).contains(&person) { json!({"a": 1}) } else { json!({"a": 1, "b": 5}) };
        step.send(&name, answers(sent)).unwrap();
    }
    // b: two of x, six of y, eight in all.
    let cells = step.result()["breakdowns"]["g"]["cells"].clone();
    for cell in ["x", "y"] {
        assert_eq!((&cells[cell]["items"]["a"]["n"], &cells[cell]["items"]["b"]["sum"]), (&json!(6), &json!(null)));
        assert_eq!(cells[cell]["total"]["sum"], 6, "b stays out of the sums of both");
    }
    assert_eq!(step.result()["items"]["b"]["sum"], 40);
}

#[test]
fn people_can_be_compared_by_role() {
    let mut step =
        step(json!({"items": [{"id": "a"}], "breakdowns": [{"id": "r", "from": "role", "options": ["tch", "zc"]}]}));
    for person in 1..=15 {
        let name = format!("p{person:02}");
        step.person(
            &name,
            &[if person <= 5 {
                "tch"
            } else if person <= 10 {
                "zc"
            } else {
                "dir"
            }],
            None,
        );
        step.send(&name, answers(json!({"a": 3}))).unwrap();
    }
    let cells = step.result()["breakdowns"]["r"]["cells"].clone();
    assert_eq!((&cells["tch"]["n"], &cells["zc"]["n"], &cells["unknown"]["n"]), (&json!(5), &json!(5), &json!(5)));
}

#[test]
fn names_are_shown_only_where_the_workflow_says_so_and_only_in_a_named_step() {
    let mut step = step(json!({"items": [{"id": "a"}], "show_names": ["facilitator"]}));
    step.set("invited", json!(["lk1", "lk2"]));
    step.send("lk1", answers(json!({"a": 2}))).unwrap();
    let shown = step.shows("facilitator");
    assert_eq!((&shown["people"]["lk1"]["answers"], &shown["total"]["sum"]), (&json!({"a": 2}), &json!(2)));
    assert_eq!((&step.result()["total"]["sum"], &step.result()["missing"]), (&json!(2), &json!(["lk2"])));
    assert_eq!(step.shows("team")["word"], "UNDER_THRESHOLD");
    for identity in ["anonymous", "pseudonymous"] {
        step.set("identity", json!(identity));
        assert_eq!(step.shows("facilitator")["word"], "UNDER_THRESHOLD");
        assert_eq!((&step.result()["people"], &step.result()["missing"]), (&json!({}), &json!([])));
    }
    step.set("identity", json!("named"));
    step.configure("identity", json!("anonymous"));
    assert_eq!(step.shows("facilitator")["word"], "UNDER_THRESHOLD", "the stricter of the two counts");
}

#[test]
fn the_owner_sees_the_own_profile_at_once_and_nobody_elses() {
    let mut step = step(json!({"items": [{"id": "a", "codes": ["V1"]}], "individual_first": true}));
    step.send("lk1", answers(json!({"a": 2}))).unwrap();
    step.set("actor", json!({"participant": "lk1", "roles": [], "group": null}));
    assert_eq!(step.shows("contributor")["own"]["codes"]["V1"]["mean"], "2.00");
    assert_eq!(step.shows("policy")["own"], step.shows("contributor")["own"], "whatever else the reader is");
    step.set("actor", json!({"participant": "lk2", "roles": [], "group": null}));
    assert!(step.shows("contributor").get("own").is_none());
    step.set("identity", json!("anonymous"));
    step.set("actor", json!({"participant": "lk1", "roles": [], "group": null}));
    assert!(step.shows("contributor").get("own").is_none());
}

#[test]
fn the_order_of_the_extremes_is_exact() {
    // 7/3 against 16/7: both show 2.33 and 2.29; with more answers first where the means are the same.
    let mut step = step(json!({"items": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "extremes": 3}));
    for (person, sent) in [
        (1, json!({"a": 2, "b": 2, "c": 2})),
        (2, json!({"a": 2, "b": 2, "c": 2})),
        (3, json!({"a": 3, "b": 3, "c": 3})),
        (4, json!({"a": 2, "b": 2, "c": 2})),
        (5, json!({"a": 2, "b": 2, "c": 2})),
        (6, json!({"b": 3, "c": 3})),
        (7, json!({"b": 3, "c": 3})),
    ] {
        step.send(&format!("lk{person}"), answers(sent)).unwrap();
    }
    assert_eq!(step.result()["lowest"], json!(["a", "b", "c"]), "11/5 before 17/7; b and c tie, the id decides");
    assert_eq!(step.result()["highest"], json!(["b", "c", "a"]));
    step.configure("extremes", json!(0));
    assert_eq!(step.result()["lowest"], json!([]));
}

#[test]
fn an_artifact_holds_figures_only() {
    let mut step = step(
        json!({"items": [{"id": "a"}, {"id": "t", "kind": "text"}], "artifact": "picture", "show_names": ["facilitator"]}),
    );
    crowd(&mut step, 2, &answers(json!({"a": 2, "t": "geheim"})));
    let artifact = step.conclude()["artifacts"][0].clone();
    assert_eq!((&artifact["name"], &artifact["content"]["under_threshold"]), (&json!("picture"), &json!(true)));
    assert!(!artifact.to_string().contains("geheim") && !artifact.to_string().contains("lk1"));
}
