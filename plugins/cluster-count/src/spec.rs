//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, choice, list, map, opt, req, say};

pub(crate) const KINDS: Shape = Shape::OneOf(&["principle", "attention", "need", "theme", "rest"]);
const PRESET: &[Field] = &[req("id", Shape::Id), req("label", Shape::Label), req("kind", KINDS)];
const NULLABLE_ID: Shape = Shape::OrNull(&Shape::Id);

const CARD: EntrySpec = EntrySpec::new(
    "card",
    say("Kaartje", "Card"),
    &[
        req("question", Shape::Id).ask("select", "Bij welke vraag?", "Which question?").from("config.questions"),
        req("text", Shape::Text { max: 280 })
            .ask("textarea", "Wat schrijf je op het kaartje?", "What do you write on the card?")
            .help("Eén idee per kaartje, zonder namen van leerlingen.", "One idea a card, without names of pupils."),
        opt("group", Shape::Id)
            .ask("group", "Voor welke groep?", "For which group?")
            .help("Alleen als je voor een andere groep invult.", "Only when you fill this in for another group."),
        opt("card_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    ],
)
.sees_all();

const ASSIGN: EntrySpec = EntrySpec::new(
    "assign",
    say("Kaartje een plaats geven", "Give a card its place"),
    &[
        req("card_id", Shape::Id).ask("select", "Welk kaartje?", "Which card?").from("result.cards"),
        opt("cluster_id", Shape::Id)
            .ask("select", "Bij welke groep hoort het?", "Which cluster does it belong to?")
            .from("result.clusters"),
        opt("rest", Shape::Bool).ask("checkbox", "Hoort nergens bij", "Belongs nowhere"),
        opt("reason", Shape::Text { max: 280 }).ask(
            "text",
            "Waarom hoort het nergens bij?",
            "Why does it belong nowhere?",
        ),
    ],
)
.sees_all();

const CLUSTER: EntrySpec = EntrySpec::new(
    "cluster",
    say("Groep maken of een naam geven", "Make or name a cluster"),
    &[
        req("cluster_id", Shape::Id).ask("text", "Korte code", "Short code").help("Bijvoorbeeld P1.", "Such as P1."),
        req("label", Shape::Line { max: 160 }).ask("text", "Naam van de groep", "Name of the cluster"),
        req("kind", KINDS).ask("radio", "Wat is het?", "What is it?").choices(&[
            choice("principle", "Leidend principe", "Leading principle"),
            choice("attention", "Aandachtspunt", "Point of attention"),
            choice("need", "Behoefte", "Need"),
            choice("theme", "Thema", "Theme"),
            choice("rest", "Rest", "Rest"),
        ]),
    ],
)
.sees_all();

const MERGE: EntrySpec = EntrySpec::new(
    "merge",
    say("Twee groepen samenvoegen", "Join two clusters"),
    &[
        req("from", Shape::Id).ask("select", "Deze groep", "This cluster").from("result.clusters"),
        req("into", Shape::Id).ask("select", "hoort bij", "belongs to").from("result.clusters"),
    ],
)
.sees_all();

pub(crate) static SPEC: Spec = Spec {
    kind: "cluster-count",
    purpose: say(
        "Ideeën op kaartjes verzamelen, ze groeperen en tellen hoe vaak elk idee genoemd is.",
        "Collect ideas on cards, group them and count how often each idea was mentioned.",
    ),
    config: &[
        req(
            "questions",
            Shape::List {
                of: &Shape::Object(&[
                    req("id", Shape::Id),
                    opt("label", Shape::Label),
                    req("maps_to", Shape::OneOf(&["mention", "example", "attention", "note"])),
                ]),
                max: 20,
            },
        ),
        opt("by", Shape::OneOf(&["group", "person"])),
        opt("dedupe", Shape::Bool),
        opt("groups", IDS),
        opt("kinds", list(&KINDS)),
        opt("presets", list(&Shape::Object(PRESET))),
        opt("clusterers", IDS),
        opt("require_assigned", Shape::Bool),
        opt("min_clusters", map(&COUNT)),
        opt("artifact", Shape::Id),
    ],
    entries: &[CARD, ASSIGN, CLUSTER, MERGE],
    result: &[
        req(
            "cards",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("question", Shape::Id),
                req("text", Shape::Text { max: 280 }),
                req("group", NULLABLE_ID),
                req("person", NULLABLE_ID),
                req("admitted_late", Shape::Bool),
                req("duplicate_of", NULLABLE_ID),
                req("cluster", NULLABLE_ID),
            ])),
        ),
        req(
            "clusters",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("label", Shape::Label),
                req("kind", KINDS),
                req("mentions", COUNT),
                req("groups", COUNT),
                req("cards", IDS),
                req("examples", IDS),
                req("example_texts", list(&Shape::Text { max: 280 })),
                req("notes", IDS),
            ])),
        ),
        req("rest", list(&Shape::Object(&[req("card", Shape::Id), req("reason", Shape::Text { max: 280 })]))),
        req("duplicates", list(&Shape::Object(&[req("card", Shape::Id), req("of", Shape::Id)]))),
        req("unassigned", IDS),
        req(
            "totals",
            Shape::Object(&[
                req("submitted", COUNT),
                req("withdrawn", COUNT),
                req("late", COUNT),
                req("duplicate", COUNT),
                req("counted", COUNT),
            ]),
        ),
        req("by_question", map(&COUNT)),
        req("by_group", map(&map(&COUNT))),
        req("groups_without", map(&IDS)),
    ],
    privacy: "P1",
    minutes: 45,
    error_words: &["INVALID", "NOT_ALLOWED", "CONFLICT", "UNASSIGNED_CARDS", "NOT_READY"],
    texts: &[
        ("mentions", say("Keer genoemd", "Times mentioned")),
        ("groups", say("Groepen", "Groups")),
        ("examples", say("Voorbeelden die werken", "Examples that work")),
        ("principles", say("Leidende principes", "Leading principles")),
        ("attention", say("Aandachtspunten", "Points of attention")),
        ("rest", say("Rest", "Rest")),
        ("counted", say("Getelde kaartjes", "Cards counted")),
        ("submitted", say("Ingediend", "Submitted")),
        ("withdrawn", say("Teruggenomen", "Withdrawn")),
        ("late", say("Te laat", "Late")),
        ("duplicate", say("Dubbel", "Duplicate")),
        ("error.UNASSIGNED_CARDS", say("Deze kaartjes hebben nog geen plaats.", "These cards have no place yet.")),
        (
            "error.NOT_READY",
            say("Er ontbreekt nog een groep van deze soort.", "A cluster of this kind is still missing."),
        ),
        (
            "error.CONFLICT",
            say("Dat nummer is al gebruikt door iemand anders.", "That number is already used by somebody else."),
        ),
    ],
};
