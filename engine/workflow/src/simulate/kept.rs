//! Which requirements stay real in a rehearsal, and which people's work is taken to meet.

use std::collections::BTreeSet;

use crate::cel::Program;
use crate::decide::Assumptions;
use crate::definition::{Definition, Requirement, TransitionDef};
use crate::ir::{self, Action};

/// Tells requirements apart.
#[derive(Debug)]
pub(super) struct Kept {
    /// Fields of `data` that only the engine's own events write.
    engine_fields: BTreeSet<String>,
}

impl Kept {
    pub fn of(workflow: &ir::Workflow) -> Self {
        Self { engine_fields: engine_fields(workflow) }
    }

    pub fn assumptions(&self, definition: &Definition) -> Assumptions {
        let kept = |guard: &TransitionDef| guard.require.iter().map(|requirement| self.keeps(requirement)).collect();
        Assumptions::new(definition.transitions.iter().map(kept).collect())
    }

    /// A requirement stays real when it asks for the day, for the state of the cycle or for what the engine itself
    /// brings in; what people's work would meet is assumed.
    pub fn keeps(&self, requirement: &Requirement) -> bool {
        let assumed = ["steps", "event", "artifacts"];
        if paths(requirement).any(|path| path.first().is_some_and(|name| assumed.contains(&name.as_str()))) {
            return false;
        }
        let constant = programs(requirement).all(|program| program.references().variables.is_empty());
        constant
            || reads_clock(requirement)
            || programs(requirement).any(|program| {
                let read = program.references();
                read.functions.contains("In")
                    || ["states", "children"].iter().any(|name| read.variables.contains(*name))
            })
            || paths(requirement).any(|path| {
                path.first().is_some_and(|name| name == "data")
                    && path.get(1).is_some_and(|field| self.engine_fields.contains(field))
            })
    }
}

fn programs(requirement: &Requirement) -> impl Iterator<Item = &Program> {
    requirement.each.iter().map(|each| &each.list).chain(&requirement.when).chain([&requirement.that])
}

pub(super) fn paths(requirement: &Requirement) -> impl Iterator<Item = &Vec<String>> {
    programs(requirement).flat_map(|program| program.references().paths.iter().map(|path| &path.names))
}

pub(super) fn reads_clock(requirement: &Requirement) -> bool {
    programs(requirement)
        .any(|program| ["today", "now"].iter().any(|name| program.references().variables.contains(*name)))
}

/// Fields of `data` that transitions of the engine write and transitions of people do not.
fn engine_fields(workflow: &ir::Workflow) -> BTreeSet<String> {
    let (mut engine, mut others) = (BTreeSet::new(), BTreeSet::new());
    for state in workflow.all_states() {
        for transition in &state.on {
            let side = if transition.roles.is_empty() { &mut engine } else { &mut others };
            written(&transition.actions, side);
        }
        written(&state.on_entry, &mut others);
        written(&state.on_exit, &mut others);
    }
    engine.difference(&others).cloned().collect()
}

fn written(actions: &[Action], into: &mut BTreeSet<String>) {
    for action in actions {
        match action {
            Action::Assign { path, .. } => {
                into.insert(path.split(['.', '[']).next().unwrap_or_default().to_owned());
            }
            Action::If { then, otherwise, .. } => {
                written(then, into);
                written(otherwise, into);
            }
            Action::ForEach { body, .. } => written(body, into),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::tests::help::source;

    #[test]
    fn days_states_and_what_the_engine_brings_in_stay_real() {
        let cases = [
            ("size(steps.work.result.items) > 0", false),
            ("event.data.day >= today", false),
            ("size(data.core) > 1", false),
            ("size(config.teams) > 0", false),
            ("today == config.day", true),
            ("In('a')", true),
            ("size(children) > 0", true),
            ("size(data.reports) > 0", true),
            ("false", true),
        ];
        for (that, kept) in cases {
            let yaml = format!(
                "
workflow: kept
version: 1.0.0
config: {{day: {{type: date, default: 2026-10-01}}, teams: {{type: [text], default: []}}}}
data: {{core: {{type: [text], default: []}}, reports: {{}}}}
roles: {{dir: {{}}}}
states:
  a:
    steps: {{work: {{uses: report, roles: [dir]}}}}
    on:
      told: {{do: [{{set: {{\"reports[event.data.team]\": today}}}}]}}
      name_core: {{roles: [dir], do: [{{set: {{core: event.data.core}}}}]}}
      next: {{to: b, roles: [dir], require: [{{that: \"{that}\", else: NO}}]}}
  b: {{final: true}}
"
            );
            let definition = source(&yaml, "").definition;
            let requirement = definition.transitions.iter().find_map(|guard| guard.require.first()).expect("one");
            assert_eq!(Kept::of(&definition.ir).keeps(requirement), kept, "{that}");
        }
    }
}
