//! What differs between two versions of a workflow, for the people who work with it.
//!
//! Compares the compiled forms, so that another way of writing the same is no difference. Pure: two workflows in,
//! a list of changes with a sentence each out. Which cycles are concerned is not known here.

mod fields;
mod pairs;
mod spell;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::ir::{State, Step, Timer, Transition, Workflow};

use fields::Fields;
use words::Words;

pub use words::heading;

/// What a change is about, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// The workflow as a whole.
    Workflow,
    /// A role.
    Role,
    /// A setting asked at the start.
    Config,
    /// A state.
    State,
    /// A step.
    Step,
    /// An event, or what happens by itself.
    Event,
    /// A timer.
    Timer,
    /// What a role sees of the whole.
    View,
    /// Data that the workflow keeps.
    Data,
    /// The texts of a language.
    Text,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// New.
    Added,
    /// Gone.
    Removed,
    /// Otherwise than before.
    Changed,
}

/// One field before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Key of the language, such as `minutes`.
    pub field: String,
    /// Before, as it is written; none when there was none.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is about.
    pub area: Area,
    /// What became of it.
    pub kind: Kind,
    /// Id of the state, step, timer, role or setting; for an event `state.event`.
    pub id: String,
    /// What is different, when it changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// The change in words.
    pub words: String,
}

/// What differs, in order of what it is about and where it stands. `locale` is `nl` or `en`.
pub fn compare(before: &Workflow, after: &Workflow, locale: &str) -> Vec<Change> {
    let mut comparison = Comparison { words: Words { before, after, locale }, changes: Vec::new() };
    comparison.whole();
    comparison.named(Area::Role, &fields::roles(before), &fields::roles(after));
    comparison.named(Area::Config, &fields::settings(&before.config), &fields::settings(&after.config));
    let (old, new) = (Places::of(before), Places::of(after));
    comparison.named(Area::State, &old.states(), &new.states());
    comparison.named(Area::Step, &old.steps(), &new.steps());
    comparison.events(&old, &new);
    comparison.named(Area::Timer, &old.timers(), &new.timers());
    comparison.named(Area::View, &fields::views(before), &fields::views(after));
    comparison.named(Area::Data, &fields::data(before), &fields::data(after));
    comparison.texts();
    comparison.changes
}

/// A workflow by its ids.
struct Places<'w> {
    /// States with the id of the one around them.
    states: Vec<(&'w State, Option<&'w str>)>,
}

impl<'w> Places<'w> {
    fn of(workflow: &'w Workflow) -> Self {
        fn visit<'w>(states: &'w [State], around: Option<&'w str>, into: &mut Vec<(&'w State, Option<&'w str>)>) {
            for state in states {
                into.push((state, around));
                visit(&state.states, Some(&state.id), into);
            }
        }
        let mut states = Vec::new();
        visit(&workflow.states, None, &mut states);
        Self { states }
    }

    fn states(&self) -> BTreeMap<String, Fields> {
        self.states.iter().map(|(state, around)| (state.id.clone(), fields::state(state, *around))).collect()
    }

    fn steps(&self) -> BTreeMap<String, Fields> {
        let all = self.states.iter().flat_map(|(state, _)| state.steps.iter().map(|step| (step, &state.id)));
        all.map(|(step, state): (&Step, &String)| (step.id.clone(), fields::step(step, state))).collect()
    }

    fn timers(&self) -> BTreeMap<String, Fields> {
        let all = self.states.iter().flat_map(|(state, _)| state.timers.iter().map(|timer| (timer, &state.id)));
        all.map(|(timer, state): (&Timer, &String)| (timer.id.clone(), fields::timer(timer, state))).collect()
    }

    fn transitions(&self) -> BTreeMap<&'w str, &'w [Transition]> {
        self.states.iter().map(|(state, _)| (state.id.as_str(), state.on.as_slice())).collect()
    }
}

struct Comparison<'w> {
    words: Words<'w>,
    changes: Vec<Change>,
}

impl Comparison<'_> {
    fn whole(&mut self) {
        let (before, after) = (fields::whole(self.words.before), fields::whole(self.words.after));
        let id = self.words.after.id.clone();
        self.changed(Area::Workflow, &id, &before, &after);
    }

    /// Things that have a name: what is new, what is gone, what is different.
    fn named(&mut self, area: Area, before: &BTreeMap<String, Fields>, after: &BTreeMap<String, Fields>) {
        let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for id in ids {
            match (before.get(id), after.get(id)) {
                (None, Some(new)) => self.whole_one(area, Kind::Added, id, new),
                (Some(old), None) => self.whole_one(area, Kind::Removed, id, old),
                (Some(old), Some(new)) => self.changed(area, id, old, new),
                (None, None) => {}
            }
        }
    }

    /// Events of the states that stand on both sides; those of a new or removed state are told with the new state only.
    fn events(&mut self, old: &Places<'_>, new: &Places<'_>) {
        let (before, after) = (old.transitions(), new.transitions());
        for (state, new) in &after {
            let old = before.get(state).copied().unwrap_or_default();
            let pairs = pairs::pair(old, new);
            for (old, new) in pairs {
                let id = |transition: &Transition| match transition.events.as_slice() {
                    [] => format!("{state}.always"),
                    events => format!("{state}.{}", events.join("|")),
                };
                match (old, new) {
                    (Some(old), Some(new)) => {
                        self.changed(Area::Event, &id(new), &fields::transition(old), &fields::transition(new));
                    }
                    (None, Some(new)) => self.whole_one(Area::Event, Kind::Added, &id(new), &fields::transition(new)),
                    (Some(old), None) => self.whole_one(Area::Event, Kind::Removed, &id(old), &fields::transition(old)),
                    (None, None) => {}
                }
            }
        }
    }

    fn whole_one(&mut self, area: Area, kind: Kind, id: &str, fields: &Fields) {
        let words = self.words.whole(area, kind, id, fields);
        self.changes.push(Change { area, kind, id: id.to_owned(), fields: Vec::new(), words });
    }

    fn changed(&mut self, area: Area, id: &str, before: &Fields, after: &Fields) {
        let keys: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let mut changes = Vec::new();
        let mut said = Vec::new();
        for key in keys {
            let (old, new) = (before.get(key), after.get(key));
            if old != new {
                said.push(self.words.field(key, old, new));
                let shown = |value: Option<&fields::Shown>| value.and_then(fields::Shown::plain);
                changes.push(FieldChange { field: key.clone(), before: shown(old), after: shown(new) });
            }
        }
        if !changes.is_empty() {
            let words = self.words.changed(area, id, &said);
            self.changes.push(Change { area, kind: Kind::Changed, id: id.to_owned(), fields: changes, words });
        }
    }

    /// Texts are counted, and those that are otherwise are laid side by side.
    fn texts(&mut self) {
        let (before, after) = (&self.words.before.texts, &self.words.after.texts);
        let locales: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for locale in locales {
            let none = BTreeMap::new();
            let old = before.get(locale).unwrap_or(&none);
            let new = after.get(locale).unwrap_or(&none);
            let added = new.keys().filter(|key| !old.contains_key(*key)).count();
            let removed = old.keys().filter(|key| !new.contains_key(*key)).count();
            let other: Vec<(&String, &String, &String)> = new
                .iter()
                .filter_map(|(key, text)| Some((key, old.get(key).filter(|old| *old != text)?, text)))
                .collect();
            if added + removed + other.len() > 0 {
                let words = self.words.texts(locale, added, removed, &other);
                let field = |(key, old, new): &(&String, &String, &String)| FieldChange {
                    field: (*key).clone(),
                    before: Some((*old).clone()),
                    after: Some((*new).clone()),
                };
                let fields = other.iter().map(field).collect();
                self.changes.push(Change { area: Area::Text, kind: Kind::Changed, id: locale.clone(), fields, words });
            }
        }
    }
}

#[cfg(test)]
mod tests;
