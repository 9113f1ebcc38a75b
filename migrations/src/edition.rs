//! What one version of the program knows of the schema, and how old the programs may be that work beside it.
//!
//! Lives here: bringing a database to the schema of a version. May not live here: tables, opening a database.

use crate::settle;
use sea_orm_migration::sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};

/// The setting of a database that names the oldest schema whose programs can work on it.
pub const OLDEST: &str = "oldest_schema";

/// The schema of one version of the program. This build has one of its own ([`crate::OWN`]); tests of updates play the
/// versions that come after it.
#[derive(Clone, Copy, Debug)]
pub struct Edition {
    /// All its migrations in order; the name of the last one is its schema.
    pub migrations: fn() -> Vec<Box<dyn MigrationTrait>>,
    /// The oldest schema whose programs can work beside it. One that only adds leaves this as it was; one that takes away,
    /// or that writes what older programs would drop, names the schema of the first program that can do without.
    pub oldest: &'static str,
}

impl Edition {
    /// The names of all its migrations, oldest first.
    #[must_use]
    pub fn versions(&self) -> Vec<String> {
        (self.migrations)().iter().map(|migration| migration.name().to_owned()).collect()
    }

    /// Its schema: the name of the last migration.
    #[must_use]
    pub fn newest(&self) -> String {
        self.versions().pop().unwrap_or_default()
    }

    /// Applies what is missing, and notes for older programs whether they can still work on the database.
    ///
    /// # Errors
    /// The database; the transaction is of no more use then.
    pub async fn apply(&self, database: &DatabaseTransaction) -> Result<(), DbErr> {
        self.up(database, None).await?;
        settle(database).await?;
        let note = format!(
            "INSERT INTO meta (key, value) VALUES ('{OLDEST}', '{}') \
             ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            self.oldest
        );
        database.execute_unprepared(&note).await.map(drop)
    }
}

impl MigratorTraitSelf for Edition {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        (self.migrations)()
    }
}
