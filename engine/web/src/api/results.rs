//! What came of cycles: artifacts, pictures, boards, the line of the year; and the stream that says when to look again.

use draaiboek_store::InstanceFilter;
use serde_json::Value;

use super::cycle_shapes::{ArtifactShape, BoardShape, Lane, LaneTask, PictureShape};
use super::cycles::line;
use super::fine;
use super::shapes::{WaitingTimer, at};
use crate::answer::Outcome;
use crate::gate::{SeeBoard, SeeLive, SeeResult, SeeTrajectory, Visit};
use crate::input::Input;
use crate::pages;

/// All versions of what was published.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/artifacts", responses((status = 200, body = Vec<ArtifactShape>)))]
pub(super) async fn artifacts(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let rows = cycle.artifacts().await?;
    let list = rows.into_iter().map(|row| ArtifactShape {
        content: serde_json::from_str(&row.content).unwrap_or(Value::Null),
        name: row.name,
        version: row.version,
        at: at(row.created_at),
    });
    fine(&list.collect::<Vec<_>>())
}

/// The newest version of what was published, as a table; `v` asks for another.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/artifacts/{name}/csv", params(("v" = Option<i64>, Query, description = "Version")), responses((status = 200, body = String, content_type = "text/csv")))]
pub(super) async fn csv(visit: Visit<SeeResult>, input: Input) -> Outcome {
    pages::results::csv(visit, input).await
}

/// The picture of a step for whoever asks.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}/picture", responses((status = 200, body = PictureShape)))]
pub(super) async fn picture(visit: Visit<SeeResult>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let picture = cycle.picture(input.part("step")).await?;
    fine(&PictureShape { audience: picture.audience, data: picture.data })
}

/// Server-sent events: `changed` with the revision whenever the cycle changed; ask for the rest.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}/events", responses((status = 200, body = String, content_type = "text/event-stream")))]
pub(super) async fn events(visit: Visit<SeeLive>, input: Input) -> Outcome {
    pages::live::events(visit, input).await
}

/// The stand-up of a team.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/board", responses((status = 200, body = BoardShape)))]
pub(super) async fn board(visit: Visit<SeeBoard>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let mut board = BoardShape { lists: Default::default() };
    for id in cycle.snapshot.steps.keys() {
        let Ok(picture) = cycle.picture(id).await else { continue };
        for (name, _) in pages::board::LISTS {
            let items = picture.data.get(name).and_then(Value::as_array).into_iter().flatten();
            board.lists.entry(name.to_owned()).or_default().extend(items.cloned());
        }
    }
    fine(&board)
}

/// The year: all cycles one may look at with their tasks and timers.
#[utoipa::path(get, path = "/api/v1/trajectory", responses((status = 200, body = Vec<Lane>)))]
pub(super) async fn trajectory(visit: Visit<SeeTrajectory>, _: Input) -> Outcome {
    let mut lanes = Vec::new();
    for cycle in visit.cycles(&InstanceFilter::default()).await? {
        let mut tasks = Vec::new();
        for task in cycle.tasks().await? {
            let Ok(title) = serde_json::from_str::<draaiboek_runtime::TaskTitle>(&task.title) else { continue };
            tasks.push(LaneTask {
                step: title.step,
                status: task.status,
                from: at(task.opened_at),
                due: task.due_at.map(at),
                closed: task.closed_at.map(at),
                minutes: task.minutes,
            });
        }
        let timers = cycle.snapshot.timers.iter().map(|(id, timer)| WaitingTimer {
            cycle: cycle.id().to_owned(),
            timer: id.clone(),
            due: timer.due.to_string(),
        });
        lanes.push(Lane { line: line(&cycle), tasks, timers: timers.collect() });
    }
    fine(&lanes)
}
