//! A school calendar as data: years, periods, weekday pattern (domain.md G2). Serialised forms only, no counting.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::staff::Staff;

/// The data of a calendar, as stored and exchanged (JSON or YAML).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarData {
    /// Name of this calendar, such as `be-nl-2026-2027` or a school's own.
    pub id: String,
    /// IANA time zone of the school, such as `Europe/Brussels`.
    pub zone: String,
    /// The school years it covers, oldest first.
    pub years: Vec<SchoolYear>,
    /// What is taught on a weekday; a weekday that is not named is a full day (Monday to Friday).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weekdays: BTreeMap<SchoolWeekday, DayPart>,
    /// Holidays, free days and study days.
    #[serde(default)]
    pub periods: Vec<Period>,
    /// Between which hours of a school day messages may leave (default: 8:00 to 17:00).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub messages: Option<Hours>,
    /// Who is away and who stands in, and jobs that are shared.
    #[serde(default, skip_serializing_if = "Staff::is_empty")]
    pub staff: Staff,
    /// Where the data comes from, with its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Hours of a day: from the first (included) to the second (excluded).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// From then.
    pub from: Time,
    /// Until then.
    pub to: Time,
}

/// A school year: first and last day, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolYear {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

/// Days of one kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Unique in its calendar; a local period with the same id replaces a built-in one.
    pub id: String,
    /// What kind of days.
    pub kind: PeriodKind,
    /// First day.
    pub from: Date,
    /// Last day (included).
    pub to: Date,
    /// Name per language (`nl`, `en`, ...).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub name: BTreeMap<String, String>,
}

/// The kinds of periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// School holiday.
    Vacation,
    /// Public holiday.
    PublicHoliday,
    /// A day off of this school or region.
    FreeDay,
    /// Pupils are off, staff works: counts as a school day.
    StudyDay,
    /// As a study day, for half a day: counts as a school day.
    HalfStudyDay,
}

impl PeriodKind {
    /// The word of this kind, such as `public_holiday`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Vacation => "vacation",
            Self::PublicHoliday => "public_holiday",
            Self::FreeDay => "free_day",
            Self::StudyDay => "study_day",
            Self::HalfStudyDay => "half_study_day",
        }
    }

    /// The kind of this word.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Vacation, Self::PublicHoliday, Self::FreeDay, Self::StudyDay, Self::HalfStudyDay]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }

    /// Whether the school is closed for staff too.
    pub fn closes(self) -> bool {
        matches!(self, Self::Vacation | Self::PublicHoliday | Self::FreeDay)
    }
}

/// A weekday on which schools teach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SchoolWeekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
}

impl SchoolWeekday {
    /// The school weekday of a date; none at the weekend.
    pub fn of(date: Date) -> Option<Self> {
        match date.weekday() {
            Weekday::Monday => Some(Self::Monday),
            Weekday::Tuesday => Some(Self::Tuesday),
            Weekday::Wednesday => Some(Self::Wednesday),
            Weekday::Thursday => Some(Self::Thursday),
            Weekday::Friday => Some(Self::Friday),
            Weekday::Saturday | Weekday::Sunday => None,
        }
    }
}

/// How much of a day is taught.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayPart {
    /// Morning and afternoon.
    #[default]
    Full,
    /// The morning only.
    Morning,
    /// The afternoon only.
    Afternoon,
    /// Not at all: never a school day.
    None,
}
