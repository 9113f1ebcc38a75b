//! Every edge of the contract, through `check` and the laws of a host in miniature.

use draaiboek_sdk::testing::{Seq, Step, prove};
use serde_json::{Value, json};

use super::PLUGIN;

#[test]
fn fixtures_and_laws() {
    prove(&PLUGIN, env!("CARGO_MANIFEST_DIR"), Seq::Used);
}

fn step() -> Step {
    let config = json!({
        "questions": [
            {"id": "q1", "maps_to": "mention"}, {"id": "q2", "maps_to": "mention"}, {"id": "q3", "maps_to": "example"},
            {"id": "q4", "maps_to": "attention"}, {"id": "q5", "maps_to": "note"},
        ],
        "groups": ["G1", "G2"], "clusterers": ["core"], "require_assigned": true, "min_clusters": {"principle": 1},
    });
    let mut step = Step::new(&PLUGIN, "cluster-count", config);
    for (name, group) in [("lk1", "G1"), ("lk5", "G1"), ("lk2", "G2")] {
        step.person(name, &["tch"], Some(group));
    }
    step.person("zc1", &["zc", "core"], None);
    step
}

fn card(step: &mut Step, who: &str, id: &str, question: &str, text: &str) -> Result<Value, Vec<String>> {
    step.send(who, json!({"card": {"card_id": id, "question": question, "text": text}}))
}

fn cluster(step: &mut Step, id: &str, kind: &str) {
    step.send("zc1", json!({"cluster": {"cluster_id": id, "label": format!("groep {id}"), "kind": kind}})).unwrap();
}

fn assign(step: &mut Step, card: &str, cluster: &str) -> Result<Value, Vec<String>> {
    step.send("zc1", json!({"assign": {"card_id": card, "cluster_id": cluster}}))
}

#[test]
fn the_first_of_duplicates_counts_and_the_next_when_it_is_withdrawn() {
    let mut step = step();
    cluster(&mut step, "P1", "principle");
    card(&mut step, "lk1", "a", "q1", "Meer overleg.").unwrap();
    card(&mut step, "lk5", "b", "q1", "meer  OVERLEG").unwrap();
    card(&mut step, "lk2", "c", "q1", "meer overleg").unwrap();
    card(&mut step, "lk1", "d", "q2", "meer overleg").unwrap();
    for id in ["a", "b", "c", "d"] {
        assign(&mut step, id, "P1").unwrap();
    }
    let result = step.result();
    assert_eq!(result["duplicates"], json!([{"card": "b", "of": "a"}]), "same group, question and text");
    assert_eq!((&result["clusters"][0]["mentions"], &result["clusters"][0]["groups"]), (&json!(3), &json!(2)));
    step.withdraw("lk1", "card", "a");
    let result = step.result();
    assert_eq!(result["duplicates"], json!([]));
    assert_eq!(result["clusters"][0]["cards"], json!(["b", "c", "d"]));
    step.configure("dedupe", json!(false));
    card(&mut step, "lk1", "e", "q1", "meer overleg").unwrap();
    assert_eq!(step.result()["totals"]["duplicate"], 0);
}

#[test]
fn a_revised_card_replaces_the_earlier_text() {
    let mut step = step();
    card(&mut step, "lk1", "a", "q1", "eerst").unwrap();
    card(&mut step, "lk1", "a", "q1", "beter").unwrap();
    let cards = step.result()["cards"].clone();
    assert_eq!((cards.as_array().unwrap().len(), &cards[0]["text"]), (1, &json!("beter")));
}

#[test]
fn a_card_id_of_somebody_else_is_a_conflict() {
    let mut step = step();
    card(&mut step, "lk1", "a", "q1", "een").unwrap();
    assert_eq!(card(&mut step, "lk2", "a", "q1", "twee"), Err(vec!["CONFLICT:a /card/card_id".to_owned()]));
}

#[test]
fn a_card_without_id_gets_one_of_its_own() {
    let mut step = step();
    let send = |step: &mut Step, who: &str, text: &str| {
        step.send(who, json!({"card": {"question": "q1", "text": text}})).unwrap()["slot"].as_str().unwrap().to_owned()
    };
    let first = send(&mut step, "lk1", "Een idee");
    assert_eq!(send(&mut step, "lk1", "een idee."), first, "the same card again is the same card");
    assert_ne!(send(&mut step, "lk1", "iets anders"), first);
    assert_ne!(send(&mut step, "lk2", "Een idee"), first);
    assert_eq!(step.result()["cards"].as_array().unwrap().len(), 3);
}

#[test]
fn cards_belong_to_the_group_of_the_sender() {
    let mut step = step();
    let for_group = |group: &str| json!({"card": {"card_id": "x", "question": "q1", "text": "t", "group": group}});
    assert_eq!(step.send("lk1", for_group("G2")), Err(vec!["NOT_ALLOWED /card/group".to_owned()]));
    assert_eq!(step.send("zc1", for_group("G9")), Err(vec!["INVALID /card/group".to_owned()]));
    assert_eq!(card(&mut step, "zc1", "y", "q1", "zonder groep"), Err(vec!["INVALID /card/group".to_owned()]));
    assert_eq!(card(&mut step, "lk1", "z", "q9", "vraag"), Err(vec!["INVALID /card/question".to_owned()]));
    step.send("zc1", for_group("G2")).unwrap();
    assert_eq!(step.result()["by_group"]["G2"]["q1"], 1);
    assert_eq!(step.result()["groups_without"]["q1"], json!(["G1"]));
}

#[test]
fn only_the_core_team_groups() {
    let mut step = step();
    let sent = step.send("lk1", json!({"cluster": {"cluster_id": "P1", "label": "x", "kind": "principle"}}));
    assert_eq!(sent, Err(vec!["NOT_ALLOWED".to_owned()]));
}

#[test]
fn cards_go_only_where_their_kind_fits() {
    let mut step = step();
    for (id, kind) in [("P1", "principle"), ("W1", "attention"), ("N1", "need"), ("R", "rest")] {
        cluster(&mut step, id, kind);
    }
    for (id, question) in [("m", "q1"), ("e", "q3"), ("w", "q4"), ("n", "q5")] {
        card(&mut step, "lk1", id, question, id).unwrap();
    }
    let misfit = Err(vec!["INVALID /assign/cluster_id".to_owned()]);
    for (id, to) in [("m", "W1"), ("e", "W1"), ("w", "P1"), ("w", "N1"), ("m", "unknown")] {
        assert_eq!(assign(&mut step, id, to), misfit, "{id} to {to}");
    }
    assert_eq!(assign(&mut step, "unknown", "P1"), Err(vec!["INVALID /assign/card_id".to_owned()]));
    assert_eq!(assign(&mut step, "m", "R"), Err(vec!["INVALID /assign/reason".to_owned()]), "the rest needs a reason");
    for (id, to) in [("m", "P1"), ("e", "N1"), ("w", "W1"), ("n", "W1")] {
        assign(&mut step, id, to).unwrap();
    }
    let result = step.result();
    let found = |id: &str| result["clusters"].as_array().unwrap().iter().find(|c| c["id"] == id).unwrap().clone();
    assert_eq!((&found("P1")["mentions"], &found("N1")["examples"]), (&json!(1), &json!(["e"])));
    assert_eq!((&found("W1")["mentions"], &found("W1")["notes"]), (&json!(1), &json!(["n"])));
    let relabel = json!({"cluster": {"cluster_id": "P1", "label": "x", "kind": "attention"}});
    assert_eq!(step.send("zc1", relabel), Err(vec!["INVALID /cluster/kind".to_owned()]));
}

#[test]
fn the_rest_takes_a_card_with_a_reason() {
    let mut step = step();
    cluster(&mut step, "P1", "principle");
    card(&mut step, "lk1", "a", "q1", "t").unwrap();
    let bare = json!({"assign": {"card_id": "a", "rest": true}});
    assert_eq!(step.send("zc1", bare), Err(vec!["INVALID /assign/reason".to_owned()]));
    let both = json!({"assign": {"card_id": "a", "rest": true, "cluster_id": "P1", "reason": "r"}});
    assert_eq!(step.send("zc1", both), Err(vec!["INVALID /assign/cluster_id".to_owned()]));
    assert_eq!(step.reasons(), ["UNASSIGNED_CARDS:a"]);
    step.send("zc1", json!({"assign": {"card_id": "a", "rest": true, "reason": "geen verband"}})).unwrap();
    assert_eq!(step.result()["rest"], json!([{"card": "a", "reason": "geen verband"}]));
    assert_eq!(step.conclude()["ready"], true);
}

#[test]
fn the_last_place_by_anybody_wins() {
    let mut step = step();
    step.person("zc2", &["core"], None);
    cluster(&mut step, "P1", "principle");
    cluster(&mut step, "P2", "principle");
    card(&mut step, "lk1", "a", "q1", "t").unwrap();
    assign(&mut step, "a", "P1").unwrap();
    step.send("zc2", json!({"assign": {"card_id": "a", "cluster_id": "P2"}})).unwrap();
    assert_eq!(step.result()["clusters"][0]["id"], "P2");
}

#[test]
fn merging_points_the_cards_to_the_other_cluster() {
    let mut step = step();
    for id in ["P1", "P2", "P3"] {
        cluster(&mut step, id, "principle");
    }
    cluster(&mut step, "W1", "attention");
    card(&mut step, "lk1", "a", "q1", "t").unwrap();
    assign(&mut step, "a", "P1").unwrap();
    let merge =
        |step: &mut Step, from: &str, into: &str| step.send("zc1", json!({"merge": {"from": from, "into": into}}));
    assert_eq!(merge(&mut step, "P1", "W1"), Err(vec!["INVALID /merge/into".to_owned()]));
    assert_eq!(merge(&mut step, "P1", "P1"), Err(vec!["INVALID /merge/into".to_owned()]));
    assert_eq!(merge(&mut step, "P9", "P1"), Err(vec!["INVALID /merge/from".to_owned()]));
    merge(&mut step, "P1", "P2").unwrap();
    merge(&mut step, "P2", "P3").unwrap();
    assert_eq!(merge(&mut step, "P3", "P1"), Err(vec!["INVALID /merge/into".to_owned()]), "no circle");
    assert_eq!(assign(&mut step, "a", "P1"), Err(vec!["INVALID /assign/cluster_id".to_owned()]));
    let ids: Vec<Value> = step.result()["clusters"].as_array().unwrap().iter().map(|c| c["id"].clone()).collect();
    assert_eq!(ids, [json!("P3"), json!("W1")]);
    assert_eq!(step.result()["clusters"][0]["cards"], json!(["a"]));
    step.withdraw("zc1", "merge", "P2");
    assert_eq!(step.result()["clusters"][0]["id"], "P2", "a merge taken back is undone");
}

#[test]
fn a_cluster_that_is_taken_back_leaves_its_cards_without_a_place() {
    let mut step = step();
    cluster(&mut step, "P1", "principle");
    card(&mut step, "lk1", "a", "q1", "t").unwrap();
    assign(&mut step, "a", "P1").unwrap();
    step.withdraw("zc1", "cluster", "P1");
    assert_eq!(step.reasons(), ["UNASSIGNED_CARDS:a", "NOT_READY:principle"]);
}

#[test]
fn by_person_every_person_supports() {
    let mut step = step();
    step.configure("by", json!("person"));
    cluster(&mut step, "P1", "principle");
    for (who, id) in [("lk1", "a"), ("lk5", "b"), ("lk5", "c")] {
        card(&mut step, who, id, "q1", id).unwrap();
        assign(&mut step, id, "P1").unwrap();
    }
    assert_eq!(step.result()["clusters"][0]["groups"], 2);
    assert_eq!(step.shows("facilitator")["cards"][0]["person"], "lk1");
    assert_eq!(step.shows("team")["cards"][0].get("person"), None, "the team sees no authors");
    assert_eq!(step.shows("school").get("cards"), None);
}

#[test]
fn cards_of_an_earlier_step_join_with_its_totals() {
    let mut step = step();
    card(&mut step, "lk1", "a", "q1", "een").unwrap();
    card(&mut step, "lk5", "b", "q1", "Een!").unwrap();
    step.set("counts", json!({"card": {"submitted": 4, "withdrawn": 1, "late": 1}}));
    let earlier = step.result();
    let mut synthesis = Step::new(
        &PLUGIN,
        "cluster-count",
        json!({
            "questions": [{"id": "q1", "maps_to": "mention"}], "presets": [{"id": "P1", "label": "doelen", "kind": "principle"}],
            "require_assigned": true,
        }),
    );
    synthesis.set("inputs", json!({"cards": earlier}));
    assert_eq!(synthesis.reasons(), ["UNASSIGNED_CARDS:a"]);
    assign(&mut synthesis, "a", "P1").unwrap();
    let result = synthesis.result();
    assert_eq!(result["totals"], json!({"submitted": 4, "withdrawn": 1, "late": 1, "duplicate": 1, "counted": 1}));
    assert_eq!((&result["clusters"][0]["mentions"], &result["clusters"][0]["groups"]), (&json!(1), &json!(1)));
    synthesis.set("inputs", json!({"cards": earlier["cards"]}));
    assert_eq!(synthesis.result()["totals"]["submitted"], 2, "a bare list has no totals of its own");
    synthesis.set("inputs", json!({"cards": "wrong"}));
    assert_eq!(synthesis.conclude()["problems"][0]["path"], "/ctx/inputs/cards");
}

#[test]
fn principles_of_last_year_are_presets() {
    let mut step = step();
    step.set(
        "inputs",
        json!({"presets": {"principles": [{"id": "P1", "text": "doelen", "mentions": 4}], "attention": []}}),
    );
    assert_eq!(step.result()["clusters"][0]["label"], "doelen");
    cluster(&mut step, "P1", "principle");
    assert_eq!(step.result()["clusters"][0]["label"], "groep P1", "a new label is a revision");
}

#[test]
fn nothing_yet_is_an_empty_picture() {
    let step = step();
    let answer = step.conclude();
    assert_eq!(answer["result"]["totals"]["counted"], 0);
    assert_eq!((&answer["artifacts"], &answer["result"]["insufficient"]), (&json!([]), &json!(true)));
    assert_eq!(step.reasons(), ["NOT_READY:principle"]);
}

#[test]
fn anonymous_cards_wait_for_each_other() {
    let mut step = step();
    step.configure("by", json!("person"));
    step.set("identity", json!("anonymous"));
    let ids = ["c1", "c2", "c3", "c4", "c5", "c6"];
    for (n, id) in ids.iter().enumerate() {
        for audience in ["facilitator", "contributor", "team", "policy", "school"] {
            let shown = step.shows(audience);
            if n < 5 {
                assert_eq!(shown, json!({"under_threshold": true, "n": n}), "{audience}");
            } else {
                assert_eq!(shown.get("under_threshold"), None, "{audience}");
                assert!(!shown.to_string().contains("\"person\""), "{audience}");
            }
        }
        card(&mut step, &format!("a{n}"), id, "q1", id).unwrap();
    }
    let shown = step.shows("team");
    let order: Vec<&Value> = shown["cards"].as_array().unwrap().iter().map(|card| &card["id"]).collect();
    assert_eq!(order.len(), 6);
    assert_ne!(json!(order), json!(ids), "their order tells nothing");
    step.set("k", json!(7));
    assert_eq!(step.shows("team")["under_threshold"], true);
    step.configure("by", json!("group"));
    assert!(step.shows("team")["cards"].is_array(), "cards of groups are of nobody in particular");
}
