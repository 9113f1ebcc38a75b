//! Work that is due: effects and timers, taken by one process at a time.
//!
//! Lives here: taking work and telling others. May not live here: doing it.

use crate::entity::{OutboxRow, outbox, timer};
use crate::error::StoreError;
use crate::store::Store;
use sea_orm::{FromQueryResult, IdenStatic as _, Iterable as _};
use tokio::sync::broadcast;

/// Rows that this process has taken, and nobody else has until they are written or this process is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed<R> {
    /// The rows, the earliest first.
    pub rows: Vec<R>,
    /// Under which token they were taken, where several processes share the database: goes into [`crate::Turn::claim`]
    /// of what is booked about them.
    pub claim: Option<i64>,
}

/// A timer that is due: so much of it as leads to its instance, which has its row.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct DueTimer {
    /// Number of its row.
    pub id: i64,
    /// When it was due, in microseconds since 1970.
    pub due_at: i64,
    /// Number of its instance.
    pub instance_pk: i64,
    /// `id` of its instance; `None` when the row of the instance cannot be read, on a damaged page.
    pub instance: Option<String>,
}

/// How far a walk through what is due has come: the moment and the number of the last row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When the row was due, in microseconds since 1970.
    pub moment: i64,
    /// Its number.
    pub id: i64,
}

impl Mark {
    /// Before all rows.
    pub const START: Self = Self { moment: i64::MIN, id: i64::MIN };
}

impl From<&DueTimer> for Mark {
    fn from(row: &DueTimer) -> Self {
        Self { moment: row.due_at, id: row.id }
    }
}

impl From<&OutboxRow> for Mark {
    fn from(row: &OutboxRow) -> Self {
        Self { moment: row.not_before, id: row.id }
    }
}

/// What is read of a timer that a node takes: a [`DueTimer`].
const CLAIMED_TIMER: &str =
    "timer.id, timer.due_at, timer.instance_pk, (SELECT instance.id FROM instance WHERE pk = instance_pk) AS instance";

impl Store {
    /// Takes effects that may be carried out now and come after this mark, at most `limit`. Whoever walks on while earlier
    /// ones are under way does not get them again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_outbox(&self, now: i64, after: Mark, limit: u64) -> Result<Claimed<OutboxRow>, StoreError> {
        let Some(claiming) = self.claiming() else {
            let mut rows = self.read().pending_outbox(now, after, limit).await?;
            if let Some(faults) = &self.faults {
                faults.effects(&mut rows);
            }
            return Ok(Claimed { rows, claim: None });
        };
        let columns: Vec<String> =
            outbox::Column::iter().map(|column| format!("outbox.\"{}\"", column.as_str())).collect();
        let columns = columns.join(",");
        let mut claiming = claiming.lock().await;
        let mut claimed =
            claiming.claim::<outbox::Entity, OutboxRow>("not_before", &columns, now, after, limit).await?;
        claimed.rows.sort_by_key(|row| (row.not_before, row.id));
        Ok(claimed)
    }

    /// Takes timers that are due and come after this mark, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn claim_timers(&self, now: i64, after: Mark, limit: u64) -> Result<Claimed<DueTimer>, StoreError> {
        let Some(claiming) = self.claiming() else {
            let mut rows = self.read().due_timers(now, after, limit).await?;
            if let Some(faults) = &self.faults {
                faults.timers(&mut rows);
            }
            return Ok(Claimed { rows, claim: None });
        };
        let mut claiming = claiming.lock().await;
        let mut claimed = claiming.claim::<timer::Entity, DueTimer>("due_at", CLAIMED_TIMER, now, after, limit).await?;
        claimed.rows.sort_by_key(|row| (row.due_at, row.id));
        Ok(claimed)
    }

    /// Whether other processes may write this database too, so that what is in memory may be of yesterday.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.node().is_some() || self.faults.as_ref().is_some_and(|faults| faults.shared())
    }

    /// Resolves when another process may have left work for this one. Never where there is no other.
    pub async fn woken(&self) {
        match self.node() {
            Some(node) => node.woken().await,
            None => std::future::pending().await,
        }
    }

    /// Hears of instances that other processes changed, by id; `None` where there are no others. A listener that falls
    /// behind misses some.
    #[must_use]
    pub fn elsewhere(&self) -> Option<broadcast::Receiver<String>> {
        self.node().map(|node| node.elsewhere())
    }

    /// Gives everything this process had taken back to the others. Call it last: what is written afterwards is refused
    /// until this process has joined again.
    ///
    /// # Errors
    /// [`StoreError`]; the others then take over when its lease has ended.
    pub async fn leave(&self) -> Result<(), StoreError> {
        match self.node() {
            Some(node) => node.leave().await,
            None => Ok(()),
        }
    }
}
