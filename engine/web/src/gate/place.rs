//! A school as pages need it: names, teams, and its calendar.

use draaiboek_runtime::School;
use draaiboek_store::SchoolRow;
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::Actor;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};

use super::policy::Role;
use crate::answer::Failure;

/// A school with its calendar.
#[derive(Debug)]
pub(crate) struct Place {
    /// People, teams, settings.
    pub school: School,
    /// Its days.
    pub calendar: Calendar,
    /// The row it was decoded from.
    pub(in crate::gate) stored: String,
}

impl Place {
    pub(in crate::gate) fn new(row: &SchoolRow) -> Result<Self, Failure> {
        let school: School = serde_json::from_str(&row.content)
            .map_err(|error| Failure::Broken(format!("the stored school `{}` cannot be read: {error}", row.id)))?;
        let calendar = school.calendar()?;
        Ok(Self { school, calendar, stored: row.content.clone() })
    }

    /// The name of a person; the id when nobody here has it.
    pub(crate) fn name<'a>(&'a self, person: &'a str) -> &'a str {
        self.school.people.get(person).map_or(person, |found| found.name.as_str())
    }

    /// The title of a team; the id when there is none.
    pub(crate) fn team<'a>(&'a self, team: &'a str) -> &'a str {
        match self.school.teams.get(team) {
            Some(found) if !found.title.is_empty() => &found.title,
            _ => team,
        }
    }

    /// Whom a key means: a team or a person, also at the end of the key, as in `autumn-lk13`.
    pub(crate) fn called(&self, key: &str) -> Option<String> {
        let ends = std::iter::once(key).chain(key.match_indices('-').filter_map(|(at, _)| key.get(at + 1..)));
        ends.into_iter().find_map(|end| match self.school.people.get(end) {
            Some(person) => Some(person.name.clone()),
            None => self.school.teams.contains_key(end).then(|| self.team(end).to_owned()),
        })
    }

    /// The first name.
    pub(crate) fn first_name<'a>(&'a self, person: &'a str) -> &'a str {
        self.name(person).split(' ').next().unwrap_or(person)
    }

    /// Local civil time of an instant.
    pub(crate) fn local(&self, at: Timestamp) -> DateTime {
        self.calendar.local(at)
    }

    /// Local civil time of stored microseconds.
    pub(crate) fn local_micros(&self, micros: i64) -> DateTime {
        Timestamp::from_microsecond(micros).map(|at| self.calendar.local(at)).unwrap_or_default()
    }

    /// The school day of an instant.
    pub(crate) fn today(&self, now: Timestamp) -> Date {
        self.local(now).date()
    }

    /// The person as actor; somebody who is not at the school acts with the roles of the account only.
    pub(in crate::gate) fn actor(&self, person: &str, extra: &[String]) -> Actor {
        self.school.actor(person).unwrap_or_else(|_| Actor {
            person: Some(person.to_owned()),
            roles: extra.to_vec(),
            on_behalf_of: None,
        })
    }

    /// Roles at school of people who are away today and for whom a person stands in.
    pub(in crate::gate) fn handed_roles(&self, person: &str, now: Timestamp) -> Vec<Role> {
        let away = self.calendar.staff().covered_by(person, self.today(now));
        away.flat_map(|absent| absent.roles.iter().filter_map(|role| Role::of(role))).collect()
    }

    /// Teams in which the person is, by id.
    pub(crate) fn teams_of<'a>(&'a self, person: &'a str) -> impl Iterator<Item = &'a str> {
        let of = move |team: &&draaiboek_runtime::Team| team.members.iter().any(|member| member == person);
        self.school.teams.iter().filter(move |(_, team)| of(team)).map(|(id, _)| id.as_str())
    }
}
