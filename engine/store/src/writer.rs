//! The queue before the commit: callers hand in one turn each, one task writes all that wait in one transaction.
//!
//! Lives here: waiting, back-pressure, answering. May not live here: what a turn holds.

use crate::commit::MAX_GROUP;
use crate::store::Store;
use crate::turn::{CommitError, Committed, Turn};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// From so many callers on, half of them are written while the other half decide what comes next: disk and processors do
/// not wait for each other. Fewer share one wait for the disk, which weighs more than what they decide.
const CROWD: usize = 48;

/// A handle on the writing task; cheap to clone. The task ends when the last handle is gone and the queue is empty.
#[derive(Clone, Debug)]
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

#[derive(Debug)]
struct Job {
    turn: Turn,
    answer: oneshot::Sender<Result<Committed, CommitError>>,
}

/// Why a turn was not taken into the queue.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The queue is full; the turn comes back.
    #[error("the writer has {waiting} turns waiting; try again in a moment with the same idempotency key")]
    Busy {
        /// The turn, unchanged.
        turn: Box<Turn>,
        /// Length of the queue.
        waiting: usize,
    },
    /// The writing task has ended.
    #[error("the writer has stopped; open the database again")]
    Stopped,
}

/// A turn in the queue.
#[derive(Debug)]
pub struct Pending(oneshot::Receiver<Result<Committed, CommitError>>);

impl Pending {
    /// Waits until the turn is on disk or refused.
    ///
    /// # Errors
    /// [`CommitError`]; `Malformed` when the writer was stopped before it reached the turn.
    pub async fn done(self) -> Result<Committed, CommitError> {
        self.0.await.unwrap_or(Err(STOPPED))
    }
}

const STOPPED: CommitError = CommitError::Malformed("the writer has stopped; open the database again");

impl Writer {
    /// Starts the writing task on the current tokio runtime with a queue for `capacity` turns.
    #[must_use]
    pub fn start(store: Arc<Store>, capacity: usize) -> Self {
        let (queue, jobs) = mpsc::channel(capacity.max(1));
        tokio::spawn(write(store, jobs));
        Self { queue }
    }

    /// Hands in a turn, waits for room in the queue, and then until the turn is on disk.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn submit(&self, turn: Turn) -> Result<Committed, CommitError> {
        self.hand_in(turn).await.done().await
    }

    /// Hands in a turn and waits for room in the queue only.
    pub async fn hand_in(&self, turn: Turn) -> Pending {
        let (answer, wait) = oneshot::channel();
        // A stopped task drops the job, and the answer with it.
        let _ = self.queue.send(Job { turn, answer }).await;
        Pending(wait)
    }

    /// Hands in a turn without waiting for room.
    ///
    /// # Errors
    /// [`SubmitError::Busy`] gives the turn back.
    pub fn try_submit(&self, turn: Turn) -> Result<Pending, SubmitError> {
        let (answer, wait) = oneshot::channel();
        match self.queue.try_send(Job { turn, answer }) {
            Ok(()) => Ok(Pending(wait)),
            Err(mpsc::error::TrySendError::Full(job)) => {
                Err(SubmitError::Busy { turn: Box::new(job.turn), waiting: self.queue.max_capacity() })
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(SubmitError::Stopped),
        }
    }

    /// How many turns wait now.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }
}

async fn write(store: Arc<Store>, mut jobs: mpsc::Receiver<Job>) {
    let mut waiting = Vec::with_capacity(MAX_GROUP);
    let mut answered = 0;
    while !waiting.is_empty() || jobs.recv_many(&mut waiting, MAX_GROUP).await > 0 {
        gather(&mut jobs, &mut waiting);
        if answered + waiting.len() < CROWD {
            // The callers just answered run first and hand in their next turns: one large group instead of a small and a
            // large one in turn. A lone caller pays a microsecond.
            tokio::task::yield_now().await;
            gather(&mut jobs, &mut waiting);
        }
        let callers = answered + waiting.len();
        let group = if callers < CROWD { waiting.len() } else { waiting.len().min(callers.div_ceil(2)) };
        let (turns, callers): (Vec<_>, Vec<_>) = waiting.drain(..group).map(|job| (job.turn, job.answer)).unzip();
        answered = group;
        let answers = store.commit(turns).await;
        for (caller, answer) in callers.into_iter().zip(answers) {
            // A caller that went away loses nothing: the turn is on disk, its key gives the answer.
            let _ = caller.send(answer);
        }
    }
}

/// Takes what else waits by now.
fn gather(jobs: &mut mpsc::Receiver<Job>, waiting: &mut Vec<Job>) {
    while waiting.len() < MAX_GROUP
        && let Ok(job) = jobs.try_recv()
    {
        waiting.push(job);
    }
}
