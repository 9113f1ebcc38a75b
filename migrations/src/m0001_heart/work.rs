//! What people have to do: step runs and their tasks.

use super::{index, int, maybe_int, maybe_text, only, references, table, text};
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// Creates `step_run` and `task`.
pub(super) async fn up(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let step_run = [
        int("id"),
        int("instance_pk"),
        text("step"),
        text("kind"),
        text("status"),
        int("opened_at"),
        maybe_int("closed_at"),
        maybe_int("contribution_head"),
        maybe_text("outcome"),
    ];
    let mut create = table("step_run", step_run);
    create.foreign_key(&mut references("instance_pk", "instance", "pk"));
    manager.create_table(create).await?;
    manager.create_index(index("step_run", "by_instance", &["instance_pk"])).await?;
    let task = [
        int("id"),
        int("instance_pk"),
        int("step_run"),
        text("school"),
        text("title"),
        text("roles"),
        text("assignees"),
        int("minutes"),
        text("privacy"),
        text("status"),
        int("opened_at"),
        maybe_int("due_at"),
        maybe_int("closed_at"),
    ];
    let mut create = table("task", task);
    create
        .foreign_key(&mut references("instance_pk", "instance", "pk"))
        .foreign_key(&mut references("step_run", "step_run", "id"));
    manager.create_table(create).await?;
    manager.create_index(index("task", "by_instance", &["instance_pk"])).await?;
    manager.create_index(only(index("task", "open_by_school", &["school", "due_at"]), "open")).await?;
    manager.create_index(only(index("task", "open_by_due", &["due_at"]), "open")).await
}
