//! Other words for an instrument: a school's or a publisher's texts laid over it, ids and codes kept.
//!
//! Changes the text of the file only where a text stands, so that comments, order and everything else stay as they
//! are; the outcome is read again and compared. Opens and writes no files.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::diagnostic::Sink;
use super::node::{Node, Value};
use super::span::{SourceFile, Span};
use super::yaml;

pub use super::word_list::{NewText, read_csv, read_yaml};

/// Keys under which the main text of an element stands, the first that is there counts.
const MAIN: [&str; 4] = ["label", "text", "title", "prompt"];

/// What to do besides replacing texts.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// New source, in both languages.
    pub source: Option<String>,
    /// New terms of use.
    pub licence: Option<String>,
    /// Codes may be changed.
    pub allow_codes: bool,
}

/// An instrument in other words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reworded {
    /// The whole file.
    #[serde(skip)]
    pub text: String,
    /// Ids whose text or code was replaced.
    pub replaced: Vec<String>,
    /// Ids that say the same as before.
    pub unchanged: Vec<String>,
    /// Ids of the instrument that the list does not have; they keep their text.
    pub missing: Vec<String>,
    /// Ids whose codes were changed.
    pub recoded: Vec<String>,
}

/// A place of an instrument where a text stands in several languages.
struct Slot {
    /// Keys and ids from the root, such as `items`, `e1`, `label`.
    path: Vec<String>,
    /// The name by which it is called.
    name: String,
    /// By language: where it stands, its JSON pointer, and the text.
    texts: BTreeMap<String, (Span, String, String)>,
    /// Codes of the element, with their place and JSON pointer.
    codes: Option<(Span, String, Vec<String>)>,
}

/// A stretch of the file with what comes in its place, also as JSON.
struct Edit {
    span: Span,
    pointer: String,
    value: Json,
}

/// Lays texts over an instrument.
///
/// # Errors
/// Every problem, each with file and line: an id that the instrument does not have or has twice, a code that differs,
/// a language it does not have.
pub fn reword(base: &SourceFile, list: &[NewText], wishes: &Wishes) -> Result<Reworded, Vec<String>> {
    let root = document(base)?;
    let mut slots = Vec::new();
    collect(&root, &mut Vec::new(), "", None, &mut slots);
    name(&mut slots);
    let mut work = Work { slots: &slots, wishes, edits: Vec::new(), problems: Vec::new(), done: Reworded::new() };
    let mut met = vec![false; slots.len()];
    for new in list {
        if let Some(slot) = work.find(new) {
            met[slot] = true;
            work.replace(new, &slots[slot]);
        }
    }
    work.terms(&root);
    work.done.missing = slots
        .iter()
        .zip(&met)
        .filter(|(slot, met)| !**met && slot.of_an_element())
        .map(|(slot, _)| slot.name.clone())
        .collect();
    if !work.problems.is_empty() {
        return Err(work.problems);
    }
    let (edits, mut done) = (work.edits, work.done);
    done.text = apply(base, &root, edits)?;
    Ok(done)
}

fn document(source: &SourceFile) -> Result<Node, Vec<String>> {
    let mut sink = Sink::default();
    let node = yaml::read(0, &source.text, &mut sink);
    match node.filter(|_| !sink.has_errors()) {
        Some(node) => Ok(node),
        None => Err(problems(sink, source)),
    }
}

/// The messages of a sink as lines.
pub(super) fn problems(sink: Sink, source: &SourceFile) -> Vec<String> {
    let sources = [source.clone()];
    let said = sink.finish(&sources).into_iter().map(|found| {
        let line = found.place.as_ref().map_or(1, |place| place.line);
        format!("{}:{line}: {}", source.name, found.message)
    });
    said.collect()
}

impl Reworded {
    fn new() -> Self {
        Self {
            text: String::new(),
            replaced: Vec::new(),
            unchanged: Vec::new(),
            missing: Vec::new(),
            recoded: Vec::new(),
        }
    }
}

impl Slot {
    /// Whether it belongs to an element with an id; the title and the like need not be in a list.
    fn of_an_element(&self) -> bool {
        self.path.len() > 2
    }

    /// Whether the name is this text's: its id, or ids of its path in order, the last one included.
    fn is_called(&self, name: &str) -> bool {
        let main = self.path.last().is_some_and(|key| MAIN.contains(&key.as_str()));
        let ends = |path: &[String]| {
            let mut parts = name.rsplit('/').peekable();
            let mut keys = path.iter().rev();
            if parts.next() != keys.next().map(String::as_str) {
                return false;
            }
            while let (Some(part), Some(key)) = (parts.peek(), keys.next()) {
                if part == key {
                    parts.next();
                }
            }
            parts.peek().is_none()
        };
        ends(&self.path) || main && ends(&self.path[..self.path.len() - 1])
    }
}

/// The texts below a node, in order. `element` are the codes of the element around it.
fn collect(node: &Node, path: &mut Vec<String>, pointer: &str, element: Option<&Node>, into: &mut Vec<Slot>) {
    match &node.value {
        Value::Map(entries) if localised(node) => {
            let texts = entries.iter().filter_map(|entry| {
                let text = entry.value.text()?.to_owned();
                Some((entry.key.clone(), (entry.value.span, join(pointer, &entry.key), text)))
            });
            let main = path.last().is_some_and(|key| MAIN.contains(&key.as_str()));
            let around = pointer.rsplit_once('/').map_or("", |(around, _)| around);
            let codes = element.filter(|_| main).and_then(|element| codes(element, around));
            into.push(Slot { path: path.clone(), name: String::new(), texts: texts.collect(), codes });
        }
        Value::Map(entries) => {
            let own = node.get("id").map(|_| node);
            let whole = path.is_empty();
            for entry in entries.iter().filter(|entry| !whole || entry.key != "source") {
                path.push(entry.key.clone());
                collect(&entry.value, path, &join(pointer, &entry.key), own, into);
                path.pop();
            }
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(|id| id.json().as_str().map(str::to_owned));
                path.push(id.unwrap_or_else(|| (at + 1).to_string()));
                collect(item, path, &join(pointer, &at.to_string()), None, into);
                path.pop();
            }
        }
        _ => {}
    }
}

fn localised(node: &Node) -> bool {
    let entries = node.entries();
    node.get("nl").is_some() && entries.iter().all(|entry| entry.key.len() == 2 && entry.value.text().is_some())
}

fn codes(element: &Node, pointer: &str) -> Option<(Span, String, Vec<String>)> {
    ["codes", "code"].iter().find_map(|key| {
        let node = element.get(key)?;
        let codes = node.items().iter().filter_map(|code| code.text().map(str::to_owned)).collect();
        Some((node.span, join(pointer, key), codes))
    })
}

fn join(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// Gives each text the shortest name that is its own.
fn name(slots: &mut [Slot]) {
    let names: Vec<String> = slots
        .iter()
        .map(|slot| {
            let main = slot.path.last().is_some_and(|key| MAIN.contains(&key.as_str()));
            let path = if main && slot.path.len() > 1 { &slot.path[..slot.path.len() - 1] } else { &slot.path[..] };
            let candidates = (1..=path.len()).map(|length| path[path.len() - length..].join("/"));
            let own = |name: &String| slots.iter().filter(|other| other.is_called(name)).count() == 1;
            candidates.into_iter().find(own).unwrap_or_else(|| slot.path.join("/"))
        })
        .collect();
    for (slot, name) in slots.iter_mut().zip(names) {
        slot.name = name;
    }
}

struct Work<'w> {
    slots: &'w [Slot],
    wishes: &'w Wishes,
    edits: Vec<Edit>,
    problems: Vec<String>,
    done: Reworded,
}

impl Work<'_> {
    fn find(&mut self, new: &NewText) -> Option<usize> {
        let found: Vec<usize> = (0..self.slots.len()).filter(|at| self.slots[*at].is_called(&new.id)).collect();
        match found.as_slice() {
            [one] => Some(*one),
            [] => {
                self.problems.push(format!(
                    "{}: the instrument has no id `{}`; mend the id, or leave the line out",
                    new.place, new.id
                ));
                None
            }
            several => {
                let names: Vec<&str> = several.iter().map(|at| self.slots[*at].name.as_str()).collect();
                let names = names.join("`, `");
                self.problems.push(format!("{}: `{}` can be `{names}`; write one of these", new.place, new.id));
                None
            }
        }
    }

    fn replace(&mut self, new: &NewText, slot: &Slot) {
        let before = self.edits.len();
        for (locale, text) in &new.texts {
            match slot.texts.get(locale) {
                Some((_, _, old)) if old == text => {}
                Some((span, pointer, _)) => {
                    self.edits.push(Edit { span: *span, pointer: pointer.clone(), value: text.as_str().into() });
                }
                None => self.problems.push(format!("{}: `{}` has no text in `{locale}`", new.place, slot.name)),
            }
        }
        self.recode(new, slot);
        let done = if self.edits.len() > before { &mut self.done.replaced } else { &mut self.done.unchanged };
        done.push(slot.name.clone());
    }

    fn recode(&mut self, new: &NewText, slot: &Slot) {
        let Some(codes) = &new.codes else { return };
        match &slot.codes {
            Some((_, _, old)) if old == codes => {}
            Some((span, pointer, old)) if self.wishes.allow_codes => {
                let value = match (codes.as_slice(), pointer.ends_with("/code")) {
                    ([code], true) => code.as_str().into(),
                    _ => Json::from(codes.clone()),
                };
                self.edits.push(Edit { span: *span, pointer: pointer.clone(), value });
                self.done.recoded.push(format!("{}: {} → {}", slot.name, old.join(" "), codes.join(" ")));
            }
            Some((_, _, old)) => self.problems.push(format!(
                "{}: `{}` has the code {}, the list says {}; results are counted by code: mend it, or allow it with --allow-codes",
                new.place,
                slot.name,
                old.join(" "),
                codes.join(" ")
            )),
            None => self.problems.push(format!("{}: `{}` has no code in the instrument; leave the code out", new.place, slot.name)),
        }
    }

    /// Source and licence, which are always there.
    fn terms(&mut self, root: &Node) {
        if let (Some(source), Some(node)) = (&self.wishes.source, root.get("source")) {
            for entry in node.entries() {
                let pointer = format!("/source/{}", entry.key);
                self.edits.push(Edit { span: entry.value.span, pointer, value: source.as_str().into() });
            }
        }
        if let (Some(licence), Some(node)) = (&self.wishes.licence, root.get("licence")) {
            self.edits.push(Edit { span: node.span, pointer: "/licence".into(), value: licence.as_str().into() });
        }
    }
}

/// The file with the edits, proved to differ in nothing else.
fn apply(base: &SourceFile, root: &Node, mut edits: Vec<Edit>) -> Result<String, Vec<String>> {
    let mut wanted = root.json();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    let mut text = base.text.to_string();
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        if text.get(start..end).is_none() {
            return Err(vec![format!("{}:{}: this text cannot be replaced here", base.name, edit.span.line)]);
        }
        text.replace_range(start..end, &edit.value.to_string());
        if let Some(place) = wanted.pointer_mut(&edit.pointer) {
            *place = edit.value;
        }
    }
    let written = document(&SourceFile::new(base.name.clone(), text.as_str()))?;
    if written.json() != wanted {
        return Err(vec![format!(
            "{}: something else than the texts would change; write each text of the instrument on one line, between quotes",
            base.name
        )]);
    }
    Ok(text)
}
