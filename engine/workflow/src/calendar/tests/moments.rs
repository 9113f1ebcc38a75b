//! Clock changes, quiet hours, pauses.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::flanders;

fn t(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn ts(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn civil_time_to_instants_over_clock_changes() {
    let calendar = flanders();
    for (local, instant) in [
        ("2026-10-02T23:59:00", "2026-10-02T21:59:00Z"),
        ("2026-10-24T23:59:00", "2026-10-24T21:59:00Z"),
        ("2026-10-25T02:30:00", "2026-10-25T00:30:00Z"),
        ("2026-10-25T23:59:00", "2026-10-25T22:59:00Z"),
        ("2027-03-28T02:30:00", "2027-03-28T01:30:00Z"),
        ("2027-03-28T03:30:00", "2027-03-28T01:30:00Z"),
        ("2027-03-29T08:00:00", "2027-03-29T06:00:00Z"),
    ] {
        assert_eq!(calendar.instant(t(local)), Ok(ts(instant)), "{local}");
    }
    assert_eq!(calendar.local(ts("2026-10-25T01:30:00Z")), t("2026-10-25T02:30:00"));
}

#[test]
fn messages_leave_on_school_days_between_eight_and_five() {
    let calendar = flanders();
    let allowed = |local: &str| calendar.local(calendar.next_allowed(calendar.instant(t(local)).unwrap()));
    for (asked, answer) in [
        ("2026-10-02T10:00:00", "2026-10-02T10:00:00"),
        ("2026-10-02T08:00:00", "2026-10-02T08:00:00"),
        ("2026-10-02T07:59:00", "2026-10-02T08:00:00"),
        ("2026-10-02T17:00:00", "2026-10-05T08:00:00"),
        ("2026-10-02T23:59:00", "2026-10-05T08:00:00"),
        ("2026-10-30T18:00:00", "2026-11-09T08:00:00"),
        ("2026-11-11T12:00:00", "2026-11-12T08:00:00"),
        ("2026-10-25T01:00:00", "2026-10-26T08:00:00"),
        ("2027-06-30T18:00:00", "2027-07-01T08:00:00"),
        ("2027-08-14T12:00:00", "2027-08-16T08:00:00"),
        ("2030-01-04T18:00:00", "2030-01-07T08:00:00"),
    ] {
        assert_eq!(allowed(asked), t(answer), "{asked}");
    }
}

#[test]
fn a_pause_moves_what_was_still_to_come() {
    let calendar = flanders();
    let shift =
        |moment: &str, paused: &str, resumed: &str| calendar.shift_by_pause(t(moment), t(paused), t(resumed)).unwrap();
    assert_eq!(shift("2026-10-30T23:59:00", "2026-10-05T09:00:00", "2026-10-12T09:00:00"), t("2026-11-16T23:59:00"));
    assert_eq!(shift("2026-10-30T23:59:00", "2026-10-05T09:00:00", "2026-10-05T15:00:00"), t("2026-10-30T23:59:00"));
    assert_eq!(shift("2026-10-01T23:59:00", "2026-10-05T09:00:00", "2026-10-12T09:00:00"), t("2026-10-01T23:59:00"));
    assert!(
        calendar.shift_by_pause(t("2027-06-30T23:59:00"), t("2026-10-05T09:00:00"), t("2026-10-12T09:00:00")).is_err()
    );
}
