//! Names of days and months in the languages of the product. How a date is written is up to whoever shows it.

use jiff::civil::Date;

const DAYS: [[&str; 7]; 2] = [
    ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
];
const MONTHS: [[&str; 12]; 2] = [
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
];

/// The name of the weekday of a date, in Dutch or in English, as it stands in the middle of a sentence.
pub fn weekday(date: Date, english: bool) -> &'static str {
    let [dutch, other] = &DAYS;
    let names = if english { other } else { dutch };
    names.get(usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())).copied().unwrap_or_default()
}

/// The name of the month of a date, in Dutch or in English.
pub fn month(date: Date, english: bool) -> &'static str {
    let [dutch, other] = &MONTHS;
    let names = if english { other } else { dutch };
    names.get(usize::from(date.month().unsigned_abs()).saturating_sub(1)).copied().unwrap_or_default()
}
