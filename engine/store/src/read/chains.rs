//! Journal and contributions: chains that are walked from the newest row back, by primary key.
//!
//! Lives here: those walks. May not live here: checking what they find (see `verify`).

use super::Reader;
use crate::entity::{ContributionRow, JournalRow, StepRunRow, contribution, journal};
use crate::error::StoreError;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QuerySelect};
use std::collections::HashMap;

/// A stretch of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalPage {
    /// The rows, newest first.
    pub rows: Vec<JournalRow>,
    /// Where the next page starts; `None` at the beginning of the chain.
    pub next: Option<i64>,
}

/// Walks back from `?` at most `?` rows. `id < c.id` ends a damaged chain that runs in a circle.
pub(crate) const JOURNAL: &str = "WITH RECURSIVE c(id, prev_id, n) AS (\
    SELECT id, prev_id, 1 FROM journal WHERE id = ? \
    UNION ALL SELECT j.id, j.prev_id, c.n + 1 FROM c JOIN journal j ON j.id = c.prev_id AND j.id < c.id WHERE c.n < ?) \
    SELECT journal.* FROM c CROSS JOIN journal ON journal.id = c.id ORDER BY c.n";

/// At most `[n]` rows after a revision, oldest first: the walk touches the rows, the page then reads only what it shows.
pub(crate) const JOURNAL_AFTER: &str = "WITH RECURSIVE c(id, prev_id, n) AS (\
    SELECT id, prev_id, 1 FROM journal WHERE id = ? AND revision > ? \
    UNION ALL SELECT j.id, j.prev_id, c.n + 1 FROM c JOIN journal j ON j.id = c.prev_id AND j.id < c.id WHERE j.revision > ?) \
    SELECT journal.* FROM (SELECT id, n FROM c ORDER BY n DESC LIMIT [n]) AS page \
    CROSS JOIN journal ON journal.id = page.id ORDER BY page.n DESC";

/// Walks back from each of `[?]`; what came earlier has the smaller number.
pub(crate) const CONTRIBUTIONS: &str = "WITH RECURSIVE c(id, prev_id) AS (\
    SELECT id, prev_id FROM contribution WHERE id IN ([?]) \
    UNION ALL SELECT j.id, j.prev_id FROM c JOIN contribution j ON j.id = c.prev_id AND j.id < c.id) \
    SELECT contribution.* FROM c CROSS JOIN contribution ON contribution.id = c.id ORDER BY c.id";

impl Reader {
    /// The journal backwards from a row: start with `instance.journal_head`, go on with [`JournalPage::next`]. Costs
    /// what it returns.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_back(&self, head: i64, limit: u32) -> Result<JournalPage, StoreError> {
        let statement = self.sql(JOURNAL, [head.into(), i64::from(limit).into()]);
        let rows = self.told(JournalRow::find_by_statement(statement).all(&self.db).await)?;
        let next = rows.last().and_then(|row| row.prev_id);
        Ok(JournalPage { rows, next })
    }

    /// Journal rows after a revision, oldest first, at most `limit`. Costs a walk over all rows after that revision.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_after(&self, head: i64, revision: i64, limit: u32) -> Result<Vec<JournalRow>, StoreError> {
        let values = [head.into(), revision.into(), revision.into()];
        let statement = self.sql(&JOURNAL_AFTER.replace("[n]", &limit.to_string()), values);
        self.told(JournalRow::find_by_statement(statement).all(&self.db).await)
    }

    /// The hashes of stored journal rows by their numbers.
    pub(crate) async fn journal_hashes(&self, ids: Vec<i64>) -> Result<HashMap<i64, Vec<u8>>, StoreError> {
        use journal::Column::{Hash, Id};
        let query = journal::Entity::find().filter(Id.is_in(ids)).select_only().columns([Id, Hash]);
        Ok(self.told(query.into_tuple::<(i64, Vec<u8>)>().all(&self.db).await)?.into_iter().collect())
    }

    /// One journal row.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn journal_row(&self, id: i64) -> Result<Option<JournalRow>, StoreError> {
        self.told(journal::Entity::find_by_id(id).one(&self.db).await)
    }

    /// All contributions of a step run in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contributions(&self, run: &StepRunRow) -> Result<Vec<ContributionRow>, StoreError> {
        match run.contribution_head {
            Some(head) => self.contribution_chains(&self.db, &[head]).await,
            None => Ok(Vec::new()),
        }
    }

    /// The contributions of step runs by the newest of each, every run's in the order in which they came.
    pub(super) async fn contribution_chains(
        &self,
        db: &impl ConnectionTrait,
        heads: &[i64],
    ) -> Result<Vec<ContributionRow>, StoreError> {
        let places = vec!["?"; heads.len()].join(",");
        let values = heads.iter().map(|head| (*head).into());
        let statement = self.sql(&CONTRIBUTIONS.replace("[?]", &places), values);
        self.told(ContributionRow::find_by_statement(statement).all(db).await)
    }

    /// One contribution.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn contribution(&self, id: i64) -> Result<Option<ContributionRow>, StoreError> {
        self.told(contribution::Entity::find_by_id(id).one(&self.db).await)
    }
}
