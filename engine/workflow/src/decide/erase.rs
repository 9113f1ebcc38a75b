//! Erasure: what people handed in goes, the fact that they did stays (domain.md G3, 0.3).
//!
//! The core says what must go; the store keeps row and hash, so that the journal still adds up.

use jiff::Timestamp;
use jiff::civil::Time;
use serde_json::json;

use super::decision::{ContributionChange, Effect, Happening, Whose};
use super::macrostep::Broken;
use super::migrate;
use super::model::{StepStatus, TimerPurpose};
use super::turn::Turn;
use super::{Answer, Rejection};
use crate::ir::Privacy;

/// Owner of the timers that outlive states and the instance itself.
const OWNER: &str = "retain";

/// Erases everything handed in for these steps, in every round, and what came of it; no steps: of all.
pub(super) fn erase(turn: &mut Turn<'_>, steps: &[String]) {
    let definition = turn.world.definition;
    let steps: Vec<String> = match steps {
        [] => definition.steps.keys().cloned().collect(),
        named => named.iter().filter_map(|id| Some(definition.step(id)?.pool.clone())).collect(),
    };
    for pool in &steps {
        forget(turn, pool, None, None);
        results_go(turn, pool, None);
    }
}

/// Roles at school that may erase what others handed in.
const ANSWERABLE: [&str; 2] = ["dir", "adm"];

/// Takes the content away of what one participant handed in, in one step or in all. What was published and concluded
/// stays, unless it came of nobody else.
///
/// Who answers for the school may do so; everybody may where it is their own and personal.
pub(super) fn of_participant(turn: &mut Turn<'_>, whose: &Whose, step: Option<&str>) -> Result<Answer, Rejection> {
    let answerable = |role: &&str| turn.actor.roles.iter().any(|held| held == *role);
    let answers = turn.actor.is_system() || ANSWERABLE.iter().any(answerable);
    let own = turn.actor.person.as_ref() == Some(&whose.participant);
    let named = step.map(|step| turn.pool_owner(step)).transpose()?;
    let personal = named.as_ref().is_some_and(|pool| class(turn, pool) >= Privacy::P2);
    if !(answers || own && personal) {
        let help = "only who answers for the school erases what a team needs; what is personal, whoever handed it in";
        return Err(Rejection::new("NOT_ALLOWED", help));
    }
    let pools = turn.snapshot.pools.iter().filter(|(id, _)| named.as_ref().is_none_or(|named| named == *id));
    let theirs = pools.filter(|(_, pool)| pool.contributed.contains(&whose.participant));
    let theirs: Vec<(String, bool)> = theirs.map(|(id, pool)| (id.clone(), pool.contributed.len() == 1)).collect();
    if theirs.is_empty() {
        return Err(Rejection::new("INVALID", "there is nothing of that participant here"));
    }
    for (pool, alone) in theirs {
        forget(turn, &pool, None, Some(whose.clone()));
        if alone {
            results_go(turn, &pool, None);
        }
    }
    Ok(Answer::Accepted)
}

/// The privacy class of a step.
fn class(turn: &Turn<'_>, step: &str) -> Privacy {
    let definition = turn.world.definition;
    let own = definition.step(step).and_then(|def| def.step.privacy);
    own.unwrap_or(definition.ir.privacy)
}

/// The results go of the closed steps that share contributions; only of those opened until a moment.
fn results_go(turn: &mut Turn<'_>, pool: &str, until: Option<Timestamp>) {
    for sharer in turn.world.definition.sharers(pool) {
        let state = turn.snapshot.steps.get_mut(sharer).filter(|state| state.status != StepStatus::Open);
        if let Some(state) = state.filter(|state| until.is_none_or(|until| state.opened_at <= until)) {
            state.result = Some(json!({"erased": true}));
        }
    }
}

/// Starts the clock for what was handed in today, when the step keeps contributions for a limited time.
pub(super) fn retain(turn: &mut Turn<'_>, pool: &str) -> Result<(), Broken> {
    let Some(rule) = turn.world.definition.step(pool).and_then(|def| def.step.retain.clone()) else { return Ok(()) };
    let day = turn.local().date();
    let id = format!("{OWNER}.{pool}.{day}");
    if turn.snapshot.timers.contains_key(&id) {
        return Ok(());
    }
    let end = day.to_datetime(Time::constant(23, 59, 59, 0));
    let until = turn.world.calendar.instant(end).map_err(|error| Broken(error.to_string()))?;
    let purpose = TimerPurpose::Erase { pool: pool.to_owned(), until };
    turn.set_timer(&id, &rule, OWNER, purpose, None).map_err(Broken)
}

/// The time is up: what was handed in until then goes, and the results that hold it.
pub(super) fn expire(turn: &mut Turn<'_>, pool: &str, until: Timestamp) {
    forget(turn, pool, Some(until), None);
    results_go(turn, pool, Some(until));
}

fn forget(turn: &mut Turn<'_>, pool: &str, until: Option<Timestamp>, whose: Option<Whose>) {
    let change = ContributionChange::Erase { pool: pool.to_owned(), until, whose: whose.clone() };
    turn.contributions.push(change);
    turn.trace.push(Happening::Erased { step: pool.to_owned() });
    let definition = turn.world.definition;
    let steps: Vec<String> = definition.sharers(pool).map(str::to_owned).collect();
    let reading = definition.steps.iter().filter(|(id, def)| def.reads_steps && !steps.contains(id));
    let readers: Vec<String> = reading.map(|(id, _)| id.clone()).collect();
    let (steps, readers) = (migrate::with_earlier_names(turn, steps), migrate::with_earlier_names(turn, readers));
    turn.effects.push(Effect::Forget { steps, readers, until: until.or(Some(turn.world.now)), whose });
}
