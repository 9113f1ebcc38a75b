//! The manifest: JSON Schemas (2020-12), forms and texts, written from the declarations of a kind.

use crate::form::form;
use crate::shape::{COUNT, Field, ID_PATTERN, IDS, MAX_ID, Shape, opt, req};
use crate::text::Say;
use crate::wire::Out;

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
    /// One form per element of these lists; two make a matrix.
    pub per: &'static [Per],
    /// Whether its texts are meant for the whole school, also where the kind is private. The laws are tested by it.
    pub public: bool,
}

/// A list whose elements each have a form of their own.
#[derive(Debug, Clone, Copy)]
pub struct Per {
    /// Field of the entry that holds the element's id; it is not in the form itself.
    pub field: &'static str,
    /// Path of the list, such as `config.categories`.
    pub over: &'static str,
    /// A list of ids: only these elements have a form; all when it is empty or absent.
    pub only_from: Option<&'static str>,
}

impl Per {
    /// Only for the elements whose ids are listed at `path`; for all when nothing is listed there.
    #[must_use]
    pub const fn only(mut self, path: &'static str) -> Self {
        self.only_from = Some(path);
        self
    }
}

/// One form per element of the list at `over`.
#[must_use]
pub const fn per(field: &'static str, over: &'static str) -> Per {
    Per { field, over, only_from: None }
}

impl EntrySpec {
    /// An entry whose check needs only the contribution itself.
    #[must_use]
    pub const fn new(name: &'static str, title: Say, fields: &'static [Field]) -> Self {
        Self { name, title, needs_contributions: false, fields, per: &[], public: false }
    }

    /// The check must see the other contributions too (`ctx.contributions`).
    #[must_use]
    pub const fn sees_all(mut self) -> Self {
        self.needs_contributions = true;
        self
    }

    /// What people write here is meant for the whole school, although the kind is private.
    #[must_use]
    pub const fn public(mut self) -> Self {
        self.public = true;
        self
    }

    /// One form per element of these lists.
    #[must_use]
    pub const fn per(mut self, lists: &'static [Per]) -> Self {
        self.per = lists;
        self
    }
}

/// Fields every configuration may have; the host reads them.
pub(crate) const COMMON_CONFIG: &[Field] = &[
    opt("title", Shape::Label),
    opt("audience", Shape::Any),
    opt("roles_allowed", IDS),
    opt("min_contributions", Shape::Int { min: 0, max: 100_000 }),
];
/// Fields every result has.
const COMMON_RESULT: &[Field] = &[req("n", COUNT), req("insufficient", Shape::Bool)];

impl Spec {
    /// The kind's part of the manifest.
    pub(crate) fn manifest(&self, out: &mut Out) {
        out.open('{');
        out.key("kind");
        out.text(self.kind);
        out.key("purpose");
        translated(out, self.purpose);
        for (name, fields) in [("config", [self.config, COMMON_CONFIG]), ("result", [self.result, COMMON_RESULT])] {
            out.key(name);
            root(out);
            object(out, &fields);
        }
        self.contribution(out);
        out.key("entries");
        out.open('[');
        for entry in self.entries {
            entry_manifest(out, entry);
        }
        out.close(']');
        out.key("privacy");
        out.text(self.privacy);
        out.key("minutes");
        out.number(i64::from(self.minutes));
        out.key("audiences");
        words(out, AUDIENCES);
        out.key("error_words");
        words(out, self.error_words);
        self.texts(out);
        out.close('}');
    }

    fn contribution(&self, out: &mut Out) {
        out.key("contribution");
        root(out);
        out.key("type");
        out.text("object");
        out.key("minProperties");
        out.number(1);
        out.key("maxProperties");
        out.number(1);
        out.key("additionalProperties");
        out.raw("false");
        out.key("properties");
        out.open('{');
        for entry in self.entries {
            out.key(entry.name);
            out.open('{');
            object(out, &[entry.fields]);
        }
        out.close('}');
        out.close('}');
    }

    fn texts(&self, out: &mut Out) {
        out.key("texts");
        out.open('{');
        for dutch in [true, false] {
            out.key(if dutch { "nl" } else { "en" });
            out.open('{');
            for (key, say) in self.texts {
                out.key(key);
                out.text(if dutch { say.nl } else { say.en });
            }
            out.close('}');
        }
        out.close('}');
    }
}

fn entry_manifest(out: &mut Out, entry: &EntrySpec) {
    out.open('{');
    out.key("name");
    out.text(entry.name);
    out.key("title");
    translated(out, entry.title);
    out.key("needs_contributions");
    out.raw(if entry.needs_contributions { "true" } else { "false" });
    out.key("form");
    form(out, entry.fields);
    if !entry.per.is_empty() {
        out.key("per");
        out.open('[');
        for per in entry.per {
            out.open('{');
            out.key("field");
            out.text(per.field);
            out.key("over");
            out.text(per.over);
            if let Some(only) = per.only_from {
                out.key("only_from");
                out.text(only);
            }
            out.close('}');
        }
        out.close(']');
    }
    out.close('}');
}

/// `{"nl":...,"en":...}`
pub(crate) fn translated(out: &mut Out, say: Say) {
    out.open('{');
    out.key("nl");
    out.text(say.nl);
    out.key("en");
    out.text(say.en);
    out.close('}');
}

pub(crate) fn words(out: &mut Out, words: &[&str]) {
    out.open('[');
    words.iter().for_each(|word| out.text(word));
    out.close(']');
}

/// Opens a schema that stands on its own; `object` closes it.
fn root(out: &mut Out) {
    out.open('{');
    out.key("$schema");
    out.text("https://json-schema.org/draft/2020-12/schema");
}

/// The inside of an object schema that is already open, and its closing bracket.
fn object(out: &mut Out, parts: &[&[Field]]) {
    out.key("type");
    out.text("object");
    out.key("additionalProperties");
    out.raw("false");
    out.key("properties");
    out.open('{');
    for field in parts.iter().copied().flatten() {
        out.key(field.name);
        schema(out, &field.shape);
    }
    out.close('}');
    out.key("required");
    out.open('[');
    parts.iter().copied().flatten().filter(|field| field.required).for_each(|field| out.text(field.name));
    out.close(']');
    out.close('}');
}

fn schema(out: &mut Out, shape: &Shape) {
    if let Shape::Any = shape {
        return out.raw("true");
    }
    out.open('{');
    match shape {
        Shape::Object(fields) => return object(out, &[fields]),
        Shape::Line { max } | Shape::Text { max } => limited(out, "string", &[("maxLength", i64::from(*max))]),
        Shape::Id => {
            limited(out, "string", &[("minLength", 1), ("maxLength", MAX_ID as i64)]);
            out.key("pattern");
            out.text(ID_PATTERN);
        }
        Shape::Date => {
            limited(out, "string", &[("minLength", 10), ("maxLength", 10)]);
            out.key("format");
            out.text("date");
        }
        Shape::Int { min, max } => limited(out, "integer", &[("minimum", *min), ("maximum", *max)]),
        Shape::Bool => limited(out, "boolean", &[]),
        Shape::OneOf(allowed) => {
            out.key("enum");
            words(out, allowed);
        }
        Shape::List { of, max } => {
            limited(out, "array", &[("maxItems", i64::from(*max))]);
            out.key("items");
            schema(out, of);
        }
        Shape::Map { of, max } => {
            limited(out, "object", &[("maxProperties", i64::from(*max))]);
            out.key("additionalProperties");
            schema(out, of);
        }
        Shape::Label => any_of(out, &[LABEL, Shape::Map { of: &LABEL, max: 8 }], false),
        Shape::Either(shapes) => any_of(out, shapes, false),
        Shape::OrNull(inner) => any_of(out, core::slice::from_ref(*inner), true),
        Shape::Any => {}
    }
    out.close('}');
}

const LABEL: Shape = Shape::Text { max: 2000 };

fn limited(out: &mut Out, kind: &str, limits: &[(&str, i64)]) {
    out.key("type");
    out.text(kind);
    for (name, limit) in limits {
        out.key(name);
        out.number(*limit);
    }
}

fn any_of(out: &mut Out, shapes: &[Shape], or_null: bool) {
    out.key("anyOf");
    out.open('[');
    shapes.iter().for_each(|shape| schema(out, shape));
    if or_null {
        out.open('{');
        limited(out, "null", &[]);
        out.close('}');
    }
    out.close(']');
}
