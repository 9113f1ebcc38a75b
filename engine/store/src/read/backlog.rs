//! How much waits, and whether the database answers at all: for whoever watches. Counts only.
//!
//! May not live here: lists, anything of what is written.

use super::Reader;
use crate::error::StoreError;
use crate::place::Place;
use crate::{postgres, sqlite};
use sea_orm::ConnectionTrait as _;
use std::path::Path;

/// What waits in the whole database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Timers that will fire.
    pub timers: i64,
    /// Those that should have fired before the moment that was asked about.
    pub timers_late: i64,
    /// Effects that wait.
    pub effects: i64,
    /// Those that failed at least once.
    pub effects_failing: i64,
    /// Effects that were given up.
    pub effects_given_up: i64,
    /// Incidents that wait for a person.
    pub incidents: i64,
    /// When the oldest of them was opened, in microseconds since 1970.
    pub oldest_incident: Option<i64>,
    /// Timers and effects that processes have taken and not yet done; none for a file.
    pub claims: i64,
}

/// A process that shares a database with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedBy {
    /// Its number.
    pub number: i64,
    /// How many milliseconds its lease still lasts; less than nothing when it has ended.
    pub lease_ms: i64,
    /// Timers and effects that it has taken and not yet done.
    pub claims: i64,
    /// Up to which schema it knows.
    pub knows: String,
}

impl Reader {
    /// Asks the simplest question there is, and whether this build can work with the schema.
    ///
    /// # Errors
    /// [`StoreError`]: it does not answer, or is older, or made unfit by a newer program.
    pub async fn ping(&self) -> Result<(), StoreError> {
        match self.place() {
            Place::File(_) => sqlite::current(&self.db.0, self.place(), &self.edition).await,
            Place::Server(_) => postgres::current(&self.db.0, self.place(), &self.edition).await,
        }
    }

    /// How many connections read, and how many of them have nothing to do.
    #[must_use]
    pub fn pool(&self) -> (u32, usize) {
        match self.place() {
            Place::File(_) => {
                let pool = self.db.0.get_sqlite_connection_pool();
                (pool.size(), pool.num_idle())
            }
            Place::Server(_) => {
                let pool = self.db.0.get_postgres_connection_pool();
                (pool.size(), pool.num_idle())
            }
        }
    }

    /// How much waits, and how much of it since before a moment, in microseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn backlog(&self, late: i64) -> Result<Backlog, StoreError> {
        let claims = match self.place() {
            Place::File(_) => "0",
            Place::Server(_) => {
                "(SELECT count(*) FROM timer WHERE status = 'pending' AND claimed_by IN (SELECT token FROM node)) + \
                 (SELECT count(*) FROM outbox WHERE status = 'pending' AND claimed_by IN (SELECT token FROM node))"
            }
        };
        let text = format!(
            "SELECT (SELECT count(*) FROM timer WHERE status = 'pending'), \
             (SELECT count(*) FROM timer WHERE status = 'pending' AND due_at < ?), \
             (SELECT count(*) FROM outbox WHERE status = 'pending'), \
             (SELECT count(*) FROM outbox WHERE status = 'pending' AND attempts > 0), \
             (SELECT count(*) FROM outbox WHERE status = 'given_up'), \
             (SELECT count(*) FROM incident WHERE status = 'open'), \
             (SELECT min(opened_at) FROM incident WHERE status = 'open'), {claims}"
        );
        let row = self.told(self.db.query_one_raw(self.sql(&text, [late.into()])).await)?;
        let Some(row) = row else { return Ok(Backlog::default()) };
        let number = |column: usize| self.told(row.try_get_by_index::<i64>(column));
        Ok(Backlog {
            timers: number(0)?,
            timers_late: number(1)?,
            effects: number(2)?,
            effects_failing: number(3)?,
            effects_given_up: number(4)?,
            incidents: number(5)?,
            oldest_incident: self.told(row.try_get_by_index(6))?,
            claims: number(7)?,
        })
    }

    /// The processes that share the database, by number; none for a file.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn shared_by(&self) -> Result<Vec<SharedBy>, StoreError> {
        if matches!(self.place(), Place::File(_)) {
            return Ok(Vec::new());
        }
        let text = "SELECT number::int8, (extract(epoch FROM until - clock_timestamp()) * 1000)::int8, \
             (SELECT count(*) FROM timer WHERE status = 'pending' AND claimed_by = token) + \
             (SELECT count(*) FROM outbox WHERE status = 'pending' AND claimed_by = token), knows \
             FROM node ORDER BY number";
        let rows = self.told(self.db.query_all_raw(self.sql(text, [])).await)?;
        let shared = rows.iter().map(|row| {
            let number = |column: usize| self.told(row.try_get_by_index::<i64>(column));
            let knows = self.told(row.try_get_by_index(3))?;
            Ok(SharedBy { number: number(0)?, lease_ms: number(1)?, claims: number(2)?, knows })
        });
        shared.collect()
    }

    /// The file of the database and the log beside it, in bytes; none for a server.
    #[must_use]
    pub fn sizes(&self) -> Option<(u64, u64)> {
        let Place::File(path) = self.place() else { return None };
        let size = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        Some((size(path), size(Path::new(&log))))
    }
}
