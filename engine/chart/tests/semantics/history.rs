//! Shallow and deep history, defaults with actions, storing before any exit handler.

use crate::notation::{Run, check};

const CHART: &str = "
        state s
          entry +s
          on leave to out
          on in to out
          history h
            default b do default-h
          deep d
            default b2 do default-d
          state a
            on next to b
            state a1
              on deep to a2
            state a2
          state b
            state b1
            state b2
        state out
          on shallow to h
          on deep to d
          on plain to s";

#[test]
fn before_anything_is_remembered_the_default_counts() {
    let chart = CHART.replacen("        state s", "        initial out\n        state s", 1);
    check(&chart, &[("", "out"), ("shallow", "b1 | +s default-h"), ("leave", "out"), ("plain", "a1 | +s")]);
    check(&chart, &[("", "out"), ("deep", "b2 | +s default-d")]);
}

#[test]
fn shallow_remembers_children_deep_remembers_leaves() {
    check(
        CHART,
        &[
            ("", "a1 | +s"),
            ("deep", "a2"),
            ("leave", "out"),
            ("shallow", "a1 | +s"),
            ("leave", "out"),
            ("deep", "a1 | +s"),
            ("deep", "a2"),
            ("leave", "out"),
            ("deep", "a2 | +s"),
            ("next", "b1"),
            ("leave", "out"),
            ("shallow", "b1 | +s"),
        ],
    );
}

#[test]
fn a_parallel_remembers_all_its_regions() {
    let chart = "
        parallel p
          on leave to out
          deep d
            default b1 do default
          history h
            default b1
          state r1
            state a1
              on one to b1
            state b1
          state r2
            state a2
              on two to b2
            state b2
              parallel q
                state q1
                state q2
                  state x
                    on x to y
                  state y
        state out
          on deep to d
          on shallow to h";
    check(
        chart,
        &[
            ("", "a1 a2"),
            ("two", "a1 q1 x"),
            ("x", "a1 q1 y"),
            ("leave", "out"),
            ("deep", "a1 q1 y"),
            ("leave", "out"),
            ("shallow", "a1 a2"),
        ],
    );
}

#[test]
fn histories_are_stored_before_the_first_exit_handler_and_before_children_leave() {
    let chart = "
        state s
          history h
            default a
          state a
            exit in?a
            on next to b
          state b
            exit set:left
          on again to h
        state z";
    check(chart, &[("", "a"), ("next", "b | a"), ("again", "b")]);
}

#[test]
fn a_history_may_default_to_a_deeper_history() {
    let chart = "
        state out
          on e to h
        state s
          on leave to out
          history h
            default g do outer
          state a
            history g
              default a2 do inner
            state a1
            state a2
              on x to a1";
    // g belongs to a, h to s: both defaults' actions run, each after its own parent's entry.
    check(chart, &[("", "out"), ("e", "a2 | outer inner"), ("x", "a1"), ("leave", "out"), ("e", "a1")]);
}

#[test]
fn initial_and_history_default_of_one_state_both_run_in_that_order() {
    // W3C test 579: the initial's content precedes the history's, and neither runs again once there is something stored.
    let chart = "
        state s
          entry entry
          initial h do initial
          history h
            default a do default
          state a
            entry a
          on leave to out
        state out
          on back to h
          on start to s";
    check(
        chart,
        &[
            ("", "a | entry initial default a"),
            ("leave", "out"),
            ("back", "a | entry a"),
            ("leave", "out"),
            ("start", "a | entry initial a"),
        ],
    );
}

#[test]
fn a_history_targeted_from_inside_its_parent() {
    let chart = "
        state s
          on self to h do t
          exit -s
          history h
            default a
          state a
            on next to b
          state b
            exit -b";
    // External from s: s is left, its history stored, and what was stored is entered again.
    check(chart, &[("", "a"), ("next", "b"), ("self", "b | -b -s t")]);
}

#[test]
fn the_table_can_be_read() {
    let mut run = Run::new(CHART).start();
    run.send("deep");
    run.send("leave");
    let ids = |name: &str| {
        let history = run.chart.state(name).unwrap();
        let states = run.configuration.remembered(&run.chart, history);
        states.iter().map(|state| run.chart.id(*state).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids("h"), ["a"]);
    assert_eq!(ids("d"), ["a2"]);
    assert!(ids("s").is_empty());
}

#[test]
fn what_the_exit_stores_does_not_change_what_was_left() {
    // Before the exits the history stands for r1, so the parallel is left; afterwards for b1 alone, inside r1. The
    // pseudo-code asks for the domain again and would then not enter the parallel. Here the first answer counts.
    let chart = "
        parallel p
          exit -p
          entry +p
          deep d
            default r1
          state r1
            initial b1
            state a1
            state b1
              on e to d";
    check(chart, &[("", "b1 | +p"), ("e", "b1 | -p +p")]);
}
