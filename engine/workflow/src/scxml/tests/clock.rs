//! The virtual clock: due order, timers set on the way, cancelling.

use super::check;

#[test]
fn timers_fire_in_order_of_due_time_then_creation() {
    let body = r#"<state id="s"><onentry><send event="c" delay="20ms"/><send event="a" delay="10ms"/>
          <send event="d" delay="20ms"/><send event="b" delay="10ms"/><send event="now"/></onentry>
        <transition event="*"><log expr="_event.name"/></transition></state>"#;
    check(
        body,
        &[
            ("", "s | now"),
            (r#"{"after_ms": 9}"#, "s"),
            (r#"{"after_ms": 1}"#, "s | a, b"),
            (r#"{"event": "outside", "after_ms": 10}"#, "s | c, d, outside"),
            (r#"{"event": null, "after_ms": 1000}"#, "s"),
        ],
    );
}

#[test]
fn a_timer_set_on_the_way_may_fall_due_in_the_same_line() {
    let body = r#"<state id="s"><onentry><send event="tick" delay="10ms"/></onentry>
        <transition event="tick" target="s"><log expr="'tick'"/></transition></state>"#;
    check(body, &[("", "s"), (r#"{"after_ms": 35}"#, "s | tick, tick, tick"), (r#"{"after_ms": 5}"#, "s | tick")]);
}

// What a timer sends without delay is due now too, but created later than the timers that are due with it.
#[test]
fn each_timer_runs_to_completion_before_the_next() {
    let body = r#"<state id="s"><onentry><send event="a" delay="10ms"/><send event="b" delay="10ms"/></onentry>
        <transition event="a"><send event="from-a"/><raise event="inner"/></transition>
        <transition event="b"><log expr="'b'"/></transition>
        <transition event="*"><log expr="_event.name"/></transition></state>"#;
    check(body, &[("", "s"), (r#"{"after_ms": 10}"#, "s | inner, b, from-a")]);
}

#[test]
fn a_delay_of_nothing_is_due_at_once_and_a_delayed_send_outlives_its_state() {
    let body = r#"<state id="a"><onentry><send event="zero" delay="0s"/><send event="later" delay="1s"/></onentry>
        <transition event="zero" target="b"/></state>
        <state id="b"><transition event="later" target="c"/></state><state id="c"/>"#;
    check(body, &[("", "b"), (r#"{"after_ms": 1000}"#, "c")]);
}

#[test]
fn cancel_takes_away_only_what_still_waits_and_has_that_id() {
    let body = r#"<datamodel><data id="made"/></datamodel><state id="s"><onentry>
          <send event="a" id="x" delay="1s"/><send event="b" id="x" delay="2s"/><send event="c" id="y" delay="1s"/>
          <send event="d" idlocation="made" delay="1s"/><send event="e" id="x"/></onentry>
        <transition event="stop"><cancel sendid="x"/><cancel sendidexpr="made"/><cancel sendid="nothing"/></transition>
        <transition event="*"><log expr="_event.name"/></transition></state>"#;
    check(body, &[("", "s | e"), ("stop", "s"), (r#"{"after_ms": 5000}"#, "s | c")]);
}

#[test]
fn fractions_and_large_delays() {
    let body = r#"<state id="s"><onentry><send event="a" delay="1.5s"/><send event="b" delay=".25s"/>
          <send event="c" delay="99999999999999999999s"/></onentry>
        <transition event="*"><log expr="_event.name"/></transition></state>"#;
    check(
        body,
        &[
            ("", "s"),
            (r#"{"after_ms": 250}"#, "s | b"),
            (r#"{"after_ms": 1249.6}"#, "s | a"),
            (r#"{"after_ms": 18446744073709551615}"#, "s | c"),
        ],
    );
}
