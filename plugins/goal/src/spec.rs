//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, list, map, opt, req, say};

const LINE: Shape = Shape::Line { max: 200 };
const LINES: Shape = list(&LINE);
const TEXT: Shape = Shape::Text { max: 500 };
const NULLABLE_LINE: Shape = Shape::OrNull(&LINE);
const NULLABLE_TEXT: Shape = Shape::OrNull(&TEXT);
const NULLABLE_ID: Shape = Shape::OrNull(&Shape::Id);

const GOAL: &[Field] = &[
    req("goal_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    req("text", TEXT).ask("textarea", "Wat willen we bereiken?", "What do we want to reach?"),
    opt("concept", TEXT).ask("text", "Wat moeten leerlingen begrijpen?", "What must pupils understand?"),
    opt("skill", TEXT).ask("text", "Wat moeten leerlingen kunnen?", "What must pupils be able to do?"),
    opt("criteria", LINES).ask("list", "Waaraan zien we dat het lukt?", "How do we see that it works?"),
    opt("indicator", LINE).ask("text", "Wat meten of zien we?", "What do we measure or see?"),
    opt("baseline", LINE).ask("text", "Waar staan we nu?", "Where are we now?"),
    opt("horizon", LINE).ask("text", "Tegen wanneer?", "By when?"),
    opt("support", TEXT).ask("textarea", "Welke steun is er nodig?", "Which support is needed?"),
    opt("learning_question", TEXT).ask(
        "textarea",
        "Wat willen we hierover nog leren?",
        "What do we want to learn about this?",
    ),
    opt("example", TEXT).ask("textarea", "Welk voorbeeld helpt?", "Which example helps?"),
    opt("links", IDS)
        .ask("list", "Bij welke principes hoort het?", "Which principles does it belong to?")
        .from("inputs.principles"),
    opt("checks", map(&LINE))
        .ask("checkbox", "Kijk je doel na", "Check your goal")
        .from("config.checks")
        .help("Ja, nee, of een reden waarom het niet hoeft.", "Yes, no, or a reason why it need not."),
    opt("didactic", Shape::Bool).ask("checkbox", "Gaat over het lesgeven zelf", "Is about teaching itself"),
    opt("owner", Shape::Id).ask("person", "Wie trekt dit?", "Who leads this?"),
    opt("group", Shape::Id).ask("group", "Voor welk team?", "For which team?"),
    opt("part_of", Shape::Id).ask("select", "Tussendoel van", "Intermediate goal of").from("result.goals"),
];

const STANDING: &[Field] = &[
    req("goal_id", Shape::Id),
    req("text", TEXT),
    req("concept", NULLABLE_TEXT),
    req("skill", NULLABLE_TEXT),
    req("criteria", LINES),
    req("indicator", NULLABLE_LINE),
    req("baseline", NULLABLE_LINE),
    req("horizon", NULLABLE_LINE),
    req("support", NULLABLE_TEXT),
    req("learning_question", NULLABLE_TEXT),
    req("example", NULLABLE_TEXT),
    req("links", IDS),
    req("checks", map(&LINE)),
    req("didactic", Shape::Bool),
    req("owner", NULLABLE_ID),
    req("group", NULLABLE_ID),
    req("part_of", NULLABLE_ID),
    req("status", Shape::OneOf(&["open", "closed"])),
    req("close_reason", NULLABLE_TEXT),
    req("missing", LINES),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "goal",
    purpose: say(
        "Doelen kiezen die bij de principes passen, en nakijken of ze duidelijk genoeg zijn.",
        "Choose goals that fit the principles, and see whether they are clear enough.",
    ),
    config: &[
        opt(
            "checks",
            list(&Shape::OneOf(&[
                "compact",
                "concrete",
                "checkable",
                "concept",
                "skill",
                "clear",
                "realistic_challenging",
                "acceptable",
                "criteria",
                "smart",
            ])),
        ),
        opt("min_links", COUNT),
        opt("min_goals", COUNT),
        opt("max_goals", COUNT),
        opt("allow_intermediate", Shape::Bool),
        opt("require_didactic", Shape::Bool),
        opt("require_complete", Shape::Bool),
        opt("groups", IDS),
        opt("every_group", Shape::Bool),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new("goal", say("Doel", "Goal"), GOAL).sees_all(),
        EntrySpec::new(
            "close_goal",
            say("Doel afsluiten", "Close a goal"),
            &[
                req("goal_id", Shape::Id).ask("select", "Welk doel?", "Which goal?").from("result.goals"),
                req("reason", TEXT).ask("textarea", "Waarom sluit je het af?", "Why do you close it?"),
            ],
        )
        .sees_all(),
    ],
    result: &[
        req("goals", list(&Shape::Object(STANDING))),
        req("complete", IDS),
        req("incomplete", map(&LINES)),
        req("open", COUNT),
        req("closed", COUNT),
        req(
            "retired_links",
            list(&Shape::Object(&[req("goal", Shape::Id), req("link", Shape::Id), req("newer", LINE)])),
        ),
        req("by_group", map(&COUNT)),
        req("groups", IDS),
        req("groups_without", IDS),
        req("taken_away", IDS),
    ],
    privacy: "P1",
    minutes: 15,
    error_words: &["INVALID", "TOO_MANY_PRIORITIES", "GOAL_MISSING", "NOT_READY", "NO_DIDACTIC_GOAL"],
    texts: &[
        ("goals", say("Doelen", "Goals")),
        ("missing", say("Ontbreekt nog", "Still missing")),
        ("links", say("Principes", "Principles")),
        ("check.compact", say("Kort", "Short")),
        ("check.concrete", say("Concreet", "Concrete")),
        ("check.checkable", say("Na te gaan", "Checkable")),
        ("check.concept", say("Noemt wat leerlingen begrijpen", "Names what pupils understand")),
        ("check.skill", say("Noemt wat leerlingen kunnen", "Names what pupils can do")),
        ("check.clear", say("Duidelijk voor leerlingen", "Clear to pupils")),
        ("check.realistic_challenging", say("Haalbaar en toch uitdagend", "Within reach and yet challenging")),
        ("check.acceptable", say("Gedragen door het team", "Supported by the team")),
        ("check.criteria", say("Met succescriteria", "With success criteria")),
        ("error.GOAL_MISSING", say("Er is nog geen doel.", "There is no goal yet.")),
        ("error.TOO_MANY_PRIORITIES", say("Te veel doelen tegelijk.", "Too many goals at a time.")),
        ("error.NO_DIDACTIC_GOAL", say("Geen doel gaat over het lesgeven zelf.", "No goal is about teaching itself.")),
        ("error.NOT_READY", say("Een doel is nog niet volledig.", "A goal is not complete yet.")),
    ],
};
