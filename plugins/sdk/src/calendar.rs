//! Dates and school days. The calendar itself is data from the context (domain.md G2); nothing here knows a holiday.

use core::fmt;

use crate::json::{Json, ToJson};

/// A civil date, without time or zone. Ordered; written `2026-10-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Date(
    /// Days since 1970-01-01.
    i32,
);

impl Date {
    /// Reads the date at the start of `YYYY-MM-DD` or `YYYY-MM-DDTHH:MM:SS`; `None` if there is no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let day_part = text.get(..10)?;
        if text.len() > 10 && text.as_bytes().get(10) != Some(&b'T') {
            return None;
        }
        let mut parts = day_part.split('-');
        let mut next = |digits: usize| {
            let part = parts.next()?;
            let ok = part.len() == digits && part.bytes().all(|b| b.is_ascii_digit());
            if ok { part.parse::<i32>().ok() } else { None }
        };
        let date = Self::of(next(4)?, next(2)?, next(2)?)?;
        (date.to_string() == day_part).then_some(date)
    }

    /// The date of year, month and day; `None` outside years 1 to 9999 or for a month that does not exist.
    #[must_use]
    pub fn of(year: i32, month: i32, day: i32) -> Option<Self> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
            return None;
        }
        // Counting years from March puts the leap day last (Howard Hinnant's days_from_civil).
        let shifted = if month > 2 { year } else { year - 1 };
        let era = shifted.div_euclid(400);
        let year_of_era = shifted.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(Self(era * 146_097 + day_of_era - 719_468))
    }

    /// The date `days` later (earlier when negative).
    #[must_use]
    pub fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Day of the week, 0 = Monday to 6 = Sunday.
    #[must_use]
    pub fn weekday(self) -> i32 {
        (self.0 + 3).rem_euclid(7)
    }

    /// Days from `self` to `other`; negative when `other` is earlier.
    #[must_use]
    pub fn days_until(self, other: Self) -> i32 {
        other.0.saturating_sub(self.0)
    }

    fn civil(self) -> (i32, i32, i32) {
        let days = self.0.saturating_add(719_468);
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let month = (shifted_month + 2) % 12 + 1;
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl ToJson for Date {
    fn to_json(&self) -> Json {
        Json::Text(self.to_string())
    }
}

/// The school year as the context tells it. A school day is Monday to Friday, inside the year and not in a closed period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// First day of the school year.
    pub from: Date,
    /// Last day of the school year.
    pub to: Date,
    /// Closed periods, first and last day included.
    pub closed: Vec<(Date, Date)>,
}

impl Calendar {
    /// Whether school is open on that day.
    #[must_use]
    pub fn is_school_day(&self, day: Date) -> bool {
        day.weekday() < 5
            && self.from <= day
            && day <= self.to
            && !self.closed.iter().any(|(first, last)| *first <= day && day <= *last)
    }

    /// The day itself if it is a school day, else the next one; `None` after the end of the year.
    #[must_use]
    pub fn next_school_day(&self, day: Date) -> Option<Date> {
        self.search(day, 1)
    }

    /// The day itself if it is a school day, else the next school day on the same weekday (`meeting`).
    #[must_use]
    pub fn next_same_weekday(&self, day: Date) -> Option<Date> {
        self.search(day, 7)
    }

    fn search(&self, day: Date, step: i32) -> Option<Date> {
        let mut day = day;
        if day < self.from {
            let weeks = day.days_until(self.from).saturating_add(step - 1) / step;
            day = day.plus_days(weeks.saturating_mul(step));
        }
        while day <= self.to {
            if self.is_school_day(day) {
                return Some(day);
            }
            day = day.plus_days(step);
        }
        None
    }

    /// The `n`-th school day after `start`, which is day 0 (G2); `None` when the year ends first. `n` = 0 gives `start`.
    #[must_use]
    pub fn plus_school_days(&self, start: Date, n: u32) -> Option<Date> {
        let mut day = start;
        for _ in 0..n {
            day = self.next_school_day(day.plus_days(1))?;
        }
        Some(day)
    }

    /// The school days after `start` up to and including `end`.
    #[must_use]
    pub fn school_days_between(&self, start: Date, end: Date) -> u32 {
        let mut count = 0;
        let mut day = start.plus_days(1).max(self.from);
        while day <= end.min(self.to) {
            count += u32::from(self.is_school_day(day));
            day = day.plus_days(1);
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    /// Flanders 2026-2027 as domain.md G2 lists it.
    fn flanders() -> Calendar {
        let closed = [
            ("2026-11-02", "2026-11-08"),
            ("2026-11-11", "2026-11-11"),
            ("2026-12-21", "2027-01-03"),
            ("2027-02-08", "2027-02-14"),
            ("2027-03-29", "2027-04-11"),
            ("2027-05-01", "2027-05-01"),
            ("2027-05-06", "2027-05-07"),
            ("2027-05-17", "2027-05-17"),
        ];
        Calendar {
            from: date("2026-09-01"),
            to: date("2027-06-30"),
            closed: closed.iter().map(|(from, to)| (date(from), date(to))).collect(),
        }
    }

    #[test]
    fn the_year_has_183_school_days() {
        let calendar = flanders();
        assert_eq!(calendar.school_days_between(date("2026-08-31"), date("2027-06-30")), 183);
    }

    #[test]
    fn limits_of_the_scenarios() {
        let calendar = flanders();
        for (start, n, end) in [
            ("2026-10-02", 20, "2026-10-30"),
            ("2026-10-02", 2, "2026-10-06"),
            ("2026-10-02", 10, "2026-10-16"),
            ("2026-10-29", 2, "2026-11-09"),
            ("2026-11-19", 2, "2026-11-23"),
            ("2026-10-30", 10, "2026-11-23"),
        ] {
            assert_eq!(calendar.plus_school_days(date(start), n), Some(date(end)), "{start} + {n}");
        }
        assert_eq!(calendar.next_school_day(date("2026-11-11")), Some(date("2026-11-12")));
        assert_eq!(calendar.next_same_weekday(date("2026-11-04")), Some(date("2026-11-18")));
        assert_eq!(calendar.next_school_day(date("2027-07-01")), None);
        assert_eq!(calendar.next_school_day(date("2026-07-10")), Some(date("2026-09-01")));
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in ["2026-02-30", "2026-13-01", "2026-1-1", "26-01-01", "2026-10-02x", "2026/10/02", "", "0000-01-01"]
        {
            assert_eq!(Date::parse(text), None, "{text}");
        }
        assert_eq!(Date::parse("2028-02-29").unwrap().to_string(), "2028-02-29");
        assert_eq!(date("2026-10-02T12:20:00"), date("2026-10-02"));
        assert_eq!(date("2026-10-02").weekday(), 4);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
        #[test]
        fn a_date_survives_writing_and_reading(days in -700_000i32..2_900_000) {
            let day = Date(days);
            prop_assert_eq!(Date::parse(&day.to_string()), Some(day));
            prop_assert_eq!(day.plus_days(1).weekday(), (day.weekday() + 1) % 7);
        }
    }
}
