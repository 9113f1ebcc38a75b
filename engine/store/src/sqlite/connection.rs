//! The one connection that writes. It belongs to no pool: handing it back after every statement would cost two more
//! thread hops each, and hops are what a commit consists of besides the disk. For the same reason a transaction travels
//! as a whole: `BEGIN`, all statements and `COMMIT` in one call.
//!
//! Lives here: running statements in a transaction. May not live here: what the statements are for.

use super::sql::{Statement, Texts};
use super::undone;
use crate::entity::InstanceRow;
use crate::error::{StoreError, from_sqlx};
use crate::place::Place;
use crate::turn::ContributionChange;
use crate::write::{Clash, Undone};
use sea_orm::sqlx::sqlite::{SqliteArguments, SqliteConnection, SqliteRow};
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Executor, Sqlite};
use sea_orm::{EntityTrait, Value};

/// A call carries at most about so many values; a larger transaction travels in several. It bounds the memory of the
/// prepared statements, which the connection keeps per text.
const CALL_VALUES: usize = 4096;

/// The write connection with its prepared texts.
pub(crate) struct Connection {
    inner: SqliteConnection,
    place: Place,
    /// Whether a transaction may be open: also after a caller went away in the middle of one.
    dirty: bool,
    texts: Texts,
    /// What the next transaction holds.
    noted: Vec<Statement>,
}

impl Connection {
    pub(crate) fn new(inner: SqliteConnection, place: Place) -> Self {
        Self { inner, place, dirty: false, texts: Texts::default(), noted: Vec::new() }
    }

    pub(crate) fn put<E: EntityTrait>(&mut self, rows: &[&E::Model], clash: Clash) {
        self.texts.insert::<E>(rows, clash, &mut self.noted);
    }

    pub(crate) fn advance(&mut self, rows: &[(&InstanceRow, bool)]) {
        self.texts.advance(rows, &mut self.noted);
    }

    pub(crate) fn contributions(&mut self, changes: &[&ContributionChange]) {
        self.texts.contributions(changes, &mut self.noted);
    }

    pub(crate) fn statement(&mut self, text: &str, values: Vec<Value>, changes: Option<usize>) {
        self.noted.push(Statement::plain(text, values, changes));
    }

    /// Runs the noted statements as one transaction and returns when it is on disk.
    pub(crate) async fn run(&mut self) -> Result<(), Undone> {
        let statements = std::mem::take(&mut self.noted);
        self.clean().await;
        self.dirty = true;
        let outcome = self.transaction(statements).await;
        match &outcome {
            Ok(()) => self.dirty = false,
            Err(_) => self.clean().await,
        }
        outcome
    }

    /// Leaves no transaction open. SQLite rolls back by itself on some errors, so a complaint here says nothing.
    async fn clean(&mut self) {
        if self.dirty {
            let _ = self.plain("ROLLBACK").await;
            self.dirty = false;
        }
    }

    async fn transaction(&mut self, statements: Vec<Statement>) -> Result<(), Undone> {
        let mut call = Call::default();
        call.text.push_str("BEGIN IMMEDIATE;");
        for statement in statements {
            if call.arguments.len() > CALL_VALUES {
                self.send(std::mem::take(&mut call)).await?;
            }
            call.add(statement);
        }
        call.text.push_str("COMMIT");
        self.send(call).await
    }

    async fn send(&mut self, call: Call) -> Result<(), Undone> {
        let query = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(call.text), call.arguments);
        match query.execute(&mut self.inner).await {
            Ok(_) => Ok(()),
            Err(error) => Err(undone(&self.place, &error)),
        }
    }

    async fn plain(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        self.inner.execute(text).await.map(|_| ())
    }

    /// Asks questions that travel together, outside a transaction; gives all their rows.
    pub(crate) async fn ask(&mut self, questions: String) -> Result<Vec<SqliteRow>, StoreError> {
        let rows = self.inner.fetch_all(AssertSqlSafe(questions)).await;
        rows.map_err(|error| from_sqlx(&self.place, &error))
    }
}

/// Statements that travel to the database thread together.
#[derive(Default)]
struct Call {
    text: String,
    arguments: SqliteArguments,
}

impl Call {
    fn add(&mut self, statement: Statement) {
        self.text.push_str(&statement.text);
        self.text.push(';');
        Arguments::reserve(&mut self.arguments, statement.values.len(), 0);
        for value in statement.values {
            bind(&mut self.arguments, value);
        }
    }
}

/// Binds a value of the rows, which are integers, text and bytes only. Encoding those cannot fail.
fn bind(arguments: &mut SqliteArguments, value: Value) {
    let _ = match value {
        Value::BigInt(value) => arguments.add(value),
        Value::String(value) => arguments.add(value),
        Value::Bytes(value) => arguments.add(value),
        other => arguments.add(other.to_string()),
    };
}
