//! Step kind `grouping` (domain.md H1.6): compose groups, pairs or the teams matrix, and validate them against rules.
//! The last proposal counts, changes to single groups come on top; a confirmation closes it. Knows nothing about calendars
//! of groups beyond their end date.

mod check;
mod fold;
mod rules;
mod spec;
mod suggest;

use std::collections::BTreeMap;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, export, json, say,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Grouping;

/// Who is to be grouped, and under which rules.
#[derive(Debug, Deserialize)]
pub struct Config {
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    attributes: BTreeMap<String, BTreeMap<String, String>>,
    size: Option<Size>,
    count: Option<usize>,
    #[serde(default)]
    overlap: bool,
    #[serde(default)]
    auto: bool,
    #[serde(default)]
    rules: Vec<Rule>,
    coach_max: Option<usize>,
    #[serde(default = "yes")]
    confirm_required: bool,
    end_date: Option<Date>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, Deserialize)]
struct Size {
    min: usize,
    max: usize,
}

/// A rule with the fields that its kind needs.
#[derive(Debug, Deserialize)]
struct Rule {
    rule: RuleKind,
    attr: Option<String>,
    max: Option<Value>,
    #[serde(default)]
    pairs: Vec<Vec<String>>,
    member: Option<String>,
    #[serde(default)]
    set: Vec<String>,
    kind: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleKind {
    MixedBy,
    SameBy,
    NotTogether,
    WithOneOf,
    EveryRowInColumn,
    OneCoach,
}

/// A group, pair or team.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Group {
    id: String,
    label: Option<String>,
    kind: Option<String>,
    theme: Option<String>,
    #[serde(default)]
    members: Vec<String>,
    coach: Option<String>,
}

/// Somebody without a group.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Unplaced {
    member: String,
    reason: Option<String>,
}

/// What people contribute.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// All groups at once.
    Propose(Propose),
    /// A change to one group.
    Set(Set),
    /// These are the groups.
    Confirm(Confirm),
}

/// All groups at once.
#[derive(Debug, Deserialize)]
pub struct Propose {
    groups: Vec<Group>,
    #[serde(default)]
    unplaced: Vec<Unplaced>,
}

/// A change to one group; what is not named stays.
#[derive(Debug, Deserialize)]
pub struct Set {
    group: String,
    label: Option<String>,
    kind: Option<String>,
    members: Option<Vec<String>>,
    coach: Option<String>,
}

/// These are the groups; with a reason where a rule is broken.
#[derive(Debug, Deserialize)]
pub struct Confirm {
    reason: Option<String>,
    /// Fingerprint of the roster at that moment, set by `check`.
    roster: Option<String>,
}

impl StepKind for Grouping {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Problem> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = json(picture);
        let part = |fields: &[&str]| Value::Object(fields.iter().map(|f| ((*f).to_owned(), whole[*f].clone())).collect());
        let sizes = picture.groups.iter().map(|g| json!({"id": g.id, "label": g.label, "kind": g.kind, "size": g.members.len()}));
        let school = json!({"groups": sizes.collect::<Vec<Value>>(), "confirmed": whole["confirmed"]});
        Projections::default()
            .to(&["contributor", "team"], part(&["groups", "confirmed", "end_date", "expired"]))
            .to(&["policy"], part(&["groups", "confirmed", "end_date", "expired", "warnings", "without_coach"]))
            .to(&["school"], school)
            .to(&["facilitator"], whole)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.confirm_required && !picture.confirmed {
            let text = say("bevestig eerst de groepen", "confirm the groups first");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("confirm"));
        }
        if !picture.groups.is_empty() {
            outcome.artifact("groups", json!({"groups": json(&picture.groups)}));
        }
        outcome
    }
}

export!(Grouping);

#[cfg(test)]
mod tests;
