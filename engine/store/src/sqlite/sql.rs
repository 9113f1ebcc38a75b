//! Statements over many rows at once. The text depends only on the table and on a row count rounded up to one of nine
//! sizes, so that a handful of prepared statements serves every group; spare rows are NULL and filtered out.
//!
//! Lives here: SQL text of writes and the values bound to it. May not live here: transactions, decisions.

use crate::entity::{InstanceRow, instance};
use crate::turn::ContributionChange;
use crate::write::Clash;
use sea_orm::{EntityTrait, IdenStatic, Iterable, ModelTrait, Value};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

/// Row counts of statements. Even 256 rows of 21 columns stay far below SQLite's 32,766 bound values.
const SIZES: [usize; 9] = [1, 2, 4, 16, 32, 64, 96, 128, MAX_ROWS];
const MAX_ROWS: usize = 256;

/// Follows an update: fails with "integer overflow" (documented for `abs`) unless the update wrote so many rows. A
/// failing statement, unlike a count looked at afterwards, lets a transaction travel whole with its `COMMIT`.
const GUARD: &str = ";SELECT abs(CASE WHEN changes() = ? THEN 0 ELSE -9223372036854775808 END)";

/// What [`GUARD`] says when it fails.
pub(crate) const GUARD_FAILED: &str = "integer overflow";

/// One statement with its values.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) text: Arc<str>,
    pub(crate) values: Vec<Value>,
}

impl Statement {
    /// A statement of its own; with `changes` it fails unless it changes so many rows.
    pub(crate) fn plain(text: &str, mut values: Vec<Value>, changes: Option<usize>) -> Self {
        match changes {
            None => Self { text: text.into(), values },
            Some(rows) => {
                values.push(Value::BigInt(i64::try_from(rows).ok()));
                Self { text: format!("{text}{GUARD}").into(), values }
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Insert(&'static str, Clash),
    Advance,
    AdvanceCold,
    Contributions,
}

/// Remembers the texts it made.
#[derive(Debug, Default)]
pub(crate) struct Texts(HashMap<(Shape, usize), Arc<str>>);

impl Texts {
    /// Statements that insert rows of one table.
    pub(crate) fn insert<E>(&mut self, rows: &[&E::Model], clash: Clash, out: &mut Vec<Statement>)
    where
        E: EntityTrait,
    {
        let table = E::default().table_name();
        for chunk in rows.chunks(MAX_ROWS) {
            let slots = slots(chunk.len());
            let text = self
                .0
                .entry((Shape::Insert(table, clash), slots))
                .or_insert_with(|| insert_text::<E>(table, clash, slots).into());
            let width = E::Column::iter().count();
            let mut values = Vec::with_capacity(chunk.len() * width);
            for row in chunk {
                values.extend(E::Column::iter().map(|column| row.get(column)));
            }
            out.push(padded(text, values, slots * width));
        }
    }

    /// Statements that write the next revision of instances, each only over the revision before it.
    pub(crate) fn advance(&mut self, rows: &[(&InstanceRow, bool)], out: &mut Vec<Statement>) {
        for (shape, cold) in [(Shape::Advance, false), (Shape::AdvanceCold, true)] {
            let rows: Vec<&InstanceRow> = rows.iter().filter(|(_, is)| *is == cold).map(|(row, _)| *row).collect();
            self.update(shape, &instance::advancing(cold), &rows, out);
        }
    }

    fn update(&mut self, shape: Shape, columns: &[instance::Column], rows: &[&InstanceRow], out: &mut Vec<Statement>) {
        for chunk in rows.chunks(MAX_ROWS) {
            let slots = slots(chunk.len());
            let text = self.0.entry((shape, slots)).or_insert_with(|| update_text(columns, slots).into());
            let width = columns.len() + 2;
            let mut values = Vec::with_capacity(chunk.len() * width);
            for row in chunk {
                values.extend(columns.iter().map(|column| row.get(*column)));
                values.push(row.pk.into());
                values.push((row.revision - 1).into());
            }
            out.push(guarded(text, values, slots * width, chunk.len()));
        }
    }

    /// Statements that change the status of contributions and erase payloads.
    pub(crate) fn contributions(&mut self, changes: &[&ContributionChange], out: &mut Vec<Statement>) {
        for chunk in changes.chunks(MAX_ROWS) {
            let slots = slots(chunk.len());
            let text = self.0.entry((Shape::Contributions, slots)).or_insert_with(|| {
                let rows = rows_text(slots, 3);
                format!(
                    "UPDATE contribution SET status = v.column2, \
                     payload = CASE WHEN v.column3 = 1 THEN NULL ELSE payload END \
                     FROM (VALUES {rows}) AS v WHERE contribution.id = v.column1{GUARD}"
                )
                .into()
            });
            let mut values = Vec::with_capacity(chunk.len() * 3);
            for change in chunk {
                values.push(change.id.into());
                values.push(change.status.clone().into());
                values.push(i64::from(change.erase).into());
            }
            out.push(guarded(text, values, slots * 3, chunk.len()));
        }
    }
}

/// The size of the statement that takes so many rows.
fn slots(rows: usize) -> usize {
    SIZES.into_iter().find(|size| rows <= *size).unwrap_or(MAX_ROWS)
}

fn padded(text: &Arc<str>, mut values: Vec<Value>, places: usize) -> Statement {
    values.resize(places, Value::BigInt(None));
    Statement { text: Arc::clone(text), values }
}

/// A statement that ends in [`GUARD`].
fn guarded(text: &Arc<str>, values: Vec<Value>, places: usize, rows: usize) -> Statement {
    let mut statement = padded(text, values, places);
    statement.values.push(Value::BigInt(i64::try_from(rows).ok()));
    statement
}

/// `(?,?),(?,?)` for two rows of two columns.
fn rows_text(rows: usize, width: usize) -> String {
    let row = format!("({})", vec!["?"; width].join(","));
    vec![row; rows].join(",")
}

fn insert_text<E: EntityTrait>(table: &str, clash: Clash, slots: usize) -> String {
    let columns: Vec<&str> = E::Column::iter().map(|column| column.as_str()).collect();
    let rows = rows_text(slots, columns.len());
    let names = columns.join(",");
    let mut text = format!("INSERT INTO {table} ({names}) ");
    // One row never has spare rows, and the plain form is the quicker one.
    let _ = if slots == 1 {
        write!(text, "VALUES {rows}")
    } else {
        write!(text, "SELECT * FROM (VALUES {rows}) WHERE column1 IS NOT NULL")
    };
    let key = columns[0];
    match clash {
        Clash::Fail => {}
        Clash::Keep => text.push_str(" ON CONFLICT DO NOTHING"),
        Clash::Replace => {
            let sets: Vec<String> = columns[1..].iter().map(|name| format!("{name}=excluded.{name}")).collect();
            let _ = write!(text, " ON CONFLICT ({key}) DO UPDATE SET {}", sets.join(","));
        }
    }
    text
}

fn update_text(columns: &[instance::Column], slots: usize) -> String {
    let names = columns.iter().map(|column| column.as_str());
    if slots == 1 {
        let sets: Vec<String> = names.map(|name| format!("{name} = ?")).collect();
        let sets = sets.join(", ");
        return format!("UPDATE instance SET {sets} WHERE pk = ? AND revision = ?{GUARD}");
    }
    let sets: Vec<String> =
        names.enumerate().map(|(position, name)| format!("{name} = v.column{}", position + 1)).collect();
    let (sets, width) = (sets.join(", "), columns.len());
    let rows = rows_text(slots, width + 2);
    format!(
        "UPDATE instance SET {sets} FROM (VALUES {rows}) AS v \
         WHERE instance.pk = v.column{} AND instance.revision = v.column{}{GUARD}",
        width + 1,
        width + 2
    )
}
