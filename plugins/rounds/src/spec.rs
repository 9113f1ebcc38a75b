//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, list, map, opt, per, req, say};

const TEXT: Shape = Shape::Text { max: 500 };
const NULLABLE_ID: Shape = Shape::OrNull(&Shape::Id);
const COUNTS: Shape = map(&COUNT);

const KIND: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("help", Shape::Label),
    opt("by", Shape::OneOf(&["all", "owner", "facilitator"])),
];
const ROUND: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("prompt", Shape::Label),
    opt("help", Shape::Label),
    opt("minutes", COUNT),
    opt("kinds", list(&Shape::Either(&[Shape::Id, Shape::Object(KIND)]))),
    opt("required_kinds", IDS),
    opt("first_kind", Shape::Id),
    opt("first_error", Shape::OneOf(&["POSITIVE_FIRST", "INVALID"])),
    opt("who", Shape::OneOf(&["all", "all_but_owner", "owner", "listed", "nobody"])),
    opt("people", IDS),
    opt("min_entries", Shape::Int { min: 1, max: 50 }),
    opt("pass", Shape::Bool),
    opt("about_required", Shape::Bool),
    opt("cover", IDS),
    opt("cover_error", Shape::OneOf(&["BKC_INCOMPLETE", "NOT_READY"])),
];

const ENTRY: EntrySpec = EntrySpec::new(
    "entry",
    say("Mijn inbreng", "My contribution"),
    &[
        req("round", Shape::Id),
        opt("kind", Shape::Id).ask("radio", "Wat breng je in?", "What do you bring?").from("element.kinds"),
        req("text", TEXT)
            .ask("textarea", "Wat wil je zeggen?", "What do you want to say?")
            .help("Kort en zonder namen van leerlingen.", "Short, without names of pupils."),
        opt("about", Shape::Line { max: 160 }).ask("text", "Waarover gaat het?", "What is it about?"),
        opt("entry_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    ],
)
.sees_all()
.per(&[per("round", "config.rounds")]);
const PASS: EntrySpec =
    EntrySpec::new("pass", say("Ik sla deze ronde over", "I pass this round"), &[req("round", Shape::Id)])
        .sees_all()
        .per(&[per("round", "config.rounds")]);
const ATTENDANCE: EntrySpec = EntrySpec::new(
    "attendance",
    say("Wie is er bij?", "Who is here?"),
    &[
        req("person", Shape::Id).ask("person", "Wie?", "Who?"),
        req("present", Shape::Bool).ask("checkbox", "Is erbij", "Is here"),
    ],
);
const CLOSE_ROUND: EntrySpec =
    EntrySpec::new("close_round", say("Ronde afsluiten", "Close the round"), &[req("round", Shape::Id)])
        .sees_all()
        .per(&[per("round", "config.rounds")]);

const SAID: &[Field] = &[
    req("id", Shape::Id),
    req("by", Shape::Id),
    req("text", TEXT),
    req("about", Shape::OrNull(&Shape::Line { max: 160 })),
];
const ROUND_RESULT: &[Field] = &[
    req("kinds", map(&list(&Shape::Object(SAID)))),
    req("counts", COUNTS),
    req("spoke", IDS),
    req("passed", IDS),
    req("missing", IDS),
    req("lacking", IDS),
    req("turn", NULLABLE_ID),
    req("closed", Shape::Bool),
    req("complete", Shape::Bool),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "rounds",
    purpose: say(
        "Om de beurt spreken: iedereen komt aan bod, in de afgesproken volgorde.",
        "Speak in turn: everybody gets a say, in the agreed order.",
    ),
    config: &[
        req("rounds", Shape::List { of: &Shape::Object(ROUND), max: 20 }),
        opt("people", IDS),
        opt("owner", Shape::Id),
        opt("facilitator", Shape::Id),
        opt("turn_mode", Shape::OneOf(&["free", "strict"])),
        opt("order", IDS),
        opt("ordered", Shape::Bool),
        opt("artifact", Shape::Line { max: 80 }),
    ],
    entries: &[ENTRY, PASS, ATTENDANCE, CLOSE_ROUND],
    result: &[
        req("rounds", map(&Shape::Object(ROUND_RESULT))),
        req("current", NULLABLE_ID),
        req("turn", NULLABLE_ID),
        req("missing", IDS),
        req("counts", COUNTS),
        req("entries", COUNT),
        req("passes", COUNT),
        req("present", IDS),
        req("absent", IDS),
    ],
    privacy: "P2",
    minutes: 20,
    error_words: &[
        "INVALID",
        "NOT_ALLOWED",
        "NOT_YOUR_TURN",
        "POSITIVE_FIRST",
        "ROUND_OPEN",
        "BKC_INCOMPLETE",
        "NOT_READY",
        "CLOSED",
        "CONFLICT",
    ],
    texts: &[
        ("rounds", say("Rondes", "Rounds")),
        ("spoke", say("Heeft gesproken", "Has spoken")),
        ("passed", say("Slaat over", "Passes")),
        ("missing", say("Moet nog", "Still to come")),
        ("turn", say("Aan de beurt", "Whose turn")),
        ("current", say("Bezig met", "Now")),
        ("lacking", say("Ontbreekt nog", "Still lacking")),
        ("present", say("Aanwezig", "Present")),
        ("absent", say("Afwezig", "Absent")),
        ("error.NOT_YOUR_TURN", say("Een ander is aan de beurt.", "It is somebody else's turn.")),
        ("error.POSITIVE_FIRST", say("Zeg eerst iets positiefs.", "Say something positive first.")),
        ("error.ROUND_OPEN", say("Nog niet iedereen kwam aan bod.", "Not everybody has spoken yet.")),
        (
            "error.BKC_INCOMPLETE",
            say(
                "Feedback heeft iets bevestigends, iets kritisch en iets constructiefs nodig.",
                "Feedback needs something confirming, something critical and something constructive.",
            ),
        ),
        ("error.NOT_READY", say("Er ontbreekt nog een soort inbreng.", "A kind of contribution is still lacking.")),
        ("error.CLOSED", say("Deze ronde is afgesloten.", "This round is closed.")),
        ("error.CONFLICT", say("Dit nummer is al van iemand anders.", "This number is somebody else's.")),
    ],
};
