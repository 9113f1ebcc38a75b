//! Step kind `quality-test` (domain.md H1.15): a team holds its material against criteria, such as its own leading
//! principles. Says per criterion whether it is met, and whether the material passes; never who is good at it.

mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, FromJson, Json, Outcome, Problem, Projections, Refusal, Sender, Shape, Spec,
    StepKind, ToJson, entries, export, fields, object, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct QualityTest;

/// What is tested, and against what.
#[derive(Debug)]
pub struct Config {
    subject: Option<Subject>,
    criteria: Vec<Criterion>,
    scale: Option<Vec<Mark>>,
    must_principles: bool,
    require_all: bool,
    artifact: String,
}
reads!(Config {
    subject, criteria, scale, must_principles = true, require_all, artifact = "quality_test".to_owned(),
});

/// The material, in one version.
#[derive(Debug, Clone, Default)]
struct Subject {
    material: Option<String>,
    version: Option<u32>,
    title: Option<Json>,
}
fields!(Subject { material, version, title });

/// What the material is held against. In an artifact its label is called `text`.
#[derive(Debug, Clone)]
struct Criterion {
    id: String,
    label: Option<Json>,
    text: Option<Json>,
    source: Option<Source>,
    must: Option<bool>,
    reference: Option<String>,
    version: Option<u32>,
}
reads!(Criterion { id, label, text, source, must, reference: "ref", version });

/// Where a criterion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Other,
    Vision,
    Principle,
    Rok,
    Goal,
}
words!(Source { Other = "other", Vision = "vision", Principle = "principle", Rok = "rok", Goal = "goal" });

/// How well the material meets a criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rating {
    /// Does not apply here; counts for nothing.
    Na,
    No,
    Partly,
    Yes,
}
words!(Rating { Na = "na", No = "0", Partly = "1", Yes = "2" });

/// A judgement as it travels: a word or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark(Rating);

impl FromJson for Mark {
    fn from_json(json: Json) -> Self {
        Self(match json.as_int() {
            Some(2) => Rating::Yes,
            Some(1) => Rating::Partly,
            Some(_) => Rating::No,
            None => Rating::from_json(json),
        })
    }
}

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// One judgement of one criterion.
    Rating(Rated),
}
entries!(Entry { Rating = "rating" });

/// One judgement. The versions are those of the moment it was given.
#[derive(Debug)]
pub struct Rated {
    criterion: String,
    rating: Mark,
    evidence: Option<String>,
    subject_version: Option<u32>,
    criterion_version: Option<u32>,
}
reads!(Rated { criterion, rating, evidence, subject_version, criterion_version });

impl StepKind for QualityTest {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        let Entry::Rating(rated) = entry;
        let rating = rated.rating;
        let Some(criterion) = criteria(ctx)?.into_iter().find(|criterion| criterion.id == rated.criterion) else {
            let text = say("dit criterium bestaat niet", "there is no such criterion");
            return Err(Problem::invalid("/rating/criterion", text).into());
        };
        if let Some(scale) = &ctx.config.scale
            && !scale.contains(&rating)
        {
            let text = say("dit antwoord hoort niet bij deze toets", "this answer does not belong to this test");
            return Err(Problem::invalid("/rating/rating", text).into());
        }
        let version = subject(ctx)?.version;
        let slot = match version {
            Some(version) => format!("{}@{version}", criterion.id),
            None => criterion.id.clone(),
        };
        let accepted = Accepted::slot(slot).with("rating", rating.0.word());
        Ok(accepted.with("subject_version", version).with("criterion_version", criterion.version))
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn count(picture: &Picture, _: usize) -> usize {
        picture.raters
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let with = |remarks: Json| {
            let mut shown = picture.to_json();
            shown.set("remarks", remarks);
            shown
        };
        let mut unnamed = picture.remarks.to_json();
        unnamed.hide("by");
        Projections::default()
            .to(&["facilitator"], with(picture.remarks.to_json()))
            .to(&["contributor", "team"], with(unnamed))
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if picture.criteria.is_empty() {
            let text = say("er zijn geen criteria om te toetsen", "there are no criteria to test against");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("criteria"));
        } else if picture.raters == 0 {
            let text = say("niemand heeft al een criterium beoordeeld", "nobody has judged a criterion yet");
            outcome.not_ready(Problem::new("NOT_READY", text).arg("rating"));
        } else if ctx.config.require_all && !picture.unrated.is_empty() {
            let text = say("beoordeel ook deze criteria", "judge these criteria too");
            outcome.not_ready(Problem::new("NOT_READY", text).args(&picture.unrated));
        }
        if picture.raters > 0 {
            outcome.artifact(&ctx.config.artifact, product(picture));
        }
        outcome
    }
}

/// The durable product: what was tested, and the verdicts with the versions they were given for.
fn product(picture: &Picture) -> Json {
    let row = |row: &fold::Row| {
        object! {"id" => row.id, "label" => row.label, "verdict" => row.verdict, "version" => row.version}
    };
    let subject = picture.subject.clone().unwrap_or_default();
    object! {
        "material" => subject.material,
        "version" => subject.version,
        "overall" => picture.overall,
        "verdicts" => picture.verdicts,
        "criteria" => picture.criteria.iter().map(row).collect::<Vec<_>>(),
    }
}

/// What is tested: the input `subject`, else the configuration.
fn subject(ctx: &Context<QualityTest>) -> Result<Subject, Refusal> {
    let given = ctx.input("subject", &Shape::Object(spec::SUBJECT))?;
    Ok(given.or_else(|| ctx.config.subject.clone()).unwrap_or_default())
}

/// The criteria of the configuration, then those of the input. Principles of the school are a must, unless said otherwise.
fn criteria(ctx: &Context<QualityTest>) -> Result<Vec<Criterion>, Refusal> {
    let mut all = ctx.config.criteria.clone();
    let Some(given) = ctx.input::<Json>("criteria", &spec::GIVEN)? else { return Ok(all) };
    let principles = given.get("principles").is_some();
    let list = given.get("principles").cloned().unwrap_or(given);
    for mut criterion in Vec::<Criterion>::from_json(list) {
        if principles {
            criterion.source = criterion.source.or(Some(Source::Principle));
            criterion.reference = criterion.reference.or_else(|| Some(criterion.id.clone()));
        }
        if criterion.source == Some(Source::Principle) {
            criterion.must = criterion.must.or(Some(ctx.config.must_principles));
        }
        if all.iter().all(|known| known.id != criterion.id) {
            all.push(criterion);
        }
    }
    Ok(all)
}

export!(QualityTest);
