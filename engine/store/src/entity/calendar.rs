//! School calendars, immutable by content hash.

use sea_orm::entity::prelude::*;

/// One compiled school calendar.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar")]
pub struct Model {
    /// SHA-256 of `content`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The calendar as canonical JSON.
    pub content: String,
    /// When it was stored, in microseconds since 1970.
    pub created_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
