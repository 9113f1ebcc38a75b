//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, IDS, Shape, Spec, list, map, opt, req, say};

const TIME: Shape = Shape::Line { max: 5 };
const MINUTES: Shape = Shape::Int { min: 0, max: 1440 };
const TEXT: Shape = Shape::Text { max: 1000 };
const MAYBE_ID: Shape = Shape::OrNull(&Shape::Id);
const MAYBE_DATE: Shape = Shape::OrNull(&Shape::Date);

const EARLIER_ITEMS: Shape = list(&Shape::Object(&[
    req("id", Shape::Id),
    req("title", Shape::Label),
    opt("minutes", Shape::OrNull(&MINUTES)),
    opt("status", Shape::Line { max: 20 }),
]));
/// What an earlier meeting put off: its items, or its whole result or minutes.
pub(crate) const PARKED: Shape = Shape::Either(&[EARLIER_ITEMS, Shape::Object(&[req("items", EARLIER_ITEMS)])]);

const ATTENDANCE: EntrySpec = EntrySpec::new(
    "attendance",
    say("Aanwezigheid", "Attendance"),
    &[
        req("person", Shape::Id).ask("person", "Wie?", "Who?"),
        req("present", Shape::Bool).ask("checkbox", "Is aanwezig", "Is present"),
        opt("from", TIME).ask("text", "Vanaf", "From").help("Bijvoorbeeld 14:00.", "Such as 14:00."),
        opt("to", TIME).ask("text", "Tot", "Until").help("Bijvoorbeeld 15:30.", "Such as 15:30."),
    ],
);

const ITEM: EntrySpec = EntrySpec::new(
    "item",
    say("Agendapunt", "Item for the agenda"),
    &[
        req("item_id", Shape::Id).ask("hidden", "Nummer", "Number"),
        req("title", Shape::Line { max: 160 }).ask("text", "Waarover gaat het?", "What is it about?"),
        opt("minutes", MINUTES).ask("number", "Hoeveel minuten?", "How many minutes?"),
    ],
);

const DECISION: EntrySpec = EntrySpec::new(
    "decision",
    say("Besluit", "Decision"),
    &[
        req("decision_id", Shape::Id).ask("hidden", "Nummer", "Number"),
        req("text", TEXT).ask("textarea", "Wat is er afgesproken?", "What was agreed?"),
        opt("item", Shape::Id).ask("select", "Bij welk agendapunt?", "Which item is it about?").from("result.items"),
    ],
)
.sees_all();

const PARK: EntrySpec = EntrySpec::new(
    "park",
    say("Doorschuiven naar de volgende keer", "Put off to the next time"),
    &[req("item", Shape::Id).ask("select", "Welk agendapunt?", "Which item?").from("result.items")],
)
.sees_all();

const PLAN: EntrySpec = EntrySpec::new(
    "plan",
    say("Datum afspreken", "Agree on a date"),
    &[
        req("id", Shape::Id).ask("hidden", "Nummer", "Number"),
        req("date", Shape::Date).ask("date", "Wanneer komen jullie samen?", "When do you meet?").help(
            "Is de school dan dicht, dan wordt het een week later.",
            "If school is closed then, it becomes a week later.",
        ),
        opt("for", Shape::Id).ask("group", "Voor welk team?", "For which team?"),
        opt("from", TIME).ask("text", "Vanaf", "From").help("Bijvoorbeeld 14:00.", "Such as 14:00."),
        opt("to", TIME).ask("text", "Tot", "Until").help("Bijvoorbeeld 15:30.", "Such as 15:30."),
    ],
);

pub(crate) static SPEC: Spec = Spec {
    kind: "meeting",
    purpose: say(
        "Samenkomen: data afspreken, aanwezigheid, agenda en besluiten bijhouden.",
        "Meet: agree on dates, keep attendance, agenda and decisions.",
    ),
    config: &[
        opt("dates", list(&Shape::Date)),
        opt(
            "rule",
            Shape::Object(&[
                req("first", Shape::Date),
                req("every_weeks", Shape::Int { min: 1, max: 52 }),
                opt("until", Shape::Date),
                opt("count", Shape::Int { min: 1, max: 200 }),
            ]),
        ),
        opt(
            "agenda",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("title", Shape::Label),
                opt("minutes", MINUTES),
                opt("step_ref", Shape::Id),
                opt("standing", Shape::Bool),
            ])),
        ),
        opt("chair", Shape::Id),
        opt("quorum", COUNT),
        opt("invited", IDS),
        opt("groups", IDS),
        opt("every_group", Shape::Bool),
        opt(
            "first_within",
            Shape::Object(&[req("from", Shape::Date), req("schooldays", Shape::Int { min: 0, max: 400 })]),
        ),
        opt("artifact", Shape::Id),
    ],
    entries: &[PLAN, ATTENDANCE, ITEM, DECISION, PARK],
    result: &[
        req("present", IDS),
        req("absent", IDS),
        req(
            "items",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("title", Shape::Label),
                req("minutes", Shape::OrNull(&MINUTES)),
                req("status", Shape::OneOf(&["done", "parked"])),
            ])),
        ),
        req("parked", IDS),
        req(
            "decisions",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("text", TEXT),
                req("item", MAYBE_ID),
                req("provisional", Shape::Bool),
            ])),
        ),
        req("quorum_met", Shape::Bool),
        req("dates", list(&Shape::Object(&[req("date", Shape::Date), req("moved_from", MAYBE_DATE)]))),
        req("next", MAYBE_DATE),
        req(
            "planned",
            map(&Shape::Object(&[
                req("date", Shape::Date),
                req("for", MAYBE_ID),
                req("from", Shape::OrNull(&TIME)),
                req("to", Shape::OrNull(&TIME)),
                req("moved_from", MAYBE_DATE),
            ])),
        ),
        req("first", map(&Shape::Date)),
        req("limit", MAYBE_DATE),
        req("too_late", IDS),
        req("by_group", map(&COUNT)),
        req("groups", IDS),
        req("groups_without", IDS),
    ],
    privacy: "P1",
    minutes: 10,
    error_words: &["INVALID", "NO_FIRST_DATE", "FIRST_DATE_TOO_LATE", "MOVED"],
    texts: &[
        ("config.agenda", say("Agenda", "Agenda")),
        ("present", say("Aanwezig", "Present")),
        ("absent", say("Afwezig", "Absent")),
        ("items", say("Agenda", "Agenda")),
        ("parked", say("Voor de volgende keer", "For the next time")),
        ("decisions", say("Besluiten", "Decisions")),
        ("provisional", say("Voorlopig: te weinig aanwezigen", "Provisional: too few present")),
        ("next", say("Volgende samenkomst", "Next meeting")),
        ("planned", say("Afgesproken data", "Dates agreed")),
        ("limit", say("Uiterste datum", "Last possible date")),
        ("error.NO_FIRST_DATE", say("Dit team heeft nog geen eerste datum.", "This team has no first date yet.")),
        (
            "error.FIRST_DATE_TOO_LATE",
            say("De eerste datum van dit team valt te laat.", "The first date of this team is too late."),
        ),
        (
            "error.MOVED",
            say("De school is dan dicht: de datum is verschoven.", "School is closed then: the date was moved."),
        ),
    ],
};
