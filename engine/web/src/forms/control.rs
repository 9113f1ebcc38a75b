//! Controls: what a form asks, whatever it was made from.

use serde_json::Value;

use super::options::{Element, Sources};
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
    /// One of a few points: a number, or a word such as "not applicable".
    Scale(Vec<Opt>),
    /// Any number: texts.
    Many(Vec<Opt>),
    /// An order: texts, the first first.
    Rank(Vec<Opt>),
    /// A question for each element of a list: an object by their ids.
    Each(Vec<Control>),
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

impl Control {
    /// What was chosen, in the words of the choices.
    pub(crate) fn chosen(&self, value: &Value) -> Option<String> {
        let options = match &self.shape {
            Shape::Radio(options) | Shape::Select(options) | Shape::Scale(options) => options,
            Shape::Many(options) | Shape::Rank(options) => options,
            _ => return None,
        };
        let values = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
        let label = |value: &Value| {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            options.iter().find(|option| option.value == text).map(|option| option.label.clone())
        };
        values.into_iter().map(label).collect::<Option<Vec<_>>>().map(|labels| labels.join(", "))
    }
}

/// Up to so many choices are shown as radio buttons.
const FEW: usize = 7;

/// The element or elements that a form is about, when an entry kind has one form for each.
pub(crate) type Preset = Vec<(String, Element)>;

/// Most forms of one entry kind.
const MAX_FORMS: usize = 80;

/// The elements an entry kind has a form for: one empty preset when it has none.
pub(crate) fn presets(kind: &Kind, entry: &Entry, sources: &Sources<'_>) -> Vec<Preset> {
    let mut found: Vec<Preset> = vec![Vec::new()];
    for per in &entry.per {
        let elements = sources.elements(kind, &per.over, per.only_from.as_deref());
        let each = found.iter().flat_map(|preset| {
            elements.iter().map(move |element| {
                let mut more = preset.clone();
                more.push((per.field.clone(), element.clone()));
                more
            })
        });
        found = each.take(MAX_FORMS).collect();
    }
    found
}

/// The form of an entry kind. `None` when it asks to choose from something that is not there yet.
pub(crate) fn of_entry(kind: &Kind, entry: &Entry, sources: &Sources<'_>, preset: &Preset) -> Option<Vec<Control>> {
    let schema = kind.contribution.pointer(&format!("/properties/{}", entry.name));
    let own;
    let sources = match preset.last() {
        Some((_, element)) => {
            own = sources.of(&element.value);
            &own
        }
        None => sources,
    };
    let mut controls: Vec<Control> = preset
        .iter()
        .map(|(field, _)| Control {
            name: field.clone(),
            label: String::new(),
            help: None,
            required: true,
            max: None,
            shape: Shape::Hidden,
        })
        .collect();
    controls.extend(fields(kind, &entry.form, schema, sources)?);
    Some(controls)
}

fn fields(kind: &Kind, form: &[Field], schema: Option<&Value>, sources: &Sources<'_>) -> Option<Vec<Control>> {
    let mut controls = Vec::new();
    for field in form.iter().filter(|field| sources.applies(field)) {
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
    let shape = match &field.repeat_over {
        Some(over) => Shape::Each(each(kind, field, schema, sources, over)?),
        None => shape(kind, field, schema, sources)?,
    };
    Some(Control {
        name: field.field.clone(),
        label: field.label.get(sources.locale).to_owned(),
        help: field.help.as_ref().map(|help| help.get(sources.locale).to_owned()),
        required: field.required,
        max: field.max,
        shape,
    })
}

/// A control for each element of a list.
fn each(kind: &Kind, field: &Field, schema: Option<&Value>, sources: &Sources<'_>, over: &str) -> Option<Vec<Control>> {
    let elements = sources.elements(kind, over, field.only_from.as_deref());
    let inner = schema.and_then(|schema| schema.get("additionalProperties"));
    let controls: Vec<Control> = elements
        .into_iter()
        .filter_map(|element| {
            let own = sources.of(&element.value);
            Some(Control {
                name: element.id,
                label: element.label,
                help: own.text("help"),
                required: element.value.get("required") == Some(&Value::Bool(true)),
                max: field.max,
                shape: shape(kind, field, inner, &own)?,
            })
        })
        .collect();
    (!controls.is_empty()).then_some(controls)
}

fn shape(kind: &Kind, field: &Field, schema: Option<&Value>, sources: &Sources<'_>) -> Option<Shape> {
    let holds = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str).unwrap_or("string");
    let options = || sources.options(kind, field);
    Some(match (field.widget.as_str(), holds) {
        ("hidden", _) => Shape::Hidden,
        ("date", _) => Shape::Date,
        ("number" | "dots", _) => Shape::Number,
        ("scale", _) => Shape::Scale(some(sources.points(field))?),
        ("item", _) => item(field, sources)?,
        ("rank", _) => Shape::Rank(some(options())?),
        ("multi", _) => Shape::Many(some(options())?),
        ("buttons", _) => choose(some(options())?),
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
    })
}

/// The element itself says how it is asked.
fn item(field: &Field, sources: &Sources<'_>) -> Option<Shape> {
    Some(match sources.element.get("kind").and_then(Value::as_str).unwrap_or("scale") {
        "choice" => choose(some(sources.own_options())?),
        "multi" => Shape::Many(some(sources.own_options())?),
        "text" | "note" => Shape::Area,
        "number" | "tally" | "count" => Shape::Number,
        "seen" => Shape::Radio(sources.seen()),
        _ => Shape::Scale(some(sources.points(field))?),
    })
}

fn choose(options: Vec<Opt>) -> Shape {
    if options.len() <= FEW { Shape::Radio(options) } else { Shape::Select(options) }
}

fn some(options: Vec<Opt>) -> Option<Vec<Opt>> {
    (!options.is_empty()).then_some(options)
}
