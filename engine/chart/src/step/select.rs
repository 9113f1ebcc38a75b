//! W3C SCXML Appendix D: `selectTransitions`, `selectEventlessTransitions`, `removeConflictingTransitions`,
//! `getTransitionDomain`, `getEffectiveTargetStates`. Changes no configuration.

use super::Machine;
use super::scratch::Enabled;
use crate::bits::Ones;
use crate::chart::{Chart, Domain, TransitionNode};
use crate::events::EventToken;
use crate::ids::{StateId, TransitionId};
use crate::interpreter::{Interpreter, View};

impl<I: Interpreter> Machine<'_, I> {
    /// Fills `enabled` with the transitions for an event, or with the eventless ones.
    pub(super) fn select(&mut self, event: Option<EventToken>) {
        self.scratch.enabled.clear();
        let leaves = if event.is_some() { &self.chart.atomic } else { &self.chart.eventless };
        for word in 0..leaves.words() {
            let bits = leaves.word(word) & self.configuration.active.word(word);
            for leaf in Ones::new(word, bits) {
                self.select_from(leaf, event);
            }
        }
        if self.scratch.enabled.len() > 1 {
            self.remove_conflicting();
        }
    }

    /// The first enabled transition on the way from an atomic state to the root.
    fn select_from(&mut self, leaf: StateId, event: Option<EventToken>) {
        let chart = self.chart;
        let mut state = leaf;
        loop {
            let node = chart.node(state);
            for index in node.transitions.range() {
                let transition = &chart.transitions[index];
                let id = TransitionId(index as u32);
                if chart.answers(transition, event) && self.holds(id, transition, event) {
                    return self.enable(id, transition, leaf);
                }
            }
            if state == StateId::ROOT {
                return;
            }
            state = node.parent;
        }
    }

    /// W3C `conditionMatch`. A failure is false and raises its error; but a transition that is looked at again and again
    /// within the macrostep (eventless, or answering to errors) raises it once, for it would do so for ever.
    fn holds(&mut self, id: TransitionId, transition: &TransitionNode, event: Option<EventToken>) -> bool {
        let Some(cond) = transition.cond else {
            return true;
        };
        let view = view!(self);
        match self.interpreter.condition(cond, &view) {
            Ok(holds) => holds,
            Err(failure) => {
                let repeats = event.is_none_or(|token| self.chart.is_error(token));
                if !repeats || !self.scratch.failed.contains(&id) {
                    self.raise_error(failure);
                }
                if repeats && !self.scratch.failed.contains(&id) {
                    self.scratch.failed.push(id);
                }
                false
            }
        }
    }

    fn enable(&mut self, transition: TransitionId, node: &TransitionNode, leaf: StateId) {
        // Only a transition of an ancestor can be found from several atomic states.
        if node.source != leaf && self.scratch.enabled.iter().any(|enabled| enabled.transition == transition) {
            return;
        }
        let domain = match node.domain {
            Domain::None => None,
            Domain::Fixed(domain) => Some(domain),
            Domain::Remembered => {
                self.scratch.targets.clear();
                self.chart.effective_targets(node, &self.configuration.history, &mut self.scratch.targets);
                Some(self.chart.domain(node, &self.scratch.targets))
            }
        };
        self.scratch.enabled.push(Enabled { transition, source: node.source, domain });
    }

    /// Two exit sets meet exactly when one domain contains the other: each holds at least one active state.
    fn remove_conflicting(&mut self) {
        let chart = self.chart;
        let enabled = &mut self.scratch.enabled;
        let mut kept = 0;
        for index in 0..enabled.len() {
            let candidate = enabled[index];
            let conflicts = |other: &Enabled| match (candidate.domain, other.domain) {
                (Some(own), Some(others)) => {
                    own == others || chart.is_descendant(own, others) || chart.is_descendant(others, own)
                }
                _ => false,
            };
            let beats = |other: &Enabled| chart.is_descendant(candidate.source, other.source);
            if enabled[..kept].iter().any(|other| conflicts(other) && !beats(other)) {
                continue;
            }
            let mut write = 0;
            for read in 0..kept {
                if !conflicts(&enabled[read]) {
                    enabled[write] = enabled[read];
                    write += 1;
                }
            }
            enabled[write] = candidate;
            kept = write + 1;
        }
        enabled.truncate(kept);
    }
}

impl Chart {
    #[inline]
    fn answers(&self, transition: &TransitionNode, event: Option<EventToken>) -> bool {
        match event {
            None => transition.events.is_empty(),
            Some(token) => self.ranges[transition.events.range()].iter().any(|range| range.contains(token)),
        }
    }

    /// W3C `getTransitionDomain` for a transition with these effective targets.
    pub(crate) fn domain(&self, transition: &TransitionNode, effective: &[StateId]) -> StateId {
        let source = transition.source;
        let contains_all = |state: StateId| effective.iter().all(|target| self.is_descendant(*target, state));
        if transition.internal && self.is_compound(source) && contains_all(source) {
            return source;
        }
        let mut candidates = self.ancestors(source).filter(|state| self.is_compound(*state));
        candidates.find(|state| contains_all(*state)).unwrap_or(StateId::ROOT)
    }

    /// W3C `getEffectiveTargetStates`: histories stand for what they remember, or else for their default.
    pub(crate) fn effective_targets(
        &self,
        transition: &TransitionNode,
        history: &[Vec<StateId>],
        out: &mut Vec<StateId>,
    ) {
        for target in self.list(transition.targets) {
            self.effective_target(*target, history, out);
        }
    }

    fn effective_target(&self, target: StateId, history: &[Vec<StateId>], out: &mut Vec<StateId>) {
        if !self.is_history(target) {
            return out.push(target);
        }
        let node = self.node(target);
        match history.get(node.slot as usize) {
            Some(stored) if !stored.is_empty() => out.extend_from_slice(stored),
            _ => self.list(node.start.targets).iter().for_each(|state| self.effective_target(*state, history, out)),
        }
    }
}
