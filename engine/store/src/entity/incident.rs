//! Incidents: broken effects and plugin calls that wait for a person.

use sea_orm::entity::prelude::*;

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::incident`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance.
    pub instance_pk: i64,
    /// State or effect where it happened.
    pub step: String,
    /// What went wrong.
    pub cause: String,
    /// Copy of the input, as JSON without personal payload.
    pub input: String,
    /// Tries so far.
    pub attempts: i64,
    /// `open`, `resolved` or `given_up`.
    pub status: String,
    /// In microseconds since 1970.
    pub opened_at: i64,
    /// In microseconds since 1970.
    pub closed_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
