//! A route: method, path, name, permission and handler in one line; and the way from a request to a handler and back.
//!
//! The type of a handler names its permission, and the glue here admits the visit before the handler is called: there
//! is no other way to make a route, so none can be forgotten.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};

use crate::answer::{Failure, Outcome};
use crate::gate::policy::{Action, Resource};
use crate::gate::{App, Keep, Permission, Visit, Who};
use crate::guard::Answered;
use crate::input::Input;

/// One line of the list of routes.
pub(crate) struct Route {
    /// GET or POST.
    pub method: Method,
    /// Path with `{names}`.
    pub path: &'static str,
    /// `<noun>/<verb>`.
    pub name: &'static str,
    /// What it is about.
    pub resource: Resource,
    /// What is done.
    pub action: Action,
    pub(crate) handler: MethodRouter<Arc<App>>,
}

/// A route that looks.
pub(crate) fn get<P, F, Fut>(path: &'static str, name: &'static str, handler: F) -> Route
where
    P: Permission,
    F: Fn(Visit<P>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    make(Method::GET, MethodFilter::GET, path, name, handler)
}

/// A route that acts.
pub(crate) fn post<P, F, Fut>(path: &'static str, name: &'static str, handler: F) -> Route
where
    P: Permission,
    F: Fn(Visit<P>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    make(Method::POST, MethodFilter::POST, path, name, handler)
}

fn make<P, F, Fut>(method: Method, filter: MethodFilter, path: &'static str, name: &'static str, handler: F) -> Route
where
    P: Permission,
    F: Fn(Visit<P>, Input) -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = Outcome> + Send + 'static,
{
    let serve = move |State(app): State<Arc<App>>, request: Request| {
        let handler = handler.clone();
        async move {
            let mut response = answer::<P, F, Fut>(app, request, name, handler).await;
            response.extensions_mut().insert(Answered(name));
            response
        }
    };
    Route { method, path, name, resource: P::RESOURCE, action: P::ACTION, handler: on(filter, serve) }
}

async fn answer<P, F, Fut>(app: Arc<App>, request: Request, name: &'static str, handler: F) -> Response
where
    P: Permission,
    F: Fn(Visit<P>, Input) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let (mut parts, body) = request.into_parts();
    let api = parts.uri.path().starts_with("/api/");
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let get = parts.method == Method::GET;
    if !get && !own_site(&parts.headers) {
        return failure(&app, &Failure::Foreign, api, get, &target, "nl", name);
    }
    let address = sender(&app, &parts.headers, parts.extensions.get::<ConnectInfo<SocketAddr>>());
    let input = match Input::read(&mut parts, body, address).await {
        Ok(input) => input,
        Err(error) => return failure(&app, &error, api, get, &target, "nl", name),
    };
    let locale = app.shower.locale(input.cookie("taal").as_deref());
    let (who, renewed) = match app.who(&input).await {
        Ok(found) => found,
        Err(error) => return failure(&app, &error, api, get, &target, &locale, name),
    };
    let signed_in = matches!(who, Who::Member(_));
    let outcome = match Visit::<P>::admit(Arc::clone(&app), who, &input).await {
        Ok(visit) => visited(&parts, visit, input, handler).await,
        Err(error) => Err(error),
    };
    let mut response = outcome.unwrap_or_else(|error| failure(&app, &error, api, get, &target, &locale, name));
    if let Some(cookie) = renewed.and_then(|cookie| HeaderValue::from_str(&cookie).ok())
        && !response.headers().contains_key(header::SET_COOKIE)
    {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    if signed_in && !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
    response
}

/// Answers a visit: with the page as it was drawn before, while that holds; else by the handler.
async fn visited<P, F, Fut>(parts: &Parts, visit: Visit<P>, input: Input, handler: F) -> Outcome
where
    P: Permission,
    F: Fn(Visit<P>, Input) -> Fut,
    Fut: Future<Output = Outcome>,
{
    let packed = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.contains("gzip"));
    let packs = parts.headers.get_all(header::ACCEPT_ENCODING).iter().any(packed);
    let Some(place) = visit.drawing().filter(|_| parts.method == Method::GET && packs) else {
        return handler(visit, input).await;
    };
    let known = parts.headers.get(header::IF_NONE_MATCH);
    if let Some(drawn) = place.drawn() {
        return Ok(drawn.response(known));
    }
    let response = handler(visit, input).await?;
    if response.extensions().get::<Keep>().is_none() || response.status() != StatusCode::OK {
        return Ok(response);
    }
    Ok(place.keep(response).await?.response(known))
}

/// Whether a posting request comes from our own pages. Browsers say so; programs without a session may stay silent.
fn own_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    // Browsers never send this header by themselves, and with it no cookie is looked at.
    if headers.contains_key(header::AUTHORIZATION) {
        return true;
    }
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        (Some(_), None) => false,
        (None, _) => !headers.contains_key(header::COOKIE),
    }
}

/// The address of the sender: that of the connection, or what a trusted proxy says.
fn sender(app: &App, headers: &HeaderMap, connection: Option<&ConnectInfo<SocketAddr>>) -> String {
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let last = forwarded.and_then(|all| all.rsplit(',').next()).map(|last| last.trim().to_owned());
    match (app.config.behind_proxy, last) {
        (true, Some(last)) => last,
        _ => connection.map_or_else(|| "local".to_owned(), |ConnectInfo(address)| address.ip().to_string()),
    }
}

/// Nothing lies at this path.
pub(crate) fn lost(app: &App, path: &str) -> Response {
    if path.starts_with("/api/") {
        return crate::api::failure(app, &Failure::NotFound);
    }
    crate::pages::failure(app, &Failure::NotFound, StatusCode::NOT_FOUND, "nl")
}

/// A failure as a page, as JSON, or as the way to the sign-in page.
fn failure(
    app: &App,
    error: &Failure,
    api: bool,
    get: bool,
    target: &str,
    locale: &str,
    name: &'static str,
) -> Response {
    if let Failure::Broken(cause) = error {
        tracing::error!(route = name, cause, "a request broke");
    }
    if api {
        return crate::api::failure(app, error);
    }
    if matches!(error, Failure::SignIn) {
        let next = if get && target != "/" { format!("?next={}", encode(target)) } else { String::new() };
        return redirect(&format!("/sign-in{next}"));
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    crate::pages::failure(app, error, status, locale)
}

/// Percent-encodes a query value.
pub(crate) fn encode(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// 303: look there, with GET.
pub(crate) fn redirect(to: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    if let Ok(value) = HeaderValue::from_str(to) {
        response.headers_mut().insert(header::LOCATION, value);
    }
    response
}

/// A page with a status.
pub(crate) fn html(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// The answer with a cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_may_post() {
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[("sec-fetch-site", "same-origin"), ("cookie", "a=b")], true),
            (&[("sec-fetch-site", "none")], true),
            (&[("sec-fetch-site", "cross-site")], false),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("origin", "https://school.be"), ("host", "school.be")], true),
            (&[("origin", "https://evil.example"), ("host", "school.be")], false),
            (&[("origin", "null"), ("host", "school.be")], false),
            (&[("cookie", "draaiboek=1"), ("host", "school.be")], false),
            (&[("host", "school.be")], true),
            (&[("cookie", "draaiboek=1"), ("authorization", "Bearer x"), ("host", "school.be")], true),
        ];
        for (given, expected) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in *given {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            assert_eq!(own_site(&headers), *expected, "{given:?}");
        }
    }
}
