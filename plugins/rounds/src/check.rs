//! Who may say what, and when.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Sender, fingerprint, say};

use crate::fold::{Picture, State, fold};
use crate::{Attendance, By, Entry, InRound, Round, Rounds, Said, TurnMode, round_open};

type Ctx = Context<Rounds>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    match entry {
        Entry::Said(said) => check_said(ctx, from, said),
        Entry::Pass(pass) => check_pass(ctx, from, pass),
        Entry::Attendance(entry) => check_attendance(ctx, from, entry),
        Entry::CloseRound(close) => check_close(ctx, from, close),
    }
}

fn round<'a>(ctx: &'a Ctx, entry: &str, id: &str) -> Result<&'a Round, Refusal> {
    let unknown =
        || Problem::invalid(format!("/{entry}/round"), say("deze ronde bestaat niet", "there is no such round"));
    Ok(ctx.config.rounds.iter().find(|round| round.id == id).ok_or_else(unknown)?)
}

fn leads(ctx: &Ctx, from: &Sender) -> bool {
    ctx.config.facilitator.as_ref().is_none_or(|leader| *leader == from.participant || from.roles.contains(leader))
}

fn is_owner(ctx: &Ctx, from: &Sender) -> bool {
    ctx.config.owner.as_deref() == Some(from.participant.as_str())
}

/// The round is open, and the rounds before it are done.
fn open<'a>(ctx: &Ctx, picture: &'a Picture, round: &Round) -> Result<&'a State, Refusal> {
    let unknown = || Problem::invalid("", say("deze ronde bestaat niet", "there is no such round"));
    let state = picture.state(&round.id).ok_or_else(unknown)?;
    if state.closed {
        return Err(Problem::new("CLOSED", say("deze ronde is afgesloten", "this round is closed")).into());
    }
    let before = picture.rounds.iter().take_while(|earlier| earlier.id != round.id);
    if let Some(waiting) = before.filter(|_| ctx.config.ordered).find(|earlier| !earlier.missing.is_empty()) {
        return Err(round_open(&waiting.missing).into());
    }
    Ok(state)
}

fn check_said(ctx: &Ctx, from: &Sender, said: &Said) -> Result<Accepted, Refusal> {
    let round = round(ctx, "entry", &said.round)?;
    let Some((kind, by)) = round.kind(said.kind.as_deref()) else {
        let known: Vec<&str> = round.kinds.iter().map(|kind| kind.id.as_str()).collect();
        let known = known.join(", ");
        return Err(
            Problem::invalid("/entry/kind", (format!("kies uit: {known}"), format!("choose from: {known}"))).into()
        );
    };
    if (by == By::Owner && !is_owner(ctx, from)) || (by == By::Facilitator && !leads(ctx, from)) {
        return Err(Problem::not_allowed(say("dit is voor iemand anders", "this is for somebody else")).into());
    }
    if round.about_required && said.about.is_none() {
        let text = say("zeg bij welk doel dit hoort", "say which goal this belongs to");
        return Err(Problem::invalid("/entry/about", text).into());
    }
    let picture = fold(ctx, &ctx.contributions);
    let slot = said.entry_id.clone().unwrap_or_else(|| made(from, said, kind));
    let own = own_entry(ctx, from, &slot)?;
    let state = open(ctx, &picture, round)?;
    if by == By::All && !own {
        in_turn(state, ctx.config.strict, from)?;
        first_things_first(round, state, from, kind)?;
    }
    Ok(Accepted::slot(&slot).with("kind", kind).with("entry_id", &slot))
}

/// The same words of the same person in the same round are the same entry.
fn made(from: &Sender, said: &Said, kind: &str) -> String {
    let about = said.about.as_deref().unwrap_or_default();
    format!("e-{}", fingerprint([from.participant.as_str(), &said.round, kind, &said.text, about]))
}

/// Whether the sender replaces an entry of their own. An id of somebody else is refused.
fn own_entry(ctx: &Ctx, from: &Sender, slot: &str) -> Result<bool, Refusal> {
    let same = ctx.contributions.iter().find(|one| one.slot == slot && matches!(one.entry, Entry::Said(_)));
    match same {
        Some(one) if one.by() != from.participant => {
            let text = say("dit nummer is al van iemand anders", "this id is somebody else's");
            Err(Problem::new("CONFLICT", text).at("/entry/entry_id").into())
        }
        found => Ok(found.is_some()),
    }
}

fn in_turn(state: &State, mode: TurnMode, from: &Sender) -> Result<(), Refusal> {
    match &state.turn {
        Some(turn) if mode == TurnMode::Strict && *turn != from.participant => {
            let text = (format!("{turn} is aan de beurt"), format!("it is the turn of {turn}"));
            Err(Problem::new("NOT_YOUR_TURN", text).arg(turn).into())
        }
        _ => Ok(()),
    }
}

fn first_things_first(round: &Round, state: &State, from: &Sender, kind: &str) -> Result<(), Refusal> {
    let Some(first) = round.first_kind.as_deref().filter(|first| *first != kind) else { return Ok(()) };
    if state.given.get(&from.participant).is_some_and(|given| given.iter().any(|kind| kind == first)) {
        return Ok(());
    }
    let text = (format!("begin met: {first}"), format!("begin with: {first}"));
    Err(Problem::new(round.first_error.word(), text).at("/entry/kind").into())
}

fn check_pass(ctx: &Ctx, from: &Sender, pass: &InRound) -> Result<Accepted, Refusal> {
    let round = round(ctx, "pass", &pass.round)?;
    if !round.pass {
        let text = say("in deze ronde zegt iedereen iets", "everybody says something in this round");
        return Err(Problem::not_allowed(text).into());
    }
    let picture = fold(ctx, &ctx.contributions);
    in_turn(open(ctx, &picture, round)?, ctx.config.strict, from)?;
    Ok(Accepted::slot(&pass.round))
}

fn check_attendance(ctx: &Ctx, from: &Sender, entry: &Attendance) -> Result<Accepted, Refusal> {
    if leads(ctx, from) || from.participant == entry.person {
        return Ok(Accepted::shared(&entry.person));
    }
    Err(Problem::not_allowed(say("dat doet de gespreksleider", "the facilitator does that")).into())
}

fn check_close(ctx: &Ctx, from: &Sender, close: &InRound) -> Result<Accepted, Refusal> {
    let round = round(ctx, "close_round", &close.round)?;
    if !leads(ctx, from) {
        return Err(Problem::not_allowed(say("dat doet de gespreksleider", "the facilitator does that")).into());
    }
    let picture = fold(ctx, &ctx.contributions);
    match picture.state(&round.id).filter(|state| !state.missing.is_empty()) {
        Some(state) => Err(round_open(&state.missing).into()),
        None => Ok(Accepted::shared(&close.round)),
    }
}
