//! Checks a document against the grammar: unknown and missing keys, wrong types, malformed names.
//!
//! Knows shapes, not meaning: whether a name is declared is asked later.

use std::fmt;

use super::diagnostic::Sink;
use super::grammar::{Construct, Shape};
use super::node::{Entry, Node, Value};
use super::pattern::Pattern;
use super::span::Span;
use super::suggest::nearest;
use super::{texts, types};

/// Words that people bring from other engines, and ours.
const SYNONYMS: &[(&str, &str)] = &[
    ("guard", "when"),
    ("cond", "when"),
    ("condition", "when"),
    ("target", "to"),
    ("goto", "to"),
    ("actions", "do"),
    ("action", "do"),
    ("onentry", "entry"),
    ("on_entry", "entry"),
    ("onexit", "exit"),
    ("on_exit", "exit"),
    ("invoke", "run"),
    ("timeout", "after"),
    ("delay", "after"),
    ("transitions", "on"),
    ("events", "on"),
    ("kind", "uses"),
    ("plugin", "uses"),
    ("type", "uses"),
    ("config", "with"),
    ("settings", "with"),
    ("name", "title"),
    ("label", "title"),
    ("description", "purpose"),
    ("deadline", "due"),
    ("children", "states"),
    ("regions", "parallel"),
    ("foreach", "for_each"),
    ("assert", "that"),
    ("message", "else"),
    ("reason", "else"),
    ("id", "workflow"),
    ("variables", "data"),
];

/// What a value is given for, in messages. Built for every value, written only when something is wrong.
#[derive(Clone, Copy)]
pub enum What<'a> {
    /// In words.
    Words(&'a str),
    /// A key.
    Key(&'a str),
    /// A name among those of something.
    NameIn(&'a What<'a>),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Words(words) => f.write_str(words),
            Self::Key(key) => write!(f, "`{key}`"),
            Self::NameIn(outer) => write!(f, "a name in {outer}"),
        }
    }
}

/// Checks `node` against `shape`; `what` names the place in messages, such as the key `roles`.
pub fn validate(shape: &Shape, node: &Node, what: What<'_>, sink: &mut Sink) {
    match shape {
        Shape::Name(pattern) => name(*pattern, node, what, sink),
        Shape::Localised => texts::localised(node, what, sink),
        Shape::Expr | Shape::Rule => expression(shape, node, what, sink),
        Shape::Bool => boolean(node, what, sink),
        Shape::Number(min, max) => number(*min, *max, node, what, sink),
        Shape::Choice(words) => choice(words, node, what, sink),
        Shape::Any | Shape::Inner(_) => {}
        Shape::Ref(inner) => validate(inner, node, what, sink),
        Shape::Values => {
            if !matches!(node.value, Value::Map(_)) {
                wrong(shape, node, what, sink);
            }
        }
        Shape::List(inner) => match &node.value {
            Value::List(items) => items.iter().for_each(|item| validate(inner, item, what, sink)),
            _ => wrong(shape, node, what, sink),
        },
        Shape::Many(inner) => match &node.value {
            Value::List(items) => items.iter().for_each(|item| validate(inner, item, what, sink)),
            _ => validate(inner, node, what, sink),
        },
        Shape::Map(pattern, inner) => map(*pattern, inner, node, what, sink),
        Shape::Object(construct) => object(construct, node, what, sink),
        Shape::Tagged(constructs) => tagged(constructs, node, what, sink),
        Shape::Either(shapes) => match shapes.iter().find(|shape| fits(shape, node)) {
            Some(shape) => validate(shape, node, what, sink),
            None => wrong(shape, node, what, sink),
        },
        Shape::Fields => {
            types::fields(node, sink);
        }
        Shape::Type => {
            types::of(node, sink);
        }
        Shape::Texts => texts::tree(node, sink),
    }
}

/// Whether the kind of value fits the shape, whatever is inside.
fn fits(shape: &Shape, node: &Node) -> bool {
    match shape {
        Shape::Name(_) | Shape::Choice(_) | Shape::Rule => matches!(node.value, Value::Text(_)),
        Shape::Expr => matches!(node.value, Value::Text(_) | Value::Bool(_) | Value::Int(_) | Value::Float(_)),
        Shape::Object(_) | Shape::Map(..) | Shape::Tagged(_) | Shape::Values => {
            matches!(node.value, Value::Map(_))
        }
        Shape::List(_) => matches!(node.value, Value::List(_)),
        _ => true,
    }
}

/// The shape in words.
pub fn describe(shape: &Shape) -> String {
    match shape {
        Shape::Name(pattern) => pattern.describe().to_owned(),
        Shape::Localised => "a text, or texts by language: `{nl: …, en: …}`".to_owned(),
        Shape::Bool => "`true` or `false`".to_owned(),
        Shape::Number(..) => "a whole number".to_owned(),
        Shape::Expr => "an expression".to_owned(),
        Shape::Rule => "a time rule, such as `10 schooldays`".to_owned(),
        Shape::Choice(words) => format!("one of {}", quoted(words.iter().copied())),
        Shape::Any => "anything".to_owned(),
        Shape::List(_) => "a list".to_owned(),
        Shape::Many(inner) => format!("{}, or a list of these", describe(inner)),
        Shape::Object(construct) => format!("a map with the keys of a {}", construct.name),
        Shape::Tagged(_) => "an action, such as `set:` or `notify:`".to_owned(),
        Shape::Either(shapes) => shapes.iter().map(describe).collect::<Vec<_>>().join(", or "),
        Shape::Values | Shape::Map(..) | Shape::Fields | Shape::Texts => "a map of keys".to_owned(),
        Shape::Inner(inner) | Shape::Ref(inner) => describe(inner),
        Shape::Type => "a type, such as `date` or `[person]`".to_owned(),
    }
}

/// Words in backticks, with commas.
pub fn quoted<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// Adds "wrong type" for a node.
pub fn wrong(shape: &Shape, node: &Node, what: What<'_>, sink: &mut Sink) {
    let expected = describe(shape);
    let message = match node.value {
        Value::Null => format!("Nothing is given for {what}."),
        _ => format!("{} does not fit for {what}.", capital(&node.describe())),
    };
    let scalar = matches!(node.value, Value::Int(_) | Value::Float(_) | Value::Bool(_));
    let textual = matches!(shape, Shape::Name(_) | Shape::Localised | Shape::Rule);
    let help =
        if scalar && textual { "put it in quotes to make it a text".to_owned() } else { format!("give {expected}") };
    sink.add("DB032", node.span, message).label(format!("expected {expected}")).help(help);
}

/// The text with its first letter as a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn name(pattern: Pattern, node: &Node, what: What<'_>, sink: &mut Sink) {
    match &node.value {
        Value::Text(text) => malformed(pattern, text, node.span, what, sink),
        Value::Int(_) | Value::Float(_) if pattern == Pattern::Version => {
            sink.add("DB039", node.span, format!("{} is no version.", capital(&node.describe())))
                .help("a version has three numbers, such as `1.0.0`");
        }
        _ => wrong(&Shape::Name(pattern), node, what, sink),
    }
}

/// Checks the form of a name.
fn malformed(pattern: Pattern, text: &str, span: Span, what: What<'_>, sink: &mut Sink) {
    if pattern.matches(text) {
        return;
    }
    if pattern == Pattern::Version {
        sink.add("DB039", span, format!("`{text}` is no version."))
            .did_you_mean(pattern.mend(text).as_deref(), || "a version has three numbers, such as `1.0.0`".to_owned());
        return;
    }
    sink.add("DB034", span, format!("`{text}` cannot be used for {what}."))
        .label(format!("expected {}", pattern.describe()))
        .did_you_mean(pattern.mend(text).as_deref(), || format!("write {}", pattern.describe()));
}

fn expression(shape: &Shape, node: &Node, what: What<'_>, sink: &mut Sink) {
    let blank = node.text().is_some_and(|text| text.trim().is_empty());
    if blank || !fits(shape, node) {
        wrong(shape, node, what, sink);
    }
}

fn boolean(node: &Node, what: What<'_>, sink: &mut Sink) {
    if matches!(node.value, Value::Bool(_)) {
        return;
    }
    let yes_no = node.text().and_then(|text| match text.to_ascii_lowercase().as_str() {
        "yes" | "on" | "ja" => Some("true"),
        "no" | "off" | "nee" | "neen" => Some("false"),
        _ => None,
    });
    match yes_no {
        Some(word) => {
            let message = format!("{} does not fit for {what}.", capital(&node.describe()));
            sink.add("DB032", node.span, message).label("expected `true` or `false`").help(format!("write `{word}`"));
        }
        None => wrong(&Shape::Bool, node, what, sink),
    }
}

fn number(min: i64, max: i64, node: &Node, what: What<'_>, sink: &mut Sink) {
    match node.value {
        Value::Int(value) if (min..=max).contains(&value) => {}
        Value::Int(value) => {
            sink.add("DB036", node.span, format!("{value} is out of range for {what}."))
                .help(format!("give a number from {min} to {max}"));
        }
        _ => wrong(&Shape::Number(min, max), node, what, sink),
    }
}

fn choice(words: &[&'static str], node: &Node, what: What<'_>, sink: &mut Sink) {
    match node.text() {
        Some(text) if words.contains(&text) => {}
        Some(text) => {
            sink.add("DB033", node.span, format!("`{text}` does not fit for {what}."))
                .label(format!("expected one of {}", quoted(words.iter().copied())))
                .did_you_mean(nearest(text, words.iter().copied()), || {
                    format!("choose one of {}", quoted(words.iter().copied()))
                });
        }
        None => wrong(&Shape::Choice(&[]), node, what, sink),
    }
}

fn map(pattern: Pattern, inner: &Shape, node: &Node, what: What<'_>, sink: &mut Sink) {
    let Value::Map(entries) = &node.value else {
        wrong(&Shape::Map(pattern, &Shape::Any), node, what, sink);
        return;
    };
    for entry in entries {
        malformed(pattern, &entry.key, entry.span, What::NameIn(&what), sink);
        validate(inner, &entry.value, What::Key(&entry.key), sink);
    }
}

fn object(construct: &Construct, node: &Node, what: What<'_>, sink: &mut Sink) {
    match &node.value {
        Value::Map(entries) => keys(construct, entries, node.span, sink),
        Value::Null if construct.nullable => {}
        _ => {
            sink.add(
                "DB032",
                node.span,
                match node.value {
                    Value::Null => format!("Nothing is given for {what}."),
                    _ => format!("{} does not fit for {what}.", capital(&node.describe())),
                },
            )
            .label(format!("expected a {}: a map of keys", construct.name))
            .help(format!("its keys are {}", known(construct)));
        }
    }
}

/// Checks the keys of a map that is known to be one.
pub fn validate_keys(construct: &Construct, node: &Node, sink: &mut Sink) {
    keys(construct, node.entries(), node.span, sink);
}

fn known(construct: &Construct) -> String {
    quoted(construct.keys.iter().map(|key| key.name))
}

fn keys(construct: &Construct, entries: &[Entry], span: Span, sink: &mut Sink) {
    for entry in entries {
        match construct.key(&entry.key) {
            Some(key) => validate(&key.shape, &entry.value, What::Key(key.name), sink),
            None => unknown(construct, entry, sink),
        }
    }
    for key in construct.keys.iter().filter(|key| key.required) {
        if !entries.iter().any(|entry| entry.key == key.name) {
            let place = entries.first().map_or(span, |entry| entry.span);
            sink.add("DB031", place, format!("The {} misses `{}`.", construct.name, key.name))
                .label("in this map")
                .help(format!("add `{}:` — {}", key.name, key.doc));
        }
    }
}

fn unknown(construct: &Construct, entry: &Entry, sink: &mut Sink) {
    let lower = entry.key.to_ascii_lowercase();
    let synonym = SYNONYMS
        .iter()
        .filter(|(theirs, ours)| *theirs == lower && construct.key(ours).is_some())
        .map(|(_, ours)| *ours)
        .next();
    let near = if sink.is_full() { None } else { nearest(&entry.key, construct.keys.iter().map(|key| key.name)) };
    sink.add("DB030", entry.span, format!("A {} has no key `{}`.", construct.name, entry.key))
        .label("unknown key")
        .did_you_mean(near.or(synonym), || format!("its keys are {}", known(construct)));
}

fn tagged(constructs: &[&'static Construct], node: &Node, what: What<'_>, sink: &mut Sink) {
    let tags = || constructs.iter().filter_map(|construct| construct.keys.first().map(|key| key.name));
    let Value::Map(entries) = &node.value else {
        wrong(&Shape::Tagged(&[]), node, what, sink);
        return;
    };
    let present: Vec<&Entry> = entries.iter().filter(|entry| tags().any(|tag| tag == entry.key)).collect();
    match present.as_slice() {
        [] => {
            let first = entries.first();
            let near = first.and_then(|entry| nearest(&entry.key, tags()));
            sink.add("DB041", first.map_or(node.span, |entry| entry.span), "This is no action.")
                .did_you_mean(near, || format!("an action is one of {}", quoted(tags())));
        }
        [tag] => {
            let construct =
                constructs.iter().find(|construct| construct.keys.first().is_some_and(|key| key.name == tag.key));
            if let Some(construct) = construct {
                keys(construct, entries, node.span, sink);
            }
        }
        [_, second, ..] => {
            sink.add("DB041", second.span, "Two actions stand in one map.")
                .help(format!("give `{}` a list item of its own: `- {}: …`", second.key, second.key));
        }
    }
}
