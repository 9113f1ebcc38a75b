//! An open database: one connection that writes, some that read, the numbers of new rows.
//!
//! Lives here: opening and closing of either kind. May not live here: what only one kind needs, rows.

use crate::archive::{ArchiveError, Unpacked, unpack};
use crate::changes::Changes;
use crate::error::{StoreError, from_orm};
use crate::faults::Faults;
use crate::ids::Ids;
use crate::meter::Meter;
use crate::place::{Address, Place};
use crate::postgres::{self, Node};
use crate::read::Reader;
use crate::sqlite;
use crate::write::Connection;
use draaiboek_migrations::{Edition, OWN};
use std::fs::File;
use std::io::BufRead;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Choices at opening.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Whether a database that is not there is made; on a server: whether an empty one gets the tables. Default: yes.
    pub create: bool,
    /// Connections that read beside the writer. Default: 4.
    pub readers: u32,
    /// Upper bound of a file in pages of 4,096 bytes, or no bound. The settings of SQLite know it as `max_page_count`.
    pub max_pages: Option<u32>,
    /// How long a connection waits: for a lock that another program holds, and for a server that went away. Default:
    /// 5 seconds.
    pub patience: Duration,
    /// Faults on purpose, for a simulation. Default: none.
    pub faults: Option<Arc<dyn Faults>>,
    /// The schema that is worked on. Default: that of this build; a test of updates gives that of a version to come.
    pub edition: Edition,
}

impl Default for OpenOptions {
    fn default() -> Self {
        let patience = Duration::from_secs(5);
        Self { create: true, readers: 4, max_pages: None, patience, faults: None, edition: OWN }
    }
}

/// An open database. A file belongs to one process; see [`Store::open_read_only`] for the others. A database on a server
/// may be open in many.
pub struct Store {
    pub(crate) connection: Mutex<Connection>,
    reader: Reader,
    ids: Arc<Ids>,
    pub(crate) groups: AtomicU64,
    pub(crate) doors: AtomicU64,
    pub(crate) changes: Changes,
    pub(crate) faults: Option<Arc<dyn Faults>>,
    meter: Meter,
    kind: Kind,
}

/// What each kind of database needs for as long as it is open.
enum Kind {
    /// The file, and the lock beside it.
    File { path: PathBuf, _lock: File },
    /// This process among those that share the database, and its connection for claims.
    Server { node: Arc<Node>, claiming: Box<Mutex<postgres::Connection>> },
}

impl std::fmt::Debug for Store {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Store").field("place", self.place()).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a database for writing: refuses what is not ours, brings the schema up to date, sets what durability needs
    /// and reads it back. `address` is a path, `sqlite:` followed by one, or `postgres://user:password@host:port/name`.
    ///
    /// # Errors
    /// Any [`StoreError`]; each names the database and the mend.
    pub async fn open(address: &str, options: OpenOptions) -> Result<Self, StoreError> {
        let address = Address::read(address)?;
        let place = address.place();
        let (connection, readers, ids, kind) = match address {
            Address::File(path) => {
                // Boxed, and so is the other: opening is a deep nest of futures, and callers nest theirs around it.
                let opened = Box::pin(sqlite::open(&path, &options)).await?;
                let connection = Connection::File(Box::new(opened.connection));
                (connection, opened.readers, Arc::new(opened.ids), Kind::File { path, _lock: opened.lock })
            }
            Address::Server(server) => {
                let opened = Box::pin(postgres::open(&server, &place, &options)).await?;
                let connection = Connection::Server(Box::new(opened.connection));
                let kind = Kind::Server { node: opened.node, claiming: Box::new(Mutex::new(opened.claiming)) };
                (connection, opened.readers, opened.ids, kind)
            }
        };
        let reader = Reader::new(readers, place, options.edition);
        Ok(Self {
            connection: Mutex::new(connection),
            reader,
            ids,
            groups: AtomicU64::new(0),
            doors: AtomicU64::new(0),
            changes: Changes::default(),
            faults: options.faults,
            meter: Meter::default(),
            kind,
        })
    }

    /// Opens a database only for reading, also while another process writes it. The schema must be ours, or one that a newer
    /// program made for both.
    ///
    /// # Errors
    /// [`StoreError::Missing`], [`StoreError::NewerSchema`], [`StoreError::OlderSchema`], [`StoreError::Foreign`],
    /// [`StoreError::Corrupt`], [`StoreError::Io`], [`StoreError::Unreachable`], [`StoreError::SignIn`].
    pub async fn open_read_only(address: &str) -> Result<Reader, StoreError> {
        let address = Address::read(address)?;
        let place = address.place();
        let readers = match address {
            Address::File(path) => sqlite::open_read_only(&path).await?,
            Address::Server(server) => postgres::open_read_only(&server, &place).await?,
        };
        Ok(Reader::new(readers, place, OWN))
    }

    /// How many groups of turns were committed since it was opened.
    #[must_use]
    pub fn groups(&self) -> u64 {
        self.groups.load(Ordering::Relaxed)
    }

    /// How many changes of accounts, sessions and schools were made since it was opened.
    #[must_use]
    pub fn door_changes(&self) -> u64 {
        self.doors.load(Ordering::Acquire)
    }

    /// What it counts of itself.
    #[must_use]
    pub fn meter(&self) -> &Meter {
        &self.meter
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

    /// Where it is, in words that may be shown.
    #[must_use]
    pub fn place(&self) -> &Place {
        self.reader.place()
    }

    /// Takes an archive in (that of a `whole` database, or of one school), all of it or nothing, and closes the database.
    ///
    /// # Errors
    /// [`ArchiveError`]; nothing is changed then.
    pub async fn unpack(self, whole: bool, archive: &mut (dyn BufRead + Send)) -> Result<Unpacked, ArchiveError> {
        let database = match &self.kind {
            Kind::File { path, .. } => sqlite::writing(path).await?,
            Kind::Server { node, .. } => node.writing(),
        };
        let unpacked = unpack(self.place(), &self.ids, &database, whole, archive).await;
        let closed = database.close().await.map_err(|error| from_orm(self.place(), &error));
        let unpacked = unpacked?;
        closed?;
        Ok(unpacked)
    }

    /// Asks the database to check itself; an empty list means that nothing is wrong.
    ///
    /// # Errors
    /// [`StoreError`] when it cannot be read at all.
    pub async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.reader.integrity_check().await
    }

    /// This process among those that share the database; `None` when a file leaves no room for others.
    pub(crate) fn node(&self) -> Option<&Arc<Node>> {
        match &self.kind {
            Kind::File { .. } => None,
            Kind::Server { node, .. } => Some(node),
        }
    }

    /// The connection for claims; `None` where nobody else could take the work.
    pub(crate) fn claiming(&self) -> Option<&Mutex<postgres::Connection>> {
        match &self.kind {
            Kind::File { .. } => None,
            Kind::Server { claiming, .. } => Some(claiming),
        }
    }
}
