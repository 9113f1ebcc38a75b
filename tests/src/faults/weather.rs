//! The weather a simulation runs in: what the clock says, and what becomes of each transaction, all out of one seed.
//!
//! Lives here: faults and their log. May not live here: the work they disturb.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use draaiboek_runtime::Clock;
use draaiboek_store::{DueTimer, Fate, Faults, OutboxRow};
use jiff::Timestamp;

use super::chance::Chance;

/// Monday 5 October 2026, nine in the morning in Brussels.
pub(crate) const START: i64 = 1_791_183_600_000_000;
const SECOND: i64 = 1_000_000;
const HOUR: i64 = 3_600 * SECOND;
/// Jumps of the clock, forward and back.
const JUMPS: [i64; 5] = [SECOND, 90 * SECOND, HOUR, 5 * HOUR, 47 * HOUR];
/// Faults of one run at the most.
const MOST: usize = 14;

/// The weather of one run.
#[derive(Debug)]
pub(crate) struct Weather {
    sky: Mutex<Sky>,
    shared: bool,
}

#[derive(Debug)]
struct Sky {
    chance: Chance,
    /// Faults that may still happen.
    left: usize,
    /// The process has died; it writes nothing any more.
    dead: bool,
    now: i64,
    /// Effects that were on their way once.
    seen: Vec<String>,
    counts: BTreeMap<&'static str, usize>,
    log: Vec<String>,
}

impl Weather {
    /// The weather of a seed.
    pub(crate) fn of(seed: u64) -> Self {
        let mut chance = Chance::of(seed);
        let left = 2 + chance.below(MOST - 1);
        let shared = chance.one_in(2);
        Self::with(chance, left, shared)
    }

    /// Nothing ever happens.
    pub(crate) fn fine() -> Self {
        Self::with(Chance::of(0), 0, false)
    }

    fn with(chance: Chance, left: usize, shared: bool) -> Self {
        let sky =
            Sky { chance, left, dead: false, now: START, seen: Vec::new(), counts: BTreeMap::new(), log: Vec::new() };
        Self { sky: Mutex::new(sky), shared }
    }

    fn sky(&self) -> MutexGuard<'_, Sky> {
        self.sky.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes down what happens.
    pub(crate) fn note(&self, text: &str) {
        self.sky().note(text);
    }

    /// Whether a fault of this kind happens now, which would happen once in so many times.
    pub(crate) fn strikes(&self, kind: &'static str, times: usize) -> bool {
        self.sky().strikes(kind, times)
    }

    /// Whether something harmless happens, which happens once in so many times.
    pub(crate) fn maybe(&self, times: usize) -> bool {
        let mut sky = self.sky();
        sky.left > 0 && sky.chance.one_in(times)
    }

    /// A number below `bound`.
    pub(crate) fn below(&self, bound: usize) -> usize {
        self.sky().chance.below(bound)
    }

    /// From now on nothing happens any more.
    pub(crate) fn clear_up(&self) {
        let mut sky = self.sky();
        sky.left = 0;
        sky.note("-- from here on nothing goes wrong");
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.sky().dead
    }

    /// A new process takes over.
    pub(crate) fn revive(&self) {
        self.sky().dead = false;
    }

    /// Moves the clock on.
    pub(crate) fn wait_until(&self, micros: i64) {
        let mut sky = self.sky();
        sky.now = sky.now.max(micros);
    }

    /// The key of an effect that was on its way once.
    pub(crate) fn some_effect(&self) -> Option<String> {
        let mut sky = self.sky();
        let seen = std::mem::take(&mut sky.seen);
        let chosen = sky.chance.pick(&seen).cloned();
        sky.seen = seen;
        chosen
    }

    /// How often each kind of fault happened, and the log.
    pub(crate) fn told(&self) -> (BTreeMap<&'static str, usize>, Vec<String>) {
        let sky = self.sky();
        (sky.counts.clone(), sky.log.clone())
    }
}

impl Sky {
    fn note(&mut self, text: &str) {
        let at = Timestamp::from_microsecond(self.now).map(|at| at.to_string()).unwrap_or_default();
        self.log.push(format!("{at}  {text}"));
    }

    fn strikes(&mut self, kind: &'static str, times: usize) -> bool {
        if self.left == 0 || !self.chance.one_in(times) {
            return false;
        }
        self.left -= 1;
        *self.counts.entry(kind).or_default() += 1;
        self.note(&format!("!! {kind}"));
        true
    }
}

impl Clock for Weather {
    fn now(&self) -> Timestamp {
        let mut sky = self.sky();
        sky.now += 1_000;
        if sky.strikes("clock jumps", 150) {
            let jump = sky.chance.pick(&JUMPS).copied().unwrap_or(SECOND);
            let jump = if sky.chance.one_in(2) { jump } else { -jump };
            sky.now += jump;
            sky.note(&format!("   by {} s", jump / SECOND));
        }
        Timestamp::from_microsecond(sky.now).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

impl Faults for Weather {
    fn fate(&self) -> Fate {
        let mut sky = self.sky();
        if sky.dead {
            return Fate::Refused;
        }
        if sky.strikes("crash before commit", 40) {
            sky.dead = true;
            return Fate::Refused;
        }
        if sky.strikes("crash after commit", 40) {
            sky.dead = true;
            return Fate::Unheard;
        }
        if sky.strikes("disk refuses", 40) {
            return Fate::Refused;
        }
        if sky.strikes("answer lost", 40) {
            return Fate::Unheard;
        }
        Fate::Written
    }

    fn effects(&self, rows: &mut Vec<OutboxRow>) {
        let mut sky = self.sky();
        for row in rows.iter() {
            if !sky.seen.contains(&row.key) {
                sky.seen.push(row.key.clone());
            }
        }
        if rows.len() > 1 && sky.strikes("effects in another order", 3) {
            sky.chance.shuffle(rows);
        }
        if rows.len() > 1 && sky.strikes("effects kept back", 6) {
            let kept = 1 + sky.chance.below(rows.len() - 1);
            rows.truncate(kept);
        }
    }

    fn timers(&self, rows: &mut Vec<DueTimer>) {
        if !rows.is_empty() && self.sky().strikes("timers late", 4) {
            rows.clear();
        }
    }

    fn shared(&self) -> bool {
        self.shared
    }
}
