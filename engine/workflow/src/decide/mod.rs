//! The pure core: definition, snapshot, command, plugin answers and now in; a decision or a rejection out.
//!
//! `decide` is the only function that changes an instance. Simulation, replay, tests and the live system call it;
//! the same inputs give the same decision, byte for byte. It performs nothing: effects are described in the
//! [`Decision`].

mod asks;
mod assume;
mod command;
mod contribute;
mod decision;
mod erase;
mod lifecycle;
mod macrostep;
mod migrate;
mod model;
mod moved;
mod names;
mod stand_in;
mod states;
mod stepper;
#[cfg(test)]
mod tests;
mod turn;

pub use asks::{CallConfig, asks, calls_for, open_tasks, own_roles_of, roles_in, roles_of, view_of};
pub use assume::{Assumptions, evaluated, holders};
pub use command::{Actor, Answers, Ask, Checked, Command, Conclusion, ContributionStatus, Prior, Problem};
pub use decision::{
    Answer, ContributionChange, Decision, Effect, Happening, NewArtifact, NewContribution, NewTask, Rejection, Said,
    TaskChange, TimerChange, Whose, with_names,
};
pub use macrostep::MAX_QUEUED;
pub use migrate::{Before, Kept, Mapping, Migrated, Renames, Target, form_of, plugin_of, unmet_after};
pub use model::{
    Child, ChildStatus, Children, Incident, Lifecycle, Object, Origin, Parent, PendingTimer, Pool, Snapshot, StepState,
    StepStatus, Tally, TimerPurpose,
};
pub use stand_in::{acts_for, concerns, refusal, sends_for, stands_in};
pub use stepper::MAX_REASONS;
pub use turn::{LEADING_ROLES, World};

use draaiboek_chart::Snapshot as ChartSnapshot;
use macrostep::{Broken, Outcome};
use turn::{Event, Turn, Working};

/// Largest snapshot, in bytes of JSON; an instance that would grow beyond it refuses the command.
pub const MAX_SNAPSHOT_BYTES: usize = 512 * 1024;
/// Longest reason, note or event name, in characters.
pub const MAX_TEXT: usize = 2_000;

/// Decides a command on an instance; [`Command::Start`] takes no snapshot, every other takes the present one.
///
/// # Errors
/// A [`Rejection`] when the command is not possible now, not by this actor, or not like this. Nothing has changed then.
pub fn decide(
    world: World<'_>,
    snapshot: Option<&Snapshot>,
    actor: &Actor,
    command: &Command,
    answers: &Answers,
) -> Result<Decision, Rejection> {
    let before = match (snapshot, command) {
        (None, Command::Start { .. }) => Working::from(blank(world)),
        (Some(snapshot), command) if !matches!(command, Command::Start { .. }) => Working::from(snapshot),
        (Some(_), _) => return Err(Rejection::new("CONFLICT", "an instance with this id was started before")),
        (None, _) => return Err(Rejection::new("INVALID", "there is no such instance")),
    };
    let mut turn = Turn::new(world, actor, answers, before);
    lifecycle::admits(&turn, command)?;
    if let Some(snapshot) = snapshot
        && let Some(decision) = migrate::decide(world, snapshot, actor, answers, command)
    {
        return decision.and_then(bounded);
    }
    match lifecycle::apply(&mut turn, command) {
        Ok(answer) => {
            migrate::close_way_back(&mut turn, command, &answer);
            let decision = turn.finish(answer);
            bounded(decision)
        }
        Err(Stop::Rejected(rejection)) => Err(rejection),
        Err(Stop::Broken(Broken(cause))) if matches!(command, Command::Start { .. }) => {
            Err(Rejection::new("INVALID", format!("the workflow can not start: {cause}")))
        }
        Err(Stop::Broken(Broken(cause))) => {
            let before = snapshot.cloned().unwrap_or_else(|| blank(world));
            let mut turn = Turn::new(world, actor, answers, before);
            lifecycle::break_down(&mut turn, None, &cause);
            migrate::close_way_back(&mut turn, command, &Answer::Accepted);
            Ok(turn.finish(Answer::Accepted))
        }
    }
}

/// Why a command did not become a decision.
enum Stop {
    Rejected(Rejection),
    Broken(Broken),
}

impl From<Rejection> for Stop {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Broken> for Stop {
    fn from(broken: Broken) -> Self {
        Self::Broken(broken)
    }
}

/// Delivers an event that must find a transition, else it is refused with the best explanation there is.
fn send(turn: &mut Turn<'_>, event: Event) -> Result<Answer, Stop> {
    let name = event.name.clone();
    match macrostep::deliver(turn, event)? {
        Outcome::Taken => Ok(Answer::Accepted),
        Outcome::Refused(Some(refusal)) => Err(refusal.into()),
        Outcome::Refused(None) => {
            let states = turn.snapshot.chart.active.join(", ");
            Err(Rejection::new("NOT_ENABLED", format!("`{name}` can not happen in {states}")).into())
        }
    }
}

fn bounded(decision: Decision) -> Result<Decision, Rejection> {
    let size = decision.snapshot_text.len();
    if size > MAX_SNAPSHOT_BYTES {
        return Err(Rejection::new(
            "INVALID",
            format!(
                "the instance would grow to {size} bytes; the bound is {MAX_SNAPSHOT_BYTES}: keep large content in contributions or artifacts"
            ),
        ));
    }
    Ok(decision)
}

fn blank(world: World<'_>) -> Snapshot {
    let data = world.definition.ir.data.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
    Snapshot {
        revision: 0,
        lifecycle: Lifecycle::Active,
        chart: ChartSnapshot::default(),
        data,
        steps: Default::default(),
        pools: Default::default(),
        timers: Default::default(),
        children: Default::default(),
        artifacts: Default::default(),
        incidents: Default::default(),
        absent: Default::default(),
        handed: Default::default(),
        counter: 0,
        migrated: None,
    }
}
