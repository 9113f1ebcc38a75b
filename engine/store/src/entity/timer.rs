//! Timers: moments at which an instance must be woken.

use sea_orm::entity::prelude::*;

/// One timer.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "timer")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::timer`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance.
    pub instance_pk: i64,
    /// Id of the timer within the workflow.
    pub timer_id: String,
    /// The instant, in microseconds since 1970.
    pub due_at: i64,
    /// Civil date, time and zone from which `due_at` was derived.
    pub civil: String,
    /// The rule as written, for re-dating when the calendar changes.
    pub rule: String,
    /// Event to raise, as JSON.
    pub event: String,
    /// `pending`, `fired` or `cancelled`.
    pub status: String,
    /// In microseconds since 1970.
    pub fired_at: Option<i64>,
    /// `fired_at - due_at`, in microseconds.
    pub lateness: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
