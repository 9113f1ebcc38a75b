//! Import of local days from an iCalendar file (.ics, RFC 5545): events to periods, with a report of what was left out.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Span, ToSpan};

use super::data::{Period, PeriodKind};
use super::ics_lines::{ContentLine, IcsError, content_lines};
use super::school_calendar::days_from;

/// Most events in one file.
pub const MAX_EVENTS: usize = 5_000;
/// Longest event that is taken as a period, in days.
const MAX_EVENT_DAYS: i32 = 120;

/// How events are read.
#[derive(Clone, Debug)]
pub struct IcsOptions {
    /// IANA time zone of the school: events with a clock time are read as local days.
    pub zone: String,
    /// The school's own words (category or part of a summary) and their kinds; they go before the built-in words.
    pub words: BTreeMap<String, PeriodKind>,
    /// Kind of all-day events that no word tells; without it they are left out and reported.
    pub otherwise: Option<PeriodKind>,
}

impl IcsOptions {
    /// Built-in words only, for a school in `zone`.
    pub fn new(zone: &str) -> Self {
        Self { zone: zone.to_owned(), words: BTreeMap::new(), otherwise: None }
    }
}

/// What a file gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IcsImport {
    /// The periods, in file order.
    pub periods: Vec<Period>,
    /// What was left out, or assumed.
    pub notes: Vec<IcsNote>,
}

/// A remark about one event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IcsNote {
    /// Line of `BEGIN:VEVENT`.
    pub line: usize,
    /// Summary of the event.
    pub summary: String,
    /// What was done and why.
    pub text: String,
    /// Whether the event was left out.
    pub skipped: bool,
}

/// Reads a file. Errors: a file that is no iCalendar, or a broken date, with its line.
pub fn import_ics(file: &str, options: &IcsOptions) -> Result<IcsImport, IcsError> {
    let zone = TimeZoneDatabase::bundled()
        .get(&options.zone)
        .map_err(|_| IcsError::new(1, format!("`{}` is not an IANA time zone", options.zone)))?;
    let events = events(content_lines(file)?)?;
    let mut import = IcsImport::default();
    for event in events {
        let reader = Reader { event: &event, options, zone: &zone };
        let summary = event.summary();
        match reader.period()? {
            Found::Period(period, note) => {
                let note =
                    note.map(|text| IcsNote { line: event.line, summary: summary.clone(), text, skipped: false });
                import.notes.extend(note);
                if import.periods.iter().any(|known| known.id == period.id) {
                    let text = "the same event stands in the file twice".to_owned();
                    import.notes.push(IcsNote { line: event.line, summary, text, skipped: true });
                } else {
                    import.periods.push(period);
                }
            }
            Found::Skip(text) => import.notes.push(IcsNote { line: event.line, summary, text, skipped: true }),
        }
    }
    Ok(import)
}

/// The lines of one VEVENT.
struct Event {
    line: usize,
    lines: Vec<ContentLine>,
}

impl Event {
    fn get(&self, name: &str) -> Option<&ContentLine> {
        self.lines.iter().find(|line| line.name == name)
    }

    fn summary(&self) -> String {
        self.get("SUMMARY").map(ContentLine::text).unwrap_or_default().chars().take(200).collect()
    }
}

/// Groups lines into events. Nesting is counted, never recursed into.
fn events(lines: Vec<ContentLine>) -> Result<Vec<Event>, IcsError> {
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut events: Vec<Event> = Vec::new();
    if lines.first().is_none_or(|line| line.name != "BEGIN" || !line.value.eq_ignore_ascii_case("VCALENDAR")) {
        return Err(IcsError::new(1, "the file does not start with `BEGIN:VCALENDAR`; export it as iCalendar (.ics)"));
    }
    for line in lines {
        let component = line.value.trim().to_ascii_uppercase();
        if line.name == "BEGIN" {
            if open.len() >= 16 {
                return Err(IcsError::new(line.number, "components are nested too deeply"));
            }
            if component == "VEVENT" && open.len() == 1 {
                events.push(Event { line: line.number, lines: Vec::new() });
            }
            open.push((component, line.number));
        } else if line.name == "END" {
            match open.pop() {
                Some((name, _)) if name == component => {}
                Some((name, start)) => {
                    let message = format!("`END:{component}` closes `BEGIN:{name}` of line {start}");
                    return Err(IcsError::new(line.number, message));
                }
                None => {
                    return Err(IcsError::new(line.number, format!("`END:{component}` has no `BEGIN`")));
                }
            }
        } else if open.len() == 2
            && open.last().is_some_and(|(name, _)| name == "VEVENT")
            && let Some(event) = events.last_mut()
        {
            event.lines.push(line);
        }
        if events.len() > MAX_EVENTS {
            return Err(IcsError::new(
                1,
                format!("the file has more than {MAX_EVENTS} events; export one school year"),
            ));
        }
    }
    match open.pop() {
        Some((name, start)) => Err(IcsError::new(start, format!("`BEGIN:{name}` is not closed; the file is cut off"))),
        None => Ok(events),
    }
}

enum Found {
    Period(Period, Option<String>),
    Skip(String),
}

/// First and last local day, and whether the event takes whole days.
struct Extent {
    from: Date,
    to: Date,
    whole: bool,
}

struct Reader<'a> {
    event: &'a Event,
    options: &'a IcsOptions,
    zone: &'a TimeZone,
}

impl Reader<'_> {
    fn period(&self) -> Result<Found, IcsError> {
        let skip = |text: &str| Ok(Found::Skip(text.to_owned()));
        let event = self.event;
        if event.get("STATUS").is_some_and(|line| line.value.eq_ignore_ascii_case("CANCELLED")) {
            return skip("it is cancelled");
        }
        if event.get("RRULE").is_some() || event.get("RDATE").is_some() {
            return skip("it repeats; repeating events are not read, add the days one by one");
        }
        let Some(start) = event.get("DTSTART") else {
            return Err(IcsError::new(event.line, "this event has no DTSTART"));
        };
        let (extent, note) = self.extent(start)?;
        let days = days_from(extent.from, extent.to) + 1;
        if days > MAX_EVENT_DAYS {
            return skip("it is longer than 120 days");
        }
        let Some(kind) = self.kind(days, extent.whole) else {
            return skip("nothing tells what kind of day it is (vacation, free day, study day, ...)");
        };
        if !extent.whole && !matches!(kind, PeriodKind::StudyDay | PeriodKind::HalfStudyDay) {
            return skip("it takes only part of a day");
        }
        let summary = event.summary();
        let name =
            if summary.is_empty() { BTreeMap::new() } else { BTreeMap::from([("nl".to_owned(), summary.clone())]) };
        let id = format!("ics-{}-{}", extent.from, slug(&summary));
        Ok(Found::Period(Period { id, kind, from: extent.from, to: extent.to, name }, note))
    }

    fn extent(&self, start: &ContentLine) -> Result<(Extent, Option<String>), IcsError> {
        let (from, dated, note) = self.moment(start)?;
        let end = match (self.event.get("DTEND"), self.event.get("DURATION")) {
            (Some(line), _) => self.moment(line)?.0,
            (None, Some(line)) => {
                let span: Option<Span> = line.value.trim().parse().ok();
                let end = span.and_then(|span| from.checked_add(span).ok());
                end.ok_or_else(|| IcsError::new(line.number, "this DURATION cannot be read; write for example `P1D`"))?
            }
            (None, None) if dated => from.checked_add(1.day()).unwrap_or(from),
            (None, None) => from,
        };
        if end < from {
            return Err(IcsError::new(start.number, "this event ends before it starts"));
        }
        // An end at midnight is exclusive: the day before is the last one.
        let last = if end > from && end.time() == Time::midnight() {
            end.date().yesterday().unwrap_or(end.date())
        } else {
            end.date()
        };
        let whole = dated
            || (from.time() == Time::midnight() && end.time() == Time::midnight() && end > from)
            || last > from.date();
        Ok((Extent { from: from.date(), to: last, whole }, note))
    }

    /// The local moment of a DTSTART or DTEND, and whether it is a date without time.
    fn moment(&self, line: &ContentLine) -> Result<(DateTime, bool, Option<String>), IcsError> {
        let value = line.value.trim();
        let bad =
            || IcsError::new(line.number, format!("`{value}` is not a date; write `20261102` or `20261102T083000`"));
        if !value.is_ascii() {
            return Err(bad());
        }
        if value.len() == 8 {
            return Ok((date_of(value).ok_or_else(bad)?.to_datetime(Time::midnight()), true, None));
        }
        let (head, utc) = value.strip_suffix('Z').map_or((value, false), |head| (head, true));
        let (date, time) = head.split_once('T').ok_or_else(bad)?;
        let moment = date_of(date).ok_or_else(bad)?.to_datetime(time_of(time).ok_or_else(bad)?);
        let mut note = None;
        let zone = if utc {
            TimeZone::UTC
        } else {
            match line.param("TZID").map(|name| (name, TimeZoneDatabase::bundled().get(name.trim_matches('/')))) {
                None => self.zone.clone(),
                Some((_, Ok(zone))) => zone,
                Some((name, Err(_))) => {
                    note = Some(format!("time zone `{name}` is unknown; read as {}", self.options.zone));
                    self.zone.clone()
                }
            }
        };
        let local = moment.to_zoned(zone).map_err(|_| bad())?.with_time_zone(self.zone.clone()).datetime();
        Ok((local, false, note))
    }

    fn kind(&self, days: i32, whole: bool) -> Option<PeriodKind> {
        let categories: Vec<String> = self
            .event
            .lines
            .iter()
            .filter(|line| line.name == "CATEGORIES")
            .flat_map(|line| line.value.split(',').map(|word| word.trim().to_lowercase()).collect::<Vec<_>>())
            .collect();
        let summary = self.event.summary().to_lowercase();
        let own = self.options.words.iter().find(|(word, _)| {
            let word = word.to_lowercase();
            categories.contains(&word) || (!word.is_empty() && summary.contains(&word))
        });
        let by_name = || categories.iter().find_map(|word| PeriodKind::named(&word.replace([' ', '-'], "_")));
        let told = own.map(|(_, kind)| *kind).or_else(by_name).or_else(|| {
            let texts = categories.iter().map(String::as_str).chain([summary.as_str()]);
            texts.into_iter().find_map(|text| kind_of_words(text, days))
        });
        told.or(self.options.otherwise.filter(|_| whole))
    }
}

/// The kind that the words of schools tell, in Dutch, French and English.
fn kind_of_words(text: &str, days: i32) -> Option<PeriodKind> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let study = has(&[
        "studiedag",
        "studienamiddag",
        "pedagogische",
        "study day",
        "journée pédagogique",
        "demi-journée pédagogique",
        "journée de formation",
        "inset day",
    ]);
    if study && has(&["halve", "namiddag", "voormiddag", "half", "demi-"]) {
        return Some(PeriodKind::HalfStudyDay);
    }
    if study {
        return Some(PeriodKind::StudyDay);
    }
    if has(&["vakantie", "vacances", "vacation", "holidays", "half-term"]) {
        return Some(PeriodKind::Vacation);
    }
    if has(&[
        "brugdag",
        "vrije dag",
        "vrijaf",
        "verlofdag",
        "snipperdag",
        "facultatieve",
        "lesvrij",
        "roostervrij",
        "geen school",
        "schoolvrij",
        "free day",
        "day off",
        "no school",
        "jour de congé",
        "faire le pont",
    ]) {
        return Some(PeriodKind::FreeDay);
    }
    if has(&[
        "feestdag",
        "public holiday",
        "bank holiday",
        "jour férié",
        "wapenstilstand",
        "hemelvaart",
        "pinkster",
        "paasmaandag",
        "allerheiligen",
        "kerstmis",
        "nieuwjaar",
        "dag van de arbeid",
        "koningsdag",
        "bevrijdingsdag",
        "goede vrijdag",
    ]) {
        return Some(PeriodKind::PublicHoliday);
    }
    has(&["congé"]).then_some(if days >= 3 { PeriodKind::Vacation } else { PeriodKind::FreeDay })
}

fn date_of(digits: &str) -> Option<Date> {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<u16>().ok();
    let (year, month, day) = (number(0..4)?, number(4..6)?, number(6..8)?);
    let fits = digits.len() == 8;
    Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok().filter(|_| fits)
}

fn time_of(digits: &str) -> Option<Time> {
    let number = |range: std::ops::Range<usize>| digits.get(range)?.parse::<i8>().ok();
    let second = if digits.len() == 4 { 0 } else { number(4..6)?.min(59) };
    Time::new(number(0..2)?, number(2..4)?, second, 0).ok().filter(|_| matches!(digits.len(), 4 | 6))
}

fn slug(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-").chars().take(80).collect()
}
