//! Time rules of the workflow language: what they mean. `rule_parse` reads them, `every` repeats them.
//!
//! A rule in school days or school weeks always gives a school day. Without a clock time a date lasts until its end,
//! 23:59 local (domain.md G2); durations in ISO 8601 count wall time from the moment itself.

use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, DateTime, Time};
use jiff::{Span, Timestamp, ToSpan};

use super::error::CalendarError;
use super::every::Repeat;
use super::moments::{END_OF_DAY, QUIET_UNTIL};
use super::rule_error::RuleError;
use super::rule_parse;
use super::school_calendar::Calendar;

/// A parsed time rule. Equal when the text is.
#[derive(Clone, Debug)]
pub struct TimeRule {
    pub(super) text: String,
    pub(super) moment: Moment,
    pub(super) at: Option<Time>,
    pub(super) next_schoolday: bool,
}

/// What a rule counts.
#[derive(Clone, Debug)]
pub enum Moment {
    /// Some time after or before a base; without a base, after the moment the rule starts.
    Offset {
        /// How much.
        amount: Amount,
        /// Which way.
        direction: Direction,
        /// From where.
        base: Option<Base>,
    },
    /// A wall-time duration after or before a base.
    Wall {
        /// How much.
        span: Span,
        /// Which way.
        direction: Direction,
        /// From where.
        base: Option<Base>,
    },
    /// A date itself.
    On(Base),
    /// Again and again.
    Every(Repeat),
}

/// A number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// How many, 0 to 2000.
    pub count: i32,
    /// Of what.
    pub unit: Unit,
}

/// Units of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Days on which the school is open.
    Schooldays,
    /// ISO weeks with at least one school day.
    Schoolweeks,
    /// Days of the calendar.
    Days,
    /// Seven days of the calendar.
    Weeks,
    /// Hours of the clock.
    Hours,
    /// Minutes of the clock.
    Minutes,
}

/// Which way a rule counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Later.
    After,
    /// Earlier.
    Before,
}

/// Where a rule counts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    /// A written date (and time).
    Date(DateTime, bool),
    /// An expression that gives a date or date with time; its text and its byte offset in the rule.
    Expression(String, usize),
}

/// A moment that a rule gives. The civil time and the rule are the truth; the instant is derived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The instant.
    pub instant: Timestamp,
    /// The local time it was derived from.
    pub civil: DateTime,
    /// The time zone.
    pub zone: String,
    /// The rule.
    pub rule: String,
}

impl TimeRule {
    /// Parses a rule.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        rule_parse::parse(text)
    }

    /// The text as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What it counts.
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Whether it fires again and again (`every ...`).
    pub fn repeats(&self) -> bool {
        matches!(self.moment, Moment::Every(_))
    }

    /// The expression it counts from, with its byte offset in the text, so that it can be checked beforehand.
    pub fn expression(&self) -> Option<(&str, usize)> {
        let base = match &self.moment {
            Moment::Offset { base, .. } | Moment::Wall { base, .. } => base.as_ref(),
            Moment::On(base) => Some(base),
            Moment::Every(_) => None,
        };
        match base {
            Some(Base::Expression(text, offset)) => Some((text, *offset)),
            _ => None,
        }
    }

    /// The moment this rule gives, counted from `now` (local). `lookup` evaluates its expression, if it has one,
    /// to an ISO date or date with time. A repeating rule gives its first moment after `now`.
    pub fn resolve<F>(&self, now: DateTime, mut lookup: F, calendar: &Calendar) -> Result<Due, RuleError>
    where
        F: FnMut(&str) -> Result<String, String>,
    {
        let civil = match &self.moment {
            Moment::Every(repeat) => repeat.next(now, calendar)?,
            Moment::On(base) => {
                let (moment, timed) = origin(base, &mut lookup, calendar)?;
                let time = self.at.unwrap_or(if timed { moment.time() } else { END_OF_DAY });
                moment.date().to_datetime(time)
            }
            Moment::Offset { amount, direction, base } => {
                let origin = self.start(base.as_ref(), now, &mut lookup, calendar)?;
                self.offset(*amount, *direction, origin, calendar)?
            }
            Moment::Wall { span, direction, base } => {
                let origin = self.start(base.as_ref(), now, &mut lookup, calendar)?;
                let signed = if *direction == Direction::Before { span.negate() } else { *span };
                let moment = wall(origin, signed, calendar)?;
                self.at.map_or(moment, |at| moment.date().to_datetime(at))
            }
        };
        let civil =
            if self.next_schoolday { calendar.on_or_after(civil.date())?.to_datetime(civil.time()) } else { civil };
        self.due(civil, calendar)
    }

    /// The next moment of a repeating rule after `after` (local); of another rule, its moment counted from there.
    pub fn next(&self, after: DateTime, calendar: &Calendar) -> Result<Due, RuleError> {
        self.resolve(after, |_| Err("a repeating rule has no base".to_owned()), calendar)
    }

    /// Where a moment waits that lies beyond the calendar: the first of September after its end, in the morning, and
    /// later than where it counts from. It is dated anew when the next school year is added.
    pub fn provisional(&self, from: DateTime, calendar: &Calendar) -> Result<Due, RuleError> {
        let day = calendar.waiting_day(from.date())?;
        self.due(day.to_datetime(QUIET_UNTIL), calendar)
    }

    fn due(&self, civil: DateTime, calendar: &Calendar) -> Result<Due, RuleError> {
        let instant = calendar.instant(civil)?;
        Ok(Due { instant, civil, zone: calendar.data().zone.clone(), rule: self.text.clone() })
    }

    fn start<F>(
        &self,
        base: Option<&Base>,
        now: DateTime,
        lookup: &mut F,
        calendar: &Calendar,
    ) -> Result<DateTime, RuleError>
    where
        F: FnMut(&str) -> Result<String, String>,
    {
        match base {
            None => Ok(now),
            Some(base) => origin(base, lookup, calendar).map(|(moment, _)| moment),
        }
    }

    fn offset(
        &self,
        amount: Amount,
        direction: Direction,
        from: DateTime,
        calendar: &Calendar,
    ) -> Result<DateTime, RuleError> {
        let sign = if direction == Direction::Before { -1 } else { 1 };
        let count = amount.count * sign;
        let date = match amount.unit {
            Unit::Schooldays if count == 0 && sign < 0 => calendar.on_or_before(from.date())?,
            Unit::Schooldays => calendar.plus_schooldays(from.date(), count)?,
            Unit::Schoolweeks if count == 0 && sign < 0 => calendar.on_or_before(from.date())?,
            Unit::Schoolweeks => calendar.plus_schoolweeks(from.date(), count)?,
            Unit::Days => plus_days(from.date(), i64::from(count))?,
            Unit::Weeks => plus_days(from.date(), i64::from(count) * 7)?,
            Unit::Hours => return wall(from, i64::from(count).hours(), calendar),
            Unit::Minutes => return wall(from, i64::from(count).minutes(), calendar),
        };
        Ok(date.to_datetime(self.at.unwrap_or(END_OF_DAY)))
    }
}

/// Looks a base up; also says whether it has a clock time of its own.
fn origin<F>(base: &Base, lookup: &mut F, calendar: &Calendar) -> Result<(DateTime, bool), RuleError>
where
    F: FnMut(&str) -> Result<String, String>,
{
    match base {
        Base::Date(moment, timed) => Ok((*moment, *timed)),
        Base::Expression(expression, _) => {
            let fail = |why: String| RuleError::Base { expression: expression.clone(), why };
            let text = lookup(expression).map_err(fail)?;
            let found = local_moment(&text, calendar);
            let (moment, timed) = found.ok_or_else(|| {
                let shown: String = text.chars().take(40).collect();
                fail(format!("\"{shown}\" is not a date such as \"2026-11-24\""))
            })?;
            Ok((moment, timed))
        }
    }
}

/// An ISO date, local date with time, or instant, as a local moment.
fn local_moment(text: &str, calendar: &Calendar) -> Option<(DateTime, bool)> {
    let text = text.trim();
    if text.len() == 10 {
        return text.parse::<Date>().ok().map(|date| (date.to_datetime(Time::midnight()), false));
    }
    let local = text.parse::<DateTime>().ok();
    local.or_else(|| text.parse::<Timestamp>().ok().map(|instant| calendar.local(instant))).map(|moment| (moment, true))
}

/// Wall time: days as days of the calendar, hours as hours that pass, also over a clock change.
pub(super) fn wall(from: DateTime, span: Span, calendar: &Calendar) -> Result<DateTime, RuleError> {
    let start = calendar.instant(from)?.to_zoned(calendar.zone().clone());
    let end = start.checked_add(span).map_err(|_| CalendarError::OutOfRange(format!("{from} and {span}")))?;
    Ok(end.datetime())
}

pub(super) fn plus_days(date: Date, days: i64) -> Result<Date, RuleError> {
    date.checked_add(days.days()).map_err(|_| CalendarError::OutOfRange(format!("{date} and {days} days")).into())
}

impl FromStr for TimeRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        Self::parse(text)
    }
}

impl fmt::Display for TimeRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for TimeRule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for TimeRule {}
