//! One-time links: signing in without a password, and the first start.

use sea_orm::entity::prelude::*;

/// One link, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sign_in_link")]
pub struct Model {
    /// SHA-256 of the token.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The account; absent for the code of the first start.
    pub account: Option<String>,
    /// `sign-in` or `first`.
    pub purpose: String,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// In microseconds since 1970.
    pub expires_at: i64,
    /// In microseconds since 1970; a used link opens nothing.
    pub used_at: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
