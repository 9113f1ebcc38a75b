//! Step kind `data-round` (domain.md H1.16): results per class or group before and after, what explains them, and what we
//! do next. Nobody is called to account: small groups stay hidden, and no explanation ends with the pupils.

mod cells;
mod check;
mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, FromJson, Json, Named, Outcome, Problem, Projections, Refusal, Sender, Spec,
    StepKind, ToJson, entries, export, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct DataRound;

/// Whose results, of which moments.
#[derive(Debug)]
pub struct Config {
    units: Vec<Unit>,
    periods: Vec<Named>,
    small_cell: i64,
    categories: Vec<String>,
    coordinators: Vec<String>,
    require_both_directions: bool,
    require_data: bool,
    min_sources: usize,
    artifact: String,
}
reads!(Config {
    units, periods, small_cell = 5, categories, coordinators, require_both_directions, require_data, min_sources,
    artifact = "data_round".to_owned(),
});

/// The category that lays it with the pupils; an explanation may begin there, not end there.
const BLAME: &str = "pupil";

impl Config {
    fn periods(&self) -> Vec<&str> {
        if self.periods.is_empty() {
            return vec!["before", "after"];
        }
        self.periods.iter().map(|period| period.id.as_str()).collect()
    }

    fn categories(&self) -> Vec<&str> {
        if self.categories.is_empty() {
            return spec::CATEGORIES.to_vec();
        }
        self.categories.iter().map(String::as_str).collect()
    }

    fn unit(&self, id: &str) -> Option<&Unit> {
        self.units.iter().find(|unit| unit.id == id)
    }
}

/// A class, or another group of pupils.
#[derive(Debug)]
struct Unit {
    id: String,
    label: Option<Json>,
    group: Option<String>,
    teacher: Names,
}
reads!(Unit { id, label, group, teacher });

/// One person, or several.
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
    /// A result of a unit.
    Dataset(Dataset),
    /// Other data that were looked at.
    Source(Source),
    /// What may be behind a result.
    Explanation(Explanation),
    /// A question that goes on asking.
    Probe(Probe),
    /// What it comes down to.
    Resolve(Resolve),
    /// What can be done better.
    Improve(Improve),
}
entries!(Entry {
    Dataset = "dataset", Source = "source", Explanation = "explanation", Probe = "probe", Resolve = "resolve",
    Improve = "improve",
});

/// So many of so many.
#[derive(Debug)]
pub struct Dataset {
    unit: String,
    period: String,
    num: i64,
    den: i64,
}
reads!(Dataset { unit, period, num, den });

/// Other data that were looked at.
#[derive(Debug)]
pub struct Source {
    source_id: String,
    kind: String,
}
reads!(Source { source_id, kind });

/// What may be behind a result.
#[derive(Debug)]
pub struct Explanation {
    id: String,
    unit: Option<String>,
    direction: Direction,
    category: String,
    text: String,
}
reads!(Explanation { id, unit, direction, category, text });

/// Which way the results went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Up,
    Down,
    Same,
}
words!(Direction { Up = "up", Down = "down", Same = "same" });

/// A question that goes on asking.
#[derive(Debug)]
pub struct Probe {
    explanation_id: String,
}
reads!(Probe { explanation_id });

/// What it comes down to.
#[derive(Debug)]
pub struct Resolve {
    explanation_id: String,
    new_category: String,
    text: String,
}
reads!(Resolve { explanation_id, new_category, text });

/// What can be done better.
#[derive(Debug)]
pub struct Improve {
    id: Option<String>,
    text: String,
    owner: Option<String>,
    due: Option<Date>,
    explanation: Option<String>,
}
reads!(Improve { id, text, owner, due, explanation });

impl StepKind for DataRound {
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
        let whole = picture.to_json();
        let mut inside = whole.clone();
        if let Some(reader) = &ctx.actor {
            inside.set("own", picture.own(ctx, &reader.participant));
        }
        Projections::default()
            .to(&["facilitator", "contributor"], inside)
            .to(&["team"], whole)
            .to(&["school"], picture.outside(ctx).only(&["groups", "total"]))
            .to(&["policy"], picture.outside(ctx))
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if !picture.unresolved.is_empty() {
            let text = say(
                "vraag door tot je bij het eigen handelen komt, of spreek een eigen actie af",
                "go on asking until you reach your own actions, or agree on an action of your own",
            );
            outcome.not_ready(Problem::new("UNRESOLVED_BLAME", text).args(&picture.unresolved));
        }
        if ctx.config.require_both_directions && !picture.one_sided.is_empty() {
            let text = say(
                "verklaar zowel wat goed ging als wat niet goed ging",
                "explain both what went well and what did not",
            );
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.one_sided));
        }
        if ctx.config.require_data && !picture.missing.is_empty() {
            let text = say("deze resultaten ontbreken nog", "these results are still missing");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.missing));
        }
        if picture.sources.len() < ctx.config.min_sources {
            let text = say("kijk ook naar andere gegevens", "look at other data too");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("sources"));
        }
        if picture.has_data() {
            outcome.artifact(&ctx.config.artifact, picture.outside(ctx));
        }
        outcome
    }
}

export!(DataRound);
