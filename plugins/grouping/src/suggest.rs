//! A first composition: dealt from the host's seed, then improved by swaps while that breaks fewer rules.

use draaiboek_sdk::{Context, writes};

use crate::rules::Judge;
use crate::{Group, Grouping, RuleKind};

/// Rounds of improvement; each tries every swap of a member that breaks a rule.
const ROUNDS: usize = 12;

/// A suggested group.
#[derive(Debug)]
pub(crate) struct Suggested {
    id: String,
    members: Vec<String>,
}
writes!(Suggested { id, members });

/// The suggestion, when the number or size of groups is known.
pub(crate) fn suggest(ctx: &Context<Grouping>, judge: &Judge<'_>, roster: &[String]) -> Option<Vec<Suggested>> {
    let by_size = ctx.config.size.map(|size| roster.len().div_ceil(size.max.max(1)));
    let count = ctx.config.count.or(by_size).filter(|count| *count > 0 && !roster.is_empty())?;
    let mut groups = deal(ctx, judge, roster, count);
    for _ in 0..ROUNDS {
        if !improve(judge, &mut groups) {
            break;
        }
    }
    for group in &mut groups {
        group.members.sort();
    }
    Some(groups.into_iter().map(|group| Suggested { id: group.id, members: group.members }).collect())
}

/// Shuffles, sorts by the attribute of the first rule on one, then deals round (mixed) or cuts in runs (same).
fn deal(ctx: &Context<Grouping>, judge: &Judge<'_>, roster: &[String], count: usize) -> Vec<Group> {
    let mut people = roster.to_vec();
    ctx.chance().shuffle(&mut people);
    let by = ctx.config.rules.iter().find(|rule| matches!(rule.rule, RuleKind::MixedBy | RuleKind::SameBy));
    if let Some(attr) = by.and_then(|rule| rule.attr.as_deref()) {
        people.sort_by(|a, b| judge.value(attr, a).cmp(&judge.value(attr, b)));
    }
    let runs = by.is_some_and(|rule| rule.rule == RuleKind::SameBy);
    let empty = |n: usize| {
        let members = Vec::new();
        Group { id: format!("G{}", n + 1), label: None, kind: None, theme: None, members, coach: None }
    };
    let mut groups: Vec<Group> = (0..count).map(empty).collect();
    let total = people.len();
    for (index, person) in people.into_iter().enumerate() {
        let group = if runs { index * count / total } else { index % count };
        groups[group].members.push(person);
    }
    groups
}

/// One swap that breaks fewer rules, if there is any.
fn improve(judge: &Judge<'_>, groups: &mut [Group]) -> bool {
    // Coaches are chosen by people, later.
    let score = |groups: &[Group]| judge.violations(groups, &[]).iter().filter(|v| v.rule != "one_coach").count();
    let broken = judge.violations(groups, &[]);
    let now = score(groups);
    for member in broken.iter().flat_map(|violation| &violation.members) {
        let Some((from, seat)) = seat(groups, member) else { continue };
        for to in (0..groups.len()).filter(|to| *to != from) {
            for other in 0..groups[to].members.len() {
                swap(groups, (from, seat), (to, other));
                if score(groups) < now {
                    return true;
                }
                swap(groups, (from, seat), (to, other));
            }
        }
    }
    false
}

fn seat(groups: &[Group], member: &str) -> Option<(usize, usize)> {
    let in_group = |group: &Group| group.members.iter().position(|one| one == member);
    groups.iter().enumerate().find_map(|(index, group)| Some((index, in_group(group)?)))
}

fn swap(groups: &mut [Group], a: (usize, usize), b: (usize, usize)) {
    let first = std::mem::take(&mut groups[a.0].members[a.1]);
    let second = std::mem::replace(&mut groups[b.0].members[b.1], first);
    groups[a.0].members[a.1] = second;
}
