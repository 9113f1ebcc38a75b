//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, list, map, opt, req, say};

const TEXT: Shape = Shape::Text { max: 3000 };
const MAYBE_ID: Shape = Shape::OrNull(&Shape::Id);
const MAYBE_DATE: Shape = Shape::OrNull(&Shape::Date);
const MOMENT: Field =
    req("moment", Shape::Date).ask("select", "Voor welk moment?", "For which moment?").from("result.moments");
const GROUP: Field = opt("group", Shape::Id)
    .ask("group", "Voor welk team?", "For which team?")
    .help("Alleen als je voor een ander team invult.", "Only when you fill this in for another team.");

const ADD_MOMENT: EntrySpec = EntrySpec::new(
    "moment",
    say("Verslagmoment afspreken", "Agree on a report moment"),
    &[req("date", Shape::Date).ask("date", "Wanneer is het verslag er?", "When is the report there?").help(
        "Is de school dan dicht, dan wordt het de volgende schooldag.",
        "If school is closed then, it becomes the next school day.",
    )],
);

const SECTION: EntrySpec = EntrySpec::new(
    "section",
    say("Deel van het verslag", "Part of the report"),
    &[
        MOMENT,
        req("id", Shape::Id).ask("select", "Welk deel?", "Which part?").from("config.sections"),
        req("text", TEXT)
            .ask("textarea", "Wat schrijf je?", "What do you write?")
            .help("Kort, zonder namen van leerlingen.", "Short, without names of pupils."),
        GROUP,
    ],
)
.sees_all();

const SUBMIT: EntrySpec =
    EntrySpec::new("submit", say("Verslag indienen", "Submit the report"), &[MOMENT, GROUP]).sees_all();

const ANSWER: EntrySpec = EntrySpec::new(
    "answer",
    say("Antwoord op een verslag", "Answer to a report"),
    &[
        MOMENT,
        req("item", Shape::Id).ask("select", "Op welk deel?", "To which part?").from("config.sections"),
        req("text", TEXT).ask("textarea", "Wat antwoord je?", "What do you answer?"),
        opt("group", Shape::Id).ask("group", "Aan welk team?", "To which team?"),
    ],
)
.sees_all();

const ACK: EntrySpec = EntrySpec::new("ack", say("Ik heb het gelezen", "I have read it"), &[MOMENT]).sees_all();

pub(crate) static SPEC: Spec = Spec {
    kind: "report",
    purpose: say(
        "Op afgesproken momenten verslag uitbrengen en antwoord krijgen.",
        "Report at agreed moments and get an answer.",
    ),
    config: &[
        opt(
            "sections",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                opt("label", Shape::Label),
                opt("binding", Shape::Id),
                opt("required", Shape::Bool),
                opt("process", Shape::Bool),
                opt("help", Shape::Bool),
            ])),
        ),
        opt("moments", list(&Shape::Date)),
        opt("year_end", Shape::Date),
        opt("growth_phase", Shape::Bool),
        opt("require_moment", Shape::Bool),
        opt("require_submitted", COUNT),
        opt("groups", IDS),
        opt("artifact", Shape::Id),
    ],
    entries: &[ADD_MOMENT, SECTION, SUBMIT, ANSWER, ACK],
    result: &[
        req("moments", list(&Shape::Date)),
        req("next_moment", MAYBE_DATE),
        req(
            "reports",
            Shape::List {
                of: &Shape::Object(&[
                    req("group", MAYBE_ID),
                    req("moment", Shape::Date),
                    req("status", Shape::OneOf(&["open", "on_time", "late", "missing"])),
                    req("submitted_on", MAYBE_DATE),
                    req("sections", map(&TEXT)),
                    req("answers", map(&TEXT)),
                ]),
                max: 10_000,
            },
        ),
        req("on_time", COUNT),
        req("late", COUNT),
        req("missing", COUNT),
        req("submitted", COUNT),
        req(
            "open_help",
            Shape::List {
                of: &Shape::Object(&[req("group", MAYBE_ID), req("moment", Shape::Date), req("section", Shape::Id)]),
                max: 10_000,
            },
        ),
        req("acked", map(&COUNT)),
        req("bound", map(&Shape::Any)),
        req("by_group", map(&COUNT)),
        req("groups", IDS),
        req("groups_without", IDS),
    ],
    privacy: "P1",
    minutes: 20,
    error_words: &["INVALID", "NOT_READY", "NO_REPORT_MOMENT", "MOVED"],
    texts: &[
        ("moments", say("Verslagmomenten", "Report moments")),
        ("next_moment", say("Volgend verslag", "Next report")),
        ("submitted", say("Ingediend", "Submitted")),
        ("on_time", say("Op tijd", "On time")),
        ("late", say("Te laat", "Late")),
        ("missing", say("Ontbreekt", "Missing")),
        ("open", say("Nog te doen", "To be done")),
        ("open_help", say("Vragen om hulp zonder antwoord", "Requests for help without an answer")),
        ("acked", say("Gelezen", "Read")),
        (
            "error.NO_REPORT_MOMENT",
            say("Er is nog geen verslagmoment afgesproken.", "No report moment has been agreed on yet."),
        ),
        ("error.NOT_READY", say("Het verslag is nog niet klaar.", "The report is not ready yet.")),
        (
            "error.MOVED",
            say("De school is dan dicht: de datum is verschoven.", "School is closed then: the date was moved."),
        ),
    ],
};
