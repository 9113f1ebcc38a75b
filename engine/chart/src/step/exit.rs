//! W3C SCXML Appendix D: `computeExitSet`, `exitStates`, `exitInterpreter`.

use super::Machine;
use crate::bits::Ones;
use crate::chart::Chart;
use crate::configuration::Configuration;
use crate::ids::StateId;
use crate::interpreter::Interpreter;
use crate::source::StateKind;

impl<I: Interpreter> Machine<'_, I> {
    /// Leaves everything the enabled transitions leave. All histories are stored before the first exit handler runs.
    pub(super) fn exit_states(&mut self) {
        self.scratch.exit.clear();
        for enabled in &self.scratch.enabled {
            if let Some(domain) = enabled.domain {
                let first = StateId(domain.0 + 1);
                self.scratch.exit.insert_range_of(&self.configuration.active, first, self.chart.node(domain).last);
            }
        }
        self.remember_exit_set();
        self.leave_exit_set();
    }

    /// Stores the histories of everything that is about to be left.
    pub(super) fn remember_exit_set(&mut self) {
        if self.chart.histories > 0 {
            for state in self.scratch.exit.iter() {
                self.configuration.remember(self.chart, state);
            }
        }
    }

    /// W3C `exitInterpreter`. The active set is put back afterwards: it tells in which configuration the chart stopped.
    pub(super) fn exit_interpreter(&mut self) {
        let stopped = self.configuration.active.clone();
        self.scratch.exit.clone_from(&stopped);
        self.leave_exit_set();
        self.scratch.invoke.clear();
        self.configuration.active = stopped;
    }

    pub(super) fn leave_exit_set(&mut self) {
        for word in (0..self.scratch.exit.words()).rev() {
            for state in Ones::new(word, self.scratch.exit.word(word)).rev() {
                self.leave(state);
            }
        }
    }

    fn leave(&mut self, state: StateId) {
        let node = self.chart.node(state);
        self.run_blocks(node.on_exit);
        self.configuration.active.remove(state);
        self.scratch.invoke.remove(state);
        if !self.scratch.failed.is_empty() {
            let own = node.transitions.range();
            self.scratch.failed.retain(|transition| !own.contains(&transition.index()));
        }
        self.interpreter.exited(state);
        if !self.configuration.running && node.kind == StateKind::Final && node.parent == StateId::ROOT {
            self.interpreter.finished(state, node.done_data);
        }
    }
}

impl Configuration {
    /// Stores the histories of a state that is about to be exited.
    fn remember(&mut self, chart: &Chart, state: StateId) {
        for history in chart.histories(state) {
            let node = chart.node(*history);
            let Some(slot) = self.history.get_mut(node.slot as usize) else {
                continue;
            };
            slot.clear();
            if node.kind == (StateKind::History { deep: true }) {
                let below = self.active.iter_in(StateId(state.0 + 1), chart.node(state).last);
                slot.extend(below.filter(|descendant| chart.is_atomic(*descendant)));
            } else {
                slot.extend(chart.children(state).iter().copied().filter(|child| self.active.contains(*child)));
            }
        }
    }
}
