//! The step: W3C SCXML Appendix D `interpret` and `mainEventLoop`, cut at the external queue. The parts are `select`
//! (which transitions), `exit` and `enter` (what they do to the configuration).

/// What a condition sees; a macro because it borrows fields while the interpreter is borrowed too.
macro_rules! view {
    ($machine:expr) => {
        View { chart: $machine.chart, active: &$machine.configuration.active, event: $machine.event.as_ref() }
    };
}

/// What an action sees and does; a macro for the same reason.
macro_rules! scope {
    ($machine:expr) => {
        Scope { view: view!($machine), queue: &mut $machine.scratch.queue }
    };
}

mod enter;
mod exit;
mod relocate;
mod scratch;
mod select;

pub use relocate::relocate;
pub use scratch::Scratch;

use crate::MAX_MICROSTEPS;
use crate::chart::Chart;
use crate::configuration::Configuration;
use crate::error::LoopError;
use crate::events::EventToken;
use crate::ids::{Span, StateId};
use crate::interpreter::{Failure, Interpreter, Scope, View};

/// Sources of this many last microsteps are named when a macrostep does not end.
const LOOP_WINDOW: u32 = 100;

/// What a macrostep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// A transition took the external event.
    pub event_taken: bool,
    /// How many microsteps ran, the start not counted.
    pub microsteps: u32,
    /// An `error.*` was raised that no transition took.
    pub error_unhandled: bool,
    /// The chart is in a top-level final state, or was before.
    pub finished: bool,
}

/// Enters a chart for the first time and runs until the internal queue is empty. An instance that runs already is left
/// alone but for that. To restart one, give a new [`Configuration`].
///
/// # Errors
/// [`LoopError`] as [`macrostep`].
pub fn start<I: Interpreter>(
    chart: &Chart,
    configuration: &mut Configuration,
    interpreter: &mut I,
    scratch: &mut Scratch<I::Event>,
) -> Result<Report, LoopError> {
    let mut machine = Machine::new(chart, configuration, interpreter, scratch);
    if !machine.configuration.running && machine.configuration.active.is_empty() {
        machine.configuration.running = true;
        machine.enter_chart();
    }
    machine.settle()
}

/// Takes one external event (its token from [`Chart::event`]) and runs to completion: microsteps until neither an
/// eventless transition is enabled nor an internal event is left.
///
/// Total and pure: the outcome depends on the arguments alone. When nothing takes the event the configuration is
/// unchanged. Afterwards [`Scratch::to_invoke`] tells which children to start.
///
/// # Errors
/// [`LoopError`] after [`MAX_MICROSTEPS`]. The configuration is then legal but in the middle of the loop: throw it away
/// and keep the one from before.
pub fn macrostep<I: Interpreter>(
    chart: &Chart,
    configuration: &mut Configuration,
    event: Option<(EventToken, I::Event)>,
    interpreter: &mut I,
    scratch: &mut Scratch<I::Event>,
) -> Result<Report, LoopError> {
    let mut machine = Machine::new(chart, configuration, interpreter, scratch);
    if let Some((token, event)) = event
        && machine.configuration.running
    {
        machine.event = Some(event);
        machine.select(Some(token));
        if !machine.scratch.enabled.is_empty() {
            machine.report.event_taken = true;
            machine.microstep()?;
        }
    }
    machine.settle()
}

/// Runs to completion without an external event: after internal events were put in by [`Scratch::raise`], for instance
/// because a child could not be started.
///
/// # Errors
/// [`LoopError`] as [`macrostep`].
pub fn settle<I: Interpreter>(
    chart: &Chart,
    configuration: &mut Configuration,
    interpreter: &mut I,
    scratch: &mut Scratch<I::Event>,
) -> Result<Report, LoopError> {
    Machine::new(chart, configuration, interpreter, scratch).settle()
}

/// One macrostep under way.
struct Machine<'a, I: Interpreter> {
    chart: &'a Chart,
    configuration: &'a mut Configuration,
    interpreter: &'a mut I,
    scratch: &'a mut Scratch<I::Event>,
    /// The event taken last from a queue.
    event: Option<I::Event>,
    report: Report,
}

impl<'a, I: Interpreter> Machine<'a, I> {
    fn new(
        chart: &'a Chart,
        configuration: &'a mut Configuration,
        interpreter: &'a mut I,
        scratch: &'a mut Scratch<I::Event>,
    ) -> Self {
        configuration.fit(chart);
        scratch.fit(chart);
        Self { chart, configuration, interpreter, scratch, event: None, report: Report::default() }
    }

    /// W3C `mainEventLoop` up to the external queue: eventless transitions first, then one internal event, and again.
    fn settle(mut self) -> Result<Report, LoopError> {
        while self.configuration.running {
            self.select(None);
            if !self.scratch.enabled.is_empty() {
                self.microstep()?;
                continue;
            }
            let Some((token, event)) = self.scratch.queue.pop_front() else {
                break;
            };
            self.event = Some(event);
            self.select(Some(token));
            if self.scratch.enabled.is_empty() {
                self.report.error_unhandled |= self.chart.is_error(token);
                if let Some(event) = &self.event {
                    self.interpreter.dropped(event);
                }
            } else {
                self.microstep()?;
            }
        }
        if !self.configuration.running {
            self.report.finished = !self.configuration.active.is_empty();
            self.scratch.queue.clear();
        }
        Ok(self.report)
    }

    /// W3C `microstep`: exits, then the transitions' content, then entries.
    fn microstep(&mut self) -> Result<(), LoopError> {
        if self.report.microsteps == MAX_MICROSTEPS {
            return Err(self.loop_error());
        }
        self.report.microsteps += 1;
        if self.report.microsteps > MAX_MICROSTEPS - LOOP_WINDOW {
            self.scratch.note_sources();
        }
        for index in 0..self.scratch.enabled.len() {
            self.interpreter.taken(self.scratch.enabled[index].transition);
        }
        self.exit_states();
        for index in 0..self.scratch.enabled.len() {
            let enabled = self.scratch.enabled[index];
            self.run_block(self.chart.transitions[enabled.transition.index()].actions);
        }
        self.compute_entry_set();
        self.enter_states();
        if !self.configuration.running {
            self.exit_interpreter();
        }
        Ok(())
    }

    fn loop_error(&mut self) -> LoopError {
        self.scratch.queue.clear();
        self.scratch.invoke.clear();
        let states = self.scratch.sources.iter().filter(|state| *state != StateId::ROOT);
        LoopError { states: states.map(|state| self.chart.id(state).to_owned()).collect() }
    }

    fn run_blocks(&mut self, blocks: Span) {
        for index in blocks.range() {
            self.run_block(self.chart.blocks[index]);
        }
    }

    /// Runs actions until one fails; its error goes to the internal queue (W3C SCXML 4.1).
    fn run_block(&mut self, actions: Span) {
        for action in self.chart.block(actions) {
            let mut scope = scope!(self);
            if let Err(failure) = self.interpreter.act(*action, &mut scope) {
                return self.raise_error(failure);
            }
        }
    }

    fn raise_error(&mut self, failure: Failure<I::Failure>) {
        let event = self.interpreter.error_event(failure.kind, failure.detail);
        self.scratch.queue.push_back((self.chart.error_token(failure.kind), event));
    }
}
