//! Step kind `material` (domain.md H1.14): exchange material, keep its versions, report try-outs in class.
//! Holds texts and references, no files and no pupil data.

mod check;
mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind,
    ToJson, entries, export, object, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Material;

/// What material must have, and when it is tried enough.
#[derive(Debug)]
pub struct Config {
    kinds: Vec<String>,
    licence_required: bool,
    tryout: Option<Window>,
    pupil_data: bool,
    coaches: Vec<String>,
    groups: Vec<String>,
    every_group: bool,
    artifact: String,
}
reads!(Config {
    kinds, licence_required, tryout, pupil_data, coaches = vec!["coach".to_owned()], groups, every_group,
    artifact = "materials".to_owned(),
});

/// How many teachers must try a version, and when.
#[derive(Debug)]
struct Window {
    min_teachers: usize,
    from: Option<Date>,
    to: Option<Date>,
}
reads!(Window { min_teachers = 2, from, to });

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// New material.
    Add(Add),
    /// A next version.
    Revise(Revise),
    /// Which of parallel versions goes on.
    Pick(Pick),
    /// A try-out in class.
    Tryout(Tryout),
    /// Taken back.
    Withdraw(Withdraw),
}
entries!(Entry { Add = "add", Revise = "revise", Pick = "pick", Tryout = "tryout", Withdraw = "withdraw" });

/// New material.
#[derive(Debug)]
pub struct Add {
    material_id: String,
    title: String,
    kind: Option<String>,
    text: Option<String>,
    reference: Option<String>,
    licence: Option<String>,
    links: Vec<String>,
    authors: Vec<String>,
    group: Option<String>,
}
reads!(Add { material_id, title, kind, text, reference: "ref", licence, links, authors, group });

/// A next version of it.
#[derive(Debug)]
pub struct Revise {
    material_id: String,
    /// The version that was revised.
    base: Option<u32>,
    /// The number that `check` gave: it stays when another version is withdrawn.
    version: u32,
    note: Option<String>,
    text: Option<String>,
    reference: Option<String>,
    licence: Option<String>,
    authors: Vec<String>,
}
reads!(Revise { material_id, base, version, note, text, reference: "ref", licence, authors });

/// The version that goes on.
#[derive(Debug)]
pub struct Pick {
    material_id: String,
    version: u32,
}
reads!(Pick { material_id, version });

/// A try-out in class.
#[derive(Debug)]
pub struct Tryout {
    material_id: String,
    version: Option<u32>,
    dates: Vec<Date>,
    done: String,
    worked: Worked,
    evidence: Option<String>,
    pupil_reaction: Option<String>,
}
reads!(Tryout { material_id, version, dates, done, worked, evidence, pupil_reaction });

/// Whether it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Worked {
    Yes,
    Partly,
    No,
}
words!(Worked { Yes = "yes", Partly = "partly", No = "no" });

/// Material that is taken back.
#[derive(Debug)]
pub struct Withdraw {
    material_id: String,
}
reads!(Withdraw { material_id });

impl StepKind for Material {
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

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let mut team = picture.to_json();
        team.set("materials", open(picture));
        let counts = team.only(&["tried", "by_group", "groups"]);
        let titles: Vec<Json> = picture
            .open()
            .map(|item| object! {"title" => item.title, "kind" => item.kind, "links" => item.links})
            .collect();
        Projections::default()
            .to(&["facilitator"], picture.to_json())
            .to(&["contributor", "team"], team)
            .to(&["policy"], counts)
            .to(&["school"], object! {"materials" => titles})
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.tryout.is_some() {
            for id in &picture.untried {
                let text =
                    say("is nog niet door genoeg leraren uitgeprobeerd", "was not tried out by enough teachers yet");
                outcome.not_ready(Problem::new("NO_TRYOUT", text).arg(id));
            }
        }
        if ctx.config.every_group {
            for group in &picture.groups_without {
                let text = say("dit team bracht nog niets in", "this team has brought nothing yet");
                outcome.not_ready(Problem::new("NOT_READY", text).arg(group));
            }
        }
        if picture.open().next().is_some() {
            outcome.artifact(&ctx.config.artifact, object! {"materials" => open(picture)});
        }
        outcome
    }
}

/// Material without the licence it needs stays with its maker.
fn open(picture: &Picture) -> Json {
    Json::List(picture.open().map(ToJson::to_json).collect())
}

export!(Material);

#[cfg(test)]
mod tests;
