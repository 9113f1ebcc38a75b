//! Around all routes: headers that browsers obey, request ids, ETags for pages, compression, panics as errors.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use draaiboek_runtime::Stopwatch;
use sha2::{Digest as _, Sha256};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tracing::Instrument as _;
use tracing::field::Empty;

use crate::watch::Watcher;

/// What browsers may load and do: our own files, nothing inline, nothing of others.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Largest page that gets an ETag.
const MAX_TAGGED: usize = 4 * 1024 * 1024;

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ("x-frame-options", "DENY"),
];

/// Puts everything around the routes.
pub(crate) fn around(router: Router, watcher: &Arc<Watcher>) -> Router {
    router
        .layer(middleware::from_fn(tag))
        .layer(CatchPanicLayer::new())
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(Arc::clone(watcher), headers))
}

/// Name of the route that answered; travels with the response as far as the log.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answered(pub &'static str);

async fn headers(State(watcher): State<Arc<Watcher>>, request: Request, next: Next) -> Response {
    let given = request.headers().get("x-request-id").and_then(|id| id.to_str().ok());
    let fine = |id: &&str| id.len() <= 64 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    let id = given.filter(fine).map_or_else(|| uuid::Uuid::now_v7().simple().to_string(), str::to_owned);
    // The path names cycles and holds secrets of links: the log has the name of the route instead.
    let span = tracing::info_span!("request", request_id = %id, route = Empty, status = Empty);
    let (method, watch) = (request.method().clone(), Stopwatch::start());
    let mut response = next.run(request).instrument(span.clone()).await;
    let route = response.extensions().get::<Answered>().map_or("none", |answered| answered.0);
    let (status, took) = (response.status(), watch.elapsed());
    span.in_scope(|| {
        tracing::info!(%method, route, status = status.as_u16(), ms = whole(took), "answered");
    });
    span.record("route", route).record("status", status.as_u16());
    watcher.answered(&method, route, status, took);
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert("x-request-id", value);
    }
    response
}

/// What tells one page from another.
pub(crate) fn etag(page: &[u8]) -> String {
    let hash: String = Sha256::digest(page).iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("W/\"{hash}\"")
}

/// Whole milliseconds.
fn whole(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}

/// A page that did not change is not sent again.
async fn tag(request: Request, next: Next) -> Response {
    let known = request.headers().get(header::IF_NONE_MATCH).cloned();
    let get = request.method() == Method::GET;
    let response = next.run(request).await;
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let page = kind.starts_with("text/html") || kind.starts_with("application/json");
    if !get || response.status() != StatusCode::OK || !page || response.headers().contains_key(header::ETAG) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_TAGGED).await else {
        let mut broken = Response::new(Body::empty());
        *broken.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return broken;
    };
    if let Ok(value) = HeaderValue::from_str(&etag(&bytes)) {
        parts.headers.insert(header::ETAG, value);
    }
    unless_known(Response::from_parts(parts, Body::from(bytes)), known.as_ref())
}

/// A page with its ETag; only that it did not change, to who has it already.
pub(crate) fn unless_known(mut response: Response, known: Option<&HeaderValue>) -> Response {
    let text = |value: &HeaderValue| value.to_str().ok().map(str::to_owned);
    let tag = response.headers().get(header::ETAG).and_then(text);
    if known.and_then(text).zip(tag).is_some_and(|(known, tag)| known.contains(&tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_LENGTH);
        response.headers_mut().remove(header::CONTENT_ENCODING);
    }
    response
}
