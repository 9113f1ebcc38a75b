//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, list, map, opt, req, say};

const REASON: Shape = Shape::Text { max: 300 };
const SUBJECT: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("from", Shape::Date),
    opt("until", Shape::Date),
    opt("by", Shape::Id),
];
/// Subjects: bare ids, or with label, dates and who holds their talks.
pub(crate) const ROSTER: Shape = list(&Shape::Either(&[Shape::Id, Shape::Object(SUBJECT)]));
/// Those who left: with the day, or only their ids.
pub(crate) const LEFT: Shape = Shape::Either(&[IDS, map(&Shape::Date)]);

const WATCH: &[Field] = &[
    req("min", Shape::Int { min: 0, max: 100 }),
    req("max", Shape::Int { min: 1, max: 100 }),
    opt("labels", map(&Shape::Label)),
    opt("low_max", Shape::Int { min: 0, max: 100 }),
    opt("times", Shape::Int { min: 1, max: 100 }),
    opt("window", Shape::Int { min: 1, max: 100 }),
    opt("k", Shape::Int { min: 3, max: 1000 }),
];

/// Asks for the subject, where the form is not one per subject.
const WHO: Field = req("subject", Shape::Id).ask("select", "Met wie?", "With whom?").from("result.to_do");
const ANYBODY: Field = req("subject", Shape::Id).ask("select", "Over wie?", "About whom?").from("result.subjects");
const WHICH: Field = opt("round", Shape::Id)
    .ask("select", "Welke ronde?", "Which round?")
    .from("config.rounds")
    .help("Leeg is de ronde van nu.", "Empty is the round of now.");

const DONE: &[Field] = &[
    WHO,
    WHICH,
    opt("date", Shape::Date)
        .ask("date", "Wanneer was het?", "When was it?")
        .help("Leeg is vandaag.", "Empty is today."),
    opt("share", Shape::Text { max: 300 })
        .ask("textarea", "Wat hebben jullie afgesproken?", "What did you agree?")
        .help("Alleen wat anderen mogen weten.", "Only what others may know."),
];

const NOTE: &[Field] = &[
    ANYBODY,
    WHICH,
    opt("answers", map(&Shape::Text { max: 2000 }))
        .ask("textarea", "Vragen bij het gesprek", "Questions for the talk")
        .over("config.questions"),
    opt("text", Shape::Text { max: 2000 })
        .ask("textarea", "Notitie", "Note")
        .help("Alleen jij leest dit.", "Only you read this."),
];

const VALUE: &[Field] = &[
    req("subject", Shape::Id).ask("select", "Wie ben je?", "Who are you?").from("config.roster"),
    opt("date", Shape::Date).ask("hidden", "Dag", "Day"),
    req("value", Shape::Int { min: 0, max: 100 })
        .ask("scale", "Hoe voel je je vandaag?", "How do you feel today?")
        .defaults("config.watch"),
    opt("word", Shape::Line { max: 40 }).ask("text", "Welk woord past daarbij?", "Which word fits?"),
];

const ROUND: &[Field] = &[
    req("id", Shape::Id),
    req("label", Shape::OrNull(&Shape::Label)),
    req("from", Shape::Date),
    req("to", Shape::Date),
    req("limit", Shape::Date),
    req("state", Shape::OneOf(&["to_come", "running", "carry", "over"])),
    req("roster", COUNT),
    req("done", COUNT),
    req("carried", COUNT),
    req("late_done", COUNT),
    req("open", COUNT),
    req("skipped", COUNT),
    req("reached", COUNT),
];

const NAME: &[Field] = &[req("id", Shape::Id), req("label", Shape::OrNull(&Shape::Label))];
const SKIPPED: &[Field] = &[req("subject", Shape::Id), req("round", Shape::Id), req("reason", REASON)];
const PLANNED: &[Field] = &[req("subject", Shape::Id), req("round", Shape::Id), req("date", Shape::Date)];
const TALK: &[Field] = &[
    req("subject", Shape::Id),
    req("round", Shape::Id),
    req("date", Shape::Date),
    req("status", Shape::OneOf(&["done", "carried", "late_done"])),
    req("by", Shape::Id),
];
const DAY: &[Field] = &[
    req("n", COUNT),
    req("held", Shape::Bool),
    req("dist", Shape::OrNull(&map(&COUNT))),
    req("mean", Shape::OrNull(&Shape::Line { max: 12 })),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "series",
    purpose: say(
        "Met iedereen op een lijst een gesprek of contact hebben, ronde na ronde, en zien wie nog niet geweest is.",
        "Have a talk or contact with everybody on a list, round after round, and see who has not had a turn.",
    ),
    config: &[
        opt("roster", ROSTER),
        opt(
            "rounds",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                opt("label", Shape::Label),
                req("from", Shape::Date),
                req("to", Shape::Date),
            ])),
        ),
        opt("conductor", Shape::Either(&[Shape::Id, IDS])),
        opt("questions", list(&NAMED)),
        opt("private_notes", Shape::Bool),
        opt("carry_over_days", Shape::Int { min: 0, max: 200 }),
        opt("max_attempts", Shape::Int { min: 1, max: 100 }),
        opt("require_done", Shape::Bool),
        opt("watch", Shape::Object(WATCH)),
    ],
    entries: &[
        EntrySpec::new("done", say("Gesprek gehad", "Talk held"), DONE).sees_all(),
        EntrySpec::new(
            "plan",
            say("Gesprek afspreken", "Agree on a talk"),
            &[WHO, WHICH, req("date", Shape::Date).ask("date", "Wanneer?", "When?")],
        )
        .sees_all(),
        EntrySpec::new(
            "skip",
            say("Gesprek gaat niet door", "No talk this time"),
            &[WHO, WHICH, req("reason", REASON).ask("textarea", "Waarom niet?", "Why not?")],
        )
        .sees_all(),
        EntrySpec::new(
            "attempt",
            say("Niet bereikt", "Not reached"),
            &[
                WHO,
                WHICH,
                opt("date", Shape::Date).ask("date", "Wanneer heb je het geprobeerd?", "When did you try?"),
                opt("note", REASON).ask("text", "Hoe?", "How?"),
            ],
        )
        .sees_all(),
        EntrySpec::new("private_note", say("Eigen notitie", "Note of your own"), NOTE).sees_all(),
        EntrySpec::new("value", say("Vandaag", "Today"), VALUE).sees_all(),
        EntrySpec::new(
            "join",
            say("Nieuw op de lijst", "New on the list"),
            &[
                req("subject", Shape::Id).ask("text", "Wie komt erbij?", "Who joins?"),
                opt("date", Shape::Date).ask("date", "Vanaf wanneer?", "From when?"),
                opt("label", Shape::Label).ask("text", "Naam", "Name"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "leave",
            say("Van de lijst", "Off the list"),
            &[ANYBODY, opt("date", Shape::Date).ask("date", "Vanaf wanneer?", "From when?")],
        )
        .sees_all(),
    ],
    result: &[
        req("rounds", list(&Shape::Object(ROUND))),
        req("by_round", map(&Shape::Object(ROUND))),
        req("open", map(&IDS)),
        req("skipped", Shape::List { of: &Shape::Object(SKIPPED), max: 20_000 }),
        req("planned", Shape::List { of: &Shape::Object(PLANNED), max: 20_000 }),
        req("talks", Shape::List { of: &Shape::Object(TALK), max: 20_000 }),
        req("held", COUNT),
        req("open_count", COUNT),
        req("current", Shape::OrNull(&Shape::Id)),
        req("next_due", Shape::OrNull(&Shape::Date)),
        req("roster", IDS),
        req("subjects", list(&Shape::Object(NAME))),
        req("to_do", list(&Shape::Object(NAME))),
        req("attempts", map(&map(&COUNT))),
        req("tried", IDS),
        req("low", IDS),
        req("low_today", IDS),
        req("low_often", IDS),
        req("days", map(&Shape::Object(DAY))),
    ],
    privacy: "P4",
    minutes: 10,
    error_words: &["INVALID", "NOT_ALLOWED", "NOT_ON_ROSTER", "NOT_READY"],
    texts: &[
        ("rounds", say("Rondes", "Rounds")),
        ("done", say("Op tijd", "In time")),
        ("carried", say("Kort na de ronde", "Shortly after the round")),
        ("late_done", say("Later", "Later")),
        ("open", say("Nog niet geweest", "Not yet")),
        ("skipped", say("Gaat niet door", "Not held")),
        ("planned", say("Afgesproken", "Agreed")),
        ("held", say("Gesprekken gehad", "Talks held")),
        ("next_due", say("Volgende termijn", "Next date")),
        ("shared", say("Afspraken", "Agreements")),
        ("notes", say("Jouw notities", "Your notes")),
        ("tried", say("Meermaals niet bereikt", "Not reached several times")),
        ("low", say("Om even mee te praten", "To have a word with")),
        ("low_today", say("Vandaag laag", "Low today")),
        ("low_often", say("Vaak laag deze week", "Often low lately")),
        ("days", say("De klas per dag", "The class by day")),
        ("held_back", say("Te weinig antwoorden om te tonen.", "Too few answers to show.")),
        ("error.NOT_ON_ROSTER", say("Staat niet op de lijst.", "Not on the list.")),
        ("error.NOT_READY", say("Nog niet iedereen is geweest.", "Not everybody has had a turn.")),
    ],
};
