//! A connection that writes limits into the text of a statement instead of binding them. SQLite lets a bound limit guide
//! its plan and therefore reads and plans a prepared statement anew at every execution; sea-orm binds all of them, also
//! the one of a look-up by key. Limits are few, so the texts stay few as well.
//!
//! Lives here: that change of the text. May not live here: questions.

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, Value};

/// How a bound limit ends a statement.
const BOUND: &str = " LIMIT ?";

/// A connection to ask through.
#[derive(Clone, Debug)]
pub(crate) struct Planned<C>(pub(crate) C);

#[async_trait]
impl<C: ConnectionTrait> ConnectionTrait for Planned<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.0.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.0.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, text: &str) -> Result<ExecResult, DbErr> {
        self.0.execute_unprepared(text).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.0.query_one_raw(written(statement)).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.0.query_all_raw(written(statement)).await
    }
}

/// The statement with its limit written out.
fn written(mut statement: Statement) -> Statement {
    let bound = statement.db_backend == DbBackend::Sqlite && statement.sql.ends_with(BOUND);
    let values = statement.values.as_mut().filter(|_| bound).map(|values| &mut values.0);
    if let Some(values) = values
        && let Some(Value::BigUnsigned(Some(limit))) = values.last()
    {
        let text = limit.to_string();
        values.pop();
        statement.sql.truncate(statement.sql.len() - 1);
        statement.sql.push_str(&text);
    }
    statement
}

#[cfg(test)]
mod tests {
    use super::written;
    use crate::entity::instance;
    use sea_orm::{DbBackend, EntityTrait, QuerySelect, QueryTrait, Statement};

    #[test]
    fn a_limit_that_sea_orm_binds_is_written_for_sqlite_only() {
        let question = |backend| written(instance::Entity::find_by_id(7).limit(3).build(backend));
        let file = question(DbBackend::Sqlite);
        assert!(file.sql.ends_with(r#"."pk" = ? LIMIT 3"#), "{}", file.sql);
        assert_eq!(file.values.map(|values| values.0), Some(vec![7_i64.into()]));
        assert!(question(DbBackend::Postgres).sql.ends_with(r#"."pk" = $1 LIMIT $2"#));
        let plain = || Statement::from_sql_and_values(DbBackend::Sqlite, "SELECT 1 LIMIT ?", [1_i64.into()]);
        assert_eq!(written(plain()), plain());
    }
}
