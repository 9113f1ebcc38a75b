//! The JSON API under `/api/v1`: everything that pages do, under the same permissions.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use crate::answer::Failure;
use crate::route::Route;

/// The routes of the API.
pub(crate) fn routes() -> Vec<Route> {
    Vec::new()
}

/// JSON with a status.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
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
