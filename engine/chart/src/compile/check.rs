//! What a chart must fulfil before it may run (statecharts.md section 3; W3C SCXML 3.2 to 3.11). Reads, changes nothing.

use super::{Resolved, Tree};
use crate::error::{ChartError, Place, Problem};
use crate::ids::StateId;
use crate::source::{StateKind, StateSource, TransitionSource};

/// Everything that is wrong, in document order.
pub(super) fn check(tree: &Tree<'_>, resolved: &Resolved) -> Vec<ChartError> {
    let mut check = Check { tree, resolved, errors: Vec::new() };
    check.initial(StateId::ROOT);
    for state in tree.states() {
        if let Some(source) = tree.get(state).source {
            check.state(state, source);
        }
    }
    check.errors
}

struct Check<'a> {
    tree: &'a Tree<'a>,
    resolved: &'a Resolved,
    errors: Vec<ChartError>,
}

impl Check<'_> {
    fn refuse(&mut self, place: Place, problem: Problem) {
        self.errors.push(ChartError { place, problem });
    }

    fn state(&mut self, state: StateId, source: &StateSource) {
        self.shape(state, source);
        self.initial(state);
        match source.kind {
            StateKind::History { .. } => self.history(state, source),
            StateKind::State | StateKind::Parallel | StateKind::Final => {
                for (index, transition) in source.transitions.iter().enumerate() {
                    self.transition(state, index, transition);
                }
            }
        }
    }

    /// What may stand inside what.
    fn shape(&mut self, state: StateId, source: &StateSource) {
        let parent = self.tree.get(state).parent;
        let last = matches!(source.kind, StateKind::Final | StateKind::History { .. });
        let history = matches!(source.kind, StateKind::History { .. });
        let handlers = !source.on_entry.is_empty() || !source.on_exit.is_empty() || source.has_invoke;
        let is_final = source.kind == StateKind::Final;
        let rules = [
            (history && parent == StateId::ROOT, Problem::HistoryAtRoot),
            (is_final && self.tree.kind(parent) == StateKind::Parallel, Problem::FinalInParallel),
            (last && !source.children.is_empty(), Problem::ChildrenNotAllowed),
            (is_final && !source.transitions.is_empty(), Problem::TransitionsNotAllowed),
            (history && handlers, Problem::HandlersNotAllowed),
            (!is_final && source.done_data.is_some(), Problem::DoneDataNotAllowed),
        ];
        for (broken, problem) in rules {
            if broken {
                self.refuse(self.tree.place(state), problem);
            }
        }
    }

    fn initial(&mut self, state: StateId) {
        let Some(initial) = self.tree.initial(state) else {
            return;
        };
        let place = self.tree.initial_place(state);
        if !self.tree.is_compound(state) {
            return self.refuse(place, Problem::InitialNotAllowed);
        }
        if initial.targets.is_empty() {
            return self.refuse(place, Problem::InitialWithoutTarget);
        }
        let targets = &self.resolved.initials[state.index()];
        for target in targets.iter().filter(|target| !self.tree.is_below(**target, state)) {
            let target = self.tree.id(*target).to_owned();
            self.errors.push(ChartError { place: place.clone(), problem: Problem::InitialOutside { target } });
        }
        self.orthogonal(targets, &place);
    }

    fn transition(&mut self, state: StateId, index: usize, transition: &TransitionSource) {
        let place = self.tree.transition_place(state, index);
        if transition.events.is_empty() && transition.cond.is_none() && transition.targets.is_empty() {
            self.refuse(place.clone(), Problem::EmptyTransition);
        }
        self.orthogonal(&self.resolved.targets[state.index()][index], &place);
    }

    fn history(&mut self, state: StateId, source: &StateSource) {
        let [default] = source.transitions.as_slice() else {
            return self.refuse(self.tree.place(state), Problem::HistoryDefault);
        };
        let place = self.tree.transition_place(state, 0);
        if !default.events.is_empty() || default.cond.is_some() || default.targets.is_empty() {
            return self.refuse(place, Problem::HistoryDefault);
        }
        let parent = self.tree.get(state).parent;
        let targets = &self.resolved.targets[state.index()][0];
        for target in targets.iter().filter(|target| !self.tree.is_below(**target, parent)) {
            let target = self.tree.id(*target).to_owned();
            self.errors.push(ChartError { place: place.clone(), problem: Problem::HistoryDefaultOutside { target } });
        }
        self.orthogonal(targets, &place);
        if self.leads_back(state) {
            self.refuse(place, Problem::HistoryCycle);
        }
    }

    /// Whether following defaults through histories returns to this one.
    fn leads_back(&self, history: StateId) -> bool {
        let mut seen = Vec::new();
        let mut open = vec![history];
        while let Some(state) = open.pop() {
            let targets = self.resolved.targets[state.index()].first().map_or(&[][..], Vec::as_slice);
            for target in targets.iter().filter(|target| matches!(self.tree.kind(**target), StateKind::History { .. }))
            {
                if *target == history {
                    return true;
                }
                if !seen.contains(target) {
                    seen.push(*target);
                    open.push(*target);
                }
            }
        }
        false
    }

    fn orthogonal(&mut self, targets: &[StateId], place: &Place) {
        for (index, first) in targets.iter().enumerate() {
            for second in &targets[index + 1..] {
                if !self.in_different_regions(*first, *second) {
                    let (first, second) = (self.tree.id(*first).to_owned(), self.tree.id(*second).to_owned());
                    self.errors
                        .push(ChartError { place: place.clone(), problem: Problem::NotOrthogonal { first, second } });
                }
            }
        }
    }

    /// Neither contains the other, and the nearest state that contains both is parallel. A history fills its whole parent.
    fn in_different_regions(&self, first: StateId, second: StateId) -> bool {
        let (first, second) = (self.filled(first), self.filled(second));
        if first == second || self.tree.is_below(first, second) || self.tree.is_below(second, first) {
            return false;
        }
        let mut common = self.tree.get(first).parent;
        while !self.tree.is_below(second, common) {
            common = self.tree.get(common).parent;
        }
        self.tree.kind(common) == StateKind::Parallel
    }

    fn filled(&self, state: StateId) -> StateId {
        if matches!(self.tree.kind(state), StateKind::History { .. }) { self.tree.get(state).parent } else { state }
    }
}
