//! Timers on the school calendar: due moments, repeats, re-dating, pause.

use super::super::{Command, Happening, TimerChange};
use super::{Bench, none, person};

const TIMED: &str = r"
workflow: timed
version: 1.0.0
data: {fired: 0}
roles: {dir: {}}
states:
  waiting:
    after:
      2 schooldays: {timer: remind, do: [{set: {fired: data.fired + 1}}]}
      '20 schooldays at 07:00': {timer: limit, to: late}
    every:
      every schoolweek on monday at 09:00: {timer: weekly, do: [{set: {fired: data.fired + 10}}]}
    on: {go: {to: done, roles: [dir]}}
  late: {on: {go: {to: done, roles: [dir]}}}
  done: {final: true}
";

fn civil(bench: &Bench, id: &str) -> String {
    bench.snap().timers.get(id).map(|timer| timer.civil.to_string()).unwrap_or_default()
}

#[test]
fn timers_count_school_days_and_end_with_the_day() {
    let bench = Bench::started(TIMED, none());
    assert_eq!(civil(&bench, "remind"), "2026-10-06T23:59:00");
    assert_eq!(civil(&bench, "limit"), "2026-10-30T07:00:00");
    assert_eq!(civil(&bench, "weekly"), "2026-10-05T09:00:00");
}

#[test]
fn a_timer_fires_once_at_its_time_and_not_before() {
    let mut bench = Bench::started(TIMED, none());
    assert_eq!(bench.timer("remind").unwrap_err().word, "NOT_READY");
    bench.at("2026-10-08T08:00:00");
    let decision = bench.timer("remind").expect("it is due");
    assert!(
        decision
            .trace
            .iter()
            .any(|h| matches!(h, Happening::Fired { late_seconds, .. } if *late_seconds == 32 * 3600 + 60))
    );
    assert_eq!(bench.snap().data["fired"], 1);
    assert_eq!(bench.timer("remind").unwrap_err().word, "NOT_ENABLED");
}

#[test]
fn timers_of_a_blocked_cycle_wait_and_fire_late() {
    let stumbles = "on: {go: {to: done, roles: [dir]}, trip: {roles: [dir], do: [{set: {fired: 1 / data.fired}}]}}";
    let yaml = TIMED.replacen("on: {go: {to: done, roles: [dir]}}", stumbles, 1);
    let (mut bench, dir) = (Bench::started(&yaml, none()), person("dir", &["dir"]));
    let held = bench.send(&dir, "trip", none()).expect("an incident").timers;
    assert!(held.len() == 3 && held.iter().all(|change| matches!(change, TimerChange::Cancelled { .. })), "{held:?}");
    bench.at("2026-10-08T08:00:00");
    assert_eq!(bench.timer("remind").unwrap_err().word, "BLOCKED");
    let incident = bench.snap().incidents.keys().next().cloned().expect("an incident");
    let again = bench.run(&dir, Command::Settle { incident, given_up: None }).expect("settled").timers;
    assert!(again.len() == 3 && again.iter().all(|change| matches!(change, TimerChange::Set { .. })), "{again:?}");
    bench.timer("remind").expect("it was only held");
    assert_eq!(bench.snap().data["fired"], 1);
}

#[test]
fn timers_of_a_cycle_that_stands_still_follow_the_calendar_and_stay_held() {
    let stumbles = "on: {go: {to: done, roles: [dir]}, trip: {roles: [dir], do: [{set: {fired: 1 / data.fired}}]}}";
    let yaml = TIMED.replacen("on: {go: {to: done, roles: [dir]}}", stumbles, 1);
    let dir = person("dir", &["dir"]);
    for blocked in [true, false] {
        let mut bench = Bench::started(&yaml, none());
        match blocked {
            true => bench.send(&dir, "trip", none()).expect("an incident"),
            false => bench.run(&dir, Command::Pause { reason: "staking".into() }).expect("paused"),
        };
        free_monday(&mut bench);
        let decision = bench.run(&super::super::Actor::system(), Command::Recalendar).expect("re-dated");
        assert_eq!(decision.timers, [], "nothing falls due meanwhile");
        assert_eq!(civil(&bench, "remind"), "2026-10-07T23:59:00");
        let again = match bench.snap().incidents.keys().next().cloned() {
            Some(incident) => Command::Settle { incident, given_up: None },
            None => Command::Resume,
        };
        let again = bench.run(&dir, again).expect("it goes on").timers;
        let set = |change: &TimerChange| matches!(change, TimerChange::Set { id, timer } if id == "remind" && timer.civil.to_string() == "2026-10-07T23:59:00");
        assert!(again.iter().any(set), "{again:?}");
    }
}

#[test]
fn a_repeating_timer_is_set_again() {
    let mut bench = Bench::started(TIMED, none());
    bench.at("2026-10-05T09:00:00");
    bench.timer("weekly").expect("due");
    assert_eq!(civil(&bench, "weekly"), "2026-10-12T09:00:00");
}

#[test]
fn leaving_a_state_stops_its_timers() {
    let mut bench = Bench::started(TIMED, none());
    bench.send(&person("dir", &["dir"]), "go", none()).expect("gone");
    assert!(bench.snap().timers.is_empty());
}

#[test]
fn reschedule_moves_a_timer_to_the_future_only() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(TIMED, none());
    let to = |moment: &str| Command::Reschedule {
        target: "limit".into(),
        to: moment.parse().expect("a moment"),
        reason: "studiereis".into(),
    };
    assert_eq!(bench.run(&dir, to("2026-09-01T08:00:00")).unwrap_err().word, "INVALID");
    bench.run(&dir, to("2026-11-12T08:00:00")).expect("moved");
    assert_eq!(civil(&bench, "limit"), "2026-11-12T08:00:00");
}

#[test]
fn a_pause_moves_what_is_still_to_come() {
    let dir = person("dir", &["dir"]);
    let mut bench = Bench::started(TIMED, none());
    bench.run(&dir, Command::Pause { reason: "staking".into() }).expect("paused");
    bench.at("2026-10-09T09:00:00");
    assert_eq!(bench.timer("remind").unwrap_err().word, "PAUSED");
    bench.run(&dir, Command::Resume).expect("resumed");
    assert_eq!(civil(&bench, "remind"), "2026-10-13T23:59:00");
}

/// The school stays closed on Monday 5 October.
fn free_monday(bench: &mut Bench) {
    bench.calendar = bench
        .calendar
        .with_periods([crate::calendar::Period {
            id: "storm".into(),
            kind: crate::calendar::PeriodKind::FreeDay,
            from: "2026-10-05".parse().expect("a day"),
            to: "2026-10-05".parse().expect("a day"),
            name: Default::default(),
        }])
        .expect("a calendar");
}

#[test]
fn a_changed_calendar_dates_open_timers_anew_and_says_so() {
    let mut bench = Bench::started(TIMED, none());
    free_monday(&mut bench);
    let decision = bench.run(&super::super::Actor::system(), Command::Recalendar).expect("re-dated");
    assert_eq!(civil(&bench, "remind"), "2026-10-07T23:59:00");
    assert!(decision.trace.iter().any(|h| matches!(h, Happening::Redated { target, .. } if target == "remind")));
}
