//! One statement that writes a whole group of turns: every table is a part of it (`WITH` one after the other), every
//! column one array, however many rows there are. One statement is one transaction and one round trip; its text depends
//! only on the tables that are written, so a handful of prepared statements serves every group.
//!
//! Lives here: SQL text of writes and the values bound to it. May not live here: transactions, decisions.

use crate::entity::{InstanceRow, instance};
use crate::turn::ContributionChange;
use crate::write::Clash;
use sea_orm::sqlx::Arguments as _;
use sea_orm::sqlx::postgres::PgArguments;
use sea_orm::{EntityTrait, IdenStatic as _, Iterable as _, ModelTrait as _, Value};
use std::fmt::Write as _;

/// The channel on which nodes tell each other what they changed.
pub(super) const CHANNEL: &str = "draaiboek";
/// Division by zero: an update wrote fewer rows than it had to.
pub(super) const GUARD_FAILED: &str = "22012";
/// A word that is no number: this node is not in the list of nodes any more.
pub(super) const FENCE_FAILED: &str = "22P02";
/// That word.
pub(super) const FENCED: &str = "fenced";
/// Tables whose rows nodes claim; a row that is written is free again.
const CLAIMED: [&str; 2] = ["outbox", "timer"];

/// What a part does; with the same parts the text is the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    Insert(&'static str, Clash),
    Advance,
    AdvanceCold,
    Contributions,
    Plain(String),
}

/// A part of the statement. In its text `?` stands for each of its values.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) shape: Shape,
    text: String,
    values: Vec<Bound>,
    /// How many rows it must change, where that matters.
    changes: Option<i64>,
}

/// A value of a statement.
#[derive(Clone, Debug)]
enum Bound {
    One(Value),
    Ints(Vec<Option<i64>>),
    Texts(Vec<Option<String>>),
    Bytes(Vec<Option<Vec<u8>>>),
}

impl Bound {
    /// A column of so many rows, of the type that its first value has.
    fn column(first: &Value, rows: usize) -> Self {
        match first {
            Value::BigInt(_) => Self::Ints(Vec::with_capacity(rows)),
            Value::Bytes(_) => Self::Bytes(Vec::with_capacity(rows)),
            _ => Self::Texts(Vec::with_capacity(rows)),
        }
    }

    fn push(&mut self, value: Value) {
        match (self, value) {
            (Self::Ints(column), Value::BigInt(value)) => column.push(value),
            (Self::Bytes(column), Value::Bytes(value)) => column.push(value),
            (Self::Texts(column), Value::String(value)) => column.push(value),
            // The rows hold integers, text and bytes only.
            (Self::Ints(column), _) => column.push(None),
            (Self::Bytes(column), _) => column.push(None),
            (Self::Texts(column), other) => column.push(Some(other.to_string())),
            (Self::One(one), value) => *one = value,
        }
    }

    /// The place of the value in the text.
    fn place(&self) -> &'static str {
        match self {
            Self::One(_) => "?",
            Self::Ints(_) => "?::int8[]",
            Self::Texts(_) => "?::text[]",
            Self::Bytes(_) => "?::bytea[]",
        }
    }

    /// Encoding integers, text and bytes cannot fail.
    fn bind(self, arguments: &mut PgArguments) {
        let _ = match self {
            Self::One(Value::BigInt(value)) => arguments.add(value),
            Self::One(Value::String(value)) => arguments.add(value),
            Self::One(Value::Bytes(value)) => arguments.add(value),
            Self::One(other) => arguments.add(other.to_string()),
            Self::Ints(column) => arguments.add(column),
            Self::Texts(column) => arguments.add(column),
            Self::Bytes(column) => arguments.add(column),
        };
    }
}

/// Rows turned into columns.
fn columns(rows: Vec<Vec<Value>>) -> Vec<Bound> {
    let count = rows.len();
    let Some(first) = rows.first() else { return Vec::new() };
    let mut columns: Vec<Bound> = first.iter().map(|value| Bound::column(value, count)).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    columns
}

fn places(values: &[Bound]) -> String {
    values.iter().map(Bound::place).collect::<Vec<_>>().join(",")
}

impl Part {
    /// Rows of one table.
    pub(super) fn insert<E: EntityTrait>(rows: &[&E::Model], clash: Clash) -> Self {
        let table = E::default().table_name();
        let names: Vec<String> = E::Column::iter().map(|column| quoted(column.as_str())).collect();
        let values = rows.iter().map(|row| E::Column::iter().map(|column| row.get(column)).collect()).collect();
        let values = columns(values);
        let mut text =
            format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", quoted(table), names.join(","), places(&values));
        match clash {
            Clash::Fail => {}
            Clash::Keep => text.push_str(" ON CONFLICT DO NOTHING"),
            Clash::Replace => {
                let mut sets: Vec<String> = names[1..].iter().map(|name| format!("{name}=excluded.{name}")).collect();
                if CLAIMED.contains(&table) {
                    sets.push("claimed_by=NULL".to_owned());
                }
                let _ = write!(text, " ON CONFLICT ({}) DO UPDATE SET {}", names[0], sets.join(","));
            }
        }
        Self { shape: Shape::Insert(table, clash), text, values, changes: None }
    }

    /// The next revisions of instances. In the order of their numbers, so that two nodes that write the same ones wait
    /// for each other instead of standing in each other's way.
    pub(super) fn advance(rows: &[(&InstanceRow, bool)], cold: bool) -> Option<Self> {
        let mut rows: Vec<&InstanceRow> = rows.iter().filter(|(_, is)| *is == cold).map(|(row, _)| *row).collect();
        if rows.is_empty() {
            return None;
        }
        rows.sort_unstable_by_key(|row| row.pk);
        let written = instance::advancing(cold);
        let changes = i64::try_from(rows.len()).ok();
        let of = |row: &&InstanceRow| {
            let mut values: Vec<Value> = vec![row.pk.into(), (row.revision - 1).into()];
            values.extend(written.iter().map(|column| row.get(*column)));
            values
        };
        let values = columns(rows.iter().map(of).collect());
        let sets: Vec<String> = written
            .iter()
            .enumerate()
            .map(|(position, column)| format!("{}=v.c{}", quoted(column.as_str()), position + 2))
            .collect();
        let names: Vec<String> = (0..values.len()).map(|position| format!("c{position}")).collect();
        let text = format!(
            "UPDATE instance SET {} FROM unnest({}) AS v({}) \
             WHERE instance.pk=v.c0 AND instance.revision=v.c1 RETURNING 1",
            sets.join(","),
            places(&values),
            names.join(",")
        );
        let shape = if cold { Shape::AdvanceCold } else { Shape::Advance };
        Some(Self { shape, text, values, changes })
    }

    /// New statuses of stored contributions.
    pub(super) fn contributions(changes: &[&ContributionChange]) -> Self {
        let of = |change: &&ContributionChange| {
            vec![change.id.into(), change.status.clone().into(), i64::from(change.erase).into()]
        };
        let values = columns(changes.iter().map(of).collect());
        let text = format!(
            "UPDATE contribution SET status=v.c1, payload=CASE WHEN v.c2=1 THEN NULL ELSE contribution.payload END \
             FROM unnest({}) AS v(c0,c1,c2) WHERE contribution.id=v.c0 RETURNING 1",
            places(&values)
        );
        Self { shape: Shape::Contributions, text, values, changes: i64::try_from(changes.len()).ok() }
    }

    /// A statement of its own.
    pub(super) fn plain(text: &str, values: Vec<Value>, changes: Option<usize>) -> Self {
        let mut text = text.to_owned();
        if changes.is_some() {
            text.push_str(" RETURNING 1");
        }
        let values = values.into_iter().map(Bound::One).collect();
        let changes = changes.and_then(|changes| i64::try_from(changes).ok());
        Self { shape: Shape::Plain(text.clone()), text, values, changes }
    }
}

/// The text of the statement that carries out these parts. Its first value is the token of this node: the row of a node
/// that others took for gone is not there, and the statement fails as a whole. While it runs nobody can take that row
/// away.
pub(super) fn text(parts: &[Part]) -> String {
    let mut number = 1;
    let mut text = "WITH me AS (SELECT 1 FROM node WHERE token=$1 FOR KEY SHARE)".to_owned();
    for (position, part) in parts.iter().enumerate() {
        let _ = write!(text, ", p{position} AS (");
        number_places(&part.text, &mut number, &mut text);
        text.push(')');
    }
    let _ = write!(text, " SELECT (CASE WHEN EXISTS (SELECT 1 FROM me) THEN '1' ELSE '{FENCED}' END)::int4");
    let guarded: Vec<usize> = parts.iter().enumerate().filter(|(_, p)| p.changes.is_some()).map(|(at, _)| at).collect();
    if !guarded.is_empty() {
        let mut counts = Vec::new();
        for position in guarded {
            number += 1;
            counts.push(format!("(SELECT count(*) FROM p{position})=${number}::int8"));
        }
        let _ = write!(text, ", 1/(CASE WHEN {} THEN 1 ELSE 0 END)", counts.join(" AND "));
    }
    text
}

/// The values of that statement.
pub(super) fn arguments(token: i64, parts: Vec<Part>) -> PgArguments {
    let mut arguments = PgArguments::default();
    Bound::One(token.into()).bind(&mut arguments);
    let counts: Vec<i64> = parts.iter().filter_map(|part| part.changes).collect();
    for value in parts.into_iter().flat_map(|part| part.values) {
        value.bind(&mut arguments);
    }
    for count in counts {
        Bound::One(count.into()).bind(&mut arguments);
    }
    arguments
}

/// Copies a text with `$2`, `$3`, ... for its `?`; `number` is the last one given.
pub(super) fn number_places(text: &str, number: &mut usize, out: &mut String) {
    for (position, piece) in text.split('?').enumerate() {
        if position > 0 {
            *number += 1;
            let _ = write!(out, "${number}");
        }
        out.push_str(piece);
    }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
