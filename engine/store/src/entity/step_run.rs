//! Step runs: each time a step was opened.

use sea_orm::entity::prelude::*;

/// One opening of one step.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "step_run")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::step_run`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance.
    pub instance_pk: i64,
    /// Id of the state that holds the step.
    pub step: String,
    /// Step kind of the plugin.
    pub kind: String,
    /// `open`, `closed` or `cancelled`.
    pub status: String,
    /// In microseconds since 1970.
    pub opened_at: i64,
    /// In microseconds since 1970.
    pub closed_at: Option<i64>,
    /// `id` of the newest contribution.
    pub contribution_head: Option<i64>,
    /// The outcome that closed it, as JSON.
    pub outcome: Option<String>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
