//! What one instance of a chart is at rest: active states, history table, running. And its stored form, by ids.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bits::BitSet;
use crate::chart::Chart;
use crate::error::RestoreError;
use crate::ids::StateId;
use crate::source::StateKind;

/// The runtime state of one instance. Belongs to the chart it was made for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    pub(crate) active: BitSet,
    /// By history slot; empty = nothing remembered.
    pub(crate) history: Vec<Vec<StateId>>,
    pub(crate) running: bool,
}

/// A configuration as it is stored: by state ids, never by numbers, so that it survives a new version of the chart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Ids of the active atomic states in document order; their ancestors follow.
    pub active: Vec<String>,
    /// History id to the ids it remembers; only those that remember something.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<String, Vec<String>>,
    /// False before the start and after a top-level final.
    pub running: bool,
}

impl Configuration {
    /// An instance that has not started.
    #[must_use]
    pub fn new(chart: &Chart) -> Self {
        Self { active: BitSet::new(chart.len()), history: vec![Vec::new(); chart.histories as usize], running: false }
    }

    /// Started, and not yet in a top-level final.
    #[must_use]
    pub const fn is_running(&self) -> bool {
        self.running
    }

    /// Whether a state is active. After a top-level final: whether it was when the chart stopped.
    #[must_use]
    pub fn in_state(&self, state: StateId) -> bool {
        self.active.contains(state)
    }

    /// Active states in document order, ancestors included, the root not.
    pub fn active(&self) -> impl Iterator<Item = StateId> + '_ {
        self.active.iter()
    }

    /// Active atomic states in document order.
    pub fn atomic<'a>(&'a self, chart: &'a Chart) -> impl Iterator<Item = StateId> + 'a {
        self.active.iter().filter(|state| chart.is_atomic(*state))
    }

    /// What a history remembers; empty when nothing.
    #[must_use]
    pub fn remembered(&self, chart: &Chart, history: StateId) -> &[StateId] {
        if !chart.is_history(history) {
            return &[];
        }
        self.history.get(chart.node(history).slot as usize).map_or(&[], Vec::as_slice)
    }

    /// The stored form.
    #[must_use]
    pub fn snapshot(&self, chart: &Chart) -> Snapshot {
        let names = |states: &[StateId]| states.iter().map(|state| chart.id(*state).to_owned()).collect::<Vec<_>>();
        let history = chart
            .states()
            .filter(|state| !self.remembered(chart, *state).is_empty())
            .map(|state| (chart.id(state).to_owned(), names(self.remembered(chart, state))))
            .collect();
        let active: Vec<StateId> = self.atomic(chart).collect();
        Snapshot { active: names(&active), history, running: self.running }
    }

    /// Reads a stored form back.
    ///
    /// # Errors
    /// When it names states that the chart does not have, or ones that could not be active or remembered together.
    pub fn restore(chart: &Chart, snapshot: &Snapshot) -> Result<Self, RestoreError> {
        let mut configuration = Self::new(chart);
        configuration.running = snapshot.running;
        for id in &snapshot.active {
            activate(chart, &mut configuration.active, atomic(chart, id)?, StateId::ROOT);
        }
        if snapshot.running || !configuration.active.is_empty() {
            check(chart, &configuration.active, StateId::ROOT)?;
        }
        for (id, remembered) in &snapshot.history {
            let history = known(chart, id)?;
            let states = restore_history(chart, history, remembered)?;
            if let Some(slot) = configuration.history.get_mut(chart.node(history).slot as usize) {
                *slot = states;
            }
        }
        Ok(configuration)
    }

    /// Whether this is a legal configuration of a started chart (W3C SCXML 3.11).
    ///
    /// # Errors
    /// Naming the first state with too few or too many active children.
    pub fn check(&self, chart: &Chart) -> Result<(), RestoreError> {
        check(chart, &self.active, StateId::ROOT)
    }

    /// Makes it the right size for `chart`, should it have been made for another.
    pub(crate) fn fit(&mut self, chart: &Chart) {
        self.active.fit(chart.len());
        if self.history.len() != chart.histories as usize {
            self.history.resize(chart.histories as usize, Vec::new());
        }
    }
}

fn known(chart: &Chart, id: &str) -> Result<StateId, RestoreError> {
    chart.state(id).ok_or_else(|| RestoreError::UnknownState { state: id.to_owned() })
}

fn atomic(chart: &Chart, id: &str) -> Result<StateId, RestoreError> {
    let state = known(chart, id)?;
    if chart.is_atomic(state) { Ok(state) } else { Err(RestoreError::NotAtomic { state: id.to_owned() }) }
}

/// Adds a state and its ancestors below `top`.
fn activate(chart: &Chart, active: &mut BitSet, state: StateId, top: StateId) {
    active.insert(state);
    chart.ancestors(state).take_while(|ancestor| *ancestor != top).for_each(|ancestor| active.insert(ancestor));
}

/// Every active compound state has one active child, every parallel all of them; below `top`, which counts as active.
fn check(chart: &Chart, active: &BitSet, top: StateId) -> Result<(), RestoreError> {
    let below = active.iter_in(StateId(top.0 + 1), chart.node(top).last);
    for state in std::iter::once(top).chain(below) {
        let count = chart.children(state).iter().filter(|child| active.contains(**child)).count();
        let needed = match chart.kind(state) {
            StateKind::State => usize::from(chart.is_compound(state)),
            StateKind::Parallel => chart.children(state).len(),
            StateKind::Final | StateKind::History { .. } => 0,
        };
        if count != needed {
            return Err(RestoreError::Illegal { state: chart.id(state).to_owned(), active: count, needed });
        }
    }
    Ok(())
}

/// The states a history remembers, checked against what it could have stored.
fn restore_history(chart: &Chart, history: StateId, remembered: &[String]) -> Result<Vec<StateId>, RestoreError> {
    let illegal = || RestoreError::IllegalHistory { state: chart.id(history).to_owned() };
    let StateKind::History { deep } = chart.kind(history) else {
        return Err(RestoreError::NotHistory { state: chart.id(history).to_owned() });
    };
    let parent = chart.node(history).parent;
    let mut states = remembered.iter().map(|id| known(chart, id)).collect::<Result<Vec<_>, _>>()?;
    states.sort_unstable();
    states.dedup();
    let mut active = BitSet::new(chart.len());
    for state in &states {
        if !chart.is_descendant(*state, parent) || (deep && !chart.is_atomic(*state)) {
            return Err(illegal());
        }
        activate(chart, &mut active, *state, parent);
    }
    let legal = if deep {
        check(chart, &active, parent).is_ok()
    } else {
        let needed = if chart.is_compound(parent) { 1 } else { chart.children(parent).len() };
        states.len() == needed && states.iter().all(|state| chart.children(parent).contains(state))
    };
    if legal { Ok(states) } else { Err(illegal()) }
}
