//! Statechart semantics: W3C SCXML (Appendix D) as one total, pure function over a compiled chart.
//!
//! What lives here: the tree a chart is compiled from ([`ChartSource`]), the compiled [`Chart`], its runtime
//! [`Configuration`] with the [`Snapshot`] that is stored, and the step: [`start`], [`macrostep`], [`settle`].
//! What may not live here: YAML, XML, JSON, expressions, people, time, randomness. Conditions, actions and event payloads
//! are numbers and types of the embedding crate, reached through [`Interpreter`].
//!
//! **Invariant**: after every call a [`Configuration`] is a legal SCXML configuration. Nothing here panics, and no state
//! or event name is looked up while stepping.
mod bits;
mod chart;
mod compile;
mod configuration;
mod error;
mod events;
mod ids;
mod interpreter;
mod source;
mod step;

pub use chart::{Chart, Defaults, Transition};
pub use configuration::{Configuration, Snapshot};
pub use error::{ChartError, LoopError, Place, Problem, RelocateError, RestoreError};
pub use events::EventToken;
pub use ids::{ActionId, CondId, DoneDataId, StateId, TransitionId};
pub use interpreter::{ErrorKind, Failure, Interpreter, Scope, View};
pub use source::{Block, ChartSource, Descriptor, InitialSource, StateKind, StateSource, TransitionSource};
pub use step::{Report, Scratch, macrostep, relocate, settle, start};

/// Most microsteps in one macrostep; the next one is a [`LoopError`] (design: every loop has a bound).
pub const MAX_MICROSTEPS: u32 = 1_000;

/// Deepest nesting of states that compiles, the root not counted. Recursion over the tree is bounded by it.
pub const MAX_DEPTH: usize = 128;

/// Most states (histories included) of one chart.
pub const MAX_STATES: usize = 100_000;
