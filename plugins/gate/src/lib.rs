//! Step kind `gate` (domain.md H1.13): a decision by one, all or a majority, a consent, or a checklist of guards.
//! The checks themselves are judged by the host and come in as input; this kind orders what they say.

mod check;
mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, Table,
    ToJson, entries, export, reads, say, words, writes,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Gate;

/// Who decides what, and how.
#[derive(Debug)]
pub struct Config {
    rule: Rule,
    deciders: Vec<String>,
    deputies: Table<String>,
    closers: Vec<String>,
    close_after: u32,
    options: Vec<Choice>,
    reason_for: Vec<String>,
    checks: Vec<CheckName>,
    quorum: u64,
}
reads!(Config {
    rule, deciders, deputies, closers = vec!["dir".to_owned()], close_after = 5, options, reason_for, checks, quorum,
});

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
words!(Rule {
    One = "one", All = "all", Majority = "majority", Consent = "consent", GuardsOnly = "guards_only",
});

#[derive(Debug, Clone)]
struct Choice {
    id: String,
    event: Option<String>,
    unchecked: bool,
}
reads!(Choice { id, event, unchecked });

#[derive(Debug)]
struct CheckName {
    id: String,
}
reads!(CheckName { id });

/// What people contribute.
#[derive(Debug)]
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
entries!(Entry { Decision = "decision", Consent = "consent", Answer = "answer", Close = "close", Park = "park" });

/// A vote for an option.
#[derive(Debug)]
pub struct Decision {
    option: String,
    reason: Option<String>,
}
reads!(Decision { option, reason });

/// Agree, a concern, or an objection.
#[derive(Debug)]
pub struct Consent {
    value: Stance,
    text: Option<String>,
}
reads!(Consent { value, text });

/// How somebody stands towards the proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stance {
    Agree,
    Concern,
    Objection,
}
words!(Stance { Agree = "agree", Concern = "concern", Objection = "objection" });

/// Words to an objection, which is named by who made it.
#[derive(Debug)]
pub struct Answer {
    objection: String,
    text: String,
}
reads!(Answer { objection, text });

/// The objection is settled.
#[derive(Debug)]
pub struct Close {
    objection: String,
}
reads!(Close { objection });

/// The objection is taken up later.
#[derive(Debug)]
pub struct Park {
    objection: String,
    owner: String,
    date: Date,
}
reads!(Park { objection, owner, date });

/// A check as the host judged it.
#[derive(Debug, Clone)]
struct Judged {
    id: String,
    ok: bool,
    reasons: Vec<String>,
}
reads!(Judged { id, ok, reasons });
writes!(Judged { id, reasons });

impl StepKind for Gate {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let counts = ["option", "passed", "agree", "concern", "objection", "voters", "votes"];
        let policy = [&counts[..], &["reasons", "failed_checks", "open_objections", "parked"]].concat();
        Projections::default()
            .to(&["policy"], whole.only(&policy))
            .to(&["school"], whole.only(&counts))
            .to(&["facilitator", "contributor", "team"], whole)
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
            outcome.artifact("consent", picture.to_json().only(&["agree", "concerns", "objections"]));
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
