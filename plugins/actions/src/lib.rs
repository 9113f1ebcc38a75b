//! Step kind `actions` (domain.md H1.12): who does what by when, with a status that is followed.
//! Moves a due date off closed days; never judges people.

mod fold;
mod spec;

use draaiboek_sdk::{
    Accepted, Context, Contribution, Date, IDS, Outcome, Problem, Projections, Refusal, Sender, Spec, StepKind, ToJson,
    entries, export, reads, say, words,
};

use fold::Picture;

/// The kind.
#[derive(Debug)]
pub struct Actions;

/// What an action must have, and for whom.
#[derive(Debug)]
pub struct Config {
    max_active: Option<u32>,
    owner_required: bool,
    due_required: bool,
    level_required: bool,
    link_required: bool,
    growth_phase: bool,
    groups: Vec<String>,
    every_group: bool,
    artifact: String,
}
reads!(Config {
    max_active,
    owner_required,
    due_required,
    level_required,
    link_required,
    growth_phase,
    groups,
    every_group,
    artifact = "actions".to_owned(),
});

/// What people contribute.
#[derive(Debug)]
pub enum Entry {
    /// An action, new or changed.
    Action(Action),
    /// A new status of an action.
    Status(Change),
}
entries!(Entry { Action = "action", Status = "status" });

/// An action as it is handed in.
#[derive(Debug, Clone)]
pub struct Action {
    action_id: String,
    text: String,
    owner: Option<String>,
    due: Option<Date>,
    due_asked: Option<Date>,
    level: Option<String>,
    status: Option<Status>,
    reason: Option<String>,
    link: Option<String>,
    group: Option<String>,
}
reads!(Action { action_id, text, owner, due, due_asked, level, status, reason, link, group });

/// A change of status.
#[derive(Debug, Clone)]
pub struct Change {
    action_id: String,
    status: Status,
    reason: Option<String>,
}
reads!(Change { action_id, status, reason });

/// Where an action stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Agreed, not begun.
    Open,
    /// Under way.
    Doing,
    /// Done.
    Done,
    /// Given up, with a reason.
    Dropped,
}
words!(Status { Open = "open", Doing = "doing", Done = "done", Dropped = "dropped" });

impl Status {
    /// Whether it still asks for work.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Open | Self::Doing)
    }
}

impl StepKind for Actions {
    const SPEC: &'static Spec = &spec::SPEC;
    type Config = Config;
    type Entry = Entry;
    type Result = Picture;

    fn check(ctx: &Context<Self>, _: &Sender, entry: &Entry) -> Result<Accepted, Refusal> {
        match entry {
            Entry::Action(action) => check_action(ctx, action),
            Entry::Status(change) => check_change(ctx, change),
        }
    }

    fn fold(ctx: &Context<Self>, all: &[Contribution<Entry>]) -> Result<Picture, Refusal> {
        let left: Vec<String> = ctx.input("left", &IDS)?.unwrap_or_default();
        Ok(fold::picture(&ctx.config, ctx.today, &left, all))
    }

    fn show(_: &Context<Self>, picture: &Picture) -> Projections {
        let whole = picture.to_json();
        let counts = whole.only(&["counts", "by_level", "groups"]);
        Projections::default().to(&["facilitator", "contributor", "team"], whole).to(&["policy", "school"], counts)
    }

    fn conclude(ctx: &Context<Self>, picture: &Picture) -> Outcome {
        let mut outcome = Outcome::default();
        if ctx.config.every_group {
            for group in ctx.config.groups.iter().filter(|group| !picture.groups_with_owner.contains(group)) {
                let text = say("heeft nog geen eerste stap met een eigenaar", "has no first step with an owner yet");
                outcome.not_ready(Problem::new("NO_FIRST_STEP", text).arg(group));
            }
        }
        if !picture.actions.is_empty() {
            outcome.artifact(&ctx.config.artifact, picture.to_json().only(&["actions"]));
        }
        outcome
    }
}

fn check_action(ctx: &Context<Actions>, action: &Action) -> Result<Accepted, Refusal> {
    let missing = [
        (ctx.config.owner_required && action.owner.is_none(), "owner"),
        (ctx.config.due_required && action.due.is_none(), "due"),
        (ctx.config.level_required && action.level.is_none(), "level"),
        (ctx.config.link_required && action.link.is_none(), "link"),
        (action.status == Some(Status::Dropped) && action.reason.is_none(), "reason"),
    ];
    let problems: Vec<Problem> = missing
        .iter()
        .filter(|(is_missing, _)| *is_missing)
        .map(|(_, field)| Problem::invalid(format!("/action/{field}"), say("vul dit in", "fill this in")))
        .collect();
    if !problems.is_empty() {
        return Err(problems.into());
    }
    if action.status.unwrap_or(Status::Open).is_active() {
        room_for(ctx, &action.action_id)?;
    }
    let accepted = Accepted::shared(action.action_id.clone());
    let Some(asked) = action.due.filter(|day| !ctx.calendar.is_school_day(*day)) else { return Ok(accepted) };
    // After the school year the date stays as asked: the next calendar is not known here.
    let Some(day) = ctx.calendar.next_school_day(asked) else { return Ok(accepted) };
    let text = (
        format!("de school is dicht op {asked}: verschoven naar {day}"),
        format!("school is closed on {asked}: moved to {day}"),
    );
    Ok(accepted.with("due", day).with("due_asked", asked).warn("MOVED", text))
}

/// No more active actions than the step allows.
fn room_for(ctx: &Context<Actions>, action: &str) -> Result<(), Refusal> {
    let Some(most) = ctx.config.max_active else { return Ok(()) };
    let others = fold::active(&ctx.contributions).into_iter().filter(|known| known != action).count();
    if others < most as usize {
        return Ok(());
    }
    let text = say("rond eerst iets af of laat iets vallen", "finish or drop something first");
    Err(Problem::new("TOO_MANY_PRIORITIES", text).arg(most.to_string()).into())
}

fn check_change(ctx: &Context<Actions>, change: &Change) -> Result<Accepted, Refusal> {
    let known =
        ctx.contributions.iter().any(|one| matches!(&one.entry, Entry::Action(a) if a.action_id == change.action_id));
    if !known {
        return Err(
            Problem::invalid("/status/action_id", say("deze actie bestaat niet", "there is no such action")).into()
        );
    }
    if change.status == Status::Dropped && change.reason.is_none() {
        return Err(Problem::invalid("/status/reason", say("zeg waarom dit vervalt", "say why this is dropped")).into());
    }
    if change.status.is_active() {
        room_for(ctx, &change.action_id)?;
    }
    Ok(Accepted::shared(format!("{}/{}", change.action_id, change.status.word())))
}

export!(Actions);

#[cfg(test)]
mod tests;
