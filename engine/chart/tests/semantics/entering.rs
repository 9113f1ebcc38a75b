//! Initials: default, several, deep, with actions, through histories.

use crate::notation::{Run, check};

#[test]
fn the_first_child_is_the_default() {
    check(
        "
        state a
          state b
            history h
              default d
            state c
            state d
        state z",
        &[("", "c")],
    );
}

#[test]
fn initial_actions_run_between_the_parent_and_the_children() {
    // W3C tests 412 and 413.
    let chart = "
        initial a do chart
        state z
        state a
          entry a1
          entry a2
          initial c do initial
          state b
          state c
            entry c";
    check(chart, &[("", "c | chart a1 a2 initial c")]);
}

#[test]
fn initial_actions_do_not_run_when_a_child_is_targeted() {
    let chart = "
        state z
          on deep to c
          on default to a
        state a
          on back to z
          initial b do initial
          state b
          state c";
    check(chart, &[("", "z"), ("deep", "c"), ("back", "z"), ("default", "b | initial")]);
}

#[test]
fn an_initial_may_be_deep_and_several() {
    // W3C test 576.
    let chart = "
        initial b1 b2
        state wrong
        state top
          initial wrong2 do never
          state wrong2
          parallel p
            state r1
              initial a1 do never
              state a1
              state b1
            state r2
              initial a2 do never
              state a2
              state b2
            state r3
              state a3";
    check(chart, &[("", "b1 b2 a3")]);
}

#[test]
fn a_deep_initial_passes_over_the_initials_between() {
    let chart = "
        state top
          initial deep do top
          state mid
            initial shallow do mid
            entry mid-entry
            state shallow
            state deep";
    check(chart, &[("", "deep | top mid-entry")]);
}

#[test]
fn an_initial_may_be_a_history() {
    let chart = "
        state s
          initial h do initial
          history h
            default b do default
          state a
          state b
            on e to a
          on leave to out
        state out
          on back to s";
    check(chart, &[("", "b | initial default"), ("e", "a"), ("leave", "out"), ("back", "a | initial")]);
}

#[test]
fn states_to_invoke_are_those_entered_and_not_exited() {
    let chart = "
        state a
          invoke
          on - to b
        state b
          invoke
          on e do nothing
          state c
            invoke
            on next to d
          state d
            invoke
            on end to f
        final f";
    let mut run = Run::new(chart).start();
    let mut invoked = |event: &str| {
        if !event.is_empty() {
            run.send(event);
        }
        run.scratch.to_invoke().map(|state| run.chart.id(state).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(invoked(""), ["b", "c"]);
    assert!(invoked("e").is_empty());
    assert_eq!(invoked("next"), ["d"]);
    assert!(invoked("end").is_empty());
}
