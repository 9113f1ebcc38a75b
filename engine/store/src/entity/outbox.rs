//! Outbox: effects that are rows before they are deeds.

use sea_orm::entity::prelude::*;

/// One effect to carry out after the commit.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::outbox`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance that caused it.
    pub instance_pk: Option<i64>,
    /// Stable key for the receiver, unique in the database.
    pub key: String,
    /// What to do: `mail`, `start_child`, ...
    pub kind: String,
    /// JSON.
    pub payload: String,
    /// Earliest moment, in microseconds since 1970.
    pub not_before: i64,
    /// Tries so far.
    pub attempts: i64,
    /// `pending`, `done` or `given_up`.
    pub status: String,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub done_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
