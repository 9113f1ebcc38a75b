//! What a simulation does to an open database: the place where faults come in on purpose, from a seed.
//!
//! Lives here: the questions the store asks a simulation. May not live here: faults; nothing in the product gives any.

use crate::entity::OutboxRow;
use crate::error::StoreError;
use crate::place::Place;
use crate::work::DueTimer;

/// What becomes of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is written, and its callers hear so.
    Written,
    /// Nothing of it is written: the disk refused, or the process died before.
    Refused,
    /// It is on disk, but nobody hears of it: the answer got lost, or the process died in between.
    Unheard,
}

/// Faults that are put in on purpose; see [`crate::OpenOptions::faults`].
pub trait Faults: std::fmt::Debug + Send + Sync {
    /// Asked before each group of turns.
    fn fate(&self) -> Fate;

    /// May change the order of effects that are to be carried out, and keep some back.
    fn effects(&self, rows: &mut Vec<OutboxRow>);

    /// May keep timers back that are due.
    fn timers(&self, rows: &mut Vec<DueTimer>);

    /// Whether several engines have this database open, so that what one has in memory may be of yesterday.
    fn shared(&self) -> bool;
}

/// What callers hear when their answer is lost or refused.
pub(crate) fn disturbed(place: &Place) -> StoreError {
    StoreError::Io { place: place.clone(), detail: "a fault put in on purpose".to_owned() }
}
