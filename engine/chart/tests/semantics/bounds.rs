//! Every loop ends: in rest, or in a [`draaiboek_chart::LoopError`] that names its states.

use draaiboek_chart::{
    Chart, ChartSource, LoopError, MAX_DEPTH, MAX_MICROSTEPS, Place, Problem, StateSource, macrostep,
};

use crate::notation::Run;

fn error(text: &str) -> LoopError {
    let mut run = Run::new(text).start();
    let event = Some((run.chart.event("e"), "e".to_owned()));
    let error = macrostep(&run.chart, &mut run.configuration, event, &mut run.logger, &mut run.scratch).unwrap_err();
    run.configuration.check(&run.chart).unwrap();
    error
}

#[test]
fn loops_are_named() {
    for (text, states) in [
        (
            "
        state before
          on e to a
        state a
          on - to b
        state b
          on - to a",
            &["a", "b"][..],
        ),
        (
            "
        state a
          on e x do raise:x",
            &["a"],
        ),
        (
            "
        parallel p
          state r1
            on e do set:go
            on - if set:go to r1
          state r2",
            &["r1"],
        ),
    ] {
        assert_eq!(error(text).states, states);
    }
}

#[test]
fn exactly_the_bound_is_allowed() {
    let count = MAX_MICROSTEPS as usize;
    let chain = |length: usize| {
        let state = |index: usize| format!("        state s{index}\n          on - to s{}\n", index + 1);
        let states: String = (1..length).map(state).collect();
        format!("        state s0\n          on e to s1\n{states}        state s{length}")
    };
    let mut run = Run::new(&chain(count)).start();
    assert_eq!(run.send("e").microsteps, MAX_MICROSTEPS);
    assert!(error(&chain(count + 1)).states.contains(&"s999".to_owned()));
}

#[test]
fn nesting_is_bounded() {
    let nested = |depth: usize| {
        let leaf = StateSource { id: "s0".into(), ..StateSource::default() };
        let top = (1..depth).fold(leaf, |inner, level| StateSource {
            id: format!("s{level}"),
            children: vec![inner],
            ..StateSource::default()
        });
        Chart::compile(&ChartSource { initial: None, states: vec![top] })
    };
    assert!(nested(MAX_DEPTH).is_ok());
    let errors = nested(MAX_DEPTH + 1).unwrap_err();
    assert_eq!(errors[0].problem, Problem::TooDeep);
    assert!(matches!(&errors[0].place, Place::State { id, .. } if id == "s0"));
}
