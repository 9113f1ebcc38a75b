//! The tree that a chart is compiled from: plain data, built by an embedding language (YAML, SCXML). Nothing is checked here.

use crate::ids::{ActionId, CondId, DoneDataId};

/// Executable content that fails as one (W3C SCXML 4.1): one handler, one transition's content, one initial's content.
pub type Block = Vec<ActionId>;

/// A whole chart.
#[derive(Clone, Debug, Default)]
pub struct ChartSource {
    /// Where the chart starts; without it, in its first state. Its actions run before the first state is entered.
    pub initial: Option<InitialSource>,
    /// The top-level states in document order.
    pub states: Vec<StateSource>,
}

/// Where a compound state starts when it is entered by default.
#[derive(Clone, Debug, Default)]
pub struct InitialSource {
    /// Ids of proper descendants, pairwise orthogonal; may be deep, may be histories.
    pub targets: Vec<String>,
    /// Runs after the state's own entry handlers and before its children are entered.
    pub actions: Block,
}

/// What a state is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StateKind {
    /// Atomic without children, else compound.
    #[default]
    State,
    /// All its regions are active together.
    Parallel,
    /// Entering it completes its parent; at the top level it stops the chart.
    Final,
    /// A pseudo-state that stands for what was last active in its parent.
    History {
        /// True: the atomic descendants are remembered; false: the active children.
        deep: bool,
    },
}

/// One state, with everything below it.
#[derive(Clone, Debug, Default)]
pub struct StateSource {
    /// Unique in its chart.
    pub id: String,
    /// What it is.
    pub kind: StateKind,
    /// Compound states only; without it the first child that is not a history.
    pub initial: Option<InitialSource>,
    /// Entry handlers in document order, each a block of its own.
    pub on_entry: Vec<Block>,
    /// Exit handlers in document order, each a block of its own.
    pub on_exit: Vec<Block>,
    /// In document order. A history has exactly one, without event and condition: its default.
    pub transitions: Vec<TransitionSource>,
    /// Sub-states in document order.
    pub children: Vec<StateSource>,
    /// Final states only.
    pub done_data: Option<DoneDataId>,
    /// The embedding crate starts a child when a macrostep ends in this state ([`crate::Scratch::to_invoke`]).
    pub has_invoke: bool,
}

/// One transition.
#[derive(Clone, Debug, Default)]
pub struct TransitionSource {
    /// Any of these enables it; empty = eventless.
    pub events: Vec<Descriptor>,
    /// Must hold too.
    pub cond: Option<CondId>,
    /// Pairwise orthogonal; empty = targetless.
    pub targets: Vec<String>,
    /// W3C `type="internal"`: a compound source is not left when all targets lie below it.
    pub internal: bool,
    /// Runs between the exits and the entries.
    pub actions: Block,
}

/// Which events a transition answers to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Descriptor {
    /// W3C SCXML 3.12.1: `*`, or a name that matches itself and every name it is a dotted prefix of. A trailing `.*` or
    /// `.` means nothing.
    Prefix(String),
    /// This very name and no longer one.
    Exact(String),
}

impl From<&str> for Descriptor {
    fn from(text: &str) -> Self {
        Self::Prefix(text.to_owned())
    }
}
