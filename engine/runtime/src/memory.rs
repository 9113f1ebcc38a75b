//! Instances in memory: one slot each, in which one thing happens at a time.
//!
//! Lives here: keeping, loading and forgetting them, and who may queue for one. May not live here: what happens to them.

use std::collections::{HashMap, VecDeque};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use draaiboek_workflow::decide::Actor;
use tokio::sync::Mutex as AsyncMutex;

use crate::crowd::Place;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::Live;

/// Instances kept in memory at the most, besides those that are in use; the rest is loaded when it is needed. One of a
/// short workflow with plugins takes some 70 kB: so many stay well below what a node may take.
const MAX_LIVE: usize = 1_000;
/// Slots that one newcomer may make go: more than one, so that those in use leave no growth behind.
const GOING: usize = 2;

/// Instances in memory.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Slots>);

#[derive(Debug, Default)]
struct Slots {
    by_id: HashMap<Arc<str>, Arc<Slot>>,
    /// In which order they are asked to go; who was used since then stays for another round.
    queue: VecDeque<Arc<str>>,
}

/// The place of one instance.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    live: AsyncMutex<Option<Live>>,
    school: OnceLock<Arc<str>>,
    /// Whether somebody came for it again since it was last asked to go.
    used: AtomicBool,
}

impl Memory {
    fn slots(&self) -> MutexGuard<'_, Slots> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slots {
    /// Makes room for a newcomer: the longest unused go. They are given back, to be dropped when nobody waits for it.
    fn make_room(&mut self) -> Vec<Arc<Slot>> {
        let mut gone = Vec::new();
        for _ in 0..GOING.min((self.queue.len() + 1).saturating_sub(MAX_LIVE)) {
            let Some(id) = self.queue.pop_front() else { break };
            let stays = |slot: &Arc<Slot>| slot.used.swap(false, Ordering::Relaxed) || Arc::strong_count(slot) > 1;
            if self.by_id.get(&id).is_some_and(stays) {
                self.queue.push_back(id);
            } else {
                gone.extend(self.by_id.remove(&id));
            }
        }
        gone
    }
}

impl Deref for Slot {
    type Target = AsyncMutex<Option<Live>>;

    fn deref(&self) -> &Self::Target {
        &self.live
    }
}

impl Engine {
    pub(crate) fn slot(&self, instance: &str) -> Arc<Slot> {
        let mut slots = self.memory.slots();
        if let Some(slot) = slots.by_id.get(instance) {
            slot.used.store(true, Ordering::Relaxed);
            return Arc::clone(slot);
        }
        let gone = slots.make_room();
        let (id, slot) = (Arc::<str>::from(instance), Arc::<Slot>::default());
        slots.queue.push_back(Arc::clone(&id));
        slots.by_id.insert(id, Arc::clone(&slot));
        drop(slots);
        drop(gone);
        slot
    }

    /// A place in the queue for a command of a person. What the engine does of itself is bounded elsewhere and never sent
    /// away.
    pub(crate) async fn admit(&self, slot: &Slot, instance: &str, actor: &Actor) -> Result<Option<Place>, EngineError> {
        if actor.is_system() {
            return Ok(None);
        }
        let school = match slot.school.get() {
            Some(known) => known,
            None => {
                let mut guard = slot.lock().await;
                let live = self.loaded(&mut guard, instance).await?;
                slot.school.get_or_init(|| live.row.school.as_str().into())
            }
        };
        self.crowd.enter(school).map(Some).map_err(|waiting| EngineError::Busy { waiting })
    }

    pub(crate) async fn loaded<'l>(
        &self,
        slot: &'l mut Option<Live>,
        instance: &str,
    ) -> Result<&'l mut Live, EngineError> {
        if slot.is_none() {
            let whole = self.loading.load(self.store.read(), instance).await?;
            let whole =
                whole.ok_or_else(|| EngineError::not_found("cycle", instance, "`draaiboek list` shows them"))?;
            *slot = Some(Live::of(whole, self.store.read(), &self.catalog).await?);
        }
        slot.as_mut().ok_or(EngineError::Stale)
    }

    /// Forgets an instance in memory that another process has moved on. Gives whether it did.
    pub(crate) async fn forget_outdated(&self, slot: &mut Option<Live>) -> Result<bool, EngineError> {
        let Some(live) = slot.as_ref().filter(|_| self.store.is_shared()) else { return Ok(false) };
        let outdated = self.store.read().revision(live.row.pk).await? != Some(live.row.revision);
        if outdated {
            *slot = None;
        }
        Ok(outdated)
    }

    /// Looks at an instance as it is now, while nothing else happens to it.
    pub(crate) async fn look<T>(
        &self,
        instance: &str,
        look: impl FnOnce(&Live) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let slot = self.slot(instance);
        let mut guard = slot.lock().await;
        self.forget_outdated(&mut guard).await?;
        match self.loaded(&mut guard, instance).await {
            Ok(live) => look(live),
            Err(error) => {
                if matches!(error, EngineError::NotFound { .. }) {
                    // Whoever asks for ids that do not exist fills no memory. Nobody else waits for this slot.
                    let mut slots = self.memory.slots();
                    if Arc::strong_count(&slot) == 2 {
                        slots.by_id.remove(instance);
                    }
                }
                Err(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(memory: &Memory, id: usize) -> Vec<Arc<Slot>> {
        let mut slots = memory.slots();
        let gone = slots.make_room();
        let id = Arc::<str>::from(id.to_string());
        slots.queue.push_back(Arc::clone(&id));
        slots.by_id.insert(id, Arc::default());
        gone
    }

    #[test]
    fn the_longest_unused_go_and_those_in_use_stay() {
        let memory = Memory::default();
        for id in 0..MAX_LIVE {
            assert!(add(&memory, id).is_empty());
        }
        let held = Arc::clone(&memory.slots().by_id["0"]);
        memory.slots().by_id["1"].used.store(true, Ordering::Relaxed);
        for id in MAX_LIVE..MAX_LIVE + 100 {
            add(&memory, id);
        }
        let slots = memory.slots();
        let there = |id: usize| slots.by_id.contains_key(id.to_string().as_str());
        assert!(there(0) && there(1) && !there(2) && !there(50) && there(MAX_LIVE + 99));
        assert_eq!(slots.by_id.len(), MAX_LIVE);
        drop(held);
    }
}
