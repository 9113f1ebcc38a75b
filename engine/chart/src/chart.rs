//! The compiled chart: arenas addressed by number, and the lookups over them. Built by `compile`, read by `step`.

use std::collections::HashMap;

use crate::bits::BitSet;
use crate::events::{EventTable, EventToken, TokenRange};
use crate::ids::{ActionId, CondId, DoneDataId, Span, StateId, TransitionId};
use crate::interpreter::ErrorKind;
use crate::source::StateKind;

/// A chart that can be stepped. Immutable; share it between instances.
#[derive(Clone, Debug)]
pub struct Chart {
    pub(crate) nodes: Vec<Node>,
    pub(crate) ids: Vec<Box<str>>,
    pub(crate) by_id: HashMap<Box<str>, StateId>,
    pub(crate) state_lists: Vec<StateId>,
    pub(crate) transitions: Vec<TransitionNode>,
    pub(crate) ranges: Vec<TokenRange>,
    pub(crate) blocks: Vec<Span>,
    pub(crate) actions: Vec<ActionId>,
    pub(crate) events: EventTable,
    pub(crate) errors: ErrorTokens,
    /// States without real children.
    pub(crate) atomic: BitSet,
    /// Atomic states with an eventless transition on the way to the root.
    pub(crate) eventless: BitSet,
    pub(crate) histories: u32,
}

/// The tokens of what the chart itself raises on failure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ErrorTokens {
    pub(crate) all: TokenRange,
    pub(crate) execution: EventToken,
    pub(crate) communication: EventToken,
}

/// One state.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: StateKind,
    pub(crate) parent: StateId,
    /// The last of its descendants in document order; itself without any.
    pub(crate) last: StateId,
    /// Real children in `state_lists`.
    pub(crate) children: Span,
    /// History children in `state_lists`.
    pub(crate) histories: Span,
    pub(crate) transitions: Span,
    /// Initial of a compound state, default of a history; no targets otherwise.
    pub(crate) start: Start,
    pub(crate) on_entry: Span,
    pub(crate) on_exit: Span,
    pub(crate) done_data: Option<DoneDataId>,
    pub(crate) has_invoke: bool,
    /// Token of `done.state.<id>`.
    pub(crate) done: EventToken,
    /// Index in the history table.
    pub(crate) slot: u32,
}

/// Targets in `state_lists` with the block that runs when they are used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Start {
    pub(crate) targets: Span,
    pub(crate) actions: Span,
}

/// One transition.
#[derive(Clone, Debug)]
pub(crate) struct TransitionNode {
    pub(crate) source: StateId,
    /// In `ranges`; empty = eventless.
    pub(crate) events: Span,
    pub(crate) cond: Option<CondId>,
    pub(crate) targets: Span,
    pub(crate) internal: bool,
    pub(crate) actions: Span,
    pub(crate) domain: Domain,
}

/// What a transition leaves (W3C SCXML Appendix D, `getTransitionDomain`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Domain {
    /// Targetless.
    None,
    Fixed(StateId),
    /// Depends on what a history remembers.
    Remembered,
}

/// A transition as others may read it.
#[derive(Clone, Copy, Debug)]
pub struct Transition<'a> {
    /// The state it belongs to.
    pub source: StateId,
    /// Empty = targetless. May hold histories.
    pub targets: &'a [StateId],
    /// Its condition.
    pub cond: Option<CondId>,
    /// Of type internal.
    pub internal: bool,
    /// Considered without an event.
    pub eventless: bool,
    /// The state all of whose active descendants it exits; none when targetless or when it depends on a history.
    pub domain: Option<StateId>,
}

/// Where a compound state starts, or what a history stands for before anything was remembered.
#[derive(Clone, Copy, Debug)]
pub struct Defaults<'a> {
    /// The targets.
    pub targets: &'a [StateId],
    /// What runs when they are used.
    pub actions: &'a [ActionId],
}

impl Chart {
    /// The state with this id.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<StateId> {
        self.by_id.get(id).copied()
    }

    /// The id of a state; empty for the root.
    #[must_use]
    pub fn id(&self, state: StateId) -> &str {
        self.ids.get(state.index()).map_or("", |id| id)
    }

    /// All states but the root, histories included, in document order.
    pub fn states(&self) -> impl DoubleEndedIterator<Item = StateId> + use<> {
        (1..self.nodes.len() as u32).map(StateId)
    }

    /// How many nodes: all states, histories and the root.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: a chart has at least one state.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.nodes.len() <= 1
    }

    /// What a state is.
    #[must_use]
    #[inline]
    pub fn kind(&self, state: StateId) -> StateKind {
        self.node(state).kind
    }

    /// The parent; none for the root.
    #[must_use]
    pub fn parent(&self, state: StateId) -> Option<StateId> {
        (state != StateId::ROOT).then(|| self.node(state).parent)
    }

    /// Proper ancestors, nearest first, the root last.
    pub fn ancestors(&self, state: StateId) -> impl Iterator<Item = StateId> + '_ {
        std::iter::successors(self.parent(state), |ancestor| self.parent(*ancestor))
    }

    /// Children that can be active (no histories), in document order.
    #[must_use]
    #[inline]
    pub fn children(&self, state: StateId) -> &[StateId] {
        self.list(self.node(state).children)
    }

    /// History children in document order.
    #[must_use]
    pub fn histories(&self, state: StateId) -> &[StateId] {
        self.list(self.node(state).histories)
    }

    /// Without real children. A history is not atomic: it is never active.
    #[must_use]
    pub fn is_atomic(&self, state: StateId) -> bool {
        self.atomic.contains(state)
    }

    /// A state with children, or the root.
    #[must_use]
    pub fn is_compound(&self, state: StateId) -> bool {
        let node = self.node(state);
        node.kind == StateKind::State && !node.children.is_empty()
    }

    /// A history of either depth.
    #[must_use]
    pub fn is_history(&self, state: StateId) -> bool {
        matches!(self.node(state).kind, StateKind::History { .. })
    }

    /// Whether `state` lies properly below `ancestor`.
    #[must_use]
    #[inline]
    pub fn is_descendant(&self, state: StateId, ancestor: StateId) -> bool {
        ancestor < state && state <= self.node(ancestor).last
    }

    /// Initial of a compound state or default of a history; no targets for anything else.
    #[must_use]
    pub fn defaults(&self, state: StateId) -> Defaults<'_> {
        let start = self.node(state).start;
        Defaults { targets: self.list(start.targets), actions: self.block(start.actions) }
    }

    /// Done data of a final state.
    #[must_use]
    pub fn done_data(&self, state: StateId) -> Option<DoneDataId> {
        self.node(state).done_data
    }

    /// The transitions of a state in document order. None for histories: see [`Chart::defaults`].
    pub fn transitions(&self, state: StateId) -> impl DoubleEndedIterator<Item = TransitionId> + use<> {
        self.node(state).transitions.range().map(|index| TransitionId(index as u32))
    }

    /// How many transitions; their numbers run from 0.
    #[must_use]
    pub const fn transition_count(&self) -> usize {
        self.transitions.len()
    }

    /// A transition. One of another chart reads as that chart's number, or as an empty one beyond the end.
    #[must_use]
    pub fn transition(&self, transition: TransitionId) -> Transition<'_> {
        match self.transitions.get(transition.index()) {
            Some(node) => Transition {
                source: node.source,
                targets: self.list(node.targets),
                cond: node.cond,
                internal: node.internal,
                eventless: node.events.is_empty(),
                domain: match node.domain {
                    Domain::Fixed(domain) => Some(domain),
                    Domain::None | Domain::Remembered => None,
                },
            },
            None => Transition {
                source: StateId::ROOT,
                targets: &[],
                cond: None,
                internal: false,
                eventless: false,
                domain: None,
            },
        }
    }

    /// Whether a transition answers to an event, its condition aside.
    #[must_use]
    pub fn matches(&self, transition: TransitionId, event: EventToken) -> bool {
        let events = self.transitions.get(transition.index()).map(|node| node.events).unwrap_or_default();
        self.ranges.get(events.range()).is_some_and(|ranges| ranges.iter().any(|range| range.contains(event)))
    }

    /// Resolves a full event name, once, to what the step compares.
    #[must_use]
    pub fn event(&self, name: &str) -> EventToken {
        self.events.resolve(name)
    }

    /// The token of `error.execution` or `error.communication`.
    #[must_use]
    pub const fn error_token(&self, kind: ErrorKind) -> EventToken {
        match kind {
            ErrorKind::Execution => self.errors.execution,
            ErrorKind::Communication => self.errors.communication,
        }
    }

    /// Whether this is `error` or below it.
    #[must_use]
    pub const fn is_error(&self, event: EventToken) -> bool {
        self.errors.all.contains(event)
    }

    /// The node of a state; the root's for a number of a larger chart.
    #[inline]
    pub(crate) fn node(&self, state: StateId) -> &Node {
        self.nodes.get(state.index()).unwrap_or(&self.nodes[0])
    }

    #[inline]
    pub(crate) fn block(&self, actions: Span) -> &[ActionId] {
        self.actions.get(actions.range()).unwrap_or(&[])
    }

    #[inline]
    pub(crate) fn list(&self, span: Span) -> &[StateId] {
        self.state_lists.get(span.range()).unwrap_or(&[])
    }
}
