//! Which ballots are accepted. A ballot is taken whole or refused whole.

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Sender, Table, say};

use crate::fold::{Picture, fold, options};
use crate::lanes::ABSTAIN;
use crate::{Ballot, Entry, Listed, Method, Place, Prioritise, Select};

type Ctx = Context<Prioritise>;

pub(crate) fn check(ctx: &Ctx, from: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
    match entry {
        Entry::Ballot(ballot) => check_ballot(ctx, ballot),
        Entry::Select(select) => check_select(ctx, from, select),
        Entry::Place(place) => check_place(ctx, from, place),
    }
}

pub(crate) fn too_many(max: usize) -> Problem {
    let text = (format!("kies er hoogstens {max}"), format!("choose at most {max}"));
    Problem::new("TOO_MANY_PRIORITIES", text).arg(max.to_string())
}

fn no_option(place: String) -> Problem {
    Problem::invalid(place, say("deze keuze bestaat niet", "there is no such option"))
}

fn check_ballot(ctx: &Ctx, ballot: &Ballot) -> Result<Accepted, Refusal> {
    let round = ballot.round.unwrap_or(ctx.config.round);
    let given = [ballot.dots.is_some(), ballot.choice.is_some(), ballot.rank.is_some(), ballot.lanes.is_some()];
    let wanted = [Method::Dots, Method::Single, Method::Rank, Method::Lanes].map(|method| method == ctx.config.method);
    if given != wanted {
        let field = match ctx.config.method {
            Method::Single => "choice",
            method => method.word(),
        };
        let text = (format!("stem hier met `{field}` alleen"), format!("vote with `{field}` only here"));
        return Err(Problem::invalid("/ballot", text).into());
    }
    let options = options(ctx)?;
    match ctx.config.method {
        Method::Dots => check_dots(ctx, &options, ballot.dots.as_ref())?,
        Method::Single => check_choice(&options, ballot.choice.as_deref())?,
        Method::Rank => check_rank(&options, ballot.rank.as_deref().unwrap_or_default())?,
        Method::Lanes => check_lanes(ctx, &options, ballot.lanes.as_ref())?,
    }
    check_round(ctx, ballot, round)?;
    Ok(Accepted::slot(round.to_string()).with("round", round))
}

fn known(options: &[Listed], id: &str) -> bool {
    options.iter().any(|option| option.id == id)
}

fn check_dots(ctx: &Ctx, options: &[Listed], dots: Option<&Table<i64>>) -> Result<(), Refusal> {
    let (most, per_option) = (ctx.config.dots, ctx.config.max_per_option.unwrap_or(ctx.config.dots));
    let mut sum = 0;
    for (option, n) in dots.into_iter().flatten() {
        if !known(options, option) {
            return Err(no_option(format!("/ballot/dots/{option}")).into());
        }
        if *n > per_option {
            let text = (
                format!("hoogstens {per_option} stippen op één keuze"),
                format!("at most {per_option} dots on one option"),
            );
            return Err(Problem::new("TOO_MANY_DOTS", text).at(format!("/ballot/dots/{option}")).arg(option).into());
        }
        sum += n;
    }
    if sum > most {
        let text = (format!("je hebt {most} stippen, geen {sum}"), format!("you have {most} dots, not {sum}"));
        return Err(Problem::new("TOO_MANY_DOTS", text).at("/ballot/dots").into());
    }
    Ok(())
}

fn check_choice(options: &[Listed], choice: Option<&str>) -> Result<(), Refusal> {
    if choice.is_some_and(|choice| known(options, choice)) {
        return Ok(());
    }
    Err(no_option("/ballot/choice".to_owned()).into())
}

fn check_rank(options: &[Listed], rank: &[String]) -> Result<(), Refusal> {
    for (at, option) in rank.iter().enumerate() {
        if !known(options, option) {
            return Err(no_option(format!("/ballot/rank/{at}")).into());
        }
        if rank[..at].contains(option) {
            let text = say("deze keuze staat er twee keer", "this option is there twice");
            return Err(Problem::invalid(format!("/ballot/rank/{at}"), text).into());
        }
    }
    Ok(())
}

fn check_lanes(ctx: &Ctx, options: &[Listed], lanes: Option<&Table<String>>) -> Result<(), Refusal> {
    for (option, lane) in lanes.into_iter().flatten() {
        if !known(options, option) {
            return Err(no_option(format!("/ballot/lanes/{option}")).into());
        }
        if lane != ABSTAIN && !known(&ctx.config.lanes, lane) {
            let text = say("dit vak bestaat niet", "there is no such lane");
            return Err(Problem::invalid(format!("/ballot/lanes/{option}"), text).into());
        }
    }
    Ok(())
}

/// Later rounds are for lanes, and only for the cards that the round before left open; the round before is over then.
fn check_round(ctx: &Ctx, ballot: &Ballot, round: u64) -> Result<(), Refusal> {
    let most = if ctx.config.method == Method::Lanes { ctx.config.max_rounds } else { 1 };
    if round > most {
        let text = (format!("er zijn hoogstens {most} rondes"), format!("there are at most {most} rounds"));
        return Err(Problem::invalid("/ballot/round", text).into());
    }
    let picture = fold(ctx, &ctx.contributions)?;
    if picture.last_round > round {
        let text = say("er is al een volgende ronde bezig", "a later round has begun");
        return Err(Problem::new("CLOSED", text).at("/ballot/round").into());
    }
    let settled = ballot.lanes.iter().flatten().find(|(option, _)| round > 1 && !open_in(&picture, option, round));
    match settled {
        Some((option, _)) => {
            let text = say("over dit kaartje is al beslist", "this card is decided already");
            Err(Problem::invalid(format!("/ballot/lanes/{option}"), text).into())
        }
        None => Ok(()),
    }
}

fn open_in(picture: &Picture, option: &str, round: u64) -> bool {
    picture
        .standing
        .get(option)
        .is_some_and(|standing| standing.contested && standing.round.is_none_or(|at| at >= round))
}

fn check_select(ctx: &Ctx, from: &Sender, select: &Select) -> Result<Accepted, Refusal> {
    if !ctx.is_named(&ctx.config.selectors, from) {
        return Err(Problem::not_allowed(say("jij legt deze keuze niet vast", "this is not for you to fix")).into());
    }
    check_rank(&options(ctx)?, &select.options).map_err(|mut refusal| {
        refusal
            .problems
            .iter_mut()
            .for_each(|problem| problem.path = problem.path.replace("/ballot/rank", "/select/options"));
        refusal
    })?;
    match ctx.config.max_selected {
        Some(max) if select.options.len() > max => Err(too_many(max).into()),
        _ => Ok(Accepted::shared("")),
    }
}

fn check_place(ctx: &Ctx, from: &Sender, place: &Place) -> Result<Accepted, Refusal> {
    if !ctx.is_named(&ctx.config.deciders, from) {
        return Err(Problem::not_allowed(say("jij beslist dit niet", "this is not for you to decide")).into());
    }
    if !known(&ctx.config.lanes, &place.lane) {
        return Err(Problem::invalid("/place/lane", say("dit vak bestaat niet", "there is no such lane")).into());
    }
    let picture = fold(ctx, &ctx.contributions)?;
    if !picture.tied_cards().contains(&place.option.as_str()) {
        let text = say("hier is geen gelijke stand", "there is no tie here");
        return Err(Problem::invalid("/place/option", text).into());
    }
    Ok(Accepted::shared(&place.option))
}
