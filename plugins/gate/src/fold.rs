//! Votes, stances and what became of objections.

use draaiboek_sdk::{Context, Contribution, Date, Problem, Refusal, Shape, Table, list, opt, req, say, writes};

use crate::{Decision, Entry, Gate, Judged, Rule, Stance, reason};

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) option: Option<String>,
    by: Vec<String>,
    reason: Option<String>,
    votes: Table<u64>,
    passed: bool,
    pub(crate) agree: u64,
    concern: u64,
    objection: u64,
    pub(crate) voters: u64,
    pub(crate) concerns: Vec<Concern>,
    pub(crate) objections: Vec<Objection>,
    pub(crate) open_objections: Vec<String>,
    parked: Vec<Parked>,
    failed_checks: Vec<Judged>,
    reasons: Vec<String>,
}
writes!(Picture {
    option,
    by,
    reason,
    votes,
    passed,
    agree,
    concern,
    objection,
    voters,
    concerns,
    objections,
    open_objections,
    parked,
    failed_checks,
    reasons,
});

#[derive(Debug)]
pub(crate) struct Concern {
    by: String,
    text: Option<String>,
}
writes!(Concern { by, text });

/// An objection and what was done with it. Its id is the person who has it: one stance each.
#[derive(Debug)]
pub(crate) struct Objection {
    pub(crate) id: String,
    by: String,
    text: Option<String>,
    pub(crate) answer: Option<String>,
    pub(crate) answered_on: Option<Date>,
    closed: bool,
    parked: bool,
}
writes!(Objection { id, by, text, answer, answered_on, closed, parked });

#[derive(Debug)]
struct Parked {
    objection: String,
    owner: String,
    date: Date,
}
writes!(Parked { objection, owner, date });

impl Picture {
    /// The reasons of failing checks as problems, in order.
    pub(crate) fn failed(&self) -> Vec<Problem> {
        self.reasons.iter().map(|shown| reason(shown)).collect()
    }

    /// Checks do not hold back an option that is marked as unchecked, such as stopping.
    pub(crate) fn checks_matter(&self, ctx: &Context<Gate>) -> bool {
        let chosen =
            self.option.as_ref().and_then(|option| ctx.config.options.iter().find(|choice| choice.id == *option));
        !chosen.is_some_and(|choice| choice.unchecked)
    }

    /// Why nothing is decided yet.
    pub(crate) fn undecided(&self, ctx: &Context<Gate>) -> Option<Problem> {
        if self.option.is_some() || ctx.config.rule == Rule::GuardsOnly {
            return None;
        }
        if !self.open_objections.is_empty() {
            let text = say(
                "geef elk bezwaar een antwoord en sluit het af, of neem het later op",
                "answer and close every objection, or take it up later",
            );
            return Some(Problem::new("CONSENT_MISSING", text).args(&self.open_objections));
        }
        let consent = ctx.config.rule == Rule::Consent;
        let what = match (self.voters + self.votes.values().sum::<u64>() < ctx.config.quorum, consent) {
            (true, _) => "quorum",
            (false, true) => "consent",
            (false, false) => "decision",
        };
        let text = say("er is nog geen beslissing", "there is no decision yet");
        Some(Problem::new("NOT_READY", text).arg(what))
    }
}

pub(crate) fn fold(ctx: &Context<Gate>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let failed_checks = failed(ctx)?;
    let reasons: Vec<String> = failed_checks.iter().flat_map(|check| check.reasons.clone()).collect();
    let objections = objections(all);
    let stances =
        |stance| all.iter().filter(|one| matches!(&one.entry, Entry::Consent(c) if c.value == stance)).count() as u64;
    let (agree, concern, objection) = (stances(Stance::Agree), stances(Stance::Concern), stances(Stance::Objection));
    let mut concerns: Vec<Concern> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Consent(c) if c.value == Stance::Concern => {
                Some(Concern { by: one.by().to_owned(), text: c.text.clone() })
            }
            _ => None,
        })
        .collect();
    concerns.sort_by(|a, b| a.by.cmp(&b.by));
    let (objections, parked) = objections;
    let open = objections.iter().filter(|objection| !objection.closed && !objection.parked);
    let open_objections: Vec<String> = open.map(|objection| objection.id.clone()).collect();
    let ballots = ballots(ctx, all);
    let mut votes: Table<u64> = Table::default();
    for (_, decision) in &ballots {
        *votes.at(&decision.option) += 1;
    }
    let voters = agree + concern + objection;
    let enough = voters + ballots.len() as u64 >= ctx.config.quorum;
    let option = match ctx.config.rule {
        Rule::Consent => (voters > 0 && enough && open_objections.is_empty()).then(|| first_option(ctx, "agree")),
        Rule::GuardsOnly => reasons.is_empty().then(|| first_option(ctx, "passed")),
        rule => chosen(ctx, rule, &ballots, &votes).filter(|_| enough),
    };
    let chose = ballots.iter().filter(|(_, decision)| Some(&decision.option) == option.as_ref());
    Ok(Picture {
        by: chose.clone().map(|(name, _)| (*name).to_owned()).collect(),
        reason: chose.clone().find_map(|(_, decision)| decision.reason.clone()),
        passed: option.is_some(),
        option,
        votes,
        agree,
        concern,
        objection,
        voters,
        concerns,
        objections,
        open_objections,
        parked,
        failed_checks,
        reasons,
    })
}

fn first_option(ctx: &Context<Gate>, otherwise: &str) -> String {
    ctx.config.options.first().map_or_else(|| otherwise.to_owned(), |choice| choice.id.clone())
}

const CHECKS: Shape = list(&Shape::Object(&[
    req("id", Shape::Id),
    req("ok", Shape::Bool),
    opt("reasons", list(&Shape::Line { max: 300 })),
]));

/// The failing checks: first those the configuration names, in its order, then the others as they came.
fn failed(ctx: &Context<Gate>) -> Result<Vec<Judged>, Refusal> {
    let given: Vec<Judged> = ctx.input("checks", &CHECKS)?.unwrap_or_default();
    let place = |check: &Judged| ctx.config.checks.iter().position(|known| known.id == check.id).unwrap_or(usize::MAX);
    let mut failed: Vec<Judged> = given.into_iter().filter(|check| !check.ok).collect();
    failed.sort_by_key(place);
    for check in failed.iter_mut().filter(|check| check.reasons.is_empty()) {
        check.reasons = vec![format!("NOT_READY:{}", check.id)];
    }
    Ok(failed)
}

fn objections(all: &[Contribution<Entry>]) -> (Vec<Objection>, Vec<Parked>) {
    let mut objections: Vec<Objection> = Vec::new();
    for one in all {
        if let Entry::Consent(consent) = &one.entry
            && consent.value == Stance::Objection
        {
            let (id, text) = (one.by().to_owned(), consent.text.clone());
            objections.push(Objection {
                by: id.clone(),
                id,
                text,
                answer: None,
                answered_on: None,
                closed: false,
                parked: false,
            });
        }
    }
    objections.sort_by(|a, b| a.id.cmp(&b.id));
    let mut parked = Vec::new();
    for one in all {
        let target = match &one.entry {
            Entry::Answer(answer) => &answer.objection,
            Entry::Close(close) => &close.objection,
            Entry::Park(park) => &park.objection,
            Entry::Decision(_) | Entry::Consent(_) => continue,
        };
        let Some(objection) = objections.iter_mut().find(|objection| objection.id == *target) else { continue };
        match &one.entry {
            Entry::Answer(answer) => {
                objection.answer = Some(answer.text.clone());
                objection.answered_on = Some(one.day);
            }
            Entry::Park(park) => {
                objection.parked = true;
                parked.push(Parked { objection: park.objection.clone(), owner: park.owner.clone(), date: park.date });
            }
            _ => objection.closed = true,
        }
    }
    // An objection is settled by words: without an answer a close counts for nothing.
    objections.iter_mut().filter(|objection| objection.answer.is_none()).for_each(|objection| objection.closed = false);
    parked.sort_by(|a, b| a.objection.cmp(&b.objection));
    (objections, parked)
}

/// One ballot per decider, in the order of the deciders, then by name; a deputy's counts when the decider cast none.
fn ballots<'a>(ctx: &Context<Gate>, all: &'a [Contribution<Entry>]) -> Vec<(&'a str, &'a Decision)> {
    let deciders = &ctx.config.deciders;
    let rank = |one: &Contribution<Entry>| {
        let named = |name: &String| *name == one.from.participant || one.from.roles.contains(name);
        if deciders.is_empty() {
            Some((0, false))
        } else {
            let own = deciders.iter().position(named).map(|place| (place, false));
            let stands_in = || deciders.iter().position(|decider| ctx.config.deputies.get(decider).is_some_and(named));
            own.or_else(|| stands_in().map(|place| (place, true)))
        }
    };
    let mut ranked: Vec<((usize, bool), &str, &Decision)> = all
        .iter()
        .filter_map(|one| match &one.entry {
            Entry::Decision(decision) => Some((rank(one)?, one.by(), decision)),
            _ => None,
        })
        .collect();
    ranked.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let own: Vec<usize> = ranked.iter().filter(|ballot| !ballot.0.1).map(|ballot| ballot.0.0).collect();
    ranked.retain(|((place, deputy), ..)| !deputy || !own.contains(place));
    ranked.into_iter().map(|(_, name, decision)| (name, decision)).collect()
}

fn chosen(ctx: &Context<Gate>, rule: Rule, ballots: &[(&str, &Decision)], votes: &Table<u64>) -> Option<String> {
    let cast = ballots.len() as u64;
    match rule {
        Rule::One => ballots.first().map(|(_, decision)| decision.option.clone()),
        Rule::All => {
            let needed = ctx.invited.as_ref().map_or(ctx.config.deciders.len(), Vec::len) as u64;
            let (option, count) = votes.iter().next()?;
            (*count == cast && cast >= needed).then(|| option.clone())
        }
        _ => votes.iter().find(|(_, count)| *count * 2 > cast).map(|(option, _)| option.clone()),
    }
}
