//! What the kind says about itself.

use draaiboek_sdk::{
    AUDIENCES, COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, choice, list, map, opt, per, req, say,
};

const NOTE: Shape = Shape::Text { max: 1000 };
const SHOWN: Shape = Shape::OrNull(&Shape::Line { max: 40 });
const COUNTS: Shape = map(&COUNT);
const KIND: Shape = Shape::OneOf(&["seen", "scale", "choice", "note", "tally"]);
const POINT: Shape = Shape::Int { min: 0, max: 100 };
/// A number, or a word such as `seen`.
const VALUE: Shape = Shape::Either(&[Shape::Int { min: 0, max: 100_000 }, Shape::Id]);
const NULLABLE_DATE: Shape = Shape::OrNull(&Shape::Date);

const CRITERION: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("help", Shape::Label),
    opt("kind", KIND),
    opt("min", POINT),
    opt("max", POINT),
    opt("options", list(&NAMED)),
    opt("group", Shape::Id),
];
/// The criteria of an earlier step of this kind.
pub(crate) const GIVEN: Shape = list(&Shape::Object(CRITERION));

const OBSERVE: EntrySpec = EntrySpec::new(
    "observe",
    say("Wat ik zie", "What I see"),
    &[
        req("criterion", Shape::Id),
        opt("value", VALUE).ask("item", "Wat zie je?", "What do you see?"),
        opt("note", NOTE).ask("textarea", "Notitie", "Note").help(
            "Schrijf op wat je ziet en hoort, zonder namen van leerlingen.",
            "Write what you see and hear, without names of pupils.",
        ),
    ],
)
.sees_all()
.per(&[per("criterion", "result.criteria")]);
const ADD: EntrySpec = EntrySpec::new(
    "criterion",
    say("Punt voor de kijkwijzer", "Point for the viewing guide"),
    &[
        req("criterion_id", Shape::Id).ask("hidden", "Nummer", "Number"),
        req("label", Shape::Line { max: 200 }).ask("text", "Waar kijken we naar?", "What do we look at?"),
        opt("kind", KIND).ask("radio", "Hoe noteren we het?", "How do we note it?").choices(&[
            choice("seen", "Gezien of niet", "Seen or not"),
            choice("scale", "Een cijfer", "A figure"),
            choice("note", "Een notitie", "A note"),
            choice("tally", "Een aantal", "A number"),
        ]),
        opt("max", POINT).ask("number", "Hoogste cijfer", "Highest figure"),
    ],
)
.sees_all();
const VISIT: EntrySpec = EntrySpec::new(
    "visit",
    say("Het bezoek", "The visit"),
    &[
        req("date", Shape::Date).ask("date", "Wanneer was het?", "When was it?"),
        opt("lesson", Shape::Line { max: 160 }).ask("text", "Welke les?", "Which lesson?"),
    ],
);
const WITHDRAW: EntrySpec = EntrySpec::new(
    "withdraw",
    say("Alles intrekken", "Withdraw everything"),
    &[opt("reason", Shape::Text { max: 280 })],
);

const VALUE_BY: &[Field] = &[req("by", Shape::Id), req("value", VALUE)];
const NOTE_BY: &[Field] = &[req("by", Shape::Id), req("text", NOTE)];
const SEEN: &[Field] = &[
    req("values", list(&Shape::Object(VALUE_BY))),
    req("notes", list(&Shape::Object(NOTE_BY))),
    req("counts", COUNTS),
    req("n", COUNT),
    req("na", COUNT),
    req("sum", COUNT),
    req("mean", SHOWN),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "observation",
    purpose: say(
        "Kijken met een kijkwijzer en noteren wat je ziet, voor wie bezocht wordt.",
        "Look with a viewing guide and note what you see, for the person who is visited.",
    ),
    config: &[
        opt("guide", Shape::Object(&[req("criteria", GIVEN)])),
        opt("min_criteria", Shape::Int { min: 0, max: 100 }),
        opt("max_criteria", Shape::Int { min: 1, max: 100 }),
        opt("goal_ref", Shape::Line { max: 500 }),
        opt("owner", Shape::Id),
        opt("observers", IDS),
        opt("self_observation", Shape::Bool),
        opt("media", Shape::OneOf(&["none", "photo", "video"])),
        opt("limit_days", Shape::Int { min: 0, max: 100 }),
        opt("require_visit", Shape::Bool),
        opt("every_criterion", Shape::Bool),
        opt("shown_to", list(&Shape::OneOf(AUDIENCES))),
        opt("artifact", Shape::Line { max: 80 }),
    ],
    entries: &[OBSERVE, ADD, VISIT, WITHDRAW],
    result: &[
        req("criteria", list(&Shape::Object(CRITERION))),
        req("by_criterion", map(&Shape::Object(SEEN))),
        req("groups", map(&COUNTS)),
        req("observed", IDS),
        req("unobserved", IDS),
        req("observers", IDS),
        req("held", Shape::Bool),
        req("date", NULLABLE_DATE),
        req("lesson", Shape::OrNull(&Shape::Line { max: 160 })),
        req("limit", NULLABLE_DATE),
        req("stale", Shape::Bool),
        req("withdrawn", Shape::Bool),
        req("media", Shape::OneOf(&["none", "photo", "video"])),
    ],
    privacy: "P2",
    minutes: 25,
    error_words: &["INVALID", "NOT_ALLOWED", "NOT_READY", "CLOSED"],
    texts: &[
        ("criteria", say("Kijkwijzer", "Viewing guide")),
        ("values", say("Gezien", "Seen")),
        ("notes", say("Notities", "Notes")),
        ("value.seen", say("Gezien", "Seen")),
        ("value.not_seen", say("Niet gezien", "Not seen")),
        ("value.na", say("Niet van toepassing", "Not applicable")),
        ("date", say("Datum van het bezoek", "Date of the visit")),
        ("limit", say("Feedback ten laatste op", "Feedback at the latest on")),
        ("held", say("Bezoek gehouden", "Visit held")),
        ("withdrawn", say("Ingetrokken door de eigenaar", "Withdrawn by the owner")),
        ("unobserved", say("Nog niet bekeken", "Not looked at yet")),
        ("error.NOT_READY", say("Er ontbreekt nog iets.", "Something is still missing.")),
        ("error.CLOSED", say("Dit bezoek is ingetrokken.", "This visit was withdrawn.")),
    ],
};
