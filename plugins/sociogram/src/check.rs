//! Which answers are accepted.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Sender, Table, say};

use crate::fold::confirmed;
use crate::roster::roster;
use crate::{Answer, Entry, Leave, Sociogram, unconfirmed};

type Ctx = Context<Sociogram>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    let roster = roster(ctx, &ctx.contributions)?;
    match entry {
        Entry::Statement(_) => {
            leads(ctx, from, &roster)?;
            Ok(Accepted::shared(""))
        }
        Entry::Answer(answer) => {
            if !confirmed(ctx, &ctx.contributions)? {
                return Err(unconfirmed().into());
            }
            Ok(check_answer(ctx, from, answer, &roster)?)
        }
        Entry::Leave(leave) => Ok(check_leave(ctx, from, leave, &roster)?),
    }
}

/// Only the teacher and the named care coordinator; never a pupil of the class.
fn leads(ctx: &Ctx, from: &Sender, roster: &Table<()>) -> Result<(), Problem> {
    if roster.has(&from.participant) || !ctx.is_named(&ctx.config.viewers, from) {
        let text = say("alleen de leraar van de klas doet dit", "only the teacher of the class does this");
        return Err(Problem::not_allowed(text));
    }
    Ok(())
}

fn check_answer(ctx: &Ctx, from: &Sender, answer: &Answer, roster: &Table<()>) -> Result<Accepted, Problem> {
    let pupil = answer.pupil.as_deref().unwrap_or(&from.participant);
    if !roster.has(pupil) {
        return Err(not_on_roster("/answer/pupil").arg(pupil));
    }
    if pupil != from.participant && roster.has(&from.participant) {
        let text = say("je antwoordt alleen voor jezelf", "you answer for yourself only");
        return Err(Problem::not_allowed(text));
    }
    let Some(question) = ctx.config.question(&answer.question) else {
        return Err(Problem::invalid("/answer/question", say("deze vraag bestaat niet", "there is no such question")));
    };
    let mut nominated: Vec<&String> = Vec::new();
    for id in &answer.nominated {
        if !nominated.contains(&id) {
            nominated.push(id);
        }
    }
    if nominated.iter().any(|id| *id == pupil) {
        let text = say("kies iemand anders dan jezelf", "choose somebody other than yourself");
        return Err(Problem::new("SELF_NOMINATION", text).at("/answer/nominated").arg(pupil));
    }
    let strangers: Vec<&&String> = nominated.iter().filter(|id| !roster.has(id)).collect();
    if !strangers.is_empty() {
        return Err(not_on_roster("/answer/nominated").args(strangers.into_iter().map(|id| (*id).clone())));
    }
    let max = ctx.config.max(question);
    if nominated.len() > max {
        let text = (format!("kies hoogstens {max} kinderen"), format!("choose at most {max} children"));
        return Err(Problem::new("TOO_MANY_NOMINATIONS", text).at("/answer/nominated").arg(max.to_string()));
    }
    let slot = format!("{pupil}/{}", question.id);
    Ok(Accepted::shared(slot).with("pupil", pupil).with("nominated", nominated))
}

fn not_on_roster(path: &str) -> Problem {
    let text = say("dit kind staat niet op de lijst van de klas", "this child is not on the list of the class");
    Problem::new("NOT_ON_ROSTER", text).at(path)
}

fn check_leave(ctx: &Ctx, from: &Sender, leave: &Leave, roster: &Table<()>) -> Result<Accepted, Problem> {
    leads(ctx, from, roster)?;
    if !roster.has(&leave.pupil) {
        return Err(not_on_roster("/leave/pupil").arg(&leave.pupil));
    }
    Ok(Accepted::shared(&leave.pupil))
}
