//! The tree of states as numbers in document order, and what transitions leave and enter (statecharts.md section 1).

use std::collections::HashMap;

use crate::ir::{State, StateKind, Transition, Workflow};

/// A state with its place in the tree.
#[derive(Debug)]
pub struct Place<'a> {
    /// The state.
    pub state: &'a State,
    /// Number of its parent; none at the top.
    pub parent: Option<usize>,
    /// Number after its last descendant.
    pub end: usize,
}

/// All states of a workflow in document order.
#[derive(Debug)]
pub struct Outline<'a> {
    /// By number.
    pub places: Vec<Place<'a>>,
    numbers: HashMap<&'a str, usize>,
}

impl<'a> Outline<'a> {
    /// The outline of a workflow.
    pub fn of(workflow: &'a Workflow) -> Self {
        let mut outline = Self { places: Vec::new(), numbers: HashMap::new() };
        outline.add(&workflow.states, None);
        outline
    }

    fn add(&mut self, states: &'a [State], parent: Option<usize>) {
        for state in states {
            let number = self.places.len();
            self.places.push(Place { state, parent, end: 0 });
            self.numbers.entry(&state.id).or_insert(number);
            self.add(&state.states, Some(number));
            self.places[number].end = self.places.len();
        }
    }

    /// The number of a state.
    pub fn number(&self, id: &str) -> Option<usize> {
        self.numbers.get(id).copied()
    }

    /// The state of a number.
    pub fn state(&self, number: usize) -> &'a State {
        self.places[number].state
    }

    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> {
        self.places.iter().map(|place| place.state.id.as_str())
    }

    /// Whether `inner` lies below `outer`.
    pub fn below(&self, inner: usize, outer: usize) -> bool {
        outer < inner && inner < self.places[outer].end
    }

    /// Whether `inner` is `outer` or lies below it; without `outer`, the root is meant.
    pub fn within(&self, inner: usize, outer: Option<usize>) -> bool {
        outer.is_none_or(|outer| inner == outer || self.below(inner, outer))
    }

    /// The state and its ancestors, from the inside.
    pub fn upwards(&self, number: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(number), |number| self.places[*number].parent)
    }

    /// The children of a state, or of the root.
    pub fn children(&self, parent: Option<usize>) -> impl Iterator<Item = usize> {
        let end = parent.map_or(self.places.len(), |parent| self.places[parent].end);
        let first = parent.map_or(0, |parent| parent + 1);
        std::iter::successors((first < end).then_some(first), move |number| {
            let next = self.places[*number].end;
            (next < end).then_some(next)
        })
    }

    /// Whether it is a history.
    pub fn is_history(&self, number: usize) -> bool {
        matches!(self.state(number).kind, StateKind::History | StateKind::DeepHistory)
    }

    /// The innermost state around both; `None` is the root.
    pub fn common(&self, one: usize, other: usize) -> Option<usize> {
        self.upwards(one).find(|outer| *outer == other || self.below(other, *outer))
    }

    /// Whether both can be active at once: one lies within the other, or they lie in different regions.
    pub fn together(&self, one: usize, other: usize) -> bool {
        match self.common(one, other) {
            Some(common) => common == one || common == other || self.state(common).kind == StateKind::Parallel,
            None => false,
        }
    }

    /// What a transition enters at least: its targets, with the default of a history for the history.
    pub fn targets(&self, transition: &Transition) -> Vec<usize> {
        transition.targets.iter().filter_map(|id| self.number(id)).collect()
    }

    /// The domain of a transition with targets: all that is active below it is left. `None` is the root.
    pub fn domain(&self, source: usize, transition: &Transition, targets: &[usize]) -> Option<usize> {
        let inside = |outer: usize| targets.iter().all(|target| self.below(*target, outer));
        let compound = |number: usize| self.state(number).kind == StateKind::Compound;
        if transition.internal && compound(source) && inside(source) {
            return Some(source);
        }
        self.upwards(source).skip(1).find(|outer| compound(*outer) && inside(*outer))
    }

    /// All transitions with the number of their source and their place in it.
    pub fn transitions(&self) -> impl Iterator<Item = (usize, usize, &'a Transition)> {
        self.places.iter().enumerate().flat_map(|(number, place)| {
            place.state.on.iter().enumerate().map(move |(index, transition)| (number, index, transition))
        })
    }
}

/// Whether an event descriptor (exact, `prefix.*` or `*`) covers a name or another descriptor.
pub fn covers(descriptor: &str, name: &str) -> bool {
    if descriptor == "*" || descriptor == name {
        return true;
    }
    descriptor
        .strip_suffix(".*")
        .is_some_and(|prefix| name == prefix || name.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('.')))
}

/// Whether only the engine sends an event of this name.
pub fn is_reserved(event: &str) -> bool {
    crate::ir::RESERVED_EVENTS.iter().any(|prefix| event.starts_with(prefix))
}
