//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, list, map, opt, per, req, say};

const PUPIL: &[Field] = &[req("id", Shape::Id), opt("label", Shape::Label)];
/// Pupils: bare pseudonyms, or with a label.
pub(crate) const ROSTER: Shape = Shape::List { of: &Shape::Either(&[Shape::Id, Shape::Object(PUPIL)]), max: 60 };

const QUESTION: &[Field] = &[
    req("id", Shape::Id),
    opt("theme", Shape::Id),
    opt("label", Shape::Label),
    req("polarity", Shape::OneOf(&["+", "-"])),
    opt("max", Shape::Int { min: 1, max: 20 }),
];

const PAIR: Shape = Shape::List { of: &Shape::Id, max: 2 };
const PAIRS: Shape = Shape::List { of: &PAIR, max: 2000 };
const PARTS: Shape = list(&IDS);
const COUNTS: Shape = map(&COUNT);
const MEAN: Shape = Shape::OrNull(&Shape::Line { max: 12 });
const FLAGS: Shape = Shape::Object(&[
    req("chosen_often", IDS),
    req("no_positive", IDS),
    req("no_mutual", IDS),
    req("more_negative", IDS),
]);

const STRUCTURE: &[Field] = &[
    req("received_pos", COUNTS),
    req("received_neg", COUNTS),
    req("given", COUNTS),
    req("mutual_pos", PAIRS),
    req("mutual_neg", PAIRS),
    req("components", PARTS),
    req("mean", MEAN),
    req("sum_pos", COUNT),
    req("sum_neg", COUNT),
    req("flags", FLAGS),
];

const ANSWER: &[Field] = &[
    opt("pupil", Shape::Id).ask("select", "Wie ben je?", "Who are you?").from("config.roster"),
    req("question", Shape::Id),
    opt("nominated", Shape::List { of: &Shape::Id, max: 60 })
        .ask("multi", "Wie kies je?", "Whom do you choose?")
        .from("config.roster")
        .at_most("element.max")
        .help(
            "Niemand kiezen mag ook. Alleen je juf of meester ziet dit.",
            "You may choose nobody. Only your teacher sees this.",
        ),
];

pub(crate) static SPEC: Spec = Spec {
    kind: "sociogram",
    purpose: say(
        "Zien wie in de klas met wie graag omgaat, om niemand alleen te laten. Alleen voor de leraar.",
        "See who in class likes to be with whom, so that nobody is left alone. For the teacher only.",
    ),
    config: &[
        opt("roster", ROSTER),
        req("questions", Shape::List { of: &Shape::Object(QUESTION), max: 20 }),
        opt("ask", IDS),
        opt("max_positive", Shape::Int { min: 1, max: 20 }),
        opt("max_negative", Shape::Int { min: 1, max: 20 }),
        opt("statement", Shape::Label),
        opt("statement_confirmed", Shape::Bool),
        opt("viewers", IDS),
        opt("combine", IDS),
        opt("retention_days", Shape::Int { min: 1, max: 400 }),
    ],
    entries: &[
        EntrySpec::new(
            "statement",
            say("Vooraf aan de klas", "Beforehand to the class"),
            &[req("confirmed", Shape::Bool).ask(
                "checkbox",
                "Ik heb de leerlingen gezegd dat niemand hun antwoorden ziet.",
                "I told the pupils that nobody sees their answers.",
            )],
        )
        .sees_all(),
        EntrySpec::new("answer", say("Mijn keuze", "My choice"), ANSWER).sees_all().per(&[per(
            "question",
            "config.questions",
        )
        .only("config.ask")]),
        EntrySpec::new(
            "leave",
            say("Niet meer in de klas", "No longer in class"),
            &[req("pupil", Shape::Id).ask("select", "Wie ging weg?", "Who left?").from("config.roster")],
        )
        .sees_all(),
    ],
    result: &[
        req("answered", COUNT),
        req("roster", COUNT),
        req("members", IDS),
        req("unanswered", IDS),
        req("incomplete", Shape::Bool),
        req("statement_confirmed", Shape::Bool),
        req("received_pos", COUNTS),
        req("received_neg", COUNTS),
        req("given", COUNTS),
        req("mutual_pos", PAIRS),
        req("mutual_neg", PAIRS),
        req("components", PARTS),
        req("mean", MEAN),
        req("sum_pos", COUNT),
        req("sum_neg", COUNT),
        req("flags", FLAGS),
        req("themes", map(&Shape::Object(STRUCTURE))),
        req("not_together", PAIRS),
        req("erase_on", Shape::OrNull(&Shape::Date)),
        req("erased", Shape::Bool),
    ],
    privacy: "P4",
    minutes: 5,
    error_words: &[
        "INVALID",
        "NOT_ALLOWED",
        "STATEMENT_NOT_CONFIRMED",
        "SELF_NOMINATION",
        "NOT_ON_ROSTER",
        "TOO_MANY_NOMINATIONS",
        "NOT_READY",
    ],
    texts: &[
        ("answered", say("Leerlingen die antwoordden", "Pupils who answered")),
        ("incomplete", say("Nog te weinig antwoorden voor een goed beeld", "Too few answers for a good picture")),
        ("received_pos", say("Gekozen", "Chosen")),
        ("received_neg", say("Liever niet", "Rather not")),
        ("given", say("Koos zelf", "Chose")),
        ("mutual_pos", say("Kiezen elkaar", "Choose each other")),
        ("mutual_neg", say("Kiezen elkaar liever niet", "Rather not each other")),
        ("components", say("Groepjes die samenhangen", "Groups that hang together")),
        ("flags.chosen_often", say("Vaak gekozen", "Chosen often")),
        ("flags.no_positive", say("Door niemand gekozen", "Chosen by nobody")),
        ("flags.no_mutual", say("Geen wederzijdse keuze", "No choice in both directions")),
        ("flags.more_negative", say("Vaker liever niet dan gekozen", "More often rather not than chosen")),
        ("not_together", say("Liever niet samen zetten", "Rather not put together")),
        ("erase_on", say("Wordt gewist op", "Will be erased on")),
        ("erased", say("Gewist", "Erased")),
        (
            "error.STATEMENT_NOT_CONFIRMED",
            say("Bevestig eerst wat je aan de klas zei.", "First confirm what you told the class."),
        ),
        ("error.SELF_NOMINATION", say("Kies iemand anders dan jezelf.", "Choose somebody other than yourself.")),
        ("error.NOT_ON_ROSTER", say("Dit kind staat niet op de lijst.", "This child is not on the list.")),
        ("error.TOO_MANY_NOMINATIONS", say("Kies minder kinderen.", "Choose fewer children.")),
    ],
};
