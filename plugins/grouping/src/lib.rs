//! Step kind `grouping` (domain.md H1.6): compose groups, pairs or the teams matrix, and validate them against rules.
//! The last proposal counts, changes to single groups come on top; a confirmation closes it. Knows nothing about calendars
//! of groups beyond their end date.

mod check;
mod fold;
mod rules;
mod spec;
mod suggest;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, Table,
    ToJson, entries, export, fields, object, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Grouping;

/// Who is to be grouped, and under which rules.
#[derive(Debug)]
pub struct Config {
    members: Vec<String>,
    attributes: Table<Table<String>>,
    size: Option<Size>,
    count: Option<usize>,
    overlap: bool,
    auto: bool,
    rules: Vec<Rule>,
    coach_max: usize,
    confirm_required: bool,
    end_date: Option<Date>,
}
reads!(Config {
    members, attributes, size, count, overlap, auto, rules, coach_max = 2, confirm_required = true, end_date,
});

#[derive(Debug, Clone, Copy)]
struct Size {
    min: usize,
    max: usize,
}
reads!(Size { min, max });

/// A rule with the fields that its kind needs.
#[derive(Debug)]
struct Rule {
    rule: RuleKind,
    attr: Option<String>,
    max: Option<Json>,
    pairs: Vec<Vec<String>>,
    member: Option<String>,
    set: Vec<String>,
    kind: Option<String>,
}
reads!(Rule { rule, attr, max, pairs, member, set, kind });

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RuleKind {
    MixedBy,
    SameBy,
    NotTogether,
    WithOneOf,
    EveryRowInColumn,
    OneCoach,
}
words!(RuleKind {
    MixedBy = "mixed_by", SameBy = "same_by", NotTogether = "not_together", WithOneOf = "with_one_of",
    EveryRowInColumn = "every_row_in_column", OneCoach = "one_coach",
});

/// A group, pair or team.
#[derive(Debug, Clone)]
pub struct Group {
    id: String,
    label: Option<String>,
    kind: Option<String>,
    theme: Option<String>,
    members: Vec<String>,
    coach: Option<String>,
}
fields!(Group { id, label, kind, theme, members, coach });

/// Somebody without a group.
#[derive(Debug, Clone)]
pub struct Unplaced {
    member: String,
    reason: Option<String>,
}
fields!(Unplaced { member, reason });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// All groups at once.
    Propose(Propose),
    /// A change to one group.
    Set(Set),
    /// These are the groups.
    Confirm(Confirm),
}
entries!(Entry { Propose = "propose", Set = "set", Confirm = "confirm" });

/// All groups at once.
#[derive(Debug)]
pub struct Propose {
    groups: Vec<Group>,
    unplaced: Vec<Unplaced>,
}
reads!(Propose { groups, unplaced });

/// A change to one group; what is not named stays.
#[derive(Debug)]
pub struct Set {
    group: String,
    label: Option<String>,
    kind: Option<String>,
    members: Option<Vec<String>>,
    coach: Option<String>,
}
reads!(Set { group, label, kind, members, coach });

/// These are the groups; with a reason where a rule is broken.
#[derive(Debug)]
pub struct Confirm {
    reason: Option<String>,
    /// Fingerprint of the roster at that moment, set by `check`.
    roster: Option<String>,
}
reads!(Confirm { reason, roster });

impl StepKind for Grouping {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let size = |group: &Group| {
            object! {"id" => group.id, "label" => group.label, "kind" => group.kind, "size" => group.members.len()}
        };
        let sizes: Vec<Json> = picture.groups.iter().map(size).collect();
        let school = object! {"groups" => sizes, "confirmed" => picture.confirmed};
        Projections::default()
            .to(&["contributor", "team"], whole.only(&["groups", "confirmed", "end_date", "expired"]))
            .to(&["policy"], whole.only(&["groups", "confirmed", "end_date", "expired", "warnings", "without_coach"]))
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
            outcome.artifact("groups", object! {"groups" => picture.groups});
        }
        outcome
    }
}

export!(Grouping);

#[cfg(test)]
mod tests;
