//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "rounds", config)
}

fn say(round: &str, kind: &str, text: &str) -> Value {
    json!({"entry": {"round": round, "kind": kind, "text": text}})
}

fn refused(step: &mut Step, who: &str, sent: Value) -> String {
    step.send(who, sent).unwrap_err().join(" ")
}

#[test]
fn a_round_without_kinds_takes_plain_entries() {
    let mut step = step(json!({"rounds": [{"id": "r"}], "people": ["lk1"]}));
    let answer = step.send("lk1", json!({"entry": {"round": "r", "text": "  Dit nam ik mee. "}})).unwrap();
    assert_eq!((&answer["value"]["kind"], &answer["value"]["text"]), (&json!("entry"), &json!("Dit nam ik mee.")));
    assert_eq!(step.result()["rounds"]["r"]["counts"], json!({"entry": 1}));
    assert_eq!(refused(&mut step, "lk1", say("r", "other", "x")), "INVALID /entry/kind");
    assert_eq!(refused(&mut step, "lk1", say("q", "entry", "x")), "INVALID /entry/round");
    assert_eq!(
        refused(&mut step, "lk1", json!({"entry": {"round": "r", "text": "x".repeat(501)}})),
        "INVALID /entry/text"
    );
}

#[test]
fn the_only_kind_need_not_be_named_and_of_several_one_must() {
    let mut step = step(
        json!({"rounds": [{"id": "a", "kinds": ["tip"]}, {"id": "b", "kinds": ["top", "tip"]}], "ordered": false}),
    );
    let answer = step.send("lk1", json!({"entry": {"round": "a", "text": "x"}})).unwrap();
    assert_eq!(answer["value"]["kind"], "tip");
    assert_eq!(refused(&mut step, "lk1", json!({"entry": {"round": "b", "text": "x"}})), "INVALID /entry/kind");
}

#[test]
fn the_same_words_again_are_the_same_entry() {
    let mut step = step(json!({"rounds": [{"id": "r"}]}));
    step.send("lk1", say("r", "entry", "een idee")).unwrap();
    step.send("lk1", say("r", "entry", "een idee")).unwrap();
    step.send("lk2", say("r", "entry", "een idee")).unwrap();
    assert_eq!(step.result()["entries"], 2);
    let sent = |text: &str| json!({"entry": {"round": "r", "text": text, "entry_id": "x1"}});
    step.send("lk1", sent("eerst")).unwrap();
    step.send("lk1", sent("beter")).unwrap();
    assert_eq!(step.result()["rounds"]["r"]["kinds"]["entry"][2]["text"], "beter");
    assert_eq!(refused(&mut step, "lk2", sent("van mij")), "CONFLICT /entry/entry_id");
}

#[test]
fn entries_come_in_the_order_of_sending() {
    let mut step = step(json!({"rounds": [{"id": "r"}]}));
    for (who, text) in [("lk2", "een"), ("lk1", "twee"), ("lk3", "drie")] {
        step.send(who, say("r", "entry", text)).unwrap();
    }
    let result = step.result();
    let texts: Vec<&Value> =
        result["rounds"]["r"]["kinds"]["entry"].as_array().unwrap().iter().map(|row| &row["text"]).collect();
    assert_eq!(texts, ["een", "twee", "drie"]);
    step.withdraw("lk1", "entry", result["rounds"]["r"]["kinds"]["entry"][1]["id"].as_str().unwrap());
    assert_eq!(step.result()["entries"], 2);
}

#[test]
fn in_strict_turns_each_waits_for_the_one_before() {
    let config = json!({"rounds": [{"id": "r", "pass": true}], "people": ["c", "a", "b"], "order": ["b"], "turn_mode": "strict"});
    let mut step = step(config);
    assert_eq!(step.result()["turn"], "b", "the given order first, then that of the list");
    assert_eq!(refused(&mut step, "c", say("r", "entry", "x")), "NOT_YOUR_TURN:b");
    assert_eq!(refused(&mut step, "stranger", say("r", "entry", "x")), "NOT_YOUR_TURN:b");
    assert_eq!(refused(&mut step, "a", json!({"pass": {"round": "r"}})), "NOT_YOUR_TURN:b");
    step.send("b", say("r", "entry", "x")).unwrap();
    assert_eq!(step.result()["turn"], "c");
    step.send("b", say("r", "entry", "x")).unwrap();
    assert_eq!(refused(&mut step, "b", say("r", "entry", "nog iets")), "NOT_YOUR_TURN:c");
    step.send("c", json!({"pass": {"round": "r"}})).unwrap();
    step.send("a", say("r", "entry", "y")).unwrap();
    assert_eq!((&step.result()["turn"], &step.conclude()["ready"]), (&json!(null), &json!(true)));
    step.send("stranger", say("r", "entry", "nu mag het")).unwrap();
}

#[test]
fn who_withdraws_has_the_turn_again() {
    let mut step = step(json!({"rounds": [{"id": "r"}], "people": ["a", "b"], "turn_mode": "strict"}));
    let id = step.send("a", say("r", "entry", "x")).unwrap()["slot"].as_str().unwrap().to_owned();
    assert_eq!(step.result()["turn"], "b");
    step.withdraw("a", "entry", &id);
    assert_eq!(step.result()["turn"], "a");
}

#[test]
fn the_first_kind_comes_first_for_each_person() {
    let round = json!({"id": "r", "kinds": ["positive", "question"], "first_kind": "positive"});
    let mut step = step(json!({"rounds": [round]}));
    step.send("a", say("r", "positive", "mooi")).unwrap();
    step.send("a", say("r", "question", "waarom?")).unwrap();
    assert_eq!(refused(&mut step, "b", say("r", "question", "waarom?")), "POSITIVE_FIRST /entry/kind");
    step.configure(
        "rounds",
        json!([{"id": "r", "kinds": ["look", "say"], "first_kind": "look", "first_error": "INVALID"}]),
    );
    assert_eq!(refused(&mut step, "b", say("r", "say", "x")), "INVALID /entry/kind");
}

#[test]
fn everybody_who_must_speak_is_asked_for_all_required_kinds() {
    let round = json!({"id": "r", "kinds": ["top", "tip"], "required_kinds": ["top", "tip"]});
    let mut step = step(json!({"rounds": [round], "people": ["a", "b"]}));
    step.send("a", say("r", "top", "x")).unwrap();
    step.send("a", say("r", "top", "y")).unwrap();
    assert_eq!(step.reasons(), ["ROUND_OPEN:a,b"]);
    step.send("a", say("r", "tip", "z")).unwrap();
    assert_eq!(step.reasons(), ["ROUND_OPEN:b"]);
    step.set("invited", json!(["a"]));
    assert_eq!(step.reasons(), Vec::<String>::new(), "b has left (L14)");
}

#[test]
fn who_must_speak_depends_on_the_round() {
    for (who, extra, missing) in [
        ("all", json!(null), json!(["a", "b", "owner"])),
        ("all_but_owner", json!(null), json!(["a", "b"])),
        ("owner", json!(null), json!(["owner"])),
        ("listed", json!(["b", "z"]), json!(["b"])),
        ("nobody", json!(null), json!([])),
    ] {
        let mut round = json!({"id": "r", "who": who});
        if !extra.is_null() {
            round["people"] = extra;
        }
        let mut step = step(json!({"rounds": [round], "owner": "owner"}));
        step.set("invited", json!(["a", "b", "owner"]));
        assert_eq!(step.result()["missing"], missing, "{who}");
    }
    let mut step = step(json!({"rounds": [{"id": "r", "who": "owner"}], "owner": "o"}));
    assert_eq!(step.result()["missing"], json!(["o"]));
    step.configure("rounds", json!([{"id": "r"}]));
    assert_eq!(step.result()["missing"], json!([]), "nobody is known");
    step.send("a", json!({"attendance": {"person": "a", "present": true}})).unwrap();
    assert_eq!(step.result()["missing"], json!(["a"]));
}

#[test]
fn who_leaves_is_asked_no_more_and_what_was_said_stays() {
    let mut step = step(json!({"rounds": [{"id": "r"}], "people": ["a", "b", "c"], "facilitator": "lead"}));
    step.send("a", say("r", "entry", "x")).unwrap();
    let gone = |person: &str| json!({"attendance": {"person": person, "present": false}});
    assert_eq!(refused(&mut step, "a", gone("b")), "NOT_ALLOWED");
    step.send("b", gone("b")).unwrap();
    step.send("lead", gone("a")).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["missing"], &result["absent"], &result["entries"]),
        (&json!(["c"]), &json!(["a", "b"]), &json!(1))
    );
}

#[test]
fn a_round_waits_for_the_one_before_unless_the_order_is_free() {
    let mut step = step(json!({"rounds": [{"id": "r1"}, {"id": "r2"}], "people": ["a", "b"]}));
    step.send("a", say("r1", "entry", "x")).unwrap();
    assert_eq!(refused(&mut step, "a", say("r2", "entry", "y")), "ROUND_OPEN:b");
    assert_eq!(step.result()["current"], "r1");
    step.configure("ordered", json!(false));
    step.send("a", say("r2", "entry", "y")).unwrap();
    assert_eq!(step.reasons(), ["ROUND_OPEN:b", "ROUND_OPEN:b"], "one reason a round");
}

#[test]
fn a_round_closes_when_everybody_spoke_and_only_by_who_leads() {
    let mut step = step(json!({"rounds": [{"id": "r", "pass": true}], "people": ["a", "b"], "facilitator": "coach"}));
    step.person("c", &["coach"], None);
    let close = json!({"close_round": {"round": "r"}});
    step.send("a", say("r", "entry", "x")).unwrap();
    assert_eq!(refused(&mut step, "c", close.clone()), "ROUND_OPEN:b");
    step.send("b", json!({"pass": {"round": "r"}})).unwrap();
    assert_eq!(refused(&mut step, "a", close.clone()), "NOT_ALLOWED");
    step.send("c", close).unwrap();
    assert_eq!(step.result()["rounds"]["r"]["closed"], true);
    assert_eq!(refused(&mut step, "a", say("r", "entry", "te laat")), "CLOSED");
    assert_eq!(refused(&mut step, "c", json!({"close_round": {"round": "q"}})), "INVALID /close_round/round");
}

#[test]
fn passing_is_for_rounds_that_allow_it() {
    let mut step = step(json!({"rounds": [{"id": "r"}], "people": ["a"]}));
    assert_eq!(refused(&mut step, "a", json!({"pass": {"round": "r"}})), "NOT_ALLOWED");
    step.configure("rounds", json!([{"id": "r", "pass": true}]));
    step.send("a", json!({"pass": {"round": "r"}})).unwrap();
    assert_eq!((&step.result()["passes"], &step.result()["n"]), (&json!(1), &json!(1)));
}

#[test]
fn some_kinds_belong_to_the_owner_or_to_who_leads() {
    let kinds = json!(["question", {"id": "answer", "by": "owner"}, {"id": "summary", "by": "facilitator"}]);
    let mut step = step(
        json!({"rounds": [{"id": "r", "kinds": kinds}], "owner": "o", "facilitator": "f", "turn_mode": "strict", "people": ["a"]}),
    );
    assert_eq!(refused(&mut step, "a", say("r", "answer", "x")), "NOT_ALLOWED");
    assert_eq!(refused(&mut step, "a", say("r", "summary", "x")), "NOT_ALLOWED");
    step.send("o", say("r", "answer", "buiten de beurt")).unwrap();
    step.send("f", say("r", "summary", "samengevat")).unwrap();
    assert_eq!(refused(&mut step, "o", say("r", "question", "x")), "NOT_YOUR_TURN:a");
}

#[test]
fn what_the_round_as_a_whole_needs_is_named() {
    let round = json!({"id": "r", "kinds": ["B", "K", "C"], "cover": ["B", "K", "C"]});
    let mut step = step(json!({"rounds": [round.clone()]}));
    assert_eq!(step.reasons(), ["BKC_INCOMPLETE:B,K,C"]);
    step.send("a", say("r", "K", "x")).unwrap();
    assert_eq!(step.reasons(), ["BKC_INCOMPLETE:B,C"]);
    let mut other = round;
    other["cover_error"] = json!("NOT_READY");
    step.configure("rounds", json!([other]));
    assert_eq!(step.reasons(), ["NOT_READY:B,C"]);
}

#[test]
fn outside_the_talk_only_the_fact_is_seen() {
    let mut step = step(json!({"rounds": [{"id": "r"}], "people": ["a"], "artifact": "talk"}));
    for audience in ["policy", "school"] {
        assert_eq!(step.shows(audience), json!({"held": false, "entries": 0, "current": "r"}));
    }
    step.send("a", say("r", "entry", "vertrouwelijk")).unwrap();
    for audience in ["policy", "school"] {
        assert_eq!(step.shows(audience), json!({"held": true, "entries": 1, "current": null}));
    }
    assert_eq!(step.conclude()["artifacts"][0]["content"]["counts"], json!({"entry": 1}));
}
