//! Opening a database, alone for writing or beside others for reading.
//!
//! Lives here: addresses, the lock file, settings that are read back, schema versions. May not live here: rows.

use crate::connection::Connection;
use crate::error::{StoreError, from_orm, from_sqlx};
use crate::ids::Ids;
use crate::read::Reader;
use draaiboek_migrations::{Migrator, MigratorTrait, known_versions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use std::fs::{File, OpenOptions as FileOptions, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Choices at opening.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Whether a database that is not there is made. Default: yes.
    pub create: bool,
    /// Connections that read beside the writer. Default: 4.
    pub readers: u32,
    /// Upper bound of the file in pages of 4,096 bytes, or no bound. The settings of SQLite know it as `max_page_count`.
    pub max_pages: Option<u32>,
    /// How long a connection waits for a lock that another program holds on the file. Default: 5 seconds.
    pub patience: Duration,
}

impl Default for OpenOptions {
    fn default() -> Self {
        Self { create: true, readers: 4, max_pages: None, patience: Duration::from_secs(5) }
    }
}

/// An open database. Only one process has it; see [`Store::open_read_only`] for the others.
pub struct Store {
    pub(crate) connection: Mutex<Connection>,
    reader: Reader,
    ids: Ids,
    path: PathBuf,
    pub(crate) groups: AtomicU64,
    /// Held for as long as the store lives; the system lets go of it when the process dies.
    _lock: File,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a database for writing: takes the lock, refuses what is not ours, brings the schema up to date, sets what
    /// durability needs and reads it back. `address` is a path, or `sqlite:` followed by one.
    ///
    /// # Errors
    /// Any [`StoreError`]; each names the path and the mend.
    pub async fn open(address: &str, options: OpenOptions) -> Result<Self, StoreError> {
        let path = path_of(address)?;
        let fresh = !has_content(&path);
        if fresh && !options.create {
            return Err(StoreError::Missing { path });
        }
        let lock = lock(&path)?;
        if !fresh {
            let probe = connect(&path, 1, Access::Read, &options).await?;
            let checked = schema(&path, &probe).await;
            let _ = probe.close().await;
            checked?;
        }
        let writer = connect(&path, 1, Access::Write, &options).await?;
        Migrator::up(&writer, None).await.map_err(|error| migration(&path, &error))?;
        let pooled = writer.get_sqlite_connection_pool().acquire().await;
        let pooled = pooled.map_err(|error| from_sqlx(&path, &error))?;
        let mut connection = Connection::new(pooled.detach(), path.clone());
        read_back(&path, &mut connection, options.patience).await?;
        let ids = highest(&mut connection).await?;
        let readers = connect(&path, options.readers.max(1), Access::Read, &options).await?;
        let reader = Reader::new(readers, path.clone());
        Ok(Self { connection: Mutex::new(connection), reader, ids, path, groups: AtomicU64::new(0), _lock: lock })
    }

    /// Opens a database only for reading, also while another process writes it. The schema must be ours exactly.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::NewerSchema`], [`StoreError::OlderSchema`], [`StoreError::Foreign`],
    /// [`StoreError::Corrupt`], [`StoreError::Io`].
    pub async fn open_read_only(address: &str) -> Result<Reader, StoreError> {
        let path = path_of(address)?;
        if !has_content(&path) {
            return Err(StoreError::Missing { path });
        }
        let readers = connect(&path, 2, Access::Read, &OpenOptions::default()).await?;
        let found = schema(&path, &readers).await?;
        let known = newest(&known_versions());
        if found != known {
            return Err(StoreError::OlderSchema { path, found, known });
        }
        Ok(Reader::new(readers, path))
    }

    /// How many groups of turns were committed since it was opened.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }

    /// The read queries. They see everything that was committed before they started.
    #[must_use]
    pub fn read(&self) -> &Reader {
        &self.reader
    }

    /// The numbers for new rows.
    #[must_use]
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Asks SQLite to check every page and index; an empty list means that nothing is wrong.
    ///
    /// # Errors
    /// [`StoreError`] when the file cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.reader.integrity_check().await
    }
}

/// What a connection may do.
#[derive(Clone, Copy)]
enum Access {
    Read,
    Write,
}

fn path_of(address: &str) -> Result<PathBuf, StoreError> {
    let refuse = |reason| Err(StoreError::Address { url: address.to_owned(), reason });
    let path = address.strip_prefix("sqlite://").or_else(|| address.strip_prefix("sqlite:")).unwrap_or(address);
    if path.contains("://") {
        return refuse("only SQLite files are known");
    }
    match path {
        "" => refuse("the path is empty"),
        ":memory:" => refuse("a database in memory does not survive"),
        path if path.contains('?') => refuse("parameters after `?` are not known"),
        path => Ok(PathBuf::from(path)),
    }
}

fn has_content(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0)
}

fn io_error(path: &Path, error: &std::io::Error) -> StoreError {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
            StoreError::Full { path: path.to_owned(), detail: error.to_string() }
        }
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path: path.to_owned(), detail: error.to_string() }
        }
        _ => StoreError::Io { path: path.to_owned(), detail: error.to_string() },
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
            Err(StoreError::InUse { path: path.to_owned(), lock, holder })
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
    Database::connect(options).await.map_err(|error| from_orm(path, &error))
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
                .statement_cache_capacity(48)
                .pragma("cache_size", "-8192");
            match choices.max_pages {
                Some(pages) => writer.pragma("max_page_count", pages.to_string()),
                None => writer,
            }
        }
    }
}

/// Durability rests on these; SQLite ignores a setting it does not know or cannot grant, so each is read back.
async fn read_back(path: &Path, connection: &mut Connection, patience: Duration) -> Result<(), StoreError> {
    let wanted = [
        ("journal_mode", "PRAGMA journal_mode", "wal".to_owned()),
        ("synchronous", "PRAGMA synchronous", "2".to_owned()),
        ("foreign_keys", "PRAGMA foreign_keys", "1".to_owned()),
        ("busy_timeout", "PRAGMA busy_timeout", patience.as_millis().to_string()),
    ];
    for (name, question, wanted) in wanted {
        let found = connection.value(question).await?;
        if found != wanted {
            return Err(StoreError::Setting { path: path.to_owned(), name, wanted, found });
        }
    }
    Ok(())
}

/// The highest number of every table.
async fn highest(connection: &mut Connection) -> Result<Ids, StoreError> {
    let ids = Ids::default();
    let tables = [
        ("SELECT max(pk) FROM instance", &ids.instance),
        ("SELECT max(id) FROM journal", &ids.journal),
        ("SELECT max(id) FROM contribution", &ids.contribution),
        ("SELECT max(id) FROM step_run", &ids.step_run),
        ("SELECT max(id) FROM task", &ids.task),
        ("SELECT max(id) FROM timer", &ids.timer),
        ("SELECT max(id) FROM outbox", &ids.outbox),
        ("SELECT max(id) FROM incident", &ids.incident),
        ("SELECT max(id) FROM artifact", &ids.artifact),
    ];
    for (question, counter) in tables {
        let highest = connection.value(question).await?;
        counter.store(highest.parse().unwrap_or(0), Ordering::Relaxed);
    }
    Ok(ids)
}

fn newest(versions: &[String]) -> String {
    versions.last().cloned().unwrap_or_default()
}

/// The newest schema in a database that has content; refuses newer ones and databases of others.
async fn schema(path: &Path, database: &DatabaseConnection) -> Result<String, StoreError> {
    let tables = column(path, database, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").await?;
    if tables.is_empty() {
        return Ok(String::new());
    }
    if !tables.iter().any(|name| name == "seaql_migrations") {
        return Err(StoreError::Foreign { path: path.to_owned(), table: newest(&tables) });
    }
    let applied = column(path, database, "SELECT version FROM seaql_migrations ORDER BY version").await?;
    let known = known_versions();
    if applied.iter().any(|version| !known.contains(version)) {
        return Err(StoreError::NewerSchema { path: path.to_owned(), found: newest(&applied), known: newest(&known) });
    }
    Ok(newest(&applied))
}

async fn column(path: &Path, database: &DatabaseConnection, text: &'static str) -> Result<Vec<String>, StoreError> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Sqlite, text)).await;
    let rows = rows.map_err(|error| from_orm(path, &error))?;
    let values = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
    values.map_err(|error| from_orm(path, &error))
}

fn migration(path: &Path, error: &sea_orm::DbErr) -> StoreError {
    match from_orm(path, error) {
        StoreError::Statement { path, detail } => StoreError::Migration { path, detail },
        other => other,
    }
}
