//! Timers of many instances that fire together: read at once, decided one after the other, and all wait for the disk
//! together. One that meets anything unusual is left to fire alone.
//!
//! Lives here: one command each for many instances. May not live here: what else is due, what becomes of a refusal.

use std::collections::HashMap;
use std::sync::Arc;

use draaiboek_store::{DueTimer, Pending, Turn, Whole};
use draaiboek_workflow::decide::{Actor, Command};
use tokio::sync::MutexGuard;
use tracing::Instrument as _;

use crate::consult::consult;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::Live;
use crate::memory::Slot;
use crate::meter::Begun;
use crate::turn::Booked;

/// An instance that nothing else happens to meanwhile.
type Held<'s> = MutexGuard<'s, Option<Live>>;

/// A timer of which the turn was handed in.
struct Underway<'s> {
    /// Its place among all.
    place: usize,
    live: Held<'s>,
    begun: Begun,
    booked: Booked,
    pending: Pending,
}

impl Engine {
    /// Fires timers of different instances. Gives for each whether it fired; the others have to fire alone.
    pub(crate) async fn volley(&self, timers: &[&DueTimer]) -> Vec<bool> {
        let slots: Vec<Option<Arc<Slot>>> =
            timers.iter().map(|due| due.instance.as_deref().map(|id| self.slot(id))).collect();
        // Nobody waits for an instance while these are held: who has one already keeps it.
        let held: Vec<Option<Held<'_>>> = slots.iter().map(|slot| slot.as_ref()?.try_lock().ok()).collect();
        let mut cold = self.read_cold(timers, &held).await;
        let mut under_way = Vec::with_capacity(timers.len());
        for (place, (due, held)) in timers.iter().zip(held).enumerate() {
            let whole = due.instance.as_deref().and_then(|id| cold.remove(id));
            if let Some(live) = held {
                under_way.extend(self.hand_in(place, due, live, whole).await);
            }
        }
        let mut fired = vec![false; timers.len()];
        for mut one in under_way {
            match one.pending.done().await {
                Ok(_) => {
                    self.settled(&one.booked).await;
                    self.meter.ended(&one.begun, None);
                    self.meter.fired(self.clock.now().as_microsecond() - timers[one.place].due_at);
                    fired[one.place] = true;
                }
                // In memory it ran ahead of a commit that did not happen.
                Err(_) => *one.live = None,
            }
        }
        fired
    }

    /// Those that are held and not in memory, in one reading. What cannot be read is loaded, and complained of, alone.
    async fn read_cold(&self, timers: &[&DueTimer], held: &[Option<Held<'_>>]) -> HashMap<String, Whole> {
        let cold = timers.iter().zip(held).filter(|(_, held)| held.as_ref().is_some_and(|live| live.is_none()));
        let ids: Vec<String> = cold.filter_map(|(due, _)| due.instance.clone()).collect();
        let wholes = self.store.read().wholes(&ids).await.unwrap_or_default();
        wholes.into_iter().map(|whole| (whole.row.id.clone(), whole)).collect()
    }

    /// Decides what a timer does and hands its turn in.
    async fn hand_in<'s>(
        &self,
        place: usize,
        due: &DueTimer,
        mut live: Held<'s>,
        whole: Option<Whole>,
    ) -> Option<Underway<'s>> {
        let begun = tracing::info_span!("timer", row = due.id).in_scope(|| Begun::now("timer"));
        let decided = self.decide_timer(due, &mut live, whole).instrument(begun.span.clone()).await;
        let Ok(Some((turn, booked))) = decided else {
            *live = None;
            return None;
        };
        let pending = self.writer.hand_in(turn).await;
        Some(Underway { place, live, begun, booked, pending })
    }

    /// `None` when the timer is not set any more, or a plugin broke over it.
    async fn decide_timer(
        &self,
        due: &DueTimer,
        slot: &mut Option<Live>,
        whole: Option<Whole>,
    ) -> Result<Option<(Turn, Booked)>, EngineError> {
        if let Some(whole) = whole {
            *slot = Some(Live::of(whole, self.store.read(), &self.catalog).await?);
        }
        let Some(live) = slot else { return Ok(None) };
        let Some((seq, timer)) = live.timers.iter().find(|(_, row)| row.id == due.id) else { return Ok(None) };
        let command = Command::Timer { id: timer.timer_id.clone(), seq: *seq };
        let consulted = consult(&self.library, live, &command, None, self.clock.now())?;
        if !consulted.broken.is_empty() {
            return Ok(None);
        }
        self.book(live, &Actor::system(), &command, consulted, None).await.map(Some)
    }
}
