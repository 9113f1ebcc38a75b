//! Counters against guessing.

use sea_orm::entity::prelude::*;

/// How often something was tried in a stretch of time.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "throttle")]
pub struct Model {
    /// What is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// Start of the stretch, in microseconds since 1970.
    pub since: i64,
    /// Tries since then.
    pub count: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
