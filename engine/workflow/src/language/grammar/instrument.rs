//! Grammar of instruments: content for a step kind, in a file of its own.

use super::{Construct, Key, Shape};
use crate::language::pattern::Pattern;

/// An instrument document.
pub static INSTRUMENT: Construct = Construct {
    name: "instrument",
    doc: "An instrument: a part of the configuration of a step kind (questions, cards, a viewing guide), with texts in each language.",
    nullable: false,
    keys: &[
        Key::required("instrument", Shape::Name(Pattern::Kebab), "Name of the instrument, and of its file."),
        Key::required("version", Shape::Name(Pattern::Version), "Version of this content."),
        Key::required("uses", Shape::Name(Pattern::Kebab), "Step kind it is made for."),
        Key::required("title", Shape::Localised, "Title."),
        Key::new("purpose", Shape::Localised, "What it is for."),
        Key::required("source", Shape::Localised, "Where structure, terms and facts come from."),
        Key::required("licence", Shape::Name(Pattern::Filled), "Under which terms the texts may be used."),
        Key::new("register", Shape::Choice(&["adult", "pupil"]), "Whom the texts speak to (default `adult`)."),
        Key::required("with", Shape::Any, "The configuration; that of the step is laid over it."),
    ],
};
