//! Trees from small families: what they say of cards, principles and what teams make of them.

use serde_json::{Value, json};

use super::*;

fn step(name: &str, content: Value) -> Part {
    Part { origin: Origin::Step(name.into()), content }
}

fn artifact(name: &str, content: Value) -> Part {
    Part { origin: Origin::Artifact(name.into(), 1), content }
}

fn family() -> Vec<Member> {
    let cards = json!({"cards": [
        {"id": "c01", "text": "Doelen op het bord", "cluster": "P1", "group": "G1", "duplicate_of": null},
        {"id": "c02", "text": "Doelen bespreken", "cluster": "P1", "group": "P2"},
        {"id": "c03", "text": "doelen bespreken", "duplicate_of": "c02", "person": "c01"},
        {"id": "c04", "text": "Feedback", "cluster": "P2"},
    ]});
    let principles = json!({"principles": [
        {"id": "P1", "text": "doelen zichtbaar", "examples": ["c02"]},
        {"id": "P2", "text": "feedback", "examples": []},
    ]});
    let goals = json!({"goals": [{"goal_id": "a1", "text": "Elke hoek een prent", "links": ["P1"], "owner": "c04"}]});
    let actions = json!({"actions": [{"action_id": "s1", "text": "Prenten maken", "link": "doel"}]});
    let test = json!({"subject": "m1", "criteria": [{"id": "k1", "label": {"nl": "Zichtbaar", "en": "Visible"}, "source": "P1"}]});
    vec![
        Member {
            instance: "day/team".into(),
            parent: Some("day".into()),
            parts: vec![
                Part {
                    origin: Origin::Config,
                    content: json!({"principles": [{"id": "P1", "text": "doelen zichtbaar"}]}),
                },
                step(
                    "aim",
                    json!({"goals": [{"goal_id": "doel", "text": "Zelf de volgende stap zeggen", "links": ["P1"]}]}),
                ),
                step(
                    "materials",
                    json!({"materials": [{"material_id": "m1", "title": "Kaart", "links": ["P1"]}], "tryouts": {"m1": [{"worked": "yes"}]}}),
                ),
                step("test", test),
                artifact("actions", actions),
            ],
        },
        Member {
            instance: "day".into(),
            parent: None,
            parts: vec![step("cards", cards), artifact("goals", goals), artifact("principles", principles)],
        },
    ]
}

/// A tree as lines of two spaces a level.
fn lines(branch: &Branch) -> Vec<String> {
    fn visit(branch: &Branch, depth: usize, into: &mut Vec<String>) {
        let again = if branch.again { " again" } else { "" };
        into.push(format!("{}{} {}{again}", "  ".repeat(depth), branch.what, branch.id));
        for below in &branch.below {
            visit(below, depth + 1, into);
        }
    }
    let mut found = Vec::new();
    visit(branch, 0, &mut found);
    found
}

fn tree(instance: &str, name: &str, id: Option<&str>, way: Way) -> Vec<String> {
    lines(&Lineage::of(&family()).tree(instance, name, id, way).expect("a tree"))
}

#[test]
fn a_product_leads_back_to_its_remarks() {
    let principles = [
        "artifact principles",
        "  principle P1",
        "    card c01",
        "    card c02",
        "      card c03",
        "  principle P2",
        "    card c04",
    ];
    assert_eq!(tree("day", "principles", None, Way::Back), principles);
    assert_eq!(tree("day", "principles", Some("P2"), Way::Back), ["principle P2", "  card c04"]);
    assert_eq!(
        tree("day/team", "actions", Some("s1"), Way::Back)[..4],
        ["action s1", "  goal doel", "    principle P1", "      card c01"]
    );
}

#[test]
fn a_remark_leads_forward_into_the_work_of_teams() {
    let came = [
        "card c03",
        "  card c02",
        "    principle P1",
        "      artifact principles",
        "      criterion k1",
        "      goal a1",
        "        artifact goals",
        "      goal doel",
        "        action s1",
        "          artifact actions",
        "      material m1",
        "        step test",
    ];
    assert_eq!(tree("day", "c03", None, Way::Forward), came);
}

#[test]
fn what_a_test_rests_on_is_found_in_the_cycle_above() {
    let of_test = tree("day/team", "test", None, Way::Back);
    assert_eq!(of_test[..3], ["step test", "  criterion k1", "    principle P1"]);
    assert!(of_test.contains(&"  material m1".to_owned()), "{of_test:?}");
    assert!(of_test.contains(&"    principle P1 again".to_owned()), "{of_test:?}");
}

#[test]
fn persons_and_groups_join_nothing() {
    let lineage = Lineage::of(&family());
    let of_goal = lineage.tree("day", "goals", Some("a1"), Way::Back).expect("a tree");
    assert_eq!(of_goal.below.len(), 1, "the owner bears the id of a card: {of_goal:?}");
    let of_card = lineage.tree("day", "c02", None, Way::Forward).expect("a tree");
    assert_eq!(of_card.below.len(), 1, "the group bears the id of a principle: {of_card:?}");
}

#[test]
fn the_same_id_with_other_words_is_another_thing() {
    let mut family = family();
    family[0].parts[0].content = json!({"principles": [{"id": "P1", "text": "iets anders"}]});
    let lineage = Lineage::of(&family);
    let came = lineage.tree("day", "P1", None, Way::Forward).expect("a tree");
    assert!(!lines(&came).contains(&"  goal doel".to_owned()), "{came:?}");
    let back = lineage.tree("day/team", "doel", None, Way::Back).expect("a tree");
    assert_eq!((back.below[0].id.as_str(), back.below[0].text.as_deref()), ("P1", Some("iets anders")));
}

#[test]
fn what_is_not_there_has_no_tree() {
    let lineage = Lineage::of(&family());
    for (instance, name, id) in [
        ("day", "nothing", None),
        ("night", "principles", None),
        ("day", "principles", Some("c01")),
        ("day", "c01", Some("c01")),
    ] {
        assert!(lineage.tree(instance, name, id, Way::Back).is_none(), "{instance} {name} {id:?}");
    }
    assert_eq!(lineage.names("day")[..3], ["cards", "goals", "principles"]);
}

#[test]
fn circles_end_and_large_families_are_cut() {
    let circle = json!({"goals": [{"goal_id": "a", "part_of": "b"}, {"goal_id": "b", "part_of": "a"}]});
    let members = ["x", "y"].map(|instance| Member {
        instance: instance.into(),
        parent: Some(if instance == "x" { "y" } else { "x" }.into()),
        parts: vec![artifact("goals", circle.clone())],
    });
    let lineage = Lineage::of(&members);
    let tree = lineage.tree("x", "a", None, Way::Back).expect("a tree");
    assert_eq!(lines(&tree), ["goal a", "  goal b", "    goal a again"]);

    let many: Vec<Value> =
        (0..MAX_BRANCHES + 5).map(|number| json!({"id": format!("c{number}"), "cluster": "P"})).collect();
    let one = Member {
        instance: "x".into(),
        parent: None,
        parts: vec![step("cards", json!({"cards": many, "principles": [{"id": "P"}]}))],
    };
    let tree = Lineage::of(&[one]).tree("x", "P", None, Way::Back).expect("a tree");
    assert!(tree.cut && tree.below.len() < MAX_BRANCHES);

    let chain: Vec<Value> =
        (0..100).map(|number| json!({"id": format!("g{number}"), "part_of": format!("g{}", number + 1)})).collect();
    let one = Member { instance: "x".into(), parent: None, parts: vec![step("s", json!({"goals": chain}))] };
    assert_eq!(lines(&Lineage::of(&[one]).tree("x", "g0", None, Way::Back).expect("a tree")).len(), MAX_DEPTH + 1);
}
