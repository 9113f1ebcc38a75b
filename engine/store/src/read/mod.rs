//! Read queries. They run on connections that cannot write, beside the writer.
//!
//! Lives here: every question the product asks. May not live here: writes, rules. What belongs to a school takes a
//! [`Scope`], so that nobody forgets to say whose rows are meant.

mod catalog;
pub(crate) mod chains;
mod instances;
pub(crate) mod work;

pub use catalog::DefinitionSummary;
pub use chains::JournalPage;
pub use instances::{Counts, InstanceFilter, InstanceSummary};
pub use work::TaskFilter;

use crate::error::{StoreError, from_orm};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement};
use std::path::{Path, PathBuf};

/// Whose rows are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// All schools: only for the engine itself and for the operator.
    All,
    /// One school.
    School(&'a str),
}

impl<'a> Scope<'a> {
    fn school(self) -> Option<&'a str> {
        match self {
            Self::All => None,
            Self::School(school) => Some(school),
        }
    }
}

/// The read side of a database.
#[derive(Clone, Debug)]
pub struct Reader {
    pub(crate) db: DatabaseConnection,
    path: PathBuf,
}

impl Reader {
    pub(crate) fn new(db: DatabaseConnection, path: PathBuf) -> Self {
        Self { db, path }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks SQLite to check every page and index; an empty list means that nothing is wrong.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        let rows = self.db.query_all_raw(Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check")).await;
        let rows = self.told(rows)?;
        let lines = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
        Ok(self.told(lines)?.into_iter().filter(|line| line != "ok").collect())
    }

    /// Puts the path into an error.
    pub(crate) fn told<T>(&self, result: Result<T, DbErr>) -> Result<T, StoreError> {
        result.map_err(|error| from_orm(&self.path, &error))
    }

    pub(crate) fn sql(&self, text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
        Statement::from_sql_and_values(self.db.get_database_backend(), text, values)
    }
}
