//! SQLite: a file that one process writes.
//!
//! Lives here: opening a file, SQL text of writes, the write connection, result codes. May not live here: what is
//! written and why.

mod connection;
mod header;
mod open;
mod process;
pub(crate) mod sql;

pub(crate) use connection::Connection;
pub(crate) use open::{current, open, open_read_only, writing};

use crate::error::{LOOK, StoreError};
use crate::place::Place;
use crate::write::Undone;
use sea_orm::sqlx;

/// Sorts an error of the write connection.
fn undone(place: &Place, failure: &sqlx::Error) -> Undone {
    let sqlx::Error::Database(inner) = failure else {
        return Undone::Failure(error(place, failure));
    };
    match primary_code(inner.as_ref()) {
        Some(1) if inner.message() == sql::GUARD_FAILED => Undone::Mismatch,
        Some(19) => Undone::Constraint(inner.message().to_owned()),
        _ => Undone::Failure(error(place, failure)),
    }
}

/// Reads an error. Codes: <https://www.sqlite.org/rescode.html>, the lowest eight bits.
pub(crate) fn error(place: &Place, error: &sqlx::Error) -> StoreError {
    let place = place.clone();
    let detail = match error {
        sqlx::Error::Database(inner) => inner.message().to_owned(),
        other => other.to_string(),
    };
    let code = match error {
        sqlx::Error::Database(inner) => primary_code(inner.as_ref()),
        sqlx::Error::Io(_) => Some(10),
        _ => None,
    };
    match code {
        Some(5 | 6) => StoreError::Locked { place, detail },
        Some(8 | 3) => StoreError::ReadOnly { place, detail, mend: open::RIGHTS },
        Some(10 | 14) => StoreError::Io { place, detail },
        Some(11 | 26) => StoreError::Corrupt { place, detail, mend: LOOK },
        Some(13) => StoreError::Full { place, detail },
        _ => StoreError::Statement { place, detail },
    }
}

fn primary_code(error: &dyn sqlx::error::DatabaseError) -> Option<u32> {
    error.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff)
}
