//! What a migration would do to one instance, for the people who decide about it: laid side by side from the decision
//! itself, then said in Dutch or English. Decides nothing; `decide` does.

mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;
use serde::Serialize;
use serde_json::Value;

use crate::decide::{Answers, ChildStatus, Decision, Effect, Snapshot, StepStatus, TimerPurpose, World, unmet_after};
use crate::definition::Definition;

pub use words::{reason, told};

/// What a migration would do to an instance.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Preview {
    /// Version it goes by now.
    pub from: String,
    /// Version it would go by.
    pub to: String,
    /// Where it stands.
    pub before: Vec<Named>,
    /// Where it would stand.
    pub after: Vec<Named>,
    /// Open tasks, and those that would open.
    pub tasks: Vec<Task>,
    /// Running timers, and those that would start.
    pub timers: Vec<Timer>,
    /// Data with another name or a first value.
    pub data: Vec<Given>,
    /// Settings with another name, a value of their own, or no meaning any more.
    pub config: Vec<Given>,
    /// Cycles that would begin below it.
    pub children: Vec<String>,
    /// What would be missing for the next events and is not asked for now.
    pub unmet: Vec<Unmet>,
    /// Roles and persons that would get a message.
    pub told: Vec<String>,
}

/// A thing with its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Title in the reader's language.
    pub title: String,
}

/// What becomes of a task or a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Becomes {
    /// It goes on.
    Stays,
    /// It goes on under another id.
    Renamed,
    /// It ends.
    Ends,
    /// It is new.
    Begins,
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its step: now, or then when it is new.
    pub step: Named,
    /// What becomes of it.
    pub becomes: Becomes,
    /// Its id then, when it has another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Whether it keeps the form of the version in which it was opened, because the new one is otherwise.
    pub keeps_form: bool,
}

/// A timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timer {
    /// Its id: now, or then when it is new.
    pub id: String,
    /// What becomes of it.
    pub becomes: Becomes,
    /// Its id then, when it has another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<String>,
    /// Its moment then, or the one it had.
    pub due: DateTime,
    /// Whether that moment has passed, so that it rings at once.
    pub passed: bool,
}

/// A value of data or settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Given {
    /// Name then.
    pub name: String,
    /// Name before, when it had another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Value then; none for what has no meaning any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// What would be missing for an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmet {
    /// The event.
    pub event: Named,
    /// Reasons, with the workflow's sentence where it has one.
    pub reasons: Vec<String>,
}

/// One side of a migration: the instance with the world around it, and what plugins say of its open steps.
#[derive(Clone, Copy, Debug)]
pub struct Side<'s> {
    /// Definition, origin, calendar and moment.
    pub world: World<'s>,
    /// The instance.
    pub snapshot: &'s Snapshot,
    /// What plugins say.
    pub answers: &'s Answers,
}

/// What a decision to migrate would do. `locale` is `nl` or `en`.
pub fn preview(before: Side<'_>, after: Side<'_>, decision: &Decision, locale: &str) -> Preview {
    let states = |side: Side<'_>| -> Vec<Named> {
        side.snapshot.chart.active.iter().map(|id| named(side.world.definition, locale, "state", id)).collect()
    };
    Preview {
        from: before.world.origin.version.clone(),
        to: after.world.origin.version.clone(),
        before: states(before),
        after: states(after),
        tasks: tasks(before, after, locale),
        timers: timers(before, after),
        data: given(&before.snapshot.data, &after.snapshot.data),
        config: given(&before.world.origin.config, &after.world.origin.config),
        children: children(before, after),
        unmet: unmet(before, after, locale),
        told: told_by(decision, after.world.definition, locale),
    }
}

fn named(definition: &Definition, locale: &str, what: &str, id: &str) -> Named {
    Named { id: id.to_owned(), title: definition.ir.text(locale, &format!("{what}.{id}")).to_owned() }
}

fn open(snapshot: &Snapshot) -> BTreeMap<u64, &str> {
    let steps = snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
    steps.map(|(id, state)| (state.run, id.as_str())).collect()
}

fn tasks(before: Side<'_>, after: Side<'_>, locale: &str) -> Vec<Task> {
    let (were, are) = (open(before.snapshot), open(after.snapshot));
    let runs: BTreeSet<&u64> = were.keys().chain(are.keys()).collect();
    let kept = |id: &str| after.snapshot.migrated.as_ref().is_some_and(|migrated| migrated.kept.contains_key(id));
    let task = |run: &u64| {
        let (was, is) = (were.get(run).copied(), are.get(run).copied());
        let becomes = match (was, is) {
            (Some(was), Some(is)) if was == is => Becomes::Stays,
            (Some(_), Some(_)) => Becomes::Renamed,
            (Some(_), None) => Becomes::Ends,
            (None, _) => Becomes::Begins,
        };
        let step = match was {
            Some(was) => named(before.world.definition, locale, "step", was),
            None => named(after.world.definition, locale, "step", is.unwrap_or_default()),
        };
        let now = is.filter(|_| becomes == Becomes::Renamed).map(str::to_owned);
        Task { step, becomes, now, keeps_form: is.is_some_and(kept) }
    };
    runs.into_iter().map(task).collect()
}

fn timers(before: Side<'_>, after: Side<'_>) -> Vec<Timer> {
    let by_number = |side: Side<'_>| -> BTreeMap<u64, (String, DateTime)> {
        let timers = side.snapshot.timers.iter();
        timers.map(|(id, timer)| (timer.seq, (id.clone(), timer.civil))).collect()
    };
    let (were, are) = (by_number(before), by_number(after));
    let numbers: BTreeSet<&u64> = were.keys().chain(are.keys()).collect();
    let local = after.world.calendar.local(after.world.now);
    let mut found: Vec<Timer> = Vec::new();
    for number in numbers {
        let (was, is) = (were.get(number), are.get(number));
        let Some((id, due)) = was.or(is) else { continue };
        let becomes = match (was, is) {
            (Some((was, _)), Some((is, _))) if was == is => Becomes::Stays,
            (Some(_), Some(_)) => Becomes::Renamed,
            (Some(_), None) => Becomes::Ends,
            (None, _) => Becomes::Begins,
        };
        let now = is.filter(|_| becomes == Becomes::Renamed).map(|(id, _)| id.clone());
        found.push(Timer { id: id.clone(), becomes, now, due: *due, passed: is.is_some() && *due <= local });
    }
    let erases = |id: &str| {
        before.snapshot.timers.get(id).is_some_and(|timer| matches!(timer.purpose, TimerPurpose::Erase { .. }))
    };
    found.retain(|timer| timer.becomes != Becomes::Stays || !erases(&timer.id));
    found
}

/// What has another name or is new; what stands under no name any more has no value.
fn given(before: &crate::decide::Object, after: &crate::decide::Object) -> Vec<Given> {
    let mut gone: Vec<(&String, &Value)> = before.iter().filter(|(name, _)| !after.contains_key(*name)).collect();
    let mut found = Vec::new();
    for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        let from = gone.iter().position(|(_, was)| *was == value).map(|at| gone.remove(at).0.clone());
        found.push(Given { name: name.clone(), from, value: Some(value.clone()) });
    }
    found.extend(gone.into_iter().map(|(name, _)| Given { name: name.clone(), from: None, value: None }));
    found
}

fn children(before: Side<'_>, after: Side<'_>) -> Vec<String> {
    let running = |snapshot: &Snapshot| -> BTreeSet<String> {
        let entries = snapshot.children.values().flat_map(|children| children.entries.values());
        entries.filter(|child| child.status == ChildStatus::Running).map(|child| child.instance.clone()).collect()
    };
    running(after.snapshot).difference(&running(before.snapshot)).cloned().collect()
}

fn unmet(before: Side<'_>, after: Side<'_>, locale: &str) -> Vec<Unmet> {
    let missing = |side: Side<'_>| unmet_after(side.world, side.snapshot, side.answers);
    let known = missing(before);
    let definition = after.world.definition;
    let mut found = Vec::new();
    for (event, reasons) in missing(after) {
        let new = reasons.iter().filter(|reason| !known.get(&event).is_some_and(|known| known.contains(reason)));
        let reasons: Vec<String> = new.map(|reason| sentence(definition, locale, reason)).collect();
        if !reasons.is_empty() {
            found.push(Unmet { event: named(definition, locale, "event", &event), reasons });
        }
    }
    found
}

/// A reason with the sentence that the workflow has for its word.
fn sentence(definition: &Definition, locale: &str, reason: &str) -> String {
    let word = reason.split(':').next().unwrap_or(reason);
    let texts = definition.texts(&format!("error.{word}"));
    let text = [locale, "nl", "en"].iter().find_map(|locale| texts.get(*locale));
    text.map_or_else(|| reason.to_owned(), |text| format!("{reason}: {text}"))
}

fn told_by(decision: &Decision, definition: &Definition, locale: &str) -> Vec<String> {
    let mut told = BTreeSet::new();
    for effect in &decision.effects {
        if let Effect::Notify { roles, persons, .. } = effect {
            told.extend(roles.iter().map(|role| named(definition, locale, "role", role).title));
            told.extend(persons.iter().cloned());
        }
    }
    told.into_iter().collect()
}
