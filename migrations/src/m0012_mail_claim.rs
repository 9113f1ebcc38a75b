//! Schema 12: since when somebody has the mail of the day in hand, so that one that was lost with its process is sent after all.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// The migration that dates claims on daily mails.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0012_mail_claim"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let add = "ALTER TABLE daily_mail ADD COLUMN claimed bigint";
        manager.get_connection().execute_unprepared(add).await.map(drop)
    }

    /// PostgreSQL does this by itself; SQLite must be told, or a crash leaves half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
