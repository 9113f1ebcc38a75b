//! The calendar that counts: school days and the moments on them (domain.md G2). Every search is bounded by its data.

use std::fmt;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::data::{CalendarData, DayPart, Hours, Period, PeriodKind, SchoolWeekday};
use super::error::CalendarError;
use super::staff::Staff;

/// Most school years in one calendar.
pub const MAX_YEARS: usize = 30;
/// Most periods in one calendar.
pub const MAX_PERIODS: usize = 2_000;
/// Longest school year, in days.
const MAX_YEAR_DAYS: i32 = 400;
/// Longest holiday between two years, and farthest that a question may lie outside the calendar, in days.
const MAX_GAP_DAYS: i32 = 120;

/// A school calendar, checked and ready to count. Immutable, cheap to clone; equal when the data is.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "CalendarData", into = "CalendarData")]
pub struct Calendar(Arc<Ready>);

struct Ready {
    data: CalendarData,
    zone: TimeZone,
    days: Vec<Date>,
    hash: [u8; 32],
}

impl Calendar {
    /// Checks the data and prepares counting.
    pub fn new(mut data: CalendarData) -> Result<Self, CalendarError> {
        data.years.sort();
        data.periods.sort_by(|a, b| (a.from, a.to, &a.id).cmp(&(b.from, b.to, &b.id)));
        // The bundled data, not the machine's: every machine must derive the same instants.
        let zone = TimeZoneDatabase::bundled()
            .get(&data.zone)
            .map_err(|_| CalendarError::UnknownZone(data.zone.chars().take(60).collect()))?;
        check_years(&data)?;
        check_periods(&data)?;
        data.staff = std::mem::take(&mut data.staff).checked()?;
        let days = school_days(&data);
        let canonical = serde_json::to_vec(&data).map_err(|e| CalendarError::Data(e.to_string()))?;
        let hash = Sha256::digest(&canonical).into();
        Ok(Self(Arc::new(Ready { data, zone, days, hash })))
    }

    /// The data.
    pub fn data(&self) -> &CalendarData {
        &self.0.data
    }

    /// SHA-256 of the canonical JSON: equal calendars have equal hashes.
    pub fn hash(&self) -> [u8; 32] {
        self.0.hash
    }

    /// The hash in hexadecimal.
    pub fn hash_hex(&self) -> String {
        self.0.hash.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The canonical JSON (of which [`Calendar::hash`] is the hash).
    pub fn to_canonical_json(&self) -> String {
        serde_json::to_string(&self.0.data).unwrap_or_default()
    }

    /// The time zone.
    pub fn zone(&self) -> &TimeZone {
        &self.0.zone
    }

    /// First day of the first school year.
    pub fn first_day(&self) -> Date {
        self.0.data.years.first().map_or(Date::MIN, |year| year.from)
    }

    /// Last day of the last school year.
    pub fn last_day(&self) -> Date {
        self.0.data.years.last().map_or(Date::MAX, |year| year.to)
    }

    /// All school days, in order.
    pub fn school_days(&self) -> &[Date] {
        &self.0.days
    }

    /// Monday to Friday, inside a school year, not in a vacation, public holiday or free day.
    /// Study days count. Outside the calendar no day is a school day.
    pub fn is_school_day(&self, date: Date) -> bool {
        self.0.days.binary_search(&date).is_ok()
    }

    /// Whether `date` is a school day with a whole or half study day on it.
    pub fn is_study_day(&self, date: Date) -> bool {
        self.is_school_day(date)
            && self.kinds(date).any(|kind| matches!(kind, PeriodKind::StudyDay | PeriodKind::HalfStudyDay))
    }

    /// The kinds of periods that hold `date`.
    pub fn kinds(&self, date: Date) -> impl Iterator<Item = PeriodKind> + '_ {
        self.periods_on(date).map(|period| period.kind)
    }

    /// The periods that hold `date`, in order of their first day.
    pub fn periods_on(&self, date: Date) -> impl Iterator<Item = &Period> {
        self.0.data.periods.iter().filter(move |period| period.from <= date && date <= period.to)
    }

    /// How much of a school day is taught.
    pub fn day_part(&self, date: Date) -> DayPart {
        if self.is_school_day(date) { pattern(&self.0.data, date) } else { DayPart::None }
    }

    /// The `n`-th school day after `date` (day 0), or before it when `n` is negative. With 0: `date` itself,
    /// or the next school day when it is none.
    pub fn plus_schooldays(&self, date: Date, n: i32) -> Result<Date, CalendarError> {
        self.near(date)?;
        let days = &self.0.days;
        let distance = usize::try_from(n.unsigned_abs()).unwrap_or(usize::MAX);
        if n > 0 {
            let after = days.partition_point(|day| *day <= date);
            let index = after.checked_add(distance - 1);
            index.and_then(|i| days.get(i)).copied().ok_or_else(|| self.after_end(date))
        } else if n == 0 {
            self.on_or_after(date)
        } else {
            let before = days.partition_point(|day| *day < date);
            let index = before.checked_sub(distance);
            index.and_then(|i| days.get(i)).copied().ok_or_else(|| self.before_start(date))
        }
    }

    /// `date` if it is a school day, else the next one.
    pub fn on_or_after(&self, date: Date) -> Result<Date, CalendarError> {
        self.near(date)?;
        let index = self.0.days.partition_point(|day| *day < date);
        self.0.days.get(index).copied().ok_or_else(|| self.after_end(date))
    }

    /// `date` if it is a school day, else the one before.
    pub fn on_or_before(&self, date: Date) -> Result<Date, CalendarError> {
        self.near(date)?;
        let index = self.0.days.partition_point(|day| *day <= date).checked_sub(1);
        index.and_then(|i| self.0.days.get(i)).copied().ok_or_else(|| self.before_start(date))
    }

    /// The first school day after `date`.
    pub fn next_school_day(&self, date: Date) -> Result<Date, CalendarError> {
        self.plus_schooldays(date, 1)
    }

    /// The last school day before `date`.
    pub fn previous_school_day(&self, date: Date) -> Result<Date, CalendarError> {
        self.plus_schooldays(date, -1)
    }

    /// The day on which waits what lies beyond this calendar, counted from `from`: the first of September after its end,
    /// or the day after `from` when that is later still.
    pub fn waiting_day(&self, from: Date) -> Result<Date, CalendarError> {
        let end = self.last_day();
        let year = if end.month() < 9 { end.year() } else { end.year().saturating_add(1) };
        let start = Date::new(year, 9, 1).map_err(|_| CalendarError::OutOfRange(end.to_string()))?;
        if from < start {
            return Ok(start);
        }
        from.tomorrow().map_err(|_| CalendarError::OutOfRange(from.to_string()))
    }

    /// Number of school days after `from` up to and including `to`; negative when `to` lies before `from`.
    pub fn schooldays_between(&self, from: Date, to: Date) -> Result<i64, CalendarError> {
        self.near(from)?;
        self.near(to)?;
        let until = |date: Date| self.0.days.partition_point(|day| *day <= date) as i64;
        Ok(until(to) - until(from))
    }

    /// Number of school days from `from` to `to`, both included.
    pub fn count(&self, from: Date, to: Date) -> usize {
        let start = self.0.days.partition_point(|day| *day < from);
        let end = self.0.days.partition_point(|day| *day <= to);
        end.saturating_sub(start)
    }

    /// This calendar with more periods; one with a known id replaces it. Local days of a school go over built-in data.
    pub fn with_periods(&self, periods: impl IntoIterator<Item = Period>) -> Result<Self, CalendarError> {
        let mut data = self.0.data.clone();
        for period in periods {
            data.periods.retain(|known| known.id != period.id);
            data.periods.push(period);
        }
        Self::new(data)
    }

    /// This calendar for a school in another time zone, and with its own hours for messages when they are given.
    pub fn for_school(&self, zone: &str, messages: Option<Hours>) -> Result<Self, CalendarError> {
        let mut data = self.0.data.clone();
        data.zone = zone.to_owned();
        data.messages = messages;
        Self::new(data)
    }

    /// This calendar with the absences and shared jobs of a school.
    pub fn with_staff(&self, staff: Staff) -> Result<Self, CalendarError> {
        Self::new(CalendarData { staff, ..self.0.data.clone() })
    }

    /// Absences and shared jobs.
    pub fn staff(&self) -> &Staff {
        &self.0.data.staff
    }

    /// This calendar without the periods of these ids.
    pub fn without_periods(&self, ids: &[&str]) -> Result<Self, CalendarError> {
        let mut data = self.0.data.clone();
        data.periods.retain(|period| !ids.contains(&period.id.as_str()));
        Self::new(data)
    }

    /// This calendar and the years and periods of `other`; zone, weekdays and name stay.
    pub fn joined(&self, other: &Self) -> Result<Self, CalendarError> {
        let mut data = self.0.data.clone();
        data.years.extend(other.data().years.iter().filter(|year| !self.data().years.contains(year)));
        let known = |id: &str| self.data().periods.iter().any(|period| period.id == id);
        data.periods.extend(other.data().periods.iter().filter(|period| !known(&period.id)).cloned());
        Self::new(data)
    }

    /// Refuses questions so far outside the data that the answer would be a guess.
    fn near(&self, date: Date) -> Result<(), CalendarError> {
        if days_from(date, self.first_day()) > MAX_GAP_DAYS {
            return Err(self.before_start(date));
        }
        if days_from(self.last_day(), date) > MAX_GAP_DAYS {
            return Err(self.after_end(date));
        }
        Ok(())
    }

    fn after_end(&self, date: Date) -> CalendarError {
        CalendarError::AfterEnd { date, end: self.last_day() }
    }

    fn before_start(&self, date: Date) -> CalendarError {
        CalendarError::BeforeStart { date, start: self.first_day() }
    }
}

/// Whole days from `a` to `b`.
pub(crate) fn days_from(a: Date, b: Date) -> i32 {
    a.until(b).map_or(i32::MAX, |span| span.get_days())
}

fn check_years(data: &CalendarData) -> Result<(), CalendarError> {
    if data.years.is_empty() {
        return Err(CalendarError::NoYears);
    }
    if data.years.len() > MAX_YEARS {
        return Err(CalendarError::TooMany { what: "school years", found: data.years.len(), most: MAX_YEARS });
    }
    let mut last: Option<Date> = None;
    for year in &data.years {
        let bad = |why| CalendarError::BadYear { from: year.from, to: year.to, why };
        if year.to < year.from {
            return Err(bad("it ends before it starts"));
        }
        if days_from(year.from, year.to) > MAX_YEAR_DAYS {
            return Err(bad("it is longer than 400 days"));
        }
        match last {
            Some(end) if end >= year.from => return Err(bad("it overlaps the year before it")),
            Some(end) if days_from(end, year.from) > MAX_GAP_DAYS => {
                return Err(bad("a school year is missing before it: the gap is longer than 120 days"));
            }
            _ => last = Some(year.to),
        }
    }
    Ok(())
}

fn check_periods(data: &CalendarData) -> Result<(), CalendarError> {
    if data.periods.len() > MAX_PERIODS {
        return Err(CalendarError::TooMany { what: "periods", found: data.periods.len(), most: MAX_PERIODS });
    }
    let mut ids = std::collections::BTreeSet::new();
    for period in &data.periods {
        let bad = |why| CalendarError::BadPeriod { id: period.id.clone(), from: period.from, to: period.to, why };
        if period.id.is_empty() || period.id.len() > 200 {
            return Err(bad("its id must have 1 to 200 characters"));
        }
        if !ids.insert(period.id.as_str()) {
            return Err(bad("another period has the same id"));
        }
        if period.to < period.from {
            return Err(bad("it ends before it starts"));
        }
        if days_from(period.from, period.to) > MAX_YEAR_DAYS {
            return Err(bad("it is longer than 400 days"));
        }
    }
    Ok(())
}

fn pattern(data: &CalendarData, date: Date) -> DayPart {
    SchoolWeekday::of(date).map_or(DayPart::None, |weekday| data.weekdays.get(&weekday).copied().unwrap_or_default())
}

fn school_days(data: &CalendarData) -> Vec<Date> {
    let closed: Vec<&Period> = data.periods.iter().filter(|period| period.kind.closes()).collect();
    let open = |date: &Date| {
        pattern(data, *date) != DayPart::None && !closed.iter().any(|period| period.from <= *date && *date <= period.to)
    };
    let mut days = Vec::new();
    for year in &data.years {
        days.extend(year.from.series(jiff::Span::new().days(1)).take_while(|date| *date <= year.to).filter(open));
    }
    days
}

impl TryFrom<CalendarData> for Calendar {
    type Error = CalendarError;

    fn try_from(data: CalendarData) -> Result<Self, CalendarError> {
        Self::new(data)
    }
}

impl From<Calendar> for CalendarData {
    fn from(calendar: Calendar) -> Self {
        calendar.0.data.clone()
    }
}

impl PartialEq for Calendar {
    fn eq(&self, other: &Self) -> bool {
        self.0.hash == other.0.hash
    }
}

impl Eq for Calendar {}

impl fmt::Debug for Calendar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let data = self.data();
        write!(
            f,
            "Calendar({}, {} to {}, {} school days)",
            data.id,
            self.first_day(),
            self.last_day(),
            self.0.days.len()
        )
    }
}
