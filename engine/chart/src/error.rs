//! Everything that can be wrong with a chart, a snapshot or a macrostep. Messages only; no checks.

use std::fmt;

use crate::ids::StateId;
use crate::{MAX_DEPTH, MAX_MICROSTEPS, MAX_STATES};

/// A chart that does not compile: where, and what.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ChartError {
    /// Where it stands in the source tree.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// A place in a [`crate::ChartSource`]. State numbers are pre-order, as [`StateId`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The chart as a whole.
    Chart,
    /// A state.
    State {
        /// Its number.
        state: StateId,
        /// Its id.
        id: String,
    },
    /// The initial of a state, or of the chart ([`StateId::ROOT`]).
    Initial {
        /// Number of the state it belongs to.
        state: StateId,
        /// Id of that state; empty for the chart.
        id: String,
    },
    /// A transition, a history's default included.
    Transition {
        /// Number of its source.
        state: StateId,
        /// Id of its source.
        id: String,
        /// Its index in [`crate::StateSource::transitions`].
        index: usize,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Chart => write!(f, "chart"),
            Self::State { id, .. } => write!(f, "state '{id}'"),
            Self::Initial { id, .. } if id.is_empty() => write!(f, "initial of the chart"),
            Self::Initial { id, .. } => write!(f, "initial of state '{id}'"),
            Self::Transition { id, index, .. } => {
                write!(f, "transition {} of state '{id}'", index + 1)
            }
        }
    }
}

/// What is refused at compile time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nothing to enter.
    #[error("has no states; add at least one")]
    NoStates,
    /// More than [`MAX_STATES`].
    #[error("has more than {MAX_STATES} states; split it")]
    TooManyStates,
    /// Deeper than [`MAX_DEPTH`].
    #[error("is nested deeper than {MAX_DEPTH} levels; flatten it")]
    TooDeep,
    /// An id of no characters.
    #[error("has an empty id; give it a name")]
    EmptyId,
    /// Two states with one id.
    #[error("has the same id as an earlier state; rename one of them")]
    DuplicateId {
        /// Number of the earlier one.
        first: StateId,
    },
    /// A target that is no state.
    #[error("target '{target}' is not a state of this chart")]
    UnknownTarget {
        /// As written.
        target: String,
    },
    /// Two targets that can not be active together, or one of which contains the other.
    #[error("targets '{first}' and '{second}' are not in different regions of one parallel state")]
    NotOrthogonal {
        /// As written.
        first: String,
        /// As written.
        second: String,
    },
    /// W3C SCXML 3.6: initial targets are descendants.
    #[error("target '{target}' lies outside the state; an initial stays inside")]
    InitialOutside {
        /// As written.
        target: String,
    },
    /// An initial without targets.
    #[error("names no target")]
    InitialWithoutTarget,
    /// An initial on something that has no children to choose from.
    #[error("only a state with sub-states can have an initial")]
    InitialNotAllowed,
    /// W3C SCXML 3.10: a default stays below the history's parent.
    #[error("target '{target}' lies outside the history's parent; a default stays inside")]
    HistoryDefaultOutside {
        /// As written.
        target: String,
    },
    /// W3C SCXML 3.10: exactly one transition with a target and neither event nor condition.
    #[error("a history has exactly one transition, with a target and without event or condition")]
    HistoryDefault,
    /// A default that leads back to itself through other histories.
    #[error("the default of this history leads back to itself")]
    HistoryCycle,
    /// A history as a top-level state.
    #[error("a history must be a child of a state or parallel")]
    HistoryAtRoot,
    /// A final as a region.
    #[error("a final can not be a region of a parallel; wrap it in a state")]
    FinalInParallel,
    /// A final or history with children.
    #[error("a final or a history has no sub-states")]
    ChildrenNotAllowed,
    /// A final with transitions.
    #[error("a final has no transitions")]
    TransitionsNotAllowed,
    /// Handlers or invokes on a history.
    #[error("a history has no handlers and starts nothing")]
    HandlersNotAllowed,
    /// Done data elsewhere than on a final.
    #[error("only a final has done data")]
    DoneDataNotAllowed,
    /// W3C SCXML 3.5: at least one of event, condition, target.
    #[error("has no event, no condition and no target; give it at least one")]
    EmptyTransition,
}

/// A snapshot that does not fit the chart.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// A state that this chart does not have.
    #[error("snapshot names state '{state}', which this chart does not have; migrate it with a state map")]
    UnknownState {
        /// As stored.
        state: String,
    },
    /// A state that is not atomic, in a place for atomic states.
    #[error(
        "snapshot lists state '{state}' as active, but it is not atomic in this chart; migrate it with a state map"
    )]
    NotAtomic {
        /// As stored.
        state: String,
    },
    /// A key of the history table that is no history.
    #[error("snapshot keeps a history for '{state}', which is no history of this chart; migrate it with a state map")]
    NotHistory {
        /// As stored.
        state: String,
    },
    /// A state that needs one active child, or all of them, and has not.
    #[error("snapshot is no legal configuration: state '{state}' has {active} active children and needs {needed}")]
    Illegal {
        /// Where; empty for the chart itself.
        state: String,
        /// How many are active.
        active: usize,
        /// How many must be.
        needed: usize,
    },
    /// Remembered states that could never be entered together.
    #[error(
        "snapshot keeps a history for '{state}' that can not be restored in this chart; migrate it with a state map"
    )]
    IllegalHistory {
        /// The history.
        state: String,
    },
}

/// A macrostep that would not end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no end after {MAX_MICROSTEPS} microsteps; the loop runs through: {}", states.join(", "))]
pub struct LoopError {
    /// Ids of the states whose transitions the last microsteps took, in document order.
    pub states: Vec<String>,
}

/// Why an instance can not be put in other states.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelocateError {
    /// The chart has stopped.
    #[error("the chart has stopped; nothing can be moved any more")]
    Stopped,
    /// The states can not be active together, or none was named.
    #[error("the states {} can not be active together; name one state, or one in each region of a parallel", .0.join(", "))]
    NotTogether(Vec<String>),
    /// What follows does not come to rest.
    #[error(transparent)]
    Loop(#[from] LoopError),
}
