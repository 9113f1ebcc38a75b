//! Instruments: found for the steps that name them, laid below their configuration, and checked on their own.
//!
//! Opens no files: instruments come in through a function, as extended workflows do.

use std::collections::BTreeSet;

use semver::Version;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::diagnostic::{Diagnostic, Sink};
use super::grammar::{INSTRUMENT, Shape};
use super::load::{Options, Reference};
use super::merge::overlay;
use super::node::{Entry, Node, Value};
use super::pattern::Pattern;
use super::shape::{What, validate};
use super::span::{SourceFile, Span};
use super::verify::Kinds;
use super::yaml;

/// Languages that every text of an instrument has.
const LOCALES: [&str; 2] = ["nl", "en"];

/// Finds an instrument; `None` when there is none.
pub type Finder<'a> = &'a dyn Fn(&Reference) -> Option<SourceFile>;

/// An instrument, read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Instrument {
    /// Name.
    pub id: String,
    /// Version.
    pub version: String,
    /// Step kind.
    pub kind: String,
    /// Title by language.
    pub title: Json,
    /// Purpose by language.
    pub purpose: Json,
    /// Source by language.
    pub source: Json,
    /// Terms of use.
    pub licence: String,
    /// `adult` or `pupil`.
    pub register: String,
    /// The part of the configuration.
    pub with: Json,
}

/// What checking an instrument yields.
#[derive(Debug)]
pub struct CheckedInstrument {
    /// The instrument, when there is no error.
    pub instrument: Option<Instrument>,
    /// Messages in order of place.
    pub diagnostics: Vec<Diagnostic>,
    /// The file, for rendering messages.
    pub sources: Vec<SourceFile>,
}

/// Checks an instrument on its own: grammar, ids, languages, and whether it fits its kind.
pub fn check_instrument(source: &SourceFile, kinds: Option<&Kinds>) -> CheckedInstrument {
    let mut sink = Sink::default();
    let node = read(0, source, &mut sink);
    if let Some(with) = node.as_ref().and_then(|node| node.get("with")) {
        content(with, &mut sink);
    }
    let instrument = node.filter(|_| !sink.has_errors()).map(|node| lower(&node));
    if let (Some(instrument), Some(kinds)) = (&instrument, kinds) {
        for problem in kinds.part_problems(&instrument.kind, &instrument.with) {
            let span = Span { file: 0, line: 1, column: 1, ..Span::default() };
            sink.add("DB070", span, problem).help(format!("see `draaiboek plugin inspect {}`", instrument.kind));
        }
    }
    let sources = vec![source.clone()];
    let failed = sink.has_errors();
    let diagnostics = sink.finish(&sources);
    CheckedInstrument { instrument: instrument.filter(|_| !failed), diagnostics, sources }
}

/// The document of an instrument, when it has the form of one.
fn read(file: u32, source: &SourceFile, sink: &mut Sink) -> Option<Node> {
    let before = sink.has_errors();
    let node = yaml::read(file, &source.text, sink)?;
    validate(&Shape::Object(&INSTRUMENT), &node, What::Words("the instrument"), sink);
    (before || !sink.has_errors()).then_some(node)
}

fn lower(node: &Node) -> Instrument {
    let text = |key: &str| node.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let localised = |key: &str| node.get(key).map_or(Json::Null, Node::json);
    Instrument {
        id: text("instrument"),
        version: text("version"),
        kind: text("uses"),
        title: localised("title"),
        purpose: localised("purpose"),
        source: localised("source"),
        licence: text("licence"),
        register: node.get("register").and_then(Node::text).unwrap_or("adult").to_owned(),
        with: node.get("with").map_or_else(|| Json::Object(Map::new()), Node::json),
    }
}

/// Ids are unique in their list, and every label has all languages.
fn content(node: &Node, sink: &mut Sink) {
    match &node.value {
        Value::List(items) => {
            let mut known = BTreeSet::new();
            for item in items {
                let id = item.get("id");
                if let Some(id) = id.filter(|id| !known.insert(id.json().to_string())) {
                    sink.add("DB022", id.span, format!("The id {} is there twice.", id.json()))
                        .help("give each element of the list an id of its own; results are kept under it");
                }
                content(item, sink);
            }
        }
        Value::Map(entries) => {
            for entry in entries {
                if entry.key == "label" {
                    languages(&entry.value, sink);
                }
                content(&entry.value, sink);
            }
        }
        _ => {}
    }
}

fn languages(label: &Node, sink: &mut Sink) {
    let has = |locale: &str| label.get(locale).and_then(Node::text).is_some_and(|text| !text.trim().is_empty());
    let missing: Vec<&str> = LOCALES.into_iter().filter(|locale| !has(locale)).collect();
    if !missing.is_empty() {
        sink.add("DB023", label.span, format!("This label has no text in {}.", missing.join(", ")))
            .help("write it as `{nl: …, en: …}`");
    }
}

/// Lays the instruments that the steps of a document name below their configuration.
pub(super) struct Fitting<'a, 'o> {
    /// Finds instruments.
    pub options: &'a Options<'o>,
    /// Files read so far; those of instruments are added.
    pub sources: &'a mut Vec<SourceFile>,
    /// Where problems go.
    pub sink: &'a mut Sink,
}

impl Fitting<'_, '_> {
    /// Visits all steps below `node`, which is a document or a state. Shapes are checked later: what is malformed is passed by.
    pub fn states(&mut self, node: &mut Node) {
        let Value::Map(entries) = &mut node.value else { return };
        for Entry { key, value, .. } in entries {
            match key.as_str() {
                "step" => self.step(value),
                "steps" => inner(value).into_iter().for_each(|step| self.step(step)),
                "states" | "parallel" => inner(value).into_iter().for_each(|state| self.states(state)),
                _ => {}
            }
        }
    }

    fn step(&mut self, step: &mut Node) {
        let Some((name, span)) = step.get("instrument").and_then(|node| Some((node.text()?.to_owned(), node.span)))
        else {
            return;
        };
        if !Pattern::Reference.matches(&name) {
            return;
        }
        let Some(found) = self.find(&Reference::parse(&name), span) else { return };
        let kind = step.get("uses").and_then(Node::text).unwrap_or_default();
        let made_for = found.get("uses").and_then(Node::text).unwrap_or_default();
        if kind != made_for {
            self.sink
                .add("DB021", span, format!("The instrument `{name}` is made for steps of the kind `{made_for}`."))
                .help(format!("write `uses: {made_for}`, or choose an instrument for `{kind}`"));
            return;
        }
        let version = found.get("version").and_then(Node::text).unwrap_or_default();
        let id = found.get("instrument").and_then(Node::text).unwrap_or_default();
        let pinned = format!("{id}@{version}");
        let content = found.get("with").cloned();
        self.lay(step, content, pinned);
    }

    fn lay(&mut self, step: &mut Node, content: Option<Node>, pinned: String) {
        let Value::Map(entries) = &mut step.value else { return };
        let own = entries.iter().position(|entry| entry.key == "with").map(|at| entries.remove(at));
        let (span, value) = match (own, content) {
            (Some(own), Some(below)) => (own.span, Some(overlay(below, own.value, self.sink))),
            (Some(own), None) => (own.span, Some(own.value)),
            (None, below) => (step.span, below),
        };
        if let Some(value) = value {
            entries.push(Entry { key: "with".into(), span, value });
        }
        for entry in entries.iter_mut().filter(|entry| entry.key == "instrument") {
            entry.value.value = Value::Text(pinned.clone());
        }
    }

    fn find(&mut self, reference: &Reference, span: Span) -> Option<Node> {
        let name = &reference.name;
        let Some(source) = self.options.instrument.and_then(|find| find(reference)) else {
            self.sink
                .add("DB020", span, format!("The instrument `{name}` was not found."))
                .help(format!("put it in `instruments/{name}.yaml` beside the workflow's folder, or mend the name"));
            return None;
        };
        let file = self.sources.len() as u32;
        let node = read(file, &source, self.sink);
        self.sources.push(source);
        let node = node?;
        let version = node.get("version").and_then(Node::text).and_then(|text| Version::parse(text).ok());
        if let (Some(wanted), Some(found)) = (&reference.version, version)
            && !wanted.matches(&found)
        {
            self.sink
                .add("DB006", span, format!("`{name}` has version {found}, which `{wanted}` excludes."))
                .help("adapt the step to the new version and change the requirement");
        }
        Some(node)
    }
}

/// The values of a map or the elements of a list.
fn inner(node: &mut Node) -> Vec<&mut Node> {
    match &mut node.value {
        Value::List(items) => items.iter_mut().collect(),
        Value::Map(entries) => entries.iter_mut().map(|entry| &mut entry.value).collect(),
        _ => Vec::new(),
    }
}
