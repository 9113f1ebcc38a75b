//! What a school has: oneself, tasks, people, days, workflows, the machine's work.

use serde_json::{Value, json};

use super::fine;
use crate::answer::Outcome;
use crate::gate::{SeeCalendar, SeeHome, SeeLibrary, SeeOperations, SeePeople, Visit};
use crate::input::Input;

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/me", responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn me(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let member = visit.member()?;
    let place = visit.place()?;
    let roles = place.school.people.get(&member.person).map(|person| person.roles.clone());
    fine(
        &json!({"person": member.person, "name": member.name, "school": member.school, "roles": roles.unwrap_or_default()}),
    )
}

/// Open tasks of whoever is signed in, by due date.
#[utoipa::path(get, path = "/api/v1/tasks", responses((status = 200, body = Vec<Object>), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn tasks(visit: Visit<SeeHome>, _: Input) -> Outcome {
    let tasks = visit.my_tasks().await?;
    let list: Vec<Value> = tasks
        .iter()
        .map(|task| {
            json!({"cycle": task.cycle, "step": task.title.step, "kind": task.title.kind, "title": task.title.text, "minutes": task.row.minutes,
                   "privacy": task.row.privacy, "due": task.row.due_at, "handed_in": task.done})
        })
        .collect();
    fine(&Value::Array(list))
}

/// Staff and teams.
#[utoipa::path(get, path = "/api/v1/people", responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn people(visit: Visit<SeePeople>, _: Input) -> Outcome {
    let school = &visit.place()?.school;
    fine(&json!({"people": school.people, "teams": school.teams}))
}

/// The school's days.
#[utoipa::path(get, path = "/api/v1/calendar", responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn calendar(visit: Visit<SeeCalendar>, _: Input) -> Outcome {
    let data = visit.place()?.calendar.data();
    fine(&json!({"zone": data.zone, "periods": data.periods}))
}

/// Published workflows with the schema of their configuration.
#[utoipa::path(get, path = "/api/v1/workflows", responses((status = 200, body = Vec<Object>), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn workflows(visit: Visit<SeeLibrary>, _: Input) -> Outcome {
    let cards = visit.workflows(None).await?;
    let list: Vec<Value> = cards
        .iter()
        .map(|card| json!({"workflow": card.id, "version": card.version, "title": card.workflow.text(&visit.locale, "title"), "config": card.workflow.config}))
        .collect();
    fine(&Value::Array(list))
}

/// Incidents, timers and messages that wait; no contents.
#[utoipa::path(get, path = "/api/v1/operations", responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn operations(visit: Visit<SeeOperations>, _: Input) -> Outcome {
    let work = visit.work().await?;
    let incidents: Vec<Value> = work.incidents.iter().map(|(row, cycle)| json!({"cycle": cycle, "incident": row.input, "step": row.step, "cause": row.cause, "attempts": row.attempts})).collect();
    let timers: Vec<Value> = work
        .timers
        .iter()
        .map(|(row, cycle)| json!({"cycle": cycle, "timer": row.timer_id, "due": row.due_at}))
        .collect();
    fine(
        &json!({"cycles": work.counts.instances, "open_tasks": work.tasks, "incidents": incidents, "timers": timers, "waiting": work.outbox.len()}),
    )
}
