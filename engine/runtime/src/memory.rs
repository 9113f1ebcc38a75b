//! Instances in memory: one slot each, in which one thing happens at a time.
//!
//! Lives here: keeping, loading and forgetting them, and who may queue for one. May not live here: what happens to them.

use std::collections::HashMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use draaiboek_workflow::decide::Actor;
use tokio::sync::Mutex as AsyncMutex;

use crate::crowd::Place;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::Live;

/// Instances kept in memory at the most; the rest is loaded when it is needed.
const MAX_LIVE: usize = 10_000;

/// Instances in memory, by id.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<HashMap<String, Arc<Slot>>>);

/// The place of one instance.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    live: AsyncMutex<Option<Live>>,
    school: OnceLock<Arc<str>>,
}

impl Deref for Slot {
    type Target = AsyncMutex<Option<Live>>;

    fn deref(&self) -> &Self::Target {
        &self.live
    }
}

impl Engine {
    pub(crate) fn slot(&self, instance: &str) -> Arc<Slot> {
        let mut live = self.memory.0.lock().unwrap_or_else(PoisonError::into_inner);
        if live.len() >= MAX_LIVE && !live.contains_key(instance) {
            live.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        Arc::clone(live.entry(instance.to_owned()).or_default())
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
                    let mut live = self.memory.0.lock().unwrap_or_else(PoisonError::into_inner);
                    if Arc::strong_count(&slot) == 2 {
                        live.remove(instance);
                    }
                }
                Err(error)
            }
        }
    }
}
