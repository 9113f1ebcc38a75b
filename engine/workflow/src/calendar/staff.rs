//! Who is there when: absences with their substitutes, and jobs that two people share. Data and questions about a day;
//! what it means for tasks and roles is decided by `decide`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};
use serde::{Deserialize, Serialize};

/// Most absences in one calendar.
pub const MAX_ABSENCES: usize = 2_000;
/// Noon: who works the morning works before it.
const NOON: i8 = 12;

/// Absences and shared jobs of a school.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Staff {
    /// Absences, by first day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// Jobs that two or more people share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duos: Vec<Duo>,
}

/// A person is away for some days.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Absence {
    /// First day.
    pub from: Date,
    /// Last day (included).
    pub to: Date,
    /// Who is away.
    pub person: String,
    /// Who stands in meanwhile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub substitute: Option<String>,
    /// Roles at school of the person who is away: they are handed over too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
}

/// People who share one job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duo {
    /// Person ids; the first one's name stands for the job.
    pub people: Vec<String>,
    /// When each of them works: `mon`, `tue`, `wed-am`, `wed-pm`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub days: BTreeMap<String, Vec<WorkTime>>,
}

/// A weekday, or half of it: `mon`, `wed-am`, `wed-pm`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WorkTime {
    day: Weekday,
    /// Only the morning, only the afternoon, or both.
    morning: Option<bool>,
}

const DAYS: [(&str, Weekday); 5] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
];

impl TryFrom<String> for WorkTime {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let (day, part) = text.split_once('-').map_or((text.as_str(), None), |(day, part)| (day, Some(part)));
        let found = DAYS.iter().find(|(word, _)| *word == day).map(|(_, day)| *day);
        let morning = match part {
            None => Some(None),
            Some("am") => Some(Some(true)),
            Some("pm") => Some(Some(false)),
            Some(_) => None,
        };
        found
            .zip(morning)
            .map(|(day, morning)| Self { day, morning })
            .ok_or_else(|| format!("`{text}` is no time of work; write mon, tue, wed-am, wed-pm, thu or fri"))
    }
}

impl From<WorkTime> for String {
    fn from(time: WorkTime) -> Self {
        let day = DAYS.iter().find(|(_, day)| *day == time.day).map_or("", |(word, _)| word);
        match time.morning {
            None => day.to_owned(),
            Some(true) => format!("{day}-am"),
            Some(false) => format!("{day}-pm"),
        }
    }
}

impl WorkTime {
    fn holds(self, at: DateTime) -> bool {
        self.day == at.weekday() && self.morning.is_none_or(|morning| morning == (at.hour() < NOON))
    }
}

/// What can be wrong with absences and shared jobs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StaffError {
    /// Nobody of this id.
    #[error("there is nobody `{person}` at this school; people are named in its school file")]
    Unknown {
        /// The id.
        person: String,
    },
    /// It ends before it begins.
    #[error("the absence of {person} from {from} ends before it begins; give a `to` on or after {from}")]
    Backwards {
        /// Who.
        person: String,
        /// First day.
        from: Date,
    },
    /// Two absences of one person at the same time.
    #[error("{person} is absent already on {on}; change that absence or end it first")]
    Overlap {
        /// Who.
        person: String,
        /// A day that both have.
        on: Date,
    },
    /// Somebody would stand in for themselves.
    #[error("{person} cannot stand in for {person}; name somebody else")]
    Oneself {
        /// Who.
        person: String,
    },
    /// The substitute is away too, and nobody else stands in.
    #[error("{substitute} cannot stand in for {person}: {substitute} is absent on {on}; name somebody who is there")]
    SubstituteAbsent {
        /// Who is away.
        person: String,
        /// Who would stand in.
        substitute: String,
        /// A day on which both are away.
        on: Date,
    },
    /// The substitute has a substitute: tasks would travel on to somebody who was never asked.
    #[error(
        "{substitute} cannot stand in for {person}: {next} stands in for {substitute} on {on}; name {next} or somebody else"
    )]
    Chain {
        /// Who is away.
        person: String,
        /// Who would stand in.
        substitute: String,
        /// Who stands in for that one.
        next: String,
        /// A day on which both are away.
        on: Date,
    },
    /// A job that is not shared, or a person in two of them.
    #[error("a duo-job needs two people, each in one duo-job only; {0}")]
    Duo(String),
    /// More than the bound.
    #[error("there are {0} absences; at most {MAX_ABSENCES} are kept: take out those of earlier years")]
    TooMany(usize),
}

impl StaffError {
    /// The word by which people are told, such as `overlap`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown",
            Self::Backwards { .. } => "backwards",
            Self::Overlap { .. } => "overlap",
            Self::Oneself { .. } => "oneself",
            Self::SubstituteAbsent { .. } => "substitute_absent",
            Self::Chain { .. } => "chain",
            Self::Duo(_) => "duo",
            Self::TooMany(_) => "too_many",
        }
    }
}

impl Absence {
    /// Whether the person is away on a day.
    pub fn on(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }

    /// Whether the person is away on every day of a period.
    pub fn covers(&self, from: Date, to: Date) -> bool {
        self.from <= from && to <= self.to
    }

    fn meets(&self, other: &Self) -> Option<Date> {
        let first = self.from.max(other.from);
        (first <= self.to.min(other.to)).then_some(first)
    }
}

impl Staff {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.absences.is_empty() && self.duos.is_empty()
    }

    /// Sorted, and free of contradictions.
    ///
    /// # Errors
    /// The first contradiction.
    pub fn checked(mut self) -> Result<Self, StaffError> {
        if self.absences.len() > MAX_ABSENCES {
            return Err(StaffError::TooMany(self.absences.len()));
        }
        self.absences.sort();
        for (at, absence) in self.absences.iter().enumerate() {
            check_absence(absence, &self.absences, at)?;
        }
        let mut seen = BTreeSet::new();
        for duo in &self.duos {
            if duo.people.len() < 2 {
                return Err(StaffError::Duo(format!("found {}", duo.people.join(", "))));
            }
            if let Some(twice) = duo.people.iter().find(|person| !seen.insert((*person).clone())) {
                return Err(StaffError::Duo(format!("{twice} is named twice")));
            }
            if let Some(other) = duo.days.keys().find(|person| !duo.people.contains(*person)) {
                return Err(StaffError::Duo(format!("`days` names {other}, who does not share it")));
            }
        }
        Ok(self)
    }

    /// The absence of a person on a day.
    pub fn absence(&self, person: &str, day: Date) -> Option<&Absence> {
        self.absences.iter().find(|absence| absence.person == person && absence.on(day))
    }

    /// The absences on a day.
    pub fn away(&self, day: Date) -> impl Iterator<Item = &Absence> {
        self.absences.iter().filter(move |absence| absence.on(day))
    }

    /// The absences on a day in which a person stands in.
    pub fn covered_by<'a>(&'a self, person: &'a str, day: Date) -> impl Iterator<Item = &'a Absence> {
        self.away(day).filter(move |absence| absence.substitute.as_deref() == Some(person))
    }

    /// The job that a person shares.
    pub fn duo(&self, person: &str) -> Option<&Duo> {
        self.duos.iter().find(|duo| duo.people.iter().any(|one| one == person))
    }

    /// Whether two people share a job.
    pub fn share(&self, one: &str, other: &str) -> bool {
        one != other && self.duo(one).is_some_and(|duo| duo.people.iter().any(|person| person == other))
    }

    /// Of those who share a job with a person, who works at a moment: those of that half day who are not away, else all
    /// who are not away, else all. The person alone when the job is not shared.
    pub fn at_work(&self, person: &str, at: DateTime) -> Vec<String> {
        let Some(duo) = self.duo(person) else { return vec![person.to_owned()] };
        let there: Vec<&String> = duo.people.iter().filter(|one| self.absence(one, at.date()).is_none()).collect();
        let works = |one: &String| duo.days.get(one).is_some_and(|times| times.iter().any(|time| time.holds(at)));
        let now: Vec<String> = there.iter().filter(|one| works(one)).map(|one| (*one).clone()).collect();
        match (now.is_empty(), there.is_empty()) {
            (false, _) => now,
            (true, false) => there.into_iter().cloned().collect(),
            (true, true) => duo.people.clone(),
        }
    }

    /// The first day after `day` on which somebody goes or is back.
    pub fn next_change(&self, day: Date) -> Option<Date> {
        let ends = |absence: &Absence| absence.to.checked_add(1.day()).ok();
        let changes = self.absences.iter().flat_map(|absence| [Some(absence.from), ends(absence)]);
        changes.flatten().filter(|change| *change > day).min()
    }
}

fn check_absence(absence: &Absence, all: &[Absence], at: usize) -> Result<(), StaffError> {
    let person = &absence.person;
    if absence.to < absence.from {
        return Err(StaffError::Backwards { person: person.clone(), from: absence.from });
    }
    for other in all.get(at + 1..).unwrap_or_default().iter().filter(|other| other.person == *person) {
        if let Some(on) = absence.meets(other) {
            return Err(StaffError::Overlap { person: person.clone(), on });
        }
    }
    let Some(substitute) = &absence.substitute else { return Ok(()) };
    if substitute == person {
        return Err(StaffError::Oneself { person: person.clone() });
    }
    for other in all.iter().filter(|other| other.person == *substitute) {
        let Some(on) = absence.meets(other) else { continue };
        let (person, substitute) = (person.clone(), substitute.clone());
        return Err(match &other.substitute {
            Some(next) => StaffError::Chain { person, substitute, next: next.clone(), on },
            None => StaffError::SubstituteAbsent { person, substitute, on },
        });
    }
    Ok(())
}
