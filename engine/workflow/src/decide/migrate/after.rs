//! What does not hold where an instance stands: the requirements of the events that can come next. Changes nothing.

use std::collections::BTreeMap;

use super::super::command::{Actor, Answers};
use super::super::model::Snapshot;
use super::super::stepper::unmet;
use super::super::turn::{Turn, World};

/// Per event that can come next where the instance stands: the reasons for which it would be refused now, whoever sends
/// it. A requirement that fails instead of holding or not is named `FAILS`; what reads the event itself is left out.
pub fn unmet_after(world: World<'_>, snapshot: &Snapshot, answers: &Answers) -> BTreeMap<String, Vec<String>> {
    let actor = Actor::system();
    let turn = Turn::new(world, &actor, answers, snapshot);
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let definition = world.definition;
    let active = |id: &str| definition.chart.state(id).is_some_and(|state| turn.active.contains(&state));
    let sources = definition.ir.all_states();
    for guard in definition.transitions.iter().filter(|guard| active(&guard.source)) {
        let source = sources.iter().find(|state| state.id == guard.source);
        let Some(transition) = source.and_then(|state| state.on.get(guard.index)) else { continue };
        let mut reasons = Vec::new();
        for requirement in &guard.require {
            let reads_event = requirement.that.references().variables.contains("event")
                || requirement.when.as_ref().is_some_and(|when| when.references().variables.contains("event"));
            if reads_event {
                continue;
            }
            if let Err(cause) = unmet(&turn, requirement, None, &mut reasons) {
                reasons.push(format!("FAILS:{cause}"));
            }
        }
        for event in transition.events.iter().filter(|_| !reasons.is_empty()) {
            found.entry(event.clone()).or_default().extend(reasons.iter().cloned());
        }
    }
    found
}
