//! Steps: look, hand in, take back, drafts, steer.

use draaiboek_runtime::Handed;
use draaiboek_workflow::decide::Command;
use jiff::civil::DateTime;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::cycle_shapes::{MineShape, ReplyShape, StepLine, StepWhole};
use super::shapes::{Done, at};
use super::{body, done, fine, key, reply, value_of};
use crate::answer::{Failure, Outcome};
use crate::gate::{Contribute, Cycle, ManageStep, OpenStep, SeeStep, Visit};
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
    /// Person id of who is away and for whom the sender may do it today.
    #[serde(default)]
    behalf: Option<String>,
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
    /// Person id of who is away and for whom it was handed in.
    #[serde(default)]
    behalf: Option<String>,
    /// Secret of an anonymous contributor.
    #[serde(default)]
    token: Option<String>,
}

/// A contribution to erase.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Erasure {
    /// Its id.
    contribution: String,
    /// Why.
    reason: String,
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

/// Something typed and not handed in yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct KeepDraft {
    /// Entry kind.
    entry: String,
    /// The fields; without them the draft is forgotten.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    content: Option<draaiboek_workflow::decide::Object>,
}

/// A step: its state and form, and what one handed in oneself.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}", responses((status = 200, body = StepWhole)))]
pub(super) async fn show(visit: Visit<SeeStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let mine = visit.mine(&cycle, &step).await?;
    let mine = mine.into_iter().map(|mine| MineShape {
        contribution: mine.id,
        entry: mine.entry,
        at: at(mine.at),
        status: mine.status,
        value: mine.value,
    });
    let drafts = visit.drafts(&cycle, &step).await?;
    fine(&StepWhole {
        line: StepLine {
            step: step.id.clone(),
            status: value_of(&step.state.status),
            round: step.state.round,
            due: step.state.due.map(|due| due.to_string()),
        },
        kind: step.step.kind.clone(),
        privacy: format!("{:?}", step.class),
        anonymous: step.anonymous(),
        entries: step.entries().iter().map(|entry| entry.name.clone()).collect(),
        contribution: step.kind.contribution.clone(),
        mine: mine.collect(),
        drafts: drafts.into_iter().map(super::school::draft).collect(),
    })
}

/// Keep a draft, or forget it; of an anonymous step nothing is kept.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/drafts", request_body = KeepDraft, responses((status = 200, body = Done)))]
pub(super) async fn draft(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: KeepDraft = body(&input)?;
    if !step.entries().iter().any(|entry| entry.name == asked.entry) {
        return Err(Failure::Invalid("the step takes no entry of that kind".into()));
    }
    match asked.content {
        Some(content) if step.anonymous() => {
            drop(content);
            Err(Failure::Invalid("of an anonymous step no draft is kept: it would link the answer to a person".into()))
        }
        Some(content) => {
            visit.keep_draft(&cycle, &step, &asked.entry, &Value::Object(content)).await?;
            done()
        }
        None => {
            visit.drop_draft(&cycle, &step.id, &asked.entry).await?;
            done()
        }
    }
}

/// The step in the hands of the visitor, or for somebody who is away.
fn for_whom(cycle: Cycle, step: OpenStep, whom: Option<&str>) -> Result<(Cycle, OpenStep), Failure> {
    let step = step.on_behalf(whom);
    if whom.is_some() && step.acting.is_none() {
        return Err(Failure::Denied);
    }
    let cycle = cycle.on_behalf_of(step.acting.clone());
    Ok((cycle, step))
}

/// Hand in.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/contributions", request_body = Contribution, responses((status = 200, body = ReplyShape)))]
pub(super) async fn contribute(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: Contribution = body(&input)?;
    let (cycle, step) = for_whom(cycle, step, asked.behalf.as_deref())?;
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
    reply(cycle.hand_in(handed, key.as_deref()).await?)
}

/// Take a contribution back.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/withdrawals", request_body = Withdrawal, responses((status = 200, body = ReplyShape)))]
pub(super) async fn withdraw(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: Withdrawal = body(&input)?;
    let (cycle, step) = for_whom(cycle, step, asked.behalf.as_deref())?;
    reply(cycle.take_back(&step.id, &asked.contribution, asked.token.as_deref()).await?)
}

/// Erase a contribution of one's own for good, where it is personal; that it was handed in stays.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/erasures", request_body = Erasure, responses((status = 200, body = ReplyShape)))]
pub(super) async fn erase(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: Erasure = body(&input)?;
    reply(visit.erase_own(&cycle, &step, &asked.contribution, &asked.reason).await?)
}

/// Steer a step.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/commands", request_body = StepCommand, responses((status = 200, body = ReplyShape)))]
pub(super) async fn command(visit: Visit<ManageStep>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let id = step.id.clone();
    let command = match body::<StepCommand>(&input)? {
        StepCommand::Conclude => Command::Conclude { step: id },
        StepCommand::Skip { reason } => Command::Skip { step: id, reason },
        StepCommand::Reschedule { to, reason } => Command::Reschedule { target: id, to, reason },
        StepCommand::Admit { contribution } => {
            return reply(visit.admit_late(&cycle, &step, &contribution).await?);
        }
    };
    reply(cycle.command(command, None).await?)
}
