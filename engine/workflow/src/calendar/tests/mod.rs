//! Tests of the school calendar.

mod builtin;
mod ics;
mod moments;
mod props;
mod rules;

use std::sync::LazyLock;

use jiff::civil::Date;

use super::{Calendar, Region};

fn flanders() -> Calendar {
    static FLANDERS: LazyLock<Calendar> = LazyLock::new(|| Calendar::builtin(Region::BeNl, 2026).unwrap());
    FLANDERS.clone()
}

fn d(text: &str) -> Date {
    text.parse().unwrap()
}
