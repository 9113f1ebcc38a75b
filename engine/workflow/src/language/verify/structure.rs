//! Targets, initial states, histories and regions: what the chart needs to stand (statecharts.md section 3).

use super::Verify;
use crate::ir::{StateKind, Transition};

impl Verify<'_> {
    /// Checks the structure of the states.
    pub(super) fn structure(&mut self) {
        let workflow = self.workflow;
        for (n, id) in workflow.initial.iter().enumerate() {
            self.state_exists(id, format_args!("initial/{n}"));
        }
        for number in 0..self.outline.places.len() {
            self.initial(number);
            self.regions(number);
            let state = self.outline.state(number);
            for (index, transition) in state.on.iter().enumerate() {
                self.targets(number, index, transition);
            }
        }
    }

    /// The initial states of a compound state, or the default of a history.
    fn initial(&mut self, number: usize) {
        let state = self.outline.state(number);
        let history = self.outline.is_history(number);
        let home = if history { self.outline.places[number].parent } else { Some(number) };
        if history && state.initial.is_empty() {
            self.problem(
                "DB081",
                &format!("state/{}", state.id),
                format!("The history `{}` does not say where it leads when nothing is remembered.", state.id),
            )
            .help("add `default:` with a state beside it");
        }
        if history && home.is_none() {
            self.problem(
                "DB081",
                &format!("state/{}", state.id),
                format!("The history `{}` stands at the top, where there is nothing to remember.", state.id),
            )
            .help("move it into the state whose children it remembers");
        }
        for (n, id) in state.initial.iter().enumerate() {
            let path = format!("state/{}/initial/{n}", state.id);
            let Some(target) = self.state_exists(id, format_args!("{path}")) else {
                continue;
            };
            if home.is_some_and(|home| self.outline.below(target, home)) || (history && home.is_none()) {
                continue;
            }
            if history {
                self.problem("DB081", &path, format!("`{id}` lies outside the parent of the history `{}`.", state.id))
                    .help("give a state beside the history, or below one");
            } else {
                self.problem("DB080", &path, format!("`{id}` does not lie inside `{}`.", state.id))
                    .help(format!("`initial:` names a state below `{}`", state.id));
            }
        }
    }

    /// A final state or a history cannot be a region.
    fn regions(&mut self, number: usize) {
        let state = self.outline.state(number);
        if state.kind != StateKind::Parallel {
            return;
        }
        let ends: Vec<usize> =
            self.outline.children(Some(number)).filter(|n| self.outline.state(*n).kind == StateKind::Final).collect();
        for end in ends {
            let id = &self.outline.state(end).id;
            self.problem(
                "DB082",
                &format!("state/{id}"),
                format!("`{id}` is an end, but stands among the regions of `{}`.", state.id),
            )
            .help("put it inside a region; the parallel state is done when every region is");
        }
        if state.states.is_empty() {
            self.problem("DB085", &format!("state/{}", state.id), format!("`{}` has no regions.", state.id))
                .help("give `parallel:` at least one region");
        }
    }

    fn targets(&mut self, source: usize, index: usize, transition: &Transition) {
        let id = &self.outline.state(source).id;
        let path = format!("state/{id}/on/{index}");
        let mut known = Vec::new();
        for (n, target) in transition.targets.iter().enumerate() {
            if let Some(number) = self.state_exists(target, format_args!("{path}/targets/{n}")) {
                known.push(number);
            }
        }
        for (n, one) in known.iter().enumerate() {
            for other in &known[n + 1..] {
                let apart = self.outline.common(*one, *other).is_some_and(|common| {
                    common != *one && common != *other && self.outline.state(common).kind == StateKind::Parallel
                });
                if !apart {
                    let (one, other) = (self.outline.state(*one), self.outline.state(*other));
                    self.problem(
                        "DB083",
                        &format!("{path}/targets"),
                        format!("`{}` and `{}` can never be active together.", one.id, other.id),
                    )
                    .help("several targets must lie in different regions of one parallel state; name one");
                }
            }
        }
        let idle = transition.targets.is_empty() && transition.when.is_none();
        if transition.events.is_empty() && idle {
            self.problem("DB084", &path, "This transition has no event, no condition and no target.")
                .help("give it `to:`, or `when:`");
        }
    }
}
