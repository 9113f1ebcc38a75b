//! What the kind says about itself: schemas, forms, texts. No behaviour.

use draaiboek_sdk::{COUNT, EntrySpec, Field, IDS, Shape, Spec, choice, list, map, opt, req, say};

const NUMBER: Shape = Shape::Int { min: 0, max: 10_000 };
const LINE: Shape = Shape::Line { max: 160 };
const TEXT: Shape = Shape::Text { max: 2_000 };
const REF: Shape = Shape::Line { max: 500 };
const WORKED: Shape = Shape::OneOf(&["yes", "partly", "no"]);

const WHICH: Field =
    req("material_id", Shape::Id).ask("select", "Welk materiaal?", "Which material?").from("result.materials");

const VERSION: Shape = Shape::Object(&[
    req("n", NUMBER),
    req("base", NUMBER),
    req("by", Shape::Id),
    req("text", Shape::OrNull(&TEXT)),
    req("ref", Shape::OrNull(&REF)),
    req("licence", Shape::OrNull(&LINE)),
    req("note", Shape::OrNull(&TEXT)),
    req("authors", IDS),
]);

const ITEM: Shape = Shape::Object(&[
    req("material_id", Shape::Id),
    req("title", LINE),
    req("kind", Shape::OrNull(&Shape::Id)),
    req("links", IDS),
    req("group", Shape::OrNull(&Shape::Id)),
    req("private", Shape::Bool),
    req("current", NUMBER),
    req("versions", list(&VERSION)),
    req("parallel", list(&NUMBER)),
]);

const TRIES: Shape =
    Shape::Object(&[req("teachers", COUNT), req("yes", COUNT), req("partly", COUNT), req("no", COUNT)]);

pub(crate) static SPEC: Spec = Spec {
    kind: "material",
    purpose: say(
        "Materiaal delen, verbeteren en in de klas uitproberen.",
        "Share material, improve it and try it out in class.",
    ),
    config: &[
        opt("library", Shape::Id),
        opt("kinds", IDS),
        opt("licence_required", Shape::Bool),
        opt(
            "tryout",
            Shape::Object(&[
                opt("min_teachers", Shape::Int { min: 1, max: 100 }),
                opt("from", Shape::Date),
                opt("to", Shape::Date),
            ]),
        ),
        opt("pupil_data", Shape::Bool),
        opt("coaches", IDS),
        opt("groups", IDS),
        opt("every_group", Shape::Bool),
        opt("artifact", Shape::Id),
    ],
    entries: &[
        EntrySpec::new(
            "add",
            say("Materiaal inbrengen", "Bring material"),
            &[
                req("material_id", Shape::Id).ask("hidden", "Nummer", "Number"),
                req("title", LINE).ask("text", "Titel", "Title"),
                opt("kind", Shape::Id).ask("select", "Soort", "Kind").from("config.kinds"),
                opt("text", TEXT).ask("textarea", "Beschrijving", "Description"),
                opt("ref", REF).ask("text", "Waar staat het?", "Where is it?"),
                opt("licence", LINE)
                    .ask("text", "Licentie", "Licence")
                    .help("Mogen anderen het gebruiken? Bijvoorbeeld CC BY.", "May others use it? For instance CC BY."),
                opt("links", IDS)
                    .ask("list", "Bij welke principes hoort het?", "Which principles does it belong to?")
                    .from("inputs.principles"),
                opt("authors", IDS).ask("person", "Wie maakte het?", "Who made it?"),
                opt("group", Shape::Id).ask("group", "Voor welk team?", "For which team?"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "revise",
            say("Een nieuwe versie", "A new version"),
            &[
                WHICH,
                opt("base", NUMBER).ask("hidden", "Versie", "Version"),
                opt("note", TEXT).ask("textarea", "Wat is er anders?", "What is different?"),
                opt("text", TEXT).ask("textarea", "Beschrijving", "Description"),
                opt("ref", REF).ask("text", "Waar staat het?", "Where is it?"),
                opt("licence", LINE).ask("text", "Licentie", "Licence"),
                opt("authors", IDS).ask("person", "Wie maakte het?", "Who made it?"),
            ],
        )
        .sees_all(),
        EntrySpec::new(
            "pick",
            say("Met deze versie verder", "Go on with this version"),
            &[WHICH, req("version", NUMBER).ask("number", "Welke versie?", "Which version?")],
        )
        .sees_all(),
        EntrySpec::new(
            "tryout",
            say("Uitgeprobeerd in de klas", "Tried out in class"),
            &[
                WHICH,
                opt("version", NUMBER).ask("hidden", "Versie", "Version"),
                req("class_label", Shape::Line { max: 40 }).ask("text", "Welke klas?", "Which class?"),
                opt("dates", list(&Shape::Date)).ask("list", "Wanneer?", "When?"),
                req("done", TEXT).ask("textarea", "Wat heb je gedaan?", "What did you do?"),
                req("worked", WORKED).ask("radio", "Werkte het?", "Did it work?").choices(&[
                    choice("yes", "Ja", "Yes"),
                    choice("partly", "Deels", "Partly"),
                    choice("no", "Nee", "No"),
                ]),
                opt("evidence", TEXT)
                    .ask("textarea", "Waaraan zag je dat?", "How did you see that?")
                    .help("Zonder namen van leerlingen.", "Without names of pupils."),
                opt("pupil_reaction", TEXT).ask(
                    "textarea",
                    "Hoe reageerden de leerlingen?",
                    "How did the pupils react?",
                ),
            ],
        )
        .sees_all(),
        EntrySpec::new("withdraw", say("Materiaal terugnemen", "Take material back"), &[WHICH]).sees_all(),
    ],
    result: &[
        req("materials", list(&ITEM)),
        req("withdrawn", IDS),
        req("tryouts", map(&map(&TRIES))),
        req("tried", IDS),
        req("untried", IDS),
        req("by_group", map(&COUNT)),
        req("groups", IDS),
        req("groups_without", IDS),
    ],
    privacy: "P1",
    minutes: 15,
    error_words: &["INVALID", "CONFLICT", "NOT_ALLOWED", "NO_TRYOUT", "NOT_READY"],
    texts: &[
        ("materials", say("Materiaal", "Material")),
        ("tryouts", say("Uitgeprobeerd", "Tried out")),
        (
            "error.NO_TRYOUT",
            say("Nog niet genoeg collega's hebben dit uitgeprobeerd.", "Not enough colleagues have tried this yet."),
        ),
        ("versions", say("Versies", "Versions")),
        ("parallel", say("Kies met welke versie jullie verder gaan", "Choose the version to go on with")),
        ("error.NOT_READY", say("Dit team bracht nog niets in.", "This team has brought nothing yet.")),
        ("error.CONFLICT", say("Kies een ander nummer voor je materiaal.", "Choose another id for your material.")),
    ],
};
