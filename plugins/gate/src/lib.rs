//! Step kind `gate` (domain.md H1.13): a decision by one, all or a majority, a consent, or a checklist of guards.
//! The checks themselves are judged by the host and come in as input; this kind orders what they say.

mod check;
mod fold;
mod spec;

use std::collections::BTreeMap;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, export, json, say,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Gate;

/// Who decides what, and how.
#[derive(Debug, Deserialize)]
pub struct Config {
    rule: Rule,
    #[serde(default)]
    deciders: Vec<String>,
    #[serde(default)]
    deputies: BTreeMap<String, String>,
    closers: Option<Vec<String>>,
    close_after: Option<u32>,
    #[serde(default)]
    options: Vec<Choice>,
    #[serde(default)]
    reason_for: Vec<String>,
    #[serde(default)]
    checks: Vec<CheckName>,
    #[serde(default)]
    quorum: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Rule {
    /// One decider is enough; where they differ, the first in the list.
    One,
    /// Every decider chooses the same.
    All,
    /// More than half of the votes cast; a tie decides nothing.
    Majority,
    /// Nobody has an objection that is still open; no majority needed.
    Consent,
    /// The checks alone.
    GuardsOnly,
}

#[derive(Debug, Clone, Deserialize)]
struct Choice {
    id: String,
    event: Option<String>,
    #[serde(default)]
    unchecked: bool,
}

#[derive(Debug, Deserialize)]
struct CheckName {
    id: String,
}

/// What people contribute.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A vote for an option.
    Decision(Decision),
    /// Agree, a concern, or an objection.
    Consent(Consent),
    /// Words to an objection.
    Answer(Answer),
    /// The objection is settled.
    Close(Close),
    /// The objection is taken up later, by somebody, on a date.
    Park(Park),
}

/// A vote for an option.
#[derive(Debug, Deserialize)]
pub struct Decision {
    option: String,
    reason: Option<String>,
}

/// Agree, a concern, or an objection.
#[derive(Debug, Deserialize)]
pub struct Consent {
    value: Stance,
    text: Option<String>,
}

/// How somebody stands towards the proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stance {
    Agree,
    Concern,
    Objection,
}

/// Words to an objection, which is named by who made it.
#[derive(Debug, Deserialize)]
pub struct Answer {
    objection: String,
    text: String,
}

/// The objection is settled.
#[derive(Debug, Deserialize)]
pub struct Close {
    objection: String,
}

/// The objection is taken up later.
#[derive(Debug, Deserialize)]
pub struct Park {
    objection: String,
    owner: String,
    date: Date,
}

/// A check as the host judged it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Judged {
    id: String,
    #[serde(default, skip_serializing)]
    ok: bool,
    #[serde(default)]
    reasons: Vec<String>,
}

impl StepKind for Gate {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Problem> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = json(picture);
        let pick = |fields: &[&str]| Value::Object(fields.iter().map(|f| ((*f).to_owned(), whole[*f].clone())).collect());
        let counts = ["option", "passed", "agree", "concern", "objection", "voters", "votes"];
        let policy = [&counts[..], &["reasons", "failed_checks", "open_objections", "parked"]].concat();
        Projections::default().to(&["policy"], pick(&policy)).to(&["school"], pick(&counts)).to(
            &["facilitator", "contributor", "team"],
            whole.clone(),
        )
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if picture.checks_matter(ctx) {
            picture.failed().into_iter().for_each(|problem| outcome.not_ready(problem));
        }
        if let Some(problem) = picture.undecided(ctx) {
            outcome.not_ready(problem);
        }
        if let Some(option) = &picture.option {
            let choice = ctx.config.options.iter().find(|choice| choice.id == *option);
            outcome.event(choice.and_then(|choice| choice.event.clone()).unwrap_or_else(|| option.clone()));
        }
        if ctx.config.rule == Rule::Consent && picture.voters > 0 {
            let record = json!({"agree": picture.agree, "concerns": json(&picture.concerns), "objections": json(&picture.objections)});
            outcome.artifact("consent", record);
        }
        outcome
    }
}

/// A reason of the host, `NO_COACH:lager-5-6`, as a problem.
fn reason(shown: &str) -> Problem {
    let text = say("deze voorwaarde is nog niet in orde", "this condition is not met yet");
    match shown.split_once(':') {
        Some((word, args)) => Problem::new(word.to_owned(), text).args(args.split(',')),
        None => Problem::new(shown.to_owned(), text),
    }
}

export!(Gate);

#[cfg(test)]
mod tests;
