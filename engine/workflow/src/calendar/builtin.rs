//! The built-in calendars, derived from the public holiday tables in `data/holidays` (see the NOTICE there).
//! A school year runs from the end of one summer holiday to the start of the next.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::data::{CalendarData, DayPart, Period, PeriodKind, SchoolWeekday, SchoolYear};
use super::error::CalendarError;
use super::school_calendar::Calendar;

const BE_PUBLIC: &str = include_str!("../../data/holidays/be-holidays-holidays.public.csv");
const BE_SCHOOL_NL: &str = include_str!("../../data/holidays/be-holidays-holidays.school.nl.csv");
const BE_SCHOOL_FR: &str = include_str!("../../data/holidays/be-holidays-holidays.school.fr.csv");
const NL_PUBLIC: &str = include_str!("../../data/holidays/nl-holidays-holidays.public.csv");
const NL_SCHOOL: &str = include_str!("../../data/holidays/nl-holidays-holidays.school.csv");
const LOCAL: &str = include_str!("../../data/holidays/local.csv");

/// Attribution that every built-in calendar carries.
pub const ATTRIBUTION: &str = "OpenHolidays API Data (openpotato/openholidaysapi.data), state of 2026-01-21, ODbL-1.0; \
    with local additions and corrections of Draaiboek";

/// A region with a built-in calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Region {
    /// Flanders: the Flemish Community of Belgium.
    BeNl,
    /// The French Community of Belgium.
    BeFr,
    /// The Netherlands, northern region.
    NlNoord,
    /// The Netherlands, central region.
    NlMidden,
    /// The Netherlands, southern region.
    NlZuid,
}

impl Region {
    /// All regions.
    pub const ALL: [Self; 5] = [Self::BeNl, Self::BeFr, Self::NlNoord, Self::NlMidden, Self::NlZuid];

    /// The code, such as `be-nl`.
    pub fn code(self) -> &'static str {
        match self {
            Self::BeNl => "be-nl",
            Self::BeFr => "be-fr",
            Self::NlNoord => "nl-noord",
            Self::NlMidden => "nl-midden",
            Self::NlZuid => "nl-zuid",
        }
    }

    /// The region of this code.
    pub fn named(code: &str) -> Result<Self, CalendarError> {
        let found = Self::ALL.into_iter().find(|region| region.code() == code);
        found.ok_or_else(|| CalendarError::UnknownRegion(code.chars().take(60).collect()))
    }

    fn zone(self) -> &'static str {
        match self {
            Self::BeNl | Self::BeFr => "Europe/Brussels",
            Self::NlNoord | Self::NlMidden | Self::NlZuid => "Europe/Amsterdam",
        }
    }

    /// Table of school holidays, code of the region in it, table of public holidays.
    fn tables(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::BeNl => (BE_SCHOOL_NL, "NL", BE_PUBLIC),
            Self::BeFr => (BE_SCHOOL_FR, "FR", BE_PUBLIC),
            Self::NlNoord => (NL_SCHOOL, "NO", NL_PUBLIC),
            Self::NlMidden => (NL_SCHOOL, "MI", NL_PUBLIC),
            Self::NlZuid => (NL_SCHOOL, "ZU", NL_PUBLIC),
        }
    }
}

impl Calendar {
    /// The built-in calendar of a region for the school year that starts in the summer or autumn of `year`.
    pub fn builtin(region: Region, year: i16) -> Result<Self, CalendarError> {
        Self::builtin_years(region, year, year)
    }

    /// The built-in calendar of a region for the school years that start in `first` to `last`.
    pub fn builtin_years(region: Region, first: i16, last: i16) -> Result<Self, CalendarError> {
        let table = Table::known(region)?;
        let known = table.years();
        let mut years = Vec::new();
        for year in first..=last {
            let found = known.get(&year).copied();
            years.push(found.ok_or_else(|| CalendarError::NoData {
                region: region.code(),
                year,
                first: known.keys().next().copied().unwrap_or(year),
                last: known.keys().last().copied().unwrap_or(year),
            })?);
        }
        let touches = |p: &Period| years.iter().any(|y| p.from <= y.to && y.from <= p.to);
        let periods = table.periods.iter().filter(|period| touches(period)).cloned().collect();
        // Primary schools in Belgium are free on Wednesday afternoon.
        let belgian = matches!(region, Region::BeNl | Region::BeFr);
        let weekdays = belgian.then_some((SchoolWeekday::Wednesday, DayPart::Morning)).into_iter().collect();
        let id = if first == last {
            format!("{}-{first}-{}", region.code(), first + 1)
        } else {
            format!("{}-{first}-{}", region.code(), last + 1)
        };
        let zone = region.zone().to_owned();
        Self::new(CalendarData {
            id,
            zone,
            years,
            weekdays,
            periods,
            messages: None,
            staff: super::staff::Staff::default(),
            source: Some(ATTRIBUTION.to_owned()),
        })
    }

    /// The school years for which a region has a built-in calendar, by the year in which they start.
    pub fn builtin_range(region: Region) -> Result<Vec<i16>, CalendarError> {
        Ok(Table::known(region)?.years().into_keys().collect())
    }
}

/// A row of a holiday table.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "StartDate")]
    start: Date,
    #[serde(rename = "EndDate")]
    end: Option<Date>,
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Groups", default)]
    groups: String,
}

/// A row of `local.csv`: an addition or a correction of ours.
#[derive(Deserialize)]
struct LocalRow {
    #[serde(rename = "Action")]
    action: String,
    #[serde(rename = "Region")]
    region: String,
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "StartDate")]
    start: Date,
    #[serde(rename = "EndDate")]
    end: Date,
    #[serde(rename = "Kind")]
    kind: PeriodKind,
    #[serde(rename = "Name")]
    name: String,
}

/// All that is known of one region.
struct Table {
    periods: Vec<Period>,
    /// First and last day of the summer holidays; the last one may have no end yet.
    summers: Vec<(Date, Option<Date>)>,
}

/// The tables that were read, by region: they never change.
static READ: [OnceLock<Table>; Region::ALL.len()] = [const { OnceLock::new() }; Region::ALL.len()];

impl Table {
    fn known(region: Region) -> Result<&'static Self, CalendarError> {
        let place = &READ[region as usize];
        match place.get() {
            Some(known) => Ok(known),
            None => Self::read(region).map(|table| place.get_or_init(|| table)),
        }
    }

    fn read(region: Region) -> Result<Self, CalendarError> {
        let (school, group, public) = region.tables();
        let local: Vec<LocalRow> = rows(LOCAL)?;
        let local: Vec<&LocalRow> = local.iter().filter(|row| row.region == region.code()).collect();
        let mut table = Self { periods: Vec::new(), summers: Vec::new() };
        for row in rows::<Row>(school)?.into_iter().filter(|row| row.groups.split(',').any(|g| g == group)) {
            let names = names(&row.name);
            if names.get("en").is_some_and(|name| name.ends_with("Summer Holidays")) {
                table.summers.push((row.start, row.end));
            } else if !local.iter().any(|fix| fix.action == "replace" && fix.id == row.id) {
                // Rows without an end are single days, such as the day of the French Community.
                let kind = if row.end.is_some() { PeriodKind::Vacation } else { PeriodKind::PublicHoliday };
                table.periods.push(period(kind, row.start, row.end.unwrap_or(row.start), names));
            }
        }
        for row in rows::<Row>(public)? {
            table.periods.push(period(
                PeriodKind::PublicHoliday,
                row.start,
                row.end.unwrap_or(row.start),
                names(&row.name),
            ));
        }
        table.periods.extend(local.iter().map(|row| period(row.kind, row.start, row.end, names(&row.name))));
        table.summers.sort();
        Ok(table)
    }

    /// School years by the calendar year in which they start.
    fn years(&self) -> BTreeMap<i16, SchoolYear> {
        let pairs = self.summers.iter().zip(self.summers.iter().skip(1));
        let years = pairs.filter_map(|((_, end), (next, _))| {
            let (from, to) = (end.as_ref()?.tomorrow().ok()?, next.yesterday().ok()?);
            Some((from.year(), SchoolYear { from, to }))
        });
        years.collect()
    }
}

fn rows<T: for<'a> Deserialize<'a>>(text: &str) -> Result<Vec<T>, CalendarError> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().map_err(|e| CalendarError::Data(e.to_string()))
}

fn period(kind: PeriodKind, from: Date, to: Date, name: BTreeMap<String, String>) -> Period {
    let words = name.get("en").map_or("period", String::as_str);
    let slug: Vec<String> = words
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    Period { id: format!("{}-{from}", slug.join("-")), kind, from, to, name }
}

/// `NL Herfstvakantie,FR Congé d'automne (Toussaint),EN ...` to names by language; German is left out.
fn names(text: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for part in text.split(',') {
        if let Some((language, name)) = part.split_once(' ')
            && matches!(language, "NL" | "FR" | "EN")
        {
            found.insert(language.to_ascii_lowercase(), name.trim().to_owned());
        }
    }
    found
}
