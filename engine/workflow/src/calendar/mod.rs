//! The school calendar: data per school and year, counting in school days and weeks, built-in tables, .ics import,
//! and the time rules of the workflow language (domain.md G2).
//!
//! Pure: the moment to count from is always an argument, and time zones come from compiled-in data. What a timer
//! does, and when it is looked at, is decided elsewhere.

mod builtin;
mod data;
mod error;
mod every;
mod ics;
mod ics_lines;
mod moments;
mod names;
mod rule;
mod rule_error;
mod rule_parse;
mod school_calendar;
mod staff;
#[cfg(test)]
mod tests;
mod weeks;

pub use builtin::{ATTRIBUTION, Region};
pub use data::{CalendarData, DayPart, Hours, Period, PeriodKind, SchoolWeekday, SchoolYear};
pub use error::CalendarError;
pub use every::Repeat;
pub use ics::{IcsImport, IcsNote, IcsOptions, import_ics};
pub use ics_lines::IcsError;
pub use moments::{END_OF_DAY, QUIET_FROM, QUIET_UNTIL};
pub use names::{month, weekday};
pub use rule::{Amount, Base, Direction, Due, Moment, TimeRule, Unit};
pub use rule_error::RuleError;
pub use school_calendar::{Calendar, MAX_PERIODS, MAX_YEARS};
pub use staff::{Absence, Duo, MAX_ABSENCES, Staff, StaffError, WorkTime};
pub use weeks::{Break, Week};
