//! The groups as they stand: last proposal, changes on top, confirmation.

use draaiboek_sdk::{Context, Contribution, Date, IDS, Refusal, Table, fingerprint, writes};

use crate::rules::{Judge, Violation};
use crate::suggest::{Suggested, suggest};
use crate::{Entry, Group, Grouping, Set, Unplaced};

/// The result.
#[derive(Debug)]
pub struct Picture {
    pub(crate) groups: Vec<Group>,
    pub(crate) violations: Vec<Violation>,
    unplaced: Vec<Unplaced>,
    without_coach: Vec<String>,
    warnings: Vec<Warning>,
    pub(crate) confirmed: bool,
    revalidate: bool,
    confirm_reason: Option<String>,
    end_date: Option<Date>,
    expired: bool,
    suggestion: Option<Vec<Suggested>>,
    teams: Vec<String>,
    coaches: Table<String>,
    pub(crate) roster: Vec<String>,
}
writes!(Picture {
    groups,
    violations,
    unplaced,
    without_coach,
    warnings,
    confirmed,
    revalidate,
    confirm_reason,
    end_date,
    expired,
    suggestion,
    teams,
    coaches,
});

/// A remark that blocks nothing.
#[derive(Debug)]
struct Warning {
    word: &'static str,
    args: Vec<String>,
}
writes!(Warning { word, args });

/// Everybody who is to be grouped: from the configuration, else from the input `members`.
pub(crate) fn roster(ctx: &Context<Grouping>) -> Result<Vec<String>, Refusal> {
    let mut roster = ctx.config.members.clone();
    if roster.is_empty() {
        roster = ctx.input("members", &IDS)?.unwrap_or_default();
    }
    roster.sort();
    roster.dedup();
    Ok(roster)
}

/// The mark by which a later change of the roster is noticed.
pub(crate) fn roster_mark(roster: &[String]) -> String {
    fingerprint(roster.iter().map(String::as_str))
}

pub(crate) fn fold(ctx: &Context<Grouping>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let roster = roster(ctx)?;
    let (mut groups, mut reasons, mut changed) = (Vec::new(), Vec::new(), 0);
    let mut confirm = None;
    for one in all {
        match &one.entry {
            Entry::Propose(proposal) => {
                groups.clone_from(&proposal.groups);
                reasons.clone_from(&proposal.unplaced);
                changed = one.seq;
            }
            Entry::Set(set) => {
                apply(&mut groups, set);
                changed = one.seq;
            }
            Entry::Confirm(confirmed) => confirm = Some((one.seq, confirmed)),
        }
    }
    let placed: Table<()> =
        groups.iter().flat_map(|group: &Group| &group.members).map(|member| (member.clone(), ())).collect();
    let reason = |member: &String| reasons.iter().find(|u| u.member == *member).and_then(|u| u.reason.clone());
    let free = roster.iter().filter(|member| !placed.has(member));
    let unplaced: Vec<Unplaced> =
        free.map(|member| Unplaced { member: member.clone(), reason: reason(member) }).collect();
    let judge = Judge::new(ctx, &roster)?;
    let suggestion = if ctx.config.auto { suggest(ctx, &judge, &roster) } else { None };
    let roster_now = roster_mark(&roster);
    let same_roster = |mark: &Option<String>| mark.as_ref().is_none_or(|mark| *mark == roster_now);
    Ok(Picture {
        violations: judge.violations(&groups, &unplaced),
        without_coach: groups.iter().filter(|group| group.coach.is_none()).map(|group| group.id.clone()).collect(),
        warnings: warnings(ctx, &groups, &unplaced),
        confirmed: confirm.is_some_and(|(seq, _)| seq > changed),
        revalidate: confirm.is_some_and(|(seq, confirmed)| seq < changed || !same_roster(&confirmed.roster)),
        confirm_reason: confirm.and_then(|(_, confirmed)| confirmed.reason.clone()),
        end_date: ctx.config.end_date,
        expired: ctx.config.end_date.is_some_and(|end| end < ctx.today),
        suggestion,
        teams: groups.iter().map(|group| group.id.clone()).collect(),
        coaches: groups.iter().filter_map(|group| Some((group.id.clone(), group.coach.clone()?))).collect(),
        unplaced,
        groups,
        roster,
    })
}

fn apply(groups: &mut Vec<Group>, set: &Set) {
    if !groups.iter().any(|group| group.id == set.group) {
        let members = Vec::new();
        groups.push(Group { id: set.group.clone(), label: None, kind: None, theme: None, members, coach: None });
    }
    for group in groups.iter_mut().filter(|group| group.id == set.group) {
        group.label = set.label.clone().or(group.label.take());
        group.kind = set.kind.clone().or(group.kind.take());
        group.coach = set.coach.clone().or(group.coach.take());
        if let Some(members) = &set.members {
            group.members.clone_from(members);
        }
    }
}

/// What the teams matrix warns of (domain.md B2).
fn warnings(ctx: &Context<Grouping>, groups: &[Group], unplaced: &[Unplaced]) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn =
        |word, args: &[&String]| warnings.push(Warning { word, args: args.iter().map(|arg| (*arg).clone()).collect() });
    if !groups.is_empty() {
        unplaced.iter().for_each(|one| warn("NO_TEAM", &[&one.member]));
    }
    let mut coached: Table<usize> = Table::default();
    for group in groups {
        let Some(coach) = &group.coach else { continue };
        *coached.at(coach) += 1;
        if !group.members.contains(coach) {
            warn("COACH_NOT_MEMBER", &[&group.id]);
        }
    }
    for (coach, _) in coached.iter().filter(|(_, teams)| *teams > ctx.config.coach_max) {
        warn("COACH_OF_TOO_MANY", &[coach]);
    }
    for theme in of_kind(groups, "theme") {
        for row in of_kind(groups, "row").filter(|row| !shares_member(theme, row)) {
            warn("THEME_WITHOUT_ROW", &[&theme.id, &row.id]);
        }
    }
    warnings
}

pub(crate) fn of_kind<'a>(groups: &'a [Group], kind: &'a str) -> impl Iterator<Item = &'a Group> {
    groups.iter().filter(move |group| group.kind.as_deref() == Some(kind))
}

pub(crate) fn shares_member(a: &Group, b: &Group) -> bool {
    a.members.iter().any(|member| b.members.contains(member))
}
