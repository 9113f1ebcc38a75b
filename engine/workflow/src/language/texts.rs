//! Texts: by language inside the document, and in files of their own.

use std::collections::BTreeMap;

use super::diagnostic::Sink;
use super::grammar::Shape;
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::shape::{What, wrong};
use super::span::{Path, SourceMap, Span};

/// Language of a text given without one.
pub const DEFAULT_LOCALE: &str = "nl";

/// Locale -> key -> text.
pub type Texts = BTreeMap<String, BTreeMap<String, String>>;

/// Checks a text for people.
pub fn localised(node: &Node, what: What<'_>, sink: &mut Sink) {
    match &node.value {
        Value::Text(_) => {}
        Value::Map(entries) => {
            for entry in entries {
                if !Pattern::Locale.matches(&entry.key) {
                    sink.add("DB034", entry.span, format!("`{}` is no language.", entry.key))
                        .help("use a language code, such as `nl` or `en`");
                }
                if entry.value.text().is_none() {
                    wrong(&Shape::Name(Pattern::Filled), &entry.value, what, sink);
                }
            }
        }
        _ => wrong(&Shape::Localised, node, what, sink),
    }
}

/// Checks a tree of texts.
pub fn tree(node: &Node, sink: &mut Sink) {
    match &node.value {
        Value::Map(entries) => {
            for entry in entries {
                if !Pattern::TextKey.matches(&entry.key) {
                    sink.add("DB034", entry.span, format!("`{}` is no text key.", entry.key))
                        .label(format!("expected {}", Pattern::TextKey.describe()));
                }
                match entry.value.value {
                    Value::Map(_) => tree(&entry.value, sink),
                    Value::Text(_) => {}
                    _ => wrong(&Shape::Name(Pattern::Filled), &entry.value, What::Key(&entry.key), sink),
                }
            }
        }
        _ => wrong(&Shape::Texts, node, What::Words("texts"), sink),
    }
}

/// Collects texts; what is added first stays.
#[derive(Debug, Default)]
pub struct Collector {
    /// What was found.
    pub texts: Texts,
}

impl Collector {
    /// Adds one text and where it stands.
    pub fn put(&mut self, locale: &str, key: &str, text: &str, span: Span, map: &mut SourceMap) {
        map.put(Path::of("text").at(locale).at(key), span);
        self.texts
            .entry(locale.to_owned())
            .or_default()
            .entry(key.to_owned())
            .or_insert_with(|| text.trim().to_owned());
    }

    /// Adds a text for people, in Dutch or by language.
    pub fn localised(&mut self, key: &str, node: &Node, map: &mut SourceMap) {
        match &node.value {
            Value::Text(text) => self.put(DEFAULT_LOCALE, key, text, node.span, map),
            _ => {
                for entry in node.entries() {
                    if let Some(text) = entry.value.text() {
                        self.put(&entry.key, key, text, entry.value.span, map);
                    }
                }
            }
        }
    }

    /// Adds a tree of texts of one language.
    pub fn tree(&mut self, locale: &str, node: &Node, map: &mut SourceMap) {
        self.branch(locale, "", node, map);
    }

    fn branch(&mut self, locale: &str, prefix: &str, node: &Node, map: &mut SourceMap) {
        for entry in node.entries() {
            let key = if prefix.is_empty() { entry.key.clone() } else { format!("{prefix}.{}", entry.key) };
            match entry.value.text() {
                Some(text) => self.put(locale, &key, text, entry.value.span, map),
                None => self.branch(locale, &key, &entry.value, map),
            }
        }
    }
}
