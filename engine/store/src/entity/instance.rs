//! Instances: the only rows that a command changes in place.

use sea_orm::entity::prelude::*;

/// One run of one workflow version in one school.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "instance")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::instance`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub pk: i64,
    /// Name for the outside, unique in the database.
    pub id: String,
    /// The school it runs in.
    pub school: String,
    /// Title for lists.
    pub title: String,
    /// Name of the workflow.
    pub workflow: String,
    /// Version of the workflow.
    pub version: String,
    /// Hash of the definition it is pinned to.
    pub definition_hash: Vec<u8>,
    /// Hash of the calendar its timers were computed with.
    pub calendar_hash: Option<Vec<u8>>,
    /// `id` of the instance that started it.
    pub parent_id: Option<String>,
    /// Which state and element of the parent started it.
    pub parent_key: Option<String>,
    /// What never changes about it, as JSON: configuration, pins, parent.
    pub origin: String,
    /// `active`, `paused`, `cancelled`, `blocked`, `finished`; written only when the turn says [`crate::InstanceWrite::advance`] with `cold`.
    pub lifecycle: String,
    /// The active states, for lists (small).
    pub status: String,
    /// The state of the statechart and its data, as canonical JSON.
    pub snapshot: String,
    /// SHA-256 of `snapshot`.
    pub snapshot_hash: Vec<u8>,
    /// Number of turns so far; every write names the one it expects.
    pub revision: i64,
    /// `id` of the newest journal row.
    pub journal_head: Option<i64>,
    /// `hash` of the newest journal row, or [`crate::genesis_hash`] while there is none.
    pub journal_head_hash: Vec<u8>,
    /// Start, in microseconds since 1970.
    pub created_at: i64,
    /// Last turn, in microseconds since 1970.
    pub updated_at: i64,
    /// End, in microseconds since 1970.
    pub finished_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// The columns that every turn of an instance writes.
const HOT: [Column; 7] = [
    Column::Status,
    Column::Snapshot,
    Column::SnapshotHash,
    Column::Revision,
    Column::JournalHead,
    Column::JournalHeadHash,
    Column::UpdatedAt,
];

/// The columns that few turns write.
const COLD: [Column; 7] = [
    Column::Title,
    Column::Lifecycle,
    Column::FinishedAt,
    Column::Version,
    Column::DefinitionHash,
    Column::CalendarHash,
    Column::Origin,
];

/// The columns that the next revision of a stored instance writes, with those that few turns write or without.
pub(crate) fn advancing(cold: bool) -> Vec<Column> {
    HOT.into_iter().chain(COLD.into_iter().filter(|_| cold)).collect()
}
