//! What the engine counts and measures of itself, for whoever watches: kinds and results, never who, where or what.
//!
//! Lives here: counters, the log line of a command. May not live here: anything that decides.

use std::time::Duration;

use draaiboek_store::Backlog;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tracing::Instrument as _;

use crate::clock::Stopwatch;
use crate::crowd::CAPACITY;
use crate::effects::MAX_ATTEMPTS;
use crate::engine::{Engine, Reply, WRITER_QUEUE};
use crate::error::EngineError;

/// Bounds of the duration of a command, in seconds.
const SECONDS: [f64; 11] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];
/// How long a timer may wait before it is called late, in microseconds.
const LATE: i64 = 60_000_000;
/// Bounds of the lateness of a timer, in seconds.
const LATENESS: [f64; 7] = [0.1, 1.0, 5.0, 60.0, 600.0, 3_600.0, 86_400.0];

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Ended {
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Delivered {
    kind: String,
    result: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// A command under way.
pub(crate) struct Begun {
    kind: &'static str,
    pub span: tracing::Span,
    watch: Stopwatch,
}

impl Begun {
    pub fn now(kind: &'static str) -> Self {
        let span = tracing::info_span!("command", kind, result = tracing::field::Empty);
        Self { kind, span, watch: Stopwatch::start() }
    }
}

/// Counts of one engine.
#[derive(Debug, Clone)]
pub(crate) struct Meter {
    commands: Family<Ended, Counter>,
    seconds: Family<Kind, Histogram, fn() -> Histogram>,
    lateness: Histogram,
    effects: Family<Delivered, Counter>,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            commands: Family::default(),
            seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)),
            lateness: Histogram::new(LATENESS),
            effects: Family::default(),
        }
    }
}

impl Meter {
    /// Carries a command out, with a log line and counts of how it ended.
    pub(crate) async fn command(
        &self,
        kind: &'static str,
        work: impl Future<Output = Result<Reply, EngineError>>,
    ) -> Result<Reply, EngineError> {
        let begun = Begun::now(kind);
        let ended = work.instrument(begun.span.clone()).await;
        self.ended(&begun, ended.as_ref().err());
        ended
    }

    /// A command ended, with this error or well.
    pub(crate) fn ended(&self, begun: &Begun, error: Option<&EngineError>) {
        let (kind, took) = (begun.kind, begun.watch.elapsed());
        let result = error.map_or("accepted", EngineError::outcome);
        begun.span.record("result", result);
        begun.span.in_scope(|| tell(error, took));
        self.commands.get_or_create(&Ended { kind, result }).inc();
        self.seconds.get_or_create(&Kind { kind }).observe(took.as_secs_f64());
    }

    /// A timer fired, so many microseconds late.
    pub(crate) fn fired(&self, late: i64) {
        self.lateness.observe(Duration::from_micros(u64::try_from(late).unwrap_or(0)).as_secs_f64());
    }

    /// An effect was carried out, or not.
    pub(crate) fn delivered(&self, kind: &str, outcome: &Result<(), EngineError>) {
        let result = outcome.as_ref().map_or_else(EngineError::outcome, |()| "done");
        self.effects.get_or_create(&Delivered { kind: kind.to_owned(), result }).inc();
        if let Err(error) = outcome {
            tracing::warn!(kind, error = error.for_log(), most = MAX_ATTEMPTS, "an effect was not carried out");
        }
    }

    fn register(&self, registry: &mut Registry) {
        registry.register("commands", "Commands by kind and result", self.commands.clone());
        registry.register("command_seconds", "How long commands took, with their commit", self.seconds.clone());
        registry.register("timers_fired_late_seconds", "How late timers fired", self.lateness.clone());
        registry.register("effects", "Effects carried out, by kind and result", self.effects.clone());
    }
}

/// The log line of a command.
fn tell(error: Option<&EngineError>, took: Duration) {
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match error {
        None | Some(EngineError::Rejected(_) | EngineError::Invalid(_) | EngineError::NotFound { .. }) => {
            tracing::debug!(ms, "a command ended");
        }
        Some(EngineError::Busy { .. } | EngineError::Stale) => tracing::info!(ms, "a command has to come again"),
        Some(error) => tracing::error!(ms, error = error.for_log(), "a command broke"),
    }
}

/// How much there is to do at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// What waits in the database.
    pub backlog: Backlog,
    /// Turns that wait for the writer.
    pub queue: usize,
    /// At most so many.
    pub queue_most: usize,
    /// Commands of people under way.
    pub crowd: usize,
    /// At most so many.
    pub crowd_most: usize,
    /// Connections that read.
    pub connections: u32,
    /// Those that have nothing to do.
    pub idle: usize,
}

impl Engine {
    /// Lists everything that is counted here, in the database and at the plugins.
    pub fn register(&self, registry: &mut Registry) {
        self.meter.register(registry);
        self.store.meter().register(registry);
        self.library.meter().register(registry);
    }

    /// Commands of people under way, and how many there may be at the most.
    pub fn crowd(&self) -> (usize, usize) {
        (self.crowd.taken(), CAPACITY)
    }

    /// How much there is to do now.
    ///
    /// # Errors
    /// The database.
    pub async fn load(&self) -> Result<Load, EngineError> {
        let reader = self.store.read();
        let (crowd, crowd_most) = self.crowd();
        let (connections, idle) = reader.pool();
        Ok(Load {
            backlog: reader.backlog(self.clock.now().as_microsecond() - LATE).await?,
            queue: self.writer.waiting(),
            queue_most: WRITER_QUEUE,
            crowd,
            crowd_most,
            connections,
            idle,
        })
    }
}
