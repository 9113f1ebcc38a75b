//! Calendar functions for expressions. Dates are ISO texts; a date with time counts by its date.

use jiff::ToSpan;
use jiff::civil::Date;

use super::env::Signature;
use super::functions::Functions;
use super::types::Type;
use super::value::Value;
use crate::calendar::{Calendar, CalendarError, Week};

/// The date of an ISO text: `2026-10-02`, or the date part of `2026-10-02T12:20:00`.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let (head, tail) = text.split_at_checked(10).unwrap_or((text, ""));
    let whole = tail.is_empty() || tail.starts_with(['T', ' ']);
    let date = if whole { head.parse::<Date>().ok() } else { None };
    date.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!("\"{shown}\" is not a date; write it as \"2026-10-02\"")
    })
}

/// Names and numbers of arguments, as [`signatures`] describes them.
const NAMES: [(&str, usize); 17] = [
    ("is_school_day", 1),
    ("is_study_day", 1),
    ("day_kinds", 1),
    ("plus_schooldays", 2),
    ("plus_schoolweeks", 2),
    ("schooldays_between", 2),
    ("schoolweeks_between", 2),
    ("next_school_day", 1),
    ("previous_school_day", 1),
    ("days_between", 2),
    ("plus_days", 2),
    ("weekday", 1),
    ("format_date", 1),
    ("school_week", 1),
    ("school_weeks", 2),
    ("briefing_days", 2),
    ("restart_days", 2),
];

/// Weekdays without school after which groups start anew (domain.md G2).
const LONG_BREAK: i32 = 10;

/// The functions of a school's calendar, lent to expressions.
#[derive(Clone, Debug)]
pub struct SchoolFunctions<'c> {
    calendar: &'c Calendar,
}

impl<'c> SchoolFunctions<'c> {
    /// Functions over `calendar`.
    pub fn new(calendar: &'c Calendar) -> Self {
        Self { calendar }
    }
}

/// What [`SchoolFunctions`] offers, for the checker.
pub fn signatures() -> Vec<Signature> {
    let date = || Type::Date;
    vec![
        Signature::new("is_school_day", [date()], Type::Bool),
        Signature::new("is_study_day", [date()], Type::Bool),
        Signature::new("day_kinds", [date()], Type::list(Type::String)),
        Signature::new("plus_schooldays", [date(), Type::Int], date()),
        Signature::new("plus_schoolweeks", [date(), Type::Int], date()),
        Signature::new("schooldays_between", [date(), date()], Type::Int),
        Signature::new("schoolweeks_between", [date(), date()], Type::Int),
        Signature::new("next_school_day", [date()], date()),
        Signature::new("previous_school_day", [date()], date()),
        Signature::new("days_between", [date(), date()], Type::Int),
        Signature::new("plus_days", [date(), Type::Int], date()),
        Signature::new("weekday", [date()], Type::Int),
        Signature::new("format_date", [date()], Type::String),
        Signature::new("school_week", [date()], Type::String),
        Signature::new("school_weeks", [date(), date()], Type::list(Type::String)),
        Signature::new("briefing_days", [date(), date()], Type::list(Type::Date)),
        Signature::new("restart_days", [date(), date()], Type::list(Type::Date)),
    ]
}

impl Functions for SchoolFunctions<'_> {
    fn call<'a>(&'a self, name: &str, args: &[Value<'a>]) -> Option<Result<Value<'a>, String>> {
        let (_, arity) = NAMES.iter().find(|(known, _)| *known == name)?;
        Some(if *arity == args.len() {
            self.answer(name, args)
        } else {
            Err(format!("takes {arity} arguments, found {}", args.len()))
        })
    }
}

impl SchoolFunctions<'_> {
    fn answer<'a>(&self, name: &str, args: &[Value<'a>]) -> Result<Value<'a>, String> {
        let first = date(args, 0)?;
        let calendar = self.calendar;
        let found = match name {
            "is_school_day" => return Ok(Value::Bool(calendar.is_school_day(first))),
            "is_study_day" => return Ok(Value::Bool(calendar.is_study_day(first))),
            "day_kinds" => {
                let kinds = calendar.kinds(first).map(|kind| Value::from(kind.as_str()));
                return Ok(Value::list(kinds.collect()));
            }
            "weekday" => {
                return Ok(Value::Int(i64::from(first.weekday().to_monday_one_offset())));
            }
            "format_date" => return Ok(Value::from(format_date(first))),
            "school_week" => return Ok(Value::from(Week::of(first).to_string())),
            "school_weeks" => {
                let weeks = calendar.school_weeks(first, date(args, 1)?);
                return Ok(Value::list(weeks.iter().map(|week| Value::from(week.to_string())).collect()));
            }
            "briefing_days" => return Ok(days_within(calendar.briefing_days(), first, date(args, 1)?)),
            "restart_days" => return Ok(days_within(calendar.restart_days(LONG_BREAK), first, date(args, 1)?)),
            "days_between" => {
                let days = first.until(date(args, 1)?).map_err(|e| e.to_string())?.get_days();
                return Ok(Value::Int(i64::from(days)));
            }
            "schooldays_between" => {
                let days = calendar.schooldays_between(self.known(first), self.known(date(args, 1)?));
                return days.map(Value::Int).map_err(|e| e.to_string());
            }
            "schoolweeks_between" => {
                let weeks = calendar.schoolweeks_between(self.known(first), self.known(date(args, 1)?));
                return weeks.map(Value::Int).map_err(|e| e.to_string());
            }
            "plus_days" => {
                let days = number(args)?;
                return first
                    .checked_add(days.days())
                    .map(|found| Value::from(found.to_string()))
                    .map_err(|_| format!("{days} days from {first} is outside the range of dates"));
            }
            "next_school_day" => calendar.next_school_day(first),
            "previous_school_day" => calendar.previous_school_day(first),
            "plus_schoolweeks" => calendar.plus_schoolweeks(first, number(args)?),
            _ => calendar.plus_schooldays(first, number(args)?),
        };
        // What lies beyond the calendar waits on the first of September, as moments do, until the next year is added.
        let found = match found {
            Err(CalendarError::AfterEnd { .. }) => calendar.waiting_day(first),
            found => found,
        };
        found.map(|date| Value::from(date.to_string())).map_err(|e| e.to_string())
    }

    /// Nobody knows the school days after the calendar: there are none yet.
    fn known(&self, date: Date) -> Date {
        date.min(self.calendar.last_day())
    }
}

fn days_within<'a>(days: Vec<Date>, from: Date, to: Date) -> Value<'a> {
    let within = days.into_iter().filter(|day| from <= *day && *day <= to);
    Value::list(within.map(|day| Value::from(day.to_string())).collect())
}

/// `dd/mm/yyyy`, as people in Belgium and the Netherlands write dates.
pub fn format_date(date: Date) -> String {
    format!("{:02}/{:02}/{:04}", date.day(), date.month(), date.year())
}

fn date(args: &[Value<'_>], index: usize) -> Result<Date, String> {
    match args.get(index) {
        Some(Value::String(text)) => parse_date(text),
        Some(other) => Err(format!("argument {} must be a date, not {}", index + 1, other.describe())),
        None => Err(format!("argument {} is missing", index + 1)),
    }
}

fn number(args: &[Value<'_>]) -> Result<i32, String> {
    let found = args.get(1).and_then(Value::as_i64).and_then(|n| i32::try_from(n).ok());
    found.filter(|n| n.abs() <= 100_000).ok_or_else(|| "argument 2 must be a whole number of days or weeks".to_owned())
}
