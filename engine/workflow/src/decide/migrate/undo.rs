//! The way back: what a migration changed becomes what it was. Numbers that were given out are not given out again.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::command::{Actor, Answers};
use super::super::decision::{
    Answer, ContributionChange, Decision, Effect, Happening, Rejection, TaskChange, TimerChange,
};
use super::super::model::{ChildStatus, Snapshot, StepStatus};
use super::super::turn::{Turn, World};
use super::carry::send;
use super::model::Before;
use crate::definition::Definition;

/// The decision that takes a migration back.
pub(super) fn undo(
    world: World<'_>,
    next: &Definition,
    snapshot: &Snapshot,
    before: &Before,
    actor: &Actor,
    answers: &Answers,
    reason: Option<&str>,
) -> Result<Decision, Rejection> {
    let broken = |what: &dyn std::fmt::Display| {
        Rejection::new("INVALID", format!("what was before can not be restored: {what}"))
    };
    let restored = restored(snapshot, before).map_err(|error| broken(&error))?;
    let there = World { definition: next, origin: &before.origin, next: None, ..world };
    let mut turn = Turn::new(there, actor, answers, restored);
    let (from, to) = (world.origin.version.clone(), before.origin.version.clone());
    turn.trace.push(Happening::Migrated { from, to });
    if let Some(reason) = reason {
        turn.trace.push(Happening::Noted { text: reason.to_owned() });
    }
    let roles = tasks(&mut turn, world.definition, snapshot).map_err(|error| broken(&error))?;
    pools(&mut turn, snapshot);
    timers(&mut turn, snapshot);
    children(&mut turn, snapshot);
    send(&mut turn, roles, reason);
    let mut decision = turn.finish(Answer::Accepted);
    decision.origin = Some(Box::new(before.origin.clone()));
    Ok(decision)
}

/// The snapshot as it was, with the numbers of now.
fn restored(snapshot: &Snapshot, before: &Before) -> Result<Snapshot, serde_json::Error> {
    let mut sections = serde_json::to_value(snapshot)?;
    for (name, was) in &before.sections {
        let Some(section) = sections.get_mut(name) else { continue };
        match (name.as_str(), was, section) {
            ("steps" | "pools" | "timers" | "children", Value::Object(entries), Value::Object(section)) => {
                for (key, was) in entries {
                    match was {
                        Value::Null => section.remove(key),
                        was => section.insert(key.clone(), was.clone()),
                    };
                }
            }
            (_, was, section) => *section = was.clone(),
        }
    }
    let mut restored: Snapshot = serde_json::from_value(sections)?;
    restored.migrated.clone_from(&before.migrated);
    Ok(restored)
}

/// Tasks that the migration opened close, those that it closed open again; gives the roles that are concerned.
fn tasks(turn: &mut Turn<'_>, left: &Definition, snapshot: &Snapshot) -> Result<BTreeSet<String>, String> {
    let mut roles = BTreeSet::new();
    let open = |snapshot: &Snapshot| -> Vec<(String, u64)> {
        let steps = snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open);
        steps.map(|(id, state)| (id.clone(), state.run)).collect()
    };
    let (are, were) = (open(snapshot), open(&turn.snapshot));
    for (id, run) in are.iter().filter(|(_, run)| !were.iter().any(|(_, other)| other == run)) {
        roles.extend(left.step(id).into_iter().flat_map(|def| def.step.roles.iter().cloned()));
        turn.tasks.push(TaskChange::Close { run: *run, how: "closed" });
        turn.trace.push(Happening::Closed { step: id.clone(), how: "closed".into() });
    }
    let definition = turn.world.definition;
    for (id, run) in &were {
        let (Some(def), Some(state)) = (definition.step(id), turn.snapshot.steps.get(id).cloned()) else { continue };
        match are.iter().find(|(_, other)| other == run) {
            Some((now, _)) => {
                if now != id || left.step(now).is_none_or(|there| there.state != def.state) {
                    turn.tasks.push(TaskChange::Moved { run: *run, step: id.clone(), state: def.state.clone() });
                }
            }
            None => {
                let pool = turn.snapshot.pools.get(&def.pool).map_or(0, |pool| pool.run);
                let due = state.due.map(|due| turn.world.calendar.instant(due)).transpose();
                let task = turn.task_of(def, &state, pool, due.map_err(|error| error.to_string())?)?;
                roles.extend(def.step.roles.iter().cloned());
                turn.tasks.push(TaskChange::Open(Box::new(task)));
                turn.trace.push(Happening::Opened { step: id.clone() });
            }
        }
    }
    Ok(roles)
}

fn pools(turn: &mut Turn<'_>, snapshot: &Snapshot) {
    for (id, pool) in &snapshot.pools {
        let was = turn.snapshot.pools.iter().find(|(_, was)| was.run == pool.run).map(|(id, _)| id.clone());
        if let Some(was) = was.filter(|was| was != id) {
            turn.contributions.push(ContributionChange::Renamed { from: id.clone(), to: was });
        }
    }
}

fn timers(turn: &mut Turn<'_>, snapshot: &Snapshot) {
    for timer in snapshot.timers.values() {
        if !turn.snapshot.timers.values().any(|was| was.seq == timer.seq) {
            turn.timers.push(TimerChange::Cancelled { seq: timer.seq });
        }
    }
    for (id, was) in &turn.snapshot.timers {
        if snapshot.timers.get(id) != Some(was) {
            turn.timers.push(TimerChange::Set { id: id.clone(), timer: was.clone() });
        }
    }
}

/// Children that the migration began are stopped.
fn children(turn: &mut Turn<'_>, snapshot: &Snapshot) {
    let all = |snapshot: &Snapshot| -> BTreeSet<String> {
        let entries = snapshot.children.values().flat_map(|children| children.entries.values());
        entries.filter(|child| child.status == ChildStatus::Running).map(|child| child.instance.clone()).collect()
    };
    for instance in all(snapshot).difference(&all(&turn.snapshot)) {
        let reason = "the migration that began it was taken back".to_owned();
        turn.effects.push(Effect::CancelChild { instance: instance.clone(), reason });
    }
}
