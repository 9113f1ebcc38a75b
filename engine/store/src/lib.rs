//! The database of Draaiboek: plain rows, one atomic commit, read queries, and the check of what is stored.
//!
//! Lives here: the only SQL of the product. May not live here: workflows, plugins, rules. The store knows strings,
//! numbers, JSON text and hashes; it decides nothing.
//!
//! # Architecture invariant
//! A process writes through one connection, in transactions that are on disk before anybody is answered (read back at
//! opening). Every change of an instance names the revision it builds on. A file (`sqlite`) belongs to one process; a
//! database on a server (`postgres`) is shared by equal nodes. Which kind it is, only those two modules know.
//!
//! # The way of a turn
//! 1. The runtime loads an [`InstanceRow`], decides, and builds a [`Turn`] with row numbers from [`Store::ids`].
//! 2. [`Writer::submit`] puts it in the queue; all turns that wait are written by one [`Store::commit`].
//! 3. The answer is sent after the transaction is on disk, or says why this turn was refused.

mod account;
mod archive;
mod catalog;
mod changes;
mod commit;
mod entity;
mod error;
mod faults;
mod hash;
mod ids;
mod meter;
mod place;
mod postgres;
mod read;
mod retention;
mod schema;
mod sqlite;
mod store;
#[cfg(test)]
mod tests;
mod turn;
mod verify;
mod work;
mod write;
mod writer;

pub use account::{
    AccessRow, AccountRow, DailyMailRow, DraftRow, InvitationRow, LinkRow, MailClaim, MailEnd, SessionRow, ThrottleRow,
    draft_id,
};
pub use archive::{ArchiveError, ArchiveHead, RowCounts, Unpacked};
pub use commit::MAX_GROUP;
pub use entity::{
    ArtifactRow, CalendarRow, CommandKeyRow, ContributionRow, DefinitionRow, IncidentRow, InstanceRow, JournalRow,
    MetaRow, OutboxRow, PluginRow, SchoolRow, StepRunRow, TaskRow, TimerRow,
};
pub use error::StoreError;
pub use faults::{Fate, Faults};
pub use hash::{answers_are_erased, content_hash, erased_answers, genesis_hash, journal_hash, payload_hash};
pub use ids::Ids;
pub use meter::Meter;
pub use place::Place;
pub use read::{
    Backlog, Counts, DefinitionSummary, DraftsOf, InstanceFilter, InstanceSummary, JournalPage, MAX_WHOLE, Reader,
    Scope, SharedBy, TaskFilter, Whole,
};
pub use retention::{Erased, TERMS, Term};
pub use store::{OpenOptions, Store};
pub use turn::{CommitError, Committed, ContributionChange, InstanceWrite, JournalEntry, NewContribution, Turn};
pub use verify::{Finding, FindingKind, VerifyReport};
pub use work::{Claimed, DueTimer, Mark};
pub use writer::{Pending, SubmitError, Writer};
