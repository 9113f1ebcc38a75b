//! Migration: an instance goes on by another version of its workflow, and back as long as nothing else happened.
//!
//! `plan` finds where everything goes and what has no place; `carry` carries the plan out on a turn; `undo` is the way
//! back. No transition is taken and no entry or exit action runs: an instance stands where it stood, under other names.

mod after;
mod carry;
mod model;
mod plan;
mod undo;
mod values;

use super::command::{Actor, Answers, Command};
use super::decision::{Answer, Decision, Rejection};
use super::model::{Origin, Snapshot};
use super::turn::{Turn, World};
use crate::definition::{Definition, Form};

pub use after::unmet_after;
pub use model::{Before, Kept, Mapping, Migrated, Renames, Target};

/// Decides a migration, or its undoing; `None` for every other command, and when there is nothing to go by.
pub(super) fn decide(
    world: World<'_>,
    snapshot: &Snapshot,
    actor: &Actor,
    answers: &Answers,
    command: &Command,
) -> Option<Result<Decision, Rejection>> {
    let next = world.next?;
    match command {
        Command::Migrate { target, map, reason } => {
            let crossing = plan::Crossing { world, old: world.definition, new: next, snapshot, target, map };
            Some(carry::carry(&crossing, actor, answers, reason.as_deref()))
        }
        Command::Unmigrate { reason } => {
            let before = snapshot.migrated.as_ref()?.before.as_ref()?;
            Some(undo::undo(world, next, snapshot, before, actor, answers, reason.as_deref()))
        }
        _ => None,
    }
}

/// Why a migration, or its undoing, has nothing to go by.
pub(super) fn no_way(turn: &Turn<'_>, command: &Command) -> Rejection {
    let migrated = turn.snapshot.migrated.as_ref();
    match (command, migrated.and_then(|migrated| migrated.closed_by.as_ref())) {
        (Command::Unmigrate { .. }, Some(what)) => {
            let help = format!(
                "`{what}` came after the migration; the way back is open until something else happens, so migrate forward instead"
            );
            Rejection::new("CANNOT_UNDO", help).because(vec![format!("CHANGED_SINCE:{what}")])
        }
        (Command::Unmigrate { .. }, None) if migrated.is_none_or(|migrated| migrated.before.is_none()) => {
            Rejection::new("CANNOT_UNDO", "this cycle was not migrated").because(vec!["NOT_MIGRATED".into()])
        }
        _ => Rejection::new("INVALID", "the definition to go by was not given"),
    }
}

/// Something else happened: there is no way back any more. A note, and what changed nothing, leave it open.
pub(super) fn close_way_back(turn: &mut Turn<'_>, command: &Command, answer: &Answer) {
    let open = turn.snapshot.migrated.as_ref().is_some_and(|migrated| migrated.before.is_some());
    if !open || matches!(command, Command::Note { .. }) || matches!(answer, Answer::Duplicate | Answer::StaleRevision) {
        return;
    }
    let what = serde_json::to_value(command).ok();
    let what = what.as_ref().and_then(|value| value.get("do")).and_then(serde_json::Value::as_str).unwrap_or("change");
    if let Some(migrated) = &mut turn.snapshot.migrated {
        migrated.before = None;
        migrated.closed_by = Some(what.to_owned());
    }
}

/// The name now of a state that a child knows by an earlier one.
pub(super) fn present_name(turn: &Turn<'_>, state: &str) -> String {
    let known = turn.snapshot.migrated.as_ref().and_then(|migrated| migrated.states.get(state));
    known.map_or(state, String::as_str).to_owned()
}

/// Steps with the names they had before a migration.
pub(super) fn with_earlier_names(turn: &Turn<'_>, mut steps: Vec<String>) -> Vec<String> {
    if let Some(migrated) = &turn.snapshot.migrated {
        let earlier: Vec<String> =
            steps.iter().filter_map(|step| migrated.steps.get(step)).flatten().cloned().collect();
        steps.extend(earlier);
    }
    steps
}

impl Turn<'_> {
    /// A step closes: the next time it opens in the form of the definition.
    pub(super) fn let_go(&mut self, step: &str) {
        if self.world.definition.fresh.contains_key(step)
            && let Some(migrated) = &mut self.snapshot.migrated
        {
            migrated.kept.remove(step);
        }
    }
}

/// Component hash of the plugin that a step of a kind is pinned to.
pub fn plugin_of<'o>(origin: &'o Origin, snapshot: Option<&'o Snapshot>, step: &str, kind: &str) -> Option<&'o str> {
    let kept = snapshot.and_then(|snapshot| snapshot.migrated.as_ref()?.kept.get(step)?.plugin.as_ref());
    kept.or_else(|| origin.plugins.get(kind)).map(String::as_str)
}

/// The definition an instance goes by: `base` with the forms that its steps keep. `form` finds a step of an earlier
/// definition by hash and id.
pub fn form_of(base: Definition, migrated: &Migrated, form: impl Fn(&str, &Kept) -> Option<Form>) -> Definition {
    let forms: Vec<Form> = migrated.kept.iter().filter_map(|(step, kept)| form(step, kept)).collect();
    base.keeping(&forms)
}
