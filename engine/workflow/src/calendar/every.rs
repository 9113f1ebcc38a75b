//! Repeating time rules: `every schoolweek on monday at 09:00`, `every 2 schoolweeks`, `every schoolday`.
//! A repeated moment without a clock time is at 08:00: it begins something, it is not a limit.

use jiff::Span;
use jiff::civil::{DateTime, Time, Weekday};

use super::error::CalendarError;
use super::moments::QUIET_UNTIL;
use super::rule::{Amount, Unit, plus_days, wall};
use super::rule_error::RuleError;
use super::school_calendar::Calendar;

/// Clock time of a repeated moment when the rule names none.
const DEFAULT_TIME: Time = QUIET_UNTIL;

/// A repetition.
#[derive(Clone, Debug)]
pub enum Repeat {
    /// Every so many units, perhaps on one weekday.
    Units {
        /// How often.
        amount: Amount,
        /// On this weekday (weeks only).
        on: Option<Weekday>,
        /// At this clock time.
        at: Option<Time>,
    },
    /// Every so much wall time.
    Wall(Span),
}

impl Repeat {
    /// The first moment after `after`. Counting goes from `after`: hand in the moment before to keep the rhythm.
    pub(super) fn next(&self, after: DateTime, calendar: &Calendar) -> Result<DateTime, RuleError> {
        let (amount, on, at) = match self {
            Self::Wall(span) => return wall(after, *span, calendar),
            Self::Units { amount, on, at } => (*amount, *on, at.unwrap_or(DEFAULT_TIME)),
        };
        match (amount.unit, on) {
            (Unit::Hours | Unit::Minutes, _) => {
                let span = Span::new();
                let span =
                    if amount.unit == Unit::Hours { span.hours(amount.count) } else { span.minutes(amount.count) };
                wall(after, span, calendar)
            }
            (Unit::Schooldays, _) => {
                let today = after.date().to_datetime(at);
                if amount.count == 1 && today > after && calendar.is_school_day(after.date()) {
                    return Ok(today);
                }
                Ok(calendar.plus_schooldays(after.date(), amount.count)?.to_datetime(at))
            }
            (Unit::Schoolweeks, Some(weekday)) => on_weekday(after, amount.count, weekday, at, calendar),
            (Unit::Schoolweeks, None) => Ok(calendar.plus_schoolweeks(after.date(), amount.count)?.to_datetime(at)),
            (Unit::Days, _) => Ok(plus_days(after.date(), i64::from(amount.count))?.to_datetime(at)),
            (Unit::Weeks, None) => Ok(plus_days(after.date(), i64::from(amount.count) * 7)?.to_datetime(at)),
            (Unit::Weeks, Some(weekday)) => {
                let wait = i64::from(after.date().weekday().until(weekday));
                let this = plus_days(after.date(), wait)?.to_datetime(at);
                let more = if this > after && amount.count == 1 { 0 } else { i64::from(amount.count) * 7 };
                Ok(plus_days(this.date(), more)?.to_datetime(at))
            }
        }
    }
}

/// The weekday of the `count`-th school week from here; for every week also the rest of this one.
fn on_weekday(
    after: DateTime,
    count: i32,
    weekday: Weekday,
    at: Time,
    calendar: &Calendar,
) -> Result<DateTime, RuleError> {
    if count == 1 {
        let this = calendar.school_day_of_week(after.date(), weekday).map(|day| day.to_datetime(at));
        if let Some(this) = this.filter(|moment| *moment > after) {
            return Ok(this);
        }
    }
    let monday = calendar.plus_week_start(after.date(), count)?;
    let day = calendar.school_day_of_week(monday, weekday);
    let day = day.ok_or_else(|| CalendarError::AfterEnd { date: after.date(), end: calendar.last_day() })?;
    Ok(day.to_datetime(at))
}
