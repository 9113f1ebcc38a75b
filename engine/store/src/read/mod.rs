//! Read queries. They run on connections that cannot write, beside the writer.
//!
//! Lives here: every question the product asks. May not live here: writes, rules. What belongs to a school takes a
//! [`Scope`], so that nobody forgets to say whose rows are meant.

mod backlog;
mod catalog;
pub(crate) mod chains;
mod erasure;
mod instances;
mod planned;
mod whole;
pub(crate) mod work;

pub use backlog::{Backlog, SharedBy};
pub use catalog::DefinitionSummary;
pub use chains::JournalPage;
pub use erasure::DraftsOf;
pub use instances::{Counts, InstanceFilter, InstanceSummary};
pub use whole::{MAX_WHOLE, Whole};
pub use work::TaskFilter;

use crate::error::{StoreError, from_orm};
use crate::place::Place;
use draaiboek_migrations::Edition;
use planned::Planned;
use std::collections::BTreeMap;

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
    pub(crate) db: Planned<DatabaseConnection>,
    place: Place,
    edition: Edition,
}

impl Reader {
    pub(crate) fn new(db: DatabaseConnection, place: Place, edition: Edition) -> Self {
        Self { db: Planned(db), place, edition }
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
        let found = self.lines(question).await;
        if let Place::Server(_) = &self.place {
            return self.told(found);
        }
        let trees = self.trees().await?;
        let lines = match found {
            Ok(lines) => lines,
            // It stops where a table cannot be read at all; the others still have something to say.
            Err(_) => self.check_each(&trees).await,
        };
        Ok(lines.into_iter().map(|line| named(line, &trees)).collect())
    }

    /// What a question about the state of the database answers, line by line.
    async fn lines(&self, question: &str) -> Result<Vec<String>, DbErr> {
        let rows = self.db.query_all_raw(self.sql(question, [])).await?;
        let lines = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(lines.into_iter().filter(|line| line != "ok").collect())
    }

    /// Asks a file about each table by itself.
    async fn check_each(&self, trees: &BTreeMap<i32, String>) -> Vec<String> {
        let mut all = Vec::new();
        for table in trees.values().filter_map(|name| name.strip_prefix("table `")?.strip_suffix('`')) {
            match self.lines(&format!("PRAGMA integrity_check(\"{table}\")")).await {
                Ok(lines) => all.extend(lines),
                Err(error) => all.push(format!("table `{table}` cannot be read: {error}")),
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// Tables and indexes of a file by the page they begin at, which is all that SQLite says of a damaged one.
    async fn trees(&self) -> Result<BTreeMap<i32, String>, StoreError> {
        let question = "SELECT rootpage, CASE type WHEN 'table' THEN 'table `' || name || '`' \
            ELSE 'index `' || name || '` of the table `' || tbl_name || '`' END FROM sqlite_master WHERE rootpage > 0";
        let rows = self.told(self.db.query_all_raw(self.sql(question, [])).await)?;
        let read = |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        self.told(rows.iter().map(read).collect())
    }

    /// Where questions about a school are asked: on a server a transaction that sees the rows of that school only, whatever
    /// the question forgets to say. It ends when it is dropped; there is nothing to commit.
    pub(crate) async fn of(&self, scope: Scope<'_>) -> Result<Planned<DatabaseExecutor<'_>>, StoreError> {
        let (Place::Server(_), Scope::School(school)) = (&self.place, scope) else {
            return Ok(Planned(DatabaseExecutor::Connection(&self.db.0)));
        };
        let transaction = self.one().await?;
        let narrow = self.sql("SELECT set_config('draaiboek.school', ?, true)", [school.into()]);
        self.told(transaction.query_one_raw(narrow).await)?;
        Ok(transaction)
    }

    /// One connection for several questions, which a file answers as of one moment: cheaper than to find a free one for
    /// each. It ends when it is dropped.
    async fn one(&self) -> Result<Planned<DatabaseExecutor<'_>>, StoreError> {
        Ok(Planned(DatabaseExecutor::OwnedTransaction(self.told(self.db.0.begin().await)?)))
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

/// A finding of SQLite with the name of what it is about: `Tree 7 page 7: …` becomes `table `journal`, Tree 7 page 7: …`.
fn named(line: String, trees: &BTreeMap<i32, String>) -> String {
    let number = line.split("Tree ").nth(1).and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
    match number.and_then(|number| trees.get(&number.parse().ok()?)) {
        Some(name) => format!("{name}, {line}"),
        None => line,
    }
}
