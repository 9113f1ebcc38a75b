//! The documents that travel between host and plugin (contract `draaiboek:step@1.0.0`), as types.
//!
//! Only shapes: no calls, no checks beyond what a type can say. Unknown keys in an answer are an error, so that a
//! misspelt key is found by its author and not by a school.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A text for users in the two languages of the product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Dutch.
    pub nl: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The text in `locale` (`nl`, `nl-BE`, ...): Dutch for Dutch locales, English for all others.
    pub fn get(&self, locale: &str) -> &str {
        if locale == "nl" || locale.starts_with("nl-") { &self.nl } else { &self.en }
    }
}

/// What every call is told about the step it serves; the argument `ctx`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// Step kind, one of the kinds in the plugin's manifest.
    pub kind: String,
    /// Configuration of the step, already validated against the kind's schema by the caller.
    pub config: Value,
    /// Earlier results and artifacts by name.
    #[serde(default)]
    pub inputs: BTreeMap<String, Value>,
    /// Who acts; `None` when nobody does (a timer, a projection).
    #[serde(default)]
    pub actor: Option<Actor>,
    /// Locale of the reader, such as `nl`.
    pub locale: String,
    /// The event's local time, `2026-10-02T12:20:00`.
    pub now: String,
    /// The event's local date, `2026-10-02`.
    pub today: String,
    /// The school year around `today`.
    pub calendar: Calendar,
    /// Seed for draws, an unsigned 64 bit number as text.
    pub seed: String,
    /// The host's tally per entry kind over all contributions received, also those not in force.
    #[serde(default)]
    pub counts: BTreeMap<String, Count>,
    /// Participants the task is for, less those absent (domain.md L14); `None` when the task is open to all.
    #[serde(default)]
    pub invited: Option<Vec<String>>,
    /// Whether the step is concluded.
    #[serde(default, skip_serializing_if = "is_false")]
    pub closed: bool,
    /// `named`, `pseudonymous` or `anonymous`: who stands behind a contribution.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub identity: String,
    /// Anonymity threshold of the step (domain.md L6).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub k: u32,
    /// Contributions in force; only in `check`, only for entries with `needs_contributions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributions: Option<Vec<Contribution>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// The person behind a call, as far as the step may know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// Participant id, or a pseudonym in anonymous steps.
    pub participant: String,
    /// Roles in this workflow.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Group within the step.
    #[serde(default)]
    pub group: Option<String>,
}

/// Calendar answers: the school year and its closed periods, all dates inclusive and as `YYYY-MM-DD`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// First day of the period the host answers for.
    pub from: String,
    /// Last day of that period.
    pub to: String,
    /// Closed periods as (first day, last day).
    #[serde(default)]
    pub closed: Vec<(String, String)>,
}

/// The host's tally of one entry kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// Contributions received.
    pub submitted: u64,
    /// Of those, withdrawn.
    pub withdrawn: u64,
    /// Of those, late.
    pub late: u64,
}

/// A contribution as it comes in; the second argument of `check`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// Participant id, or a pseudonym in anonymous steps.
    pub participant: String,
    /// Roles in this workflow.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Group within the step.
    #[serde(default)]
    pub group: Option<String>,
    /// Local time of the contribution; a date only in anonymous steps.
    pub at: String,
    /// Object with exactly one key, the entry kind, holding the body.
    pub payload: Value,
}

/// A contribution in force; the second argument of `summarise` and `conclude` is an array of these, ordered by `seq`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contribution {
    /// Id of the contribution.
    pub id: String,
    /// Place in the order of acceptance.
    pub seq: u64,
    /// Entry kind.
    pub entry: String,
    /// Key within participant and entry (domain.md L3).
    pub slot: String,
    /// The body as `check` normalised it.
    pub value: Value,
    /// Participant id, or a pseudonym in anonymous steps.
    pub participant: String,
    /// Roles in this workflow.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Group within the step.
    #[serde(default)]
    pub group: Option<String>,
    /// Local time of acceptance; a date only in anonymous steps.
    pub at: String,
    /// Whether it came late and was let in.
    #[serde(default)]
    pub admitted_late: bool,
}

/// What `check` answers to a contribution it takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckAnswer {
    /// Entry kind; one of those in the manifest.
    pub entry: String,
    /// Key under which a later contribution replaces this one; `""` when a participant has one.
    pub slot: String,
    /// Whether the slot is shared by all participants (the last one, by anybody, wins).
    #[serde(default)]
    pub shared: bool,
    /// The normalised body.
    pub value: Value,
    /// Remarks for the participant that refuse nothing.
    #[serde(default)]
    pub warnings: Vec<Warning>,
}

/// A remark that refuses nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Warning {
    /// Error word in capitals.
    pub word: String,
    /// Place in the payload as a JSON pointer, if it is about one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Text for the participant.
    pub text: Text,
    /// What the word is about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
}

/// One reason of a plugin to say no, or not yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Error word in capitals, one of the manifest's `error_words`.
    pub word: String,
    /// Place in the payload as a JSON pointer, such as `/card/text`; empty when it is about no one place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
    /// Text for users.
    pub text: Text,
    /// What the word is about, such as the ids of cards.
    #[serde(default)]
    pub args: Vec<String>,
}

impl Problem {
    /// The short form shown in lists and scenarios: `WORD`, or `WORD:first argument`.
    pub fn reason(&self) -> String {
        match self.args.first() {
            Some(arg) => format!("{}:{arg}", self.word),
            None => self.word.clone(),
        }
    }
}

/// The refusal of any function: at least one problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Problems {
    /// Why.
    pub problems: Vec<Problem>,
}

/// What `summarise` answers: one projection per audience. An audience that is not here gets nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Projection by audience.
    pub projections: BTreeMap<String, Value>,
}

/// What `conclude` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conclusion {
    /// Whether the step can end; false exactly when there are problems.
    pub ready: bool,
    /// The picture so far, present in both cases.
    pub result: Value,
    /// Documents the step leaves behind.
    #[serde(default)]
    pub artifacts: Vec<Artifact>,
    /// Name of the outcome when the step chooses one.
    #[serde(default)]
    pub event: Option<String>,
    /// Why not yet.
    #[serde(default)]
    pub problems: Vec<Problem>,
}

/// A document a step leaves behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Artifact {
    /// Name within the step.
    pub name: String,
    /// Content.
    pub content: Value,
}
