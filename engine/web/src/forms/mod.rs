//! Forms from descriptions: one renderer for every step kind, every event of a workflow and every configuration.
//!
//! A form is a list of [`Control`]s, made from a plugin's entry description or from a JSON Schema; `read` turns posted
//! fields into data, `view` turns controls and data into what a template draws. A new plugin needs no line here. Pure.

mod control;
mod options;
pub(crate) mod problems;
mod read;
mod schema;
mod view;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub(crate) use control::{Control, Opt, Preset, Shape, of_entry, presets};
pub(crate) use options::Sources;
pub(crate) use read::{Reading, read};
pub(crate) use schema::of_schema;
pub(crate) use view::view;

/// A text in both languages.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Text {
    #[serde(default)]
    pub nl: String,
    #[serde(default)]
    pub en: String,
}

impl Text {
    /// The text in a language.
    pub(crate) fn get(&self, locale: &str) -> &str {
        if locale == "nl" { &self.nl } else { &self.en }
    }
}

/// What a plugin says of a step kind, as far as pages need it.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Kind {
    pub purpose: Text,
    #[serde(default)]
    pub contribution: Value,
    pub entries: Vec<Entry>,
    #[serde(default)]
    pub minutes: u32,
    #[serde(default)]
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

impl Kind {
    /// A text of the plugin.
    pub(crate) fn text(&self, locale: &str, key: &str) -> Option<&str> {
        self.texts.get(locale).and_then(|texts| texts.get(key)).map(String::as_str)
    }

    /// The entry of this name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

/// A kind of entry with its form.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entry {
    pub name: String,
    pub title: Text,
    #[serde(default)]
    pub form: Vec<Field>,
    #[serde(default)]
    pub per: Vec<Per>,
}

impl Entry {
    /// Whether one chooses from what was handed in before: then it must be seen.
    pub(crate) fn reads_picture(&self) -> bool {
        let from = |from: &Option<String>| from.as_deref().is_some_and(|from| from.starts_with("result."));
        self.form.iter().any(|field| from(&field.options_from))
    }

    /// Whether one person gives it more than once: each has an id of its own, which the form does not show.
    pub(crate) fn repeats(&self) -> bool {
        let about = |field: &Field| self.per.iter().any(|per| per.field == field.field);
        let id = |name: &str| name == "id" || name.ends_with("_id");
        self.form.iter().any(|field| field.widget == "hidden" && id(&field.field) && !about(field))
    }
}

/// A list of which each element gets a form of its own.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Per {
    pub field: String,
    pub over: String,
    #[serde(default)]
    pub only_from: Option<String>,
}

/// When a field is drawn.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct When {
    pub path: String,
    pub is: Vec<String>,
}

/// A field as a plugin describes it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Field {
    pub field: String,
    pub widget: String,
    pub label: Text,
    #[serde(default)]
    pub help: Option<Text>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub max: Option<u64>,
    #[serde(default)]
    pub options_from: Option<String>,
    #[serde(default)]
    pub options: Vec<Choice>,
    #[serde(default)]
    pub items: Vec<Field>,
    #[serde(default)]
    pub repeat_over: Option<String>,
    #[serde(default)]
    pub only_from: Option<String>,
    #[serde(default)]
    pub defaults_from: Option<String>,
    #[serde(default)]
    pub when: Option<When>,
}

/// A fixed choice of a field.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Choice {
    pub value: String,
    pub label: Text,
}
