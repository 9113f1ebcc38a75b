//! People, teams and the school's days.

use draaiboek_runtime::LocalDay;
use draaiboek_workflow::calendar::PeriodKind;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;

use super::shapes::{
    CalendarShape, DayShape, Done, ImportChange, ImportProblem, ImportShape, PeopleAndTeams, PersonShape, TeamShape,
};
use super::{body, done, fine, value_of};
use crate::answer::{Failure, Outcome};
use crate::gate::roster::{Amiss, Change, PersonEdit, TeamEdit};
use crate::gate::{ManageCalendar, ManagePeople, SeeCalendar, SeePeople, Visit};
use crate::input::Input;

/// A person to add or change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SavePerson {
    /// At most 40 letters, digits, `-`, `_` and `.`.
    id: String,
    name: String,
    #[serde(default)]
    roles: Vec<String>,
}

/// A team to add or change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SaveTeam {
    /// At most 40 letters, digits, `-`, `_` and `.`.
    id: String,
    #[serde(default)]
    title: Option<String>,
    /// row, theme, subject, class_council, cross_school or adhoc.
    #[serde(default)]
    kind: Option<String>,
    /// Person ids.
    #[serde(default)]
    members: Vec<String>,
    /// Person id.
    #[serde(default)]
    coach: Option<String>,
}

/// A list of people, one a line: `id;name;role,role`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ImportPeople {
    csv: String,
    /// Without it nothing is changed: the answer says what would be.
    #[serde(default)]
    really: bool,
}

/// A day of the school itself.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutDay {
    #[schema(value_type = String, format = Date)]
    from: Date,
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    to: Option<Date>,
    kind: OwnDay,
    title: String,
}

/// Kinds of days a school may set itself.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
pub(super) enum OwnDay {
    #[serde(rename = "study_day")]
    Study,
    #[serde(rename = "half_study_day")]
    HalfStudy,
    #[serde(rename = "free_day")]
    Free,
}

/// A day to take away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DropDay {
    id: String,
}

/// Staff and teams.
#[utoipa::path(get, path = "/api/v1/people", responses((status = 200, body = PeopleAndTeams)))]
pub(super) async fn index(visit: Visit<SeePeople>, _: Input) -> Outcome {
    let school = &visit.place()?.school;
    let people = school.people.iter();
    let people =
        people.map(|(id, known)| (id.clone(), PersonShape { name: known.name.clone(), roles: known.roles.clone() }));
    let teams = school.teams.iter().map(|(id, team)| {
        let (title, kind) = (team.title.clone(), team.kind.clone());
        (id.clone(), TeamShape { title, kind, members: team.members.clone(), coach: team.coach.clone() })
    });
    fine(&PeopleAndTeams { people: people.collect(), teams: teams.collect(), warnings: school.warnings() })
}

fn settled(saved: Result<(), Amiss>) -> Outcome {
    match saved {
        Ok(()) => done(),
        Err(amiss) => Err(Failure::Invalid(amiss.help())),
    }
}

/// Add or change a person.
#[utoipa::path(post, path = "/api/v1/people", request_body = SavePerson, responses((status = 200, body = Done)))]
pub(super) async fn save(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let SavePerson { id, name, roles } = body(&input)?;
    settled(visit.save_person(&PersonEdit { id, name, roles }).await?)
}

/// Add or change a team.
#[utoipa::path(post, path = "/api/v1/teams", request_body = SaveTeam, responses((status = 200, body = Done)))]
pub(super) async fn team(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let SaveTeam { id, title, kind, members, coach } = body(&input)?;
    settled(visit.save_team(&TeamEdit { id, title, kind, members, coach }).await?)
}

/// Say what an import of people would change, or do it.
#[utoipa::path(post, path = "/api/v1/people/import", request_body = ImportPeople, responses((status = 200, body = ImportShape)))]
pub(super) async fn import(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let asked: ImportPeople = body(&input)?;
    let (import, done) = visit.import(&asked.csv, asked.really).await?;
    let changes = import.changes.into_iter().map(|change| match change {
        Change::Add { id, name, roles } => ImportChange { what: "add", id, name, roles },
        Change::Alter { id, name, roles } => ImportChange { what: "change", id, name, roles },
    });
    let problems = import.problems.into_iter().map(|(line, amiss)| ImportProblem { line, help: amiss.help() });
    fine(&ImportShape { done, changes: changes.collect(), problems: problems.collect() })
}

/// The school's days.
#[utoipa::path(get, path = "/api/v1/calendar", responses((status = 200, body = CalendarShape)))]
pub(super) async fn calendar(visit: Visit<SeeCalendar>, _: Input) -> Outcome {
    let place = visit.place()?;
    let data = place.calendar.data();
    let own = |id: &str| place.school.calendar.local.iter().any(|day| day.id == id);
    let periods = data.periods.iter().map(|period| DayShape {
        id: period.id.clone(),
        kind: value_of(&period.kind),
        from: period.from.to_string(),
        to: period.to.to_string(),
        name: period.name.clone(),
        own: own(&period.id),
    });
    fine(&CalendarShape { zone: data.zone.clone(), periods: periods.collect() })
}

/// Add or change a day of the school itself; open timers are dated anew.
#[utoipa::path(post, path = "/api/v1/calendar/days", request_body = PutDay, responses((status = 200, body = Done)))]
pub(super) async fn put_day(visit: Visit<ManageCalendar>, input: Input) -> Outcome {
    let PutDay { from, to, kind, title } = body(&input)?;
    let kind = match kind {
        OwnDay::Study => PeriodKind::StudyDay,
        OwnDay::HalfStudy => PeriodKind::HalfStudyDay,
        OwnDay::Free => PeriodKind::FreeDay,
    };
    visit.put_day(LocalDay { id: format!("eigen-{from}"), kind, from, to, title }).await?;
    done()
}

/// Take a day of the school away.
#[utoipa::path(post, path = "/api/v1/calendar/days/drop", request_body = DropDay, responses((status = 200, body = Done)))]
pub(super) async fn drop_day(visit: Visit<ManageCalendar>, input: Input) -> Outcome {
    let asked: DropDay = body(&input)?;
    visit.drop_day(&asked.id).await?;
    done()
}
