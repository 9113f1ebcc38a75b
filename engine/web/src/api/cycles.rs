//! Cycles: look, say "next", steer.

use draaiboek_store::InstanceFilter;
use draaiboek_workflow::decide::Command;
use draaiboek_workflow::ir::Privacy;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cycle_shapes::{ChildShape, CycleLine, CycleWhole, EventShape, LogLine, Missing, ReplyShape, StepLine};
use super::shapes::at;
use super::{body, fine, key, reply, value_of};
use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{AdvanceCycle, Cycle, ManageCycle, SeeCycle, SeeHome, Visit};
use crate::input::Input;

/// An event.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Send {
    /// Its data.
    #[serde(default)]
    #[schema(value_type = Object)]
    data: draaiboek_workflow::decide::Object,
    /// Why, when the workflow asks for it.
    #[serde(default)]
    reason: Option<String>,
    /// Revision of the cycle that the sender saw: when it is another now, nothing is done (409).
    #[serde(default)]
    revision: Option<u64>,
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
    /// Back to an earlier state, or the present one again: another round.
    Move {
        /// State ids.
        to: Vec<String>,
        /// Why.
        reason: String,
        /// Revision of the cycle that the sender saw: when it is another now, nothing is done (409).
        #[serde(default)]
        revision: Option<u64>,
    },
}

/// A cycle as one line.
pub(super) fn line(cycle: &Cycle) -> CycleLine {
    CycleLine {
        cycle: cycle.id().to_owned(),
        title: cycle.title(),
        workflow: cycle.definition.ir.id.clone(),
        version: cycle.definition.ir.version.clone(),
        lifecycle: cycle.snapshot.lifecycle.word().to_owned(),
        states: cycle.snapshot.chart.active.clone(),
        revision: cycle.revision(),
        parent: cycle.parent().0.map(str::to_owned),
    }
}

/// Cycles one may look at, newest first.
#[utoipa::path(get, path = "/api/v1/cycles", params(("workflow" = Option<String>, Query, description = "Only of this workflow")), responses((status = 200, body = Vec<CycleLine>)))]
pub(super) async fn index(visit: Visit<SeeHome>, input: Input) -> Outcome {
    let filter =
        InstanceFilter { workflow: input.query.text("workflow").map(str::to_owned), ..InstanceFilter::default() };
    let cycles = visit.cycles(&filter).await?;
    fine(&cycles.iter().map(line).collect::<Vec<_>>())
}

/// A cycle: where it is, its steps, and what can be done now with what is missing.
#[utoipa::path(get, path = "/api/v1/cycles/{id}", responses((status = 200, body = CycleWhole)))]
pub(super) async fn show(visit: Visit<SeeCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let may = cycle.may(Resource::Cycle, Action::Advance, Privacy::P0);
    let offers = if may { cycle.offers(&cycle.answers().await)? } else { Default::default() };
    let events = offers.iter().cloned().map(|offer| EventShape {
        event: offer.event,
        ready: offer.ready,
        missing: offer.missing.map(|no| Missing { error: no.word, reasons: no.reasons }),
        needs_reason: offer.needs_reason,
        data: offer.schema,
        to: offer.targets,
        back: offer.back,
    });
    let steps = cycle.snapshot.steps.iter().map(|(id, step)| StepLine {
        step: id.clone(),
        status: value_of(&step.status),
        round: step.round,
        due: step.due.filter(|_| !cycle.is_held(id)).map(|due| due.to_string()),
    });
    let children =
        cycle.children().into_iter().map(|(state, key, cycle, status)| ChildShape { state, key, cycle, status });
    fine(&CycleWhole {
        line: line(&cycle),
        events: events.collect(),
        steps: steps.collect(),
        view: cycle.view().await.map(Value::Object),
        children: children.collect(),
    })
}

/// The latest decisions, without who handed in what.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/log", responses((status = 200, body = Vec<LogLine>)))]
pub(super) async fn log(visit: Visit<SeeCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    if !cycle.may(Resource::Cycle, Action::Read, Privacy::P1) {
        return Err(Failure::Denied);
    }
    let rows = cycle.journal(200).await?;
    let lines = rows.into_iter().filter_map(|row| {
        let command: Value = serde_json::from_str(&row.command).unwrap_or(Value::Null);
        if crate::pages::log::is_of_held(&cycle, command.get("command")?) {
            return None;
        }
        let what = command.pointer("/command/do").and_then(Value::as_str).map(str::to_owned);
        let handed_in = matches!(what.as_deref(), Some("contribute" | "withdraw"));
        Some(LogLine {
            at: at(row.at),
            revision: row.revision,
            by: (!handed_in).then_some(row.actor),
            accepted: !row.outcome.starts_with("rejected"),
            what,
        })
    });
    fine(&lines.collect::<Vec<_>>())
}

/// Send an event of the workflow.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/events/{event}", request_body = Send, responses((status = 200, body = ReplyShape)))]
pub(super) async fn send(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let asked: Send = body(&input)?;
    let key = key(&visit, asked.key.as_deref())?;
    cycle.unchanged_since(asked.revision).await?;
    let (event, data) = (input.part("event").to_owned(), Value::Object(asked.data));
    let command = Command::Send { event, data, reason: asked.reason };
    reply(cycle.command(command, key.as_deref()).await?)
}

/// Put a line in the log.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/notes", request_body = Note, responses((status = 200, body = ReplyShape)))]
pub(super) async fn note(visit: Visit<AdvanceCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let asked: Note = body(&input)?;
    reply(cycle.command(Command::Note { text: asked.text }, None).await?)
}

/// Steer a cycle.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/commands", request_body = CycleCommand, responses((status = 200, body = ReplyShape)))]
pub(super) async fn command(visit: Visit<ManageCycle>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let command = match body::<CycleCommand>(&input)? {
        CycleCommand::Pause { reason } => Command::Pause { reason },
        CycleCommand::Resume => Command::Resume,
        CycleCommand::Cancel { reason } => Command::Cancel { reason },
        CycleCommand::Move { to, reason, revision } => {
            cycle.unchanged_since(revision).await?;
            Command::Move { to, reason }
        }
    };
    reply(cycle.command(command, None).await?)
}
