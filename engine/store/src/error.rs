//! Every way in which the database can fail, in words that say what to do.
//!
//! Lives here: the error type. May not live here: anything that opens or writes; the codes of a kind of database (they
//! are read beside its connection).

use crate::place::Place;
use crate::{postgres, sqlite};
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};
use std::path::PathBuf;

/// A failure of the database itself. That a turn is stale or repeated is no failure: see [`crate::CommitError`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The address is not one this store can open.
    #[error(
        "cannot open `{url}`: {reason}; give the path of a file, or an address like postgres://user:password@host:5432/name"
    )]
    Address {
        /// The address as given, without a password.
        url: String,
        /// Why it does not fit.
        reason: String,
    },
    /// There is no database where one was expected.
    #[error("there is no database at {place}; {mend}")]
    Missing {
        /// Where it was looked for.
        place: Place,
        /// What to do about it.
        mend: &'static str,
    },
    /// Another process writes this database.
    #[error(
        "the database {place} is in use by another process{holder} (lock file {lock}); stop that process, use a command that only reads, or move to PostgreSQL for several processes"
    )]
    InUse {
        /// The database.
        place: Place,
        /// The lock file beside it.
        lock: PathBuf,
        /// Who holds it, as ` (process 123)`, or nothing when unknown.
        holder: String,
    },
    /// The server does not answer, or the connection broke.
    #[error(
        "the server of the database {place} cannot be reached ({detail}); check that it runs, its host and its port: a command that was under way may be repeated with its key"
    )]
    Unreachable {
        /// The database.
        place: Place,
        /// What the network or the server said.
        detail: String,
    },
    /// The server knows no such user or password.
    #[error(
        "the server does not let anybody in as {place} ({detail}); check the user, the password and the server's pg_hba.conf"
    )]
    SignIn {
        /// The database.
        place: Place,
        /// What the server said.
        detail: String,
    },
    /// The user of the database may not do what is needed.
    #[error(
        "the user of the database {place} lacks a right ({detail}); make that user the owner of the database: ALTER DATABASE ... OWNER TO ..."
    )]
    Rights {
        /// The database.
        place: Place,
        /// What the server said.
        detail: String,
    },
    /// The database was written by a newer program.
    #[error("the database {place} has schema {found}, this program knows schemas up to {known}; update draaiboek")]
    NewerSchema {
        /// The database.
        place: Place,
        /// Newest schema in the database.
        found: String,
        /// Newest schema known to this build.
        known: String,
    },
    /// Programs work on the database that could not go on with the schema of this one.
    #[error(
        "{nodes} older process(es) have the database {place} open, and know schemas up to {knows} only: schema {found} takes away what they need. The database is as it was: stop them, then start this one again (`draaiboek doctor` of the version before lists them)"
    )]
    OlderNodes {
        /// The database.
        place: Place,
        /// How many they are.
        nodes: usize,
        /// What the oldest of them knows.
        knows: String,
        /// Schema of this build.
        found: String,
    },
    /// The database was written by an older program and is opened only for reading.
    #[error(
        "the database {place} has schema {found}, this program needs {known}; open it once with a command that writes, and it is brought up to date"
    )]
    OlderSchema {
        /// The database.
        place: Place,
        /// Newest schema in the database.
        found: String,
        /// Newest schema known to this build.
        known: String,
    },
    /// The schema says that it is complete, but something of it is not there.
    #[error(
        "the database {place} says that it has schema {found}, but the table `{table}` is not there: somebody changed it by hand, or a restore did not finish; restore a backup into an empty database"
    )]
    Incomplete {
        /// The database.
        place: Place,
        /// Newest schema in the database.
        found: String,
        /// The first table that is missing.
        table: String,
    },
    /// The database is one of some other program.
    #[error("the database {place} belongs to another program (it holds the table `{table}`); give another one")]
    Foreign {
        /// The database.
        place: Place,
        /// A table that is not ours.
        table: String,
    },
    /// The file is no database, or is damaged.
    #[error("the database {place} is damaged or is no database ({detail}); {mend}")]
    Corrupt {
        /// The database.
        place: Place,
        /// What the database said.
        detail: String,
        /// What to do about it.
        mend: &'static str,
    },
    /// The disk, or the quota, is full.
    #[error(
        "no room left for the database {place} ({detail}); nothing was written: make room on its disk and try again"
    )]
    Full {
        /// The database.
        place: Place,
        /// What the database said.
        detail: String,
    },
    /// The disk or the file may not be written, or the server is a copy that only reads.
    #[error("the database {place} cannot be written ({detail}); nothing was written: {mend}")]
    ReadOnly {
        /// The database.
        place: Place,
        /// What the database said.
        detail: String,
        /// What to check.
        mend: &'static str,
    },
    /// The file cannot be opened, or the disk answers with an error.
    #[error(
        "the disk failed under the database {place} ({detail}); nothing was written: check that the disk has room, that it works, and the rights of the folder"
    )]
    Io {
        /// The database or the lock file.
        place: Place,
        /// What the system said.
        detail: String,
    },
    /// The database did not take a setting on which durability depends.
    #[error("the database {place} did not accept `{name} = {wanted}` (it answers `{found}`); {mend}")]
    Setting {
        /// The database.
        place: Place,
        /// Name of the setting.
        name: &'static str,
        /// What was set.
        wanted: String,
        /// What was read back.
        found: String,
        /// What to do about it.
        mend: &'static str,
    },
    /// Another connection held the database for longer than the patience given at opening.
    #[error("the database {place} stays locked ({detail}); another program has it open: close that and try again")]
    Locked {
        /// The database.
        place: Place,
        /// What the database said.
        detail: String,
    },
    /// All numbers for processes on one database are taken.
    #[error("{most} processes have the database {place} open, more cannot be told apart; stop some of them")]
    Crowded {
        /// The database.
        place: Place,
        /// How many there may be.
        most: i64,
    },
    /// A migration failed; it was rolled back as a whole.
    #[error(
        "the schema of {place} could not be brought up to date ({detail}); the database is as it was: keep the old program and report this"
    )]
    Migration {
        /// The database.
        place: Place,
        /// What went wrong.
        detail: String,
    },
    /// Anything else the database said: a mistake in this program.
    #[error("the database {place} refused a statement ({detail}); nothing was written: please report this")]
    Statement {
        /// The database.
        place: Place,
        /// What the database said.
        detail: String,
    },
}

/// What to do about a database of which something can still be read.
pub(crate) const LOOK: &str = "keep a copy of it, run `draaiboek verify`, and restore the last backup";

/// Reads an error of sea-orm.
pub(crate) fn from_orm(place: &Place, error: &DbErr) -> StoreError {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => from_sqlx(place, inner),
        DbErr::ConnectionAcquire(error) if matches!(place, Place::Server(_)) => {
            StoreError::Unreachable { place: place.clone(), detail: error.to_string() }
        }
        other => StoreError::Statement { place: place.clone(), detail: other.to_string() },
    }
}

/// Reads an error of sqlx.
pub(crate) fn from_sqlx(place: &Place, error: &sqlx::Error) -> StoreError {
    match place {
        Place::File(_) => sqlite::error(place, error),
        Place::Server(_) => postgres::error(place, error),
    }
}

/// A schema that could not be brought up to date.
pub(crate) fn migration(place: &Place, error: &DbErr) -> StoreError {
    match from_orm(place, error) {
        StoreError::Statement { place, detail } => StoreError::Migration { place, detail },
        other => other,
    }
}
