//! Read queries. They run on connections that cannot write, beside the writer.
//!
//! Lives here: every question the product asks. May not live here: writes, rules. What belongs to a school takes a
//! [`Scope`], so that nobody forgets to say whose rows are meant.

mod backlog;
mod catalog;
pub(crate) mod chains;
mod instances;
pub(crate) mod work;

pub use backlog::{Backlog, SharedBy};
pub use catalog::DefinitionSummary;
pub use chains::JournalPage;
pub use instances::{Counts, InstanceFilter, InstanceSummary};
pub use work::TaskFilter;

use crate::error::{StoreError, from_orm};
use crate::place::Place;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseExecutor, DbErr, Statement, TransactionTrait};

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
    place: Place,
}

impl Reader {
    pub(crate) fn new(db: DatabaseConnection, place: Place) -> Self {
        Self { db, place }
    }

    /// Where the database is, in words that may be shown.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Asks the database to check itself (SQLite every page and index, PostgreSQL for indexes it marked as unusable); an
    /// empty list means that nothing is wrong.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        let question = match &self.place {
            Place::File(_) => "PRAGMA integrity_check",
            Place::Server(_) => {
                "SELECT 'the index ' || indexrelid::regclass || ' is not valid: REINDEX it' FROM pg_index WHERE NOT indisvalid"
            }
        };
        let rows = self.told(self.db.query_all_raw(self.sql(question, [])).await)?;
        let lines = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
        Ok(self.told(lines)?.into_iter().filter(|line| line != "ok").collect())
    }

    /// Where questions about a school are asked: on a server a transaction that sees the rows of that school only, whatever
    /// the question forgets to say. It ends when it is dropped; there is nothing to commit.
    pub(crate) async fn of(&self, scope: Scope<'_>) -> Result<DatabaseExecutor<'_>, StoreError> {
        let (Place::Server(_), Scope::School(school)) = (&self.place, scope) else {
            return Ok(DatabaseExecutor::Connection(&self.db));
        };
        let transaction = self.told(self.db.begin().await)?;
        let narrow = self.sql("SELECT set_config('draaiboek.school', ?, true)", [school.into()]);
        self.told(transaction.query_one_raw(narrow).await)?;
        Ok(DatabaseExecutor::OwnedTransaction(transaction))
    }

    /// Puts the place into an error.
    pub(crate) fn told<T>(&self, result: Result<T, DbErr>) -> Result<T, StoreError> {
        result.map_err(|error| from_orm(&self.place, &error))
    }

    /// A statement with `?` for each value.
    pub(crate) fn sql(&self, text: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Statement {
        let backend = self.db.get_database_backend();
        match &self.place {
            Place::File(_) => Statement::from_sql_and_values(backend, text, values),
            Place::Server(_) => Statement::from_sql_and_values(backend, crate::postgres::numbered(text), values),
        }
    }
}
