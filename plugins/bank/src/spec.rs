//! What the kind says about itself.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, NAMED, Shape, Spec, choice, list, map, opt, req, say};

/// The usual forms of help.
pub(crate) const FORMS: [&str; 4] = ["talk", "material", "visit", "co-teach"];

const TEXT: Shape = Shape::Text { max: 300 };
const LINE: Shape = Shape::Line { max: 160 };

const OFFER: &[Field] = &[
    req("offer_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    opt("person", Shape::Id).ask("hidden", "Wie", "Who"),
    req("topic", Shape::Id).ask("select", "Waarover?", "About what?").from("config.topics"),
    req("text", TEXT).ask("textarea", "Wat kun je delen?", "What can you share?"),
    opt("form", Shape::Id).ask("select", "Hoe?", "How?").from("config.forms").choices(&[
        choice("talk", "In een gesprek", "In a talk"),
        choice("material", "Met materiaal", "With material"),
        choice("visit", "Met een klasbezoek", "With a visit in class"),
        choice("co-teach", "Door samen les te geven", "By teaching together"),
    ]),
    opt("available", LINE).ask("text", "Wanneer kan het?", "When can it be?"),
];

const REQUEST: &[Field] = &[
    req("request_id", Shape::Id).ask("hidden", "Nummer", "Number"),
    req("topic", Shape::Id).ask("select", "Waarover?", "About what?").from("config.topics"),
    req("text", TEXT).ask("textarea", "Wat zoek je?", "What are you looking for?"),
];

const RESULT_OFFER: &[Field] = &[
    req("offer_id", Shape::Id),
    req("person", Shape::Id),
    req("topic", Shape::Id),
    req("text", TEXT),
    req("form", Shape::OrNull(&Shape::Id)),
    req("available", Shape::OrNull(&LINE)),
    req("paused", Shape::Bool),
];

const RESULT_REQUEST: &[Field] = &[
    req("request_id", Shape::Id),
    req("topic", Shape::Id),
    req("text", TEXT),
    req("since", Shape::Date),
    req("limit", Shape::OrNull(&Shape::Date)),
    req("status", Shape::OneOf(&["open", "matched", "closed", "unmet"])),
];

const TOPIC: &[Field] = &[req("offers", COUNT), req("requests", COUNT), req("open", COUNT), req("unmet", COUNT)];

pub(crate) static SPEC: Spec = Spec {
    kind: "bank",
    purpose: say(
        "Weten wie waarmee kan helpen: aanbod, vragen en wie elkaar vindt.",
        "Know who can help with what: offers, requests, and who finds whom.",
    ),
    config: &[
        opt("topics", list(&NAMED)),
        opt("forms", list(&NAMED)),
        opt("unmet_after", Shape::Int { min: 1, max: 200 }),
        opt("matchers", IDS),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new("offer", say("Ik kan helpen met", "I can help with"), OFFER).sees_all(),
        EntrySpec::new("request", say("Ik zoek hulp bij", "I look for help with"), REQUEST).sees_all(),
        EntrySpec::new(
            "match",
            say("Mensen samenbrengen", "Bring people together"),
            &[
                req("request", Shape::Id).ask("select", "Welke vraag?", "Which request?").from("result.requests"),
                req("offer", Shape::Id).ask("select", "Welk aanbod?", "Which offer?").from("result.offers"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "outcome",
            say("Hielp het?", "Did it help?"),
            &[
                req("request", Shape::Id).ask("select", "Welke vraag?", "Which request?").from("result.my_requests"),
                req("helped", Shape::OneOf(&["yes", "partly", "no"]))
                    .ask("radio", "Heeft het je geholpen?", "Did it help you?")
                    .choices(&[
                        choice("yes", "Ja", "Yes"),
                        choice("partly", "Een beetje", "A little"),
                        choice("no", "Nee", "No"),
                    ])
                    .help("Alleen jullie twee zien dit.", "Only the two of you see this."),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "pause",
            say("Mijn aanbod op pauze", "Pause my offer"),
            &[
                req("offer_id", Shape::Id).ask("select", "Welk aanbod?", "Which offer?").from("result.my_offers"),
                opt("paused", Shape::Bool),
            ],
        )
        .sees_all(),
    ],
    result: &[
        req("offers", list(&Shape::Object(RESULT_OFFER))),
        req("open_offers", IDS),
        req("requests", list(&Shape::Object(RESULT_REQUEST))),
        req("open_requests", IDS),
        req("unmet", map(&COUNT)),
        req("unmet_topics", IDS),
        req("topics", map(&Shape::Object(TOPIC))),
        req("suggestions", map(&IDS)),
        req("matches", COUNT),
        req("matched", map(&Shape::Id)),
    ],
    privacy: "P1",
    minutes: 5,
    error_words: &["INVALID", "NOT_ALLOWED", "CONFLICT"],
    texts: &[
        ("offers", say("Aanbod", "Offers")),
        ("requests", say("Vragen", "Requests")),
        ("unmet", say("Nog niemand gevonden", "Nobody found yet")),
        ("matches", say("Samengebracht", "Brought together")),
        ("suggestions", say("Wie kan helpen", "Who can help")),
        ("my_offers", say("Jouw aanbod", "Your offers")),
        ("my_requests", say("Jouw vragen", "Your requests")),
        ("my_matches", say("Met wie je samenwerkt", "With whom you work together")),
        ("status.open", say("Open", "Open")),
        ("status.matched", say("Iemand gevonden", "Somebody found")),
        ("status.closed", say("Afgerond", "Closed")),
        ("status.unmet", say("Wacht al lang", "Waits long")),
        ("error.NOT_ALLOWED", say("Je kunt alleen jezelf aanbieden.", "You can only offer yourself.")),
    ],
};
