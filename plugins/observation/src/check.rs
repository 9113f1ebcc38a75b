//! Who may note what.

use draaiboek_sdk::{Accepted, Context, Json, Problem, Refusal, Sender, names_pupil, say};

use crate::fold::{criteria, fold};
use crate::{Criterion, Entry, Kind, NewCriterion, Observation, Observe, Visit};

type Ctx = Context<Observation>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    match entry {
        Entry::Observe(observe) => check_observe(ctx, from, observe),
        Entry::Criterion(criterion) => check_criterion(ctx, criterion),
        Entry::Visit(visit) => check_visit(ctx, from, visit),
        Entry::Withdraw(_) => check_withdraw(ctx, from),
    }
}

fn is_owner(ctx: &Ctx, from: &Sender) -> bool {
    ctx.config.owner.as_deref() == Some(from.participant.as_str())
}

/// Observers note; the owner only where it is a self-observation.
fn may_observe(ctx: &Ctx, from: &Sender) -> Result<(), Refusal> {
    if is_owner(ctx, from) {
        if ctx.config.self_observation {
            return Ok(());
        }
        let text = say("je kijkt niet naar je eigen les", "you do not observe your own lesson");
        return Err(Problem::not_allowed(text).into());
    }
    if ctx.is_named(&ctx.config.observers, from) {
        return Ok(());
    }
    Err(Problem::not_allowed(say("jij kijkt hier niet mee", "you are no observer here")).into())
}

fn check_observe(ctx: &Ctx, from: &Sender, observe: &Observe) -> Result<Accepted, Refusal> {
    may_observe(ctx, from)?;
    if fold(ctx, &ctx.contributions)?.withdrawn() {
        return Err(Problem::new("CLOSED", say("dit bezoek is ingetrokken", "this visit was withdrawn")).into());
    }
    let criteria = criteria(ctx, &ctx.contributions)?;
    let Some(criterion) = criteria.iter().find(|criterion| criterion.id == observe.criterion) else {
        let text = say("dit punt staat niet in de kijkwijzer", "this point is not in the viewing guide");
        return Err(Problem::invalid("/observe/criterion", text).into());
    };
    if observe.value.is_none() && observe.note.is_none() {
        let text = say("geef een waarde of een notitie", "give a value or a note");
        return Err(Problem::invalid("/observe", text).into());
    }
    if let Some(value) = &observe.value
        && let Some((nl, en)) = refused(criterion, value)
    {
        return Err(Problem::invalid("/observe/value", (nl, en)).into());
    }
    let accepted = Accepted::slot(&observe.criterion);
    Ok(match &observe.note {
        Some(note) if names_pupil(note) => {
            let text = say("schrijf zonder namen van leerlingen", "write without names of pupils");
            accepted.warn("PUPIL_NAMED", text)
        }
        _ => accepted,
    })
}

/// Why a value does not fit its criterion.
fn refused(criterion: &Criterion, value: &Json) -> Option<(String, String)> {
    let word = value.as_text();
    let number = value.as_int();
    let (min, max) = (criterion.min, criterion.max);
    if word == Some("na") && criterion.kind != Kind::Note {
        return None;
    }
    let fits = match criterion.kind {
        Kind::Seen => matches!(word, Some("seen" | "not_seen")),
        Kind::Scale => number.is_some_and(|number| (min..=max).contains(&number)),
        Kind::Choice => criterion.options.iter().any(|option| Some(option.id.as_str()) == word),
        Kind::Tally => number.is_some(),
        Kind::Note => false,
    };
    let wanted = || match criterion.kind {
        Kind::Seen => ("kies seen, not_seen of na".to_owned(), "choose seen, not_seen or na".to_owned()),
        Kind::Scale => (format!("kies een cijfer van {min} tot {max}"), format!("choose a figure from {min} to {max}")),
        Kind::Choice => ("kies een van de mogelijkheden".to_owned(), "choose one of the options".to_owned()),
        Kind::Tally => ("geef een aantal".to_owned(), "give a number".to_owned()),
        Kind::Note => ("schrijf hier een notitie".to_owned(), "write a note here".to_owned()),
    };
    (!fits).then(wanted)
}

fn check_criterion(ctx: &Ctx, new: &NewCriterion) -> Result<Accepted, Refusal> {
    let given = criteria(ctx, &[])?;
    if given.iter().any(|criterion| criterion.id == new.criterion_id) {
        let text = say("dit punt ligt al vast", "this point is fixed already");
        return Err(Problem::invalid("/criterion/criterion_id", text).into());
    }
    if new.kind == Kind::Choice {
        let text = say("keuzes staan vast in de kijkwijzer zelf", "choices are fixed in the guide itself");
        return Err(Problem::invalid("/criterion/kind", text).into());
    }
    if new.kind == Kind::Scale && new.max.is_some_and(|max| max < 2) {
        return Err(Problem::invalid("/criterion/max", say("neem minstens 2", "take at least 2")).into());
    }
    let all = criteria(ctx, &ctx.contributions)?;
    let known = all.iter().any(|criterion| criterion.id == new.criterion_id);
    if let Some(max) = ctx.config.max_criteria
        && !known
        && all.len() >= max
    {
        let text = (
            format!("hoogstens {max} punten: zo blijft het gericht"),
            format!("at most {max} points: that keeps it focused"),
        );
        return Err(Problem::invalid("/criterion", text).into());
    }
    Ok(Accepted::shared(&new.criterion_id))
}

fn check_visit(ctx: &Ctx, from: &Sender, visit: &Visit) -> Result<Accepted, Refusal> {
    may_observe(ctx, from)?;
    if visit.date > ctx.today {
        let text = say("deze dag moet nog komen", "this day is still to come");
        return Err(Problem::invalid("/visit/date", text).into());
    }
    if !ctx.calendar.is_school_day(visit.date) {
        return Err(Problem::invalid("/visit/date", say("dit is geen schooldag", "this is no school day")).into());
    }
    Ok(Accepted::shared(""))
}

fn check_withdraw(ctx: &Ctx, from: &Sender) -> Result<Accepted, Refusal> {
    if is_owner(ctx, from) || ctx.config.owner.is_none() {
        return Ok(Accepted::shared(""));
    }
    Err(Problem::not_allowed(say(
        "alleen wie bezocht werd, trekt alles in",
        "only the person visited withdraws everything",
    ))
    .into())
}
