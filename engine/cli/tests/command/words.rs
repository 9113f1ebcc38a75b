//! `trace-back`, `diff` and `instrument import`: what rests on what, what differs, and other texts for an instrument.

use serde_json::Value;

use crate::home::{Home, file};

/// All ids of a tree, with what they are.
fn ids(tree: &Value, into: &mut Vec<String>) {
    let text = |key: &str| tree[key].as_str().unwrap_or_default().to_owned();
    into.push(format!("{} {}", text("what"), text("id")));
    for below in tree["below"].as_array().into_iter().flatten() {
        ids(below, into);
    }
}

#[test]
fn a_principle_leads_back_to_its_cards_and_a_card_forward_to_goals() {
    let home = Home::new();
    home.run(["demo", "--no-serve", "--dir", "demo"]).ends(0);
    let db = "demo/draaiboek.db";
    home.run(["--db", db, "trace-back", "day", "principles", "P1"])
        .ends(0)
        .says("principle P1 doelen zichtbaar")
        .says("── card c02 ")
        .says("[step cards]");
    let back = home.run(["--db", db, "--json", "trace-back", "day", "principles"]).ends(0).json();
    let mut found = Vec::new();
    ids(&back["tree"], &mut found);
    assert_eq!(found[0], "artifact principles");
    for one in ["principle P1", "card c01", "card c02", "card c17", "point of attention W1"] {
        assert!(found.contains(&one.to_owned()), "{one}: {found:?}");
    }
    let forward = home.run(["--db", db, "--json", "trace-back", "day", "c02", "--forward"]).ends(0).json();
    let mut found = Vec::new();
    ids(&forward["tree"], &mut found);
    assert_eq!(found[0], "card c02");
    for one in ["artifact principles", "goal a1", "goal a4", "artifact goals"] {
        assert!(found.contains(&one.to_owned()), "{one}: {found:?}");
    }
    home.run(["--db", db, "trace-back", "day", "c98"]).ends(2).complains("`c98`").complains("it has");
    home.run(["--db", db, "trace-back", "day", "principles", "c01"]).ends(2).complains("`c01` in `principles`");
    home.run(["--db", db, "trace-back", "night", "principles"]).ends(2).complains("draaiboek list");
}

#[test]
fn two_versions_differ_in_words() {
    let home = Home::furnished();
    let tiny = std::fs::read_to_string(file("tiny.yaml")).expect("the workflow of the tests");
    let newer = tiny.replace("version: 1.0.0", "version: 1.1.0");
    assert_ne!(tiny, newer);
    std::fs::write(home.path("newer.yaml"), newer).expect("written");
    home.run(["diff", "tiny@1.0.0", "newer.yaml"]).ends(0).says("tiny 1.0.0 → tiny 1.1.0").says("versie 1.0.0 → 1.1.0");
    home.run(["diff", "newer.yaml", "tiny", "--lang", "en"]).ends(0).says("version 1.1.0 → 1.0.0");
    home.run(["diff", "tiny", "tiny"]).ends(0).says("Er is geen verschil.");
    home.run(["diff", "study-day", "learning-cycle"]).ends(0).says("study-day").says("komt erbij").says("valt weg");
    let json = home.run(["diff", "tiny", "newer.yaml", "--json"]).ends(0).json();
    assert_eq!(json["changes"][0]["fields"][0]["after"], "1.1.0", "{json}");
    home.run(["diff", "tiny", "tiny@9.9.9"]).ends(2).complains("known versions of `tiny`: 1.0.0");
    home.run(["diff", "tiny", "nowhere"]).ends(2).complains("there is no workflow `nowhere`");
    home.run(["diff", "tiny", &file("bad.yaml")]).ends(1).complains("cannot be compared");
}

#[test]
fn a_school_gives_an_instrument_its_own_texts() {
    let home = Home::new();
    let list = "id;nl;en;code\nrok.1.1.01;Ik ken elke leerling.;I know every pupil.;V1\n";
    std::fs::write(home.path("texts.csv"), list).expect("written");
    let line = ["instrument", "import", "texts.csv", "--for", "rok-self-reflection", "--out", "instruments"];
    home.run(line.into_iter().chain(["--dry-run"])).ends(0).says("vervangen (1): rok.1.1.01").says("niets geschreven");
    assert!(!home.path("instruments").exists());
    let terms = ["--source", "De uitgever", "--licence", "Licentie 12"];
    home.run(line.into_iter().chain(terms)).ends(0).says("instruments/rok-self-reflection.yaml geschreven");
    home.run(["check", "instruments"]).ends(0);
    let written = std::fs::read_to_string(home.path("instruments/rok-self-reflection.yaml")).expect("the file");
    assert!(written.contains("Ik ken elke leerling.") && written.contains("licence: \"Licentie 12\""));
    std::fs::write(home.path("texts.csv"), "id,nl,code\nrok.1.1.02,Ik luister.,V9\nrok.9,Iets,\n").expect("written");
    home.run(line)
        .ends(1)
        .complains("texts.csv:2: `rok.1.1.02` has the code")
        .complains("texts.csv:3: the instrument has no id `rok.9`");
    assert_eq!(std::fs::read_to_string(home.path("instruments/rok-self-reflection.yaml")).expect("the file"), written);
    std::fs::write(home.path("texts.csv"), "id,nl\nrok.1.1.02,Ik luister.\n").expect("written");
    home.run(line).ends(0);
    let both = std::fs::read_to_string(home.path("instruments/rok-self-reflection.yaml")).expect("the file");
    assert!(both.contains("Ik ken elke leerling.") && both.contains("Ik luister."), "an earlier import stays");
    home.run(["instrument", "import", "texts.csv", "--for", "nothing", "--out", "."])
        .ends(2)
        .complains("no instrument `nothing`");
}
