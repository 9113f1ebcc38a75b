//! The numbers of rows. One process writes, so counters in memory are enough; they start above the highest stored number.
//!
//! Lives here: handing out numbers. May not live here: choosing who gets one.

use std::sync::atomic::{AtomicI64, Ordering};

/// Hands out the next row number per table. A number that is never written leaves a harmless gap.
#[derive(Debug, Default)]
pub struct Ids {
    pub(crate) instance: AtomicI64,
    pub(crate) journal: AtomicI64,
    pub(crate) contribution: AtomicI64,
    pub(crate) step_run: AtomicI64,
    pub(crate) task: AtomicI64,
    pub(crate) timer: AtomicI64,
    pub(crate) outbox: AtomicI64,
    pub(crate) incident: AtomicI64,
    pub(crate) artifact: AtomicI64,
}

fn next(counter: &AtomicI64) -> i64 {
    counter.fetch_add(1, Ordering::Relaxed) + 1
}

impl Ids {
    /// The next `instance.pk`.
    pub fn instance(&self) -> i64 {
        next(&self.instance)
    }

    /// The next `journal.id`.
    pub fn journal(&self) -> i64 {
        next(&self.journal)
    }

    /// The next `contribution.id`: the sequence number of domain.md L7.
    pub fn contribution(&self) -> i64 {
        next(&self.contribution)
    }

    /// The next `step_run.id`.
    pub fn step_run(&self) -> i64 {
        next(&self.step_run)
    }

    /// The next `task.id`.
    pub fn task(&self) -> i64 {
        next(&self.task)
    }

    /// The next `timer.id`.
    pub fn timer(&self) -> i64 {
        next(&self.timer)
    }

    /// The next `outbox.id`.
    pub fn outbox(&self) -> i64 {
        next(&self.outbox)
    }

    /// The next `incident.id`.
    pub fn incident(&self) -> i64 {
        next(&self.incident)
    }

    /// The next `artifact.id`.
    pub fn artifact(&self) -> i64 {
        next(&self.artifact)
    }
}
