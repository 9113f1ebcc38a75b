//! A connection of this process that writes: one for what is decided, one for claims. It is made anew when it breaks.
//!
//! Lives here: running a statement until the server has answered it. May not live here: what it is for.
//!
//! A connection that breaks after a statement was sent leaves open whether it was carried out. It is then sent again:
//! every statement either names the revision it builds on, or does no harm when it is carried out twice. That the first
//! one did it shows in the journal, where the commit looks when it is told "stale" (see `commit`).

use super::node::Node;
use super::open::{Access, connect};
use super::sql::{self, Part, Shape};
use super::{error, is_collision, is_lost, undone};
use crate::entity::InstanceRow;
use crate::error::{StoreError, from_orm};
use crate::place::Place;
use crate::turn::ContributionChange;
use crate::write::{Clash, Undone};
use sea_orm::sqlx::postgres::{PgArguments, PgConnectOptions, PgConnection, PgRow};
use sea_orm::sqlx::{self, AssertSqlSafe, Executor as _, Postgres};
use sea_orm::{DbErr, EntityTrait, Value};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How long the server may take over one statement before it is taken for gone.
const ANSWER: Duration = Duration::from_secs(20);
/// Between two tries to reach a server that is away.
const PAUSE: Duration = Duration::from_millis(100);
/// How often a transaction that collided with another is tried again.
const COLLISIONS: u32 = 8;

/// The write connection with the texts it made.
pub(crate) struct Connection {
    /// `None` before it is needed, and after it broke.
    inner: Option<PgConnection>,
    options: PgConnectOptions,
    access: Access,
    place: Place,
    patience: Duration,
    node: Arc<Node>,
    texts: HashMap<Vec<Shape>, Arc<str>>,
    /// What the next transaction holds.
    noted: Vec<Part>,
}

impl Connection {
    /// Over this connection, else over one that is made when it is needed first.
    pub(super) fn new(
        inner: Option<PgConnection>,
        options: PgConnectOptions,
        access: Access,
        place: Place,
        patience: Duration,
        node: Arc<Node>,
    ) -> Self {
        Self { inner, options, access, place, patience, node, texts: HashMap::new(), noted: Vec::new() }
    }

    pub(crate) fn put<E: EntityTrait>(&mut self, rows: &[&E::Model], clash: Clash) {
        if !rows.is_empty() {
            self.noted.push(Part::insert::<E>(rows, clash));
        }
    }

    pub(crate) fn advance(&mut self, rows: &[(&InstanceRow, bool)]) {
        self.noted.extend([false, true].into_iter().filter_map(|cold| Part::advance(rows, cold)));
    }

    pub(crate) fn contributions(&mut self, changes: &[&ContributionChange]) {
        if !changes.is_empty() {
            self.noted.push(Part::contributions(changes));
        }
    }

    pub(crate) fn statement(&mut self, text: &str, values: Vec<Value>, changes: Option<usize>) {
        self.noted.push(Part::plain(text, values, changes));
    }

    /// Runs what was noted as one statement, under the present token or the given one, and returns when it is on disk.
    pub(crate) async fn run(&mut self, token: Option<i64>) -> Result<(), Undone> {
        let parts = std::mem::take(&mut self.noted);
        let text = self.text(&parts);
        let token = token.unwrap_or_else(|| self.node.token());
        let arguments = sql::arguments(token, parts);
        let mut collisions = 0;
        loop {
            match self.rows(&text, arguments.clone()).await {
                Ok(_) => return Ok(()),
                Err(Failed::Sql(error)) if is_collision(&error) && collisions < COLLISIONS => collisions += 1,
                Err(Failed::Sql(error)) => {
                    let undone = undone(&self.place, &error);
                    if matches!(undone, Undone::Fenced) {
                        self.join(token).await.map_err(Undone::Failure)?;
                    }
                    return Err(undone);
                }
                Err(Failed::Away(error)) => return Err(Undone::Failure(error)),
            }
        }
    }

    /// Joins the nodes again, unless that was done meanwhile.
    async fn join(&mut self, lost: i64) -> Result<(), StoreError> {
        if self.node.token() == lost {
            let node = Arc::clone(&self.node);
            node.join(self.ready().await?).await?;
        }
        Ok(())
    }

    /// Runs one statement, on a new connection when the present one is broken.
    pub(super) async fn rows(&mut self, text: &Arc<str>, arguments: PgArguments) -> Result<Vec<PgRow>, Failed> {
        let mut again = true;
        loop {
            let mut connection = match self.inner.take() {
                Some(connection) => connection,
                None => self.reach().await.map_err(Failed::Away)?,
            };
            let query = sqlx::query_with::<Postgres, _>(AssertSqlSafe(text.to_string()), arguments.clone());
            // Taken out meanwhile: a caller that goes away leaves an answer behind that nobody must take for the next.
            let answer = tokio::time::timeout(ANSWER, connection.fetch_all(query)).await;
            match answer {
                Ok(Err(error)) if is_lost(&error) && again => again = false,
                Ok(answer) => {
                    if !answer.as_ref().is_err_and(is_lost) {
                        self.inner = Some(connection);
                    }
                    return answer.map_err(|error| match is_lost(&error) {
                        true => Failed::Away(super::error(&self.place, &error)),
                        false => Failed::Sql(error),
                    });
                }
                Err(_) if again => again = false,
                Err(_) => {
                    let detail = format!("no answer within {} s", ANSWER.as_secs());
                    return Err(Failed::Away(StoreError::Unreachable { place: self.place.clone(), detail }));
                }
            }
        }
    }

    async fn ready(&mut self) -> Result<&mut PgConnection, StoreError> {
        let connection = match self.inner.take() {
            Some(connection) => connection,
            None => self.reach().await?,
        };
        Ok(self.inner.insert(connection))
    }

    /// Reaches the server, trying as long as the patience lasts.
    async fn reach(&self) -> Result<PgConnection, StoreError> {
        let mut last = "no answer".to_owned();
        let tries = async {
            loop {
                match connect(&self.options, self.access).await {
                    Ok(connection) => return Ok(connection),
                    Err(failure) if is_lost(&failure) => last = failure.to_string(),
                    Err(failure) => return Err(error(&self.place, &failure)),
                }
                tokio::time::sleep(PAUSE).await;
            }
        };
        match tokio::time::timeout(self.patience, tries).await {
            Ok(reached) => reached,
            Err(_) => Err(StoreError::Unreachable { place: self.place.clone(), detail: last }),
        }
    }

    /// Under which token this process writes.
    pub(super) fn token(&self) -> i64 {
        self.node.token()
    }

    pub(super) fn error(&self, failure: &sqlx::Error) -> StoreError {
        error(&self.place, failure)
    }

    pub(super) fn orm_error(&self, failure: &DbErr) -> StoreError {
        from_orm(&self.place, failure)
    }

    fn text(&mut self, parts: &[Part]) -> Arc<str> {
        let shapes: Vec<Shape> = parts.iter().map(|part| part.shape.clone()).collect();
        Arc::clone(self.texts.entry(shapes).or_insert_with(|| sql::text(parts).into()))
    }
}

/// Why a statement has no answer.
pub(super) enum Failed {
    /// The server says no.
    Sql(sqlx::Error),
    /// The server is away.
    Away(StoreError),
}
