//! Artifacts: named, versioned products of an instance.

use sea_orm::entity::prelude::*;

/// One version of one artifact. Never changes.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "artifact")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::artifact`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance.
    pub instance_pk: i64,
    /// Name within the instance.
    pub name: String,
    /// 1, 2, ...; unique with instance and name.
    pub version: i64,
    /// JSON.
    pub content: String,
    /// SHA-256 of `content`.
    pub content_hash: Vec<u8>,
    /// In microseconds since 1970.
    pub created_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
