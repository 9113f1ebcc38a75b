//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, list, map, opt, req, say};

const NULLABLE_ID: Shape = Shape::OrNull(&Shape::Id);
const NULLABLE_LINE: Shape = Shape::OrNull(&Shape::Line { max: 120 });
const REASON: Shape = Shape::Text { max: 280 };

const GROUP: &[Field] = &[
    req("id", Shape::Id).ask("text", "Korte code", "Short code"),
    opt("label", Shape::Line { max: 120 }).ask("text", "Naam", "Name"),
    opt("kind", Shape::Id).ask("hidden", "Soort", "Kind"),
    opt("theme", Shape::Line { max: 120 }).ask("text", "Thema", "Theme"),
    req("members", IDS).ask("person", "Wie zit erin?", "Who is in it?").from("config.members"),
    opt("coach", Shape::Id).ask("person", "Wie begeleidt?", "Who coaches?").from("config.members"),
];

const RESULT_GROUP: &[Field] = &[
    req("id", Shape::Id),
    req("label", NULLABLE_LINE),
    req("kind", NULLABLE_ID),
    req("theme", NULLABLE_LINE),
    req("members", IDS),
    req("coach", NULLABLE_ID),
];

const RULE: &[Field] = &[
    req(
        "rule",
        Shape::OneOf(&["mixed_by", "same_by", "not_together", "with_one_of", "every_row_in_column", "one_coach"]),
    ),
    opt("attr", Shape::Id),
    opt("max", Shape::Either(&[Shape::OneOf(&["half_up"]), Shape::Int { min: 0, max: 1000 }])),
    opt("pairs", list(&Shape::List { of: &Shape::Id, max: 2 })),
    opt("member", Shape::Id),
    opt("set", IDS),
    opt("kind", Shape::Id),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "grouping",
    purpose: say(
        "Groepen, duo's of teams samenstellen en nagaan of ze aan de afspraken voldoen.",
        "Compose groups, pairs or teams and see whether they keep the rules.",
    ),
    config: &[
        opt("members", IDS),
        opt("attributes", map(&map(&Shape::Line { max: 120 }))),
        opt("size", Shape::Object(&[req("min", COUNT), req("max", COUNT)])),
        opt("count", Shape::Int { min: 1, max: 200 }),
        opt("overlap", Shape::Bool),
        opt("auto", Shape::Bool),
        opt("rules", list(&Shape::Object(RULE))),
        opt("coach_max", COUNT),
        opt("confirm_required", Shape::Bool),
        opt("end_date", Shape::Date),
    ],
    entries: &[
        EntrySpec::new(
            "propose",
            say("Groepen voorstellen", "Propose groups"),
            &[
                req("groups", list(&Shape::Object(GROUP))).ask("list", "De groepen", "The groups"),
                opt(
                    "unplaced",
                    list(&Shape::Object(&[
                        req("member", Shape::Id).ask("person", "Wie?", "Who?").from("config.members"),
                        req("reason", REASON).ask("text", "Waarom niet?", "Why not?"),
                    ])),
                )
                .ask("list", "Wie zit in geen groep?", "Who is in no group?"),
            ],
        ),
        EntrySpec::new(
            "set",
            say("Eén groep aanpassen", "Change one group"),
            &[
                req("group", Shape::Id).ask("select", "Welke groep?", "Which group?").from("result.groups"),
                opt("coach", Shape::Id).ask("person", "Wie begeleidt?", "Who coaches?").from("config.members"),
                opt("members", IDS).ask("person", "Wie zit erin?", "Who is in it?").from("config.members"),
                opt("label", Shape::Line { max: 120 }).ask("text", "Naam", "Name"),
                opt("kind", Shape::Id).ask("hidden", "Soort", "Kind"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "confirm",
            say("Groepen bevestigen", "Confirm the groups"),
            &[opt("reason", REASON)
                .ask("textarea", "Waarom wijken we af van de afspraken?", "Why do we depart from the rules?")
                .help("Alleen nodig als er nog een afspraak niet klopt.", "Only needed when a rule is still broken.")],
        )
        .sees_all(),
    ],
    result: &[
        req("groups", list(&Shape::Object(RESULT_GROUP))),
        req(
            "violations",
            list(&Shape::Object(&[
                req("rule", Shape::Line { max: 300 }),
                req("members", IDS),
                req("group", NULLABLE_ID),
            ])),
        ),
        req("unplaced", list(&Shape::Object(&[req("member", Shape::Id), req("reason", Shape::OrNull(&REASON))]))),
        req("without_coach", IDS),
        req("warnings", list(&Shape::Object(&[req("word", Shape::Id), req("args", IDS)]))),
        req("confirmed", Shape::Bool),
        req("revalidate", Shape::Bool),
        req("confirm_reason", Shape::OrNull(&REASON)),
        req("end_date", Shape::OrNull(&Shape::Date)),
        req("expired", Shape::Bool),
        req("suggestion", Shape::OrNull(&list(&Shape::Object(&[req("id", Shape::Id), req("members", IDS)])))),
        req("teams", IDS),
        req("coaches", map(&Shape::Id)),
    ],
    privacy: "P1",
    minutes: 15,
    error_words: &["INVALID", "NOT_ON_ROSTER", "NOT_READY"],
    texts: &[
        ("groups", say("Groepen", "Groups")),
        ("violations", say("Afspraken die niet kloppen", "Broken rules")),
        ("unplaced", say("Zonder groep", "Without a group")),
        ("without_coach", say("Zonder begeleider", "Without a coach")),
        ("suggestion", say("Voorstel", "Suggestion")),
        ("confirmed", say("Bevestigd", "Confirmed")),
        ("warning.NO_TEAM", say("Deze persoon zit in geen enkel team.", "This person is in no team.")),
        ("warning.COACH_OF_TOO_MANY", say("Deze persoon begeleidt veel teams.", "This person coaches many teams.")),
        ("warning.COACH_NOT_MEMBER", say("De begeleider zit niet in het team.", "The coach is not in the team.")),
        (
            "warning.THEME_WITHOUT_ROW",
            say("In dit themateam zit niemand van dat team.", "Nobody of that team is in this theme team."),
        ),
        ("error.NOT_ON_ROSTER", say("Deze persoon staat niet op de lijst.", "This person is not on the list.")),
        ("error.NOT_READY", say("De groepen zijn nog niet bevestigd.", "The groups are not confirmed yet.")),
    ],
};
