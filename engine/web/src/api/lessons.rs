//! Class codes: by which pupils answer one step without an account, for one lesson.

use serde::Serialize;
use utoipa::ToSchema;

use super::shapes::{Done, at};
use super::{done, fine};
use crate::answer::Outcome;
use crate::gate::{Contribute, Visit};
use crate::input::Input;

/// A code for one lesson.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ClassCode {
    /// The code; there only when it was just made.
    code: Option<String>,
    /// Where pupils fill it in.
    address: String,
    /// The codes of the pupils themselves.
    pupils: Vec<String>,
    /// Person id of who made it.
    by: String,
    #[schema(format = DateTime)]
    until: String,
    /// It was ended or ran out.
    over: bool,
}

/// The class codes of a step, the newest first; the codes themselves are not kept.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}/class-codes", responses((status = 200, body = Vec<ClassCode>)))]
pub(super) async fn index(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let address = visit.link_to("/class");
    let codes = visit.class_codes(&cycle, &step).await?.into_iter().map(|row| ClassCode {
        code: None,
        address: address.clone(),
        pupils: step.pupils(),
        over: row.ended_at.is_some() || row.expires_at < visit.now.as_microsecond(),
        by: row.created_by,
        until: at(row.expires_at),
    });
    fine(&codes.collect::<Vec<_>>())
}

/// Make a code for the lesson that begins now; an earlier one of the step ends. It is shown once.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/class-codes", responses((status = 200, body = ClassCode)))]
pub(super) async fn open(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let (code, until) = visit.class_code(&cycle, &step).await?;
    fine(&ClassCode {
        code: Some(code),
        address: visit.link_to("/class"),
        pupils: step.pupils(),
        by: visit.member()?.person.clone(),
        until: at(until),
        over: false,
    })
}

/// End the class codes of a step.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/class-codes/end", responses((status = 200, body = Done)))]
pub(super) async fn end(visit: Visit<Contribute>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    visit.end_class(&cycle, &step).await?;
    done()
}
