//! The scenario file: its keys as types, from which reading and the JSON Schema both come.
//!
//! Plain data. What an element means is in `player`, how values are compared in `matching`; see docs/scenarios.md.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::expectation::Expect;
use super::place::{Moment, Placed};

/// A piece of school life and what must be true in it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Short name, shown in the report.
    pub scenario: String,
    /// What it is about.
    pub title: Option<Text>,
    /// What is there before anything happens.
    #[serde(default)]
    pub given: Given,
    /// What happens, in order.
    pub play: Vec<Placed<Element>>,
    /// Other endings, each played from a marked point.
    #[serde(default)]
    pub variations: Vec<Placed<Variation>>,
}

/// A text in one language for all, or one per language.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Text {
    /// The same for everybody.
    One(String),
    /// Locale -> text.
    Many(BTreeMap<String, String>),
}

impl Text {
    /// The text in `locale`, falling back to Dutch, English, and whatever there is.
    pub fn get(&self, locale: &str) -> &str {
        match self {
            Self::One(text) => text,
            Self::Many(texts) => [locale, "nl", "en"]
                .iter()
                .find_map(|key| texts.get(*key))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }
}

/// What is there before anything happens.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// School file, from the folder of the scenario.
    pub school: Option<String>,
    /// Folders with workflows, from the folder of the scenario.
    #[serde(default)]
    pub workflows: Vec<String>,
    /// People added to the school.
    #[serde(default)]
    pub people: Map<String, Value>,
    /// Periods added to the school's calendar: `{local: [...]}`.
    #[serde(default)]
    pub calendar: Map<String, Value>,
    /// Absences added to the school: `{person, from, to, substitute}`.
    #[serde(default)]
    pub absences: Vec<Map<String, Value>>,
    /// Jobs that people share: `{people, days}`.
    #[serde(default)]
    pub duos: Vec<Map<String, Value>>,
    /// First moment of the clock.
    pub begin: Option<Moment>,
}

/// Another ending.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Variation {
    /// Short name.
    pub variation: String,
    /// What it is about.
    pub title: Option<Text>,
    /// The mark at which it begins; without it, at the start.
    pub from: Option<String>,
    /// What happens, in order.
    pub play: Vec<Placed<Element>>,
}

/// One element of the play: move the clock, say something, one command, set a mark, check.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Element {
    /// Local date and time of the school; timers due before it fire on the way.
    pub at: Option<Moment>,
    /// Person who acts; without it the actor of the element before goes on.
    #[serde(rename = "as")]
    pub actor: Option<String>,
    /// Person for whom it is entered.
    pub on_behalf_of: Option<String>,
    /// A sentence for the story.
    pub tell: Option<Text>,
    /// Name of this point, where a variation can begin.
    pub mark: Option<String>,
    /// What must be true afterwards.
    #[serde(default)]
    pub expect: OneOrMany<Expect>,

    /// Begin an instance.
    pub start: Option<Start>,
    /// Hand in contributions.
    pub contribute: Option<Contribute>,
    /// Take a contribution back.
    pub withdraw: Option<OneContribution>,
    /// Let a late contribution count.
    pub admit: Option<OneContribution>,
    /// Conclude a step.
    pub conclude: Option<OneStep>,
    /// Leave a step out.
    pub skip: Option<OneStep>,
    /// Send an event.
    pub send: Option<Send>,
    /// Stop the clock of an instance.
    pub pause: Option<Because>,
    /// Let it go on.
    pub resume: Option<Because>,
    /// End it.
    pub cancel: Option<Because>,
    /// Give a timer or a step's due date another moment.
    pub reschedule: Option<Reschedule>,
    /// Put it in other states, without guards.
    #[serde(rename = "move")]
    pub move_to: Option<Move>,
    /// Let it go by another version of its workflow.
    pub migrate: Option<Migrate>,
    /// Write a line in its journal.
    pub note: Option<Note>,
    /// A person is away.
    pub absent: Option<Whom>,
    /// A person is back.
    pub present: Option<Whom>,
    /// A person leaves the school.
    pub leave: Option<Whom>,
    /// A person joins the school.
    pub join: Option<Join>,
    /// A person is away by the school's calendar, as in a school file: `{person, from, to, substitute}`.
    pub absence: Option<Map<String, Value>>,
    /// A person is back, from today on.
    pub back: Option<Whom>,
    /// People share a job, as in a school file: `{people, days}`.
    pub duo: Option<Map<String, Value>>,
    /// Other periods in the calendar.
    pub calendar: Option<CalendarChange>,
    /// The engine is off for a while.
    pub downtime: Option<Downtime>,
    /// Name an instance that the engine started.
    pub find: Option<Find>,
}

/// One value or a list of them.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(Box<T>),
    /// Several.
    Many(Vec<T>),
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl<T> OneOrMany<T> {
    /// All of them, in order.
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Many(many) => many,
        }
    }
}

/// Begin an instance.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// Workflow id.
    pub workflow: String,
    /// Version requirement; default: the newest.
    pub version: Option<String>,
    /// Name by which the scenario calls it; default: the workflow's id.
    #[serde(rename = "as")]
    pub name: Option<String>,
    /// Its configuration.
    #[serde(default)]
    pub config: Map<String, Value>,
}

/// Hand in contributions: as a list of entries, or as a table.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Contribute {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Step id.
    pub step: String,
    /// Entries: the entry kind as the one free key, beside it `as`, `group`, `id`, ….
    #[serde(default)]
    pub entries: Vec<Map<String, Value>>,
    /// Entry kind of the rows of a table.
    pub entry: Option<String>,
    /// What all rows share.
    #[serde(default, rename = "with")]
    pub shared: Map<String, Value>,
    /// Columns of the table: `as`, `group`, `id`, …, or fields of the entry.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Rows of the table.
    #[serde(default)]
    pub rows: Vec<Vec<Value>>,
}

/// A contribution that is there already.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneContribution {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Step id.
    pub step: String,
    /// Contribution id.
    pub id: String,
    /// Name of the secret of an anonymous contribution.
    pub token: Option<String>,
}

/// A step.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OneStep {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Step id.
    pub step: String,
    /// Why.
    pub reason: Option<String>,
}

/// Send an event.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Event name.
    pub event: String,
    /// Its data.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// Why.
    pub reason: Option<String>,
}

/// Something about a whole instance.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

/// Another moment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reschedule {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Timer id, or step id for its due date.
    pub target: String,
    /// New local moment.
    pub to: Moment,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Other states.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// State ids.
    pub to: Vec<String>,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

/// Another version of its workflow, or the way back.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Version, or a file or folder with the workflow, from the folder of the scenario.
    pub to: Option<String>,
    /// What has another name there: as in the map of `draaiboek migrate`, or its file, from the folder of the scenario.
    pub map: Option<Value>,
    /// Why.
    pub reason: Option<String>,
    /// Take the last migration back instead.
    #[serde(default)]
    pub undo: bool,
}

/// A line in the journal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// Instance.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// What it says.
    pub text: String,
}

/// A person of the school.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// Instance; without it every running one.
    #[serde(rename = "in")]
    pub instance: Option<String>,
    /// Person id.
    pub person: String,
}

/// A new person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Person id.
    pub person: String,
    /// Display name.
    pub name: Option<String>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<String>,
}

/// Periods added to and taken from the calendar.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarChange {
    /// Periods as in a school file.
    #[serde(default)]
    pub add: Vec<Map<String, Value>>,
    /// Ids of local periods.
    #[serde(default)]
    pub remove: Vec<String>,
}

/// The engine is off until then.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Downtime {
    /// Local moment at which it is on again.
    pub until: Moment,
}

/// Name an instance that the engine started.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// Workflow id.
    pub workflow: String,
    /// Name by which the scenario calls it.
    #[serde(rename = "as")]
    pub name: String,
}
