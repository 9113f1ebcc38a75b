//! Schema 13: every node says up to which schema it knows, so that nothing is taken away while a program works that needs
//! it. Nodes that do not say so are of the version before.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, DbErr};

/// The migration that adds it.
pub struct Migration;

/// Its name.
pub const NAME: &str = "m0013_editions";

const SCHEMA: &str = "ALTER TABLE node ADD COLUMN knows text COLLATE \"C\" NOT NULL DEFAULT 'm0011_mail'";

impl MigrationName for Migration {
    fn name(&self) -> &str {
        NAME
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        if manager.get_database_backend() == DbBackend::Postgres {
            manager.get_connection().execute_unprepared(SCHEMA).await?;
        }
        Ok(())
    }

    /// PostgreSQL does this by itself; SQLite must be told, or a crash leaves half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
