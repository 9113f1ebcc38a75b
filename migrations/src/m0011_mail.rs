//! Schema 11: who got the mail of the day, so that several processes and a restart send it once.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// The migration that creates the list of daily mails.
pub struct Migration;

/// `wanted` is 0 for who does not want it.
const SCHEMA: &str = "CREATE TABLE daily_mail (account text NOT NULL PRIMARY KEY, day text NOT NULL, \
                      told bigint NOT NULL, wanted bigint NOT NULL)";

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0011_mail"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(SCHEMA).await.map(drop)
    }

    /// PostgreSQL does this by itself; SQLite must be told, or a crash leaves half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
