//! Schema 1: catalog, instances, their journal and contributions, open work, effects.
//!
//! The rule of keys: `journal` and `contribution` only ever grow at their end. They have no index by instance, because
//! an index in instance order turns every append into a write at a random place (several times slower on a large
//! file); each row names the row before it (`prev_id`) and the instance or step run names the newest one instead.

mod catalog;
mod effects;
mod instances;
mod work;

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// The migration that creates every table of schema 1.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_heart"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        catalog::up(manager).await?;
        instances::up(manager).await?;
        work::up(manager).await?;
        effects::up(manager).await
    }

    /// PostgreSQL does this by itself; SQLite must be told, or a crash leaves half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// A table with its columns; the first column is the primary key.
fn table<const N: usize>(name: &'static str, columns: [ColumnDef; N]) -> TableCreateStatement {
    let mut statement = Table::create();
    statement.table(Alias::new(name));
    for (position, mut column) in columns.into_iter().enumerate() {
        if position == 0 {
            column.primary_key();
        }
        statement.col(column);
    }
    statement
}

/// A 64-bit integer that must be there.
fn int(name: &'static str) -> ColumnDef {
    let mut column = maybe_int(name);
    column.not_null();
    column
}

/// A 64-bit integer that may be absent.
fn maybe_int(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.big_integer();
    column
}

/// Text that must be there.
fn text(name: &'static str) -> ColumnDef {
    let mut column = maybe_text(name);
    column.not_null();
    column
}

/// Text that may be absent.
fn maybe_text(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.text();
    column
}

/// Bytes that must be there: a SHA-256 hash or a salt.
fn bytes(name: &'static str) -> ColumnDef {
    let mut column = maybe_bytes(name);
    column.not_null();
    column
}

/// Bytes that may be absent.
fn maybe_bytes(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    column.blob();
    column
}

/// A foreign key from a column of this table to the key of another.
fn references(column: &'static str, table: &'static str, key: &'static str) -> ForeignKeyCreateStatement {
    let mut statement = ForeignKey::create();
    statement.from_col(Alias::new(column)).to(Alias::new(table), Alias::new(key));
    statement
}

/// An index named `<table>_<suffix>`.
fn index(table: &str, suffix: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut statement = Index::create();
    statement.name(format!("{table}_{suffix}")).table(Alias::new(table));
    for column in columns {
        statement.col(Alias::new(*column));
    }
    statement
}

/// Only rows whose status is this one: such an index stays small however long the history grows.
fn only(mut index: IndexCreateStatement, status: &'static str) -> IndexCreateStatement {
    index.cond_where(Expr::col(Alias::new("status")).eq(Expr::cust(format!("'{status}'"))));
    index
}
