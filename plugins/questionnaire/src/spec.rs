//! What the kind says about itself.

use draaiboek_sdk::{AUDIENCES, COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, list, map, opt, req, say};

use crate::texts::TEXTS;

const POINTS: Shape = Shape::Int { min: -1000, max: 1_000_000 };
const LONG: Shape = Shape::Text { max: 2000 };
const SHOWN: Shape = Shape::OrNull(&Shape::Line { max: 40 });
const NULLABLE_INT: Shape = Shape::OrNull(&Shape::Int { min: -1_000_000_000, max: 1_000_000_000 });
const COUNTS: Shape = map(&COUNT);
const DIST: Shape = list(&COUNT);
const LABELS: Shape = map(&Shape::Label);
const IDENTITY: Shape = Shape::OneOf(&["named", "pseudonymous", "anonymous"]);

const ITEM: &[Field] = &[
    req("id", Shape::Id),
    opt("kind", Shape::OneOf(&["scale", "choice", "multi", "text", "number"])),
    opt("label", Shape::Label),
    opt("help", Shape::Label),
    opt("min", POINTS),
    opt("max", POINTS),
    opt("na", Shape::Bool),
    opt("group", Shape::Id),
    opt("codes", IDS),
    opt("required", Shape::Bool),
    opt("options", list(&NAMED)),
    opt("labels", LABELS),
    opt("max_length", Shape::Int { min: 1, max: 2000 }),
    opt("picture", Shape::Line { max: 200 }),
];
const SCALE: &[Field] = &[opt("min", POINTS), opt("max", POINTS), opt("na", Shape::Bool), opt("labels", LABELS)];
const GROUP: &[Field] =
    &[req("id", Shape::Id), opt("label", Shape::Label), opt("part_of", Shape::Id), opt("own", Shape::Bool)];
const BREAKDOWN: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    req("options", list(&NAMED)),
    opt("from", Shape::OneOf(&["answer", "group", "role"])),
];

/// A value: a number, a word or text (`na` for not applicable), or several choices.
pub(crate) const VALUE: Shape = Shape::Either(&[POINTS, LONG, Shape::List { of: &Shape::Id, max: 100 }]);
const OWN_ITEM: &[Field] = &[
    req("id", Shape::Id).ask("hidden", "Nummer", "Number"),
    req("block", Shape::Id)
        .ask("select", "Bij welk deel hoort het?", "Which part does it belong to?")
        .from("config.groups"),
    req("text", Shape::Text { max: 500 }).ask("textarea", "Jouw eigen uitspraak", "Your own statement"),
    opt("value", POINTS).ask("scale", "Hoe ver sta je daarmee?", "How far are you with it?").defaults("config.scale"),
];

const ANSWERS: EntrySpec = EntrySpec::new(
    "answers",
    say("Mijn antwoorden", "My answers"),
    &[
        opt("about", map(&Shape::Id)).ask("radio", "Over jou", "About you").over("config.breakdowns").help(
            "Alleen om groepen te vergelijken. Kleine groepen tonen we nooit.",
            "Only to compare groups. Small groups are never shown.",
        ),
        req("answers", map(&VALUE))
            .ask("item", "Vragen", "Questions")
            .over("config.items")
            .only("config.ask")
            .defaults("config.scale"),
        opt("own_items", list(&Shape::Object(OWN_ITEM)))
            .ask("list", "Wat wil je zelf toevoegen?", "What do you want to add?")
            .when("config.allow_own_items", &["true"]),
    ],
);
const SHARE: EntrySpec = EntrySpec::new(
    "share",
    say("Wat ik deel", "What I share"),
    &[opt("groups", IDS)
        .ask("multi", "Welke delen tellen mee in het groepsbeeld?", "Which parts count in the group picture?")
        .from("config.groups")
        .help(
            "Anderen zien alleen cijfers van minstens vijf personen samen. Je kunt dit altijd veranderen.",
            "Others only see figures of at least five people together. You can always change this.",
        )
        .when("config.sharing", &["by_group"])],
);

const SUMS: &[Field] = &[
    req("n", COUNT),
    req("answers", COUNT),
    req("sum", NULLABLE_INT),
    req("mean", SHOWN),
    req("dist", DIST),
    req("under_threshold", Shape::Bool),
];
const ITEM_RESULT: &[Field] = &[
    req("n", COUNT),
    req("na", COUNT),
    req("sum", NULLABLE_INT),
    req("mean", SHOWN),
    req("dist", DIST),
    req("counts", COUNTS),
    req("shares", map(&SHOWN)),
    req("texts", list(&LONG)),
    req("under_threshold", Shape::Bool),
];
const ITEMS_RESULT: Shape = map(&Shape::Object(ITEM_RESULT));
const CELL: &[Field] = &[
    req("n", Shape::OrNull(&COUNT)),
    req("under_threshold", Shape::Bool),
    req("items", ITEMS_RESULT),
    req("total", Shape::Object(SUMS)),
];
const CHANGE: Shape = Shape::Object(&[req("before", SHOWN), req("after", SHOWN), req("delta", SHOWN)]);

pub(crate) static SPEC: Spec = Spec {
    kind: "questionnaire",
    purpose: say(
        "Ieder antwoordt eerst voor zichzelf; daarna is er een beeld van de groep, zonder namen.",
        "Everybody answers individually first; then there is a picture of the group, without names.",
    ),
    config: &[
        req("items", list(&Shape::Object(ITEM))),
        opt("scale", Shape::Object(SCALE)),
        opt("groups", list(&Shape::Object(GROUP))),
        opt("codes", list(&NAMED)),
        opt("ask", IDS),
        opt("identity", IDENTITY),
        opt("individual_first", Shape::Bool),
        opt("k", Shape::Int { min: 3, max: 100 }),
        opt("breakdowns", Shape::List { of: &Shape::Object(BREAKDOWN), max: 10 }),
        opt("allow_own_items", Shape::Bool),
        opt("sharing", Shape::OneOf(&["all", "by_group"])),
        opt("show_names", list(&Shape::OneOf(AUDIENCES))),
        opt("everybody", Shape::Bool),
        opt("extremes", Shape::Int { min: 0, max: 20 }),
        opt("wave", Shape::Id),
        opt("intro", Shape::Label),
        opt("artifact", Shape::Line { max: 80 }),
    ],
    entries: &[ANSWERS, SHARE],
    result: &[
        req(
            "response",
            Shape::Object(&[req("invited", Shape::OrNull(&COUNT)), req("answered", COUNT), req("share", SHOWN)]),
        ),
        req("missing", IDS),
        req("under_threshold", Shape::Bool),
        req("k", COUNT),
        req("items", ITEMS_RESULT),
        req("groups", map(&Shape::Object(SUMS))),
        req("codes", map(&Shape::Object(SUMS))),
        req("total", Shape::Object(SUMS)),
        req("breakdowns", map(&Shape::Object(&[req("cells", map(&Shape::Object(CELL)))]))),
        req("suppressed", list(&Shape::Line { max: 200 })),
        req("lowest", IDS),
        req("highest", IDS),
        req("own_items", map(&list(&Shape::Text { max: 500 }))),
        req("wave", Shape::OrNull(&Shape::Id)),
        req("comparison", Shape::OrNull(&Shape::Object(&[req("items", map(&CHANGE)), req("total", CHANGE)]))),
        req("people", map(&Shape::Any)),
    ],
    privacy: "P2+A",
    minutes: 10,
    error_words: &["INVALID", "NOT_READY", "INDIVIDUAL_FIRST", "UNDER_THRESHOLD"],
    texts: TEXTS,
};
