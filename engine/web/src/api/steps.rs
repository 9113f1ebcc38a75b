//! Steps: look, hand in, take back, steer.

use draaiboek_runtime::Handed;
use draaiboek_workflow::decide::Command;
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{body, fine, key, reply};
use crate::answer::Outcome;
use crate::gate::{Contribute, ManageStep, SeeResult, SeeStep, Visit};
use crate::input::Input;

/// A contribution.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Contribution {
    /// Object with one key, the entry kind.
    #[schema(value_type = Object)]
    payload: Value,
    /// Id chosen by the sender: the same id twice is one contribution.
    #[serde(default)]
    id: Option<String>,
    /// Group it is entered for.
    #[serde(default)]
    group: Option<String>,
    /// Secret of an anonymous contributor, at least eight characters; kept by the sender only.
    #[serde(default)]
    token: Option<String>,
    /// The same key again gets the first answer.
    #[serde(default)]
    key: Option<String>,
}

/// A contribution to take back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Withdrawal {
    /// Its id.
    contribution: String,
    /// Secret of an anonymous contributor.
    #[serde(default)]
    token: Option<String>,
}

/// Steering a step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "do", deny_unknown_fields)]
pub(super) enum StepCommand {
    /// Ask the step to conclude.
    Conclude,
    /// Leave it out.
    Skip {
        /// Why.
        reason: String,
    },
    /// Give it another due date.
    Reschedule {
        /// Local civil time, such as `2026-10-02T17:00:00`.
        #[schema(value_type = String)]
        to: DateTime,
        /// Why.
        reason: String,
    },
    /// Let a late contribution count.
    Admit {
        /// Its id.
        contribution: String,
    },
}

/// A step: its state and form, and what one handed in oneself.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}", params(("id" = String, Path, description = "`~` stands for `/`"), ("step" = String, Path)), responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem)))]
pub(super) async fn show(visit: Visit<SeeStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let mine = visit.mine(&cycle, &step).await?;
    let mine: Vec<Value> = mine
        .iter()
        .map(|m| json!({"contribution": m.id, "entry": m.entry, "at": m.at, "status": m.status, "value": m.value}))
        .collect();
    let entries: Vec<&str> = step.entries().iter().map(|entry| entry.name.as_str()).collect();
    fine(&json!({
        "step": step.id, "kind": step.step.kind, "status": step.state.status, "round": step.state.round, "due": step.state.due,
        "privacy": format!("{:?}", step.class), "anonymous": step.anonymous(), "entries": entries, "contribution": step.kind.contribution,
        "mine": mine,
    }))
}

/// The picture of a step for whoever asks.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}/picture", params(("id" = String, Path, description = "`~` stands for `/`"), ("step" = String, Path)), responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem)))]
pub(super) async fn picture(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let picture = cycle.picture(input.part("step")).await?;
    fine(&json!({"audience": picture.audience, "data": picture.data}))
}

/// Hand in.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/contributions", params(("id" = String, Path, description = "`~` stands for `/`"), ("step" = String, Path)), request_body = Contribution, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn contribute(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: Contribution = body(&input)?;
    // The key of an anonymous contribution would name its sender.
    let key = if step.anonymous() { None } else { key(&visit, asked.key.as_deref())? };
    let handed = Handed {
        step: step.id,
        id: asked.id,
        payload: asked.payload,
        group: asked.group,
        revision: None,
        token: asked.token,
    };
    fine(&reply(&cycle.hand_in(handed, key.as_deref()).await?))
}

/// Take a contribution back.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/withdrawals", params(("id" = String, Path, description = "`~` stands for `/`"), ("step" = String, Path)), request_body = Withdrawal, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn withdraw(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: Withdrawal = body(&input)?;
    fine(&reply(&cycle.take_back(&step.id, &asked.contribution, asked.token.as_deref()).await?))
}

/// Steer a step.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/commands", params(("id" = String, Path, description = "`~` stands for `/`"), ("step" = String, Path)), request_body = StepCommand, responses((status = 200, body = Object), (status = 401, body = super::openapi::Problem), (status = 403, body = super::openapi::Problem), (status = 404, body = super::openapi::Problem), (status = 409, body = super::openapi::Problem), (status = 413, body = super::openapi::Problem), (status = 422, body = super::openapi::Problem)))]
pub(super) async fn command(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let id = visit.step(&cycle, input.part("step")).await?.id;
    let command = match body::<StepCommand>(&input)? {
        StepCommand::Conclude => Command::Conclude { step: id },
        StepCommand::Skip { reason } => Command::Skip { step: id, reason },
        StepCommand::Reschedule { to, reason } => Command::Reschedule { target: id, to, reason },
        StepCommand::Admit { contribution } => Command::Admit { step: id, id: contribution },
    };
    fine(&reply(&cycle.command(command, None).await?))
}
