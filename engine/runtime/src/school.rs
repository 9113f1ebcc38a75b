//! A school: its people, teams and calendar, as a file says them and as the database keeps them.

use std::collections::BTreeMap;

use draaiboek_workflow::calendar::{
    Absence, Calendar, CalendarError, Duo, Hours, Period, PeriodKind, Region, Staff, StaffError,
};
use draaiboek_workflow::decide::Actor;
use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::EngineError;

/// A school.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct School {
    /// Id (tenant).
    pub school: String,
    /// Name for people.
    pub name: String,
    /// `BaO` primary or `SO` secondary.
    #[serde(default)]
    pub level: String,
    /// Language of its texts.
    #[serde(default = "dutch")]
    pub locale: String,
    /// IANA time zone.
    #[serde(default = "brussels")]
    pub timezone: String,
    /// Hours in which messages wait.
    #[serde(default)]
    pub quiet_hours: Option<QuietHours>,
    /// What it agreed on about work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workload: Option<Workload>,
    /// Its calendar.
    pub calendar: SchoolCalendar,
    /// People by id.
    #[serde(default)]
    pub people: BTreeMap<String, Person>,
    /// Teams by id.
    #[serde(default)]
    pub teams: BTreeMap<String, Team>,
    /// Who is away when, and who stands in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absences: Vec<Absence>,
    /// Jobs that two people share.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duos: Vec<Duo>,
}

/// Hours in which messages wait, local times `HH:MM`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// From this hour in the evening.
    pub from: String,
    /// Until this hour in the morning.
    pub to: String,
}

impl QuietHours {
    /// The hours between the quiet ones.
    fn messages(&self) -> Result<Hours, String> {
        let time = |text: &str| {
            text.parse::<Time>().map_err(|_| format!("`{text}` in `quiet_hours` is no time; write it as 17:00"))
        };
        let hours = Hours { from: time(&self.to)?, to: time(&self.from)? };
        if hours.from < hours.to {
            return Ok(hours);
        }
        Err(format!("quiet hours from {} to {} leave no time for messages", self.from, self.to))
    }
}

/// What a school agreed on about work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The most minutes in a week that it asks of a person.
    pub minutes_per_week: u32,
}

/// Where a school's calendar comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SchoolCalendar {
    /// Built-in region, such as `be-nl`.
    pub base: String,
    /// School years, such as `2026-2027`.
    pub years: Vec<String>,
    /// The school's own days.
    #[serde(default)]
    pub local: Vec<LocalDay>,
}

/// Days of the school itself, on top of the official ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LocalDay {
    /// Id, unique in the calendar.
    pub id: String,
    /// What it is.
    pub kind: PeriodKind,
    /// First day.
    pub from: Date,
    /// Last day; the first when there is none.
    #[serde(default)]
    pub to: Option<Date>,
    /// Name for people.
    #[serde(default)]
    pub title: String,
}

impl LocalDay {
    fn period(&self) -> Period {
        Period {
            id: self.id.clone(),
            kind: self.kind,
            from: self.from,
            to: self.to.unwrap_or(self.from),
            name: BTreeMap::from([("nl".to_owned(), self.title.clone())]),
        }
    }
}

/// A person of the school.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Person {
    /// Display name.
    pub name: String,
    /// Roles at school.
    #[serde(default)]
    pub roles: Vec<String>,
    /// Further attributes, such as `row`.
    #[serde(flatten)]
    pub attributes: BTreeMap<String, Value>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Name for people.
    #[serde(default)]
    pub title: String,
    /// row, theme, subject, class_council, cross_school or adhoc.
    #[serde(default)]
    pub kind: String,
    /// Theme of a theme team.
    #[serde(default)]
    pub theme: Option<String>,
    /// Members.
    #[serde(default)]
    pub members: Vec<String>,
    /// Coach, a member.
    #[serde(default)]
    pub coach: Option<String>,
}

fn dutch() -> String {
    "nl".into()
}

fn brussels() -> String {
    "Europe/Brussels".into()
}

impl School {
    /// Reads a school file.
    ///
    /// # Errors
    /// Line and column of what can not be read.
    pub fn parse(yaml: &str) -> Result<Self, EngineError> {
        let school: Self =
            serde_saphyr::from_str(yaml).map_err(|error| EngineError::Invalid(format!("the school file: {error}")))?;
        school.calendar()?;
        Ok(school)
    }

    /// The calendar with the school's own days.
    ///
    /// # Errors
    /// An unknown region or year, or a local day that can not be read.
    pub fn calendar(&self) -> Result<Calendar, EngineError> {
        let amiss = |error: String| EngineError::Invalid(format!("calendar of school `{}`: {error}", self.school));
        let region = Region::named(&self.calendar.base).map_err(|error| amiss(error.to_string()))?;
        let mut years = Vec::with_capacity(self.calendar.years.len());
        for year in &self.calendar.years {
            let first = year.split('-').next().and_then(|first| first.parse::<i16>().ok());
            years.push(first.ok_or_else(|| amiss(format!("`{year}` is no school year; write it as 2026-2027")))?);
        }
        let messages = self.quiet_hours.as_ref().map(QuietHours::messages).transpose().map_err(amiss)?;
        let (Some(first), Some(last)) = (years.iter().min(), years.iter().max()) else {
            return Err(amiss("it names no school year; write `years: [2026-2027]`".into()));
        };
        Calendar::builtin_years(region, *first, *last)
            .and_then(|calendar| calendar.with_periods(self.calendar.local.iter().map(LocalDay::period)))
            .and_then(|calendar| calendar.for_school(&self.timezone, messages))
            .and_then(|calendar| calendar.with_staff(self.staff()?))
            .map_err(|error| amiss(error.to_string()))
    }

    /// Adds an absence; one of the same person that begins on the same day is replaced.
    ///
    /// # Errors
    /// What contradicts it; the school stays as it was.
    pub fn set_absence(&mut self, absence: Absence) -> Result<(), StaffError> {
        let before = self.absences.clone();
        self.absences.retain(|known| known.person != absence.person || known.from != absence.from);
        self.absences.push(absence);
        self.absences.sort();
        self.staff_error().map_or(Ok(()), |error| {
            self.absences = before;
            Err(error)
        })
    }

    /// Ends the absence of a person that is under way on a day, or that would begin later; whether there was one.
    pub fn end_absence(&mut self, person: &str, back: Date) -> bool {
        let Some(at) = self.absences.iter().position(|known| known.person == person && known.to >= back) else {
            return false;
        };
        let last = back.yesterday().ok();
        match (self.absences.get_mut(at), last) {
            (Some(known), Some(last)) if known.from <= last => known.to = last,
            _ => drop(self.absences.remove(at)),
        }
        true
    }

    /// Lets people share a job.
    ///
    /// # Errors
    /// What contradicts it; the school stays as it was.
    pub fn set_duo(&mut self, duo: Duo) -> Result<(), StaffError> {
        let before = self.duos.clone();
        self.duos.retain(|known| known.people != duo.people);
        self.duos.push(duo);
        self.staff_error().map_or(Ok(()), |error| {
            self.duos = before;
            Err(error)
        })
    }

    /// Ends the job that a person shares; whether there was one.
    pub fn end_duo(&mut self, person: &str) -> bool {
        let before = self.duos.len();
        self.duos.retain(|known| !known.people.iter().any(|one| one == person));
        self.duos.len() < before
    }

    /// Takes a person out of everything: people, teams, absences, shared jobs.
    pub fn forget(&mut self, person: &str) {
        self.people.remove(person);
        for team in self.teams.values_mut() {
            team.members.retain(|one| one != person);
            team.coach = team.coach.take().filter(|coach| coach != person);
        }
        self.absences.retain(|absence| absence.person != person);
        for absence in &mut self.absences {
            absence.substitute = absence.substitute.take().filter(|to| to != person);
        }
        self.end_duo(person);
    }

    /// What is amiss in absences and shared jobs, if anything.
    pub fn staff_error(&self) -> Option<StaffError> {
        match self.staff().map(Staff::checked) {
            Err(CalendarError::Staff(error)) | Ok(Err(error)) => Some(error),
            _ => None,
        }
    }

    /// Absences with the roles that are handed over, and shared jobs.
    fn staff(&self) -> Result<Staff, CalendarError> {
        let known = |person: &String| match self.people.contains_key(person) {
            true => Ok(()),
            false => Err(CalendarError::Staff(StaffError::Unknown { person: person.clone() })),
        };
        let mut absences = Vec::with_capacity(self.absences.len());
        for absence in &self.absences {
            known(&absence.person)?;
            absence.substitute.as_ref().map_or(Ok(()), known)?;
            let roles = match (&absence.substitute, self.people.get(&absence.person)) {
                (Some(_), Some(person)) => person.roles.clone(),
                _ => Vec::new(),
            };
            absences.push(Absence { roles, ..absence.clone() });
        }
        self.duos.iter().flat_map(|duo| &duo.people).try_for_each(known)?;
        Ok(Staff { absences, duos: self.duos.clone() })
    }

    /// The person as actor, with the roles held at this moment.
    ///
    /// # Errors
    /// Nobody of this id.
    pub fn actor(&self, person: &str) -> Result<Actor, EngineError> {
        let known = self.people.get(person).ok_or_else(|| {
            EngineError::not_found(
                "person",
                person,
                format!("people of `{}` are named in its school file", self.school),
            )
        })?;
        Ok(Actor { person: Some(person.to_owned()), roles: known.roles.clone(), on_behalf_of: None })
    }

    /// What is amiss in people and teams, as warnings (domain.md `teams-matrix`).
    pub fn warnings(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (id, team) in &self.teams {
            match &team.coach {
                None => found.push(format!("team {id} has no coach")),
                Some(coach) if !team.members.contains(coach) => {
                    found.push(format!("coach {coach} of team {id} is not a member of it"));
                }
                Some(_) => {}
            }
            for member in team.members.iter().filter(|m| !self.people.contains_key(*m)) {
                found.push(format!("team {id} names {member}, who is not at this school"));
            }
        }
        for (id, person) in &self.people {
            let coached = self.teams.values().filter(|t| t.coach.as_deref() == Some(id)).count();
            if coached > 2 {
                found.push(format!("{id} coaches {coached} teams; two is the most"));
            }
            let teaches = person.roles.iter().any(|role| role == "tch");
            if teaches && !self.teams.values().any(|team| team.members.contains(id)) {
                found.push(format!("teacher {id} is in no team"));
            }
        }
        found
    }
}
