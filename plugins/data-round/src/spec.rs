//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, choice, list, map, opt, per, req, say};

/// What may be behind a result, where the configuration names nothing else.
pub(crate) const CATEGORIES: [&str; 6] = ["action", "choice", "material", "organisation", "pupil", "other"];

const TEXT: Shape = Shape::Text { max: 500 };
const SHARE: Shape = Shape::OrNull(&Shape::Line { max: 12 });
const NUMBER: Shape = Shape::Int { min: 0, max: 1_000_000 };

const UNIT: &[Field] = &[
    req("id", Shape::Id),
    opt("label", Shape::Label),
    opt("group", Shape::Id),
    opt("teacher", Shape::Either(&[Shape::Id, IDS])),
];

const DATASET: &[Field] = &[
    req("unit", Shape::Id),
    req("period", Shape::Id),
    req("num", NUMBER).ask("number", "Hoeveel leerlingen halen het doel?", "How many pupils reach the goal?"),
    req("den", NUMBER).ask("number", "Van hoeveel leerlingen?", "Of how many pupils?"),
];
/// Results that the workflow brings along.
pub(crate) const DATASETS: Shape =
    list(&Shape::Object(&[req("unit", Shape::Id), req("period", Shape::Id), req("num", NUMBER), req("den", NUMBER)]));

const EXPLANATION: &[Field] = &[
    req("id", Shape::Id).ask("hidden", "Nummer", "Number"),
    opt("unit", Shape::Id).ask("select", "Over welke klas?", "About which class?").from("config.units"),
    req("direction", Shape::OneOf(&["up", "down", "same"])).ask("radio", "Hoe liep het?", "How did it go?").choices(&[
        choice("up", "Beter", "Better"),
        choice("down", "Minder goed", "Less well"),
        choice("same", "Hetzelfde", "The same"),
    ]),
    req("category", Shape::Id)
        .ask("select", "Wat heeft daar het meest mee te maken?", "What has most to do with that?")
        .from("config.categories")
        .choices(&[
            choice("action", "Wat ik deed in de les", "What I did in class"),
            choice("choice", "Een keuze die ik maakte", "A choice I made"),
            choice("material", "Het materiaal", "The material"),
            choice("organisation", "De organisatie", "The organisation"),
            choice("pupil", "De leerlingen", "The pupils"),
            choice("other", "Iets anders", "Something else"),
        ]),
    req("text", TEXT)
        .ask("textarea", "Vertel het kort", "Tell it in short")
        .help("Schrijf geen namen van leerlingen.", "Write no names of pupils."),
];

const RESOLVE: &[Field] = &[
    req("explanation_id", Shape::Id)
        .ask("select", "Welke verklaring?", "Which explanation?")
        .from("result.explanations"),
    req("new_category", Shape::Id)
        .ask("select", "Waar komt het op neer?", "What does it come down to?")
        .from("config.categories")
        .choices(&[
            choice("action", "Wat ik deed in de les", "What I did in class"),
            choice("choice", "Een keuze die ik maakte", "A choice I made"),
            choice("material", "Het materiaal", "The material"),
            choice("organisation", "De organisatie", "The organisation"),
            choice("other", "Iets anders", "Something else"),
        ]),
    req("text", TEXT).ask("textarea", "Wat zien jullie nu?", "What do you see now?"),
];

const CELLS: Shape = map(&Shape::OrNull(&Shape::Object(&[req("num", COUNT), req("den", COUNT), req("share", SHARE)])));

const LINE: &[Field] = &[
    req("id", Shape::Id),
    req("label", Shape::OrNull(&Shape::Label)),
    req("group", Shape::OrNull(&Shape::Id)),
    req("hidden", Shape::Bool),
    req("cells", CELLS),
    req("delta", SHARE),
];
const TOTAL: &[Field] = &[req("cells", CELLS), req("delta", SHARE), req("units", COUNT), req("left_out", COUNT)];
const GROUP: &[Field] =
    &[req("group", Shape::Id), req("cells", CELLS), req("delta", SHARE), req("units", COUNT), req("left_out", COUNT)];

const EXPLAINED: &[Field] = &[
    req("id", Shape::Id),
    req("unit", Shape::OrNull(&Shape::Id)),
    req("by", Shape::Id),
    req("direction", Shape::OneOf(&["up", "down", "same"])),
    req("category", Shape::Id),
    req("said", Shape::Id),
    req("text", TEXT),
    req("answer", Shape::OrNull(&TEXT)),
    req("probes", COUNT),
    req("resolved", Shape::Bool),
];

const IMPROVEMENT: &[Field] = &[
    req("id", Shape::Id),
    req("text", TEXT),
    req("owner", Shape::Id),
    req("due", Shape::OrNull(&Shape::Date)),
    req("explanation", Shape::OrNull(&Shape::Id)),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "data-round",
    purpose: say(
        "Samen naar resultaten kijken, zoeken wat er vanuit ons eigen werk achter zit, en kiezen wat beter kan.",
        "Look at results together, find what in our own work is behind them, and choose what can be better.",
    ),
    config: &[
        req("units", list(&Shape::Object(UNIT))),
        opt("periods", Shape::List { of: &NAMED, max: 12 }),
        opt("measure", Shape::Label),
        opt("small_cell", Shape::Int { min: 3, max: 1000 }),
        opt("categories", Shape::List { of: &Shape::Id, max: 20 }),
        opt("coordinators", IDS),
        opt("require_both_directions", Shape::Bool),
        opt("require_data", Shape::Bool),
        opt("min_sources", COUNT),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new("dataset", say("Resultaat", "Result"), DATASET)
            .sees_all()
            .per(&[per("unit", "config.units"), per("period", "result.periods")]),
        EntrySpec::new("explanation", say("Verklaring", "Explanation"), EXPLANATION).sees_all(),
        EntrySpec::new(
            "probe",
            say("Doorvragen", "Go on asking"),
            &[
                req("explanation_id", Shape::Id)
                    .ask("select", "Bij welke verklaring?", "About which explanation?")
                    .from("result.explanations"),
                req("text", TEXT).ask("textarea", "Wat wil je nog weten?", "What do you still want to know?"),
            ],
        )
        .sees_all(),
        EntrySpec::new("resolve", say("Bij nader inzien", "On second thoughts"), RESOLVE).sees_all(),
        EntrySpec::new(
            "improve",
            say("Wat kunnen we beter doen?", "What can we do better?"),
            &[
                opt("id", Shape::Id).ask("hidden", "Nummer", "Number"),
                req("text", TEXT).ask("textarea", "Wat ga je doen?", "What will you do?"),
                opt("owner", Shape::Id).ask("person", "Wie?", "Who?"),
                opt("due", Shape::Date).ask("date", "Tegen wanneer?", "By when?"),
                opt("explanation", Shape::Id)
                    .ask("select", "Hoort bij welke verklaring?", "Belongs to which explanation?")
                    .from("result.explanations"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "source",
            say("Andere gegevens", "Other data"),
            &[
                req("source_id", Shape::Id).ask("hidden", "Nummer", "Number"),
                req("kind", Shape::Id).ask("text", "Wat voor gegevens?", "Which kind of data?"),
                opt("text", TEXT).ask("textarea", "Wat zie je daarin?", "What do you see in them?"),
            ],
        ),
    ],
    result: &[
        req("periods", IDS),
        req("units", list(&Shape::Object(LINE))),
        req("groups", list(&Shape::Object(GROUP))),
        req("by_group", map(&Shape::Object(GROUP))),
        req("total", Shape::Object(TOTAL)),
        req("categories", map(&COUNT)),
        req("categories_said", map(&COUNT)),
        req("directions", map(&COUNT)),
        req("explanations", list(&Shape::Object(EXPLAINED))),
        req("unresolved", IDS),
        req("improvements", list(&Shape::Object(IMPROVEMENT))),
        req("one_sided", IDS),
        req("missing", list(&Shape::Line { max: 200 })),
        req("sources", IDS),
    ],
    privacy: "P3",
    minutes: 20,
    error_words: &["INVALID", "NOT_ALLOWED", "CONFLICT", "UNRESOLVED_BLAME", "NOT_READY"],
    texts: &[
        ("units", say("Klassen", "Classes")),
        ("groups", say("Leerjaren", "Grades")),
        ("total", say("Samen", "Together")),
        ("share", say("Aandeel", "Share")),
        ("delta", say("Verschil", "Difference")),
        ("hidden", say("Te weinig leerlingen om te tonen", "Too few pupils to show")),
        ("left_out", say("Niet meegeteld", "Left out")),
        ("own", say("Jouw klas", "Your class")),
        ("explanations", say("Verklaringen", "Explanations")),
        ("unresolved", say("Nog door te vragen", "Still to be asked about")),
        ("improvements", say("Wat we beter doen", "What we do better")),
        ("category.action", say("Wat we deden", "What we did")),
        ("category.choice", say("Keuzes", "Choices")),
        ("category.material", say("Materiaal", "Material")),
        ("category.organisation", say("Organisatie", "Organisation")),
        ("category.pupil", say("Leerlingen", "Pupils")),
        ("category.other", say("Iets anders", "Something else")),
        ("error.UNRESOLVED_BLAME", say("Vraag nog door bij deze verklaring.", "Go on asking about this explanation.")),
        ("error.NOT_READY", say("Er ontbreekt nog iets.", "Something is still missing.")),
    ],
};
