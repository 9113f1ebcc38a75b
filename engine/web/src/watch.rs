//! Watching over a running engine: whether it lives, whether it can serve, and what it counts.
//!
//! Kinds and numbers only: no person, no school, nothing that was written. Lives here: `/health/…`, `/metrics` and the
//! listener that only the house can reach. May not live here: what anybody could act upon.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use axum::{Router, serve};
use draaiboek_runtime::{Engine, Load};
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::server::ServerError;

/// How long the database may take to answer a question about its health.
const PATIENCE: Duration = Duration::from_secs(2);
/// How full the crowd may be, in hundredths, before nobody should be sent here any more.
const CROWDED: usize = 90;
/// Bounds of the duration of a request, in seconds.
const SECONDS: [f64; 9] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
/// The form of [`text::encode`].
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Routed {
    route: &'static str,
}

/// What stands still at the moment of asking.
#[derive(Debug, Default)]
struct Gauges {
    watchers: Gauge,
    timers: Gauge,
    timers_late: Gauge,
    effects: Gauge,
    effects_failing: Gauge,
    effects_given_up: Gauge,
    incidents: Gauge,
    claims: Gauge,
    nodes: Gauge,
    queue: Gauge,
    crowd: Gauge,
    connections: Gauge,
    idle: Gauge,
    memory: Gauge,
    answers: Gauge,
}

/// One that watches over an engine.
pub struct Watcher {
    engine: Arc<Engine>,
    registry: Registry,
    gauges: Gauges,
    requests: Family<Answered, Counter>,
    seconds: Family<Routed, Histogram, fn() -> Histogram>,
    /// Told how many pages follow a step as it happens.
    following: Box<dyn Fn() -> usize + Send + Sync>,
    draining: AtomicBool,
}

impl std::fmt::Debug for Watcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watcher").finish_non_exhaustive()
    }
}

/// One thing that has to be right before anybody is sent here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Whether it is.
    pub ok: bool,
    /// What is wrong, or how much there is.
    pub detail: String,
}

/// Whether an engine can serve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Whether everything is right.
    pub ready: bool,
    /// Each thing by name.
    pub checks: BTreeMap<&'static str, Check>,
}

impl Watcher {
    /// Watches over an engine that serves no pages.
    pub fn new(engine: Arc<Engine>) -> Self {
        Self::following(engine, || 0)
    }

    /// Watches over an engine; `following` says how many pages follow a step as it happens.
    pub(crate) fn following(engine: Arc<Engine>, following: impl Fn() -> usize + Send + Sync + 'static) -> Self {
        let gauges = Gauges::default();
        let requests = Family::<Answered, Counter>::default();
        let seconds: Family<Routed, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(SECONDS));
        let mut registry = Registry::with_prefix("draaiboek");
        engine.register(&mut registry);
        registry.register("http_requests", "Requests by route and status", requests.clone());
        registry.register("http_request_seconds", "How long requests took, by route", seconds.clone());
        gauges.register(&mut registry);
        let following = Box::new(following);
        Self { engine, registry, gauges, requests, seconds, following, draining: AtomicBool::new(false) }
    }

    /// Counts a request that was answered.
    pub(crate) fn answered(&self, method: &Method, route: &'static str, status: StatusCode, took: Duration) {
        let method = match *method {
            Method::GET => "GET",
            Method::POST => "POST",
            Method::HEAD => "HEAD",
            _ => "other",
        };
        self.requests.get_or_create(&Answered { method, route, status: status.as_u16() }).inc();
        self.seconds.get_or_create(&Routed { route }).observe(took.as_secs_f64());
    }

    /// From now on nobody should be sent here any more: it is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether it can serve, and if not, why.
    pub async fn readiness(&self) -> Readiness {
        let mut checks = BTreeMap::new();
        let mut check = |name, ok, detail: String| checks.insert(name, Check { ok, detail });
        let (answers, detail) = match timeout(PATIENCE, self.engine.store().read().ping()).await {
            Ok(Ok(())) => (true, "answers, and this version can work with its schema".to_owned()),
            // The place of a file or server is the operator's business, not that of whoever knocks.
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database is not ready");
                (false, "does not answer as it should; the log says how".to_owned())
            }
            Err(_) => (false, format!("no answer within {} s", PATIENCE.as_secs())),
        };
        check("database", answers, detail);
        let plugins = self.engine.library().plugins().len();
        check("plugins", plugins > 0, format!("{plugins} loaded"));
        let (taken, most) = self.engine.crowd();
        check("crowd", taken * 100 < most * CROWDED, format!("{taken} of {most} places taken"));
        let draining = self.draining.load(Ordering::Acquire);
        check("draining", !draining, if draining { "it is about to end" } else { "no" }.to_owned());
        Readiness { ready: checks.values().all(|check| check.ok), checks }
    }

    /// `/health/live`: whether the process answers at all.
    pub(crate) fn live(&self) -> Response {
        answer(StatusCode::OK, "application/json", "{\"live\":true}".to_owned())
    }

    /// `/health/ready`: 200 when it can serve, else 503.
    pub(crate) async fn ready(&self) -> Response {
        let found = self.readiness().await;
        let status = if found.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        answer(status, "application/json", serde_json::to_string(&found).unwrap_or_default())
    }

    /// `/metrics`.
    async fn metrics(&self) -> Response {
        match timeout(PATIENCE * 2, self.engine.load()).await {
            Ok(Ok(load)) => self.gauges.set(&load),
            _ => drop(self.gauges.answers.set(0)),
        }
        if let Ok(Ok(shared)) = timeout(PATIENCE, self.engine.store().read().shared_by()).await {
            self.gauges.nodes.set(i64::try_from(shared.iter().filter(|node| node.lease_ms > 0).count()).unwrap_or(0));
        }
        self.gauges.watchers.set(whole((self.following)()));
        self.gauges.memory.set(memory().unwrap_or(0));
        let mut out = String::new();
        match text::encode(&mut out, &self.registry) {
            Ok(()) => answer(StatusCode::OK, OPEN_METRICS, out),
            Err(_) => answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", String::new()),
        }
    }
}

impl Gauges {
    fn register(&self, registry: &mut Registry) {
        let lines: [(&str, &str, &Gauge); 14] = [
            ("live_watchers", "Pages that follow a step as it happens", &self.watchers),
            ("timers_pending", "Timers that will fire", &self.timers),
            ("timers_late", "Timers that should have fired more than a minute ago", &self.timers_late),
            ("outbox_pending", "Effects that wait", &self.effects),
            ("outbox_failing", "Effects that wait and failed before", &self.effects_failing),
            ("outbox_given_up", "Effects that failed too often", &self.effects_given_up),
            ("incidents_open", "Incidents that wait for a person", &self.incidents),
            ("claims_held", "Timers and effects that nodes have taken and not yet done", &self.claims),
            ("nodes", "Nodes whose lease holds; 0 for a database in a file", &self.nodes),
            ("commit_queue", "Turns that wait to be committed", &self.queue),
            ("commands_under_way", "Commands of people under way", &self.crowd),
            ("database_connections", "Connections that read", &self.connections),
            ("database_connections_idle", "Those of them that have nothing to do", &self.idle),
            ("database_answers", "Whether the database answered just now", &self.answers),
        ];
        for (name, help, gauge) in lines {
            registry.register(name, help, gauge.clone());
        }
        registry.register_with_unit("resident_memory", "Memory of this process", Unit::Bytes, self.memory.clone());
    }

    fn set(&self, load: &Load) {
        let backlog = &load.backlog;
        let values = [
            (&self.timers, backlog.timers),
            (&self.timers_late, backlog.timers_late),
            (&self.effects, backlog.effects),
            (&self.effects_failing, backlog.effects_failing),
            (&self.effects_given_up, backlog.effects_given_up),
            (&self.incidents, backlog.incidents),
            (&self.claims, backlog.claims),
            (&self.queue, whole(load.queue)),
            (&self.crowd, whole(load.crowd)),
            (&self.connections, i64::from(load.connections)),
            (&self.idle, whole(load.idle)),
            (&self.answers, 1),
        ];
        for (gauge, value) in values {
            gauge.set(value);
        }
    }
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Memory of this process in bytes, where the system tells (`/proc/self/status`).
fn memory() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok()? * 1024)
}

fn answer(status: StatusCode, kind: &'static str, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A listener inside the house: `/metrics` and `/health/…`, and nothing else.
pub struct WatchListener {
    listener: TcpListener,
    address: SocketAddr,
}

impl std::fmt::Debug for WatchListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WatchListener").field("address", &self.address).finish_non_exhaustive()
    }
}

impl WatchListener {
    /// Listens on an address; requests wait until [`WatchListener::run`].
    ///
    /// # Errors
    /// The address is taken or not ours.
    pub async fn bind(address: SocketAddr) -> Result<Self, ServerError> {
        let listen = |cause| ServerError::Listen { address, option: "--metrics-listen", cause };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self { listener, address })
    }

    /// The address it listens on; with port 0 the one the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until it is dropped.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, watcher: Arc<Watcher>) -> Result<(), ServerError> {
        let router = Router::new()
            .route("/metrics", get(|State(watcher): State<Arc<Watcher>>| async move { watcher.metrics().await }))
            .route("/health/live", get(|State(watcher): State<Arc<Watcher>>| async move { watcher.live() }))
            .route("/health/ready", get(|State(watcher): State<Arc<Watcher>>| async move { watcher.ready().await }))
            .with_state(watcher);
        serve(self.listener, router).await.map_err(ServerError::Serve)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_tells_how_much_memory_it_takes() {
        assert!(memory().is_some_and(|bytes| bytes > 1 << 20), "{:?}", memory());
    }
}
