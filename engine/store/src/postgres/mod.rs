//! PostgreSQL: a server whose database several equal processes ("nodes") share.
//!
//! Lives here: opening, SQL text of writes, the write connection, the list of nodes and their claims, error codes. May
//! not live here: what is written and why.

mod claim;
mod connection;
mod node;
mod open;
mod sql;

pub(crate) use connection::Connection;
pub(crate) use node::Node;
pub(crate) use open::{current, open, open_read_only};

use crate::error::{LOOK, StoreError};
use crate::place::Place;
use crate::write::Undone;
use sea_orm::sqlx;

/// Portable SQL as this kind takes it: `$1`, `$2`, ... for `?`; and no `CROSS JOIN ... ON`, by which SQLite is told the
/// order of a join.
pub(crate) fn numbered(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    sql::number_places(&text.replace("CROSS JOIN", "JOIN"), &mut 0, &mut out);
    out
}

/// What to do about a server that only reads.
const PRIMARY: &str = "give the address of the primary server";
/// What to do about a database that is not there.
const MAKE_IT: &str = "create it on the server with `createdb`, or check the name after the last `/`";

/// What to do about one in which there is nothing.
const FILL_IT: &str =
    "it is empty: fill it with `draaiboek school load FILE` or `draaiboek restore BACKUP`, or check its name";

/// Sorts an error of the write connection.
fn undone(place: &Place, failure: &sqlx::Error) -> Undone {
    let sqlx::Error::Database(inner) = failure else {
        return Undone::Failure(error(place, failure));
    };
    let code = inner.code().unwrap_or_default();
    match code.as_ref() {
        sql::GUARD_FAILED => Undone::Mismatch,
        sql::FENCE_FAILED if inner.message().contains(sql::FENCED) => Undone::Fenced,
        // Keys, values that the database does not take (a NUL in a text), a row twice in one statement.
        code if ["23", "22", "21"].iter().any(|class| code.starts_with(class)) => {
            Undone::Constraint(inner.message().to_owned())
        }
        _ => Undone::Failure(error(place, failure)),
    }
}

/// Two transactions could not both go on.
const COLLISION: [&str; 2] = ["40001", "40P01"];

/// Whether the server gave up a transaction because of another one; the same may succeed at once.
fn is_collision(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(inner) = error else { return false };
    inner.code().is_some_and(|code| COLLISION.contains(&code.as_ref()))
}

/// Whether the connection is of no more use.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(inner) => matches!(reading(&inner.code().unwrap_or_default()), Reading::Unreachable),
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Reads an error.
pub(crate) fn error(place: &Place, error: &sqlx::Error) -> StoreError {
    let place = place.clone();
    let (code, detail) = match error {
        sqlx::Error::Database(inner) => (inner.code().unwrap_or_default().into_owned(), inner.message().to_owned()),
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::Tls(_) => ("08000".to_owned(), error.to_string()),
        sqlx::Error::PoolTimedOut => ("08000".to_owned(), "no connection became free in time".to_owned()),
        other => (String::new(), other.to_string()),
    };
    match reading(&code) {
        Reading::Unreachable => StoreError::Unreachable { place, detail },
        Reading::SignIn => StoreError::SignIn { place, detail },
        Reading::Missing => StoreError::Missing { place, mend: MAKE_IT },
        Reading::Rights => StoreError::Rights { place, detail },
        Reading::ReadOnly => StoreError::ReadOnly { place, detail, mend: PRIMARY },
        Reading::Full => StoreError::Full { place, detail },
        Reading::Locked => StoreError::Locked { place, detail },
        Reading::Corrupt => StoreError::Corrupt { place, detail, mend: LOOK },
        Reading::Other => StoreError::Statement { place, detail },
    }
}

/// What a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Unreachable,
    SignIn,
    Missing,
    Rights,
    ReadOnly,
    Full,
    Locked,
    Corrupt,
    Other,
}

/// Codes: <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn reading(code: &str) -> Reading {
    match code {
        "28000" | "28P01" => Reading::SignIn,
        "3D000" => Reading::Missing,
        "42501" => Reading::Rights,
        "25006" => Reading::ReadOnly,
        "53100" => Reading::Full,
        "55P03" | "57014" => Reading::Locked,
        // Too many connections; the server ends, ended, or has not started yet; the session was ended.
        "53300" | "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Reading::Unreachable,
        code if COLLISION.contains(&code) => Reading::Locked,
        code if code.starts_with("08") => Reading::Unreachable,
        code if code.starts_with("XX") && code != "XX000" => Reading::Corrupt,
        _ => Reading::Other,
    }
}
