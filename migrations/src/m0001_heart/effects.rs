//! What the engine has to do or made: timers, outbox, incidents, artifacts.

use super::{bytes, index, int, maybe_int, maybe_text, only, references, table, text};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// Creates `timer`, `outbox`, `incident` and `artifact`.
pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    timer(manager).await?;
    outbox(manager).await?;
    incident(manager).await?;
    artifact(manager).await
}

async fn timer(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        int("instance_pk"),
        text("timer_id"),
        int("due_at"),
        text("civil"),
        text("rule"),
        text("event"),
        text("status"),
        maybe_int("fired_at"),
        maybe_int("lateness"),
    ];
    let mut create = table("timer", columns);
    create.foreign_key(&mut references("instance_pk", "instance", "pk"));
    manager.create_table(create).await?;
    manager.create_index(index("timer", "by_instance", &["instance_pk"])).await?;
    manager.create_index(only(index("timer", "pending_by_due", &["due_at"]), "pending")).await
}

async fn outbox(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        maybe_int("instance_pk"),
        text("key"),
        text("kind"),
        text("payload"),
        int("not_before"),
        int("attempts"),
        text("status"),
        maybe_text("last_error"),
        int("created_at"),
        maybe_int("done_at"),
    ];
    manager.create_table(table("outbox", columns)).await?;
    manager.create_index(index("outbox", "by_key", &["key"]).unique().to_owned()).await?;
    manager.create_index(only(index("outbox", "pending", &["not_before"]), "pending")).await
}

async fn incident(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        int("instance_pk"),
        text("step"),
        text("cause"),
        text("input"),
        int("attempts"),
        text("status"),
        int("opened_at"),
        maybe_int("closed_at"),
    ];
    let mut create = table("incident", columns);
    create.foreign_key(&mut references("instance_pk", "instance", "pk"));
    manager.create_table(create).await?;
    manager.create_index(index("incident", "by_instance", &["instance_pk"])).await?;
    manager.create_index(only(index("incident", "open", &["opened_at"]), "open")).await
}

async fn artifact(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let columns = [
        int("id"),
        int("instance_pk"),
        text("name"),
        int("version"),
        text("content"),
        bytes("content_hash"),
        int("created_at"),
    ];
    let mut create = table("artifact", columns);
    create.foreign_key(&mut references("instance_pk", "instance", "pk"));
    manager.create_table(create).await?;
    let by_name = index("artifact", "by_name", &["instance_pk", "name", "version"]).unique().to_owned();
    manager.create_index(by_name).await
}
