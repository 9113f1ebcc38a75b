//! Step kind `tally` (domain.md H1.8): counting events by category, session, subject, tone and observer; exact sums and means.
//! What the marks are about is the workflow's; nobody but those who count sees who counted what.

mod check;
mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    AUDIENCES, Accepted, Context, Contribution, FromJson, Json, Named, Outcome, Problem, Projections, Refusal, Sender,
    Spec, StepKind, ToJson, entries, export, object, reads, say, words,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Tally;

/// What is counted, and how observers are combined.
#[derive(Debug)]
pub struct Config {
    categories: Vec<Named>,
    sessions: Vec<Named>,
    subjects: Vec<Named>,
    tones: Vec<Named>,
    observers: Vec<String>,
    combine: Combine,
    allow_minus: bool,
    every_session: bool,
    pooled: Option<Pooled>,
    k: Option<u64>,
    artifact: Option<String>,
}
reads!(Config {
    categories, sessions, subjects, tones, observers, combine, allow_minus = true, every_session, pooled, k, artifact,
});

/// How the counts of several observers become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Combine {
    Sum,
    MeanOfObservers,
}
words!(Combine { Sum = "sum", MeanOfObservers = "mean_of_observers" });

/// Counts that are somebody's own: others see them only together with enough others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooled {
    Sessions,
    Observers,
}
words!(Pooled { Sessions = "sessions", Observers = "observers" });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// One more, or one fewer.
    Mark(Box<Mark>),
    /// Watched, whether or not there was something to count.
    Observed(Observed),
    /// An example without a name.
    Example(Example),
}
entries!(Entry { Mark = "mark", Observed = "observed", Example = "example" });

/// One more, or one fewer.
#[derive(Debug)]
pub struct Mark {
    category: String,
    session: Option<String>,
    subject: Option<String>,
    tone: Option<String>,
    delta: Delta,
    times: i64,
    mark_id: Option<String>,
}
reads!(Mark { category, session, subject, tone, delta, times = 1, mark_id });

/// The direction of a mark: `+1` unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delta(i64);

impl FromJson for Delta {
    fn from_json(json: Json) -> Self {
        let down = json.as_text() == Some("-1") || json.as_int().is_some_and(|n| n < 0);
        Self(if down { -1 } else { 1 })
    }
}

/// Watched.
#[derive(Debug)]
pub struct Observed {
    session: Option<String>,
}
reads!(Observed { session });

/// An example.
#[derive(Debug)]
pub struct Example {
    category: String,
    text: String,
}
reads!(Example { category, text });

/// The session of a step that has only one.
pub(crate) const ONLY: &str = "all";
/// The counts together.
const TOGETHER: &[&str] = &["total", "tones", "examples"];
/// The counts by moment and subject, without observers.
const WITHOUT_OBSERVERS: &[&str] =
    &["total", "sessions", "subjects", "tones", "subjects_without", "single_observer", "sessions_without", "examples"];

impl StepKind for Tally {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        check::check(ctx, from, entry)
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        Ok(fold::fold(ctx, all))
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let Some(pooled) = ctx.config.pooled else {
            return Projections::default()
                .to(&["facilitator", "contributor"], &whole)
                .to(&["team"], whole.only(WITHOUT_OBSERVERS))
                .to(&["policy", "school"], whole.only(&["total"]));
        };
        let behind = match pooled {
            Pooled::Sessions => picture.sessions_counted(),
            Pooled::Observers => picture.observers().len(),
        };
        let together = if (behind as u64) < ctx.threshold(ctx.config.k) {
            object! {"under_threshold" => true, "word" => "UNDER_THRESHOLD", "n" => behind}
        } else {
            whole.only(TOGETHER)
        };
        let mut own = together;
        if let Some(reader) = &ctx.actor {
            let of = |field: &str| whole.get(field).and_then(|all| all.get(&reader.participant)).cloned();
            own.set("own", of("per_observer"));
            own.set("about_me", of("sessions"));
        }
        // Whatever audience a reader belongs to: the own counts are theirs.
        Projections::default().to(AUDIENCES, own)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.every_session && !picture.sessions_without().is_empty() {
            let text = say("op deze momenten is nog niet geteld", "nothing was counted at these moments yet");
            outcome.not_ready(Problem::new("NOT_READY", text).args(picture.sessions_without()));
        }
        if let Some(name) = &ctx.config.artifact {
            outcome.artifact(name, picture.to_json().only(&["total", "sessions"]));
        }
        outcome
    }
}

export!(Tally);
