//! Erasure: what people handed in goes, the fact that they did stays (domain.md G3, 0.3).
//!
//! The core says what must go; the store keeps row and hash, so that the journal still adds up.

use jiff::Timestamp;
use jiff::civil::Time;
use serde_json::json;

use super::decision::{ContributionChange, Effect, Happening};
use super::macrostep::Broken;
use super::migrate;
use super::model::{StepStatus, TimerPurpose};
use super::turn::Turn;

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
        forget(turn, pool, None);
        for sharer in definition.sharers(pool) {
            if let Some(state) = turn.snapshot.steps.get_mut(sharer).filter(|state| state.status != StepStatus::Open) {
                state.result = Some(json!({"erased": true}));
            }
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
    forget(turn, pool, Some(until));
    let definition = turn.world.definition;
    for sharer in definition.sharers(pool) {
        let state = turn.snapshot.steps.get_mut(sharer).filter(|state| state.status != StepStatus::Open);
        if let Some(state) = state.filter(|state| state.opened_at <= until) {
            state.result = Some(json!({"erased": true}));
        }
    }
}

fn forget(turn: &mut Turn<'_>, pool: &str, until: Option<Timestamp>) {
    turn.contributions.push(ContributionChange::Erase { pool: pool.to_owned(), until });
    turn.trace.push(Happening::Erased { step: pool.to_owned() });
    let steps: Vec<String> = turn.world.definition.sharers(pool).map(str::to_owned).collect();
    let steps = migrate::with_earlier_names(turn, steps);
    turn.effects.push(Effect::Forget { steps });
}
