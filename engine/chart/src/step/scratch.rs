//! Working memory that is kept between steps so that stepping allocates nothing. Holds no state of an instance at rest.

use std::collections::VecDeque;

use crate::bits::BitSet;
use crate::chart::Chart;
use crate::events::EventToken;
use crate::ids::{StateId, TransitionId};

/// Working memory of the step, and the internal queue. One serves any number of instances and charts, one after another.
#[derive(Debug)]
pub struct Scratch<E> {
    /// The internal queue; empty at rest.
    pub(super) queue: VecDeque<(EventToken, E)>,
    /// The transitions of this microstep in order, conflicts removed.
    pub(super) enabled: Vec<Enabled>,
    pub(super) exit: BitSet,
    pub(super) entry: BitSet,
    /// Of `entry`: entered by default, so that their initial's actions run.
    pub(super) by_default: BitSet,
    /// Histories whose default was used, by parent; the last one of a parent counts (W3C `defaultHistoryContent`).
    pub(super) history_defaults: Vec<(StateId, StateId)>,
    /// Effective targets of the transition at hand.
    pub(super) targets: Vec<StateId>,
    /// Transitions whose condition failed in this macrostep without a chance of another outcome.
    pub(super) failed: Vec<TransitionId>,
    /// Entered and not exited since the macrostep began, with something to invoke.
    pub(super) invoke: BitSet,
    /// Sources of the last microsteps of a macrostep that is too long.
    pub(super) sources: BitSet,
}

/// A transition that will be taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Enabled {
    pub(super) transition: TransitionId,
    pub(super) source: StateId,
    /// None when targetless.
    pub(super) domain: Option<StateId>,
}

impl<E> Scratch<E> {
    /// Empty working memory.
    #[must_use]
    pub fn new() -> Self {
        Self {
            queue: VecDeque::new(),
            enabled: Vec::new(),
            exit: BitSet::default(),
            entry: BitSet::default(),
            by_default: BitSet::default(),
            history_defaults: Vec::new(),
            targets: Vec::new(),
            failed: Vec::new(),
            invoke: BitSet::default(),
            sources: BitSet::default(),
        }
    }

    /// States with something to invoke that the last step entered and did not exit, in document order (W3C
    /// `statesToInvoke`). Valid until the next step; empty after the chart finished.
    pub fn to_invoke(&self) -> impl Iterator<Item = StateId> + '_ {
        self.invoke.iter()
    }

    /// Puts an event in the internal queue from outside, to be consumed by the next [`crate::settle`].
    pub fn raise(&mut self, token: EventToken, event: E) {
        self.queue.push_back((token, event));
    }

    /// Makes room for a chart and forgets the last step, the internal queue apart.
    pub(super) fn fit(&mut self, chart: &Chart) {
        for set in [&mut self.exit, &mut self.entry, &mut self.by_default, &mut self.invoke, &mut self.sources] {
            set.fit(chart.len());
        }
        self.invoke.clear();
        self.sources.clear();
        self.enabled.clear();
        self.failed.clear();
    }

    pub(super) fn note_sources(&mut self) {
        for enabled in &self.enabled {
            self.sources.insert(enabled.source);
        }
    }
}

impl<E> Default for Scratch<E> {
    fn default() -> Self {
        Self::new()
    }
}
