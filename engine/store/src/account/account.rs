//! Accounts: who may sign in.

use sea_orm::entity::prelude::*;

/// One account; it belongs to one person of one school.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "account")]
pub struct Model {
    /// Random id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    /// The school; nothing of another school is ever shown to this account.
    pub school: String,
    /// Id of the person at that school; an administrator who does not work there has an id of his own.
    pub person: String,
    /// Name for signing in, lower case; unique.
    pub login: String,
    /// Name for people, when the school's file has none.
    pub name: String,
    /// Hash of the password in PHC form (argon2id); absent while there is only the one-time link.
    pub password: Option<String>,
    /// Roles on top of those at school (`adm`), a JSON array of strings.
    pub roles: String,
    /// Language of the pages.
    pub locale: String,
    /// `active` or `closed`.
    pub status: String,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub changed_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
