//! Step kind `goal` (domain.md H1.11): goals with links to principles, checks and criteria, per person or team.
//! Says what a goal still lacks; never how good it is.

mod fold;
mod spec;
#[cfg(test)]
mod tests;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Json, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, Table,
    ToJson, entries, export, fields, object, reads, say,
};

use fold::{Picture, retired};

/// The kind.
#[derive(Debug)]
pub struct Goal;

/// What a goal must have.
#[derive(Debug)]
pub struct Config {
    checks: Vec<String>,
    min_links: usize,
    min_goals: usize,
    max_goals: Option<usize>,
    allow_intermediate: bool,
    require_didactic: bool,
    require_complete: bool,
    groups: Vec<String>,
    every_group: bool,
    artifact: String,
}
reads!(Config {
    checks, min_links, min_goals = 1, max_goals, allow_intermediate, require_didactic, require_complete = true, groups,
    every_group, artifact = "goals".to_owned(),
});

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// A goal as it is now.
    Goal(Box<NewGoal>),
    /// The goal is reached, or given up.
    CloseGoal(CloseGoal),
}
entries!(Entry { Goal = "goal", CloseGoal = "close_goal" });

/// A goal as it is now.
#[derive(Debug, Clone)]
pub struct NewGoal {
    goal_id: String,
    text: String,
    concept: Option<String>,
    skill: Option<String>,
    criteria: Vec<String>,
    indicator: Option<String>,
    baseline: Option<String>,
    horizon: Option<String>,
    support: Option<String>,
    learning_question: Option<String>,
    example: Option<String>,
    links: Vec<String>,
    checks: Table<String>,
    didactic: bool,
    owner: Option<String>,
    group: Option<String>,
    part_of: Option<String>,
}
fields!(NewGoal {
    goal_id,
    text,
    concept,
    skill,
    criteria,
    indicator,
    baseline,
    horizon,
    support,
    learning_question,
    example,
    links,
    checks,
    didactic,
    owner,
    group,
    part_of,
});

/// The goal is reached, or given up.
#[derive(Debug)]
pub struct CloseGoal {
    goal_id: String,
    reason: String,
}
reads!(CloseGoal { goal_id, reason });

impl StepKind for Goal {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        let picture = fold::fold(ctx, &ctx.contributions)?;
        match entry {
            Entry::Goal(goal) => check_goal(ctx, goal, &picture),
            Entry::CloseGoal(close) => {
                if picture.status(&close.goal_id).is_none() {
                    let text = say("dit doel bestaat niet", "there is no such goal");
                    return Err(Problem::invalid("/close_goal/goal_id", text).into());
                }
                Ok(Accepted::shared(&close.goal_id))
            }
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        fold::fold(ctx, all)
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let texts: Vec<Json> =
            picture.open_goals().map(|goal| object! {"text" => goal.text, "links" => goal.links}).collect();
        Projections::default()
            .to(&["facilitator", "contributor", "team", "policy"], picture.to_json())
            .to(&["school"], object! {"goals" => texts})
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        let missing = say("er is nog geen doel", "there is no goal yet");
        if picture.open_goals().count() < ctx.config.min_goals {
            outcome.not_ready(Problem::new("GOAL_MISSING", missing));
        }
        if ctx.config.every_group {
            picture
                .groups_without
                .iter()
                .for_each(|group| outcome.not_ready(Problem::new("GOAL_MISSING", missing).arg(group)));
        }
        for goal in &picture.taken_away {
            let text = say(
                "dit doel is al in gebruik: zet het terug, en sluit het af als het niet meer hoeft",
                "this goal is in use: bring it back, and close it when it is no longer needed",
            );
            outcome.not_ready(Problem::new("GOAL_MISSING", text).arg(goal));
        }
        let unfinished: Vec<&str> = picture.incomplete.names().collect();
        if ctx.config.require_complete && !unfinished.is_empty() {
            let text = say("vul deze doelen aan", "complete these goals");
            outcome.not_ready(Problem::new("NOT_READY", text).args(unfinished));
        }
        if ctx.config.require_didactic && !picture.open_goals().any(|goal| goal.didactic) {
            let text = say("geen doel gaat over het lesgeven zelf", "no goal is about teaching itself");
            outcome.not_ready(Problem::new("NO_DIDACTIC_GOAL", text));
        }
        if picture.has_goals() {
            outcome.artifact(&ctx.config.artifact, picture.to_json().only(&["goals"]));
        }
        outcome
    }
}

fn check_goal(ctx: &Context<Goal>, goal: &NewGoal, picture: &Picture) -> Result<Accepted, Refusal> {
    if let Some(max) = ctx.config.max_goals
        && picture.status(&goal.goal_id) != Some("open")
        && picture.open_goals().filter(|open| open.part_of.is_none()).count() >= max
        && goal.part_of.is_none()
    {
        let text = (
            format!("hoogstens {max} doelen tegelijk: sluit er eerst een af"),
            format!("at most {max} goals at a time: close one first"),
        );
        return Err(Problem::new("TOO_MANY_PRIORITIES", text).arg(max.to_string()).into());
    }
    if let Some(whole) = &goal.part_of
        && (!ctx.config.allow_intermediate || *whole == goal.goal_id || picture.status(whole).is_none())
    {
        let text = say(
            "een tussendoel hoort hier niet, of het grote doel bestaat niet",
            "no intermediate goal here, or the whole goal does not exist",
        );
        return Err(Problem::invalid("/goal/part_of", text).into());
    }
    let mut accepted = Accepted::shared(&goal.goal_id);
    for (link, newer) in retired(ctx)?.iter().filter(|(link, _)| goal.links.contains(link)) {
        let text = (format!("{link} is vervangen door {newer}"), format!("{link} was replaced by {newer}"));
        accepted = accepted.warn("RETIRED_LINK", text);
    }
    Ok(accepted)
}

export!(Goal);
