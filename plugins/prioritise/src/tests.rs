//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    let mut step = Step::new(&PLUGIN, "prioritise", config);
    step.person("dir", &["dir"], None);
    step
}

fn dots(dots: Value) -> Value {
    json!({"ballot": {"dots": dots}})
}

fn lanes(lanes: Value) -> Value {
    json!({"ballot": {"lanes": lanes}})
}

fn refused(step: &mut Step, who: &str, sent: Value) -> String {
    step.send(who, sent).unwrap_err().join(" ")
}

#[test]
fn a_ballot_with_too_many_dots_is_refused_whole() {
    let mut step = step(json!({"method": "dots", "options": ["a", "b"], "dots": 3, "max_per_option": 2}));
    step.send("lk1", dots(json!({"a": 1}))).unwrap();
    assert_eq!(refused(&mut step, "lk1", dots(json!({"a": 3}))), "TOO_MANY_DOTS:a /ballot/dots/a");
    assert_eq!(refused(&mut step, "lk1", dots(json!({"a": 2, "b": 2}))), "TOO_MANY_DOTS /ballot/dots");
    assert_eq!(refused(&mut step, "lk1", dots(json!({"c": 1}))), "INVALID /ballot/dots/c");
    assert_eq!(refused(&mut step, "lk1", dots(json!({"a": -1}))), "INVALID /ballot/dots/a");
    assert_eq!(step.result()["options"]["a"]["score"], 1, "the earlier ballot stands");
    step.send("lk1", dots(json!({"a": 2, "b": 0}))).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["options"]["a"]["score"], &result["options"]["b"]["voters"]),
        (&json!(2), &json!(0)),
        "fewer is fine"
    );
}

#[test]
fn one_ballot_a_person_and_a_withdrawn_one_was_never_given() {
    let mut step = step(json!({"method": "dots", "options": ["a", "b"], "top": 1}));
    assert_eq!(
        (&step.result()["selected"], &step.result()["parked"]),
        (&json!([]), &json!([])),
        "nobody voted: nothing parked"
    );
    step.send("lk1", dots(json!({"a": 3}))).unwrap();
    step.send("lk2", dots(json!({"b": 2}))).unwrap();
    step.send("lk1", dots(json!({"a": 1}))).unwrap();
    assert_eq!((&step.result()["order"], &step.result()["n"]), (&json!(["b", "a"]), &json!(2)));
    step.withdraw("lk2", "ballot", "1");
    assert_eq!((&step.result()["order"], &step.result()["voted"]), (&json!(["a", "b"]), &json!(["lk1"])));
}

#[test]
fn a_tie_at_the_cut_is_told() {
    let mut step = step(json!({"method": "dots", "options": ["b", "a", "c"], "top": 1}));
    step.send("lk1", dots(json!({"a": 1, "b": 1}))).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["order"], &result["selected"], &result["tied"]),
        (&json!(["a", "b", "c"]), &json!(["a"]), &json!(["a", "b"]))
    );
    step.send("lk2", dots(json!({"b": 1}))).unwrap();
    assert_eq!(step.result()["tied"], json!([]));
    step.configure("top", json!(0));
    assert_eq!(step.result()["selected"], json!([]));
}

#[test]
fn more_supporters_come_before_the_id() {
    let mut step = step(json!({"method": "dots", "options": ["a", "b"], "max_per_option": 2}));
    step.send("lk1", dots(json!({"a": 2, "b": 1}))).unwrap();
    step.send("lk2", dots(json!({"b": 1}))).unwrap();
    assert_eq!(step.result()["order"], json!(["b", "a"]));
}

#[test]
fn a_single_choice_counts_votes_and_shares() {
    let mut step = step(json!({"method": "single", "options": ["a", {"id": "b", "label": "Bee"}]}));
    for (who, choice) in [("lk1", "a"), ("lk2", "b"), ("lk3", "b")] {
        step.send(who, json!({"ballot": {"choice": choice}})).unwrap();
    }
    assert_eq!(refused(&mut step, "lk1", json!({"ballot": {"choice": "c"}})), "INVALID /ballot/choice");
    let option = step.result()["options"]["b"].clone();
    assert_eq!((&option["share"], &option["label"], &option["rank"]), (&json!("66.67"), &json!("Bee"), &json!(1)));
    assert_eq!(step.result()["selected"], json!(["b"]));
}

#[test]
fn an_order_of_preference_gives_borda_points() {
    let mut step = step(json!({"method": "rank", "options": ["a", "b", "c", "d"]}));
    step.send("lk1", json!({"ballot": {"rank": ["a", "b", "c", "d"]}})).unwrap();
    step.send("lk2", json!({"ballot": {"rank": ["b"]}})).unwrap();
    let options = step.result()["options"].clone();
    let scores: Vec<&Value> = ["a", "b", "c", "d"].iter().map(|id| &options[id]["score"]).collect();
    assert_eq!(scores, [&json!(3), &json!(5), &json!(1), &json!(0)]);
    assert_eq!((&options["d"]["voters"], &options["c"]["voters"]), (&json!(1), &json!(1)));
    assert_eq!(refused(&mut step, "lk1", json!({"ballot": {"rank": ["a", "a"]}})), "INVALID /ballot/rank/1");
    assert_eq!(refused(&mut step, "lk1", json!({"ballot": {"rank": ["z"]}})), "INVALID /ballot/rank/0");
}

#[test]
fn a_ballot_speaks_the_method_of_the_step() {
    let mut step = step(json!({"method": "dots", "options": ["a"]}));
    for sent in [json!({"choice": "a"}), json!({}), json!({"dots": {"a": 1}, "choice": "a"})] {
        assert_eq!(refused(&mut step, "lk1", json!({"ballot": sent})), "INVALID /ballot");
    }
    assert_eq!(refused(&mut step, "lk1", json!({"ballot": {"dots": {"a": 1}, "round": 2}})), "INVALID /ballot/round");
}

fn board(votes: &[&str]) -> Step {
    let mut step = step(json!({"method": "lanes", "options": ["t"], "lanes": ["NEW", "MORE", "STOP"]}));
    for (person, lane) in votes.iter().enumerate() {
        step.send(&format!("p{person}"), lanes(json!({"t": lane}))).unwrap();
    }
    step
}

#[test]
fn a_lane_needs_a_clear_lead() {
    for (votes, lane) in [
        (vec!["NEW", "NEW"], json!("NEW")),
        (vec!["NEW"], json!(null)),
        (vec!["NEW", "NEW", "NEW", "MORE"], json!("NEW")),
        (vec!["NEW", "NEW", "MORE"], json!(null)),
        (vec!["NEW", "MORE"], json!(null)),
        (vec!["abstain", "abstain"], json!(null)),
        (vec!["abstain", "NEW", "NEW"], json!("NEW")),
        (vec![], json!(null)),
    ] {
        let option = board(&votes).result()["options"]["t"].clone();
        assert_eq!((&option["lane"], &option["contested"]), (&lane, &json!(lane.is_null())), "{votes:?}");
        assert_eq!(option["n"], votes.len(), "who abstains is counted, but in no lane");
    }
}

#[test]
fn only_open_cards_take_part_in_the_second_round() {
    let mut step =
        step(json!({"method": "lanes", "options": ["t", "u"], "lanes": ["NEW", "MORE"], "all_decided": true}));
    for person in ["p1", "p2"] {
        step.send(person, lanes(json!({"t": "NEW", "u": if person == "p1" { "NEW" } else { "MORE" }}))).unwrap();
    }
    assert_eq!(step.reasons(), ["NOT_READY:u"]);
    let second = |card: &str, lane: &str| json!({"ballot": {"round": 2, "lanes": {card: lane}}});
    assert_eq!(refused(&mut step, "p1", second("t", "MORE")), "INVALID /ballot/lanes/t");
    assert_eq!(refused(&mut step, "p1", json!({"ballot": {"round": 3, "lanes": {}}})), "INVALID /ballot/round");
    step.send("p1", second("u", "NEW")).unwrap();
    assert_eq!(refused(&mut step, "p2", lanes(json!({"u": "NEW"}))), "CLOSED /ballot/round");
    assert_eq!(
        (&step.result()["options"]["u"]["round"], &step.result()["options"]["u"]["lane"]),
        (&json!(2), &json!("NEW"))
    );
    step.send("p2", second("u", "MORE")).unwrap();
    assert_eq!(step.result()["unresolved"], json!(["u"]));
    assert_eq!(step.reasons(), ["NOT_READY:u"]);
}

#[test]
fn a_tie_is_decided_by_a_person_with_a_reason() {
    let mut step = board(&["NEW", "MORE"]);
    step.configure("deciders", json!(["dir"]));
    step.configure("max_rounds", json!(1));
    assert_eq!(step.result()["unresolved"], json!(["t"]));
    let place = |lane: &str| json!({"place": {"option": "t", "lane": lane, "reason": "past bij ons plan"}});
    assert_eq!(refused(&mut step, "lk1", place("NEW")), "NOT_ALLOWED");
    assert_eq!(refused(&mut step, "dir", place("LATER")), "INVALID /place/lane");
    step.send("dir", place("STOP")).unwrap();
    let option = step.result()["options"]["t"].clone();
    assert_eq!(
        (&option["lane"], &option["round"], &option["reason"]),
        (&json!("STOP"), &json!(null), &json!("past bij ons plan"))
    );
    assert_eq!((&step.result()["lanes"]["STOP"], &step.result()["unresolved"]), (&json!(["t"]), &json!([])));
    let mut clear = board(&["NEW", "NEW"]);
    assert_eq!(refused(&mut clear, "dir", place("STOP")), "INVALID /place/option");
}

#[test]
fn what_is_not_listed_cannot_be_placed() {
    let mut step = board(&[]);
    assert_eq!(refused(&mut step, "p1", lanes(json!({"z": "NEW"}))), "INVALID /ballot/lanes/z");
    assert_eq!(refused(&mut step, "p1", lanes(json!({"t": "LATER"}))), "INVALID /ballot/lanes/t");
    let one = Step::new(&PLUGIN, "prioritise", json!({"method": "lanes", "options": ["t"], "lanes": ["NEW"]}));
    assert_eq!(one.conclude()["problems"][0]["path"], "/ctx/config/lanes");
    let twice = Step::new(&PLUGIN, "prioritise", json!({"method": "dots", "options": ["t", "t"]}));
    assert_eq!(twice.conclude()["problems"][0]["path"], "/ctx/config/options/1");
}

#[test]
fn too_many_at_a_time_is_refused() {
    let mut step =
        step(json!({"method": "dots", "options": ["a", "b", "c"], "top": 3, "max_selected": 2, "selectors": ["dir"]}));
    step.send("lk1", dots(json!({"a": 1, "b": 1, "c": 1}))).unwrap();
    assert_eq!(step.reasons(), ["TOO_MANY_PRIORITIES:2"]);
    let select = |options: Value| json!({"select": {"options": options, "reason": "samen beslist"}});
    assert_eq!(refused(&mut step, "dir", select(json!(["a", "b", "c"]))), "TOO_MANY_PRIORITIES:2");
    assert_eq!(refused(&mut step, "dir", select(json!(["z"]))), "INVALID /select/options/0");
    assert_eq!(refused(&mut step, "lk1", select(json!(["a"]))), "NOT_ALLOWED");
    step.send("dir", select(json!(["c", "a"]))).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["selected"], &result["parked"], &result["reason"]),
        (&json!(["a", "c"]), &json!(["b"]), &json!("samen beslist"))
    );
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn secret_ballots_show_nothing_of_a_few_and_never_who_voted() {
    let mut step = step(json!({"method": "dots", "options": ["a"], "secret": true}));
    for person in 1..=4 {
        step.send(&format!("a{person}"), dots(json!({"a": 1}))).unwrap();
    }
    assert_eq!(step.shows("team")["word"], "UNDER_THRESHOLD");
    assert_eq!(step.shows("facilitator")["voted"], json!([]));
    step.set("closed", json!(true));
    assert_eq!(step.shows("team")["options"]["a"]["score"], 4);
    step.set("closed", json!(false));
    step.send("a5", dots(json!({"a": 1}))).unwrap();
    assert_eq!(step.shows("school")["options"]["a"]["score"], 5);
}

#[test]
fn nobody_sees_the_count_before_the_close_where_everybody_chooses_first() {
    let mut step = step(json!({"method": "dots", "options": ["a"], "individual_first": true, "everybody": true}));
    step.set("invited", json!(["lk1", "lk2"]));
    step.send("lk1", dots(json!({"a": 1}))).unwrap();
    assert_eq!(step.reasons(), ["NOT_READY:lk2"]);
    let shown = step.shows("contributor");
    assert_eq!((&shown["word"], &shown["ballot"][0]["id"]), (&json!("INDIVIDUAL_FIRST"), &json!("a")));
    assert!(shown.get("options").is_none());
    step.set("closed", json!(true));
    assert_eq!(step.shows("contributor")["options"]["a"]["score"], 1);
    assert!(step.shows("team").get("voted").is_none(), "who voted is for who leads");
}

#[test]
fn the_choice_can_become_an_artifact() {
    let mut step = step(json!({"method": "dots", "options": ["a"], "artifact": "focus"}));
    step.send("lk1", dots(json!({"a": 1}))).unwrap();
    let artifact = step.conclude()["artifacts"][0].clone();
    assert_eq!((&artifact["name"], &artifact["content"]["selected"]), (&json!("focus"), &json!(["a"])));
}
