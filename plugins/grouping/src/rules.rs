//! The validator: a pure function from groups and rules to violations.

use draaiboek_sdk::{Context, Json, Refusal, Shape, Table, list, map, writes};

use crate::fold::{of_kind, shares_member};
use crate::{Group, Grouping, Rule, RuleKind, Size, Unplaced};

/// A rule that a group does not keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Violation {
    /// `size`, `unplaced`, or the rule with its attribute: `mixed_by:row`.
    pub(crate) rule: String,
    pub(crate) members: Vec<String>,
    pub(crate) group: Option<String>,
}
writes!(Violation { rule, members, group });

const ATTRIBUTES: Shape = map(&map(&Shape::Line { max: 120 }));
const PAIRS: Shape = list(&Shape::List { of: &Shape::Id, max: 2 });

/// Rules and attributes, ready to judge several compositions.
pub(crate) struct Judge<'a> {
    size: Option<Size>,
    overlap: bool,
    rules: &'a [Rule],
    attributes: Table<Table<String>>,
    apart: Vec<(String, String)>,
    roster: &'a [String],
}

impl<'a> Judge<'a> {
    pub(crate) fn new(ctx: &'a Context<Grouping>, roster: &'a [String]) -> Result<Self, Refusal> {
        let mut attributes = ctx.config.attributes.clone();
        for (member, values) in ctx.input::<Table<_>>("attributes", &ATTRIBUTES)?.unwrap_or_default() {
            attributes.set(&member, values);
        }
        let given: Vec<Vec<String>> = ctx.input("not_together", &PAIRS)?.unwrap_or_default();
        let named = ctx.config.rules.iter().flat_map(|rule| &rule.pairs);
        let pair = |pair: &Vec<String>| match pair.as_slice() {
            [a, b] if a < b => Some((a.clone(), b.clone())),
            [a, b] if b < a => Some((b.clone(), a.clone())),
            _ => None,
        };
        let mut apart: Vec<(String, String)> = given.iter().chain(named).filter_map(pair).collect();
        apart.sort();
        apart.dedup();
        Ok(Self {
            size: ctx.config.size,
            overlap: ctx.config.overlap,
            rules: &ctx.config.rules,
            attributes,
            apart,
            roster,
        })
    }

    /// Everything that is not kept: sizes, then rule by rule, group by group, then who has no place.
    pub(crate) fn violations(&self, groups: &[Group], unplaced: &[Unplaced]) -> Vec<Violation> {
        let mut found = Vec::new();
        for group in groups {
            if self.size.is_some_and(|size| !(size.min..=size.max).contains(&group.members.len())) {
                found.push(violation("size", group.members.clone(), group));
            }
        }
        for rule in self.rules.iter().filter(|rule| rule.rule != RuleKind::NotTogether) {
            groups.iter().for_each(|group| self.judge(rule, group, groups, &mut found));
        }
        for group in groups {
            let together = self.apart.iter().filter(|(a, b)| group.members.contains(a) && group.members.contains(b));
            found.extend(together.map(|(a, b)| violation("not_together", vec![a.clone(), b.clone()], group)));
        }
        if !groups.is_empty() && !self.overlap {
            let silent = unplaced.iter().filter(|one| one.reason.is_none());
            found.extend(silent.map(|one| Violation {
                rule: "unplaced".into(),
                members: vec![one.member.clone()],
                group: None,
            }));
        }
        found
    }

    fn judge(&self, rule: &Rule, group: &Group, groups: &[Group], found: &mut Vec<Violation>) {
        let attr = rule.attr.as_deref().unwrap_or_default();
        match rule.rule {
            RuleKind::MixedBy => {
                let most = most(rule.max.as_ref(), group.members.len());
                let values = self.by_value(attr, group).into_iter().map(|(_, members)| members);
                let crowded = values.filter(|members| members.len() > most);
                found.extend(crowded.map(|members| violation(&format!("mixed_by:{attr}"), members, group)));
            }
            RuleKind::SameBy => {
                if self.by_value(attr, group).len() > 1 {
                    found.push(violation(&format!("same_by:{attr}"), group.members.clone(), group));
                }
            }
            RuleKind::WithOneOf => {
                let member = rule.member.as_ref().filter(|member| group.members.contains(member));
                if let Some(member) = member.filter(|_| !rule.set.iter().any(|one| group.members.contains(one))) {
                    found.push(violation("with_one_of", vec![member.clone()], group));
                }
            }
            RuleKind::EveryRowInColumn => self.rows(rule, group, groups, found),
            RuleKind::OneCoach => match &group.coach {
                None => found.push(violation("one_coach", Vec::new(), group)),
                Some(coach) if !group.members.contains(coach) => {
                    found.push(violation("one_coach", vec![coach.clone()], group))
                }
                Some(_) => {}
            },
            RuleKind::NotTogether => {}
        }
    }

    /// Each row must have somebody in the column; rows are values of an attribute, or the groups of kind `row`.
    fn rows(&self, rule: &Rule, column: &Group, groups: &[Group], found: &mut Vec<Violation>) {
        if column.kind.as_deref() != Some(rule.kind.as_deref().unwrap_or("theme")) {
            return;
        }
        let missing: Vec<String> = match &rule.attr {
            Some(attr) => {
                let here = self.by_value(attr, column);
                let values = self.roster.iter().filter_map(|member| self.value(attr, member));
                let all: Table<()> = values.map(|value| (value.to_owned(), ())).collect();
                all.names().filter(|value| !here.has(value)).map(str::to_owned).collect()
            }
            None => {
                of_kind(groups, "row").filter(|row| !shares_member(column, row)).map(|row| row.id.clone()).collect()
            }
        };
        found.extend(missing.iter().map(|row| violation(&format!("every_row_in_column:{row}"), Vec::new(), column)));
    }

    pub(crate) fn value(&self, attr: &str, member: &str) -> Option<&str> {
        self.attributes.get(member)?.get(attr).map(String::as_str)
    }

    /// The members of a group per value of an attribute; who has no value is left out.
    fn by_value(&self, attr: &str, group: &Group) -> Table<Vec<String>> {
        let mut values: Table<Vec<String>> = Table::default();
        for member in &group.members {
            if let Some(value) = self.value(attr, member) {
                values.at(value).push(member.clone());
            }
        }
        values
    }
}

/// How many of one value a group of `size` may hold: a number, or half of the group rounded up.
fn most(max: Option<&Json>, size: usize) -> usize {
    let number = max.and_then(Json::as_int).and_then(|max| usize::try_from(max).ok());
    number.unwrap_or(size.div_ceil(2))
}

fn violation(rule: &str, members: Vec<String>, group: &Group) -> Violation {
    Violation { rule: rule.to_owned(), members, group: Some(group.id.clone()) }
}
