//! Step kind `questionnaire` (domain.md H1.2): scales, choices and texts; individually first; anonymous where asked.
//! Shows figures of at least `k` people, own answers to their owner, names only to audiences that the workflow lists.

mod cells;
mod check;
mod config;
mod fold;
mod numbers;
#[cfg(test)]
mod privacy_tests;
mod spec;
#[cfg(test)]
mod tests;
mod texts;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, Table,
    entries, export, fields, object, reads, say,
};

pub use config::Config;
pub use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Questionnaire;

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// All answers of one person.
    Answers(Answers),
    /// Which parts count in the picture of the group.
    Share(Share),
}
entries!(Entry { Answers = "answers", Share = "share" });

/// All answers of one person.
#[derive(Debug)]
pub struct Answers {
    about: Table<String>,
    answers: Table<Json>,
    own_items: Vec<OwnItem>,
}
reads!(Answers { about, answers, own_items });

/// A statement of one's own.
#[derive(Debug, Clone)]
pub(crate) struct OwnItem {
    id: String,
    block: String,
    text: String,
    value: Option<i64>,
}
fields!(OwnItem { id, block, text, value });

/// Which parts count in the picture of the group.
#[derive(Debug)]
pub struct Share {
    groups: Vec<String>,
}
reads!(Share { groups });

/// Fields that the school at large sees: figures, no texts.
const FIGURES: &[&str] = &[
    "response",
    "items",
    "groups",
    "codes",
    "total",
    "lowest",
    "highest",
    "wave",
    "comparison",
    "under_threshold",
    "k",
];
/// The same with breakdowns, own statements and what is left out.
const ALL: &[&str] = &[
    "response",
    "items",
    "groups",
    "codes",
    "total",
    "breakdowns",
    "suppressed",
    "lowest",
    "highest",
    "own_items",
    "wave",
    "comparison",
    "under_threshold",
    "k",
];

impl StepKind for Questionnaire {
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
        picture.answered
    }

    fn show(ctx: &Context<Self>, picture: &Picture) -> Projections {
        // Whatever audience a reader belongs to: the own answers are theirs.
        let own = own(ctx, picture);
        let mut projections = Projections::default();
        for audience in ["facilitator", "contributor", "team", "policy", "school"] {
            let mut shown = seen_by(ctx, picture, audience);
            if let Some(own) = &own {
                shown.set("own", own);
            }
            projections = projections.to(&[audience], shown);
        }
        projections
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.everybody && !picture.missing.is_empty() {
            let text = say("wacht op de antwoorden van deze personen", "wait for the answers of these people");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.missing));
        }
        if let Some(name) = &ctx.config.artifact {
            outcome.artifact(name, picture.safe().only(FIGURES));
        }
        outcome
    }
}

/// What an audience sees of the group, leaving aside the reader's own answers.
fn seen_by(ctx: &Context<Questionnaire>, picture: &Picture, audience: &str) -> Json {
    if ctx.config.individual_first && !ctx.closed {
        return object! {"individual_first" => true, "word" => "INDIVIDUAL_FIRST", "n" => picture.answered, "response" => picture.response};
    }
    let named = ctx.config.show_names.iter().any(|named| named == audience);
    if let Some(open) = picture.open.as_ref().filter(|_| named) {
        return open.clone();
    }
    if picture.under_threshold {
        return object! {"under_threshold" => true, "word" => "UNDER_THRESHOLD", "n" => picture.answered, "response" => picture.response};
    }
    let mut safe = picture.safe();
    if matches!(audience, "facilitator" | "contributor" | "team") {
        return safe.only(ALL);
    }
    without_texts(&mut safe);
    safe.only(FIGURES)
}

fn without_texts(picture: &mut Json) {
    let Json::Object(fields) = picture else { return };
    if let Some(Json::Object(items)) = fields.get_mut("items") {
        items.values_mut().for_each(|item| item.set("texts", Json::List(Vec::new())));
    }
}

/// The reader's own profile, where contributions have names.
fn own(ctx: &Context<Questionnaire>, picture: &Picture) -> Option<Json> {
    let reader = ctx.actor.as_ref().filter(|_| fold::named(ctx))?;
    let person = picture.people.iter().find(|person| person.id == reader.participant)?;
    Some(fold::own(ctx, person))
}

export!(Questionnaire);
