//! Idempotency keys: the first answer to every keyed command.

use sea_orm::entity::prelude::*;

/// One key with its first answer. Keys that grow with time (UUID version 7) keep the table quick.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "command_key")]
pub struct Model {
    /// The key, unique in the database.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The answer as JSON.
    pub answer: String,
    /// The instance it went to.
    pub instance_pk: Option<i64>,
    /// In microseconds since 1970.
    pub created_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
