//! Which votes, stances and answers are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Sender, say};

use crate::fold::{Objection, Picture, fold};
use crate::{Decision, Entry, Gate, Park};

type Ctx = Context<Gate>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions)?;
    match entry {
        Entry::Decision(decision) => check_decision(ctx, from, decision, &picture),
        Entry::Consent(_) => Ok(Accepted::single()),
        Entry::Answer(answer) => {
            objection(&picture, "/answer/objection", &answer.objection)?;
            Ok(Accepted::shared(&answer.objection))
        }
        Entry::Close(close) => {
            may_close(ctx, from, objection(&picture, "/close/objection", &close.objection)?)?;
            Ok(Accepted::shared(&close.objection))
        }
        Entry::Park(park) => {
            may_park(ctx, from, park)?;
            objection(&picture, "/park/objection", &park.objection)?;
            Ok(Accepted::shared(&park.objection))
        }
    }
}

fn check_decision(ctx: &Ctx, from: &Sender, decision: &Decision, picture: &Picture) -> Result<Accepted, Refusal> {
    if !may_decide(ctx, from) {
        let text = say("jij beslist dit niet", "this is not for you to decide");
        return Err(Problem::not_allowed(text).into());
    }
    let choice = ctx.config.options.iter().find(|choice| choice.id == decision.option);
    if choice.is_none() && !ctx.config.options.is_empty() {
        let text = say("deze keuze bestaat niet", "there is no such option");
        return Err(Problem::invalid("/decision/option", text).into());
    }
    if ctx.config.reason_for.contains(&decision.option) && decision.reason.is_none() {
        let text = say("schrijf waarom", "write why");
        return Err(Problem::invalid("/decision/reason", text).into());
    }
    let failed = picture.failed();
    if !failed.is_empty() && !choice.is_some_and(|choice| choice.unchecked) {
        return Err(failed.into());
    }
    Ok(Accepted::single())
}

/// A decider, or the deputy of one who is away (not among those the task is for).
fn may_decide(ctx: &Ctx, from: &Sender) -> bool {
    let away = |decider: &String| ctx.invited.as_ref().is_none_or(|invited| !invited.contains(decider));
    ctx.is_named(&ctx.config.deciders, from)
        || ctx
            .config
            .deputies
            .iter()
            .any(|(decider, deputy)| away(decider) && (*deputy == from.participant || from.roles.contains(deputy)))
}

fn objection<'a>(picture: &'a Picture, path: &str, id: &str) -> Result<&'a Objection, Problem> {
    let found = picture.objections.iter().find(|objection| objection.id == id);
    found.ok_or_else(|| Problem::invalid(path, say("dit bezwaar bestaat niet", "there is no such objection")))
}

fn is_closer(ctx: &Ctx, from: &Sender) -> bool {
    ctx.is_named(&ctx.config.closers, from)
}

/// The objector, or after some school days since the answer somebody who may close.
fn may_close(ctx: &Ctx, from: &Sender, objection: &Objection) -> Result<(), Problem> {
    let Some(answered) = objection.answered_on else {
        let text = say("geef eerst een antwoord op dit bezwaar", "answer this objection first");
        return Err(Problem::new("NOT_READY", text).at("/close/objection").arg("answer"));
    };
    let wait = ctx.config.close_after;
    let over = ctx.calendar.plus_school_days(answered, wait).is_some_and(|day| ctx.today >= day);
    if objection.id == from.participant || over && is_closer(ctx, from) {
        return Ok(());
    }
    Err(Problem::not_allowed((
        format!("wie het bezwaar heeft, sluit het af; de directie kan dat {wait} schooldagen na het antwoord"),
        format!("whoever objects closes it; the head may do so {wait} school days after the answer"),
    )))
}

fn may_park(ctx: &Ctx, from: &Sender, park: &Park) -> Result<(), Problem> {
    if park.date < ctx.today {
        return Err(Problem::invalid("/park/date", say("kies een dag die nog komt", "choose a day to come")));
    }
    let decides = !ctx.config.deciders.is_empty() && ctx.is_named(&ctx.config.deciders, from);
    if is_closer(ctx, from) || decides || park.objection == from.participant {
        return Ok(());
    }
    Err(Problem::not_allowed(say(
        "de directie of wie het bezwaar heeft, zet het op later",
        "the head or whoever objects puts it off",
    )))
}
