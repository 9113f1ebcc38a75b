//! Failing actions and conditions.

use crate::notation::{Run, check};

#[test]
fn a_failing_action_ends_its_block_and_raises() {
    let chart = "
        state a
          entry one broken two
          entry three
          exit four lost five
          exit six
          on error.execution do execution
          on error.communication do communication
          on e to b do seven broken eight
        state b
          initial c do nine broken ten
          on error do event?
          state c
            entry eleven";
    check(
        chart,
        &[
            ("", "a | one three execution"),
            ("e", "c | four six seven nine eleven error.communication error.execution error.execution"),
        ],
    );
}

#[test]
fn errors_queue_behind_what_was_raised_before() {
    // W3C tests 401 and 402: error events are internal events like any other.
    let chart = "
        state a
          entry raise:first broken
          entry raise:second
          on first do first
          on error do error
          on second do second";
    check(chart, &[("", "a | first error second")]);
}

#[test]
fn a_failing_condition_is_false_and_raises() {
    // W3C test 309 and 344.
    let chart = "
        state a
          on e if broken to wrong
          on e to b
        state b
          on error.execution to c
        state c
        state wrong";
    check(chart, &[("", "a"), ("e", "c")]);
}

#[test]
fn a_failing_eventless_condition_raises_once_per_stay() {
    let chart = "
        state a
          on - if broken to wrong
          on error.execution do error
          on e do again
          on again to a
        state wrong";
    check(chart, &[("", "a | error"), ("e", "a | again error"), ("again", "a | error")]);
}

#[test]
fn a_failing_condition_of_an_error_handler_does_not_feed_itself() {
    let chart = "
        state a
          entry broken
          on error if broken to wrong
          on * do other
        state wrong";
    check(chart, &[("", "a | other other")]);
}

#[test]
fn an_error_that_nothing_takes_is_reported() {
    let mut run = Run::new(
        "
        state a
          on handled to b do broken
          on unhandled to c do broken
        state b
          on error to a
        state c",
    )
    .start();
    let handled = run.send("handled");
    assert!(handled.event_taken && !handled.error_unhandled);
    assert!(run.send("unhandled").error_unhandled);
}
