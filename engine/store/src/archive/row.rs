//! A row as JSON and back, for every entity alike. The column's type says how a value is written.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sea_orm::{ActiveModelTrait, ColumnTrait, ColumnType, EntityTrait, IdenStatic, Iterable, ModelTrait, Value};
use serde_json::{Map, Value as Json};

/// Gives the number of a row for another: a rank on the way out, a number of the new database on the way in.
pub(super) type Number<'a> = &'a (dyn Fn(i64) -> Option<i64> + Send + Sync);

/// The row with its columns by name, those that are `renumbered` with their ranks. Absent values are left out.
pub(super) fn written<E: EntityTrait>(row: &E::Model, renumbered: &[(&str, Number)]) -> Map<String, Json> {
    let mut out = Map::new();
    for column in E::Column::iter() {
        let value = match row.get(column) {
            Value::BigInt(Some(number)) => {
                let ranked = renumbered.iter().find(|(known, _)| *known == column.as_str());
                // A number that names no row (the database is damaged) gets a rank that names none either.
                Json::from(ranked.map_or(number, |(_, rank)| rank(number).unwrap_or_default()))
            }
            Value::String(Some(text)) => Json::from(text),
            Value::Bytes(Some(bytes)) => Json::from(STANDARD.encode(bytes)),
            _ => continue,
        };
        out.insert(column.as_str().to_owned(), value);
    }
    out
}

/// The row out of its JSON, its columns `renumbered` by (column, new number of a rank).
///
/// # Errors
/// In words: a column that is not known, or a value that does not fit it.
pub(super) fn read<E: EntityTrait>(
    mut row: Map<String, Json>,
    renumbered: &[(&str, Number)],
) -> Result<E::ActiveModel, String> {
    let mut out = <E::ActiveModel as ActiveModelTrait>::default();
    for column in E::Column::iter() {
        let name = column.as_str();
        let definition = column.def();
        let found = row.remove(name);
        let value = match (definition.get_column_type(), found) {
            (ColumnType::BigInteger, None) => Value::BigInt(None),
            (ColumnType::BigInteger, Some(Json::Number(number))) => {
                let number = number.as_i64().ok_or_else(|| format!("`{name}` is no whole number"))?;
                let moved = match renumbered.iter().find(|(column, _)| *column == name) {
                    Some((_, numbered)) => numbered(number).ok_or_else(|| format!("`{name}` is too large"))?,
                    None => number,
                };
                Value::BigInt(Some(moved))
            }
            (ColumnType::VarBinary(_) | ColumnType::Blob | ColumnType::Binary(_), found) => bytes(name, found)?,
            (_, None) => Value::String(None),
            (_, Some(Json::String(text))) => Value::String(Some(text)),
            (_, Some(_)) => return Err(format!("`{name}` holds a value of another type")),
        };
        out.try_set(column, value).map_err(|_| format!("`{name}` may not be absent"))?;
    }
    match row.keys().next() {
        Some(unknown) => Err(format!("the column `{unknown}` is not known")),
        None => Ok(out),
    }
}

fn bytes(name: &str, found: Option<Json>) -> Result<Value, String> {
    match found {
        None => Ok(Value::Bytes(None)),
        Some(Json::String(text)) => {
            let bytes = STANDARD.decode(text).map_err(|_| format!("`{name}` is not base64"))?;
            Ok(Value::Bytes(Some(bytes)))
        }
        Some(_) => Err(format!("`{name}` holds a value of another type")),
    }
}
