//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, list, map, opt, req, say};

pub(crate) const ROUND: Shape = Shape::Int { min: 1, max: 5 };
const TEXT: Shape = Shape::Text { max: 500 };
const METHOD: Shape = Shape::OneOf(&["dots", "single", "rank", "lanes"]);
const NULLABLE_ID: Shape = Shape::OrNull(&Shape::Id);
const COUNTS: Shape = map(&COUNT);

/// The choices of an earlier step: whatever has an id; a label or a text where it has one.
const GIVEN: &[Field] = &[req("id", Shape::Id), opt("label", Shape::Label), opt("text", Shape::Label)];
pub(crate) const GIVEN_LIST: Shape = list(&Shape::Either(&[Shape::Id, Shape::Object(GIVEN)]));

const BALLOT: EntrySpec = EntrySpec::new(
    "ballot",
    say("Mijn stem", "My vote"),
    &[
        opt("dots", map(&Shape::Int { min: 0, max: 1000 }))
            .ask("dots", "Verdeel je stippen", "Spread your dots")
            .over("result.ballot")
            .at_most("config.max_per_option")
            .adding_to("config.dots")
            .when("config.method", &["dots"])
            .help("Je hoeft ze niet allemaal te gebruiken.", "You need not use them all."),
        opt("choice", Shape::Id)
            .ask("radio", "Wat kies je?", "What do you choose?")
            .from("result.ballot")
            .when("config.method", &["single"]),
        opt("rank", IDS)
            .ask("rank", "Zet op volgorde, het belangrijkste eerst", "Put in order, the most important first")
            .from("result.ballot")
            .when("config.method", &["rank"]),
        opt("lanes", map(&Shape::Id))
            .ask("radio", "Waar leg je het kaartje?", "Where do you put the card?")
            .over("result.ballot")
            .from("result.lane_options")
            .when("config.method", &["lanes"]),
        opt("round", ROUND).ask("hidden", "Ronde", "Round"),
    ],
)
.sees_all();
const SELECT: EntrySpec = EntrySpec::new(
    "select",
    say("De keuze vastleggen", "Fix the choice"),
    &[
        req("options", IDS)
            .ask("multi", "Waar gaan we mee verder?", "What do we go on with?")
            .from("result.ballot")
            .at_most("config.max_selected"),
        opt("reason", TEXT).ask("textarea", "Waarom deze?", "Why these?"),
    ],
);
const PLACE: EntrySpec = EntrySpec::new(
    "place",
    say("Beslissen bij gelijke stand", "Decide a tie"),
    &[
        req("option", Shape::Id).ask("select", "Welk kaartje?", "Which card?").from("result.unresolved"),
        req("lane", Shape::Id).ask("radio", "In welk vak?", "In which lane?").from("config.lanes"),
        req("reason", TEXT).ask("textarea", "Waarom?", "Why?"),
    ],
)
.sees_all();

const ROUND_RESULT: &[Field] = &[req("round", COUNT), req("counts", COUNTS), req("abstain", COUNT), req("n", COUNT)];
const OPTION_RESULT: &[Field] = &[
    req("id", Shape::Id),
    req("label", Shape::Any),
    req("score", COUNT),
    req("voters", COUNT),
    req("share", Shape::OrNull(&Shape::Line { max: 20 })),
    req("rank", Shape::OrNull(&COUNT)),
    req("counts", COUNTS),
    req("abstain", COUNT),
    req("n", COUNT),
    req("rounds", list(&Shape::Object(ROUND_RESULT))),
    req("lane", NULLABLE_ID),
    req("contested", Shape::Bool),
    req("round", Shape::OrNull(&COUNT)),
    req("reason", Shape::OrNull(&TEXT)),
    req("status", Shape::OneOf(&["selected", "parked", "open"])),
];
const LISTED: Shape = list(&Shape::Object(&[req("id", Shape::Id), req("label", Shape::Any)]));

pub(crate) static SPEC: Spec = Spec {
    kind: "prioritise",
    purpose: say(
        "Samen kiezen: met stippen, één keuze, een volgorde of vakken.",
        "Choose together: with dots, one choice, an order or lanes.",
    ),
    config: &[
        req("method", METHOD),
        opt("options", list(&NAMED)),
        opt("dots", Shape::Int { min: 1, max: 1000 }),
        opt("max_per_option", Shape::Int { min: 1, max: 1000 }),
        opt("lanes", list(&NAMED)),
        opt("decide_margin", Shape::Int { min: 1, max: 1000 }),
        opt("round", ROUND),
        opt("max_rounds", ROUND),
        opt("top", Shape::Int { min: 0, max: 500 }),
        opt("max_selected", Shape::Int { min: 1, max: 500 }),
        opt("select_lanes", IDS),
        opt("selectors", IDS),
        opt("deciders", IDS),
        opt("all_decided", Shape::Bool),
        opt("everybody", Shape::Bool),
        opt("secret", Shape::Bool),
        opt("individual_first", Shape::Bool),
        opt("k", Shape::Int { min: 3, max: 100 }),
        opt("artifact", Shape::Line { max: 80 }),
    ],
    entries: &[BALLOT, SELECT, PLACE],
    result: &[
        req("method", METHOD),
        req("options", map(&Shape::Object(OPTION_RESULT))),
        req("order", IDS),
        req("selected", IDS),
        req("parked", IDS),
        req("tied", IDS),
        req("reason", Shape::OrNull(&TEXT)),
        req("lanes", map(&IDS)),
        req("contested", IDS),
        req("unresolved", IDS),
        req("ballot", LISTED),
        req("lane_options", LISTED),
        req("round", COUNT),
        req("voters", COUNT),
        req("dots", COUNT),
        req("voted", IDS),
        req("missing", IDS),
    ],
    privacy: "P1+A",
    minutes: 10,
    error_words: &[
        "INVALID",
        "NOT_ALLOWED",
        "CLOSED",
        "TOO_MANY_DOTS",
        "TOO_MANY_PRIORITIES",
        "NOT_READY",
        "INDIVIDUAL_FIRST",
        "UNDER_THRESHOLD",
    ],
    texts: &[
        ("score", say("Punten", "Points")),
        ("voters", say("Stemmers", "Voters")),
        ("rank", say("Plaats", "Place")),
        ("selected", say("Gekozen", "Chosen")),
        ("parked", say("Voor later", "For later")),
        ("contested", say("Nog niet eens", "No agreement yet")),
        ("unresolved", say("Gelijke stand: iemand moet beslissen", "A tie: somebody must decide")),
        ("abstain", say("Onthouden", "Abstained")),
        ("lane", say("Vak", "Lane")),
        ("round", say("Ronde", "Round")),
        ("error.TOO_MANY_DOTS", say("Te veel stippen.", "Too many dots.")),
        ("error.TOO_MANY_PRIORITIES", say("Te veel tegelijk: kies er minder.", "Too much at a time: choose fewer.")),
        ("error.CLOSED", say("Deze ronde is voorbij.", "This round is over.")),
        ("error.NOT_READY", say("Nog niet alles is beslist.", "Not everything is decided yet.")),
        ("error.INDIVIDUAL_FIRST", say("Ieder kiest eerst voor zichzelf.", "Everybody chooses individually first.")),
        ("error.UNDER_THRESHOLD", say("Te weinig stemmen om al te tonen.", "Too few votes to show yet.")),
    ],
};
