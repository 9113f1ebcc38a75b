//! How a form asks for a field: enough to render it without code for that plugin.

use crate::schema::{translated, words};
use crate::shape::{Field, Shape};
use crate::text::{Say, say};
use crate::wire::Out;

/// How one field is asked.
#[derive(Debug, Clone, Copy)]
pub struct Widget {
    /// One of the widgets of the README: `textarea`, `select`, `scale`, `item`, `hidden`...
    pub name: &'static str,
    /// The question.
    pub label: Say,
    /// A line below it.
    pub help: Option<Say>,
    /// The choices, as a path such as `config.questions` or `result.clusters`.
    pub options_from: Option<&'static str>,
    /// The choices themselves.
    pub options: &'static [Choice],
    /// The value is a map with one control per element of the list at this path; the key is the element's id.
    pub repeat_over: Option<&'static str>,
    /// A list of ids: only elements with this id or `group` are repeated; all when it is empty or absent.
    pub only_from: Option<&'static str>,
    /// Where properties come from that the elements do not have themselves.
    pub defaults_from: Option<&'static str>,
    /// Where the greatest number, or the most choices, comes from.
    pub max_from: Option<&'static str>,
    /// Where it comes from what the numbers of a repeated field may add up to.
    pub total_from: Option<&'static str>,
    /// The field is drawn only when the value at this path is one of these words.
    pub when: Option<(&'static str, &'static [&'static str])>,
}

impl Widget {
    const fn new(name: &'static str, label: Say) -> Self {
        Self {
            name,
            label,
            help: None,
            options_from: None,
            options: &[],
            repeat_over: None,
            only_from: None,
            defaults_from: None,
            max_from: None,
            total_from: None,
            when: None,
        }
    }
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
        self.widget = Some(Widget::new(widget, say(nl, en)));
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

    /// Repeats the control for each element of a list of the configuration; the value is a map by the ids of the elements.
    #[must_use]
    pub const fn over(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.repeat_over = Some(path);
        }
        self
    }

    /// Repeats only for the elements whose id or `group` is listed at `path`; for all when nothing is listed there.
    #[must_use]
    pub const fn only(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.only_from = Some(path);
        }
        self
    }

    /// Takes from this object what the elements do not say themselves.
    #[must_use]
    pub const fn defaults(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.defaults_from = Some(path);
        }
        self
    }

    /// Takes the greatest number, or the most choices, from here.
    #[must_use]
    pub const fn at_most(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.max_from = Some(path);
        }
        self
    }

    /// Takes from here what the numbers of a repeated field may add up to.
    #[must_use]
    pub const fn adding_to(mut self, path: &'static str) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.total_from = Some(path);
        }
        self
    }

    /// Draws the field only when the value at `path`, as text, is one of `words`; nothing there is the empty text.
    #[must_use]
    pub const fn when(mut self, path: &'static str, words: &'static [&'static str]) -> Self {
        if let Some(widget) = &mut self.widget {
            widget.when = Some((path, words));
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
    for (key, text) in [
        ("field", Some(field.name)),
        ("widget", Some(widget.name)),
        ("options_from", widget.options_from),
        ("repeat_over", widget.repeat_over),
        ("only_from", widget.only_from),
        ("defaults_from", widget.defaults_from),
        ("max_from", widget.max_from),
        ("total_from", widget.total_from),
    ] {
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
    if let Some((path, allowed)) = widget.when {
        out.key("when");
        out.open('{');
        out.key("path");
        out.text(path);
        out.key("is");
        words(out, allowed);
        out.close('}');
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
