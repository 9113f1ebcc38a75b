//! The order of handlers, eventless before internal before external, and what `In()` sees meanwhile.

use crate::notation::{check, check_hooks};

#[test]
fn exits_then_actions_then_entries_in_reverse_and_document_order() {
    // W3C tests 404, 405, 406.
    let chart = "
        parallel p
          entry +p
          exit -p
          state r1
            entry +r1
            exit -r1
            state a1
              entry +a1
              exit -a1
              on e to b1 do t1
            state b1
              entry +b1
          state r2
            entry +r2
            exit -r2
            state a2
              entry +a2
              exit -a2
              on e to b2 do t2
            state b2
              entry +b2
          on leave to out do t
        state out";
    check(
        chart,
        &[("", "a1 a2 | +p +r1 +a1 +r2 +a2"), ("e", "b1 b2 | -a2 -a1 t1 t2 +b1 +b2"), ("leave", "out | -r2 -r1 -p t")],
    );
}

#[test]
fn eventless_before_internal_before_external() {
    // W3C tests 419 and 421.
    let chart = "
        state a
          on e to b do raise:second raise:third
        state b
          on second to wrong
          on third to wrong
          on - to c do first
        state c
          on second to d do second
        state d
          on third to e2 do third
          on next to wrong
        state e2
          on next to f do next
        state f
        state wrong";
    check(chart, &[("", "a"), ("e", "e2 | first second third"), ("next", "f | next")]);
}

#[test]
fn an_internal_event_that_nothing_takes_is_dropped() {
    let chart = "
        state a
          entry raise:lost raise:found
          on found to b
        state b
          on lost to wrong
        state wrong";
    check(chart, &[("", "b")]);
    check_hooks(chart, &[("", "b | (+a +) dropped lost t0 -1 (+b +)")]);
}

#[test]
fn eventless_transitions_see_the_event_that_began_the_macrostep() {
    let chart = "
        state a
          entry event?
          on e to b
        state b
          entry event? raise:inner
          on - if In:b to c do event?
        state c
          on inner to d do event?
        state d";
    check(chart, &[("", "a | none"), ("e", "d | e e inner")]);
}

#[test]
fn in_state_during_exit_and_entry_is_what_is_active_at_that_moment() {
    // W3C tests 409 and 411.
    let chart = "
        state p
          entry in?p in?a in?b
          exit in?p in?a
          on e to q do in?p in?a in?q
          state a
            entry in?p in?a in?b
            exit in?p in?a in?b
            state b
              exit in?a in?b
        state q
          entry in?p in?q";
    check(chart, &[("", "b | p !a !b p a !b"), ("e", "q | a b p a !b p !a !p !a !q !p q")]);
}

#[test]
fn entry_of_a_region_does_not_see_its_later_siblings() {
    let chart = "
        parallel p
          state r1
            entry in?r1 in?r2
            exit in?r1 in?r2
          state r2
            entry in?r1 in?r2
            exit in?r1 in?r2
          on e to out
        state out";
    check(chart, &[("", "r1 r2 | r1 !r2 r1 r2"), ("e", "out | r1 r2 r1 !r2")]);
}

#[test]
fn hooks_come_in_the_order_of_things() {
    let chart = "
        state a
          exit x
          on e to b do t
        state b
          entry n
          initial c do i
          state c";
    check_hooks(chart, &[("", "a | (+a +)"), ("e", "c | t0 x -1 t (+b n i +) (+c +)")]);
}
