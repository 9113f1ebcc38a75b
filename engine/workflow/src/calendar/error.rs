//! What can be wrong with a calendar or a question to it.

use jiff::civil::Date;

use super::staff::StaffError;

/// An error of a calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The time zone is unknown.
    #[error("`{0}` is not an IANA time zone; write for example `Europe/Brussels`")]
    UnknownZone(String),
    /// A calendar without years.
    #[error("the calendar has no school year; give `years` with `from` and `to`")]
    NoYears,
    /// A year that ends before it starts, lasts too long, overlaps or leaves a hole.
    #[error("school year {from} to {to}: {why}")]
    BadYear {
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
        /// What is wrong.
        why: &'static str,
    },
    /// A period that cannot be.
    #[error("period `{id}` ({from} to {to}): {why}")]
    BadPeriod {
        /// Its id.
        id: String,
        /// First day.
        from: Date,
        /// Last day.
        to: Date,
        /// What is wrong.
        why: &'static str,
    },
    /// Absences or shared jobs that contradict each other.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// More than the bounds allow.
    #[error("the calendar has {found} {what}; at most {most} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// No built-in region of this name.
    #[error("no built-in calendar `{0}`; known: be-nl, be-fr, nl-noord, nl-midden, nl-zuid")]
    UnknownRegion(String),
    /// The built-in data does not reach this year.
    #[error(
        "the built-in calendar `{region}` has no school year {year}-{}; it has {first}-{} to {last}-{}; import the school's own calendar",
        .year + 1, .first + 1, .last + 1
    )]
    NoData {
        /// The region.
        region: &'static str,
        /// The year asked for.
        year: i16,
        /// First year it has.
        first: i16,
        /// Last year it has.
        last: i16,
    },
    /// Built-in data that does not parse: a mistake in the program.
    #[error("the built-in holiday data is damaged: {0}")]
    Data(String),
    /// The answer lies after the last school year.
    #[error("the calendar ends on {end}; add the next school year to count from {date}")]
    AfterEnd {
        /// The date asked about.
        date: Date,
        /// Last day of the calendar.
        end: Date,
    },
    /// The answer lies before the first school year.
    #[error("the calendar starts on {start}; add an earlier school year to count from {date}")]
    BeforeStart {
        /// The date asked about.
        date: Date,
        /// First day of the calendar.
        start: Date,
    },
    /// A date or moment outside the range of the time library.
    #[error("{0} is outside the range of dates")]
    OutOfRange(String),
}
