//! The connection that writes, over either kind of database: rows are noted down table by table and then written
//! together, as one transaction that is on disk when it is answered.
//!
//! Lives here: what both kinds have in common. May not live here: SQL text, which each kind has its own.

use crate::entity::InstanceRow;
use crate::error::StoreError;
use crate::turn::ContributionChange;
use crate::{postgres, sqlite};
use sea_orm::{EntityTrait, Value};

/// What an insert does with a row whose key is stored already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Clash {
    /// The statement fails.
    Fail,
    /// The stored row takes the new values.
    Replace,
    /// The stored row stays as it is.
    Keep,
}

/// Why a transaction was not committed.
#[derive(Debug)]
pub(crate) enum Undone {
    /// An update wrote fewer rows than it had to.
    Mismatch,
    /// A key was violated, or a value is none that the database takes: one turn of the group is to blame.
    Constraint(String),
    /// This process was taken for gone, and others have its work.
    Fenced,
    /// The database failed: no turn is to blame.
    Failure(StoreError),
}

/// The write connection with what waits for the next transaction.
pub(crate) enum Connection {
    /// To an SQLite file.
    File(Box<sqlite::Connection>),
    /// To a PostgreSQL server.
    Server(Box<postgres::Connection>),
}

impl Connection {
    /// Notes rows of one table.
    pub(crate) fn put<E: EntityTrait>(&mut self, rows: &[&E::Model], clash: Clash) {
        match self {
            Self::File(file) => file.put::<E>(rows, clash),
            Self::Server(server) => server.put::<E>(rows, clash),
        }
    }

    /// Notes the next revisions of instances, each to be written only over the revision before it; with `true` their
    /// rarely written columns too.
    pub(crate) fn advance(&mut self, rows: &[(&InstanceRow, bool)]) {
        match self {
            Self::File(file) => file.advance(rows),
            Self::Server(server) => server.advance(rows),
        }
    }

    /// Notes new statuses of stored contributions.
    pub(crate) fn contributions(&mut self, changes: &[&ContributionChange]) {
        match self {
            Self::File(file) => file.contributions(changes),
            Self::Server(server) => server.contributions(changes),
        }
    }

    /// Notes one statement in SQL that both kinds know, with `?` for each value. With `changes` the transaction fails
    /// unless the statement changes so many rows.
    pub(crate) fn statement(&mut self, text: &str, values: Vec<Value>, changes: Option<usize>) {
        match self {
            Self::File(file) => file.statement(text, values, changes),
            Self::Server(server) => server.statement(text, values, changes),
        }
    }

    /// Writes what was noted as one transaction and returns when it is on disk.
    pub(crate) async fn run(&mut self) -> Result<(), Undone> {
        self.run_as(None).await
    }

    /// The same, only if this process still writes under that token.
    pub(crate) async fn run_as(&mut self, token: Option<i64>) -> Result<(), Undone> {
        match self {
            Self::File(file) => file.run().await,
            Self::Server(server) => server.run(token).await,
        }
    }
}
