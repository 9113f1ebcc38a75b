//! Counters of what this process changed, by topic: a school (its cycles, its people) or an account (its drafts). What was
//! worked out may be kept until the counter of its topics moves.
//!
//! Lives here: counting. May not live here: what is kept.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::store::Store;

/// The counters.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<Counters>);

#[derive(Debug, Default)]
struct Counters {
    all: u64,
    topics: HashMap<String, u64>,
}

impl Changes {
    fn with<T>(&self, act: impl FnOnce(&mut Counters) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Something about a topic may be another now.
    pub(crate) fn note(&self, topic: &str) {
        self.with(|counters| match counters.topics.get_mut(topic) {
            Some(counter) => *counter += 1,
            None => drop(counters.topics.insert(topic.to_owned(), 1)),
        });
    }

    /// Something may be another now, nobody knows of what.
    pub(crate) fn note_all(&self) {
        self.with(|counters| counters.all += 1);
    }
}

impl Store {
    /// How often this process changed something about one of these topics: ids of schools and of accounts. Of other
    /// processes on the same database it knows nothing.
    #[must_use]
    pub fn changes(&self, topics: [&str; 2]) -> u64 {
        self.changes.with(|counters| {
            let of = |topic: &str| counters.topics.get(topic).copied().unwrap_or(0);
            counters.all + topics.into_iter().map(of).sum::<u64>()
        })
    }
}
