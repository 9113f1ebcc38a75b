//! The JSON API under `/api/v1`: everything that pages do, under the same permissions.
//!
//! Shapes and words only; the powers are those of the visits, as for pages.

mod accounts;
mod cycle_shapes;
mod cycles;
mod door;
mod lessons;
mod openapi;
mod people;
mod results;
mod school;
mod shapes;
mod staff;
mod steps;
mod workflows;

#[cfg(test)]
pub(crate) use openapi::names;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use draaiboek_runtime::Reply;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::answer::{Failure, Outcome};
use crate::gate::{App, Permission, Visit};
use crate::input::Input;
use crate::route::{Route, get, post};
use cycle_shapes::ReplyShape;
use shapes::{Done, Problem};

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        get("/api/v1/openapi.json", "api/describe", openapi::describe),
        post("/api/v1/sessions", "api/sign-in", door::sign_in),
        post("/api/v1/sessions/link", "api/use-link", door::use_link),
        post("/api/v1/sessions/invitation", "api/accept-invitation", door::invitation),
        post("/api/v1/sessions/mail", "api/mail-link", door::mail),
        post("/api/v1/sessions/end", "api/sign-out", door::end),
        post("/api/v1/sessions/end-all", "api/sign-out-everywhere", door::end_all),
        get("/api/v1/me", "api/me", school::me),
        get("/api/v1/tasks", "api/tasks", school::tasks),
        get("/api/v1/messages", "api/messages", school::messages),
        get("/api/v1/own", "api/own", school::own),
        get("/api/v1/own/kept", "api/kept", school::kept),
        post("/api/v1/own/forget-drafts", "api/forget-drafts", school::forget_drafts),
        post("/api/v1/own/mail", "api/mail", school::mail),
        post("/api/v1/own/password", "api/password", school::password),
        get("/api/v1/audit", "api/audit", school::audit),
        get("/api/v1/operations", "api/operations", school::operations),
        post("/api/v1/operations/incidents", "api/settle", school::settle),
        get("/api/v1/people", "api/people", people::index),
        post("/api/v1/people", "api/save-person", people::save),
        post("/api/v1/people/import", "api/import", people::import),
        get("/api/v1/people/{person}/traces", "api/traces", staff::traces),
        post("/api/v1/people/{person}/erase", "api/erase-person", staff::erase),
        get("/api/v1/people/absences", "api/absences", staff::absences),
        post("/api/v1/people/absences", "api/save-absence", staff::absence),
        post("/api/v1/people/absences/end", "api/end-absence", staff::back),
        get("/api/v1/people/duos", "api/duos", staff::duos),
        post("/api/v1/people/duos", "api/save-duo", staff::duo),
        post("/api/v1/people/duos/end", "api/end-duo", staff::end_duo),
        post("/api/v1/teams", "api/save-team", people::team),
        get("/api/v1/calendar", "api/calendar", people::calendar),
        post("/api/v1/calendar/days", "api/put-day", people::put_day),
        post("/api/v1/calendar/days/drop", "api/drop-day", people::drop_day),
        get("/api/v1/accounts", "api/accounts", accounts::index),
        post("/api/v1/accounts", "api/add-account", accounts::add),
        post("/api/v1/accounts/{account}/link", "api/account-link", accounts::link),
        post("/api/v1/accounts/{account}/open", "api/open-account", accounts::open),
        post("/api/v1/accounts/{account}/sign-out", "api/end-account-sessions", accounts::sign_out),
        get("/api/v1/workflows", "api/workflows", workflows::index),
        get("/api/v1/workflows/{workflow}", "api/workflow", workflows::show),
        post("/api/v1/preview", "api/preview", workflows::preview),
        post("/api/v1/start", "api/start", workflows::start),
        get("/api/v1/trajectory", "api/trajectory", results::trajectory),
        get("/api/v1/workload", "api/workload", staff::workload),
        get("/api/v1/cycles", "api/cycles", cycles::index),
        get("/api/v1/cycles/{id}", "api/cycle", cycles::show),
        get("/api/v1/cycles/{id}/log", "api/log", cycles::log),
        post("/api/v1/cycles/{id}/events/{event}", "api/send", cycles::send),
        post("/api/v1/cycles/{id}/notes", "api/note", cycles::note),
        post("/api/v1/cycles/{id}/commands", "api/command", cycles::command),
        get("/api/v1/cycles/{id}/board", "api/board", results::board),
        get("/api/v1/cycles/{id}/artifacts", "api/artifacts", results::artifacts),
        get("/api/v1/cycles/{id}/artifacts/{name}/csv", "api/artifact-csv", results::csv),
        get("/api/v1/cycles/{id}/steps/{step}", "api/step", steps::show),
        get("/api/v1/cycles/{id}/steps/{step}/picture", "api/picture", results::picture),
        get("/api/v1/cycles/{id}/steps/{step}/events", "api/events", results::events),
        post("/api/v1/cycles/{id}/steps/{step}/contributions", "api/contribute", steps::contribute),
        post("/api/v1/cycles/{id}/steps/{step}/withdrawals", "api/withdraw", steps::withdraw),
        post("/api/v1/cycles/{id}/steps/{step}/erasures", "api/erase-contribution", steps::erase),
        post("/api/v1/cycles/{id}/steps/{step}/drafts", "api/draft", steps::draft),
        post("/api/v1/cycles/{id}/steps/{step}/commands", "api/step-command", steps::command),
        get("/api/v1/cycles/{id}/steps/{step}/invitations", "api/invitations", accounts::invitations),
        post("/api/v1/cycles/{id}/steps/{step}/invitations", "api/invite", accounts::invite),
        post("/api/v1/cycles/{id}/steps/{step}/invitations/end", "api/end-invitation", accounts::end_invitation),
        get("/api/v1/cycles/{id}/steps/{step}/class-codes", "api/class-codes", lessons::index),
        post("/api/v1/cycles/{id}/steps/{step}/class-codes", "api/open-class", lessons::open),
        post("/api/v1/cycles/{id}/steps/{step}/class-codes/end", "api/end-class", lessons::end),
    ]
}

/// JSON with a status.
fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let text = serde_json::to_string(value).unwrap_or_else(|_| String::from("null"));
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// 200 with JSON.
fn fine(value: &impl Serialize) -> Outcome {
    Ok(json(StatusCode::OK, value))
}

/// 200, and nothing more to say.
fn done() -> Outcome {
    fine(&Done { done: true })
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
fn reply(reply: Reply) -> Outcome {
    let answer = serde_json::to_value(&reply.answer).map_err(|error| Failure::Broken(error.to_string()))?;
    fine(&ReplyShape {
        cycle: reply.instance,
        revision: reply.revision,
        states: reply.states,
        lifecycle: reply.lifecycle,
        answer,
        warnings: reply.warnings,
        contribution: reply.contribution,
    })
}

/// A value in the shape of its serialisation.
fn value_of(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

/// A failure as JSON: a word for programs, reasons, and what to do.
pub(crate) fn failure(app: &App, error: &Failure) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (reasons, help) = match error {
        Failure::Rejected(rejection) => (rejection.reasons.clone(), rejection.help.clone()),
        Failure::Invalid(text) => {
            let known = app.shower.maybe("en", &format!("invalid.{text}"));
            (Vec::new(), known.unwrap_or_else(|| text.clone()))
        }
        Failure::SignIn => (Vec::new(), "sign in first, and send the token as `Authorization: Bearer`".into()),
        Failure::Denied => (Vec::new(), "the roles of this account do not allow it".into()),
        Failure::Foreign => (Vec::new(), "a cookie alone posts only from our own pages; programs send a token".into()),
        Failure::NotFound => (Vec::new(), "it is not there, or not for this account".into()),
        Failure::TooLarge => (Vec::new(), format!("the most is {} bytes", crate::input::MAX_BODY)),
        Failure::WrongKind => (Vec::new(), "send `Content-Type: application/json`".into()),
        Failure::TooMany => (Vec::new(), "wait a quarter of an hour, or ask for a one-time link".into()),
        Failure::Incident(step) => {
            (Vec::new(), format!("the plugin of step `{step}` broke; it waits for an administrator, nothing is lost"))
        }
        Failure::Broken(_) => (Vec::new(), "something broke; the log of the server says what".into()),
    };
    let mut response = json(status, &Problem { error: error.word().to_owned(), reasons, help });
    if matches!(error, Failure::TooMany) {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("900"));
    }
    response
}
