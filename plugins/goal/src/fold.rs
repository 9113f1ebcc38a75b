//! The goals as they stand and what each still lacks.

use draaiboek_sdk::{
    Context, Contribution, IDS, Json, Refusal, Shape, Table, ToJson, count_by, groups_of, groups_without, map, object,
    writes,
};

use crate::{Entry, Goal, NewGoal};

/// The result.
#[derive(Debug)]
pub struct Picture {
    goals: Vec<Standing>,
    complete: Vec<String>,
    pub(crate) incomplete: Table<Vec<String>>,
    open: usize,
    closed: usize,
    retired_links: Vec<Json>,
    by_group: Table<u64>,
    groups: Vec<String>,
    pub(crate) groups_without: Vec<String>,
    /// Goals that others build on and that are no longer there.
    pub(crate) taken_away: Vec<String>,
}
writes!(Picture {
    goals,
    complete,
    incomplete,
    open,
    closed,
    retired_links,
    by_group,
    groups,
    groups_without,
    taken_away,
});

/// A goal with its state.
#[derive(Debug)]
struct Standing {
    goal: NewGoal,
    reason: Option<String>,
    missing: Vec<String>,
}

impl Standing {
    fn status(&self) -> &'static str {
        if self.reason.is_some() { "closed" } else { "open" }
    }
}

impl ToJson for Standing {
    fn to_json(&self) -> Json {
        let mut json = self.goal.to_json();
        json.set("status", self.status());
        json.set("close_reason", &self.reason);
        json.set("missing", &self.missing);
        json
    }
}

impl Picture {
    pub(crate) fn open_goals(&self) -> impl Iterator<Item = &NewGoal> {
        self.goals.iter().filter(|standing| standing.reason.is_none()).map(|standing| &standing.goal)
    }

    pub(crate) fn status(&self, id: &str) -> Option<&'static str> {
        self.goals.iter().find(|standing| standing.goal.goal_id == id).map(Standing::status)
    }

    pub(crate) fn has_goals(&self) -> bool {
        !self.goals.is_empty()
    }
}

/// Principles that were replaced, with the newer one: the input `retired`.
pub(crate) fn retired(ctx: &Context<Goal>) -> Result<Table<String>, Refusal> {
    const RETIRED: Shape = map(&Shape::Line { max: 160 });
    Ok(ctx.input("retired", &RETIRED)?.unwrap_or_default())
}

pub(crate) fn fold(ctx: &Context<Goal>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
    let mut standing: Table<Standing> = Table::default();
    for one in all {
        if let Entry::Goal(goal) = &one.entry {
            let group = goal.group.clone().or_else(|| one.from.group.clone());
            let owner = goal.owner.clone().or_else(|| Some(one.by().to_owned()));
            let goal = NewGoal { group, owner, ..NewGoal::clone(goal) };
            let missing = missing(ctx, &goal);
            standing.set(&goal.goal_id.clone(), Standing { goal, reason: None, missing });
        }
    }
    for one in all {
        if let Entry::CloseGoal(close) = &one.entry
            && let Some(standing) = standing.get_mut(&close.goal_id)
        {
            standing.reason = Some(close.reason.clone());
        }
    }
    let goals: Vec<Standing> = standing.into_iter().map(|(_, standing)| standing).collect();
    let open = || goals.iter().filter(|standing| standing.reason.is_none());
    let by_group = count_by(open().map(|standing| standing.goal.group.as_deref()));
    let retired = retired(ctx)?;
    let mut retired_links = Vec::new();
    for goal in goals.iter().map(|standing| &standing.goal) {
        for link in &goal.links {
            if let Some(newer) = retired.get(link) {
                retired_links.push(object! {"goal" => goal.goal_id, "link" => link, "newer" => newer});
            }
        }
    }
    let in_use: Vec<String> = ctx.input("in_use", &IDS)?.unwrap_or_default();
    let there = |id: &String| goals.iter().any(|standing| standing.goal.goal_id == *id);
    let unfinished = open().filter(|standing| !standing.missing.is_empty());
    Ok(Picture {
        complete: open().filter(|s| s.missing.is_empty()).map(|s| s.goal.goal_id.clone()).collect(),
        incomplete: unfinished.map(|s| (s.goal.goal_id.clone(), s.missing.clone())).collect(),
        open: open().count(),
        closed: goals.len() - open().count(),
        retired_links,
        groups: groups_of(&by_group),
        groups_without: groups_without(&ctx.config.groups, &by_group),
        by_group,
        taken_away: in_use.into_iter().filter(|id| !there(id)).collect(),
        goals,
    })
}

/// The five of a SMART goal, which the word `smart` in the configuration stands for.
const SMART: [&str; 5] = ["specific", "measurable", "acceptable", "realistic", "timed"];

/// What the goal lacks: checks first, in the order of the configuration, then links.
fn missing(ctx: &Context<Goal>, goal: &NewGoal) -> Vec<String> {
    let mut missing = Vec::new();
    for check in &ctx.config.checks {
        let checks: &[&str] = if check == "smart" { &SMART } else { &[check.as_str()] };
        missing.extend(checks.iter().filter(|check| !satisfied(goal, check)).map(|check| (*check).to_owned()));
    }
    if goal.links.len() < ctx.config.min_links {
        missing.push("links".to_owned());
    }
    missing
}

/// A check holds when the field it asks for is filled in, or when it was answered with yes or with a reason.
fn satisfied(goal: &NewGoal, check: &str) -> bool {
    let filled = match check {
        "concept" => goal.concept.is_some(),
        "skill" => goal.skill.is_some(),
        "criteria" => !goal.criteria.is_empty(),
        "measurable" => goal.indicator.is_some(),
        "timed" => goal.horizon.is_some(),
        _ => false,
    };
    filled || goal.checks.get(check).is_some_and(|answer| answer != "no")
}
