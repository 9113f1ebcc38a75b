//! Which proposals, changes and confirmations are accepted.

use std::collections::BTreeSet;

use draaiboek_sdk::{Accepted, Context, Problem, Refusal, Say, say};

use crate::fold::{fold, roster, roster_mark};
use crate::{Confirm, Entry, Group, Grouping, Propose, Set};

const TWICE: Say = say("deze persoon staat er twee keer in", "this person is in it twice");
const NOBODY: Say = say("deze persoon staat niet op de lijst", "this person is not on the list");

pub(crate) fn check(ctx: &Context<Grouping>, entry: &Entry) -> Result<Accepted, Refusal> {
    match entry {
        Entry::Propose(proposal) => check_proposal(ctx, proposal),
        Entry::Set(set) => check_set(ctx, set),
        Entry::Confirm(confirm) => check_confirm(ctx, confirm),
    }
}

fn check_proposal(ctx: &Context<Grouping>, proposal: &Propose) -> Result<Accepted, Refusal> {
    let roster = roster(ctx)?;
    let mut problems = Vec::new();
    let (mut ids, mut placed) = (BTreeSet::new(), BTreeSet::new());
    for (index, group) in proposal.groups.iter().enumerate() {
        if !ids.insert(&group.id) {
            let text = say("twee groepen hebben dezelfde code", "two groups have the same code");
            problems.push(Problem::invalid(format!("/propose/groups/{index}/id"), text));
        }
        if ctx.config.overlap {
            placed.clear();
        }
        check_members(&roster, group, &mut placed, &format!("/propose/groups/{index}"), &mut problems);
    }
    for (index, one) in proposal.unplaced.iter().enumerate() {
        if proposal.groups.iter().any(|group| group.members.contains(&one.member)) {
            problems.push(Problem::invalid(format!("/propose/unplaced/{index}/member"), TWICE).arg(&one.member));
        }
    }
    if problems.is_empty() { Ok(Accepted::shared("")) } else { Err(problems.into()) }
}

fn check_members<'a>(
    roster: &[String],
    group: &'a Group,
    placed: &mut BTreeSet<&'a String>,
    path: &str,
    problems: &mut Vec<Problem>,
) {
    for (index, member) in group.members.iter().enumerate() {
        if !placed.insert(member) {
            problems.push(Problem::invalid(format!("{path}/members/{index}"), TWICE).arg(member));
        }
        if unknown(roster, member) {
            problems.push(Problem::new("NOT_ON_ROSTER", NOBODY).at(format!("{path}/members/{index}")).arg(member));
        }
    }
    if let Some(coach) = group.coach.as_ref().filter(|coach| unknown(roster, coach)) {
        problems.push(Problem::new("NOT_ON_ROSTER", NOBODY).at(format!("{path}/coach")).arg(coach));
    }
}

/// Without a roster everybody is known.
fn unknown(roster: &[String], person: &String) -> bool {
    !roster.is_empty() && roster.binary_search(person).is_err()
}

fn check_set(ctx: &Context<Grouping>, set: &Set) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions)?;
    let fields = [
        ("coach", set.coach.is_some()),
        ("kind", set.kind.is_some()),
        ("label", set.label.is_some()),
        ("members", set.members.is_some()),
    ];
    let named: Vec<&str> = fields.iter().filter(|field| field.1).map(|field| field.0).collect();
    let known = picture.groups.iter().any(|group| group.id == set.group);
    if named.is_empty() || !known && set.members.is_none() {
        let text = say(
            "zeg wat er verandert; een nieuwe groep heeft leden nodig",
            "say what changes; a new group needs members",
        );
        return Err(Problem::invalid(if known { "/set" } else { "/set/members" }, text).into());
    }
    let changed = Group {
        id: set.group.clone(),
        label: None,
        kind: None,
        theme: None,
        members: set.members.clone().unwrap_or_default(),
        coach: set.coach.clone(),
    };
    let others = picture.groups.iter().filter(|group| group.id != set.group && !ctx.config.overlap);
    let mut placed: BTreeSet<&String> = others.flat_map(|group| &group.members).collect();
    let mut problems = Vec::new();
    check_members(&picture.roster, &changed, &mut placed, "/set", &mut problems);
    // One slot per group and set of fields: naming the coach later does not undo a change of the members.
    let slot = format!("{}/{}", set.group, named.join("+"));
    if problems.is_empty() { Ok(Accepted::shared(slot)) } else { Err(problems.into()) }
}

fn check_confirm(ctx: &Context<Grouping>, confirm: &Confirm) -> Result<Accepted, Refusal> {
    let picture = fold(ctx, &ctx.contributions)?;
    if picture.groups.is_empty() {
        let text = say("er zijn nog geen groepen om te bevestigen", "there are no groups to confirm yet");
        return Err(Problem::new("NOT_READY", text).arg("groups").into());
    }
    if !picture.violations.is_empty() && confirm.reason.is_none() {
        let text = say(
            "er klopt nog een afspraak niet: schrijf waarom dat mag",
            "a rule is still broken: write why that is all right",
        );
        return Err(Problem::invalid("/confirm/reason", text).into());
    }
    Ok(Accepted::shared("").with("roster", roster_mark(&picture.roster)))
}
