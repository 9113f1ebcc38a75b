//! Properties of counting, rules and import.

use jiff::ToSpan;
use jiff::civil::{Date, Time};
use proptest::prelude::*;

use super::{d, flanders};
use crate::calendar::{Calendar, IcsOptions, Period, PeriodKind, TimeRule, import_ics};

fn day() -> impl Strategy<Value = Date> {
    (0..300_i64).prop_map(|offset| d("2026-09-01").checked_add(offset.days()).unwrap())
}

/// Flanders with random free days.
fn calendar() -> impl Strategy<Value = Calendar> {
    prop::collection::vec((day(), 0..5_i64), 0..12).prop_map(|free| {
        let periods = free.into_iter().enumerate().map(|(index, (from, len))| Period {
            id: format!("free-{index}"),
            kind: PeriodKind::FreeDay,
            from,
            to: from.checked_add(len.days()).unwrap(),
            name: Default::default(),
        });
        flanders().with_periods(periods).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn plus_then_between_is_the_way_back(calendar in calendar(), start in day(), n in 1..150_i32) {
        if let Ok(end) = calendar.plus_schooldays(start, n) {
            prop_assert!(calendar.is_school_day(end) && end > start);
            prop_assert_eq!(calendar.schooldays_between(start, end), Ok(i64::from(n)));
        }
        if let Ok(begin) = calendar.plus_schooldays(start, -n) {
            prop_assert!(calendar.is_school_day(begin) && begin < start);
            let open = i64::from(!calendar.is_school_day(start));
            prop_assert_eq!(calendar.schooldays_between(begin, start), Ok(i64::from(n) - open));
        }
    }

    #[test]
    fn counting_agrees_with_looking_at_every_day(calendar in calendar(), a in day(), b in day()) {
        let (from, to) = (a.min(b), a.max(b));
        let seen = from.series(1.day()).take_while(|date| *date <= to).filter(|date| calendar.is_school_day(*date)).count();
        prop_assert_eq!(calendar.count(from, to), seen);
    }

    #[test]
    fn a_due_moment_lies_on_a_school_day(calendar in calendar(), start in day(), n in 0..60_i32, minute in 0..1440_i16, unit in 0..3_usize) {
        let now = start.to_datetime(Time::midnight()).checked_add(i64::from(minute).minutes()).unwrap();
        let rule = [format!("{n} schooldays"), format!("{} schoolweeks", n / 5), format!("{n} days or next schoolday")][unit].clone();
        if let Ok(due) = TimeRule::parse(&rule).unwrap().resolve(now, |_| Err(String::new()), &calendar) {
            prop_assert!(calendar.is_school_day(due.civil.date()), "{rule}: {due:?}");
            prop_assert!(due.civil.date() >= start);
        }
    }

    #[test]
    fn repeats_go_forward_and_stay_on_school_days(calendar in calendar(), start in day(), minute in 0..1440_i64, which in 0..6_usize) {
        let rules = ["every schoolday", "every schoolweek on monday at 09:00", "every schoolweek on friday", "every 2 schoolweeks", "every 3 schooldays at 16:00", "every 2 schoolweeks on wednesday"];
        let rule = TimeRule::parse(rules[which]).unwrap();
        let mut at = start.to_datetime(Time::midnight()).checked_add(minute.minutes()).unwrap();
        for _ in 0..400 {
            let Ok(due) = rule.next(at, &calendar) else { break };
            prop_assert!(due.civil > at && calendar.is_school_day(due.civil.date()), "{}: {at} -> {}", rule, due.civil);
            at = due.civil;
        }
    }

    #[test]
    fn quiet_hours_hold(calendar in calendar(), start in day(), minute in 0..1440_i64) {
        let local = start.to_datetime(Time::midnight()).checked_add(minute.minutes()).unwrap();
        let instant = calendar.instant(local).unwrap();
        let allowed = calendar.next_allowed(instant);
        let found = calendar.local(allowed);
        prop_assert!(allowed >= instant && (8..17).contains(&found.hour()));
        prop_assert!(calendar.is_school_day(found.date()) || found.date() > *calendar.school_days().last().unwrap());
        prop_assert_eq!(calendar.next_allowed(allowed), allowed);
    }

    #[test]
    fn rules_are_total_on_random_text(text in "[0-9a-zPT:. \\-]{0,40}|\\PC{0,60}") {
        if let Ok(rule) = TimeRule::parse(&text) {
            drop(rule.resolve("2026-10-02T12:00:00".parse().unwrap(), |_| Ok("2026-10-05".into()), &flanders()));
        }
    }

    #[test]
    fn import_is_total_on_random_text(lines in prop::collection::vec("(BEGIN:VEVENT|END:VEVENT|BEGIN:VCALENDAR|END:VCALENDAR|DTSTART(;VALUE=DATE)?:[0-9TZ]{0,16}|DTEND:2026[0-9]{4}|SUMMARY:vakantie| \\PC{0,9}|\\PC{0,20})", 0..20)) {
        let file = format!("BEGIN:VCALENDAR\n{}\nEND:VCALENDAR", lines.join("\n"));
        drop(import_ics(&file, &IcsOptions::new("Europe/Brussels")));
    }
}
