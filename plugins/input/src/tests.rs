//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::json;

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn opening() -> Step {
    Step::new(&PLUGIN, "input", json!({"materials": [{"id": "m1", "title": "Leerzorg"}], "speakers": ["zc1"]}))
}

#[test]
fn twice_is_once() {
    // S01: 23 invited, 21 confirm, lk20 twice.
    let mut step = opening();
    let mut invited: Vec<String> = (1..=20).map(|n| format!("lk{n}")).collect();
    invited.extend(["zc1", "zc2", "dir"].map(str::to_owned));
    step.set("invited", json!(invited));
    for person in invited.iter().filter(|person| !["lk3", "zc2"].contains(&person.as_str())) {
        step.send(person, json!({"ack": {}})).unwrap();
    }
    step.send("lk20", json!({"ack": {}})).unwrap();
    let result = step.result();
    assert_eq!(
        (&result["invited"], &result["acked"], &result["missing"]),
        (&json!(23), &json!(21), &json!(["lk3", "zc2"]))
    );
    assert_eq!(step.conclude()["ready"], true);
    step.configure("ack_required", json!(true));
    assert_eq!(step.reasons(), ["NOT_READY:lk3,zc2"]);
    step.set("invited", json!(["lk1"]));
    assert_eq!(step.conclude()["ready"], true, "who is absent is not waited for; given confirmations stay");
    assert_eq!(step.result()["acked"], 21);
}

#[test]
fn one_reaction_each_and_it_can_be_taken_back() {
    let mut step = opening();
    for text in ["eerst", "  liever dit "] {
        step.send("lk1", json!({"reaction": {"text": text}})).unwrap();
    }
    assert_eq!(step.result()["reactions"], json!([{"by": "lk1", "text": "liever dit"}]));
    step.withdraw("lk1", "reaction", "");
    assert_eq!(step.result()["reactions"], json!([]));
    assert_eq!(step.result()["invited"], json!(null), "not known is not zero");
}

#[test]
fn what_is_no_reaction_is_refused() {
    let mut step = opening();
    for (payload, problem) in [
        (json!({"reaction": {"text": "x".repeat(501)}}), "INVALID /reaction/text"),
        (json!({"reaction": {"text": "x".repeat(20_000)}}), "INVALID /reaction/text"),
        (json!({"reaction": {}}), "INVALID /reaction/text"),
        (json!({"reaction": {"text": 1.5}}), "INVALID /reaction/text"),
        (json!({"reaction": "x"}), "INVALID /reaction"),
        (json!({"ack": {"why": 1}}), "INVALID /ack/why"),
        (json!({"other": {}}), "INVALID /other"),
        (json!({"ack": {}, "reaction": {"text": "x"}}), "INVALID"),
        (json!({}), "INVALID"),
    ] {
        assert_eq!(step.send("lk1", payload.clone()), Err(vec![problem.to_owned()]), "{payload}");
    }
    step.configure("acks_required", json!(true));
    assert_eq!(step.send("lk1", json!({"ack": {}})), Err(vec!["INVALID /ctx/config/acks_required".to_owned()]));
}

#[test]
fn rubbish_is_answered_with_a_problem() {
    let good = json!({"kind": "input", "today": "2026-10-02", "calendar": {"from": "2026-09-01", "to": "2027-06-30"}})
        .to_string();
    for (ctx, input) in [
        ("", "[]"),
        ("{", "[]"),
        ("null", "[]"),
        ("{}", "[]"),
        (&good, ""),
        (&good, "{}"),
        (&good, "[1]"),
        (&good, "[{}]"),
        (&good.replace("input", "other"), "[]"),
        (&good.replace("2026-10-02", "2026-13-02"), "[]"),
        (&good.replace("\"from\"", "\"fro\""), "[]"),
        (&good, r#"[{"id":"a","seq":1,"entry":"nope","value":{},"participant":"x"}]"#),
        (&good, r#"[{"id":"a","seq":-1,"entry":"ack","value":{},"participant":"x"}]"#),
    ] {
        for call in
            [super::PLUGIN.conclude(ctx, input), super::PLUGIN.summarise(ctx, input), super::PLUGIN.check(ctx, input)]
        {
            let refusal: serde_json::Value = serde_json::from_str(&call.unwrap_err()).unwrap();
            assert_eq!(refusal["problems"][0]["word"], "INVALID", "{ctx} {input}");
        }
    }
    assert!(super::PLUGIN.conclude(&good, "[]").is_ok());
}

#[test]
fn reactions_are_shown_without_names() {
    let mut step = opening();
    step.send("lk1", json!({"reaction": {"text": "sterk"}})).unwrap();
    assert_eq!(step.shows("team")["reactions"], json!(["sterk"]));
    assert_eq!(step.shows("school"), json!({"acked": 0, "invited": null}));
}

#[test]
fn anonymous_reactions_wait_for_each_other() {
    let mut step = opening();
    step.set("identity", json!("anonymous"));
    let texts = ["een", "twee", "drie", "vier", "vijf", "zes", "zeven"];
    let shown = |step: &Step| step.shows("team")["reactions"].as_array().map(Vec::len);
    for (n, text) in texts.iter().enumerate() {
        assert_eq!(shown(&step), Some(if n < 5 { 0 } else { n }), "{text}");
        assert_eq!(step.result()["reactions_held"], json!((1..5).contains(&n)), "{text}");
        step.send(&format!("a{n}"), json!({"reaction": {"text": text}})).unwrap();
    }
    let result = step.result();
    assert!(result["reactions"].as_array().unwrap().iter().all(|reaction| reaction["by"].is_null()));
    let mut sorted = texts.to_vec();
    sorted.sort_unstable();
    assert_ne!(step.shows("team")["reactions"], json!(texts), "not in the order of sending");
    assert_ne!(step.shows("team")["reactions"], json!(sorted), "nor in another that says something");
    step.set("k", json!(8));
    assert_eq!((shown(&step), step.shows("facilitator")["reactions"].clone()), (Some(0), json!([])));
}
