//! Step kind `material` (domain.md H1.14): exchange material, keep its versions, report try-outs in class.
//! Holds texts and references, no files.

mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, ToJson, entries,
    export, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Material;

/// What material must have, and when it is tried enough.
#[derive(Debug)]
pub struct Config {
    licence_required: bool,
    tryout: Option<Window>,
    groups: Vec<String>,
    every_group: bool,
    artifact: String,
}
reads!(Config { licence_required, tryout, groups, every_group, artifact = "materials".to_owned() });

/// How often a version must be tried.
#[derive(Debug)]
pub struct Window {
    min_teachers: usize,
}
reads!(Window { min_teachers = 2 });

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
#[derive(Debug, Clone)]
pub struct Add {
    material_id: String,
    title: String,
    kind: Option<String>,
    text: Option<String>,
    ref_: Option<String>,
    licence: Option<String>,
    links: Vec<String>,
    authors: Vec<String>,
    group: Option<String>,
}

impl draaiboek_sdk::FromJson for Add {
    fn from_json(json: draaiboek_sdk::Json) -> Self {
        let mut fields = match json {
            draaiboek_sdk::Json::Object(fields) => fields,
            _ => draaiboek_sdk::Object::default(),
        };
        Self {
            material_id: draaiboek_sdk::field(&mut fields, "material_id"),
            title: draaiboek_sdk::field(&mut fields, "title"),
            kind: draaiboek_sdk::field(&mut fields, "kind"),
            text: draaiboek_sdk::field(&mut fields, "text"),
            ref_: draaiboek_sdk::field(&mut fields, "ref"),
            licence: draaiboek_sdk::field(&mut fields, "licence"),
            links: draaiboek_sdk::field(&mut fields, "links"),
            authors: draaiboek_sdk::field(&mut fields, "authors"),
            group: draaiboek_sdk::field(&mut fields, "group"),
        }
    }
}

/// A next version.
#[derive(Debug, Clone)]
pub struct Revise {
    material_id: String,
    base: Option<u32>,
    note: Option<String>,
    text: Option<String>,
    licence: Option<String>,
    authors: Vec<String>,
}
reads!(Revise { material_id, base, note, text, licence, authors });

/// The version that goes on.
#[derive(Debug, Clone)]
pub struct Pick {
    material_id: String,
    version: u32,
}
reads!(Pick { material_id, version });

/// A try-out in class.
#[derive(Debug, Clone)]
pub struct Tryout {
    material_id: String,
    version: Option<u32>,
    worked: Worked,
}
reads!(Tryout { material_id, version, worked });

/// Whether it worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    /// Yes.
    Yes,
    /// Partly.
    Partly,
    /// No.
    No,
}
words!(Worked { Yes = "yes", Partly = "partly", No = "no" });

/// Material that is taken back.
#[derive(Debug, Clone)]
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
        let picture = fold::picture(&ctx.config, ctx.invited.as_deref(), &ctx.contributions);
        match entry {
            Entry::Add(add) => match picture.author(&add.material_id) {
                Some(author) if author != from.participant => {
                    let text = say("dit nummer is al gebruikt door een collega", "a colleague uses this id already");
                    Err(Problem::new("CONFLICT", text).at("/add/material_id").into())
                }
                _ => Ok(Accepted::slot(add.material_id.clone())),
            },
            Entry::Revise(revise) => {
                let current = known(&picture, &revise.material_id, "/revise/material_id")?;
                let base = revise.base.unwrap_or(current);
                Ok(Accepted::slot(format!("{}/{base}", revise.material_id)).with("base", i64::from(base)))
            }
            Entry::Pick(pick) => {
                known(&picture, &pick.material_id, "/pick/material_id")?;
                Ok(Accepted::shared(pick.material_id.clone()))
            }
            Entry::Tryout(tryout) => {
                let current = known(&picture, &tryout.material_id, "/tryout/material_id")?;
                let version = tryout.version.unwrap_or(current);
                if !picture.has_version(&tryout.material_id, version) {
                    let text = say("deze versie bestaat niet", "there is no such version");
                    return Err(Problem::invalid("/tryout/version", text).into());
                }
                Ok(Accepted::slot(format!("{}/{version}", tryout.material_id)).with("version", i64::from(version)))
            }
            Entry::Withdraw(withdraw) => {
                known(&picture, &withdraw.material_id, "/withdraw/material_id")?;
                Ok(Accepted::shared(withdraw.material_id.clone()))
            }
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        Ok(fold::picture(&ctx.config, ctx.invited.as_deref(), all))
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let counts = whole.only(&["by_group", "groups"]);
        Projections::default().to(&["facilitator", "contributor", "team"], whole).to(&["policy", "school"], counts)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.tryout.is_some() {
            for id in &picture.untried {
                let text = say("is nog niet genoeg uitgeprobeerd", "has not been tried enough yet");
                outcome.not_ready(Problem::new("NO_TRYOUT", text).arg(id));
            }
        }
        if ctx.config.every_group {
            for group in &picture.groups_without {
                let text = say("heeft nog niets ingebracht", "has brought nothing yet");
                outcome.not_ready(Problem::new("NOT_READY", text).arg(group));
            }
        }
        if !picture.materials.is_empty() {
            outcome.artifact(&ctx.config.artifact, picture.to_json().only(&["materials"]));
        }
        outcome
    }
}

/// The current version of material that exists.
fn known(picture: &Picture, id: &str, path: &str) -> Result<u32, Refusal> {
    picture
        .current(id)
        .ok_or_else(|| Problem::invalid(path, say("dit materiaal bestaat niet", "there is no such material")).into())
}

export!(Material);

#[cfg(test)]
mod tests;
