//! Calendar functions for expressions. Dates are ISO texts; a date with time counts by its date.

use jiff::civil::Date;

/// The date of an ISO text: `2026-10-02`, or the date part of `2026-10-02T12:20:00`.
pub fn parse_date(text: &str) -> Result<Date, String> {
    let (head, tail) = text.split_at_checked(10).unwrap_or((text, ""));
    let date = if tail.is_empty() || tail.starts_with(['T', ' ']) {
        head.parse::<Date>().ok()
    } else {
        None
    };
    date.ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        format!("\"{shown}\" is not a date; write it as \"2026-10-02\"")
    })
}
