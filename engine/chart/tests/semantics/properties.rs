//! Properties over random charts and event sequences. `PROPTEST_CASES=20000` (in release) looks longer.

use draaiboek_chart::{
    Chart, Configuration, LoopError, MAX_MICROSTEPS, Report, Scratch, Snapshot, StateId, StateKind, macrostep, start,
};
use proptest::prelude::*;

use crate::notation::{Logger, Written};
use crate::oracle::Oracle;
use crate::random::{self, EVENTS};

fn tape() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

fn script() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&EVENTS[..]), 0..12)
}

struct Instance<'a> {
    chart: &'a Chart,
    configuration: Configuration,
    logger: Logger,
    scratch: Scratch<String>,
}

impl<'a> Instance<'a> {
    fn new(chart: &'a Chart, written: &Written) -> Self {
        Self {
            chart,
            configuration: Configuration::new(chart),
            logger: Logger { words: written.words.clone(), ..Logger::default() },
            scratch: Scratch::new(),
        }
    }

    /// The empty name is the start.
    fn step(&mut self, event: &str) -> Result<Report, LoopError> {
        let (chart, configuration) = (self.chart, &mut self.configuration);
        if event.is_empty() {
            return start(chart, configuration, &mut self.logger, &mut self.scratch);
        }
        let event = Some((chart.event(event), event.to_owned()));
        macrostep(chart, configuration, event, &mut self.logger, &mut self.scratch)
    }
}

/// The start, then the events.
fn with_start<'a>(script: &[&'a str]) -> Vec<&'a str> {
    std::iter::once("").chain(script.iter().copied()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// The same configurations, logs and endings as the pseudo-code.
    #[test]
    fn as_the_pseudo_code_says(tape in tape(), script in script()) {
        let (written, chart) = random::chart(&tape);
        let mut instance = Instance::new(&chart, &written);
        let mut oracle = Oracle::new(&written);
        for event in with_start(&script) {
            let ours = instance.step(event);
            let theirs = if event.is_empty() { oracle.start() } else { oracle.send(event) };
            prop_assert_eq!(ours.is_err(), theirs.is_err(), "after '{}': {:?}", event, ours);
            prop_assert_eq!(&instance.logger.log, &oracle.log, "after '{}'", event);
            if ours.is_err() {
                break;
            }
            prop_assert_eq!(instance.configuration.snapshot(&chart).active, oracle.active(), "after '{}'", event);
            prop_assert_eq!(instance.configuration.is_running(), oracle.running);
        }
    }

    /// Only legal configurations, also after a loop error; the bound holds; an untaken event changes nothing.
    #[test]
    fn configurations_are_legal_and_steps_end(tape in tape(), script in script()) {
        let (written, chart) = random::chart(&tape);
        let mut instance = Instance::new(&chart, &written);
        for event in with_start(&script) {
            let before = instance.configuration.clone();
            let outcome = instance.step(event);
            prop_assert!(instance.configuration.check(&chart).is_ok());
            match outcome {
                Ok(report) => {
                    prop_assert!(report.microsteps <= MAX_MICROSTEPS);
                    prop_assert_eq!(report.finished, !instance.configuration.is_running());
                    if !event.is_empty() && report.microsteps == 0 {
                        prop_assert!(!report.event_taken);
                        prop_assert_eq!(&before, &instance.configuration);
                    }
                }
                Err(error) => {
                    prop_assert!(!error.states.is_empty());
                    break;
                }
            }
        }
    }

    /// The same input gives the same output, with a fresh or a used scratch, and through a snapshot after every step.
    #[test]
    fn deterministic_and_resumable(tape in tape(), script in script()) {
        let (written, chart) = random::chart(&tape);
        let mut steady = Instance::new(&chart, &written);
        let mut resumed = Instance::new(&chart, &written);
        for event in with_start(&script) {
            let outcome = steady.step(event);
            prop_assert_eq!(&outcome, &resumed.step(event));
            prop_assert_eq!(&steady.logger.log, &resumed.logger.log);
            prop_assert_eq!(&steady.configuration, &resumed.configuration);
            if outcome.is_err() {
                break;
            }
            let stored = serde_json::to_string(&resumed.configuration.snapshot(&chart)).unwrap();
            let stored: Snapshot = serde_json::from_str(&stored).unwrap();
            resumed.configuration = Configuration::restore(&chart, &stored).unwrap();
            resumed.scratch = Scratch::new();
        }
    }

    /// What a history remembers could be entered: all of it, together.
    #[test]
    fn histories_remember_what_was_active(tape in tape(), script in script()) {
        let (written, chart) = random::chart(&tape);
        let mut instance = Instance::new(&chart, &written);
        for event in with_start(&script) {
            if instance.step(event).is_err() {
                break;
            }
            for history in chart.states().filter(|state| chart.is_history(*state)) {
                let stored = instance.configuration.remembered(&chart, history);
                let parent = chart.parent(history).unwrap_or(StateId::ROOT);
                let deep = chart.kind(history) == (StateKind::History { deep: true });
                for state in stored {
                    prop_assert!(chart.is_descendant(*state, parent));
                    let right = if deep { chart.is_atomic(*state) } else { chart.parent(*state) == Some(parent) };
                    prop_assert!(right);
                }
            }
        }
    }

    /// Entering a history brings back exactly what it remembers, whatever happened in between.
    #[test]
    fn history_is_restored(tape in tape(), script in script()) {
        let (mut written, _) = random::chart(&tape);
        let mut histories = Vec::new();
        collect_histories(&written.source.states, &mut histories);
        if histories.is_empty() {
            return Ok(());
        }
        add_resting_place(&mut written, &histories);
        let chart = Chart::compile(&written.source).unwrap();
        let mut instance = Instance::new(&chart, &written);
        for event in with_start(&script) {
            if instance.step(event).is_err() || !instance.configuration.is_running() {
                return Ok(());
            }
        }
        for history in histories {
            if instance.step("to.rest").is_err() || !instance.configuration.is_running() {
                return Ok(());
            }
            let stored = instance.configuration.remembered(&chart, chart.state(&history).unwrap()).to_vec();
            // Entry handlers are free to move on at once, so look at what is entered, not at where it rests.
            instance.logger.log.clear();
            instance.logger.hooks = true;
            if instance.step(&format!("to.{history}")).is_err() {
                return Ok(());
            }
            for state in stored {
                let entered = format!("(+{}", chart.id(state));
                prop_assert!(instance.logger.log.contains(&entered), "{} in {:?}", entered, instance.logger.log);
            }
            if !instance.configuration.is_running() {
                return Ok(());
            }
        }
    }
}

fn collect_histories(states: &[draaiboek_chart::StateSource], found: &mut Vec<String>) {
    for state in states {
        if matches!(state.kind, StateKind::History { .. }) {
            found.push(state.id.clone());
        }
        collect_histories(&state.children, found);
    }
}

/// A state outside everything, reachable from every top-level state, with a transition to every history. The random
/// states' own answers to these events are taken away by using names they do not know; `*` may still answer first.
fn add_resting_place(written: &mut Written, histories: &[String]) {
    use draaiboek_chart::{StateSource, TransitionSource};
    let to = |event: String, target: &str| TransitionSource {
        events: vec![event.as_str().into()],
        targets: vec![target.to_owned()],
        ..TransitionSource::default()
    };
    written.source.states.iter_mut().for_each(without_wildcards);
    for state in written.source.states.iter_mut().filter(|state| state.kind != StateKind::Final) {
        state.transitions.insert(0, to("to.rest".to_owned(), "rest"));
    }
    let transitions = histories.iter().map(|history| to(format!("to.{history}"), history)).collect();
    written.source.states.push(StateSource { id: "rest".to_owned(), transitions, ..StateSource::default() });
}

fn without_wildcards(state: &mut draaiboek_chart::StateSource) {
    for transition in &mut state.transitions {
        for descriptor in transition.events.iter_mut().filter(|descriptor| **descriptor == "*".into()) {
            *descriptor = "g".into();
        }
    }
    state.children.iter_mut().for_each(without_wildcards);
}
