//! What the embedding crate provides: conditions, actions and event payloads; and what it may see and do meanwhile.

use std::collections::VecDeque;

use crate::bits::BitSet;
use crate::chart::Chart;
use crate::configuration::Configuration;
use crate::events::EventToken;
use crate::ids::{ActionId, CondId, DoneDataId, StateId, TransitionId};

/// Which error event a failure becomes (W3C SCXML 3.12.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErrorKind {
    /// `error.execution`: an expression or action failed.
    Execution,
    /// `error.communication`: a message could not be delivered.
    Communication,
}

impl ErrorKind {
    /// The event's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Execution => "error.execution",
            Self::Communication => "error.communication",
        }
    }
}

/// A condition or action that failed. It ends its block; the microstep goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure<D> {
    /// The event it raises.
    pub kind: ErrorKind,
    /// What the embedding crate wants to know about it later.
    pub detail: D,
}

impl<D> Failure<D> {
    /// A failure that raises `error.execution`.
    pub const fn execution(detail: D) -> Self {
        Self { kind: ErrorKind::Execution, detail }
    }

    /// A failure that raises `error.communication`.
    pub const fn communication(detail: D) -> Self {
        Self { kind: ErrorKind::Communication, detail }
    }
}

/// Evaluates conditions, runs actions, makes events, and is told what happens in the order in which it happens.
pub trait Interpreter {
    /// Payload of an event, its full name included if anyone needs it.
    type Event;
    /// Detail of a failure.
    type Failure;

    /// Evaluates a condition. A failure counts as false and raises its error event.
    ///
    /// # Errors
    /// When the condition can not be evaluated to a truth value.
    fn condition(&mut self, condition: CondId, view: &View<'_, Self::Event>) -> Result<bool, Failure<Self::Failure>>;

    /// Runs one action. A failure ends the block the action stands in and raises its error event.
    ///
    /// # Errors
    /// When the action can not be done.
    fn act(&mut self, action: ActionId, scope: &mut Scope<'_, Self::Event>) -> Result<(), Failure<Self::Failure>>;

    /// Makes the payload of `done.state.<done>`. `data` is that of the final state, none for a completed parallel.
    /// Errors raised through `scope` come before the done event itself.
    fn done_event(
        &mut self,
        done: StateId,
        data: Option<DoneDataId>,
        scope: &mut Scope<'_, Self::Event>,
    ) -> Self::Event;

    /// Makes the payload of an error event.
    fn error_event(&mut self, kind: ErrorKind, failure: Self::Failure) -> Self::Event;

    /// A state has just become active; its entry handlers come next (late data binding belongs here).
    fn entering(&mut self, _state: StateId, _scope: &mut Scope<'_, Self::Event>) {}

    /// A state's entry handlers, initial and history actions have run.
    fn entered(&mut self, _state: StateId) {}

    /// A state's exit handlers have run and it is no longer active: stop what it started.
    fn exited(&mut self, _state: StateId) {}

    /// A transition will be taken: exits come next, then the actions of all taken transitions, then entries.
    fn taken(&mut self, _transition: TransitionId) {}

    /// No transition took this internal event; it is dropped.
    fn dropped(&mut self, _event: &Self::Event) {}

    /// The chart stopped in this top-level final state; everything has been exited.
    fn finished(&mut self, _state: StateId, _data: Option<DoneDataId>) {}
}

/// What a condition may see.
#[derive(Debug)]
pub struct View<'a, E> {
    pub(crate) chart: &'a Chart,
    pub(crate) active: &'a BitSet,
    pub(crate) event: Option<&'a E>,
}

impl<'a, E> View<'a, E> {
    /// What is to be seen of an instance between two steps, without an event.
    #[must_use]
    pub const fn outside(chart: &'a Chart, configuration: &'a Configuration) -> Self {
        Self { chart, active: &configuration.active, event: None }
    }

    /// The chart.
    #[must_use]
    pub const fn chart(&self) -> &'a Chart {
        self.chart
    }

    /// W3C `In()`: whether the state is active at this very moment.
    #[must_use]
    pub fn in_state(&self, state: StateId) -> bool {
        self.active.contains(state)
    }

    /// The event taken last from a queue in this macrostep; none before the first.
    #[must_use]
    pub const fn event(&self) -> Option<&'a E> {
        self.event
    }
}

/// What an action may see and do.
#[derive(Debug)]
pub struct Scope<'a, E> {
    pub(crate) view: View<'a, E>,
    pub(crate) queue: &'a mut VecDeque<(EventToken, E)>,
}

impl<'a, E> Scope<'a, E> {
    /// What conditions see.
    #[must_use]
    pub const fn view(&self) -> &View<'a, E> {
        &self.view
    }

    /// The chart.
    #[must_use]
    pub const fn chart(&self) -> &'a Chart {
        self.view.chart
    }

    /// W3C `In()`: whether the state is active at this very moment.
    #[must_use]
    pub fn in_state(&self, state: StateId) -> bool {
        self.view.in_state(state)
    }

    /// The event taken last from a queue in this macrostep; none before the first.
    #[must_use]
    pub const fn event(&self) -> Option<&'a E> {
        self.view.event
    }

    /// Puts an event at the end of the internal queue. The token comes from [`Chart::event`], best resolved beforehand.
    pub fn raise(&mut self, token: EventToken, event: E) {
        self.queue.push_back((token, event));
    }

    /// Puts an error event at the end of the internal queue.
    pub fn raise_error(&mut self, kind: ErrorKind, event: E) {
        self.raise(self.view.chart.error_token(kind), event);
    }
}
