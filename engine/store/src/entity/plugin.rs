//! Step plugins, immutable by content hash.

use sea_orm::entity::prelude::*;

/// One plugin component.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "plugin")]
pub struct Model {
    /// SHA-256 of the component.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// Name of the plugin.
    pub id: String,
    /// Version of the plugin.
    pub version: String,
    /// The component itself; absent for the built-in ones, which the binary carries.
    pub bytes: Option<Vec<u8>>,
    /// When it was stored, in microseconds since 1970.
    pub created_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
