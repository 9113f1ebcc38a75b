//! Finals: done events with their data, parallels done in all regions, the top level.

use crate::notation::{Run, check, check_hooks};

#[test]
fn a_final_completes_its_parent() {
    let chart = "
        state s
          on done.state.s to after do event?
          state a
            on e to f
          final f
            data answer
            entry f
            exit -f
        state after";
    check(chart, &[("", "a"), ("e", "after | f -f done.state.s(answer)")]);
}

#[test]
fn done_events_come_after_what_the_final_itself_raises() {
    // W3C test 372.
    let chart = "
        state s
          on raised do raised
          on done.state do done
          final f
            entry raise:raised";
    check(chart, &[("", "f | raised done")]);
}

const PARALLEL: &str = "
        parallel p
          on done.state.p to after do p
          on done.state.r1 do r1
          on done.state.r2 do r2
          state r1
            state a1
              on e1 both to f1
            final f1
          state r2
            state a2
              on e2 both to f2
            final f2
              on_exit
        state after";

#[test]
fn a_parallel_is_done_when_all_regions_are() {
    // W3C tests 417 and 570.
    let chart = PARALLEL.replace("              on_exit\n", "");
    check(&chart, &[("", "a1 a2"), ("e1", "f1 a2 | r1"), ("e2", "after | r2 p")]);
    check(&chart, &[("", "a1 a2"), ("e2", "a1 f2 | r2"), ("e1", "after | r1 p")]);
    check(&chart, &[("", "a1 a2"), ("both", "after | r1 r2 p")]);
}

#[test]
fn a_parallel_inside_a_parallel_is_done_upwards() {
    let chart = "
        parallel p
          on done.state do event?
          parallel q
            state q1
              state x
                on e1 to fx
              final fx
            state q2
              state y
                on e2 to fy
              final fy
          state r
            state z
              on e3 to fz
            final fz";
    check(
        chart,
        &[
            ("", "x y z"),
            ("e1", "fx y z | done.state.q1()"),
            ("e3", "fx y fz | done.state.r()"),
            ("e2", "fx fy fz | done.state.q2() done.state.q() done.state.p()"),
        ],
    );
}

#[test]
fn a_compound_between_two_parallels_stops_the_chain() {
    let chart = "
        parallel p
          on done.state do event?
          state r
            parallel q
              state q1
                state x
                  on e to fx
                final fx
            final fr";
    check(chart, &[("", "x"), ("e", "fx | done.state.q1() done.state.q()")]);
}

#[test]
fn a_top_level_final_stops_at_once_after_its_microstep() {
    let chart = "
        state s
          exit -s
          on e to f do raise:never
          state a
            exit -a raise:never
        final f
          data answer
          entry in?f
          exit -f in?f
        state t
          on never to s";
    check_hooks(
        chart,
        &[
            ("", "a | (+s +) (+a +)"),
            ("e", "f | t0 -a -2 -s -1 (+f f +) -f f -3 finished 3(answer)"),
            ("e", "f"),
            ("never", "f"),
        ],
    );
}

#[test]
fn the_report_says_finished() {
    let mut run = Run::new(
        "
        state a
          on e to f
        final f",
    )
    .start();
    assert!(!run.report.finished && run.configuration.is_running());
    assert!(run.send("e").finished && !run.configuration.is_running());
    let again = run.send("e");
    assert!(again.finished && !again.event_taken);
    assert_eq!(run.configuration.snapshot(&run.chart).active, ["f"]);
}

#[test]
fn a_chart_may_start_in_its_final() {
    check_hooks(
        "
        final f
          entry x",
        &[("", "f | (+f x +) -1 finished 1()")],
    );
}
