//! The JSON API under `/api/v1`: everything that pages do, under the same permissions.
//!
//! Shapes and words only; the powers are those of the visits, as for pages.

mod cycles;
mod openapi;
mod school;
mod steps;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use draaiboek_runtime::Reply;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answer::{Failure, Outcome};
use crate::gate::{Permission, Visit};
use crate::input::Input;
use crate::route::{Route, get, post};

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/openapi.json", "api/describe", openapi::describe),
        get("/api/v1/me", "api/me", school::me),
        get("/api/v1/tasks", "api/tasks", school::tasks),
        get("/api/v1/people", "api/people", school::people),
        get("/api/v1/calendar", "api/calendar", school::calendar),
        get("/api/v1/workflows", "api/workflows", school::workflows),
        get("/api/v1/operations", "api/operations", school::operations),
        get("/api/v1/cycles", "api/cycles", cycles::index),
        post("/api/v1/start", "api/start", cycles::start),
        get("/api/v1/cycles/{id}", "api/cycle", cycles::show),
        get("/api/v1/cycles/{id}/log", "api/log", cycles::log),
        post("/api/v1/cycles/{id}/events/{event}", "api/send", cycles::send),
        post("/api/v1/cycles/{id}/notes", "api/note", cycles::note),
        post("/api/v1/cycles/{id}/commands", "api/command", cycles::command),
        get("/api/v1/cycles/{id}/artifacts", "api/artifacts", cycles::artifacts),
        get("/api/v1/cycles/{id}/steps/{step}", "api/step", steps::show),
        get("/api/v1/cycles/{id}/steps/{step}/picture", "api/picture", steps::picture),
        post("/api/v1/cycles/{id}/steps/{step}/contributions", "api/contribute", steps::contribute),
        post("/api/v1/cycles/{id}/steps/{step}/withdrawals", "api/withdraw", steps::withdraw),
        post("/api/v1/cycles/{id}/steps/{step}/commands", "api/step-command", steps::command),
    ]
}

/// JSON with a status.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}

/// 200 with JSON.
fn fine(value: &Value) -> Outcome {
    Ok(json(StatusCode::OK, value))
}

/// The posted document.
fn body<T: DeserializeOwned>(input: &Input) -> Result<T, Failure> {
    let value = input.json.clone().ok_or_else(|| Failure::Invalid("post a JSON document".into()))?;
    serde_json::from_value(value).map_err(|error| Failure::Invalid(format!("the document does not fit: {error}")))
}

/// A key of this visitor; another's key never answers.
fn key<P: Permission>(visit: &Visit<P>, key: Option<&str>) -> Result<Option<String>, Failure> {
    let account = &visit.member()?.account;
    Ok(key.filter(|key| !key.is_empty() && key.len() <= 80).map(|key| format!("api:{account}:{key}")))
}

/// The engine's answer, as programs read it.
fn reply(reply: &Reply) -> Value {
    json!({
        "cycle": reply.instance, "revision": reply.revision, "states": reply.states, "lifecycle": reply.lifecycle,
        "answer": reply.answer, "warnings": reply.warnings, "contribution": reply.contribution,
    })
}

/// A failure as JSON: a word for programs, reasons, and what to do.
pub(crate) fn failure(error: &Failure) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (reasons, help) = match error {
        Failure::Rejected(rejection) => (rejection.reasons.clone(), rejection.help.clone()),
        Failure::Invalid(text) => (Vec::new(), text.clone()),
        Failure::SignIn => (Vec::new(), "sign in first; the session travels in a cookie".into()),
        Failure::Broken(_) => (Vec::new(), "something broke; the log of the server says what".into()),
        _ => (Vec::new(), String::new()),
    };
    json(status, &json!({"error": error.word(), "reasons": reasons, "help": help}))
}
