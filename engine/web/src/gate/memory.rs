//! What the gate remembers between requests: sessions, schools, lists of cycles, and what was worked out from a cycle.
//!
//! Nothing here may be older than the database. What is stored by this process only is remembered until a counter of the
//! store says that something of its kind was written; when other processes write too, it is asked for each time. What is
//! worked out from a cycle belongs to one turn of it and to one minute, for guards and pictures may look at the clock.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use draaiboek_runtime::{Notice, Projection, Sight};
use draaiboek_store::{InstanceSummary, SessionRow, Store};
use draaiboek_workflow::decide::{Conclusion, Object};
use draaiboek_workflow::simulate::Forecast;

use super::drawn::Drawings;
use super::dry::Offer;
use super::place::Place;
use super::visit::Member;

/// Sessions remembered at the most.
const MAX_SESSIONS: usize = 20_000;
/// Schools and lists remembered at the most.
const MAX_LISTS: usize = 2_000;
/// Cycles of which something is remembered, at the most.
const MAX_CYCLES: usize = 4_000;
/// Minutes for which a start page shows the same outlook: it plays all running cycles to their end.
const FORESEEN: i64 = 10;
/// Texts and pictures of one cycle remembered at the most.
const MAX_PIECES: usize = 400;

/// Locks, also after somebody panicked while holding it: what is remembered is whole at any moment.
pub(in crate::gate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Things that stay true until a counter moves.
#[derive(Debug)]
struct Until<V> {
    counter: u64,
    known: HashMap<String, V>,
}

impl<V: Clone> Until<V> {
    fn get(&self, counter: u64, key: &str) -> Option<V> {
        if self.counter == counter { self.known.get(key).cloned() } else { None }
    }

    fn put(&mut self, counter: u64, key: String, value: V, most: usize) {
        if self.counter != counter || self.known.len() >= most {
            self.known.clear();
            self.counter = counter;
        }
        self.known.insert(key, value);
    }
}

impl<V> Default for Until<V> {
    fn default() -> Self {
        Self { counter: 0, known: HashMap::new() }
    }
}

/// What the gate remembers.
#[derive(Debug, Default)]
pub(in crate::gate) struct Memory {
    sessions: Mutex<Until<(SessionRow, Member)>>,
    places: Mutex<Until<Arc<Place>>>,
    lists: Mutex<Until<Arc<Vec<InstanceSummary>>>>,
    notices: Mutex<Until<Arc<Vec<Notice>>>>,
    forecasts: Mutex<HashMap<String, (i64, Arc<Forecast>)>>,
    cycles: Mutex<HashMap<String, Arc<Worked>>>,
    pub(in crate::gate) drawings: Drawings,
}

/// What was worked out from one turn of a cycle within one minute.
#[derive(Debug)]
pub(in crate::gate) struct Worked {
    pub sight: Arc<Sight>,
    minute: i64,
    answers: Mutex<Option<Arc<BTreeMap<String, Conclusion>>>>,
    roles: Mutex<HashMap<String, Arc<Vec<String>>>>,
    offers: Mutex<HashMap<String, Arc<Vec<Offer>>>>,
    views: Mutex<HashMap<String, Arc<Option<Object>>>>,
    pictures: Mutex<HashMap<String, Arc<Projection>>>,
    drawings: Mutex<HashMap<String, Arc<str>>>,
}

/// A counter that says until when something may be remembered; none when other processes write too.
pub(in crate::gate) type Counter = Option<u64>;

/// The counter of accounts, sessions and schools.
pub(in crate::gate) fn doors(store: &Store) -> Counter {
    (!store.is_shared()).then(|| store.door_changes())
}

/// The counter of turns.
pub(in crate::gate) fn turns(store: &Store) -> Counter {
    (!store.is_shared()).then(|| store.groups())
}

impl Memory {
    pub(in crate::gate) fn session(&self, counter: Counter, key: &str) -> Option<(SessionRow, Member)> {
        lock(&self.sessions).get(counter?, key)
    }

    pub(in crate::gate) fn keep_session(&self, counter: Counter, key: String, row: SessionRow, member: Member) {
        if let Some(counter) = counter {
            lock(&self.sessions).put(counter, key, (row, member), MAX_SESSIONS);
        }
    }

    pub(in crate::gate) fn place(&self, counter: Counter, school: &str) -> Option<Arc<Place>> {
        lock(&self.places).get(counter?, school)
    }

    /// The place as it was read last, whatever happened since.
    pub(in crate::gate) fn last_place(&self, school: &str) -> Option<Arc<Place>> {
        lock(&self.places).known.get(school).cloned()
    }

    pub(in crate::gate) fn keep_place(&self, counter: Counter, school: &str, place: &Arc<Place>) {
        let mut places = lock(&self.places);
        let counter = counter.unwrap_or_else(|| places.counter.wrapping_add(1));
        places.put(counter, school.to_owned(), Arc::clone(place), MAX_LISTS);
    }

    pub(in crate::gate) fn list(&self, counter: Counter, key: &str) -> Option<Arc<Vec<InstanceSummary>>> {
        lock(&self.lists).get(counter?, key)
    }

    pub(in crate::gate) fn keep_list(&self, counter: Counter, key: String, list: &Arc<Vec<InstanceSummary>>) {
        if let Some(counter) = counter {
            lock(&self.lists).put(counter, key, Arc::clone(list), MAX_LISTS);
        }
    }

    pub(in crate::gate) fn notices(&self, counter: Counter, key: &str) -> Option<Arc<Vec<Notice>>> {
        lock(&self.notices).get(counter?, key)
    }

    pub(in crate::gate) fn keep_notices(&self, counter: Counter, key: String, notices: &Arc<Vec<Notice>>) {
        if let Some(counter) = counter {
            lock(&self.notices).put(counter, key, Arc::clone(notices), MAX_LISTS);
        }
    }

    /// What was foreseen of a school not longer than [`FORESEEN`] minutes ago.
    pub(in crate::gate) fn forecast(&self, school: &str, minute: i64) -> Option<Arc<Forecast>> {
        let known = lock(&self.forecasts).get(school).cloned();
        known.filter(|(made, _)| (*made..=made + FORESEEN).contains(&minute)).map(|(_, forecast)| forecast)
    }

    pub(in crate::gate) fn keep_forecast(&self, school: &str, minute: i64, forecast: &Arc<Forecast>) {
        let mut forecasts = lock(&self.forecasts);
        if forecasts.len() >= MAX_LISTS {
            forecasts.clear();
        }
        forecasts.insert(school.to_owned(), (minute, Arc::clone(forecast)));
    }

    /// What is known of this turn of a cycle in this minute; begun anew when it is another turn or minute.
    pub(in crate::gate) fn worked(&self, sight: Arc<Sight>, minute: i64) -> Arc<Worked> {
        let mut cycles = lock(&self.cycles);
        if let Some(known) = cycles.get(&sight.id)
            && Arc::ptr_eq(&known.sight, &sight)
            && known.minute == minute
        {
            return Arc::clone(known);
        }
        if cycles.len() >= MAX_CYCLES {
            cycles.clear();
        }
        let id = sight.id.clone();
        let worked = Arc::new(Worked::new(sight, minute));
        cycles.insert(id, Arc::clone(&worked));
        worked
    }
}

/// Gives what is kept under a key, or makes it, keeps it and gives it. Two who ask at once may both make it.
fn piece<V>(pieces: &Mutex<HashMap<String, Arc<V>>>, key: &str) -> Option<Arc<V>> {
    lock(pieces).get(key).cloned()
}

fn keep<V>(pieces: &Mutex<HashMap<String, Arc<V>>>, key: String, value: V) -> Arc<V> {
    let value = Arc::new(value);
    let mut pieces = lock(pieces);
    if pieces.len() >= MAX_PIECES {
        pieces.clear();
    }
    pieces.insert(key, Arc::clone(&value));
    value
}

macro_rules! pieces {
    ($($(#[$doc:meta])* $get:ident, $keep:ident: $value:ty;)*) => {
        $(
            $(#[$doc])*
            pub(in crate::gate) fn $get(&self, key: &str) -> Option<Arc<$value>> {
                piece(&self.$get, key)
            }

            pub(in crate::gate) fn $keep(&self, key: String, value: $value) -> Arc<$value> {
                keep(&self.$get, key, value)
            }
        )*
    };
}

impl Worked {
    fn new(sight: Arc<Sight>, minute: i64) -> Self {
        Self {
            sight,
            minute,
            answers: Mutex::default(),
            roles: Mutex::default(),
            offers: Mutex::default(),
            views: Mutex::default(),
            pictures: Mutex::default(),
            drawings: Mutex::default(),
        }
    }

    pieces! {
        /// Roles by actor.
        roles, keep_roles: Vec<String>;
        /// Events that can be sent, by actor.
        offers, keep_offers: Vec<Offer>;
        /// The whole, by actor.
        views, keep_views: Option<Object>;
        /// Pictures by step and actor.
        pictures, keep_pictures: Projection;
    }

    /// What the open steps' plugins answer.
    pub(in crate::gate) fn answers(&self) -> Option<Arc<BTreeMap<String, Conclusion>>> {
        lock(&self.answers).clone()
    }

    pub(in crate::gate) fn keep_answers(
        &self,
        answers: BTreeMap<String, Conclusion>,
    ) -> Arc<BTreeMap<String, Conclusion>> {
        let answers = Arc::new(answers);
        *lock(&self.answers) = Some(Arc::clone(&answers));
        answers
    }

    /// A drawing by its options.
    pub(in crate::gate) fn drawing(&self, key: &str, draw: impl FnOnce() -> String) -> Arc<str> {
        if let Some(known) = lock(&self.drawings).get(key) {
            return Arc::clone(known);
        }
        let drawing: Arc<str> = draw().into();
        let mut drawings = lock(&self.drawings);
        if drawings.len() >= MAX_PIECES {
            drawings.clear();
        }
        drawings.insert(key.to_owned(), Arc::clone(&drawing));
        drawing
    }
}
