//! What the database counts of itself, for whoever watches. Counts only: nothing of what is written.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

/// Counts of one open database.
#[derive(Debug, Clone)]
pub struct Meter {
    groups: Histogram,
    failures: Counter,
}

impl Default for Meter {
    fn default() -> Self {
        // 1, 2, 4, … 256: a group has no more turns.
        Self { groups: Histogram::new(exponential_buckets(1.0, 2.0, 9)), failures: Counter::default() }
    }
}

impl Meter {
    /// Lists the counts in a registry.
    pub fn register(&self, registry: &mut Registry) {
        registry.register("commit_group_turns", "Turns that were committed together", self.groups.clone());
        registry.register("commit_failures", "Commits that the database did not carry out", self.failures.clone());
    }

    /// A group of so many turns is on disk.
    pub(crate) fn committed(&self, turns: usize) {
        self.groups.observe(u32::try_from(turns).map_or(f64::MAX, f64::from));
    }

    /// A group failed as a whole.
    pub(crate) fn failed(&self) {
        self.failures.inc();
    }
}
