//! Step kind `series` (domain.md H1.19): one-to-one talks or contacts with everybody on a roster, in rounds; and short
//! daily values of them, watched over the last school days. Notes stay with their author; nothing here scores anybody.

mod check;
mod fold;
mod roster;
mod spec;
#[cfg(test)]
mod tests;
mod watch;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, FromJson, Json, Outcome, Problem, Projections, Refusal, Sender, Spec,
    StepKind, Table, entries, export, reads, say,
};

use fold::Picture;
use roster::Subject;

/// The kind.
#[derive(Debug)]
pub struct Series;

/// With whom, when, and by whom.
#[derive(Debug)]
pub struct Config {
    roster: Vec<Subject>,
    rounds: Vec<Round>,
    conductor: Names,
    private_notes: bool,
    carry_over_days: u32,
    max_attempts: u64,
    require_done: bool,
    watch: Option<Watch>,
}
reads!(Config {
    roster, rounds, conductor, private_notes, carry_over_days = 10, max_attempts = 3, require_done, watch,
});

/// A window in which everybody has their turn.
#[derive(Debug)]
struct Round {
    id: String,
    label: Option<Json>,
    from: Date,
    to: Date,
}
reads!(Round { id, label, from, to });

/// How daily values are watched.
#[derive(Debug)]
struct Watch {
    min: i64,
    max: i64,
    low_max: i64,
    times: usize,
    window: usize,
    k: Option<u64>,
}
reads!(Watch { min, max, low_max = 2, times = 3, window = 5, k });

/// People or roles: one, or a list.
#[derive(Debug, Default)]
struct Names(Vec<String>);

impl FromJson for Names {
    fn from_json(json: Json) -> Self {
        Self(match json {
            Json::Text(one) => vec![one],
            many => Vec::from_json(many),
        })
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// An agreed date.
    Plan(Plan),
    /// A talk that was held.
    Done(Done),
    /// A talk that will not be held.
    Skip(Skip),
    /// Tried, not reached.
    Attempt(Attempt),
    /// Somebody new on the roster.
    Join(Join),
    /// Somebody who left.
    Leave(Leave),
    /// For its author only.
    PrivateNote(Note),
    /// Today's value of somebody on the roster.
    Value(Value),
}
entries!(Entry {
    Plan = "plan", Done = "done", Skip = "skip", Attempt = "attempt", Join = "join", Leave = "leave",
    PrivateNote = "private_note", Value = "value",
});

/// An agreed date.
#[derive(Debug)]
pub struct Plan {
    subject: String,
    round: Option<String>,
    date: Date,
}
reads!(Plan { subject, round, date });

/// A talk that was held. `by` is whoever told it first.
#[derive(Debug)]
pub struct Done {
    subject: String,
    round: Option<String>,
    date: Option<Date>,
    share: Option<String>,
    by: Option<String>,
}
reads!(Done { subject, round, date, share, by });

/// A talk that will not be held.
#[derive(Debug)]
pub struct Skip {
    subject: String,
    round: Option<String>,
    reason: String,
}
reads!(Skip { subject, round, reason });

/// Tried, not reached.
#[derive(Debug)]
pub struct Attempt {
    subject: String,
    round: Option<String>,
    date: Option<Date>,
}
reads!(Attempt { subject, round, date });

/// Somebody new on the roster.
#[derive(Debug)]
pub struct Join {
    subject: String,
    date: Option<Date>,
    label: Option<Json>,
}
reads!(Join { subject, date, label });

/// Somebody who left.
#[derive(Debug)]
pub struct Leave {
    subject: String,
    date: Option<Date>,
}
reads!(Leave { subject, date });

/// For its author only.
#[derive(Debug)]
pub struct Note {
    subject: String,
    round: Option<String>,
    text: Option<String>,
    answers: Table<String>,
}
reads!(Note { subject, round, text, answers });

/// A value on a day.
#[derive(Debug)]
pub struct Value {
    subject: String,
    date: Option<Date>,
    value: i64,
}
reads!(Value { subject, date, value });

impl StepKind for Series {
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

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let counts = picture.counts();
        let mut team = counts.clone();
        team.set("days", picture.days_to_show());
        let reader = ctx.actor.as_ref();
        let contributor = match reader {
            Some(reader) if picture.is_subject(&reader.participant) => counts.clone(),
            Some(reader) if ctx.is_named(&ctx.config.conductor.0, reader) => picture.for_conductor(reader),
            // Pupils send values themselves: without knowing who reads, only counts are safe.
            None if ctx.config.watch.is_none() => picture.without_texts(),
            _ => counts.clone(),
        };
        Projections::default()
            .to(&["facilitator"], picture.whole(reader))
            .to(&["contributor"], contributor)
            .to(&["team"], team)
            .to(&["policy", "school"], counts)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        let unfinished = picture.unfinished();
        if ctx.config.require_done && !unfinished.is_empty() {
            let text = say("in deze rondes is nog niet iedereen geweest", "not everybody had a turn in these rounds");
            outcome.not_ready(Problem::new("NOT_READY", text).args(unfinished));
        }
        outcome
    }
}

/// The round that is meant when none is named: the last one that has begun, else the first.
fn round_at(rounds: &[Round], day: Date) -> Option<&Round> {
    rounds.iter().filter(|round| round.from <= day).max_by_key(|round| round.from).or(rounds.first())
}

export!(Series);
