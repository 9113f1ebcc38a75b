//! How a form asks for a field: enough to render it without code for that plugin.

use serde_json::{Map, Value, json};

use crate::schema::translated;
use crate::shape::{Field, Shape};
use crate::text::{Say, say};

/// How one field is asked.
#[derive(Debug, Clone, Copy)]
pub struct Widget {
    /// `textarea`, `text`, `select`, `radio`, `checkbox`, `date`, `number`, `list`, `person`, `group` or `hidden`.
    pub name: &'static str,
    /// The question.
    pub label: Say,
    /// A line below it.
    pub help: Option<Say>,
    /// The choices, as a path such as `config.questions` or `result.clusters`.
    pub options_from: Option<&'static str>,
    /// The choices themselves.
    pub options: &'static [Choice],
}

/// One choice of a select or radio.
#[derive(Debug, Clone, Copy)]
pub struct Choice {
    /// What is sent.
    pub value: &'static str,
    /// What people read.
    pub label: Say,
}

/// One choice.
#[must_use]
pub const fn choice(value: &'static str, nl: &'static str, en: &'static str) -> Choice {
    Choice { value, label: say(nl, en) }
}

impl Field {
    /// Asks for the field with this widget and label.
    #[must_use]
    pub const fn ask(mut self, widget: &'static str, nl: &'static str, en: &'static str) -> Self {
        self.widget = Some(Widget { name: widget, label: say(nl, en), help: None, options_from: None, options: &[] });
        self
    }

    /// Adds a line of help below the label.
    #[must_use]
    pub const fn help(mut self, nl: &'static str, en: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.help = Some(say(nl, en));
        }
        self
    }

    /// Takes the choices from configuration, inputs or the live result (`config.questions`).
    #[must_use]
    pub const fn from(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.options_from = Some(path);
        }
        self
    }

    /// Lists the choices.
    #[must_use]
    pub const fn choices(mut self, choices: &'static [Choice]) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.options = choices;
        }
        self
    }
}

/// The form of an entry, as the manifest shows it.
pub(crate) fn form(fields: &[Field]) -> Value {
    Value::Array(fields.iter().filter_map(one).collect())
}

fn one(field: &Field) -> Option<Value> {
    let widget = field.widget.as_ref()?;
    let mut out = Map::new();
    out.insert("field".into(), field.name.into());
    out.insert("widget".into(), widget.name.into());
    out.insert("label".into(), translated(widget.label));
    out.insert("required".into(), field.required.into());
    if let Some(help) = widget.help {
        out.insert("help".into(), translated(help));
    }
    if let Shape::Line { max } | Shape::Text { max } = field.shape {
        out.insert("max".into(), max.into());
    }
    if let Some(path) = widget.options_from {
        out.insert("options_from".into(), path.into());
    }
    if !widget.options.is_empty() {
        let options = widget.options.iter().map(|c| json!({"value": c.value, "label": translated(c.label)}));
        out.insert("options".into(), options.collect());
    }
    if let Some(fields) = item_fields(&field.shape) {
        out.insert("items".into(), form(fields));
    }
    Some(Value::Object(out))
}

/// The fields of the rows of a list, so that a list of objects can be rendered too.
fn item_fields(shape: &Shape) -> Option<&'static [Field]> {
    match shape {
        Shape::List { of: Shape::Object(fields), .. } => Some(fields),
        _ => None,
    }
}
