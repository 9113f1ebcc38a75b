//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, choice, list, map, opt, per, req, say};

const COUNTS: Shape = map(&COUNT);
const SHOWN: Shape = Shape::OrNull(&Shape::Line { max: 40 });
const SHARES: Shape = map(&SHOWN);
const TEXT: Shape = Shape::Text { max: 280 };
/// One more or one fewer; a form sends the word, a program the number.
const DELTA: Shape = Shape::Either(&[Shape::Int { min: -1, max: 1 }, Shape::OneOf(&["+1", "-1"])]);
const NAMES: Shape = list(&NAMED);

const MARK: EntrySpec = EntrySpec::new(
    "mark",
    say("Turven", "Count"),
    &[
        req("category", Shape::Id),
        opt("session", Shape::Id).ask("select", "Welk moment?", "Which moment?").from("config.sessions"),
        opt("subject", Shape::Id).ask("select", "Over wie of wat?", "About whom or what?").from("config.subjects"),
        opt("tone", Shape::Id).ask("radio", "Hoe klonk het?", "How did it sound?").from("config.tones"),
        opt("delta", DELTA)
            .ask("buttons", "Tel", "Count")
            .choices(&[choice("+1", "Eén erbij", "One more"), choice("-1", "Eén minder", "One fewer")]),
        opt("times", Shape::Int { min: 1, max: 500 }).ask("hidden", "Aantal keer", "How many times"),
        opt("mark_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    ],
)
.sees_all()
.per(&[per("category", "config.categories")]);
const OBSERVED: EntrySpec = EntrySpec::new(
    "observed",
    say("Ik keek, ook als ik niets telde", "I watched, even if I counted nothing"),
    &[opt("session", Shape::Id).ask("select", "Welk moment?", "Which moment?").from("config.sessions")],
);
const EXAMPLE: EntrySpec = EntrySpec::new(
    "example",
    say("Een voorbeeld zonder naam", "An example without a name"),
    &[
        req("category", Shape::Id).ask("select", "Waarvan is dit een voorbeeld?", "Of what?").from("config.categories"),
        req("text", TEXT).ask("textarea", "Wat hoorde of zag je?", "What did you hear or see?").help(
            "Niet woordelijk, en zonder te zeggen wie het was.",
            "Not word for word, and without saying who it was.",
        ),
    ],
);

const VALUE: &[Field] = &[req("num", Shape::Int { min: 0, max: i64::MAX }), req("den", COUNT), req("shown", SHOWN)];
const VALUES: Shape = map(&Shape::Object(VALUE));
const SUMMED: &[Field] =
    &[req("counts", COUNTS), req("values", VALUES), req("shares", SHARES), req("groups", VALUES), req("all", COUNT)];
const SESSION: &[Field] = &[
    req("counts", COUNTS),
    req("values", VALUES),
    req("shares", SHARES),
    req("groups", VALUES),
    req("all", COUNT),
    req("observers", COUNT),
    req("single_observer", Shape::Bool),
];
const SUBJECT: &[Field] =
    &[req("counts", COUNTS), req("all", COUNT), req("share", SHOWN), req("shares", SHARES), req("tones", COUNTS)];

pub(crate) static SPEC: Spec = Spec {
    kind: "tally",
    purpose: say(
        "Tellen wat er gebeurt, per soort en per moment, alleen of met meer kijkers.",
        "Count what happens, by category and moment, alone or with several observers.",
    ),
    config: &[
        req("categories", NAMES),
        opt("sessions", NAMES),
        opt("subjects", NAMES),
        opt("tones", NAMES),
        opt("observers", IDS),
        opt("combine", Shape::OneOf(&["sum", "mean_of_observers"])),
        opt("allow_minus", Shape::Bool),
        opt("every_session", Shape::Bool),
        opt("pooled", Shape::OneOf(&["sessions", "observers"])),
        opt("k", Shape::Int { min: 3, max: 100 }),
        opt("artifact", Shape::Line { max: 80 }),
    ],
    entries: &[MARK, OBSERVED, EXAMPLE],
    result: &[
        req("total", Shape::Object(SUMMED)),
        req("sessions", map(&Shape::Object(SESSION))),
        req("subjects", map(&Shape::Object(SUBJECT))),
        req("tones", COUNTS),
        req("subjects_without", map(&IDS)),
        req("observers", IDS),
        req("per_observer", map(&map(&COUNTS))),
        req("max_observer_difference", map(&COUNTS)),
        req("single_observer", IDS),
        req("sessions_without", IDS),
        req("examples", map(&list(&TEXT))),
    ],
    privacy: "P2",
    minutes: 20,
    error_words: &["INVALID", "NOT_ALLOWED", "BELOW_ZERO", "NOT_READY", "UNDER_THRESHOLD"],
    texts: &[
        ("counts", say("Aantallen", "Counts")),
        ("values", say("Samen", "Combined")),
        ("shares", say("Deel", "Share")),
        ("total", say("Totaal", "Total")),
        ("sessions", say("Momenten", "Moments")),
        ("subjects", say("Over wie of wat", "About whom or what")),
        ("observers", say("Kijkers", "Observers")),
        ("single_observer", say("Eén kijker", "One observer")),
        ("max_observer_difference", say("Grootste verschil tussen kijkers", "Greatest difference between observers")),
        ("examples", say("Voorbeelden", "Examples")),
        ("subjects_without", say("Zonder", "Without")),
        ("error.BELOW_ZERO", say("Minder dan nul kan niet.", "Fewer than none is not possible.")),
        ("error.NOT_READY", say("Op een moment is nog niet geteld.", "A moment has no counts yet.")),
        ("error.UNDER_THRESHOLD", say("Te weinig om samen te tonen.", "Too few to show together.")),
    ],
};
