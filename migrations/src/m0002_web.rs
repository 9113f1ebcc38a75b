//! Schema 2: who may come in (accounts, sessions, one-time links, invitations), drafts, counters against guessing, and
//! the record of looks at sensitive data.
//!
//! Secrets are never stored: sessions, links and invitations stand under the SHA-256 of their token.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbErr;

/// The migration that creates every table of schema 2.
pub struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_web"
    }
}

/// What a column holds.
#[derive(Clone, Copy)]
enum Holds {
    Int,
    MaybeInt,
    Text,
    MaybeText,
    Bytes,
}

use Holds::{Bytes, Int, MaybeInt, MaybeText, Text};

/// Tables with their columns; the first column is the primary key.
const TABLES: [(&str, &[(&str, Holds)]); 7] = [
    (
        "account",
        &[
            ("id", Text),
            ("school", Text),
            ("person", Text),
            ("login", Text),
            ("name", Text),
            ("password", MaybeText),
            ("roles", Text),
            ("locale", Text),
            ("status", Text),
            ("created_at", Int),
            ("changed_at", Int),
        ],
    ),
    (
        "session",
        &[
            ("hash", Bytes),
            ("account", Text),
            ("instance", MaybeText),
            ("step", MaybeText),
            ("created_at", Int),
            ("rotated_at", Int),
            ("seen_at", Int),
            ("expires_at", Int),
        ],
    ),
    (
        "sign_in_link",
        &[
            ("hash", Bytes),
            ("account", MaybeText),
            ("purpose", Text),
            ("created_at", Int),
            ("expires_at", Int),
            ("used_at", MaybeInt),
        ],
    ),
    (
        "invitation",
        &[
            ("hash", Bytes),
            ("school", Text),
            ("person", Text),
            ("instance", Text),
            ("step", Text),
            ("created_by", Text),
            ("created_at", Int),
            ("expires_at", Int),
            ("ended_at", MaybeInt),
        ],
    ),
    (
        "draft",
        &[
            ("id", Text),
            ("account", Text),
            ("instance", Text),
            ("step", Text),
            ("entry", Text),
            ("content", Text),
            ("updated_at", Int),
        ],
    ),
    ("throttle", &[("id", Text), ("since", Int), ("count", Int)]),
    (
        "access",
        &[
            ("id", Text),
            ("school", Text),
            ("person", Text),
            ("at", Int),
            ("action", Text),
            ("class", Text),
            ("instance", MaybeText),
            ("step", MaybeText),
        ],
    ),
];

/// Indexes: table, suffix, columns, unique.
const INDEXES: [(&str, &str, &[&str], bool); 7] = [
    ("account", "by_login", &["login"], true),
    ("account", "by_person", &["school", "person"], true),
    ("session", "by_account", &["account"], false),
    ("session", "by_expiry", &["expires_at"], false),
    ("invitation", "by_step", &["instance", "step"], false),
    ("draft", "by_account", &["account", "instance", "step"], false),
    ("access", "by_school", &["school", "at"], false),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, columns) in TABLES {
            let mut table = Table::create();
            table.table(Alias::new(name));
            for (position, (column, holds)) in columns.iter().enumerate() {
                let mut column = column_of(column, *holds);
                if position == 0 {
                    column.primary_key();
                }
                table.col(column);
            }
            manager.create_table(table).await?;
        }
        for (table, suffix, columns, unique) in INDEXES {
            let mut index = Index::create();
            index.name(format!("{table}_{suffix}")).table(Alias::new(table));
            for column in columns {
                index.col(Alias::new(*column));
            }
            if unique {
                index.unique();
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    /// PostgreSQL does this by itself; SQLite must be told, or a crash leaves half a schema.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

fn column_of(name: &'static str, holds: Holds) -> ColumnDef {
    let mut column = ColumnDef::new(Alias::new(name));
    match holds {
        Int | MaybeInt => column.big_integer(),
        Text | MaybeText => column.text(),
        Bytes => column.blob(),
    };
    if !matches!(holds, MaybeInt | MaybeText) {
        column.not_null();
    }
    column
}
