//! From a source tree to a compiled chart: flatten in document order, refuse what has no meaning (`check`), lay out the
//! arenas (`layout`). Nothing here runs while stepping.

mod check;
mod layout;

use std::collections::HashMap;

use crate::chart::Chart;
use crate::error::{ChartError, Place, Problem};
use crate::ids::StateId;
use crate::source::{ChartSource, InitialSource, StateKind, StateSource};
use crate::{MAX_DEPTH, MAX_STATES};

impl Chart {
    /// Compiles a chart.
    ///
    /// # Errors
    /// Everything that is wrong with it (statecharts.md section 3), in document order. Unknown ids and duplicate ids are
    /// reported alone, for nothing else can be judged before they are mended.
    pub fn compile(source: &ChartSource) -> Result<Self, Vec<ChartError>> {
        let tree = Tree::new(source).map_err(|error| vec![error])?;
        let resolved = tree.resolve()?;
        let errors = check::check(&tree, &resolved);
        if errors.is_empty() { Ok(layout::layout(&tree, &resolved)) } else { Err(errors) }
    }
}

/// The source in document order; index 0 is the root.
struct Tree<'a> {
    initial: Option<&'a InitialSource>,
    flat: Vec<Flat<'a>>,
}

/// One state of the source.
struct Flat<'a> {
    /// None for the root.
    source: Option<&'a StateSource>,
    parent: StateId,
    last: StateId,
    children: Vec<StateId>,
    histories: Vec<StateId>,
}

/// All ids of the source as numbers, in the same places.
struct Resolved {
    by_id: HashMap<Box<str>, StateId>,
    /// Per state: the targets of its initial.
    initials: Vec<Vec<StateId>>,
    /// Per state, per transition: its targets.
    targets: Vec<Vec<Vec<StateId>>>,
}

impl<'a> Tree<'a> {
    fn new(source: &'a ChartSource) -> Result<Self, ChartError> {
        let root = Flat::new(None, StateId::ROOT, StateId::ROOT);
        let mut tree = Self { initial: source.initial.as_ref(), flat: vec![root] };
        if source.states.is_empty() {
            return Err(ChartError { place: Place::Chart, problem: Problem::NoStates });
        }
        tree.add_all(&source.states, StateId::ROOT, 1)?;
        Ok(tree)
    }

    fn add_all(&mut self, states: &'a [StateSource], parent: StateId, depth: usize) -> Result<(), ChartError> {
        for source in states {
            let state = StateId(self.flat.len() as u32);
            let place = || Place::State { state, id: source.id.clone() };
            if depth > MAX_DEPTH {
                return Err(ChartError { place: place(), problem: Problem::TooDeep });
            }
            if self.flat.len() > MAX_STATES {
                return Err(ChartError { place: Place::Chart, problem: Problem::TooManyStates });
            }
            let outer = &mut self.flat[parent.index()];
            let history = matches!(source.kind, StateKind::History { .. });
            if history {
                outer.histories.push(state)
            } else {
                outer.children.push(state)
            }
            self.flat.push(Flat::new(Some(source), parent, state));
            self.add_all(&source.children, state, depth + 1)?;
        }
        self.flat[parent.index()].last = StateId(self.flat.len() as u32 - 1);
        Ok(())
    }

    fn get(&self, state: StateId) -> &Flat<'a> {
        &self.flat[state.index()]
    }

    /// All numbers but the root's.
    fn states(&self) -> impl Iterator<Item = StateId> + use<> {
        (1..self.flat.len() as u32).map(StateId)
    }

    fn id(&self, state: StateId) -> &'a str {
        self.get(state).source.map_or("", |source| &source.id)
    }

    fn kind(&self, state: StateId) -> StateKind {
        self.get(state).source.map_or(StateKind::State, |source| source.kind)
    }

    fn initial(&self, state: StateId) -> Option<&'a InitialSource> {
        self.get(state).source.map_or(self.initial, |source| source.initial.as_ref())
    }

    fn is_below(&self, state: StateId, ancestor: StateId) -> bool {
        ancestor < state && state <= self.get(ancestor).last
    }

    fn is_compound(&self, state: StateId) -> bool {
        self.kind(state) == StateKind::State && !self.get(state).children.is_empty()
    }

    fn place(&self, state: StateId) -> Place {
        Place::State { state, id: self.id(state).to_owned() }
    }

    fn initial_place(&self, state: StateId) -> Place {
        Place::Initial { state, id: self.id(state).to_owned() }
    }

    fn transition_place(&self, state: StateId, index: usize) -> Place {
        Place::Transition { state, id: self.id(state).to_owned(), index }
    }

    /// Turns every id into a number.
    fn resolve(&self) -> Result<Resolved, Vec<ChartError>> {
        let (by_id, mut errors) = self.ids();
        let mut find = |targets: &[String], place: &dyn Fn() -> Place| {
            let mut found = Vec::with_capacity(targets.len());
            for target in targets {
                match by_id.get(target.as_str()) {
                    Some(state) => found.push(*state),
                    None => errors.push(ChartError {
                        place: place(),
                        problem: Problem::UnknownTarget { target: target.clone() },
                    }),
                }
            }
            found
        };
        let mut initials = Vec::with_capacity(self.flat.len());
        let mut targets = Vec::with_capacity(self.flat.len());
        for (index, flat) in self.flat.iter().enumerate() {
            let state = StateId(index as u32);
            let initial = self.initial(state).map_or(&[][..], |initial| &initial.targets);
            initials.push(find(initial, &|| self.initial_place(state)));
            let transitions = flat.source.map_or(&[][..], |source| &source.transitions);
            let found = transitions.iter().enumerate();
            targets.push(found.map(|(at, t)| find(&t.targets, &|| self.transition_place(state, at))).collect());
        }
        if errors.is_empty() { Ok(Resolved { by_id, initials, targets }) } else { Err(errors) }
    }

    fn ids(&self) -> (HashMap<Box<str>, StateId>, Vec<ChartError>) {
        let mut by_id: HashMap<Box<str>, StateId> = HashMap::with_capacity(self.flat.len());
        let mut errors = Vec::new();
        for state in self.states() {
            let id = self.id(state);
            let problem = match by_id.get(id) {
                _ if id.is_empty() => Problem::EmptyId,
                Some(first) => Problem::DuplicateId { first: *first },
                None => {
                    by_id.insert(id.into(), state);
                    continue;
                }
            };
            errors.push(ChartError { place: self.place(state), problem });
        }
        (by_id, errors)
    }
}

impl<'a> Flat<'a> {
    const fn new(source: Option<&'a StateSource>, parent: StateId, last: StateId) -> Self {
        Self { source, parent, last, children: Vec::new(), histories: Vec::new() }
    }
}
