//! The mail of the day: who got it.

use sea_orm::entity::prelude::*;

/// What an account was told by mail.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "daily_mail")]
pub struct Model {
    /// The account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub account: String,
    /// The civil day of its last mail, as `2026-10-05`; empty when that was taken back.
    pub day: String,
    /// Up to when it was told of messages, in microseconds since 1970.
    pub told: i64,
    /// 0 when its owner does not want it.
    pub wanted: i64,
    /// When the mail of that day was taken by who sends it, in microseconds since 1970; absent once it is known what became
    /// of it.
    pub claimed: Option<i64>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
