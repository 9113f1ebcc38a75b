//! Rounds: what is due is taken in batches and carried out, of one instance in order, of many side by side, so that they
//! share the wait for the disk. While one batch is carried out the next is taken.
//!
//! Lives here: what waits, what runs, and when more is taken. May not live here: what firing and carrying out mean.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use draaiboek_store::{Claimed, DueTimer, Mark, OutboxRow};
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use crate::engine::Engine;
use crate::error::EngineError;

/// Rows taken at once.
const BATCH: usize = 256;
/// Instances that are read together, decided one after the other and written together.
const GROUP: usize = draaiboek_store::MAX_WHOLE;
/// Groups under way: while some are read, others are decided and written.
const GROUPS: usize = 4;

/// Something that is due, with the claim under which it was taken.
enum Due {
    Effect(OutboxRow, Option<i64>),
    Timer(DueTimer, Option<i64>),
}

impl Due {
    fn timer(&self) -> Option<&DueTimer> {
        match self {
            Self::Effect(..) => None,
            Self::Timer(due, _) => Some(due),
        }
    }

    fn is_effect(&self) -> bool {
        self.timer().is_none()
    }
}

/// What is due of one instance.
type Lane = VecDeque<Due>;
/// How many of a lane were carried out, and the first failure.
type Outcome = (usize, Option<EngineError>);

/// A walk through what is due: how far it has come.
struct Walk {
    effects: Mark,
    timers: Mark,
    /// Whether effects were found last: they are carried out before timers are looked for.
    effects_first: bool,
}

/// What one look found, each with its instance, the earliest first.
#[derive(Default)]
struct Found {
    due: Vec<(Option<i64>, Due)>,
    /// How to go on; `None` at the end.
    walk: Option<Walk>,
    failed: Option<EngineError>,
}

/// What was taken and is not carried out yet.
#[derive(Default)]
struct Lanes {
    /// By instance; one that runs has a place here too, for what is taken meanwhile.
    waiting: HashMap<Option<i64>, Lane>,
    /// Instances of which something waits and nothing runs, in the order in which they fell due.
    ready: VecDeque<Option<i64>>,
    /// Groups.
    running: JoinSet<Outcome>,
    /// The instances of each group that runs, and how many effects it has.
    instances: HashMap<Id, (Vec<Option<i64>>, usize)>,
    /// Rows that wait.
    rows: usize,
    /// Effects that wait or run.
    effects: usize,
}

impl Lanes {
    fn add(&mut self, instance: Option<i64>, due: Due) {
        self.rows += 1;
        self.effects += usize::from(due.is_effect());
        match self.waiting.entry(instance) {
            Entry::Occupied(mut lane) => lane.get_mut().push_back(due),
            Entry::Vacant(lane) => {
                lane.insert(VecDeque::from([due]));
                self.ready.push_back(instance);
            }
        }
    }

    /// Sets as many going as may run.
    fn start(&mut self, engine: &Arc<Engine>) {
        while self.running.len() < GROUPS && !self.ready.is_empty() {
            let instances: Vec<Option<i64>> = self.ready.drain(..self.ready.len().min(GROUP)).collect();
            let lanes = instances.iter().map(|instance| self.waiting.get_mut(instance).map(std::mem::take));
            let lanes: Vec<Lane> = lanes.flatten().collect();
            self.rows -= lanes.iter().map(Lane::len).sum::<usize>();
            let effects = lanes.iter().flatten().filter(|due| due.is_effect()).count();
            let running = self.running.spawn(Arc::clone(engine).group(lanes));
            self.instances.insert(running.id(), (instances, effects));
        }
    }

    /// A group has ended; what was taken of its instances meanwhile is next.
    fn end(&mut self, ended: Result<(Id, Outcome), JoinError>) -> Outcome {
        let (id, outcome) = match ended {
            Ok(ended) => ended,
            Err(broken) => (broken.id(), (0, Some(EngineError::Stale))),
        };
        let (instances, effects) = self.instances.remove(&id).unwrap_or_default();
        self.effects -= effects;
        for instance in instances {
            match self.waiting.get(&instance) {
                Some(lane) if !lane.is_empty() => self.ready.push_back(instance),
                _ => drop(self.waiting.remove(&instance)),
            }
        }
        outcome
    }

    /// Leaves what has not begun to whoever comes next.
    fn leave(&mut self) {
        self.ready.clear();
        self.waiting.clear();
    }
}

impl Engine {
    /// Takes what is due until nothing is left or the process is `stopping`, and carries it out. What fails waits for the
    /// next round and does not hold the others up. Gives the number of things done.
    pub(crate) async fn round(self: &Arc<Self>, stopping: &AtomicBool) -> Result<usize, EngineError> {
        let mut lanes = Lanes::default();
        let mut walk = Some(Walk { effects: Mark::START, timers: Mark::START, effects_first: false });
        let mut looking = JoinSet::new();
        let (mut done, mut failed) = (0, None);
        loop {
            if stopping.load(Ordering::Relaxed) {
                walk = None;
                lanes.leave();
            }
            lanes.start(self);
            let room = |walk: &mut Walk| if walk.effects_first { lanes.effects == 0 } else { lanes.rows < BATCH };
            if let Some(walk) = walk.take_if(room) {
                looking.spawn(Arc::clone(self).take_due(walk));
            }
            tokio::select! {
                Some(ended) = lanes.running.join_next_with_id() => {
                    let (count, error) = lanes.end(ended);
                    done += count;
                    failed = failed.or(error);
                }
                Some(found) = looking.join_next() => {
                    let found = found.unwrap_or_else(|_| Found { failed: Some(EngineError::Stale), ..Found::default() });
                    found.due.into_iter().for_each(|(instance, due)| lanes.add(instance, due));
                    walk = found.walk;
                    failed = failed.or(found.failed);
                }
                else => break,
            }
        }
        match failed {
            Some(error) if done == 0 => Err(error),
            Some(error) => {
                tracing::error!(error = error.for_log(), "a timer or an effect waits");
                Ok(done)
            }
            None => Ok(done),
        }
    }

    /// Takes the next batch: effects, and when there are none timers.
    async fn take_due(self: Arc<Self>, walk: Walk) -> Found {
        let now = self.clock.now().as_microsecond();
        // Effects that cannot be read, on a damaged page, do not hold up the timers.
        let (effects, failed) = match self.store.claim_outbox(now, walk.effects, BATCH as u64).await {
            Ok(effects) => (effects, None),
            Err(error) => (Claimed { rows: Vec::new(), claim: None }, Some(EngineError::from(error))),
        };
        if let Some(last) = effects.rows.last() {
            let walk = Walk { effects: last.into(), effects_first: true, ..walk };
            let due = effects.rows.into_iter().map(|row| (row.instance_pk, Due::Effect(row, effects.claim))).collect();
            return Found { due, walk: Some(walk), failed: None };
        }
        let timers = self.take_timers(now, walk).await;
        let found = timers.unwrap_or_else(|error| Found { failed: Some(error), ..Found::default() });
        Found { failed: failed.or(found.failed), ..found }
    }

    async fn take_timers(&self, now: i64, walk: Walk) -> Result<Found, EngineError> {
        let timers = self.store.claim_timers(now, walk.timers, BATCH as u64).await?;
        let last = timers.rows.last().filter(|_| timers.rows.len() == BATCH);
        let walk = last.map(|last| Walk { timers: last.into(), effects_first: false, ..walk });
        let due = timers.rows.into_iter().map(|due| (Some(due.instance_pk), Due::Timer(due, timers.claim)));
        Ok(Found { due: due.collect(), walk, failed: None })
    }

    /// Carries out what is due of some instances: first timers together, then everything else side by side.
    async fn group(self: Arc<Self>, mut lanes: Vec<Lane>) -> Outcome {
        let timers: Vec<&DueTimer> = lanes.iter().filter_map(|lane| lane.front()?.timer()).collect();
        let fired = self.volley(&timers).await;
        let mut done = fired.iter().filter(|fired| **fired).count();
        let starting = lanes.iter_mut().filter(|lane| lane.front().is_some_and(|due| due.timer().is_some()));
        for (lane, _) in starting.zip(fired).filter(|(_, fired)| *fired) {
            lane.pop_front();
        }
        lanes.retain(|lane| !lane.is_empty());
        let mut running: FuturesUnordered<_> = lanes.into_iter().map(|lane| self.lane(lane)).collect();
        let mut failed = None;
        while let Some((count, error)) = running.next().await {
            done += count;
            failed = failed.or(error);
        }
        (done, failed)
    }

    /// Carries out what is due of one instance, in order.
    async fn lane(&self, lane: Lane) -> Outcome {
        let (mut done, mut failed) = (0, None);
        for due in lane {
            let outcome = match due {
                Due::Effect(row, claim) => {
                    let span = tracing::info_span!("effect", row = row.id);
                    self.carry_out(row, claim).instrument(span).await
                }
                Due::Timer(due, claim) => {
                    let span = tracing::info_span!("timer", row = due.id);
                    self.fire(due, claim).instrument(span).await
                }
            };
            match outcome {
                Ok(()) => done += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        (done, failed)
    }
}
