//! What the kind says about itself: schemas, forms, texts. No behaviour.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, choice, list, map, opt, req, say};

const LEVELS: Shape = Shape::OneOf(&["learner", "teacher", "team", "school"]);
const STATUSES: Shape = Shape::OneOf(&["open", "doing", "done", "dropped"]);

const ACTION: &[Field] = &[
    req("action_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    req("text", Shape::Text { max: 300 }).ask("textarea", "Wat ga je doen?", "What will you do?"),
    opt("owner", Shape::Id).ask("person", "Wie trekt dit?", "Who leads this?"),
    opt("due", Shape::Date).ask("date", "Tegen wanneer?", "By when?"),
    opt("level", LEVELS).ask("radio", "Waar moet het iets veranderen?", "Where should it change something?").choices(
        &[
            choice("learner", "Bij de leerling", "For the pupil"),
            choice("teacher", "Bij de leraar", "For the teacher"),
            choice("team", "In het team", "In the team"),
            choice("school", "In de school", "In the school"),
        ],
    ),
    opt("status", STATUSES).ask("hidden", "Stand", "Status"),
    opt("reason", Shape::Line { max: 280 }).ask("hidden", "Reden", "Reason"),
    opt("link", Shape::Id)
        .ask("select", "Bij welk doel hoort het?", "Which goal does it belong to?")
        .from("inputs.goals"),
    opt("group", Shape::Id).ask("group", "Voor welk team?", "For which team?"),
];

const RESULT_ACTION: Shape = Shape::Object(&[
    req("action_id", Shape::Id),
    req("text", Shape::Text { max: 300 }),
    req("owner", Shape::OrNull(&Shape::Id)),
    req("former_owner", Shape::OrNull(&Shape::Id)),
    req("due", Shape::OrNull(&Shape::Date)),
    req("due_asked", Shape::OrNull(&Shape::Date)),
    req("level", Shape::OrNull(&LEVELS)),
    req("status", STATUSES),
    req("reason", Shape::OrNull(&Shape::Line { max: 280 })),
    req("link", Shape::OrNull(&Shape::Id)),
    req("group", Shape::OrNull(&Shape::Id)),
    req("history", list(&Shape::Object(&[req("status", STATUSES), req("date", Shape::Date), req("by", Shape::Id)]))),
]);

pub(crate) static SPEC: Spec = Spec {
    kind: "actions",
    purpose: say(
        "Afspreken wie wat doet en tegen wanneer, en dat opvolgen.",
        "Agree who does what by when, and follow it.",
    ),
    config: &[
        opt("max_active", Shape::Int { min: 1, max: 100 }),
        opt("owner_required", Shape::Bool),
        opt("due_required", Shape::Bool),
        opt("level_required", Shape::Bool),
        opt("link_required", Shape::Bool),
        opt("growth_phase", Shape::Bool),
        opt("groups", IDS),
        opt("every_group", Shape::Bool),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new("action", say("Een actie", "An action"), ACTION).sees_all(),
        EntrySpec::new(
            "status",
            say("Hoe staat het ermee?", "Where does it stand?"),
            &[
                req("action_id", Shape::Id).ask("select", "Welke actie?", "Which action?").from("result.actions"),
                req("status", STATUSES).ask("radio", "Hoe ver is het?", "How far is it?").choices(&[
                    choice("open", "Nog te doen", "To do"),
                    choice("doing", "Bezig", "Under way"),
                    choice("done", "Klaar", "Done"),
                    choice("dropped", "Vervalt", "Dropped"),
                ]),
                opt("reason", Shape::Line { max: 280 }).ask(
                    "text",
                    "Reden, als het vervalt",
                    "Reason, when it is dropped",
                ),
            ],
        )
        .sees_all(),
    ],
    result: &[
        req("actions", list(&RESULT_ACTION)),
        req("counts", map(&COUNT)),
        req("by_level", map(&COUNT)),
        req("overdue", Shape::OrNull(&IDS)),
        req("unassigned", IDS),
        req("by_group", map(&COUNT)),
        req("groups", IDS),
        req("groups_without", IDS),
        req("groups_with_owner", IDS),
    ],
    privacy: "P1",
    minutes: 10,
    error_words: &["INVALID", "TOO_MANY_PRIORITIES", "NO_FIRST_STEP"],
    texts: &[
        ("actions", say("Acties", "Actions")),
        ("overdue", say("Over de datum", "Overdue")),
        ("unassigned", say("Nog zonder eigenaar", "Still without an owner")),
        (
            "error.NO_FIRST_STEP",
            say(
                "Dit team heeft nog geen eerste stap met een eigenaar.",
                "This team has no first step with an owner yet.",
            ),
        ),
        (
            "error.TOO_MANY_PRIORITIES",
            say("Er lopen al genoeg acties tegelijk.", "Enough actions are under way already."),
        ),
    ],
};
