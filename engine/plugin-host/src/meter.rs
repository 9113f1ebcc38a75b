//! What is counted of calls: which function, how it ended, how long it took. Never what was asked or answered.

use std::time::{Duration, Instant};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::call::Ended;
use crate::error::Function;

/// Bounds of the duration of a call, in seconds.
const SECONDS: [f64; 9] = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0];

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Call {
    call: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Named {
    call: &'static str,
}

/// Counts of one library.
#[derive(Debug, Clone)]
pub struct Meter {
    calls: Family<Call, Counter>,
    seconds: Family<Named, Histogram, fn() -> Histogram>,
}

impl Default for Meter {
    fn default() -> Self {
        Self { calls: Family::default(), seconds: Family::new_with_constructor(|| Histogram::new(SECONDS)) }
    }
}

impl Meter {
    /// Lists the counts in a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("plugin_calls", "Calls of plugins by function and result", self.calls.clone());
        registry.register("plugin_call_seconds", "How long calls of plugins took", self.seconds.clone());
    }

    /// Makes a call and counts it. The clock here measures and decides nothing.
    pub(crate) fn measured(&self, function: Function, call: impl FnOnce() -> Ended) -> Ended {
        let begun = Instant::now();
        let ended = call();
        self.called(function.as_str(), &ended, begun.elapsed());
        ended
    }

    fn called(&self, call: &'static str, ended: &Ended, took: Duration) {
        let result = match &ended.answer {
            Ok(Ok(_)) => "answered",
            Ok(Err(_)) => "refused",
            Err(_) => "broke",
        };
        self.calls.get_or_create(&Call { call, result }).inc();
        self.seconds.get_or_create(&Named { call }).observe(took.as_secs_f64());
    }
}
