//! The one connection that writes. It is taken out of sea-orm's pool for good: handing it back after every statement
//! would cost two more thread hops each, and hops are what a commit consists of besides the disk.
//!
//! Lives here: running statements in a transaction. May not live here: what the statements are for.

use crate::error::{Refusal, StoreError, from_sqlx, refusal};
use crate::sql::{Statement, Texts};
use futures_util::TryStreamExt;
use sea_orm::Value;
use sea_orm::sqlx::pool::PoolConnection;
use sea_orm::sqlx::sqlite::SqliteArguments;
use sea_orm::sqlx::{self, Arguments, AssertSqlSafe, Either, Executor, Sqlite};
use std::path::PathBuf;

/// Statements are sent together until they carry this many values: few hops for small turns, few texts for large ones.
const FUSE_VALUES: usize = 600;

/// Why a transaction was not committed.
pub(crate) enum Undone {
    /// A statement wrote another number of rows than it had to.
    Mismatch,
    /// A key was violated.
    Constraint(String),
    /// The database failed.
    Failure(StoreError),
}

/// The write connection with its prepared texts.
pub(crate) struct Connection {
    inner: PoolConnection<Sqlite>,
    path: PathBuf,
    /// Whether a transaction may be open: also after a caller went away in the middle of one.
    dirty: bool,
    pub(crate) texts: Texts,
}

impl Connection {
    pub(crate) fn new(inner: PoolConnection<Sqlite>, path: PathBuf) -> Self {
        Self {
            inner,
            path,
            dirty: false,
            texts: Texts::default(),
        }
    }

    /// Runs the statements as one transaction and returns when it is on disk.
    pub(crate) async fn transaction(&mut self, statements: Vec<Statement>) -> Result<(), Undone> {
        self.clean().await;
        self.dirty = true;
        let outcome = self.run(statements).await;
        if outcome.is_err() {
            self.clean().await;
            return outcome;
        }
        match self.plain("COMMIT").await {
            Ok(()) => {
                self.dirty = false;
                Ok(())
            }
            Err(error) => {
                self.clean().await;
                Err(undone(&self.path, &error))
            }
        }
    }

    /// Leaves no transaction open. SQLite rolls back by itself on some errors, so a complaint here says nothing.
    async fn clean(&mut self) {
        if self.dirty {
            let _ = self.plain("ROLLBACK").await;
            self.dirty = false;
        }
    }

    async fn run(&mut self, statements: Vec<Statement>) -> Result<(), Undone> {
        let mut call = Call::new("BEGIN IMMEDIATE");
        for statement in statements {
            if !call.fits(&statement) {
                self.send(std::mem::replace(&mut call, Call::empty()))
                    .await?;
            }
            call.add(statement);
        }
        self.send(call).await
    }

    async fn send(&mut self, call: Call) -> Result<(), Undone> {
        let mut expect = call.expect.into_iter();
        let query = sqlx::query_with::<Sqlite, _>(AssertSqlSafe(call.text), call.arguments);
        let mut results = self.inner.fetch_many(query);
        let mut fits = true;
        loop {
            match results.try_next().await {
                Ok(Some(Either::Left(done))) => {
                    let wanted = expect.next().flatten();
                    fits &= wanted.is_none_or(|wanted| wanted == done.rows_affected());
                }
                Ok(Some(Either::Right(_))) => {}
                Ok(None) => return if fits { Ok(()) } else { Err(Undone::Mismatch) },
                Err(error) => return Err(undone(&self.path, &error)),
            }
        }
    }

    async fn plain(&mut self, text: &'static str) -> Result<(), sqlx::Error> {
        self.inner.execute(text).await.map(|_| ())
    }

    /// Runs one statement outside a transaction and returns its first value as text.
    pub(crate) async fn value(&mut self, text: &'static str) -> Result<String, StoreError> {
        use sqlx::{Row, ValueRef};
        let row = self
            .inner
            .fetch_one(text)
            .await
            .map_err(|error| from_sqlx(&self.path, &error))?;
        let value = row
            .try_get_raw(0)
            .map_err(|error| from_sqlx(&self.path, &error))?;
        if value.is_null() {
            return Ok(String::new());
        }
        let number = row
            .try_get_unchecked::<i64, _>(0)
            .map(|number| number.to_string());
        match value.type_info().to_string().as_str() {
            "INTEGER" => number.map_err(|error| from_sqlx(&self.path, &error)),
            _ => row
                .try_get_unchecked::<String, _>(0)
                .map_err(|error| from_sqlx(&self.path, &error)),
        }
    }
}

fn undone(path: &std::path::Path, error: &sqlx::Error) -> Undone {
    match refusal(path, error) {
        Refusal::Constraint(detail) => Undone::Constraint(detail),
        Refusal::Failure(error) => Undone::Failure(error),
    }
}

/// Statements that travel to the database thread together.
struct Call {
    text: String,
    arguments: SqliteArguments,
    expect: Vec<Option<u64>>,
}

impl Call {
    fn empty() -> Self {
        Self {
            text: String::new(),
            arguments: SqliteArguments::default(),
            expect: Vec::new(),
        }
    }

    fn new(first: &str) -> Self {
        Self {
            text: first.to_owned(),
            expect: vec![None],
            ..Self::empty()
        }
    }

    /// The first statement always rides along with `BEGIN`.
    fn fits(&self, statement: &Statement) -> bool {
        self.arguments.len() == 0 || self.arguments.len() + statement.values.len() <= FUSE_VALUES
    }

    fn add(&mut self, statement: Statement) {
        if !self.text.is_empty() {
            self.text.push(';');
        }
        self.text.push_str(&statement.text);
        self.expect.push(statement.expect);
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
