//! The repair that is no transition: leave everything, enter named states.

use draaiboek_chart::{RelocateError, Report, StateId, relocate};

use crate::notation::Run;

fn to(run: &mut Run, targets: &[&str]) -> Result<Report, RelocateError> {
    let states: Vec<StateId> = targets.iter().map(|id| run.chart.state(id).unwrap()).collect();
    relocate(&run.chart, &mut run.configuration, &states, &mut run.logger, &mut run.scratch)
}

const CHART: &str = "
        state a
          exit -a raise:left
          on left do left
          on e to f
        parallel p
          entry +p
          on left do left-in-p
          state r1
            entry +r1
            state a1
            state b1
              entry +b1
          state r2
            initial a2 do initial
            state a2
            state b2
              on - to a2
          history h
            default b1
        final f
          entry +f
          exit -f";

#[test]
fn handlers_run_and_what_belongs_to_a_target_is_entered() {
    for (targets, expected) in [
        (&["b1"][..], "b1 a2 | -a +p +r1 +b1 initial left-in-p"),
        (&["b1", "b2"], "b1 a2 | -a +p +r1 +b1 left-in-p"),
        (&["p"], "a1 a2 | -a +p +r1 initial left-in-p"),
        (&["h"], "b1 a2 | -a +p +r1 +b1 initial left-in-p"),
        (&["a"], "a | -a left"),
        (&["f"], "f | -a +f -f"),
    ] {
        let mut run = Run::new(CHART).start();
        let report = to(&mut run, targets).unwrap();
        assert_eq!(run.seen(), expected, "{targets:?}");
        assert_eq!(report.finished, targets == ["f"]);
    }
}

#[test]
fn targets_that_do_not_fit_together_change_nothing() {
    for targets in [&["a", "p"][..], &["a1", "b1"], &["a", "f"], &[]] {
        let mut run = Run::new(CHART).start();
        let before = run.configuration.clone();
        let error = to(&mut run, targets).unwrap_err();
        assert!(matches!(error, RelocateError::NotTogether(_)), "{targets:?}");
        assert_eq!(run.configuration, before);
        assert!(run.logger.log.is_empty());
    }
}

#[test]
fn a_stopped_chart_stays_stopped() {
    let mut run = Run::new(CHART).start();
    run.send("e");
    assert!(matches!(to(&mut run, &["a"]), Err(RelocateError::Stopped)));
    assert!(matches!(to(&mut Run::new(CHART), &["a"]), Err(RelocateError::Stopped)));
}
