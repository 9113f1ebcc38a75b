//! Invitations: one step for one person, without an account.

use sea_orm::entity::prelude::*;

/// One invitation, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The school.
    pub school: String,
    /// The person it is for.
    pub person: String,
    /// The instance.
    pub instance: String,
    /// The step.
    pub step: String,
    /// Who made it.
    pub created_by: String,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub expires_at: i64,
    /// When it was taken back, in microseconds since 1970.
    pub ended_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
