//! Writing an archive from one moment of a database, while others go on writing to it.

use std::collections::BTreeMap;
use std::io::Write;

use draaiboek_migrations::OWN;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    AccessMode, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, IsolationLevel, Iterable, ModelTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select, TransactionTrait,
};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::table::{Archived, each_table, numbered};
use super::{ArchiveEnd, ArchiveError, ArchiveHead, FORMAT, RowCounts, row};
use crate::read::Reader;

/// Rows read at once.
const PAGE: u64 = 500;

impl Reader {
    /// Writes everything, or everything of one school, as it is at this moment; gives the rows per table.
    ///
    /// # Errors
    /// [`ArchiveError`]; what was written until then is no archive, because its last line is missing.
    pub async fn pack(
        &self,
        school: Option<&str>,
        made_at: i64,
        out: &mut (dyn Write + Send),
    ) -> Result<RowCounts, ArchiveError> {
        if let Some(id) = school
            && self.school(id).await?.is_none()
        {
            return Err(ArchiveError::NoSchool { school: id.to_owned() });
        }
        // One transaction sees one moment: SQLite's always do, PostgreSQL's at this level.
        let level = (Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly));
        let moment = self.told(self.db.0.begin_with_config(level.0, level.1).await)?;
        let lines = Lines { out, hasher: Sha256::new() };
        let mut pack = Pack { moment: &moment, school, lines, rows: RowCounts::new() };
        let mut ranks = Ranks::new();
        let schema = OWN.newest();
        let head = ArchiveHead { format: FORMAT, schema, school: school.map(str::to_owned), made_at };
        pack.lines.write(&json!(head))?;
        macro_rules! rank {
            ($entity:path) => {
                pack.rank::<$entity>(self, &mut ranks).await?
            };
        }
        each_table!(rank);
        macro_rules! table {
            ($entity:path) => {
                pack.table::<$entity>(self, &ranks).await?
            };
        }
        each_table!(table);
        let Pack { lines, rows, .. } = pack;
        lines.end(&rows)?;
        self.told(moment.rollback().await)?;
        Ok(rows)
    }
}

struct Pack<'a> {
    moment: &'a DatabaseTransaction,
    school: Option<&'a str>,
    lines: Lines<'a>,
    rows: RowCounts,
}

/// The numbers of the rows of each table in their order: the place of a number is its rank.
type Ranks = BTreeMap<&'static str, Vec<i64>>;

impl Pack<'_> {
    /// The rows of a table that are packed; nothing when the school has none there.
    fn query<E: Archived>(&self) -> Option<Select<E>> {
        let Some(school) = self.school else { return Some(E::find()) };
        let condition = E::OF_SCHOOL?;
        let places = condition.matches('?').count();
        Some(E::find().filter(match self.moment.get_database_backend() {
            // There a place has the number of its value.
            DbBackend::Postgres => Expr::cust_with_values(condition.replace('?', "$1"), [school]),
            _ => Expr::cust_with_values(condition, vec![school; places]),
        }))
    }

    async fn rank<E: Archived>(&self, reader: &Reader, ranks: &mut Ranks) -> Result<(), ArchiveError> {
        let (Some(_), Some(query), Some(key)) = (numbered::<E>(), self.query::<E>(), E::Column::iter().next()) else {
            return Ok(());
        };
        let numbers = query.select_only().column(key).order_by_asc(key).into_tuple::<i64>().all(self.moment).await;
        ranks.insert(E::default().table_name(), reader.told(numbers)?);
        Ok(())
    }

    async fn table<E: Archived>(&mut self, reader: &Reader, ranks: &Ranks) -> Result<(), ArchiveError> {
        let (Some(query), Some(key)) = (self.query::<E>(), E::Column::iter().next()) else { return Ok(()) };
        let rank = |table: &'static str| {
            move |number: i64| {
                let place = ranks.get(table)?.binary_search(&number).ok()?;
                i64::try_from(place + 1).ok()
            }
        };
        let ranked: Vec<_> = E::NUMBERS.iter().map(|(column, table)| (*column, rank(table))).collect();
        let ranked: Vec<(&str, row::Number)> = ranked.iter().map(|(column, rank)| (*column, rank as _)).collect();
        let name = E::default().table_name();
        let mut last = None;
        loop {
            let after = query.clone().apply_if(last.take(), |query, last| query.filter(key.into_expr().gt(last)));
            let page = after.order_by_asc(key).limit(PAGE).all(self.moment).await;
            let page = reader.told(page)?;
            for model in &page {
                self.lines.write(&json!({ (name): row::written::<E>(model, &ranked) }))?;
            }
            *self.rows.entry(name.to_owned()).or_default() += page.len() as u64;
            last = page.last().map(|model| model.get(key));
            if page.len() < PAGE as usize {
                return Ok(());
            }
        }
    }
}

/// Lines of JSON with the hash over all of them.
struct Lines<'a> {
    out: &'a mut (dyn Write + Send),
    hasher: Sha256,
}

impl Lines<'_> {
    fn write(&mut self, line: &serde_json::Value) -> Result<(), ArchiveError> {
        let line = format!("{line}\n");
        self.hasher.update(line.as_bytes());
        Ok(self.out.write_all(line.as_bytes())?)
    }

    fn end(self, rows: &RowCounts) -> Result<(), ArchiveError> {
        let sha256 = format!("{:x}", self.hasher.finalize());
        let end = ArchiveEnd { end: rows.clone(), sha256 };
        writeln!(self.out, "{}", json!(end))?;
        Ok(self.out.flush()?)
    }
}
