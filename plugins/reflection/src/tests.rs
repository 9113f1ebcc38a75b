//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Ignored);
}

fn step(config: Value) -> Step {
    Step::new(&PLUGIN, "reflection", config)
}

fn take_away() -> Step {
    step(json!({"template": "custom", "fields": [
        {"id": "take_away", "label": "Wat neem ik mee?", "required": true, "max": 10}, {"id": "first_try", "label": "Wat eerst?", "required": false},
    ]}))
}

fn write(fields: Value, share: Value) -> Value {
    json!({"reflection": {"fields": fields, "share_with": share}})
}

#[test]
fn nobody_has_to_write() {
    let step = take_away();
    assert_eq!(step.conclude()["ready"], true);
    assert_eq!(
        step.result(),
        json!({"completed": 0, "started": 0, "owners": {}, "shared": 0, "n": 0, "insufficient": true})
    );
}

#[test]
fn a_draft_is_started_and_not_complete() {
    let mut step = take_away();
    step.send("lk1", write(json!({"first_try": "ja"}), json!(["team"]))).unwrap();
    assert_eq!(step.result()["owners"], json!({"lk1": {"complete": false}}));
    assert_eq!(
        (&step.result()["shared"], &step.shows("team")["shared"]),
        (&json!(0), &json!([])),
        "a draft is not shared"
    );
    step.send("lk1", write(json!({"take_away": "tijd"}), json!(null))).unwrap();
    assert_eq!((&step.result()["completed"], &step.result()["started"]), (&json!(1), &json!(1)));
    step.withdraw("lk1", "reflection", "");
    assert_eq!(step.result()["started"], 0);
}

#[test]
fn fields_are_those_of_the_template() {
    let mut step = take_away();
    let too_long = step.send("lk1", write(json!({"take_away": "elf tekens!", "task": "x"}), json!(null)));
    assert_eq!(too_long, Err(["take_away", "task"].map(|id| format!("INVALID /reflection/fields/{id}")).to_vec()));
    for (config, fields) in [
        (json!({}), json!({"text": "a"})),
        (json!({"template": "free"}), json!({"text": "a"})),
        (
            json!({"template": "starr"}),
            json!({"situation": "a", "task": "b", "action": "c", "result": "d", "reflection": "e"}),
        ),
        (json!({"fields": [{"id": "x", "label": "X"}]}), json!({"x": "a"})),
    ] {
        let mut step = self::step(config.clone());
        step.send("lk1", write(fields, json!([]))).unwrap();
        assert_eq!(step.result()["completed"], 1, "{config}");
        step.send("lk1", write(json!({}), json!([]))).unwrap();
        assert_eq!(step.result()["completed"], 0, "{config}");
    }
}

#[test]
fn only_readers_that_are_named_see_a_text() {
    let mut step = step(json!({"share_default": "team"}));
    step.send("lk1", write(json!({"text": "geheim"}), json!([]))).unwrap();
    step.send("lk2", write(json!({"text": "voor lk3"}), json!(["lk3", "lk2"]))).unwrap();
    step.send("lk4", write(json!({"text": "voor allen"}), json!(null))).unwrap();
    assert_eq!(step.shows("team")["shared"], json!([{"by": "lk4", "fields": {"text": "voor allen"}}]));
    assert_eq!(step.shows("contributor")["shared"], json!([]), "nobody asks");
    for (reader, sees) in
        [("lk3", json!([{"by": "lk2", "fields": {"text": "voor lk3"}}])), ("lk1", json!([])), ("lk2", json!([]))]
    {
        step.set("actor", json!({"participant": reader, "roles": [], "group": null}));
        assert_eq!(step.shows("contributor")["shared"], sees, "{reader}");
        assert_eq!(step.shows("facilitator")["shared"], sees, "{reader}");
    }
    for audience in ["policy", "school"] {
        assert_eq!(step.shows(audience), json!({"completed": 3, "started": 3}));
    }
    assert_eq!(step.result()["shared"], 2);
    assert!(!step.conclude().to_string().contains("voor"), "no text in the result, ever");
    step.send("lk2", write(json!({"text": "voor lk3"}), json!([]))).unwrap();
    step.set("actor", json!({"participant": "lk3", "roles": [], "group": null}));
    assert_eq!(step.shows("contributor")["shared"], json!([]), "sharing is taken back");
}
