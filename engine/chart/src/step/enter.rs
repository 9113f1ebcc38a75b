//! W3C SCXML Appendix D: `computeEntrySet` (`addDescendantStatesToEnter`, `addAncestorStatesToEnter`), `enterStates`,
//! `isInFinalState`.

use super::{Machine, Scratch};
use crate::bits::Ones;
use crate::chart::{Chart, Node};
use crate::ids::{DoneDataId, StateId};
use crate::interpreter::{Interpreter, Scope, View};
use crate::source::StateKind;

impl<I: Interpreter> Machine<'_, I> {
    /// The first entry: the chart's initial, its actions before anything is entered.
    pub(super) fn enter_chart(&mut self) {
        let start = self.chart.node(StateId::ROOT).start;
        self.run_block(start.actions);
        let mut plan = Plan { chart: self.chart, history: &self.configuration.history, scratch: self.scratch };
        plan.clear();
        plan.add_all(self.chart.list(start.targets), StateId::ROOT);
        self.enter_states();
        if !self.configuration.running {
            self.exit_interpreter();
        }
    }

    pub(super) fn compute_entry_set(&mut self) {
        let chart = self.chart;
        let mut targets = std::mem::take(&mut self.scratch.targets);
        let mut plan = Plan { chart, history: &self.configuration.history, scratch: self.scratch };
        plan.clear();
        for index in 0..plan.scratch.enabled.len() {
            let enabled = plan.scratch.enabled[index];
            let Some(domain) = enabled.domain else {
                continue;
            };
            let transition = &chart.transitions[enabled.transition.index()];
            chart.list(transition.targets).iter().for_each(|target| plan.add_descendants(*target));
            targets.clear();
            chart.effective_targets(transition, plan.history, &mut targets);
            targets.iter().for_each(|target| plan.add_ancestors(*target, domain));
        }
        self.scratch.targets = targets;
    }

    pub(super) fn enter_states(&mut self) {
        for word in 0..self.scratch.entry.words() {
            for state in Ones::new(word, self.scratch.entry.word(word)) {
                self.enter(state);
            }
        }
    }

    fn enter(&mut self, state: StateId) {
        let node = self.chart.node(state);
        self.configuration.active.insert(state);
        if node.has_invoke {
            self.scratch.invoke.insert(state);
        }
        self.interpreter.entering(state, &mut scope!(self));
        self.run_blocks(node.on_entry);
        if self.scratch.by_default.contains(state) {
            self.run_block(node.start.actions);
        }
        let used = self.scratch.history_defaults.iter().rev().find(|(parent, _)| *parent == state);
        if let Some((_, history)) = used {
            self.run_block(self.chart.node(*history).start.actions);
        }
        self.interpreter.entered(state);
        if node.kind == StateKind::Final {
            self.complete(node);
        }
    }

    /// A final was entered: its parent is done, and every parallel above that is now done in all regions. W3C asks the
    /// grandparent only; here a parallel within a parallel counts too (statecharts.md section 2).
    fn complete(&mut self, node: &Node) {
        if node.parent == StateId::ROOT {
            self.configuration.running = false;
            return;
        }
        self.raise_done(node.parent, node.done_data);
        let mut above = self.chart.node(node.parent).parent;
        while self.chart.kind(above) == StateKind::Parallel && self.in_final(above) {
            self.raise_done(above, None);
            above = self.chart.node(above).parent;
        }
    }

    fn raise_done(&mut self, state: StateId, data: Option<DoneDataId>) {
        let event = self.interpreter.done_event(state, data, &mut scope!(self));
        self.scratch.queue.push_back((self.chart.node(state).done, event));
    }

    /// W3C `isInFinalState`.
    fn in_final(&self, state: StateId) -> bool {
        let children = self.chart.children(state);
        match self.chart.kind(state) {
            StateKind::Parallel => children.iter().all(|region| self.in_final(*region)),
            StateKind::State => children
                .iter()
                .any(|child| self.chart.kind(*child) == StateKind::Final && self.configuration.active.contains(*child)),
            StateKind::Final | StateKind::History { .. } => false,
        }
    }
}

/// The entry set while it is put together.
pub(super) struct Plan<'a, E> {
    pub(super) chart: &'a Chart,
    pub(super) history: &'a [Vec<StateId>],
    pub(super) scratch: &'a mut Scratch<E>,
}

impl<E> Plan<'_, E> {
    pub(super) fn clear(&mut self) {
        self.scratch.entry.clear();
        self.scratch.by_default.clear();
        self.scratch.history_defaults.clear();
    }

    /// Each state with its descendants, then what lies between them and `ancestor`.
    pub(super) fn add_all(&mut self, states: &[StateId], ancestor: StateId) {
        states.iter().for_each(|state| self.add_descendants(*state));
        states.iter().for_each(|state| self.add_ancestors(*state, ancestor));
    }

    /// W3C `addDescendantStatesToEnter`.
    fn add_descendants(&mut self, state: StateId) {
        let (chart, history) = (self.chart, self.history);
        let node = chart.node(state);
        match node.kind {
            StateKind::History { .. } => match history.get(node.slot as usize) {
                Some(stored) if !stored.is_empty() => self.add_all(stored, node.parent),
                _ => {
                    self.scratch.history_defaults.push((node.parent, state));
                    self.add_all(chart.list(node.start.targets), node.parent);
                }
            },
            StateKind::Parallel => {
                self.scratch.entry.insert(state);
                self.add_regions(state);
            }
            StateKind::State | StateKind::Final => {
                self.scratch.entry.insert(state);
                if !node.children.is_empty() {
                    self.scratch.by_default.insert(state);
                    self.add_all(chart.list(node.start.targets), state);
                }
            }
        }
    }

    /// W3C `addAncestorStatesToEnter`: the proper ancestors up to, not including, `top`.
    fn add_ancestors(&mut self, state: StateId, top: StateId) {
        let chart = self.chart;
        for ancestor in chart.ancestors(state).take_while(|ancestor| *ancestor != top) {
            self.scratch.entry.insert(ancestor);
            if chart.kind(ancestor) == StateKind::Parallel {
                self.add_regions(ancestor);
            }
        }
    }

    /// Every region of which nothing is in the set yet.
    fn add_regions(&mut self, parallel: StateId) {
        let chart = self.chart;
        for region in chart.children(parallel) {
            if !self.scratch.entry.any_in(*region, chart.node(*region).last) {
                self.add_descendants(*region);
            }
        }
    }
}
