//! JSON Schema (2020-12) and manifest, written from the declarations of a kind.

use serde_json::{Map, Value, json};

use crate::form::form;
use crate::shape::{Field, IDS, MAX_ID, Shape, opt};
use crate::text::Say;

/// API of the contract that this SDK speaks: the WIT package version.
pub const API: &str = "1.0.0";
/// The audiences of the projections.
pub const AUDIENCES: &[&str] = &["facilitator", "contributor", "team", "policy", "school"];

/// Everything a kind says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The kind's name in workflows.
    pub kind: &'static str,
    /// One sentence.
    pub purpose: Say,
    /// Fields of the configuration, besides the common ones (title, audience, roles_allowed, min_contributions).
    pub config: &'static [Field],
    /// What people can contribute.
    pub entries: &'static [EntrySpec],
    /// Fields of the result, besides the common ones (n, insufficient).
    pub result: &'static [Field],
    /// Privacy class of the contributions (domain.md 0.3).
    pub privacy: &'static str,
    /// Minutes that one person needs.
    pub minutes: u32,
    /// Every error word that the kind can give.
    pub error_words: &'static [&'static str],
    /// Labels for pages, by key.
    pub texts: &'static [(&'static str, Say)],
}

/// One way of contributing.
#[derive(Debug, Clone, Copy)]
pub struct EntrySpec {
    /// The key of the payload.
    pub name: &'static str,
    /// Title of its form.
    pub title: Say,
    /// Whether `check` must see the other contributions.
    pub needs_contributions: bool,
    /// What it holds.
    pub fields: &'static [Field],
}

/// Fields every configuration may have; the host reads them.
pub(crate) const COMMON_CONFIG: &[Field] = &[
    opt("title", Shape::Label),
    opt("audience", Shape::Any),
    opt("roles_allowed", IDS),
    opt("min_contributions", Shape::Int { min: 0, max: 100_000 }),
];

impl Spec {
    /// The kind's part of the manifest.
    pub(crate) fn manifest(&self) -> Value {
        let entries: Vec<Value> = self.entries.iter().map(EntrySpec::manifest).collect();
        let texts = |pick: fn(&Say) -> &'static str| {
            Value::Object(self.texts.iter().map(|(key, say)| ((*key).to_owned(), pick(say).into())).collect())
        };
        json!({
            "kind": self.kind,
            "purpose": translated(self.purpose),
            "config": root(object(self.config.iter().chain(COMMON_CONFIG))),
            "contribution": root(self.contribution()),
            "result": root(self.result_schema()),
            "entries": entries,
            "privacy": self.privacy,
            "minutes": self.minutes,
            "audiences": AUDIENCES,
            "error_words": self.error_words,
            "texts": {"nl": texts(|say| say.nl), "en": texts(|say| say.en)},
        })
    }

    fn contribution(&self) -> Value {
        let entries = self.entries.iter().map(|entry| (entry.name.to_owned(), object(entry.fields)));
        json!({
            "type": "object",
            "minProperties": 1,
            "maxProperties": 1,
            "additionalProperties": false,
            "properties": Map::from_iter(entries),
        })
    }

    fn result_schema(&self) -> Value {
        let common = [crate::shape::req("n", crate::shape::COUNT), crate::shape::req("insufficient", Shape::Bool)];
        object(self.result.iter().chain(&common))
    }
}

impl EntrySpec {
    /// An entry whose check needs only the contribution itself.
    #[must_use]
    pub const fn new(name: &'static str, title: Say, fields: &'static [Field]) -> Self {
        Self { name, title, needs_contributions: false, fields }
    }

    /// The check must see the other contributions too (`ctx.contributions`).
    #[must_use]
    pub const fn sees_all(mut self) -> Self {
        self.needs_contributions = true;
        self
    }

    fn manifest(&self) -> Value {
        json!({
            "name": self.name,
            "title": translated(self.title),
            "needs_contributions": self.needs_contributions,
            "form": form(self.fields),
        })
    }
}

pub(crate) fn translated(say: Say) -> Value {
    json!({"nl": say.nl, "en": say.en})
}

fn root(mut schema: Value) -> Value {
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema
}

fn object<'a>(fields: impl IntoIterator<Item = &'a Field>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for field in fields {
        properties.insert(field.name.to_owned(), schema(&field.shape));
        if field.required {
            required.push(field.name);
        }
    }
    let mut out = json!({"type": "object", "additionalProperties": false, "properties": properties});
    if !required.is_empty() {
        out["required"] = required.into();
    }
    out
}

fn schema(shape: &Shape) -> Value {
    match shape {
        Shape::Line { max } | Shape::Text { max } => json!({"type": "string", "maxLength": max}),
        Shape::Id => json!({"type": "string", "minLength": 1, "maxLength": MAX_ID}),
        Shape::Date => json!({"type": "string", "format": "date", "minLength": 10, "maxLength": 10}),
        Shape::Int { min, max } => json!({"type": "integer", "minimum": min, "maximum": max}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::OneOf(words) => json!({"enum": words}),
        Shape::List { of, max } => json!({"type": "array", "maxItems": max, "items": schema(of)}),
        Shape::Map { of, max } => {
            json!({"type": "object", "maxProperties": max, "additionalProperties": schema(of)})
        }
        Shape::Object(fields) => object(*fields),
        Shape::Label => json!({
            "anyOf": [
                {"type": "string", "maxLength": 2000},
                {"type": "object", "additionalProperties": {"type": "string", "maxLength": 2000}},
            ],
        }),
        Shape::Either(shapes) => json!({"anyOf": shapes.iter().map(schema).collect::<Vec<Value>>()}),
        Shape::OrNull(inner) => json!({"anyOf": [schema(inner), {"type": "null"}]}),
        Shape::Any => json!(true),
    }
}
