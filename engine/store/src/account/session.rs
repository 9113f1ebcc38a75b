//! Sessions: browsers that are signed in.

use sea_orm::entity::prelude::*;

/// One session, under the hash of its token.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SHA-256 of the token in the cookie.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: Vec<u8>,
    /// The account, or `invited:<school>:<person>` for somebody with an invitation only.
    pub account: String,
    /// With an invitation: the only instance that is open to it.
    pub instance: Option<String>,
    /// With an invitation: the only step that is open to it.
    pub step: Option<String>,
    /// In microseconds since 1970.
    pub created_at: i64,
    /// When the token was renewed, in microseconds since 1970.
    pub rotated_at: i64,
    /// Last use, cut to the hour: finer times could be matched with anonymous answers.
    pub seen_at: i64,
    /// In microseconds since 1970.
    pub expires_at: i64,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
