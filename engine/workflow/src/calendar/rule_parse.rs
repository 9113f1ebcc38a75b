//! Reads time rules: `10 schooldays`, `2 schoolweeks before config.study_day at 08:00`, `PT15M`, `2026-11-24`,
//! `every schoolweek on monday at 09:00`. No meaning.

use jiff::Span;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::every::Repeat;
use super::rule::{Amount, Base, Direction, Moment, TimeRule, Unit};
use super::rule_error::RuleError;
use crate::cel::Program;
use crate::cel::suggest::closest;

/// Longest rule, in characters.
const MAX_RULE_CHARS: usize = 500;
/// Largest number of units.
const MAX_COUNT: i32 = 2000;
/// Longest duration, in hours: ten years.
const MAX_HOURS: f64 = 24.0 * 3660.0;
const ROLL: &str = "or next schoolday";

const UNITS: [(&str, Unit); 12] = [
    ("schooldays", Unit::Schooldays),
    ("schoolday", Unit::Schooldays),
    ("schoolweeks", Unit::Schoolweeks),
    ("schoolweek", Unit::Schoolweeks),
    ("days", Unit::Days),
    ("day", Unit::Days),
    ("weeks", Unit::Weeks),
    ("week", Unit::Weeks),
    ("hours", Unit::Hours),
    ("hour", Unit::Hours),
    ("minutes", Unit::Minutes),
    ("minute", Unit::Minutes),
];

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Parses a rule.
pub(super) fn parse(text: &str) -> Result<TimeRule, RuleError> {
    if text.chars().count() > MAX_RULE_CHARS {
        return Err(RuleError::TooLong(MAX_RULE_CHARS));
    }
    let mut body = text.trim();
    if body.is_empty() {
        return Err(RuleError::Empty);
    }
    let next_schoolday = body.strip_suffix(ROLL).is_some_and(|head| head.ends_with(' '));
    if next_schoolday {
        body = body[..body.len() - ROLL.len()].trim_end();
    }
    let (body, at) = clock_time(body)?;
    let offset = |part: &str| (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    let moment = if let Some(rest) = body.strip_prefix("every ") {
        Moment::Every(every(rest.trim(), at)?)
    } else if body.starts_with(|c: char| c.is_ascii_digit()) && !looks_like_date(body) {
        let (amount, rest) = amount(body)?;
        if at.is_some() && matches!(amount.unit, Unit::Hours | Unit::Minutes) {
            return Err(RuleError::ClockTwice);
        }
        let (direction, base) = relation(rest, &offset)?;
        Moment::Offset { amount, direction, base }
    } else if is_duration(body) {
        let (word, rest) = split_word(body);
        let span = duration(word)?;
        if at.is_some() && (span.get_hours(), span.get_minutes(), span.get_seconds()) != (0, 0, 0) {
            return Err(RuleError::ClockTwice);
        }
        let (direction, base) = relation(rest, &offset)?;
        Moment::Wall { span, direction, base }
    } else {
        Moment::On(base(body, &offset)?)
    };
    let at = if matches!(moment, Moment::Every(_)) { None } else { at };
    Ok(TimeRule { text: text.to_owned(), moment, at, next_schoolday })
}

/// Splits `... at 08:00` off.
fn clock_time(body: &str) -> Result<(&str, Option<Time>), RuleError> {
    let Some((head, tail)) = body.rsplit_once(" at ") else {
        return Ok((body, None));
    };
    let tail = tail.trim();
    if !tail.starts_with(|c: char| c.is_ascii_digit()) {
        let plain = tail.chars().all(char::is_alphabetic);
        return if plain { Err(RuleError::BadTime(shorten(tail))) } else { Ok((body, None)) };
    }
    let time = tail.split_once(':').and_then(|(hours, minutes)| {
        let two = |part: &str| part.parse::<i8>().ok().filter(|_| (1..=2).contains(&part.len()));
        Time::new(two(hours)?, two(minutes).filter(|_| minutes.len() == 2)?, 0, 0).ok()
    });
    time.map(|time| (head.trim_end(), Some(time))).ok_or_else(|| RuleError::BadTime(shorten(tail)))
}

fn every(rest: &str, at: Option<Time>) -> Result<Repeat, RuleError> {
    if is_duration(rest) {
        let span = duration(rest)?;
        return if span.is_zero() { Err(RuleError::BadDuration(shorten(rest))) } else { Ok(Repeat::Wall(span)) };
    }
    let (first, _) = split_word(rest);
    if let Some((_, weekday)) = WEEKDAYS.iter().find(|(name, _)| *name == first) {
        let amount = Amount { count: 1, unit: Unit::Schoolweeks };
        return nothing_more(split_word(rest).1).map(|()| Repeat::Units { amount, on: Some(*weekday), at });
    }
    let (amount, rest) = if rest.starts_with(|c: char| c.is_ascii_digit()) { amount(rest)? } else { unit(rest, 1)? };
    if amount.count == 0 {
        return Err(RuleError::BadNumber("0".to_owned()));
    }
    if at.is_some() && matches!(amount.unit, Unit::Hours | Unit::Minutes) {
        return Err(RuleError::ClockTwice);
    }
    let weekly = matches!(amount.unit, Unit::Schoolweeks | Unit::Weeks);
    let (on, rest) = match rest.strip_prefix("on ").filter(|_| weekly) {
        Some(tail) => {
            let (word, rest) = split_word(tail.trim_start());
            (Some(weekday(word)?), rest)
        }
        None => (None, rest),
    };
    nothing_more(rest)?;
    Ok(Repeat::Units { amount, on, at })
}

fn nothing_more(rest: &str) -> Result<(), RuleError> {
    if rest.is_empty() {
        return Ok(());
    }
    let place = "after a repetition; weeks may have `on monday`, all may have `at 09:00`";
    Err(RuleError::Unexpected { found: shorten(rest), place })
}

fn weekday(word: &str) -> Result<Weekday, RuleError> {
    let found = WEEKDAYS.iter().find(|(name, _)| *name == word).map(|(_, weekday)| *weekday);
    found.ok_or_else(|| RuleError::BadWeekday {
        word: shorten(word),
        suggestion: closest(word, WEEKDAYS.iter().map(|(name, _)| *name)).map(str::to_owned),
    })
}

/// `10 schooldays` and what follows.
fn amount(body: &str) -> Result<(Amount, &str), RuleError> {
    let end = body.find(|c: char| !c.is_ascii_digit()).unwrap_or(body.len());
    let (digits, rest) = body.split_at(end);
    let count = digits.parse::<i32>().ok().filter(|count| *count <= MAX_COUNT);
    let count = count.ok_or_else(|| RuleError::BadNumber(shorten(digits)))?;
    unit(rest.trim_start(), count)
}

fn unit(rest: &str, count: i32) -> Result<(Amount, &str), RuleError> {
    // "school days" is read as "schooldays".
    let joined = rest.strip_prefix("school ").map(|tail| split_word(tail.trim_start()));
    let (word, after, school) = match joined {
        Some((word, after)) => (word, after, true),
        None => {
            let (word, after) = split_word(rest);
            (word, after, false)
        }
    };
    let name = if school { format!("school{word}") } else { word.to_owned() };
    match UNITS.iter().find(|(known, _)| *known == name) {
        Some((_, unit)) => Ok((Amount { count, unit: *unit }, after)),
        None => Err(RuleError::UnknownUnit {
            suggestion: closest(&name, UNITS.iter().map(|(known, _)| *known)).map(str::to_owned),
            word: shorten(&name),
        }),
    }
}

/// `after EXPRESSION`, `before EXPRESSION`, or nothing.
fn relation(rest: &str, offset: &dyn Fn(&str) -> usize) -> Result<(Direction, Option<Base>), RuleError> {
    if rest.is_empty() {
        return Ok((Direction::After, None));
    }
    let (word, tail) = split_word(rest);
    let direction = match word {
        "after" => Direction::After,
        "before" => Direction::Before,
        _ => {
            let place = "here; `after ...`, `before ...`, `at 08:00` or the end of the rule";
            return Err(RuleError::Unexpected { found: shorten(rest), place });
        }
    };
    if tail.is_empty() {
        let place = "at the end; a date or an expression must follow it";
        return Err(RuleError::Unexpected { found: word.to_owned(), place });
    }
    Ok((direction, Some(base(tail, offset)?)))
}

fn base(text: &str, offset: &dyn Fn(&str) -> usize) -> Result<Base, RuleError> {
    if looks_like_date(text) {
        let bad = || RuleError::BadDate(shorten(text));
        return if text.len() == 10 {
            let date: Date = text.parse().map_err(|_| bad())?;
            Ok(Base::Date(date.to_datetime(Time::midnight()), false))
        } else {
            let moment: DateTime = text.parse().map_err(|_| bad())?;
            Ok(Base::Date(moment, true))
        };
    }
    Program::compile_unchecked(text).map_err(|errors| RuleError::BadExpression {
        expression: shorten(text),
        why: errors.first().map(ToString::to_string).unwrap_or_default(),
    })?;
    Ok(Base::Expression(text.to_owned(), offset(text)))
}

/// Four digits and a dash: a date, not a sum.
fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() > 4 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-'
}

fn is_duration(text: &str) -> bool {
    let mut chars = text.strip_prefix('-').unwrap_or(text).chars();
    chars.next() == Some('P') && chars.next().is_some_and(|c| c == 'T' || c.is_ascii_digit())
}

fn duration(text: &str) -> Result<Span, RuleError> {
    let bad = || RuleError::BadDuration(shorten(text));
    let span: Span = text.parse().map_err(|_| bad())?;
    let hours = span.total((jiff::Unit::Hour, Date::constant(2026, 1, 1))).map_err(|_| bad())?;
    if (0.0..=MAX_HOURS).contains(&hours) { Ok(span) } else { Err(bad()) }
}

fn split_word(text: &str) -> (&str, &str) {
    match text.split_once(char::is_whitespace) {
        Some((word, rest)) => (word, rest.trim()),
        None => (text, ""),
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
