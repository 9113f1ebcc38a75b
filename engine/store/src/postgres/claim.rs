//! Claims: work that is due, taken by one node at a time. A row names the token of the node that took it; the claim holds
//! for as long as that node is on the list, and ends when the row is written.
//!
//! Lives here: claiming. May not live here: doing the work.

use super::Connection;
use super::connection::Failed;
use crate::error::StoreError;
use crate::work::{Claimed, Mark};
use sea_orm::sqlx::Arguments as _;
use sea_orm::sqlx::postgres::PgArguments;
use sea_orm::{EntityTrait, FromQueryResult, QueryResult};

impl Connection {
    /// Takes rows of a table that wait and whose moment has come, from a mark on, the earliest first. `moment` is the column
    /// of that moment. Rows that another transaction holds at this instant are passed over. Gives these `columns` of the
    /// rows, in no order.
    pub(crate) async fn claim<E: EntityTrait, R: FromQueryResult>(
        &mut self,
        moment: &str,
        columns: &str,
        now: i64,
        after: Mark,
        limit: u64,
    ) -> Result<Claimed<R>, StoreError> {
        let table = E::default().table_name().to_owned();
        let text = format!(
            "UPDATE {table} SET claimed_by=$1 WHERE id IN (SELECT id FROM {table} \
               WHERE status='pending' AND {moment}<=$2 AND ({moment}, id)>($4, $5) AND (claimed_by IS NULL OR claimed_by=$1 \
               OR NOT EXISTS (SELECT 1 FROM node WHERE token=claimed_by)) \
               ORDER BY {moment}, id LIMIT $3 FOR UPDATE SKIP LOCKED) RETURNING {columns}"
        );
        let token = self.token();
        let mut arguments = PgArguments::default();
        for value in [token, now, i64::try_from(limit).unwrap_or(i64::MAX), after.moment, after.id] {
            // Encoding an integer cannot fail.
            let _ = arguments.add(value);
        }
        let rows = self.rows(&text.into(), arguments).await.map_err(|failed| match failed {
            Failed::Sql(failure) => self.error(&failure),
            Failed::Away(error) => error,
        })?;
        let rows = rows.into_iter().map(|row| R::from_query_result(&QueryResult::from(row), ""));
        let rows = rows.collect::<Result<Vec<_>, _>>().map_err(|failure| self.orm_error(&failure))?;
        Ok(Claimed { rows, claim: Some(token) })
    }
}
