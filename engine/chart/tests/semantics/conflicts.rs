//! W3C `removeConflictingTransitions`, and the domain of internal, external and targetless transitions.

use crate::notation::check;

const REGIONS: &str = "
        state top
          parallel p
            entry p
            state r1
              entry r1
              state a1
                on both to b1 do first
                on leave to out do first
                on stay do first
                on self to a1 do first
              state b1
            state r2
              entry r2
              state a2
                on both to b2 do second
                on leave to b2 do second
                on stay to out do second
                on self to r2 do second
              state b2
        state out";

#[test]
fn regions() {
    for (event, expected) in [
        ("both", "b1 b2 | first second"),
        // The first in document order wins, whichever leaves more.
        ("leave", "out | first"),
        // A targetless transition conflicts with nothing.
        ("stay", "out | first second"),
        // The second leaves the whole parallel, for no compound state below `top` contains it: a conflict.
        ("self", "a1 a2 | first"),
    ] {
        check(REGIONS, &[("", "a1 a2 | p r1 r2"), (event, expected)]);
    }
}

#[test]
fn a_descendant_of_the_earlier_source_preempts_it() {
    // a1's own transition is not enabled, so r1's ancestor p is found first; a2's then beats it.
    let chart = "
        parallel p
          on e to out do outer
          state r1
            state a1
          state r2
            state a2
              on e to b2 do inner
            state b2
        state out";
    check(chart, &[("", "a1 a2"), ("e", "a1 b2 | inner")]);
}

#[test]
fn an_ancestor_that_was_preempted_stays_out() {
    let chart = "
        parallel p
          on e to out do outer
          state r1
            state a1
              on e to b1 do first
            state b1
          state r2
          state r3
            state a3
              on e to b3 do third
            state b3
        state out";
    check(chart, &[("", "a1 r2 a3"), ("e", "b1 r2 b3 | first third")]);
}

#[test]
fn external_leaves_its_source_internal_does_not() {
    let chart = "
        state s
          entry +s
          exit -s
          on out to b
          internal in to b
          internal self to s
          internal far to other
          state a
            entry +a
            exit -a
          state b
            entry +b
            exit -b
        state other
          entry +other";
    for (event, expected) in
        [("out", "b | -a -s +s +b"), ("in", "b | -a +b"), ("self", "a | -a -s +s +a"), ("far", "other | -a -s +other")]
    {
        check(chart, &[("", "a | +s +a"), (event, expected)]);
    }
}

#[test]
fn internal_on_a_parallel_is_external() {
    // W3C test 533.
    let chart = "
        parallel p
          exit -p
          internal e to b1 do t
          state r1
            exit -r1
            state a1
            state b1
          state r2
            exit -r2";
    check(chart, &[("", "a1 r2"), ("e", "b1 r2 | -r2 -r1 -p t")]);
}

#[test]
fn internal_with_one_target_outside_is_external() {
    let chart = "
        parallel p
          state r1
            exit -r1
            internal e to b1 b2
            state a1
            state b1
          state r2
            exit -r2
            state a2
            state b2";
    check(chart, &[("", "a1 a2"), ("e", "b1 b2 | -r2 -r1")]);
}

#[test]
fn targetless_leaves_nothing_and_self_leaves_itself() {
    let chart = "
        state a
          entry +a
          exit -a
          on stay do t
          on self to a do t";
    check(chart, &[("", "a | +a"), ("stay", "a | t"), ("self", "a | -a t +a")]);
}

#[test]
fn from_a_region_to_its_sibling_restarts_the_parallel() {
    let chart = "
        parallel p
          exit -p
          state r1
            state a1
              on e to b2
          state r2
            state a2
            state b2
          state r3
            state a3
              on go to b3
            state b3";
    check(chart, &[("", "a1 a2 a3"), ("go", "a1 a2 b3"), ("e", "a1 b2 a3 | -p")]);
}

#[test]
fn several_targets_in_several_regions() {
    let chart = "
        state out
          on e to b3 b1
        parallel p
          state r1
            state a1
            state b1
          state r2
            state a2
          state r3
            state a3
            state b3";
    check(chart, &[("", "out"), ("e", "b1 a2 b3")]);
}
