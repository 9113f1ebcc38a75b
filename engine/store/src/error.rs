//! Every way in which the database can fail, in words that say what to do.
//!
//! Lives here: the error type and the reading of SQLite's result codes. May not live here: anything that opens or writes.

use crate::sql::GUARD_FAILED;
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use std::path::{Path, PathBuf};

/// A failure of the database itself. That a turn is stale or repeated is no failure: see [`crate::CommitError`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address is not one this store can open.
    #[error("cannot open `{url}`: {reason}; give the path of a file, or `sqlite:` followed by one")]
    Address {
        /// The address as given.
        url: String,
        /// Why it does not fit.
        reason: &'static str,
    },
    /// There is no database where one was expected.
    #[error("there is no database at {path}; check the path, or create one with `draaiboek demo` or `draaiboek start`")]
    Missing {
        /// The file that was looked for.
        path: PathBuf,
    },
    /// Another process writes this database.
    #[error(
        "the database {path} is in use by another process{holder} (lock file {lock}); stop that process, or use a command that only reads"
    )]
    InUse {
        /// The database.
        path: PathBuf,
        /// The lock file beside it.
        lock: PathBuf,
        /// Who holds it, as ` (process 123)`, or nothing when unknown.
        holder: String,
    },
    /// The database was written by a newer program.
    #[error("the database {path} has schema {found}, this program knows schemas up to {known}; update draaiboek")]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// Newest schema in the database.
        found: String,
        /// Newest schema known to this build.
        known: String,
    },
    /// The database was written by an older program and is opened only for reading.
    #[error(
        "the database {path} has schema {found}, this program needs {known}; open it once with a command that writes, and it is brought up to date"
    )]
    OlderSchema {
        /// The database.
        path: PathBuf,
        /// Newest schema in the database.
        found: String,
        /// Newest schema known to this build.
        known: String,
    },
    /// The file is an SQLite database of some other program.
    #[error("the database {path} belongs to another program (it holds the table `{table}`); give another path")]
    Foreign {
        /// The database.
        path: PathBuf,
        /// A table that is not ours.
        table: String,
    },
    /// The file is no database, or is damaged.
    #[error(
        "the database {path} is damaged or is no database ({detail}); keep a copy of the file, run `draaiboek verify`, and restore the last backup"
    )]
    Corrupt {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The disk, or the quota, is full.
    #[error(
        "no room left for the database {path} ({detail}); nothing was written: make room on its disk and try again"
    )]
    Full {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The disk or the file may not be written.
    #[error(
        "the database {path} cannot be written ({detail}); nothing was written: check the rights of the file, its folder and its disk"
    )]
    ReadOnly {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The file cannot be opened, or the disk answers with an error.
    #[error(
        "the disk failed under the database {path} ({detail}); nothing was written: check that the disk has room, that it works, and the rights of the folder"
    )]
    Io {
        /// The database or the lock file.
        path: PathBuf,
        /// What the system said.
        detail: String,
    },
    /// SQLite did not take a setting on which durability depends.
    #[error("the database {path} did not accept `{name} = {wanted}` (it answers `{found}`); move it to a local disk")]
    Setting {
        /// The database.
        path: PathBuf,
        /// Name of the pragma.
        name: &'static str,
        /// What was set.
        wanted: String,
        /// What was read back.
        found: String,
    },
    /// Another connection held the database for longer than the patience given at opening.
    #[error("the database {path} stays locked ({detail}); another program has it open: close that and try again")]
    Locked {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// A migration failed; it was rolled back as a whole.
    #[error(
        "the schema of {path} could not be brought up to date ({detail}); the database is as it was: keep the old program and report this"
    )]
    Migration {
        /// The database.
        path: PathBuf,
        /// What went wrong.
        detail: String,
    },
    /// Anything else the database said: a mistake in this program.
    #[error("the database {path} refused a statement ({detail}); nothing was written: please report this")]
    Statement {
        /// The database.
        path: PathBuf,
        /// What the database said.
        detail: String,
    },
}

/// What an error of sqlx means to a commit.
pub(crate) enum Refusal {
    /// The guard after an update.
    Guard,
    /// A unique or foreign key says no: one turn of the group is to blame.
    Constraint(String),
    /// The database failed: no turn is to blame.
    Failure(StoreError),
}

/// Sorts an error of the write connection.
pub(crate) fn refusal(path: &Path, error: &sqlx::Error) -> Refusal {
    let sqlx::Error::Database(inner) = error else {
        return Refusal::Failure(from_sqlx(path, error));
    };
    match primary_code(inner.as_ref()) {
        Some(1) if inner.message() == GUARD_FAILED => Refusal::Guard,
        Some(19) => Refusal::Constraint(inner.message().to_owned()),
        _ => Refusal::Failure(from_sqlx(path, error)),
    }
}

/// Reads an error of sea-orm.
pub(crate) fn from_orm(path: &Path, error: &DbErr) -> StoreError {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => from_sqlx(path, inner),
        other => StoreError::Statement { path: path.to_owned(), detail: other.to_string() },
    }
}

/// Reads an error of sqlx. Codes: <https://www.sqlite.org/rescode.html>, the lowest eight bits.
pub(crate) fn from_sqlx(path: &Path, error: &sqlx::Error) -> StoreError {
    let path = path.to_owned();
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
        Some(5 | 6) => StoreError::Locked { path, detail },
        Some(8 | 3) => StoreError::ReadOnly { path, detail },
        Some(10 | 14) => StoreError::Io { path, detail },
        Some(11 | 26) => StoreError::Corrupt { path, detail },
        Some(13) => StoreError::Full { path, detail },
        _ => StoreError::Statement { path, detail },
    }
}

fn primary_code(error: &dyn sqlx::error::DatabaseError) -> Option<u32> {
    error.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff)
}
