//! The record of looks at sensitive data and of acts on accounts.

use sea_orm::entity::prelude::*;

/// One look or act.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "access")]
pub struct Model {
    /// Random id that grows with time.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The school.
    pub school: String,
    /// Who.
    pub person: String,
    /// In microseconds since 1970.
    pub at: i64,
    /// What, as `<noun>/<verb>`.
    pub action: String,
    /// Privacy class of what was seen.
    pub class: String,
    /// The instance.
    pub instance: Option<String>,
    /// The step.
    pub step: Option<String>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
