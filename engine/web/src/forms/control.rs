//! Controls: what a form asks, whatever it was made from.

use serde_json::Value;

use super::options::Sources;
use super::{Entry, Field, Kind};

/// One question of a form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Control {
    /// Key in the data.
    pub name: String,
    /// Label.
    pub label: String,
    /// Explanation.
    pub help: Option<String>,
    /// Must be answered.
    pub required: bool,
    /// Most characters.
    pub max: Option<u64>,
    /// How it is asked.
    pub shape: Shape,
}

/// How a question is asked, and what its answer is in the data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// One line: a text.
    Line,
    /// Several lines: a text.
    Area,
    /// Day, month, year: a date.
    Date,
    /// A whole number.
    Number,
    /// A tick: true or false.
    Yes,
    /// One of a few, all shown: a text.
    Radio(Vec<Opt>),
    /// One of many, in a list: a text.
    Select(Vec<Opt>),
    /// Any number: texts.
    Many(Vec<Opt>),
    /// One per line: texts.
    Lines,
    /// A text for each: an object.
    PerOption(Vec<Opt>, bool),
    /// Yes or no for each: an object.
    YesNo(Vec<Opt>),
    /// Rows of questions: objects.
    Rows(Vec<Control>),
    /// A team of the school: an object with its members and coach.
    Team(Vec<Opt>),
    /// Not shown; a fresh id when there is none and one is needed.
    Hidden,
    /// Data that only experts write, as YAML.
    Data,
}

/// A choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Opt {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// Up to so many choices are shown as radio buttons.
const FEW: usize = 7;

/// The form of an entry kind. `None` when it asks to choose from something that is not there yet.
pub(crate) fn of_entry(kind: &Kind, entry: &Entry, sources: &Sources<'_>) -> Option<Vec<Control>> {
    let schema = kind.contribution.pointer(&format!("/properties/{}", entry.name));
    fields(kind, &entry.form, schema, sources)
}

fn fields(kind: &Kind, form: &[Field], schema: Option<&Value>, sources: &Sources<'_>) -> Option<Vec<Control>> {
    let mut controls = Vec::new();
    for field in form {
        let own = schema.and_then(|schema| schema.pointer(&format!("/properties/{}", field.field)));
        match control(kind, field, own, sources) {
            Some(control) => controls.push(control),
            None if field.required => return None,
            None => {}
        }
    }
    Some(controls)
}

/// One control; `None` when there is nothing to choose from.
fn control(kind: &Kind, field: &Field, schema: Option<&Value>, sources: &Sources<'_>) -> Option<Control> {
    let locale = sources.locale;
    let holds = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str).unwrap_or("string");
    let options = || sources.options(kind, field);
    let shape = match (field.widget.as_str(), holds) {
        ("hidden", _) => Shape::Hidden,
        ("date", _) => Shape::Date,
        ("number", _) => Shape::Number,
        ("checkbox", "object") => Shape::YesNo(some(options())?),
        ("checkbox" | "radio" | "select", "array") => Shape::Many(some(options())?),
        ("checkbox", _) => Shape::Yes,
        ("person" | "group", "array") => Shape::Many(some(options())?),
        ("person" | "group", _) => Shape::Select(some(options())?),
        ("radio" | "select", _) => choose(some(options())?),
        ("list", _) if !field.items.is_empty() => {
            Shape::Rows(fields(kind, &field.items, schema.and_then(|schema| schema.get("items")), sources)?)
        }
        ("list", _) => match options() {
            options if options.is_empty() => Shape::Lines,
            options => Shape::Many(options),
        },
        (widget, "object") => Shape::PerOption(some(options())?, widget == "textarea"),
        (_, "array") => Shape::Lines,
        (_, "boolean") => Shape::Yes,
        (_, "integer" | "number") => Shape::Number,
        ("textarea", _) => Shape::Area,
        _ => Shape::Line,
    };
    Some(Control {
        name: field.field.clone(),
        label: field.label.get(locale).to_owned(),
        help: field.help.as_ref().map(|help| help.get(locale).to_owned()),
        required: field.required,
        max: field.max,
        shape,
    })
}

fn choose(options: Vec<Opt>) -> Shape {
    if options.len() <= FEW { Shape::Radio(options) } else { Shape::Select(options) }
}

fn some(options: Vec<Opt>) -> Option<Vec<Opt>> {
    (!options.is_empty()).then_some(options)
}
