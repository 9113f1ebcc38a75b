//! The built-in tables against domain.md G2, S01, S04 and S09, and calendars of a school's own.

use super::{d, flanders};
use crate::calendar::{Calendar, CalendarData, CalendarError, Period, PeriodKind, Region, SchoolYear};

#[test]
fn flanders_2026_is_the_table_of_the_domain() {
    let calendar = flanders();
    assert_eq!((calendar.first_day(), calendar.last_day()), (d("2026-09-01"), d("2027-06-30")));
    assert_eq!(calendar.school_days().len(), 183);
    let months: Vec<usize> = calendar.school_days_per_month().into_values().collect();
    assert_eq!(months, [22, 22, 15, 14, 20, 15, 20, 15, 18, 22]);
    for (from, to, kind) in [
        ("2026-11-02", "2026-11-08", PeriodKind::Vacation),
        ("2026-11-11", "2026-11-11", PeriodKind::PublicHoliday),
        ("2026-12-21", "2027-01-03", PeriodKind::Vacation),
        ("2027-02-08", "2027-02-14", PeriodKind::Vacation),
        ("2027-03-29", "2027-04-11", PeriodKind::Vacation),
        ("2027-05-01", "2027-05-01", PeriodKind::PublicHoliday),
        ("2027-05-06", "2027-05-06", PeriodKind::PublicHoliday),
        ("2027-05-07", "2027-05-07", PeriodKind::FreeDay),
        ("2027-05-17", "2027-05-17", PeriodKind::PublicHoliday),
    ] {
        let found = calendar.data().periods.iter().any(|p| (p.from, p.to, p.kind) == (d(from), d(to), kind));
        assert!(found, "{from} {kind:?}");
    }
    assert_eq!(calendar.data().id, "be-nl-2026-2027");
    assert!(calendar.data().source.as_deref().unwrap().contains("ODbL"));
}

#[test]
fn limits_of_the_stories() {
    let calendar = flanders();
    for (start, n, wanted) in [
        ("2026-10-02", 20, "2026-10-30"),
        ("2026-10-02", 2, "2026-10-06"),
        ("2026-10-02", 10, "2026-10-16"),
        ("2026-10-29", 1, "2026-10-30"),
        ("2026-10-29", 2, "2026-11-09"),
        ("2026-11-19", 2, "2026-11-23"),
        ("2026-10-30", 3, "2026-11-12"),
        ("2026-10-30", 10, "2026-11-23"),
        ("2026-11-09", 10, "2026-11-24"),
        ("2026-11-10", 1, "2026-11-12"),
        ("2026-10-03", 0, "2026-10-05"),
        ("2026-10-02", 0, "2026-10-02"),
        ("2026-11-09", -1, "2026-10-30"),
        ("2026-08-15", 1, "2026-09-01"),
    ] {
        assert_eq!(calendar.plus_schooldays(d(start), n), Ok(d(wanted)), "{start} + {n}");
    }
    assert_eq!(calendar.schooldays_between(d("2026-10-30"), d("2026-11-25")), Ok(12));
    assert_eq!(calendar.schooldays_between(d("2026-11-09"), d("2026-10-29")), Ok(-2));
    assert_eq!(calendar.count(d("2026-11-12"), d("2026-12-02")), 15);
    assert_eq!(calendar.count(d("2027-01-05"), d("2027-01-25")), 15);
}

#[test]
fn weeks_and_breaks_of_the_stories() {
    let calendar = flanders();
    let weeks = calendar.school_weeks(d("2026-09-01"), d("2026-11-08"));
    assert_eq!(weeks.len(), 9);
    assert_eq!((weeks[0].to_string(), weeks[8].to_string()), ("2026-W36".into(), "2026-W44".into()));
    let days = |wanted: &[&str]| wanted.iter().map(|day| d(day)).collect::<Vec<_>>();
    assert_eq!(calendar.briefing_days(), days(&["2026-09-01", "2026-11-09", "2027-01-04", "2027-02-15", "2027-04-12"]));
    assert_eq!(calendar.restart_days(10), days(&["2026-09-01", "2027-01-04", "2027-04-12"]));
    let breaks: Vec<_> = calendar.breaks(10).iter().map(|b| (b.from, b.to, b.weekdays)).collect();
    assert_eq!(breaks, [(d("2026-12-19"), d("2027-01-03"), 10), (d("2027-03-27"), d("2027-04-11"), 10)]);
    assert_eq!(calendar.plus_schoolweeks(d("2026-10-29"), 1), Ok(d("2026-11-12")));
    assert_eq!(calendar.plus_schoolweeks(d("2026-11-12"), -2), Ok(d("2026-10-22")));
    assert_eq!(calendar.plus_schoolweeks(d("2026-11-04"), 1), Ok(d("2026-11-12")));
    assert_eq!(calendar.schoolweeks_between(d("2026-10-29"), d("2026-11-12")), Ok(1));
    assert_eq!(calendar.schoolweeks_between(d("2026-11-12"), d("2026-10-29")), Ok(-1));
    assert_eq!(calendar.schoolweeks_between(d("2026-10-29"), d("2026-10-26")), Ok(0));
}

#[test]
fn other_regions() {
    for (region, year, from, to, closed, open) in [
        (Region::BeFr, 2026, "2026-08-24", "2027-07-02", "2026-10-20", "2026-11-03"),
        (Region::BeFr, 2025, "2025-08-25", "2026-07-03", "2026-02-25", "2026-04-13"),
        (Region::NlNoord, 2026, "2026-08-17", "2027-07-09", "2026-10-12", "2026-10-19"),
        (Region::NlMidden, 2026, "2026-08-31", "2027-07-16", "2026-10-19", "2026-10-12"),
        (Region::NlZuid, 2026, "2026-08-24", "2027-07-23", "2027-02-15", "2027-02-22"),
        (Region::NlZuid, 2028, "2028-09-04", "2029-07-13", "2029-02-12", "2029-02-19"),
    ] {
        let calendar = Calendar::builtin(region, year).unwrap();
        assert_eq!((calendar.first_day(), calendar.last_day()), (d(from), d(to)), "{region:?}");
        assert!(!calendar.is_school_day(d(closed)) && calendar.is_school_day(d(open)), "{region:?}");
    }
    for region in Region::ALL {
        assert_eq!(Region::named(region.code()), Ok(region));
        for year in Calendar::builtin_range(region).unwrap() {
            let days = Calendar::builtin(region, year).unwrap().school_days().len();
            assert!((165..=210).contains(&days), "{region:?} {year}: {days}");
        }
    }
    let error = Calendar::builtin(Region::BeFr, 2030).unwrap_err();
    assert!(error.to_string().contains("no school year 2030-2031; it has 2020-2021 to 2026-2027"), "{error}");
    assert!(Region::named("be-de").is_err());
}

#[test]
fn years_can_be_joined() {
    let both = Calendar::builtin_years(Region::BeNl, 2026, 2027).unwrap();
    assert_eq!(both.plus_schooldays(d("2027-06-30"), 1), Ok(d("2027-09-01")));
    assert!(both.briefing_days().contains(&d("2027-09-01")));
    assert!(both.breaks(10).iter().any(|b| b.from == d("2027-07-01") && b.to == d("2027-08-31")));
    let joined = flanders().joined(&Calendar::builtin(Region::BeNl, 2027).unwrap()).unwrap();
    assert_eq!(joined.school_days(), both.school_days());
    let hole = flanders().joined(&Calendar::builtin(Region::BeNl, 2028).unwrap());
    assert!(matches!(hole, Err(CalendarError::BadYear { .. })));
}

#[test]
fn local_days_go_over_the_built_in_ones() {
    let period =
        |id: &str, kind, day: &str| Period { id: id.into(), kind, from: d(day), to: d(day), name: Default::default() };
    let calendar = flanders();
    let local = calendar
        .with_periods([
            period("study", PeriodKind::StudyDay, "2026-10-02"),
            period("half", PeriodKind::HalfStudyDay, "2027-01-20"),
            period("free", PeriodKind::FreeDay, "2026-10-05"),
        ])
        .unwrap();
    assert!(
        local.is_school_day(d("2026-10-02"))
            && local.is_study_day(d("2026-10-02"))
            && local.is_study_day(d("2027-01-20"))
    );
    assert!(!local.is_school_day(d("2026-10-05")));
    assert_eq!(local.plus_schooldays(d("2026-10-02"), 2), Ok(d("2026-10-07")));
    assert_ne!(local.hash(), calendar.hash());
    assert_eq!(local.without_periods(&["study", "half", "free"]).unwrap(), calendar);
    let bridge = calendar.periods_on(d("2027-05-07")).next().unwrap().id.clone();
    assert!(calendar.without_periods(&[&bridge]).unwrap().is_school_day(d("2027-05-07")));
}

#[test]
fn data_survives_json_and_yaml() {
    let calendar = flanders();
    let json = calendar.to_canonical_json();
    let back: Calendar = serde_json::from_str(&json).unwrap();
    assert_eq!(back, calendar);
    assert_eq!(back.hash_hex(), calendar.hash_hex());
    let own: Calendar = serde_saphyr::from_str(
        "id: de-wilg\nzone: Europe/Brussels\nyears:\n  - {from: 2026-09-01, to: 2027-06-30}\nweekdays: {wednesday: morning, friday: none}\nperiods:\n  - {id: a, kind: free_day, from: 2026-10-05, to: 2026-10-05, name: {nl: Lokaal}}\n",
    )
    .unwrap();
    assert!(
        !own.is_school_day(d("2026-10-02"))
            && !own.is_school_day(d("2026-10-05"))
            && own.is_school_day(d("2026-10-06"))
    );
    assert!(serde_saphyr::from_str::<Calendar>("id: x\nzone: Europe/Brussels\nyears: []\ncolour: red\n").is_err());
}

#[test]
fn bad_data_is_refused() {
    let year = |from: &str, to: &str| SchoolYear { from: d(from), to: d(to) };
    let data = |zone: &str, years: Vec<SchoolYear>, periods: Vec<Period>| {
        let zone = zone.to_owned();
        Calendar::new(CalendarData {
            id: "x".into(),
            zone,
            years,
            weekdays: Default::default(),
            periods,
            messages: None,
            staff: Default::default(),
            source: None,
        })
    };
    let period = |id: &str, from: &str, to: &str| Period {
        id: id.into(),
        kind: PeriodKind::FreeDay,
        from: d(from),
        to: d(to),
        name: Default::default(),
    };
    let good = year("2026-09-01", "2027-06-30");
    let brussels = "Europe/Brussels";
    for (result, text) in [
        (data("Mars/Base", vec![good], vec![]), "IANA"),
        (data(brussels, vec![], vec![]), "no school year"),
        (data(brussels, vec![year("2027-06-30", "2026-09-01")], vec![]), "ends before"),
        (data(brussels, vec![year("2026-09-01", "2028-06-30")], vec![]), "400 days"),
        (data(brussels, vec![good, year("2027-06-01", "2028-06-30")], vec![]), "overlaps"),
        (data(brussels, vec![good], vec![period("a", "2026-10-02", "2026-10-01")]), "ends before"),
        (
            data(
                brussels,
                vec![good],
                vec![period("a", "2026-10-02", "2026-10-02"), period("a", "2026-10-03", "2026-10-03")],
            ),
            "same id",
        ),
        (data(brussels, vec![good], vec![period("", "2026-10-02", "2026-10-02")]), "its id"),
        (
            data(brussels, vec![good], (0..2001).map(|i| period(&i.to_string(), "2026-10-02", "2026-10-02")).collect()),
            "at most 2000",
        ),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(text), "{error}");
    }
}

#[test]
fn a_calendar_without_school_days_ends_in_errors() {
    let all = Period {
        id: "all".into(),
        kind: PeriodKind::Vacation,
        from: d("2026-09-01"),
        to: d("2027-06-30"),
        name: Default::default(),
    };
    let empty = flanders().with_periods([all]).unwrap();
    assert!(empty.school_days().is_empty());
    assert!(empty.plus_schooldays(d("2026-10-02"), 1).is_err());
    assert!(empty.plus_schooldays(d("2026-10-02"), -1).is_err());
    assert!(empty.plus_schoolweeks(d("2026-10-02"), i32::MAX).is_err());
    assert!(empty.on_or_after(d("2026-10-02")).is_err());
    assert_eq!(empty.schooldays_between(d("2026-10-02"), d("2026-12-02")), Ok(0));
    assert!(empty.briefing_days().is_empty() && empty.breaks(1).is_empty());
    assert!(flanders().plus_schooldays(d("2027-06-30"), 1).is_err());
    assert!(flanders().plus_schooldays(d("2030-01-01"), -1).is_err());
    assert!(flanders().plus_schooldays(d("2026-09-01"), i32::MAX).is_err());
    assert!(flanders().plus_schooldays(d("2026-09-01"), i32::MIN).is_err());
}
