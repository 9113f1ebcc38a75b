//! What can be wrong with a time rule.

use super::error::CalendarError;

/// An error of a time rule, found while parsing or resolving it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// Nothing is written.
    #[error("the time rule is empty; write for example `10 schooldays` or `2026-11-24 at 08:00`")]
    Empty,
    /// Longer than any sensible rule.
    #[error("the time rule has more than {0} characters")]
    TooLong(usize),
    /// A number without a known unit.
    #[error("`{word}` is not a unit of time{}; units: schooldays, schoolweeks, days, weeks, hours, minutes", hint(.suggestion.as_deref()))]
    UnknownUnit {
        /// The word found.
        word: String,
        /// The unit that was perhaps meant.
        suggestion: Option<String>,
    },
    /// A number outside 0 to 2000.
    #[error("`{0}` is not a number from 0 to 2000")]
    BadNumber(String),
    /// Not a clock time.
    #[error("`{0}` is not a clock time; write `at 08:00`")]
    BadTime(String),
    /// Not a date.
    #[error("`{0}` is not a date; write `2026-11-24`")]
    BadDate(String),
    /// Not a weekday.
    #[error("`{word}` is not a weekday{}; write for example `on monday`", hint(.suggestion.as_deref()))]
    BadWeekday {
        /// The word found.
        word: String,
        /// The weekday that was perhaps meant.
        suggestion: Option<String>,
    },
    /// Not an ISO 8601 duration.
    #[error("`{0}` is not a duration from zero to ten years; write `P2D` or `PT15M`")]
    BadDuration(String),
    /// Words that do not belong there.
    #[error("`{found}` is not expected {place}")]
    Unexpected {
        /// The words.
        found: String,
        /// Where they stand and what may stand there.
        place: &'static str,
    },
    /// The base is not an expression.
    #[error("`{expression}` is not an expression: {why}")]
    BadExpression {
        /// The text.
        expression: String,
        /// The problem.
        why: String,
    },
    /// The base could not be evaluated, or is no date.
    #[error("`{expression}` gives no date: {why}")]
    Base {
        /// The expression.
        expression: String,
        /// The problem.
        why: String,
    },
    /// Clock time together with hours or minutes.
    #[error("hours and minutes fall at their own clock time; leave out `at ...`")]
    ClockTwice,
    /// The calendar has no answer.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

fn hint(suggestion: Option<&str>) -> String {
    suggestion.map(|word| format!(", did you mean `{word}`?")).unwrap_or_default()
}
