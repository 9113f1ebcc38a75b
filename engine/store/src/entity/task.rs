//! Tasks: open steps as people see them.

use sea_orm::entity::prelude::*;

/// One task for a role or for persons.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::task`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// The instance.
    pub instance_pk: i64,
    /// The step run it belongs to.
    pub step_run: i64,
    /// The school, so that lists need no join.
    pub school: String,
    /// Title as JSON or text key.
    pub title: String,
    /// Roles that may do it, a JSON array of strings without spaces.
    pub roles: String,
    /// Persons it is for, a JSON array of strings without spaces; empty array: anybody with a role.
    pub assignees: String,
    /// Minutes it takes.
    pub minutes: i64,
    /// Privacy class, `P0` to `P4`, `+A` when anonymous.
    pub privacy: String,
    /// `open`, `done` or `cancelled`.
    pub status: String,
    /// In microseconds since 1970.
    pub opened_at: i64,
    /// In microseconds since 1970.
    pub due_at: Option<i64>,
    /// In microseconds since 1970.
    pub closed_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
