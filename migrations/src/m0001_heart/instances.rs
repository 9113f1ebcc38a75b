//! Instances and what is appended to them.

use super::{bytes, index, int, maybe_bytes, maybe_int, maybe_text, references, table, text};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// Creates `instance`, `journal`, `contribution` and `command_key`.
pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    instance(manager).await?;
    journal(manager).await?;
    contribution(manager).await?;
    let columns = [text("key"), text("answer"), maybe_int("instance_pk"), int("created_at")];
    manager.create_table(table("command_key", columns)).await
}

async fn instance(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("pk"),
        text("id"),
        text("school"),
        text("title"),
        text("workflow"),
        text("version"),
        bytes("definition_hash"),
        maybe_bytes("calendar_hash"),
        maybe_text("parent_id"),
        maybe_text("parent_key"),
        text("origin"),
        text("lifecycle"),
        text("status"),
        text("snapshot"),
        bytes("snapshot_hash"),
        int("revision"),
        maybe_int("journal_head"),
        bytes("journal_head_hash"),
        int("created_at"),
        int("updated_at"),
        maybe_int("finished_at"),
    ];
    let mut create = table("instance", columns);
    create
        .foreign_key(&mut references("school", "school", "id"))
        .foreign_key(&mut references("definition_hash", "definition", "hash"))
        .foreign_key(&mut references("calendar_hash", "calendar", "hash"));
    manager.create_table(create).await?;
    manager.create_index(index("instance", "by_id", &["id"]).unique().to_owned()).await?;
    manager.create_index(index("instance", "by_school", &["school", "lifecycle"])).await?;
    let mut by_parent = index("instance", "by_parent", &["parent_id", "parent_key"]);
    by_parent.cond_where(Expr::col(Alias::new("parent_id")).is_not_null());
    manager.create_index(by_parent).await
}

/// No foreign key to `instance`: checking one at a delete would need the index that appends cannot afford.
async fn journal(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        maybe_int("prev_id"),
        int("instance_pk"),
        int("revision"),
        int("at"),
        text("actor"),
        maybe_text("on_behalf"),
        text("outcome"),
        text("command"),
        text("answers"),
        bytes("definition_hash"),
        maybe_bytes("calendar_hash"),
        text("core_version"),
        bytes("snapshot_hash"),
        bytes("prev_hash"),
        bytes("hash"),
    ];
    manager.create_table(table("journal", columns)).await
}

async fn contribution(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        maybe_int("prev_id"),
        int("instance_pk"),
        int("step_run"),
        text("external_id"),
        maybe_text("entry"),
        text("slot"),
        maybe_text("participant"),
        maybe_text("group_id"),
        text("roles"),
        int("revision"),
        int("at"),
        text("status"),
        bytes("salt"),
        bytes("payload_hash"),
        maybe_text("payload"),
    ];
    manager.create_table(table("contribution", columns)).await
}
