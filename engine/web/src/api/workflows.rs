//! Published workflows; beginning a cycle, and what that would do.

use draaiboek_workflow::decide::{Object, TaskChange, TimerChange};
use draaiboek_workflow::ir::{Identity, State};
use serde::Deserialize;
use utoipa::ToSchema;

use super::cycle_shapes::{PreviewShape, PreviewTask, PreviewTimer, ReplyShape};
use super::shapes::{StateShape, WorkflowShape, WorkflowStep, WorkflowWhole};
use super::{body, fine, key, reply};
use crate::answer::{Failure, Outcome};
use crate::gate::{SeeLibrary, StartCycle, Visit, WorkflowCard};
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

/// A cycle that might begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Preview {
    /// Name of a published workflow.
    workflow: String,
    /// Its configuration.
    #[serde(default)]
    #[schema(value_type = Object)]
    config: Object,
}

/// Published workflows with the schema of their configuration.
#[utoipa::path(get, path = "/api/v1/workflows", responses((status = 200, body = Vec<WorkflowShape>)))]
pub(super) async fn index(visit: Visit<SeeLibrary>, _: Input) -> Outcome {
    let cards = visit.workflows(None).await?;
    let list = cards.into_iter().map(|card| WorkflowShape {
        title: card.workflow.text(&visit.locale, "title").to_owned(),
        config: card.workflow.config.clone(),
        workflow: card.id,
        version: card.version,
    });
    fine(&list.collect::<Vec<_>>())
}

/// The newest version of a workflow, or the one that `v` names.
#[utoipa::path(get, path = "/api/v1/workflows/{workflow}", params(("v" = Option<String>, Query, description = "Version")), responses((status = 200, body = WorkflowWhole)))]
pub(super) async fn show(visit: Visit<SeeLibrary>, input: Input) -> Outcome {
    let cards = visit.workflows(Some(input.part("workflow"))).await?;
    let card = match input.query.text("v") {
        Some(version) => cards.iter().find(|card| card.version == version),
        None => cards.iter().max_by_key(|card| card.at),
    };
    let card = card.ok_or(Failure::NotFound)?;
    let states = card.workflow.all_states();
    fine(&WorkflowWhole {
        workflow: card.id.clone(),
        version: card.version.clone(),
        title: card.workflow.text(&visit.locale, "title").to_owned(),
        config: card.workflow.config.clone(),
        states: states.into_iter().map(|state| shape(&visit, card, state)).collect(),
        versions: cards.iter().map(|card| card.version.clone()).collect(),
        source: visit.source(&card.id, &card.version).await?,
    })
}

fn shape(visit: &Visit<SeeLibrary>, card: &WorkflowCard, state: &State) -> StateShape {
    let steps = state.steps.iter().map(|step| WorkflowStep {
        step: step.id.clone(),
        kind: step.kind.clone(),
        roles: step.roles.clone(),
        minutes: step.minutes,
        privacy: format!("{:?}", step.privacy.unwrap_or(card.workflow.privacy)),
        anonymous: step.identity == Identity::Anonymous,
        mandatory: step.mandatory,
    });
    StateShape {
        state: state.id.clone(),
        title: card.workflow.text(&visit.locale, &format!("state.{}", state.id)).to_owned(),
        steps: steps.collect(),
        leads: state.on.iter().flat_map(|transition| transition.targets.iter().cloned()).collect(),
    }
}

/// What beginning a cycle would do at once; nothing is kept.
#[utoipa::path(post, path = "/api/v1/preview", request_body = Preview, responses((status = 200, body = PreviewShape)))]
pub(super) async fn preview(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let asked: Preview = body(&input)?;
    let cards = visit.workflows(None).await?;
    let card = cards.into_iter().find(|card| card.id == asked.workflow).ok_or(Failure::NotFound)?;
    let decision = visit.preview(&card.workflow, asked.config)?;
    let decision = decision.map_err(|rejection| Failure::Rejected(Box::new(rejection)))?;
    let tasks = decision.tasks.into_iter().filter_map(|change| match change {
        TaskChange::Open(task) => Some(PreviewTask {
            step: task.step,
            kind: task.kind,
            roles: task.roles,
            minutes: task.minutes,
            due: task.due.map(|due| due.to_string()),
        }),
        _ => None,
    });
    let timers = decision.timers.into_iter().filter_map(|change| match change {
        TimerChange::Set { id, timer } => Some(PreviewTimer { timer: id, due: timer.due.to_string() }),
        _ => None,
    });
    fine(&PreviewShape { states: decision.snapshot.chart.active, tasks: tasks.collect(), timers: timers.collect() })
}

/// Begin a cycle.
#[utoipa::path(post, path = "/api/v1/start", request_body = Start, responses((status = 200, body = ReplyShape)))]
pub(super) async fn start(visit: Visit<StartCycle>, input: Input) -> Outcome {
    let asked: Start = body(&input)?;
    let key = key(&visit, asked.key.as_deref())?;
    reply(visit.start(&asked.workflow, asked.config, key.as_deref()).await?)
}
