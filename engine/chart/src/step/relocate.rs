//! A repair outside the W3C algorithm: leave everything and enter named states, without guards or transitions.

use super::enter::Plan;
use super::{Machine, Report, Scratch};
use crate::chart::Chart;
use crate::configuration::Configuration;
use crate::error::RelocateError;
use crate::ids::StateId;
use crate::interpreter::Interpreter;
use crate::source::StateKind;

/// Exits all active states and enters `targets` with what belongs to them, then runs to completion. Exit and entry
/// handlers run as always. A stopped chart is not started again.
///
/// # Errors
/// [`RelocateError`]; the configuration is unchanged when the targets do not fit together or the chart has stopped, and
/// to be thrown away after a loop.
pub fn relocate<I: Interpreter>(
    chart: &Chart,
    configuration: &mut Configuration,
    targets: &[StateId],
    interpreter: &mut I,
    scratch: &mut Scratch<I::Event>,
) -> Result<Report, RelocateError> {
    let mut machine = Machine::new(chart, configuration, interpreter, scratch);
    if !machine.configuration.running {
        return Err(RelocateError::Stopped);
    }
    machine.plan_entry(targets);
    machine.check_entry(targets)?;
    machine.scratch.exit.clone_from(&machine.configuration.active);
    machine.remember_exit_set();
    machine.leave_exit_set();
    machine.enter_states();
    if !machine.configuration.running {
        machine.exit_interpreter();
    }
    Ok(machine.settle()?)
}

impl<I: Interpreter> Machine<'_, I> {
    fn plan_entry(&mut self, targets: &[StateId]) {
        let mut plan = Plan { chart: self.chart, history: &self.configuration.history, scratch: self.scratch };
        plan.clear();
        plan.add_all(targets, StateId::ROOT);
    }

    /// Exactly one child of the root and of every compound state is to be entered, and something at all.
    fn check_entry(&self, targets: &[StateId]) -> Result<(), RelocateError> {
        let chart = self.chart;
        let compounds = std::iter::once(StateId::ROOT).chain(
            self.scratch
                .entry
                .iter()
                .filter(|state| chart.kind(*state) == StateKind::State && !chart.is_atomic(*state)),
        );
        for compound in compounds {
            let entered = chart.children(compound).iter();
            if entered.filter(|child| self.scratch.entry.contains(**child)).count() != 1 {
                let ids = targets.iter().map(|state| chart.id(*state).to_owned());
                return Err(RelocateError::NotTogether(ids.collect()));
            }
        }
        Ok(())
    }
}
