//! Opening an SQLite file, alone for writing or beside others for reading.
//!
//! Lives here: the lock file, settings that are read back, schema versions. May not live here: rows.

use super::Connection;
use super::header::{explain, has_content, refuse_wreck};
use super::process::count_no_memory;
use crate::error::{StoreError, from_orm, from_sqlx, migration};
use crate::ids::Ids;
use crate::place::Place;
use crate::schema::Schema;
use crate::store::OpenOptions;
use draaiboek_migrations::{Edition, OWN};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteRow, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions as _, Row as _};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use std::fs::{File, OpenOptions as FileOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What to check when a file cannot be written.
pub(super) const RIGHTS: &str = "check the rights of the file, its folder and its disk";
/// What to do about a file that is not there.
const MAKE_IT: &str = "check the path, or create one with `draaiboek demo` or `draaiboek start`";

/// An open file.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) readers: DatabaseConnection,
    pub(crate) ids: Ids,
    /// Held for as long as the store lives; the system lets go of it when the process dies.
    pub(crate) lock: File,
}

/// Opens a file for writing: takes the lock, refuses what is not ours, brings the schema up to date, sets what
/// durability needs and reads it back.
pub(crate) async fn open(path: &Path, options: &OpenOptions) -> Result<Opened, StoreError> {
    refuse_wreck(path)?;
    begin(path, options).await.map_err(|error| explain(path, error))
}

async fn begin(path: &Path, options: &OpenOptions) -> Result<Opened, StoreError> {
    let place = Place::File(path.to_owned());
    let fresh = !has_content(path);
    if fresh && !options.create {
        return Err(StoreError::Missing { place, mend: MAKE_IT });
    }
    let lock = lock(path)?;
    let readers = match fresh {
        true => None,
        false => old(path, &place, options).await?,
    };
    if readers.is_none() {
        bring_up_to_date(path, &place, options).await?;
    }
    let writer = settings(SqliteConnectOptions::new(), path, Access::Write, options).disable_statement_logging();
    let writer = writer.connect().await.map_err(|error| from_sqlx(&place, &error))?;
    let mut connection = Connection::new(writer, place.clone());
    let ids = read_back(&place, &mut connection, options.patience).await?;
    let readers = match readers {
        Some(readers) => readers,
        None => connect(path, options.readers.max(1), Access::Read, options).await?,
    };
    Ok(Opened { connection, readers, ids, lock })
}

/// Looks at a file that is there, without writing: refuses what is not ours. Gives the connections that read when the
/// schema is up to date.
async fn old(path: &Path, place: &Place, options: &OpenOptions) -> Result<Option<DatabaseConnection>, StoreError> {
    let readers = connect(path, options.readers.max(1), Access::Read, options).await?;
    let found = schema(place, &readers).await;
    let current =
        found.and_then(|found| found.known(place, &options.edition).map(|()| found.is_current(&options.edition)));
    if !matches!(current, Ok(true)) {
        let _ = readers.close_by_ref().await;
    }
    current.map(|current| current.then_some(readers))
}

/// Applies the migrations that are missing, all in one transaction: a process that dies in between leaves the file as it
/// was, and the next one begins anew.
async fn bring_up_to_date(path: &Path, place: &Place, options: &OpenOptions) -> Result<(), StoreError> {
    let writer = connect(path, 1, Access::Write, options).await?;
    let transaction = writer.begin().await.map_err(|error| from_orm(place, &error))?;
    let applied = match options.edition.apply(&transaction).await {
        Ok(()) => transaction.commit().await.map_err(|error| migration(place, &error)),
        Err(error) => {
            let _ = transaction.rollback().await;
            Err(migration(place, &error))
        }
    };
    let _ = writer.close().await;
    applied
}

/// Opens a file only for reading, also while another process writes it.
pub(crate) async fn open_read_only(path: &Path) -> Result<DatabaseConnection, StoreError> {
    refuse_wreck(path)?;
    begin_reading(path).await.map_err(|error| explain(path, error))
}

async fn begin_reading(path: &Path) -> Result<DatabaseConnection, StoreError> {
    let place = Place::File(path.to_owned());
    if !has_content(path) {
        return Err(StoreError::Missing { place, mend: MAKE_IT });
    }
    let readers = connect(path, 2, Access::Read, &OpenOptions::default()).await?;
    schema(&place, &readers).await?.current(&place, &OWN)?;
    Ok(readers)
}

/// Asks an open file whether a version can work with its schema as it is.
pub(crate) async fn current(database: &DatabaseConnection, place: &Place, edition: &Edition) -> Result<(), StoreError> {
    schema(place, database).await?.current(place, edition)
}

/// One more connection that writes, for work that the prepared statements do not know. The lock must be held.
pub(crate) async fn writing(path: &Path) -> Result<DatabaseConnection, StoreError> {
    connect(path, 1, Access::Write, &OpenOptions::default()).await
}

/// What a connection may do.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

fn io_error(path: &Path, error: &std::io::Error) -> StoreError {
    let (place, detail) = (Place::File(path.to_owned()), error.to_string());
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full { place, detail },
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { place, detail, mend: RIGHTS }
        }
        _ => StoreError::Io { place, detail },
    }
}

/// Takes the lock file beside the database and writes the process number into it for the message to others.
fn lock(path: &Path) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock = PathBuf::from(name);
    let mut file = FileOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&lock)
        .map_err(|error| io_error(&lock, &error))?;
    match file.try_lock() {
        Ok(()) => {
            // Only a help for the message: a full disk shall speak up when there is something to store.
            let _ = file.set_len(0);
            let _ = file.rewind();
            let _ = writeln!(file, "{}", std::process::id());
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let known = holder.trim().parse::<u32>();
            let holder = known.map(|id| format!(" (process {id})")).unwrap_or_default();
            Err(StoreError::InUse { place: Place::File(path.to_owned()), lock, holder })
        }
        Err(TryLockError::Error(error)) => Err(io_error(&lock, &error)),
    }
}

async fn connect(
    path: &Path,
    connections: u32,
    access: Access,
    choices: &OpenOptions,
) -> Result<DatabaseConnection, StoreError> {
    count_no_memory();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(connections)
        .min_connections(0)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(60))
        .sqlx_logging(false);
    let (file, choices) = (path.to_owned(), choices.clone());
    options.map_sqlx_sqlite_opts(move |defaults| settings(defaults, &file, access, &choices));
    let place = Place::File(path.to_owned());
    Database::connect(options).await.map_err(|error| from_orm(&place, &error))
}

fn settings(
    defaults: SqliteConnectOptions,
    path: &Path,
    access: Access,
    choices: &OpenOptions,
) -> SqliteConnectOptions {
    let common =
        defaults.in_memory(false).shared_cache(false).filename(path).busy_timeout(choices.patience).foreign_keys(true);
    match access {
        Access::Read => common.read_only(true).create_if_missing(false).row_buffer_size(256),
        Access::Write => {
            let writer = common
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .statement_cache_capacity(54)
                .pragma("cache_size", "-8192");
            match choices.max_pages {
                Some(pages) => writer.pragma("max_page_count", pages.to_string()),
                None => writer,
            }
        }
    }
}

/// Durability rests on these; SQLite ignores a setting it does not know or cannot grant, so each is read back. Gives
/// numbers that go on above the highest of every table.
async fn read_back(place: &Place, connection: &mut Connection, patience: Duration) -> Result<Ids, StoreError> {
    let wanted = [
        ("journal_mode", "wal".to_owned()),
        ("synchronous", "2".to_owned()),
        ("foreign_keys", "1".to_owned()),
        ("busy_timeout", patience.as_millis().to_string()),
    ];
    let ids = Ids::default();
    let settings: String = wanted.iter().map(|(name, _)| format!("PRAGMA {name};")).collect();
    let rows = connection.ask(format!("{settings}SELECT {}", ids.highest())).await?;
    for (position, (name, wanted)) in wanted.into_iter().enumerate() {
        let found = rows.get(position).map(shown).unwrap_or_default();
        if found != wanted {
            return Err(StoreError::Setting {
                place: place.clone(),
                name,
                wanted,
                found,
                mend: "move it to a local disk",
            });
        }
    }
    for (column, (.., counter)) in ids.counters().into_iter().enumerate() {
        let highest = rows.last().map_or(Ok(0), |row| row.try_get(column));
        counter.store(highest.map_err(|error| from_sqlx(place, &error))?, Ordering::Relaxed);
    }
    Ok(ids)
}

/// The first value of a row, which is text or a number.
fn shown(row: &SqliteRow) -> String {
    let number = row.try_get::<i64, _>(0).map(|number| number.to_string());
    number.or_else(|_| row.try_get(0)).unwrap_or_default()
}

/// What tells whose database it is.
async fn schema(place: &Place, database: &DatabaseConnection) -> Result<Schema, StoreError> {
    let tables = column(place, database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").await?;
    let applied = match tables.iter().any(|name| name == Schema::TABLE) {
        true => column(place, database, "SELECT version FROM seaql_migrations ORDER BY version").await?,
        false => Vec::new(),
    };
    let newer = applied.last().is_some_and(|last| *last > OWN.newest());
    let oldest = match newer && tables.iter().any(|name| name == Schema::SETTINGS) {
        true => column(place, database, &Schema::asking_oldest()).await?.pop(),
        false => None,
    };
    Ok(Schema { tables, applied, oldest })
}

async fn column(place: &Place, database: &DatabaseConnection, text: &str) -> Result<Vec<String>, StoreError> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Sqlite, text)).await;
    let rows = rows.map_err(|error| from_orm(place, &error))?;
    let values = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
    values.map_err(|error| from_orm(place, &error))
}
