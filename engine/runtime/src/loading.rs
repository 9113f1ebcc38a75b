//! Loading instances into memory: who needs one waits for the reading before, and all who wait are read at once, as the
//! writer commits all who wait at once.
//!
//! Lives here: waiting and reading. May not live here: decoding what was read, keeping it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use draaiboek_store::{MAX_WHOLE, Reader, StoreError, Whole};
use tokio::sync::Semaphore;
use tokio::sync::oneshot::{self, error::RecvError};

/// Readings under way at the most: one goes on while what the other gave is decoded.
const READINGS: usize = 2;

/// Somebody who waits for an instance.
type Asker = (String, oneshot::Sender<Option<Whole>>);

/// Who waits, and how many read.
#[derive(Debug)]
pub(crate) struct Loading {
    waiting: Mutex<Vec<Asker>>,
    readings: Semaphore,
}

impl Default for Loading {
    fn default() -> Self {
        Self { waiting: Mutex::default(), readings: Semaphore::new(READINGS) }
    }
}

impl Loading {
    /// An instance with its open work, by its `id`; `None` when there is none.
    pub async fn load(&self, reader: &Reader, id: &str) -> Result<Option<Whole>, StoreError> {
        let (answer, mine) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((id.to_owned(), answer));
        match self.told(reader, mine).await {
            Ok(whole) => Ok(whole),
            // The reading failed, or who did it went away.
            Err(_) => Ok(reader.wholes(&[id.to_owned()]).await?.pop()),
        }
    }

    /// Waits for an answer, and reads for all who wait when it is one's turn.
    async fn told(
        &self,
        reader: &Reader,
        mut mine: oneshot::Receiver<Option<Whole>>,
    ) -> Result<Option<Whole>, RecvError> {
        loop {
            let turn = tokio::select! {
                biased;
                told = &mut mine => return told,
                turn = self.readings.acquire() => turn,
            };
            let askers = self.first();
            if askers.is_empty() {
                // Somebody else is reading it.
                drop(turn);
                return mine.await;
            }
            answer_all(reader, askers).await;
        }
    }

    /// Those who wait longest, as many as one reading takes.
    fn first(&self) -> Vec<Asker> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let count = waiting.len().min(MAX_WHOLE);
        waiting.drain(..count).collect()
    }
}

/// Reads what they wait for and tells them. After a failure everybody asks alone and hears of it.
async fn answer_all(reader: &Reader, mut askers: Vec<Asker>) {
    let ids: Vec<String> = askers.iter().map(|(id, _)| id.clone()).collect();
    let Ok(wholes) = reader.wholes(&ids).await else { return };
    let mut wholes: HashMap<String, Whole> = wholes.into_iter().map(|whole| (whole.row.id.clone(), whole)).collect();
    // Two who wait for the same: the last one gets it, the others ask alone.
    while let Some((id, answer)) = askers.pop() {
        if !askers.iter().any(|(other, _)| *other == id) {
            let _ = answer.send(wholes.remove(&id));
        }
    }
}
