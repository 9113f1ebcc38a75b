//! Which material, versions and try-outs are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Sender, names_pupil, say};

use crate::fold::{Item, Picture, fold};
use crate::{Add, Entry, Material, Pick, Revise, Tryout, Withdraw};

type Ctx = Context<Material>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions);
    Ok(match entry {
        Entry::Add(add) => check_add(ctx, from, add, &picture)?,
        Entry::Revise(revise) => check_revise(from, revise, &picture)?,
        Entry::Pick(pick) => check_pick(ctx, from, pick, &picture)?,
        Entry::Tryout(tryout) => check_tryout(ctx, tryout, &picture)?,
        Entry::Withdraw(withdraw) => check_withdraw(ctx, from, withdraw, &picture)?,
    })
}

fn check_add(ctx: &Ctx, from: &Sender, add: &Add, picture: &Picture) -> Result<Accepted, Problem> {
    if picture.item(&add.material_id).is_some_and(|item| item.maker() != from.participant) {
        let text = say("dit nummer is al gebruikt door een collega", "a colleague uses this id already");
        return Err(Problem::new("CONFLICT", text).at("/add/material_id").arg(&add.material_id));
    }
    let kinds = &ctx.config.kinds;
    if !kinds.is_empty() && !add.kind.as_ref().is_some_and(|kind| kinds.contains(kind)) {
        let text = (format!("kies een soort: {}", kinds.join(", ")), format!("choose a kind: {}", kinds.join(", ")));
        return Err(Problem::invalid("/add/kind", text));
    }
    let accepted = Accepted::slot(&add.material_id);
    if ctx.config.licence_required && add.licence.is_none() {
        let text = say("zonder licentie ziet alleen jij dit", "without a licence only you see this");
        return Ok(accepted.warn("PRIVATE", text));
    }
    Ok(accepted)
}

fn known<'a>(picture: &'a Picture, path: &str, id: &str) -> Result<&'a Item, Problem> {
    let missing = || Problem::invalid(path, say("dit materiaal bestaat niet", "there is no such material"));
    picture.item(id).ok_or_else(missing)
}

fn no_version(path: &str) -> Problem {
    Problem::invalid(path, say("deze versie bestaat niet", "there is no such version"))
}

/// One revision per person and base; it keeps its number when it is sent again.
fn check_revise(from: &Sender, revise: &Revise, picture: &Picture) -> Result<Accepted, Problem> {
    let item = known(picture, "/revise/material_id", &revise.material_id)?;
    let base = revise.base.unwrap_or(item.current);
    if item.version(base).is_none() {
        return Err(no_version("/revise/base"));
    }
    let version = item.revised(base, &from.participant).unwrap_or_else(|| picture.next_version(&item.material_id));
    Ok(Accepted::slot(format!("{}/{base}", item.material_id)).with("base", base).with("version", version))
}

fn check_pick(ctx: &Ctx, from: &Sender, pick: &Pick, picture: &Picture) -> Result<Accepted, Problem> {
    let item = known(picture, "/pick/material_id", &pick.material_id)?;
    if !ctx.is_named(&ctx.config.coaches, from) {
        let text = say("de begeleider kiest welke versie verdergaat", "the coach chooses which version goes on");
        return Err(Problem::not_allowed(text));
    }
    item.version(pick.version).ok_or_else(|| no_version("/pick/version"))?;
    Ok(Accepted::shared(&item.material_id))
}

fn check_tryout(ctx: &Ctx, tryout: &Tryout, picture: &Picture) -> Result<Accepted, Problem> {
    let item = known(picture, "/tryout/material_id", &tryout.material_id)?;
    let version = tryout.version.unwrap_or(item.current);
    item.version(version).ok_or_else(|| no_version("/tryout/version"))?;
    if let Some(day) = tryout.dates.iter().position(|day| *day > ctx.today) {
        let text = say("deze dag moet nog komen", "this day is still to come");
        return Err(Problem::invalid(format!("/tryout/dates/{day}"), text));
    }
    let mut accepted = Accepted::slot(format!("{}/{version}", item.material_id)).with("version", version);
    if let Some(window) = &ctx.config.tryout {
        let outside = |day: &_| window.from.is_some_and(|from| *day < from) || window.to.is_some_and(|to| *day > to);
        if tryout.dates.iter().any(outside) {
            let text = say("een dag valt buiten de afgesproken periode", "a day is outside the agreed period");
            accepted = accepted.warn("OUTSIDE_WINDOW", text);
        }
    }
    let mut texts =
        [Some(&tryout.done), tryout.evidence.as_ref(), tryout.pupil_reaction.as_ref()].into_iter().flatten();
    if !ctx.config.pupil_data && texts.any(|text| names_pupil(text)) {
        let text = say("haal namen en nummers van leerlingen weg", "take out names and numbers of pupils");
        accepted = accepted.warn("PUPIL_NAMED", text);
    }
    Ok(accepted)
}

fn check_withdraw(ctx: &Ctx, from: &Sender, withdraw: &Withdraw, picture: &Picture) -> Result<Accepted, Problem> {
    let item = known(picture, "/withdraw/material_id", &withdraw.material_id)?;
    if item.maker() != from.participant && !ctx.is_named(&ctx.config.coaches, from) {
        let text = say(
            "alleen wie het inbracht of de begeleider neemt materiaal terug",
            "only its maker or the coach takes material back",
        );
        return Err(Problem::not_allowed(text));
    }
    Ok(Accepted::shared(&item.material_id))
}
