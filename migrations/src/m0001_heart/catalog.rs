//! What instances are made of and run in: definitions, calendars, plugins, schools, settings of the database.

use super::{bytes, index, int, maybe_bytes, table, text};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// Creates the tables of the catalog.
pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager.create_table(table("meta", [text("key"), text("value")])).await?;
    let definition = [
        bytes("hash"),
        text("id"),
        text("version"),
        int("ir_version"),
        text("content"),
        text("source"),
        int("created_at"),
    ];
    manager.create_table(table("definition", definition)).await?;
    manager.create_index(index("definition", "by_id", &["id", "created_at"])).await?;
    manager.create_table(table("calendar", [bytes("hash"), text("content"), int("created_at")])).await?;
    let plugin = [bytes("hash"), text("id"), text("version"), maybe_bytes("bytes"), int("created_at")];
    manager.create_table(table("plugin", plugin)).await?;
    let school = [text("id"), text("name"), text("content"), int("updated_at")];
    manager.create_table(table("school", school)).await
}
