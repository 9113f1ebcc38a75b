//! Drafts: what somebody typed and has not handed in. Never kept for anonymous steps.

use sea_orm::entity::prelude::*;

/// One draft of one entry.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "draft")]
pub struct Model {
    /// Account, instance, step and entry, joined.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The account.
    pub account: String,
    /// The instance.
    pub instance: String,
    /// The step.
    pub step: String,
    /// The kind of entry.
    pub entry: String,
    /// The fields as JSON.
    pub content: String,
    /// In microseconds since 1970.
    pub updated_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
