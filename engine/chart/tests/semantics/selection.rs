//! Which transition is taken: walk from the leaf to the root, document order within a state.

use crate::notation::{Run, check};

#[test]
fn document_order_within_a_state() {
    let chart = "
        state a
          on e if false to wrong
          on e to b
          on e to wrong
        state b
          on * to c
          on e to wrong
        state c
        state wrong";
    check(chart, &[("", "a"), ("e", "b"), ("e", "c"), ("e", "c")]);
}

#[test]
fn a_descendant_goes_before_its_ancestor_unless_its_condition_fails() {
    let chart = "
        state p
          on e to outer
          state a
            on e if set:go to b
            on go do set:go
          state b
        state outer";
    check(chart, &[("", "a"), ("go", "a"), ("e", "b"), ("e", "outer")]);
    check(chart, &[("", "a"), ("e", "outer")]);
}

#[test]
fn an_eventless_transition_is_not_considered_for_an_event_nor_the_reverse() {
    let chart = "
        state a
          on - if set:x to b
          on e do set:x
        state b";
    check(chart, &[("", "a"), ("other", "a"), ("e", "b")]);
}

#[test]
fn an_ancestors_transition_found_from_two_regions_runs_once() {
    let chart = "
        parallel p
          on e do once
          state r1
          state r2";
    check(chart, &[("", "r1 r2"), ("e", "r1 r2 | once")]);
}

#[test]
fn both_an_ancestors_and_a_targetless_descendants_transition_run() {
    let chart = "
        parallel p
          on e to out do outer
          state r1
            on e do inner
          state r2
        state out";
    check(chart, &[("", "r1 r2"), ("e", "out | inner outer")]);
}

#[test]
fn regions_answer_in_document_order() {
    let chart = "
        parallel p
          state r1
            initial b1
            state a1
            state b1
              on e to a1 do first
          state r2
            state a2
              on e to b2 do second
            state b2";
    check(chart, &[("", "b1 a2"), ("e", "a1 b2 | first second")]);
}

#[test]
fn conditions_see_the_configuration_before_the_microstep() {
    let chart = "
        parallel p
          state r1
            state a1
              on e if In:a2 to b1
            state b1
          state r2
            state a2
              on e if In:a1 to b2
            state b2";
    check(chart, &[("", "a1 a2"), ("e", "b1 b2")]);
}

#[test]
fn an_event_that_nothing_takes_changes_nothing_and_is_reported() {
    let mut run = Run::new(
        "
        state a
          on known to b
        state b
          on - to c
        state c",
    )
    .start();
    let before = run.configuration.clone();
    let report = run.send("unknown");
    assert!(!report.event_taken && report.microsteps == 0);
    assert_eq!(run.configuration, before);
    let report = run.send("known");
    assert!(report.event_taken && report.microsteps == 2);
}
