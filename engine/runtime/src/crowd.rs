//! How many commands of people are under way, in all and per school: nobody waits in an endless queue, and no school
//! fills it for the others.
//!
//! Lives here: counting who came in. May not live here: what they came for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Commands under way at the most; as many as wait for the writer at the most.
pub(crate) const CAPACITY: usize = crate::engine::WRITER_QUEUE;

/// The commands under way.
#[derive(Debug, Default)]
pub(crate) struct Crowd(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    all: usize,
    schools: HashMap<Arc<str>, usize>,
}

/// A place in the crowd, free again when it is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    crowd: Arc<Crowd>,
    school: Arc<str>,
}

impl Crowd {
    /// Lets a command of a school in, or says how many of that school are in already. A school may hold as many places as
    /// are free: half of all when it is alone, and there is always room for one more school.
    pub(crate) fn enter(self: &Arc<Self>, school: &Arc<str>) -> Result<Place, usize> {
        let mut counts = self.counts();
        let mine = counts.schools.get(school).copied().unwrap_or_default();
        if mine >= CAPACITY.saturating_sub(counts.all) {
            return Err(mine);
        }
        counts.all += 1;
        *counts.schools.entry(Arc::clone(school)).or_default() += 1;
        Ok(Place { crowd: Arc::clone(self), school: Arc::clone(school) })
    }

    /// How many places are taken.
    pub(crate) fn taken(&self) -> usize {
        self.counts().all
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.crowd.counts();
        counts.all -= 1;
        if let Some(mine) = counts.schools.get_mut(&self.school) {
            *mine -= 1;
            if *mine == 0 {
                counts.schools.remove(&self.school);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(crowd: &Arc<Crowd>, school: &str) -> Vec<Place> {
        let school: Arc<str> = school.into();
        std::iter::from_fn(|| crowd.enter(&school).ok()).collect()
    }

    #[test]
    fn one_school_never_takes_the_places_of_others() {
        let crowd = Arc::new(Crowd::default());
        let greedy = fill(&crowd, "greedy");
        assert_eq!(greedy.len(), CAPACITY / 2, "alone it has half");
        assert_eq!(crowd.enter(&"greedy".into()).unwrap_err(), CAPACITY / 2);
        let second = fill(&crowd, "second");
        assert_eq!(second.len(), CAPACITY / 4);
        let others: Vec<_> = (0..50).map(|n| crowd.enter(&format!("s-{n}").into())).collect();
        assert!(others.iter().all(Result::is_ok), "each of many others still gets in");
    }

    #[test]
    fn who_leaves_makes_room() {
        let crowd = Arc::new(Crowd::default());
        drop(fill(&crowd, "a"));
        assert_eq!(fill(&crowd, "a").len(), CAPACITY / 2);
        assert!(crowd.counts().schools.is_empty() && crowd.counts().all == 0);
    }
}
