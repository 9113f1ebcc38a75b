//! How a form asks for a field: enough to render it without code for that plugin.

use crate::schema::translated;
use crate::shape::{Field, Shape};
use crate::text::{Say, say};
use crate::wire::Out;

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
pub(crate) fn form(out: &mut Out, fields: &[Field]) {
    out.open('[');
    for field in fields {
        if let Some(widget) = &field.widget {
            ask(out, field, widget);
        }
    }
    out.close(']');
}

fn ask(out: &mut Out, field: &Field, widget: &Widget) {
    out.open('{');
    for (key, text) in
        [("field", Some(field.name)), ("widget", Some(widget.name)), ("options_from", widget.options_from)]
    {
        if let Some(text) = text {
            out.key(key);
            out.text(text);
        }
    }
    for (key, say) in [("label", Some(widget.label)), ("help", widget.help)] {
        if let Some(say) = say {
            out.key(key);
            translated(out, say);
        }
    }
    out.key("required");
    out.raw(if field.required { "true" } else { "false" });
    if let Shape::Line { max } | Shape::Text { max } = field.shape {
        out.key("max");
        out.number(i64::from(max));
    }
    if !widget.options.is_empty() {
        out.key("options");
        out.open('[');
        for choice in widget.options {
            out.open('{');
            out.key("value");
            out.text(choice.value);
            out.key("label");
            translated(out, choice.label);
            out.close('}');
        }
        out.close(']');
    }
    if let Some(rows) = item_fields(&field.shape) {
        out.key("items");
        form(out, rows);
    }
    out.close('}');
}

/// The fields of the rows of a list, so that a list of objects can be rendered too.
fn item_fields(shape: &Shape) -> Option<&'static [Field]> {
    match shape {
        Shape::List { of: Shape::Object(fields), .. } => Some(fields),
        _ => None,
    }
}
