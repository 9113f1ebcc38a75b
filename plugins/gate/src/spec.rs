//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, choice, list, map, opt, req, say};

const REASON: Shape = Shape::Text { max: 500 };
const NULLABLE_REASON: Shape = Shape::OrNull(&REASON);
const WHICH: Field =
    req("objection", Shape::Id).ask("select", "Welk bezwaar?", "Which objection?").from("result.open_objections");
const REASONS: Shape = list(&Shape::Line { max: 300 });

pub(crate) static SPEC: Spec = Spec {
    kind: "gate",
    purpose: say(
        "Beslissen of het verder kan: één beslisser, allen, een meerderheid, instemming zonder open bezwaar, of een lijst voorwaarden.",
        "Decide whether to go on: one decider, all, a majority, consent without open objection, or a list of conditions.",
    ),
    config: &[
        opt("question", Shape::Label),
        req("rule", Shape::OneOf(&["one", "all", "majority", "consent", "guards_only"])),
        opt("deciders", IDS),
        opt("deputies", map(&Shape::Id)),
        opt("closers", IDS),
        opt("close_after", Shape::Int { min: 0, max: 200 }),
        opt(
            "options",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                opt("label", Shape::Label),
                opt("event", Shape::Id),
                opt("unchecked", Shape::Bool),
            ])),
        ),
        opt("reason_for", IDS),
        opt(
            "checks",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                opt("label", Shape::Label),
                opt("expr", Shape::Text { max: 2000 }),
            ])),
        ),
        opt("quorum", COUNT),
    ],
    entries: &[
        EntrySpec::new(
            "decision",
            say("Beslissing", "Decision"),
            &[
                req("option", Shape::Id).ask("radio", "Wat beslis je?", "What do you decide?").from("config.options"),
                opt("reason", REASON).ask("textarea", "Waarom?", "Why?"),
            ],
        ),
        EntrySpec::new(
            "consent",
            say("Kun je hiermee leven?", "Can you live with this?"),
            &[
                req("value", Shape::OneOf(&["agree", "concern", "objection"]))
                    .ask("radio", "Hoe sta je ertegenover?", "Where do you stand?")
                    .choices(&[
                        choice("agree", "Ik ga mee", "I agree"),
                        choice("concern", "Ik heb een zorg, maar ga mee", "I have a concern but go along"),
                        choice("objection", "Ik heb een bezwaar", "I object"),
                    ]),
                opt("text", REASON).ask("textarea", "Wat is je zorg of bezwaar?", "What is your concern or objection?"),
            ],
        ),
        EntrySpec::new(
            "answer",
            say("Antwoord op een bezwaar", "Answer to an objection"),
            &[
                WHICH,
                req("text", Shape::Text { max: 1000 }).ask("textarea", "Wat is het antwoord?", "What is the answer?"),
            ],
        )
        .sees_all(),
        EntrySpec::new("close", say("Bezwaar afsluiten", "Close an objection"), &[WHICH]).sees_all(),
        EntrySpec::new(
            "park",
            say("Bezwaar later opnemen", "Take up an objection later"),
            &[
                WHICH,
                req("owner", Shape::Id).ask("person", "Wie neemt het op?", "Who takes it up?"),
                req("date", Shape::Date).ask("date", "Wanneer?", "When?"),
            ],
        )
        .sees_all(),
    ],
    result: &[
        req("option", Shape::OrNull(&Shape::Id)),
        req("by", IDS),
        req("reason", NULLABLE_REASON),
        req("votes", map(&COUNT)),
        req("passed", Shape::Bool),
        req("agree", COUNT),
        req("concern", COUNT),
        req("objection", COUNT),
        req("voters", COUNT),
        req("concerns", list(&Shape::Object(&[req("by", Shape::Id), req("text", NULLABLE_REASON)]))),
        req(
            "objections",
            list(&Shape::Object(&[
                req("id", Shape::Id),
                req("by", Shape::Id),
                req("text", NULLABLE_REASON),
                req("answer", Shape::OrNull(&Shape::Text { max: 1000 })),
                req("answered_on", Shape::OrNull(&Shape::Date)),
                req("closed", Shape::Bool),
                req("parked", Shape::Bool),
            ])),
        ),
        req("open_objections", IDS),
        req(
            "parked",
            list(&Shape::Object(&[req("objection", Shape::Id), req("owner", Shape::Id), req("date", Shape::Date)])),
        ),
        req("failed_checks", list(&Shape::Object(&[req("id", Shape::Id), req("reasons", REASONS)]))),
        req("reasons", REASONS),
    ],
    privacy: "P1",
    minutes: 5,
    error_words: &[
        "INVALID",
        "NOT_ALLOWED",
        "NOT_READY",
        "CONSENT_MISSING",
        "NO_TEAM",
        "NO_COACH",
        "NO_FIRST_DATE",
        "FIRST_DATE_TOO_LATE",
        "NO_FIRST_STEP",
        "NO_REPORT_MOMENT",
    ],
    texts: &[
        ("config.question", say("De vraag", "The question")),
        ("agree", say("Gaat mee", "Agrees")),
        ("concern", say("Zorg", "Concern")),
        ("objection", say("Bezwaar", "Objection")),
        ("open_objections", say("Open bezwaren", "Open objections")),
        ("parked", say("Later opnemen", "Taken up later")),
        ("reasons", say("Wat nog ontbreekt", "What is still missing")),
        ("option", say("Beslist", "Decided")),
        ("error.CONSENT_MISSING", say("Er is nog een bezwaar open.", "An objection is still open.")),
        ("error.NOT_READY", say("Er is nog niets beslist.", "Nothing is decided yet.")),
        ("error.NO_TEAM", say("Er is nog geen team.", "There is no team yet.")),
        ("error.NO_COACH", say("Dit team heeft nog geen begeleider.", "This team has no coach yet.")),
        ("error.NO_FIRST_DATE", say("Dit team heeft nog geen eerste datum.", "This team has no first date yet.")),
        ("error.FIRST_DATE_TOO_LATE", say("De eerste datum is te laat.", "The first date is too late.")),
        ("error.NO_FIRST_STEP", say("Dit team heeft nog geen eerste stap.", "This team has no first step yet.")),
        ("error.NO_REPORT_MOMENT", say("Er is nog geen moment van terugkoppeling.", "There is no report moment yet.")),
    ],
};
