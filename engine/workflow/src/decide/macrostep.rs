//! Runs the chart of an instance until it is stable: start, an event, what the instance sent itself, a repair.
//!
//! The only place where the chart runs; what its guards and actions mean is the `stepper`'s.

use draaiboek_chart::{Configuration, Scratch, macrostep, start};

use super::decision::Rejection;
use super::model::{ChildStatus, Lifecycle};
use super::stepper::Stepper;
use super::turn::{Event, Turn};

/// Most events an instance may send itself in one turn.
pub const MAX_QUEUED: usize = 100;
/// Why a turn can not be finished: it is rolled back and the instance waits as an incident.
#[derive(Debug)]
pub(super) struct Broken(pub String);

/// What became of the event that began it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// A transition took it (or it was an internal matter that may be dropped).
    Taken,
    /// No transition took it; with the best explanation.
    Refused(Option<Rejection>),
}

/// Enters the chart's initial states and runs until stable.
pub(super) fn begin(turn: &mut Turn<'_>) -> Result<(), Broken> {
    let chart = &turn.world.definition.chart;
    let mut configuration = Configuration::new(chart);
    let mut scratch = Scratch::new();
    let mut stepper = Stepper::new(turn);
    let report = start(chart, &mut configuration, &mut stepper, &mut scratch);
    let report = report.map_err(|error| Broken(error.to_string()))?;
    let failures = stepper.after()?;
    settle(turn, &configuration, &scratch, report.error_unhandled, failures)?;
    drain(turn, &mut configuration, &mut scratch)
}

/// Delivers one event and runs until stable.
pub(super) fn deliver(turn: &mut Turn<'_>, event: Event) -> Result<Outcome, Broken> {
    let chart = &turn.world.definition.chart;
    let mut configuration =
        Configuration::restore(chart, &turn.snapshot.chart).map_err(|error| Broken(error.to_string()))?;
    let mut scratch = Scratch::new();
    let outcome = step(turn, &mut configuration, &mut scratch, event)?;
    if matches!(outcome, Outcome::Taken) {
        drain(turn, &mut configuration, &mut scratch)?;
    }
    Ok(outcome)
}

/// Delivers what the instance sent itself, in order. An event nobody takes is dropped, as W3C says.
pub(super) fn drain_queue(turn: &mut Turn<'_>) -> Result<(), Broken> {
    if turn.queue.is_empty() {
        return Ok(());
    }
    let chart = &turn.world.definition.chart;
    let mut configuration =
        Configuration::restore(chart, &turn.snapshot.chart).map_err(|error| Broken(error.to_string()))?;
    drain(turn, &mut configuration, &mut Scratch::new())
}

fn drain(turn: &mut Turn<'_>, configuration: &mut Configuration, scratch: &mut Scratch<Event>) -> Result<(), Broken> {
    let mut handled = 0;
    while !turn.queue.is_empty() && configuration.is_running() && handled < MAX_QUEUED {
        let event = turn.queue.remove(0);
        step(turn, configuration, scratch, event)?;
        handled += 1;
    }
    if turn.queue.is_empty() || !configuration.is_running() {
        return Ok(());
    }
    let names: Vec<&str> = turn.queue.iter().map(|event| event.name.as_str()).collect();
    Err(Broken(format!("more than {MAX_QUEUED} events in one turn; still waiting: {}", names.join(", "))))
}

fn step(
    turn: &mut Turn<'_>,
    configuration: &mut Configuration,
    scratch: &mut Scratch<Event>,
    event: Event,
) -> Result<Outcome, Broken> {
    let chart = &turn.world.definition.chart;
    let token = chart.event(&event.name);
    let mut stepper = Stepper::new(turn);
    let report = macrostep(chart, configuration, Some((token, event)), &mut stepper, scratch)
        .map_err(|error| Broken(error.to_string()))?;
    let failures = stepper.after()?;
    let refusal = std::mem::take(&mut stepper.refusals).into_iter().next();
    if !report.event_taken && failures.is_empty() {
        return Ok(Outcome::Refused(refusal));
    }
    settle(turn, configuration, scratch, report.error_unhandled, failures)?;
    Ok(if report.event_taken { Outcome::Taken } else { Outcome::Refused(refusal) })
}

/// After a macrostep: errors nobody handled break the turn; children start; the snapshot takes the states over.
fn settle(
    turn: &mut Turn<'_>,
    configuration: &Configuration,
    scratch: &Scratch<Event>,
    error_unhandled: bool,
    failures: Vec<String>,
) -> Result<(), Broken> {
    if error_unhandled {
        return Err(Broken(if failures.is_empty() {
            "an error that no transition handles".into()
        } else {
            failures.join("; ")
        }));
    }
    let definition = turn.world.definition;
    for state in scratch.to_invoke() {
        if let Some(run) = definition.states.get(state.index()).and_then(|s| s.run.as_ref()) {
            turn.start_children(definition.chart.id(state), run).map_err(Broken)?;
        }
    }
    turn.snapshot.chart = configuration.snapshot(&definition.chart);
    if !configuration.is_running() && turn.snapshot.lifecycle != Lifecycle::Ended {
        turn.snapshot.lifecycle = Lifecycle::Ended;
        turn.shut_down(ChildStatus::Ended, "the cycle has ended");
    }
    Ok(())
}

/// Leaves every state and enters others, without guards: a repair.
pub(super) fn relocate(turn: &mut Turn<'_>, to: &[String]) -> Result<(), super::Stop> {
    let definition = turn.world.definition;
    let chart = &definition.chart;
    let mut targets = Vec::with_capacity(to.len());
    for id in to {
        let Some(state) = chart.state(id) else {
            let known: Vec<&str> = chart.states().map(|state| chart.id(state)).collect();
            return Err(
                Rejection::new("INVALID", format!("there is no state `{id}`; states: {}", known.join(", "))).into()
            );
        };
        targets.push(state);
    }
    let mut configuration =
        Configuration::restore(chart, &turn.snapshot.chart).map_err(|error| Broken(error.to_string()))?;
    let mut scratch = Scratch::new();
    let mut stepper = Stepper::new(turn);
    let report = draaiboek_chart::relocate(chart, &mut configuration, &targets, &mut stepper, &mut scratch)
        .map_err(|error| Rejection::new("INVALID", error.to_string()))?;
    let failures = stepper.after()?;
    settle(turn, &configuration, &scratch, report.error_unhandled, failures)?;
    drain(turn, &mut configuration, &mut scratch)?;
    Ok(())
}
