//! Step kind `observation` (domain.md H1.7): values and notes along a viewing guide, for the owner and the observers.
//! Everybody else sees only that it was held, and when.

mod check;
mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    AUDIENCES, Accepted, Context, Contribution, Date, Json, Named, Outcome, Problem, Projections, Refusal, Sender,
    Spec, StepKind, ToJson, entries, export, object, reads, say, words,
};

pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Observation;

/// The guide and the people.
#[derive(Debug)]
pub struct Config {
    guide: Guide,
    min_criteria: usize,
    max_criteria: Option<usize>,
    owner: Option<String>,
    observers: Vec<String>,
    self_observation: bool,
    media: Media,
    limit_days: Option<u32>,
    require_visit: bool,
    every_criterion: bool,
    shown_to: Vec<String>,
    artifact: Option<String>,
}
reads!(Config {
    guide, min_criteria, max_criteria, owner, observers, self_observation, media, limit_days, require_visit, every_criterion,
    shown_to = vec!["contributor".to_owned()], artifact,
});

/// The viewing guide.
#[derive(Debug)]
pub(crate) struct Guide {
    criteria: Vec<Criterion>,
}
reads!(Guide { criteria });

/// Something to look at.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    id: String,
    label: Json,
    help: Json,
    kind: Kind,
    min: i64,
    max: i64,
    options: Vec<Named>,
    listed: Json,
    group: Option<String>,
}

impl draaiboek_sdk::FromJson for Criterion {
    fn from_json(json: Json) -> Self {
        let of = |name: &str| json.get(name).cloned().unwrap_or_default();
        let text = |name: &str| json.get(name).and_then(Json::as_text).map(str::to_owned);
        Self {
            id: text("id").unwrap_or_default(),
            label: of("label"),
            help: of("help"),
            kind: Kind::from_json(of("kind")),
            min: of("min").as_int().unwrap_or(1),
            max: of("max").as_int().unwrap_or(4),
            options: Vec::from_json(of("options")),
            listed: of("options"),
            group: text("group"),
        }
    }
}

impl ToJson for Criterion {
    /// The criterion as a form needs it and as a later step can take it over; what it does not have stays out.
    fn to_json(&self) -> Json {
        let mut json = object! {"id" => self.id, "kind" => self.kind};
        for (field, value) in [("label", &self.label), ("help", &self.help), ("options", &self.listed)] {
            if *value != Json::Null {
                json.set(field, value);
            }
        }
        if self.kind == Kind::Scale {
            json.set("min", self.min);
            json.set("max", self.max);
        }
        if let Some(group) = &self.group {
            json.set("group", group);
        }
        json
    }
}

/// How something is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Seen,
    Scale,
    Choice,
    Note,
    Tally,
}
words!(Kind { Seen = "seen", Scale = "scale", Choice = "choice", Note = "note", Tally = "tally" });

/// What is recorded besides notes; the host removes it in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Media {
    None,
    Photo,
    Video,
}
words!(Media { None = "none", Photo = "photo", Video = "video" });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// A value or a note for a criterion.
    Observe(Observe),
    /// A criterion agreed for the guide.
    Criterion(NewCriterion),
    /// When it was.
    Visit(Visit),
    /// The owner takes everything back.
    Withdraw(()),
}
entries!(Entry { Observe = "observe", Criterion = "criterion", Visit = "visit", Withdraw = "withdraw" });

/// A value or a note for a criterion.
#[derive(Debug)]
pub struct Observe {
    criterion: String,
    value: Option<Json>,
    note: Option<String>,
}
reads!(Observe { criterion, value, note });

/// A criterion agreed for the guide.
#[derive(Debug)]
pub struct NewCriterion {
    criterion_id: String,
    label: String,
    kind: Kind,
    max: Option<i64>,
}
reads!(NewCriterion { criterion_id, label, kind, max });

/// When it was.
#[derive(Debug)]
pub struct Visit {
    date: Date,
    lesson: Option<String>,
}
reads!(Visit { date, lesson });

/// What everybody may know.
const FACT: &[&str] = &["held", "date", "withdrawn"];

impl StepKind for Observation {
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
        picture.noted()
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        let (whole, fact) = (picture.to_json(), picture.to_json().only(FACT));
        let organising = picture.to_json().only(&["held", "date", "withdrawn", "limit", "stale", "criteria"]);
        let listed = |audience: &str| ctx.config.shown_to.iter().any(|shown| shown == audience);
        // Owner and observers see the content whatever else they are; without a reader it is the host who knows who contributes.
        let party = ctx.actor.as_ref().map(|reader| is_party(ctx, picture, reader));
        let mut projections = Projections::default();
        for audience in AUDIENCES {
            let shown = match *audience {
                _ if party == Some(true) && listed("contributor") => &whole,
                "contributor" if party.is_none() && listed("contributor") => &whole,
                "facilitator" | "team" | "policy" | "school" if listed(audience) => &whole,
                // Who may contribute needs the guide to do so.
                "facilitator" | "contributor" => &organising,
                _ if party == Some(true) => &organising,
                _ => &fact,
            };
            projections = projections.to(&[audience], shown);
        }
        projections
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if picture.withdrawn() {
            return outcome;
        }
        let missing = |text, args: &[String]| Problem::new("NOT_READY", text).args(args);
        if picture.criteria().len() < ctx.config.min_criteria {
            let text = say("de kijkwijzer heeft nog te weinig punten", "the viewing guide has too few points yet");
            outcome.not_ready(missing(text, &["criteria".to_owned()]));
        }
        if ctx.config.require_visit && !picture.visited() {
            let text = say("noteer wanneer het bezoek was", "note when the visit was");
            outcome.not_ready(missing(text, &["visit".to_owned()]));
        }
        if ctx.config.every_criterion && !picture.unobserved().is_empty() {
            let text = say("deze punten zijn nog niet bekeken", "these points have not been looked at yet");
            outcome.not_ready(missing(text, picture.unobserved()));
        }
        if let Some(name) = ctx.config.artifact.as_ref().filter(|_| picture.noted() > 0) {
            outcome.artifact(name, picture.to_json().only(&["criteria", "by_criterion", "date"]));
        }
        outcome
    }
}

/// Whether somebody is the owner or one of the observers.
fn is_party(ctx: &Context<Observation>, picture: &Picture, reader: &Sender) -> bool {
    let (owner, observers) = (&ctx.config.owner, &ctx.config.observers);
    owner.as_ref() == Some(&reader.participant)
        || picture.observers().contains(&reader.participant)
        || (!observers.is_empty() && ctx.is_named(observers, reader))
}

export!(Observation);
