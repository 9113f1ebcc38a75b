//! The grammar of the language as data: constructs, their keys, and the shape of each value.
//!
//! One table serves the validator, the suggestions, the JSON Schema for editors and the reference page, so that
//! they cannot disagree. What names refer to is not checked here.

mod action;
mod instrument;
mod mapping;
mod state;
mod step;
mod workflow;

pub use action::{ACTION, ACTIONS};
pub use instrument::INSTRUMENT;
pub use mapping::MAPPING;
pub use state::{EACH, REQUIREMENT, RUN, STATE, TRANSITION};
pub use step::{LINEAR_STEP, STEP};
pub use workflow::{DATUM, FIELD, WORKFLOW};

use super::pattern::Pattern;

/// The shape of a value.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A text of some form.
    Name(Pattern),
    /// A text for people: Dutch as it stands, or by language.
    Localised,
    /// `true` or `false`.
    Bool,
    /// A whole number between bounds.
    Number(i64, i64),
    /// An expression (CEL).
    Expr,
    /// A time rule, such as `10 schooldays`.
    Rule,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// Anything.
    Any,
    /// Names with values; a text is an expression, anything else stands for itself.
    Values,
    /// A list.
    List(&'static Shape),
    /// One, or a list of them.
    Many(&'static Shape),
    /// Names of some form with values of one shape.
    Map(Pattern, &'static Shape),
    /// A map with known keys.
    Object(&'static Construct),
    /// A map whose kind follows from the key it has.
    Tagged(&'static [&'static Construct]),
    /// The first of these that fits what is written.
    Either(&'static [Shape]),
    /// Names with types, or a JSON Schema under `schema`.
    Fields,
    /// A type: `date`, `[person]`, `{type: text(200), required: true}`.
    Type,
    /// Texts: keys with texts, nested at will.
    Texts,
    /// A shape that stands elsewhere, so that shapes can contain themselves.
    Ref(&'static Shape),
    /// A shape that is checked where the map around it is understood.
    Inner(&'static Shape),
}

/// A construct: a map with known keys.
#[derive(Debug)]
pub struct Construct {
    /// Name in messages and in the schema.
    pub name: &'static str,
    /// What it is.
    pub doc: &'static str,
    /// Whether it may be left empty.
    pub nullable: bool,
    /// Its keys.
    pub keys: &'static [Key],
}

/// A key of a construct.
#[derive(Debug)]
pub struct Key {
    /// As written.
    pub name: &'static str,
    /// Shape of its value.
    pub shape: Shape,
    /// Whether it must be given.
    pub required: bool,
    /// What it does.
    pub doc: &'static str,
}

impl Key {
    const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: false, doc }
    }

    const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, required: true, doc }
    }
}

impl Construct {
    /// The key of a name.
    pub fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// All constructs, outermost first: the chapters of the reference.
pub fn all() -> Vec<&'static Construct> {
    let mut all = vec![
        &WORKFLOW,
        &FIELD,
        &DATUM,
        &workflow::ROLE,
        &STATE,
        &STEP,
        &LINEAR_STEP,
        &step::ESCALATION,
        &TRANSITION,
        &REQUIREMENT,
        &RUN,
        &state::AT_LEAST,
    ];
    all.extend(ACTIONS);
    all.extend([&action::RAISED, &action::SENT, &action::TO_CHILDREN, &action::NOTICE, &action::PRODUCT, &INSTRUMENT]);
    all.extend([&MAPPING, &mapping::RENAMES]);
    all
}
