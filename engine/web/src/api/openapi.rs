//! The OpenAPI description, made from the handlers; a fixture keeps it from changing unseen.

use utoipa::OpenApi;

use super::{cycles, fine, school, steps};
use crate::answer::{Failure, Outcome};
use crate::gate::{Knock, Visit};
use crate::input::Input;

/// The description.
#[derive(OpenApi)]
#[openapi(
    info(title = "Draaiboek", description = "School development cycles. The session travels in a cookie."),
    paths(
        school::me,
        school::tasks,
        school::people,
        school::calendar,
        school::workflows,
        school::operations,
        cycles::index,
        cycles::start,
        cycles::show,
        cycles::log,
        cycles::send,
        cycles::note,
        cycles::command,
        cycles::artifacts,
        steps::show,
        steps::picture,
        steps::contribute,
        steps::withdraw,
        steps::command,
    ),
    components(schemas(
        cycles::Start,
        cycles::Send,
        cycles::Note,
        cycles::CycleCommand,
        steps::Contribution,
        steps::Withdrawal,
        steps::StepCommand,
        Problem,
    ))
)]
pub(super) struct Description;

/// Why a request was not carried out.
#[derive(utoipa::ToSchema, serde::Serialize)]
pub(super) struct Problem {
    /// A word for programs, such as `NOT_READY`.
    error: String,
    /// Reasons in order, `WORD` or `WORD:about`.
    reasons: Vec<String>,
    /// What is wrong and how to mend it.
    help: String,
}

/// `api/describe`
pub(super) async fn describe(_: Visit<Knock>, _: Input) -> Outcome {
    let text = Description::openapi().to_json().map_err(|error| Failure::Broken(error.to_string()))?;
    fine(&serde_json::from_str(&text).map_err(|error| Failure::Broken(error.to_string()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_description_is_the_kept_one_and_names_every_route() {
        let made = Description::openapi().to_pretty_json().expect("a description");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openapi.json");
        if std::env::var_os("DRAAIBOEK_KEEP").is_some() {
            std::fs::write(path, format!("{made}\n")).expect("the fixture is written");
        }
        let kept = std::fs::read_to_string(path).expect("tests/openapi.json");
        assert_eq!(made.trim(), kept.trim(), "run this test with DRAAIBOEK_KEEP=1 to keep the new description");
        let described: serde_json::Value = serde_json::from_str(&made).expect("JSON");
        for route in super::super::routes().iter().filter(|route| route.name != "api/describe") {
            let method = route.method.as_str().to_lowercase();
            assert!(described["paths"][route.path][&method].is_object(), "{method} {} is not described", route.path);
        }
    }
}
