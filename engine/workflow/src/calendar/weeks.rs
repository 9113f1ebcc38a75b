//! School weeks, breaks and the days after them (domain.md G2, S09).

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

use super::data::PeriodKind;
use super::error::CalendarError;
use super::school_calendar::{Calendar, days_from};

/// An ISO week: year and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Week {
    /// ISO year.
    pub year: i16,
    /// ISO week number, from 1.
    pub number: i8,
}

impl Week {
    /// The ISO week of a date.
    pub fn of(date: Date) -> Self {
        let week = date.iso_week_date();
        Self { year: week.year(), number: week.week() }
    }
}

impl std::fmt::Display for Week {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}-W{:02}", self.year, self.number)
    }
}

/// Days without school between two school days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// First day without school.
    pub from: Date,
    /// Last day without school.
    pub to: Date,
    /// How many of them are Monday to Friday.
    pub weekdays: i32,
}

impl Calendar {
    /// The school weeks (ISO weeks with at least one school day) between two dates, both included.
    pub fn school_weeks(&self, from: Date, to: Date) -> Vec<Week> {
        let days = self.school_days().iter().filter(|day| from <= **day && **day <= to);
        let mut weeks: Vec<Week> = days.map(|day| Week::of(*day)).collect();
        weeks.dedup();
        weeks
    }

    /// The same weekday `n` school weeks later (earlier when negative); the week of `date` is week 0.
    /// If that day is no school day: the next school day, or the one before when `n` is negative.
    pub fn plus_schoolweeks(&self, date: Date, n: i32) -> Result<Date, CalendarError> {
        let monday = self.plus_week_start(date, n)?;
        let offset = i32::from(date.weekday().to_monday_zero_offset());
        let day = monday.checked_add(offset.days()).map_err(|_| CalendarError::OutOfRange(date.to_string()))?;
        if n < 0 { self.on_or_before(day) } else { self.on_or_after(day) }
    }

    /// Number of school weeks after the week of `from`, up to and including the week of `to`; negative backwards.
    pub fn schoolweeks_between(&self, from: Date, to: Date) -> Result<i64, CalendarError> {
        self.schooldays_between(from, to)?;
        let sign = if to < from { -1 } else { 1 };
        let (early, late) = (from.min(to), from.max(to));
        let weeks = self.school_weeks(monday_of(early), sunday_of(late));
        let counted =
            weeks.iter().filter(|week| if sign > 0 { **week != Week::of(early) } else { **week != Week::of(late) });
        Ok(sign * counted.count() as i64)
    }

    /// The day on which a weekly event falls in the week of `date`: the weekday itself, else the next school day
    /// of that week, else the last one before. None if the week has no school day.
    pub fn school_day_of_week(&self, date: Date, weekday: Weekday) -> Option<Date> {
        let wanted = in_week(date, weekday)?;
        let (monday, sunday) = (monday_of(date), sunday_of(date));
        let days = self.school_days();
        let at = days.partition_point(|day| *day < wanted);
        let later = days.get(at).copied().filter(|day| *day <= sunday);
        later.or_else(|| at.checked_sub(1).and_then(|i| days.get(i)).copied().filter(|day| *day >= monday))
    }

    /// Monday of the `n`-th school week after (before) the week of `date`.
    pub(super) fn plus_week_start(&self, date: Date, n: i32) -> Result<Date, CalendarError> {
        let mut day = monday_of(date);
        if n >= 0 {
            for _ in 0..n {
                day = monday_of(self.next_school_day(sunday_of(day))?);
            }
        } else {
            for _ in n..0 {
                day = monday_of(self.previous_school_day(day)?);
            }
        }
        Ok(day)
    }

    /// Breaks of at least `weekdays` consecutive weekdays without school, inside and between the years.
    pub fn breaks(&self, weekdays: i32) -> Vec<Break> {
        let days = self.school_days();
        let gaps = days.iter().zip(days.iter().skip(1)).filter_map(|(last, next)| {
            let (from, to) = (last.tomorrow().ok()?, next.yesterday().ok()?);
            (from <= to).then(|| Break { from, to, weekdays: weekdays_in(from, to) })
        });
        gaps.filter(|gap| gap.weekdays >= weekdays).collect()
    }

    /// The first school day of every year and after every break of at least `weekdays` weekdays.
    pub fn restart_days(&self, weekdays: i32) -> Vec<Date> {
        let after = self.breaks(weekdays).into_iter().filter_map(|gap| self.on_or_after(gap.to).ok());
        let mut days: Vec<Date> = self.year_starts().chain(after).collect();
        days.sort();
        days.dedup();
        days
    }

    /// The days of a briefing: the first school day of every year and after every vacation (domain.md S09).
    pub fn briefing_days(&self) -> Vec<Date> {
        let vacations = self.data().periods.iter().filter(|period| period.kind == PeriodKind::Vacation);
        let after = vacations.filter_map(|period| self.next_school_day(period.to).ok());
        let mut days: Vec<Date> = self.year_starts().chain(after).collect();
        days.sort();
        days.dedup();
        days
    }

    /// Number of school days per month, as (year, month).
    pub fn school_days_per_month(&self) -> BTreeMap<(i16, i8), usize> {
        let mut months = BTreeMap::new();
        for day in self.school_days() {
            *months.entry((day.year(), day.month())).or_insert(0) += 1;
        }
        months
    }

    fn year_starts(&self) -> impl Iterator<Item = Date> + '_ {
        self.data().years.iter().filter_map(|year| self.on_or_after(year.from).ok().filter(|day| *day <= year.to))
    }
}

fn in_week(date: Date, weekday: Weekday) -> Option<Date> {
    let week = date.iso_week_date();
    ISOWeekDate::new(week.year(), week.week(), weekday).ok().map(ISOWeekDate::date)
}

pub(super) fn monday_of(date: Date) -> Date {
    in_week(date, Weekday::Monday).unwrap_or(date)
}

fn sunday_of(date: Date) -> Date {
    in_week(date, Weekday::Sunday).unwrap_or(date)
}

fn weekdays_in(from: Date, to: Date) -> i32 {
    let days = days_from(from, to) + 1;
    let first = i32::from(from.weekday().to_monday_zero_offset());
    (0..days).filter(|offset| (first + offset) % 7 < 5).count() as i32
}
