//! Cycles: look, begin, say "next", steer.

use draaiboek_store::InstanceFilter;
use draaiboek_workflow::decide::{Command, Object};
use draaiboek_workflow::ir::Privacy;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{body, fine, key, reply};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{AdvanceCycle, Cycle, ManageCycle, SeeCycle, SeeHome, SeeResult, StartCycle, Visit};
use crate::input::Input;

/// A cycle to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    /// Name of a published workflow.
    workflow: String,
    /// Its configuration.
    #[serde(default)]
    #[schema(value_type = Object)]
    config: Object,
    /// The same key again gets the first answer.
    #[serde(default)]
    key: Option<String>,
}

/// An event.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    /// Its data.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: Option<Value>,
    /// Why, when the workflow asks for it.
    #[serde(default)]
    reason: Option<String>,
    /// The same key again gets the first answer.
    #[serde(default)]
    key: Option<String>,
}

/// A line for the log.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Note {
    /// Text.
    text: String,
}

/// Steering a cycle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub(super) enum CycleCommand {
    /// Stop the clock.
    Pause {
        /// Why.
        reason: String,
    },
    /// Go on.
    Resume,
    /// Stop for good.
    Cancel {
        /// Why.
        reason: String,
    },
    /// Back to an earlier state, or the present one again.
    Move {
        /// State ids.
        to: Vec<String>,
        /// Why.
        reason: String,
    },
}

fn summary(cycle: &Cycle) -> Value {
    json!({
        "cycle": cycle.id(), "title": cycle.title(), "workflow": cycle.definition.ir.id, "version": cycle.definition.ir.version,
        "lifecycle": cycle.snapshot.lifecycle.word(), "states": cycle.snapshot.chart.active, "revision": cycle.revision(),
        "parent": cycle.parent().0,
    })
}

/// Cycles one may look at, newest first.
#[utoipa::path(get, path = "/api/v1/cycles", responses((status = 200, body = Vec<Object>), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem)))]
pub(super) async fn index(visit: Visit<SeeHome>, input: Input) -> Outcome {
    let filter =
        InstanceFilter { workflow: input.query.text("workflow").map(str::to_owned), ..InstanceFilter::default() };
    let cycles = visit.cycles(&filter).await?;
    fine(&cycles.iter().map(summary).collect())
}

/// Begin a cycle.
#[utoipa::path(post, path = "/api/v1/start", request_body = Start, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn start(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let asked: Start = body(&input)?;
    let key = key(&visit, asked.key.as_deref())?;
    fine(&reply(&visit.start(&asked.workflow, asked.config, key.as_deref()).await?))
}

/// A cycle: where it is, its steps, and what can be done now with what is missing.
#[utoipa::path(get, path = "/api/v1/cycles/{id}", params(("id" = String, Path, description = "`~` stands for `/`")), responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem)))]
pub(super) async fn show(visit: Visit<SeeCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let may = cycle.may(Resource::Cycle, Action::Advance, Privacy::P0);
    let offers = if may { cycle.offers(&cycle.answers().await)? } else { Vec::new() };
    let events: Vec<Value> = offers
        .iter()
        .map(|offer| {
            let missing = offer.missing.as_ref().map(|no| json!({"error": no.word, "reasons": no.reasons}));
            json!({"event": offer.event, "ready": offer.ready, "missing": missing, "needs_reason": offer.needs_reason, "data": offer.schema, "to": offer.targets})
        })
        .collect();
    let steps: Vec<Value> = cycle
        .snapshot
        .steps
        .iter()
        .map(|(id, step)| json!({"step": id, "status": step.status, "round": step.round, "due": step.due}))
        .collect();
    let mut shown = summary(&cycle);
    shown["events"] = events.into();
    shown["steps"] = steps.into();
    shown["view"] = cycle.view().await.map_or(Value::Null, Value::Object);
    shown["children"] = cycle
        .children()
        .into_iter()
        .map(|(state, key, id, status)| json!({"state": state, "key": key, "cycle": id, "status": status}))
        .collect();
    fine(&shown)
}

/// The latest decisions, without who handed in what.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/log", params(("id" = String, Path, description = "`~` stands for `/`")), responses((status = 200, body = Vec<Object>), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem)))]
pub(super) async fn log(visit: Visit<SeeCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    if !cycle.may(Resource::Cycle, Action::Read, Privacy::P1) {
        return Err(Failure::Denied);
    }
    let rows = cycle.journal(200).await?;
    let lines: Vec<Value> = rows
        .iter()
        .map(|row| {
            let command: Value = serde_json::from_str(&row.command).unwrap_or(Value::Null);
            let done = command.pointer("/command/do").cloned().unwrap_or(Value::Null);
            let who = if done == "contribute" { Value::Null } else { row.actor.clone().into() };
            json!({"at": row.at, "revision": row.revision, "do": done, "by": who, "accepted": !row.outcome.starts_with("rejected")})
        })
        .collect();
    fine(&Value::Array(lines))
}

/// Send an event of the workflow.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/events/{event}", params(("id" = String, Path, description = "`~` stands for `/`"), ("event" = String, Path)), request_body = Send, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn send(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let asked: Send = body(&input)?;
    let data = asked.data.unwrap_or_else(|| Value::Object(Object::default()));
    let command = Command::Send { event: input.part("event").to_owned(), data, reason: asked.reason };
    fine(&reply(&cycle.command(command, key(&visit, asked.key.as_deref())?.as_deref()).await?))
}

/// Put a line in the log.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/notes", params(("id" = String, Path, description = "`~` stands for `/`")), request_body = Note, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn note(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let asked: Note = body(&input)?;
    fine(&reply(&cycle.command(Command::Note { text: asked.text }, None).await?))
}

/// Steer a cycle.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/commands", params(("id" = String, Path, description = "`~` stands for `/`")), request_body = CycleCommand, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn command(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let command = match body::<CycleCommand>(&input)? {
        CycleCommand::Pause { reason } => Command::Pause { reason },
        CycleCommand::Resume => Command::Resume,
        CycleCommand::Cancel { reason } => Command::Cancel { reason },
        CycleCommand::Move { to, reason } => Command::Move { to, reason },
    };
    fine(&reply(&cycle.command(command, None).await?))
}

/// All versions of what was published.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/artifacts", params(("id" = String, Path, description = "`~` stands for `/`")), responses((status = 200, body = Vec<Object>), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem)))]
pub(super) async fn artifacts(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let rows = cycle.artifacts().await?;
    let list: Vec<Value> = rows
        .iter()
        .map(|row| {
            let content: Value = serde_json::from_str(&row.content).unwrap_or(Value::Null);
            json!({"name": row.name, "version": row.version, "at": row.created_at, "content": content})
        })
        .collect();
    fine(&Value::Array(list))
}
