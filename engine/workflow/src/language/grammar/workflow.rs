//! Grammar of the outermost level: the workflow, its configuration, data and roles.

use super::{Construct, Key, LINEAR_STEP, STATE, Shape};
use crate::language::pattern::Pattern;

/// A workflow document.
pub static WORKFLOW: Construct = Construct {
    name: "workflow",
    doc: "A workflow: a named, versioned definition of states and steps.",
    nullable: false,
    keys: &[
        Key::required("workflow", Shape::Name(Pattern::Kebab), "Name of the workflow."),
        Key::required(
            "version",
            Shape::Name(Pattern::Version),
            "Version of this definition; a published version never changes.",
        ),
        Key::new(
            "extends",
            Shape::Name(Pattern::Reference),
            "Workflow this one adapts: this document is laid over it. Maps merge, lists and values replace, `null` removes.",
        ),
        Key::new("title", Shape::Localised, "Title."),
        Key::new("purpose", Shape::Localised, "What it is for, shown to people before they start."),
        Key::new("hint", Shape::Localised, "A line of help."),
        Key::new(
            "tags",
            Shape::List(&Shape::Name(Pattern::Kebab)),
            "What sort of workflow it is, for the pedagogical rules: `study-day`, `learning-cycle`, `collegial-visit`, `video-visit`, `pdca-review`, `survey`. The workflow's own name counts as a tag.",
        ),
        Key::new(
            "privacy",
            PRIVACY,
            "Privacy class of what people contribute, unless a step says otherwise (default P1).",
        ),
        Key::new("config", Shape::Fields, "What must be given when an instance starts."),
        Key::new(
            "data",
            Shape::Map(Pattern::Id, &DATUM_SHAPE),
            "Values that the workflow itself keeps, with their first value.",
        ),
        Key::new("roles", Shape::Map(Pattern::Id, &Shape::Object(&ROLE)), "Roles that act in this workflow."),
        Key::new(
            "views",
            Shape::Map(Pattern::Id, &Shape::Values),
            "What a role sees of a running cycle as a whole: names with expressions; the first role that a reader holds counts.",
        ),
        Key::new(
            "texts",
            Shape::Map(Pattern::Locale, &Shape::Texts),
            "Texts by language and key; usually files `texts/<language>.yaml`.",
        ),
        Key::new("initial", Shape::Many(&Shape::Name(Pattern::Id)), "State in which it starts (default: the first)."),
        Key::new("states", Shape::Map(Pattern::Id, &Shape::Object(&STATE)), "States in order."),
        Key::new(
            "steps",
            Shape::List(&Shape::Object(&LINEAR_STEP)),
            "Linear form: steps one after the other, without states.",
        ),
    ],
};

/// Privacy classes.
pub const PRIVACY: Shape = Shape::Choice(&["P0", "P1", "P2", "P3", "P4"]);

static DATUM_SHAPE: Shape = Shape::Any;

/// A value of `data` in its long form.
pub static DATUM: Construct = Construct {
    name: "datum",
    doc: "A value of `data` in its long form; the short form is the first value itself.",
    nullable: true,
    keys: &[
        Key::required("type", Shape::Type, "Its type."),
        Key::new("default", Shape::Any, "Its first value (default: nothing)."),
    ],
};

/// A role.
pub static ROLE: Construct = Construct {
    name: "role",
    doc: "A role that acts in the workflow. Without `from` it is a role of the school: dir, coach, tch, zc, …",
    nullable: true,
    keys: &[
        Key::new("from", Shape::Expr, "Expression giving the ids of the people who hold it, such as `config.core`."),
        Key::new(
            "apart",
            Shape::List(&Shape::Name(Pattern::Id)),
            "Roles that must stay in other hands: who holds one of them cannot stand in for somebody in this role, such as the visited teacher for a visitor.",
        ),
        Key::new("title", Shape::Localised, "Name of the role."),
    ],
};

/// A type in its long form.
pub static FIELD: Construct = Construct {
    name: "field",
    doc: "A type in its long form; the short form is the type alone: `date`, `text(200)`, `[person]`.",
    nullable: false,
    keys: &[
        Key::new("type", Shape::Inner(&Shape::Type), "Name of a type, or a list with one type: `[person]`."),
        Key::new("enum", Shape::List(&Shape::Any), "The values it may have."),
        Key::new("fields", Shape::Inner(&Shape::Fields), "An object with these fields."),
        Key::new("map", Shape::Inner(&Shape::Type), "An object whose values all have this type."),
        Key::new("schema", Shape::Any, "A JSON Schema, when the types here do not suffice."),
        Key::new("required", Shape::Bool, "Whether it must be given."),
        Key::new("default", Shape::Any, "Value when it is not given."),
        Key::new("min", Shape::Number(i64::MIN, i64::MAX), "Smallest number, or least elements of a list."),
        Key::new("max", Shape::Number(i64::MIN, i64::MAX), "Largest number, or most elements of a list."),
        Key::new("title", Shape::Localised, "Name of the field."),
        Key::new("hint", Shape::Localised, "A line of help."),
    ],
};
