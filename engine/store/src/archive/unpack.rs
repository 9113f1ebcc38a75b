//! Taking an archive in: all of it in one transaction, or nothing.

use std::io::BufRead;

use draaiboek_migrations::OWN;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, DbErr, EntityName, EntityTrait, PaginatorTrait, TransactionTrait,
};
use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};

use super::table::{Archived, Known, each_table};
use super::{ArchiveEnd, ArchiveError, ArchiveHead, FORMAT, RowCounts, Unpacked, row};
use crate::entity::school;
use crate::error::{StoreError, from_orm};
use crate::ids::Ids;
use crate::place::Place;

/// Rows inserted at once: far below the 32,766 values of SQLite.
const BATCH: usize = 400;
/// Longest line that is read, in bytes: a row is never near that.
const LINE: u64 = 64 * 1024 * 1024;

/// Takes an archive into a database whose schema is up to date. `place` names it in messages, `ids` number the rows.
pub(crate) async fn unpack(
    place: &Place,
    ids: &Ids,
    database: &DatabaseConnection,
    whole: bool,
    archive: &mut (dyn BufRead + Send),
) -> Result<Unpacked, ArchiveError> {
    let mut lines = Lines { archive, hasher: Sha256::new(), line: 0 };
    let head = head(&mut lines)?;
    if whole != head.school.is_none() {
        return Err(ArchiveError::Kind { school: head.school });
    }
    let told = |error: &DbErr| from_orm(place, error);
    let transaction = database.begin().await.map_err(|error| told(&error))?;
    if head.school.is_none() {
        let schools = school::Entity::find().count(&transaction).await.map_err(|error| told(&error))?;
        if schools > 0 {
            return Err(ArchiveError::NotEmpty { place: place.clone(), schools });
        }
    }
    let mut unpack = Unpack { place, ids, transaction: &transaction, rows: RowCounts::new() };
    unpack.all(&mut lines).await?;
    let rows = unpack.rows;
    transaction.commit().await.map_err(|error| told(&error))?;
    Ok(Unpacked { head, rows })
}

fn head(lines: &mut Lines<'_>) -> Result<ArchiveHead, ArchiveError> {
    let Some(first) = lines.next()? else { return Err(lines.damaged("it is empty")) };
    let head: ArchiveHead =
        serde_json::from_str(&first).map_err(|_| lines.damaged("this is not the first line of an archive"))?;
    if head.format > FORMAT {
        return Err(ArchiveError::Newer { what: format!("form {}, known up to {FORMAT}", head.format) });
    }
    if !OWN.versions().contains(&head.schema) {
        return Err(ArchiveError::Newer { what: format!("schema {}", head.schema) });
    }
    Ok(head)
}

struct Unpack<'a> {
    place: &'a Place,
    ids: &'a Ids,
    transaction: &'a DatabaseTransaction,
    rows: RowCounts,
}

impl Unpack<'_> {
    fn told(&self, error: &DbErr) -> StoreError {
        from_orm(self.place, error)
    }

    async fn all(&mut self, lines: &mut Lines<'_>) -> Result<(), ArchiveError> {
        let mut batch: (String, Vec<Map<String, Json>>) = Default::default();
        loop {
            let before = lines.hasher.clone();
            let Some(line) = lines.next()? else { return Err(lines.damaged("the archive ends too early")) };
            let parsed: Map<String, Json> =
                serde_json::from_str(&line).map_err(|error| lines.damaged(&error.to_string()))?;
            if parsed.contains_key("end") {
                self.flush(&mut batch, lines).await?;
                return self.end(&line, before, lines);
            }
            let Some((table, Json::Object(row))) = parsed.into_iter().next() else {
                return Err(lines.damaged("this is no row"));
            };
            if batch.0 != table || batch.1.len() >= BATCH {
                self.flush(&mut batch, lines).await?;
                batch.0 = table;
            }
            batch.1.push(row);
        }
    }

    fn end(&self, line: &str, before: Sha256, lines: &mut Lines<'_>) -> Result<(), ArchiveError> {
        let end: ArchiveEnd = serde_json::from_str(line).map_err(|error| lines.damaged(&error.to_string()))?;
        if end.sha256 != format!("{:x}", before.finalize()) {
            return Err(lines.damaged("its content was changed: the SHA-256 is another"));
        }
        let counted: RowCounts = end.end.into_iter().filter(|(_, count)| *count > 0).collect();
        if counted != self.rows {
            return Err(lines.damaged("rows are missing: the counts differ"));
        }
        match lines.next()? {
            None => Ok(()),
            Some(_) => Err(lines.damaged("something follows the end")),
        }
    }

    async fn flush(
        &mut self,
        batch: &mut (String, Vec<Map<String, Json>>),
        lines: &Lines<'_>,
    ) -> Result<(), ArchiveError> {
        let (table, rows) = (batch.0.clone(), std::mem::take(&mut batch.1));
        if rows.is_empty() {
            return Ok(());
        }
        macro_rules! table {
            ($entity:path) => {
                if <$entity>::default().table_name() == table {
                    return self.insert::<$entity>(rows, lines).await;
                }
            };
        }
        each_table!(table);
        Err(lines.damaged(&format!("the table `{table}` is not known")))
    }

    async fn insert<E: Archived>(
        &mut self,
        rows: Vec<Map<String, Json>>,
        lines: &Lines<'_>,
    ) -> Result<(), ArchiveError> {
        let name = E::default().table_name();
        let numbers: Vec<_> = E::NUMBERS.iter().map(|(column, table)| (*column, self.ids.arriving(table))).collect();
        let moved: Vec<(&str, row::Number)> = numbers.iter().map(|(column, number)| (*column, number as _)).collect();
        let count = rows.len() as u64;
        let read: Result<Vec<E::ActiveModel>, String> =
            rows.into_iter().map(|row| row::read::<E>(row, &moved)).collect();
        let models = read.map_err(|reason| lines.damaged(&format!("table `{name}`: {reason}")))?;
        let mut insert = E::insert_many(models);
        if E::KNOWN == Known::Shared {
            insert = insert.on_conflict(OnConflict::new().do_nothing().to_owned());
        }
        match insert.exec_without_returning(self.transaction).await {
            Ok(_) => {}
            Err(error) => return Err(self.refused(name, &error)),
        }
        *self.rows.entry(name.to_owned()).or_default() += count;
        Ok(())
    }

    fn refused(&self, table: &str, error: &DbErr) -> ArchiveError {
        match error.sql_err() {
            Some(sea_orm::SqlErr::UniqueConstraintViolation(detail)) => {
                ArchiveError::Clash { what: format!("something of the table `{table}` ({detail})") }
            }
            _ => self.told(error).into(),
        }
    }
}

/// The lines of an archive with the hash over all of them.
struct Lines<'a> {
    archive: &'a mut (dyn BufRead + Send),
    hasher: Sha256,
    line: u64,
}

impl Lines<'_> {
    /// The next line without its end; nothing at the end of the file.
    fn next(&mut self) -> Result<Option<String>, ArchiveError> {
        use std::io::Read as _;
        self.line += 1;
        let mut bytes = Vec::new();
        let read = (&mut *self.archive).take(LINE).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        if bytes.last() != Some(&b'\n') {
            return Err(self.damaged("the line is cut off"));
        }
        self.hasher.update(&bytes);
        bytes.pop();
        String::from_utf8(bytes).map(Some).map_err(|_| self.damaged("it is not UTF-8"))
    }

    fn damaged(&self, reason: &str) -> ArchiveError {
        ArchiveError::Damaged { line: self.line, reason: reason.to_owned() }
    }
}
