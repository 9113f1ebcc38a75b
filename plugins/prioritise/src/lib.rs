//! Step kind `prioritise` (domain.md H1.4): choosing with dots, one choice, an order, or lanes with a second round.
//! Counts ballots; who voted for what is never shown.

mod check;
mod fold;
mod lanes;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, FromJson, Json, Named, Outcome, Problem, Projections, Refusal, Sender, Spec,
    StepKind, Table, ToJson, entries, export, object, reads, say, words,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Prioritise;

/// What is chosen from, and how.
#[derive(Debug)]
pub struct Config {
    method: Method,
    options: Vec<Listed>,
    dots: i64,
    max_per_option: Option<i64>,
    lanes: Vec<Listed>,
    decide_margin: u64,
    round: u64,
    max_rounds: u64,
    top: usize,
    max_selected: Option<usize>,
    select_lanes: Vec<String>,
    selectors: Vec<String>,
    deciders: Vec<String>,
    all_decided: bool,
    everybody: bool,
    secret: bool,
    individual_first: bool,
    k: Option<u64>,
    artifact: Option<String>,
}
reads!(Config {
    method, options, dots = 3, max_per_option, lanes, decide_margin = 2, round = 1, max_rounds = 2, top = 1, max_selected,
    select_lanes, selectors, deciders, all_decided, everybody, secret, individual_first, k, artifact,
});

/// How people choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Dots,
    Single,
    Rank,
    Lanes,
}
words!(Method { Dots = "dots", Single = "single", Rank = "rank", Lanes = "lanes" });

/// Something to choose, with what people read.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    id: String,
    label: Json,
}

impl FromJson for Listed {
    fn from_json(json: Json) -> Self {
        let label = json.get("label").or_else(|| json.get("text")).cloned().unwrap_or_default();
        Self { id: Named::from_json(json).id, label }
    }
}

impl ToJson for Listed {
    fn to_json(&self) -> Json {
        object! {"id" => self.id, "label" => self.label}
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// A vote.
    Ballot(Ballot),
    /// The choice, fixed after talking.
    Select(Select),
    /// A tie decided.
    Place(Place),
}
entries!(Entry { Ballot = "ballot", Select = "select", Place = "place" });

/// A vote in one round, by the method of the step.
#[derive(Debug)]
pub struct Ballot {
    round: Option<u64>,
    dots: Option<Table<i64>>,
    choice: Option<String>,
    rank: Option<Vec<String>>,
    lanes: Option<Table<String>>,
}
reads!(Ballot { round, dots, choice, rank, lanes });

/// The choice, fixed after talking.
#[derive(Debug)]
pub struct Select {
    options: Vec<String>,
    reason: Option<String>,
}
reads!(Select { options, reason });

/// A tie decided, with the reason.
#[derive(Debug)]
pub struct Place {
    option: String,
    lane: String,
    reason: String,
}
reads!(Place { option, lane, reason });

/// What everybody may see once there is something to see.
const OUTCOME: &[&str] = &[
    "method",
    "options",
    "order",
    "selected",
    "parked",
    "reason",
    "lanes",
    "contested",
    "unresolved",
    "round",
    "voters",
    "dots",
];

impl StepKind for Prioritise {
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

    fn count(picture: &Picture, _: usize) -> usize {
        picture.voters
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let mut outcome = whole.only(OUTCOME);
        let few = ctx.config.secret && (picture.voters as u64) < ctx.threshold(ctx.config.k);
        if ctx.config.individual_first && !ctx.closed {
            outcome = locked(picture, "individual_first", "INDIVIDUAL_FIRST");
        } else if few && !ctx.closed {
            outcome = locked(picture, "under_threshold", "UNDER_THRESHOLD");
        }
        let mut leading = outcome.clone();
        for field in ["voted", "missing", "tied", "ballot", "lane_options"] {
            leading.set(field, whole.get(field).cloned().unwrap_or_default());
        }
        let mut voting = outcome.clone();
        for field in ["ballot", "lane_options"] {
            voting.set(field, whole.get(field).cloned().unwrap_or_default());
        }
        Projections::default()
            .to(&["facilitator"], leading)
            .to(&["contributor", "team"], voting)
            .to(&["policy", "school"], outcome)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.everybody && !picture.missing.is_empty() {
            let text = say("wacht op de stem van deze personen", "wait for the votes of these people");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.missing));
        }
        if ctx.config.all_decided && !picture.contested.is_empty() {
            let text = say("over deze kaartjes is nog niet beslist", "these cards are not decided yet");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.contested));
        }
        if let Some(max) = ctx.config.max_selected
            && picture.selected.len() > max
        {
            outcome.not_ready(check::too_many(max));
        }
        if let Some(name) = &ctx.config.artifact {
            outcome
                .artifact(name, picture.to_json().only(&["method", "order", "selected", "parked", "lanes", "options"]));
        }
        outcome
    }
}

fn locked(picture: &Picture, field: &'static str, word: &'static str) -> Json {
    let mut json = object! {"word" => word, "voters" => picture.voters};
    json.set(field, true);
    json
}

export!(Prioritise);
