//! Schema 10: the processes that share a database on a server, and their claims on work that is due. A file has one
//! process only and needs none of it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, DbErr};

/// The migration that creates the list of nodes.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0010_nodes"
    }
}

/// `until` is a moment of the database's own clock. `claimed_by` holds the token of a node; one that is not on the list
/// claims nothing.
const SCHEMA: &str = "
CREATE SEQUENCE node_token;
CREATE TABLE node (token bigint PRIMARY KEY, number bigint NOT NULL UNIQUE, until timestamptz NOT NULL);
ALTER TABLE timer ADD COLUMN claimed_by bigint;
ALTER TABLE outbox ADD COLUMN claimed_by bigint;
";

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
