//! Dates, durations and ids as people read them. Pure.

use draaiboek_workflow::calendar::{month, weekday};
use jiff::civil::{Date, DateTime};

const SHORT: [[&str; 12]; 2] = [
    ["jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."],
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
];

fn english(locale: &str) -> bool {
    locale != "nl"
}

fn month_number(date: Date) -> usize {
    usize::try_from(date.month()).unwrap_or(1).saturating_sub(1)
}

/// "vrijdag 2 oktober".
pub(crate) fn day(locale: &str, date: Date) -> String {
    let english = english(locale);
    format!("{} {} {}", weekday(date, english), date.day(), month(date, english))
}

/// "2 oktober 2026".
pub(crate) fn date(locale: &str, date: Date) -> String {
    format!("{} {} {}", date.day(), month(date, english(locale)), date.year())
}

/// "2 okt.".
pub(crate) fn short(locale: &str, date: Date) -> String {
    format!("{} {}", date.day(), SHORT[usize::from(english(locale))][month_number(date)])
}

/// "okt" for an axis.
pub(crate) fn month_short(locale: &str, date: Date) -> String {
    SHORT[usize::from(english(locale))][month_number(date)].trim_end_matches('.').to_owned()
}

/// "14.30 u." or "14:30".
pub(crate) fn time(locale: &str, at: DateTime) -> String {
    match locale {
        "nl" => format!("{}.{:02} u.", at.hour(), at.minute()),
        _ => format!("{}:{:02}", at.hour(), at.minute()),
    }
}

/// "2 okt., 14.30 u.".
pub(crate) fn moment(locale: &str, at: DateTime) -> String {
    format!("{}, {}", short(locale, at.date()), time(locale, at))
}

/// Part of the day, for a greeting: a key below `greeting.`.
pub(crate) fn greeting(at: DateTime) -> &'static str {
    match at.hour() {
        5..=11 => "greeting.morning",
        12..=17 => "greeting.afternoon",
        _ => "greeting.evening",
    }
}

/// "1 u 20 min", "45 min".
pub(crate) fn minutes(locale: &str, minutes: i64) -> String {
    let hour = if locale == "nl" { "u" } else { "h" };
    match (minutes / 60, minutes % 60) {
        (0, rest) => format!("{rest} min"),
        (hours, 0) => format!("{hours} {hour}"),
        (hours, rest) => format!("{hours} {hour} {rest:02}"),
    }
}

/// An id in a path: `/` becomes `~`, the rest is percent-encoded where it must.
pub(crate) fn path_id(id: &str) -> String {
    let mut text = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'/' => text.push('~'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b':' => text.push(char::from(byte)),
            other => text.push_str(&format!("%{other:02X}")),
        }
    }
    text
}

/// A key of data as words, when nobody gave it a name: `open_help` becomes "open help".
pub(crate) fn plain_key(key: &str) -> String {
    let text = key.replace(['_', '-', '.'], " ");
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// First letter upper case.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text as a sentence: capital first, a full stop last.
pub(crate) fn sentence(text: &str) -> String {
    let text = capital(text);
    if text.ends_with(['.', '?', '!', ':']) { text } else { format!("{text}.") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date as on;

    #[test]
    fn dates_read_as_people_write_them() {
        let at = on(2026, 10, 2);
        assert_eq!(day("nl", at), "vrijdag 2 oktober");
        assert_eq!(day("en", at), "Friday 2 October");
        assert_eq!(short("nl", at), "2 okt.");
        assert_eq!(date("nl", at), "2 oktober 2026");
        assert_eq!(moment("nl", at.at(9, 5, 0, 0)), "2 okt., 9.05 u.");
        assert_eq!(month_short("nl", at), "okt");
        assert_eq!(greeting(at.at(8, 0, 0, 0)), "greeting.morning");
    }

    #[test]
    fn minutes_and_ids() {
        assert_eq!(minutes("nl", 45), "45 min");
        assert_eq!(minutes("nl", 125), "2 u 05");
        assert_eq!(minutes("en", 60), "1 h");
        assert_eq!(path_id("day/follow_up-1/lager 5"), "day~follow_up-1~lager%205");
        assert_eq!(plain_key("open_help"), "Open help");
        assert_eq!(sentence("schrijf waarom"), "Schrijf waarom.");
        assert_eq!(sentence("Waarom?"), "Waarom?");
    }
}
