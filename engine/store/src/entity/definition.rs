//! Compiled workflow definitions, immutable by content hash.

use sea_orm::entity::prelude::*;

/// One compiled workflow version. Never changes after it was written.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "definition")]
pub struct Model {
    /// SHA-256 of `content`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// Name of the workflow, for example `study-day`.
    pub id: String,
    /// Version as its author wrote it.
    pub version: String,
    /// Version of the form in which `content` is written.
    pub ir_version: i64,
    /// The compiled definition as canonical JSON.
    pub content: String,
    /// The YAML text it was compiled from.
    pub source: String,
    /// When it was stored, in microseconds since 1970.
    pub created_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
