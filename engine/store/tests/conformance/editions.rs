//! The promise of an edition: programs of its oldest schema go on beside it, so what came after that schema only adds.

use crate::SERVER;
use crate::support::*;
use draaiboek_migrations::{Edition, MigrationTrait, OWN};
use draaiboek_store::{OpenOptions, Store};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, Statement, TransactionTrait as _};
use std::collections::BTreeSet;

/// Columns, one in a row: table, name, type, and whether a row must bring a value of its own.
const COLUMNS: &str = if SERVER {
    "SELECT table_name || '.' || column_name, data_type, \
     CASE WHEN is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO' THEN 'needed' ELSE '' END \
     FROM information_schema.columns WHERE table_schema = current_schema()"
} else {
    "SELECT t.name || '.' || c.name, c.type, \
     CASE WHEN c.\"notnull\" = 1 AND c.dflt_value IS NULL THEN 'needed' ELSE '' END \
     FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'"
};
/// Indexes of which a value may be there only once: table, name, and nothing more.
const UNIQUE: &str = if SERVER {
    "SELECT c.relname || '.' || i.indexrelid::regclass, '', '' FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indrelid \
     WHERE i.indisunique AND c.relnamespace = current_schema()::regnamespace"
} else {
    "SELECT t.name || '.' || i.name, '', '' FROM sqlite_master AS t JOIN pragma_index_list(t.name) AS i \
     WHERE t.type = 'table' AND i.\"unique\" = 1"
};

/// A part of a schema: `table.name`, type, `needed` or nothing.
type Part = (String, String, String);

#[derive(Debug)]
struct Shape {
    columns: BTreeSet<Part>,
    unique: BTreeSet<Part>,
}

impl Shape {
    async fn of(address: &str) -> Self {
        let database = raw(address).await;
        Self { columns: parts(&database, COLUMNS).await, unique: parts(&database, UNIQUE).await }
    }

    /// What programs of the schema before would stumble over.
    fn breaks(&self, after: &Self) -> Vec<String> {
        let tables: BTreeSet<&str> = self.columns.iter().map(table).collect();
        let gone = self.columns.iter().filter(|part| !after.columns.contains(part));
        let needed = after.columns.difference(&self.columns).filter(|part| part.2 == "needed");
        let unique = after.unique.difference(&self.unique);
        let of_old = |part: &&Part| tables.contains(table(part));
        let found = gone.map(|part| ("gone or changed", part));
        let found = found.chain(needed.filter(of_old).map(|part| ("must be filled", part)));
        let found = found.chain(unique.filter(of_old).map(|part| ("must be unique", part)));
        found.map(|(what, part)| format!("{}: {what}", part.0)).collect()
    }
}

fn table(part: &Part) -> &str {
    part.0.split('.').next().unwrap()
}

async fn parts(database: &DatabaseConnection, question: &str) -> BTreeSet<Part> {
    let statement = Statement::from_string(database.get_database_backend(), question);
    let rows = database.query_all_raw(statement).await.unwrap();
    let text = |row: &sea_orm::QueryResult, n| row.try_get_by_index::<String>(n).unwrap();
    rows.iter().map(|row| (text(row, 0), text(row, 1), text(row, 2))).collect()
}

fn up_to_the_oldest() -> Vec<Box<dyn MigrationTrait>> {
    (OWN.migrations)().into_iter().filter(|migration| migration.name() <= OWN.oldest).collect()
}

#[tokio::test]
async fn what_came_after_the_oldest_schema_only_adds() {
    let Some(home) = Home::bare().await else { return };
    let address = home.address();
    let edition = Edition { migrations: up_to_the_oldest, oldest: OWN.oldest };
    // By hand: a store of this build needs its own schema.
    let transaction = raw(&address).await.begin().await.unwrap();
    edition.apply(&transaction).await.unwrap();
    transaction.commit().await.unwrap();
    let before = Shape::of(&address).await;
    assert!(before.columns.len() > 100 && !before.unique.is_empty(), "{before:?}");
    drop(Store::open(&address, OpenOptions::default()).await.unwrap());
    let breaks = before.breaks(&Shape::of(&address).await);
    assert!(breaks.is_empty(), "`OWN.oldest` must name a later schema: {breaks:#?}");
}

#[tokio::test]
async fn what_older_programs_would_stumble_over_is_found() {
    let Some(home) = Home::made().await else { return };
    let address = home.address();
    let before = Shape::of(&address).await;
    let changes = [
        "ALTER TABLE artifact RENAME COLUMN name TO title",
        "ALTER TABLE school ADD COLUMN motto text",
        "CREATE TABLE motto (id bigint NOT NULL PRIMARY KEY, text text NOT NULL)",
        "CREATE UNIQUE INDEX one_title ON instance (title)",
    ];
    let database = raw(&address).await;
    for change in changes {
        database.execute_unprepared(change).await.unwrap();
    }
    let expected =
        ["artifact.name: gone or changed", "artifact.title: must be filled", "instance.one_title: must be unique"];
    assert_eq!(before.breaks(&Shape::of(&address).await), expected);
}
