//! The journal: one row for every decision, chained by hash.

use sea_orm::entity::prelude::*;

/// One decision. Appended, never changed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "journal")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::journal`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// `id` of the row before it in the same instance.
    pub prev_id: Option<i64>,
    /// The instance.
    pub instance_pk: i64,
    /// Revision of the instance after this decision.
    pub revision: i64,
    /// The `now` of the decision, in microseconds since 1970.
    pub at: i64,
    /// Who asked: a person's id, or `system`.
    pub actor: String,
    /// For whom, when somebody acted for another.
    pub on_behalf: Option<String>,
    /// `accepted`, `rejected`, `late` or another word of the runtime.
    pub outcome: String,
    /// The command as JSON, without personal payload.
    pub command: String,
    /// The plugins' answers as JSON; [`crate::erased_answers`] of them once what people handed in is erased.
    pub answers: String,
    /// Definition the decision was taken with.
    pub definition_hash: Vec<u8>,
    /// Calendar the decision was taken with.
    pub calendar_hash: Option<Vec<u8>>,
    /// Version of the deciding code.
    pub core_version: String,
    /// Hash of the snapshot after the decision.
    pub snapshot_hash: Vec<u8>,
    /// `hash` of the row before, or [`crate::genesis_hash`].
    pub prev_hash: Vec<u8>,
    /// [`crate::journal_hash`] of this row.
    pub hash: Vec<u8>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
