//! Schools: the tenants.

use sea_orm::entity::prelude::*;

/// One school with its people, teams and the hash of its calendar.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "school")]
pub struct Model {
    /// Name of the school within this database.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Name for people.
    pub name: String,
    /// JSON: people, teams, calendar hash, settings.
    pub content: String,
    /// Last change, in microseconds since 1970.
    pub updated_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
