//! Every edge of the contract.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::json;

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

fn tryout(step: &mut Step, who: &str, worked: &str) {
    let entry = json!({"tryout": {"material_id": "m", "class_label": "3A", "done": "twee lessen", "worked": worked}});
    step.send(who, entry).unwrap();
}

#[test]
fn untried_material_is_not_ready_and_versions_count_apart() {
    let mut step = Step::new(&PLUGIN, "material", json!({"tryout": {"min_teachers": 2}}));
    step.send("lk13", json!({"add": {"material_id": "m", "title": "Kijkwijzer"}})).unwrap();
    assert_eq!(step.reasons(), ["NO_TRYOUT:m"]);
    tryout(&mut step, "lk13", "yes");
    tryout(&mut step, "lk14", "partly");
    assert_eq!(step.conclude()["ready"], true);
    assert_eq!(step.result()["tryouts"]["m"]["1"], json!({"teachers": 2, "yes": 1, "partly": 1, "no": 0}));
    step.send("lk13", json!({"revise": {"material_id": "m", "note": "korter"}})).unwrap();
    assert_eq!(step.reasons(), ["NO_TRYOUT:m"], "a new version has not been tried");
}

#[test]
fn two_revisions_of_one_base_are_both_kept_until_one_is_picked() {
    let mut step = Step::new(&PLUGIN, "material", json!({}));
    step.send("lk13", json!({"add": {"material_id": "m", "title": "Kijkwijzer"}})).unwrap();
    step.send("lk13", json!({"revise": {"material_id": "m", "base": 1}})).unwrap();
    step.send("lk14", json!({"revise": {"material_id": "m", "base": 1}})).unwrap();
    assert_eq!(step.result()["materials"][0]["parallel"], json!([2, 3]));
    step.send("lk15", json!({"pick": {"material_id": "m", "version": 3}})).unwrap();
    let item = &step.result()["materials"][0];
    assert_eq!((&item["current"], &item["parallel"]), (&json!(3), &json!([])));
}

#[test]
fn what_does_not_exist_or_is_a_colleagues_is_refused() {
    let mut step = Step::new(&PLUGIN, "material", json!({"licence_required": true}));
    step.send("lk13", json!({"add": {"material_id": "m", "title": "Kijkwijzer"}})).unwrap();
    let again = json!({"add": {"material_id": "m", "title": "Anders"}});
    assert_eq!(step.send("lk14", again), Err(vec!["CONFLICT /add/material_id".to_owned()]));
    let unknown = json!({"revise": {"material_id": "x"}});
    assert_eq!(step.send("lk13", unknown), Err(vec!["INVALID /revise/material_id".to_owned()]));
    assert_eq!(step.result()["materials"][0]["private"], true, "without a licence it stays private");
    step.send("lk13", json!({"withdraw": {"material_id": "m"}})).unwrap();
    assert_eq!(step.result()["withdrawn"], json!(["m"]));
}
