//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, choice, list, map, opt, per, req, say};

const VERSION: Shape = Shape::Int { min: 1, max: 10_000 };
const SOURCES: Shape = Shape::OneOf(&["vision", "principle", "rok", "goal", "other"]);
const RATINGS: Shape = Shape::Either(&[Shape::OneOf(&["2", "1", "0", "na"]), Shape::Int { min: 0, max: 2 }]);
const VERDICT: Shape = Shape::OneOf(&["met", "partly", "not_yet", "unrated"]);

/// Which material, in which version.
pub(crate) const SUBJECT: &[Field] = &[opt("material", Shape::Id), opt("version", VERSION), opt("title", Shape::Label)];

const CRITERION: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("source", SOURCES),
    opt("must", Shape::Bool),
    opt("ref", Shape::Id),
    opt("version", VERSION),
];

const GIVEN_CRITERION: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("text", Shape::Label),
    opt("source", SOURCES),
    opt("must", Shape::Bool),
    opt("ref", Shape::Id),
    opt("version", VERSION),
];

/// Criteria out of an earlier step: a list, or the principles of a school.
pub(crate) const GIVEN: Shape = Shape::Either(&[
    list(&Shape::Object(GIVEN_CRITERION)),
    Shape::Object(&[req("principles", list(&Shape::Object(GIVEN_CRITERION)))]),
]);

const RATING: &[Field] = &[
    req("criterion", Shape::Id),
    req("rating", RATINGS).ask("radio", "Zie je dit in het materiaal?", "Do you see this in the material?").choices(&[
        choice("2", "Ja, duidelijk", "Yes, clearly"),
        choice("1", "Voor een deel", "Partly"),
        choice("0", "Nog niet", "Not yet"),
        choice("na", "Niet van toepassing", "Does not apply"),
    ]),
    opt("evidence", Shape::Text { max: 500 })
        .ask("textarea", "Waar zie je dat, of wat mist er?", "Where do you see it, or what is missing?")
        .help("Schrijf over het materiaal, niet over de maker.", "Write about the material, not about its maker."),
];

const ROW: &[Field] = &[
    req("id", Shape::Id),
    req("label", Shape::OrNull(&Shape::Label)),
    req("source", Shape::OrNull(&SOURCES)),
    req("must", Shape::Bool),
    req("ref", Shape::OrNull(&Shape::Id)),
    req("version", Shape::OrNull(&VERSION)),
    req("n", COUNT),
    req("c2", COUNT),
    req("c1", COUNT),
    req("c0", COUNT),
    req("na", COUNT),
    req("verdict", VERDICT),
    req("by_version", map(&COUNT)),
    req("evidence", COUNT),
];

const SHOWN_SUBJECT: &[Field] = &[
    req("material", Shape::OrNull(&Shape::Id)),
    req("version", Shape::OrNull(&VERSION)),
    req("title", Shape::OrNull(&Shape::Label)),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "quality-test",
    purpose: say(
        "Materiaal toetsen aan criteria, zoals de eigen principes, en zien wat nog beter kan.",
        "Hold material against criteria, such as one's own principles, and see what can be better.",
    ),
    config: &[
        opt("subject", Shape::Object(SUBJECT)),
        opt("criteria", list(&Shape::Object(CRITERION))),
        opt("scale", Shape::List { of: &RATINGS, max: 4 }),
        opt("must_principles", Shape::Bool),
        opt("require_all", Shape::Bool),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new("rating", say("Oordeel", "Judgement"), RATING).per(&[per("criterion", "result.criteria")])
    ],
    result: &[
        req("subject", Shape::OrNull(&Shape::Object(SHOWN_SUBJECT))),
        req("criteria", list(&Shape::Object(ROW))),
        req("verdicts", map(&VERDICT)),
        req("met", IDS),
        req("partly", IDS),
        req("not_yet", IDS),
        req("unrated", IDS),
        req("must_open", IDS),
        req("overall", Shape::OneOf(&["pass", "adjust"])),
        req("raters", COUNT),
        req("other_version", COUNT),
    ],
    privacy: "P1",
    minutes: 15,
    error_words: &["INVALID", "NOT_READY"],
    texts: &[
        ("criteria", say("Criteria", "Criteria")),
        ("overall", say("Samen", "Together")),
        ("overall.pass", say("Klaar om te gebruiken", "Ready for use")),
        ("overall.adjust", say("Nog bijwerken", "To be improved")),
        ("verdict.met", say("In orde", "Met")),
        ("verdict.partly", say("Voor een deel", "Partly")),
        ("verdict.not_yet", say("Nog niet", "Not yet")),
        ("verdict.unrated", say("Nog niet beoordeeld", "Not judged yet")),
        ("must", say("Moet in orde zijn", "Must be met")),
        ("raters", say("Beoordelaars", "People who judged")),
        ("remarks", say("Opmerkingen", "Remarks")),
        ("other_version", say("Oordelen over een andere versie", "Judgements about another version")),
        ("error.NOT_READY", say("De toets is nog niet klaar.", "The test is not ready yet.")),
    ],
};
