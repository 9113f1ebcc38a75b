//! Who is away and who stands in, who shares a job, and how much is asked of whom.

use std::collections::BTreeMap;

use draaiboek_runtime::{Absence, Duo, StaffError, Traces};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shapes::Done;
use super::{body, done, fine};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{ManagePeople, SeePeople, SeeTrajectory, Visit};
use crate::input::Input;

/// Days on which somebody is away.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AbsenceShape {
    /// Person id.
    person: String,
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// The last day, included.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// Person id of who stands in.
    #[serde(default)]
    substitute: Option<String>,
}

/// Somebody who is back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Back {
    /// Person id.
    person: String,
    /// First day of the absence, when it has not begun; without it, from today on.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Date)]
    from: Option<Date>,
}

/// Two people who share one job.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DuoShape {
    /// Person ids.
    people: Vec<String>,
    /// Working days by person id: `mon`, `mon-am`, `mon-pm` and so on.
    #[serde(default)]
    days: BTreeMap<String, Vec<String>>,
}

/// A shared job that ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndDuo {
    /// Person id of the first of the two.
    person: String,
}

/// What running cycles still ask.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Workload {
    /// School weeks, such as `2026-W41`.
    weeks: Vec<String>,
    /// The most minutes a week that the school has agreed on.
    budget: Option<u32>,
    people: Vec<PersonLoad>,
}

/// What is asked of one person.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonLoad {
    person: String,
    /// Minutes by school week.
    minutes: BTreeMap<String, u32>,
    /// Weeks with more than was agreed.
    over: Vec<String>,
}

/// What is known of a person: what would go when the person is erased.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TracesShape {
    person: String,
    name: Option<String>,
    /// Contributions that still have their content, by cycle.
    contributions: BTreeMap<String, usize>,
    drafts: usize,
    sessions: usize,
    account: bool,
    /// Team ids.
    teams: Vec<String>,
}

impl From<Traces> for TracesShape {
    fn from(traces: Traces) -> Self {
        Self {
            person: traces.person,
            name: traces.name,
            contributions: traces.cycles.into_iter().map(|cycle| (cycle.instance, cycle.contributions)).collect(),
            drafts: traces.drafts,
            sessions: traces.sessions,
            account: traces.account,
            teams: traces.teams,
        }
    }
}

/// Why somebody is erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ErasePerson {
    reason: String,
}

/// What is known of a person.
#[utoipa::path(get, path = "/api/v1/people/{person}/traces", responses((status = 200, body = TracesShape)))]
pub(super) async fn traces(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    fine(&TracesShape::from(visit.traces(input.part("person")).await?))
}

/// Erase a person for good; what was published stays, and that somebody took part.
#[utoipa::path(post, path = "/api/v1/people/{person}/erase", request_body = ErasePerson, responses((status = 200, body = TracesShape)))]
pub(super) async fn erase(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let asked: ErasePerson = body(&input)?;
    fine(&TracesShape::from(visit.erase_person(input.part("person"), &asked.reason).await?))
}

/// Who is away, today and later.
#[utoipa::path(get, path = "/api/v1/people/absences", responses((status = 200, body = Vec<AbsenceShape>)))]
pub(super) async fn absences(visit: Visit<SeePeople>, _: Input) -> Outcome {
    let place = visit.place()?;
    let today = place.today(visit.now);
    let coming = place.school.absences.iter().filter(|absence| absence.to >= today);
    let shape = |absence: &Absence| AbsenceShape {
        person: absence.person.clone(),
        from: absence.from,
        to: absence.to,
        substitute: absence.substitute.clone(),
    };
    fine(&coming.map(shape).collect::<Vec<_>>())
}

/// What contradicts, in words for programs.
fn settled(saved: Result<(), StaffError>) -> Outcome {
    match saved {
        Ok(()) => done(),
        Err(error) => Err(Failure::Invalid(error.to_string())),
    }
}

/// Report an absence; tasks change hands on those days.
#[utoipa::path(post, path = "/api/v1/people/absences", request_body = AbsenceShape, responses((status = 200, body = Done)))]
pub(super) async fn absence(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let AbsenceShape { person, from, to, substitute } = body(&input)?;
    let absence = Absence { from, to, person, substitute, roles: Vec::new() };
    settled(visit.checked(|school| school.set_absence(absence)).await?)
}

/// End an absence, or take one away that has not begun.
#[utoipa::path(post, path = "/api/v1/people/absences/end", request_body = Back, responses((status = 200, body = Done)))]
pub(super) async fn back(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let Back { person, from } = body(&input)?;
    let today = visit.place()?.today(visit.now);
    let from = from.map_or(today, |from| from.max(today));
    ended(visit.checked(|school| school.end_absence(&person, from).then_some(()).ok_or(())).await?)
}

/// Something ended; that it was not there is told.
fn ended(found: Result<(), ()>) -> Outcome {
    match found {
        Ok(()) => done(),
        Err(()) => Err(Failure::NotFound),
    }
}

/// Jobs that people share.
#[utoipa::path(get, path = "/api/v1/people/duos", responses((status = 200, body = Vec<DuoShape>)))]
pub(super) async fn duos(visit: Visit<SeePeople>, _: Input) -> Outcome {
    let shape = |duo: &Duo| {
        let times = |times: &Vec<_>| times.iter().map(|time| String::from(*time)).collect();
        let days = duo.days.iter().map(|(person, own)| (person.clone(), times(own)));
        DuoShape { people: duo.people.clone(), days: days.collect() }
    };
    fine(&visit.place()?.school.duos.iter().map(shape).collect::<Vec<_>>())
}

/// Let two people share a job.
#[utoipa::path(post, path = "/api/v1/people/duos", request_body = DuoShape, responses((status = 200, body = Done)))]
pub(super) async fn duo(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let DuoShape { people, days } = body(&input)?;
    let mut duo = Duo { people, days: BTreeMap::new() };
    for (person, times) in days {
        let known = times.into_iter().map(|time| time.clone().try_into().map_err(|_| time));
        let known: Result<Vec<_>, String> = known.collect();
        let known = known.map_err(|time| Failure::Invalid(format!("`{time}` is no working day such as `mon-am`")))?;
        duo.days.insert(person, known);
    }
    settled(visit.checked(|school| school.set_duo(duo)).await?)
}

/// End a shared job.
#[utoipa::path(post, path = "/api/v1/people/duos/end", request_body = EndDuo, responses((status = 200, body = Done)))]
pub(super) async fn end_duo(visit: Visit<ManagePeople>, input: Input) -> Outcome {
    let EndDuo { person } = body(&input)?;
    ended(visit.checked(|school| school.end_duo(&person).then_some(()).ok_or(())).await?)
}

/// Minutes that running cycles still ask: of everybody, for who may change people; else of whoever asks.
#[utoipa::path(get, path = "/api/v1/workload", responses((status = 200, body = Workload)))]
pub(super) async fn workload(visit: Visit<SeeTrajectory>, _: Input) -> Outcome {
    let found = visit.workload().await?;
    let everybody = visit.may(Resource::People, Action::Manage);
    let own = &visit.member()?.person;
    let people = found.people.iter().filter(|asked| everybody || asked.person == *own).map(|asked| PersonLoad {
        person: asked.person.clone(),
        minutes: asked.weeks.iter().map(|week| (week.week.clone(), week.minutes)).collect(),
        over: asked.weeks.iter().filter(|week| week.over).map(|week| week.week.clone()).collect(),
    });
    fine(&Workload { weeks: found.weeks.clone(), budget: found.budget, people: people.collect() })
}
