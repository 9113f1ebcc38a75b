//! Opening a database on a server, to share it as a node or only to read.
//!
//! Lives here: settings of sessions, what is read back, bringing the schema up to date under a lock. May not live here:
//! rows.

use super::connection::Connection;
use super::node::Node;
use super::{MAKE_IT, error, is_lost};
use crate::error::{StoreError, from_orm, migration};
use crate::ids::Ids;
use crate::place::Place;
use crate::schema::Schema;
use crate::store::OpenOptions;
use draaiboek_migrations::{Migrator, MigratorTrait, settle};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Executor as _, Row as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use std::sync::Arc;
use std::time::Duration;

/// The lock under which the schema changes, one node at a time. Any number will do; this one spells "draai".
const SCHEMA_LOCK: i64 = 0x64_7261_6169;
/// How long the server may take to let somebody in.
const GREETING: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// The oldest server this works on.
const OLDEST: i64 = 130_000;

/// A database that is open.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) readers: DatabaseConnection,
    pub(crate) ids: Arc<Ids>,
    pub(crate) node: Arc<Node>,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    /// Renewing the lease, telling and hearing: nothing of it has to outlast the server.
    Attend,
}

/// Opens a database to share it: refuses what is not ours, brings the schema up to date, checks what durability rests
/// on, and joins the nodes.
pub(crate) async fn open(
    options: &PgConnectOptions,
    place: &Place,
    choices: &OpenOptions,
) -> Result<Opened, StoreError> {
    let options = with_defaults(options);
    let mut writer = connect(&options, Access::Write).await.map_err(|failure| error(place, &failure))?;
    read_back(&mut writer, place).await?;
    bring_up_to_date(&options, place, choices.create).await?;
    let ids = Arc::new(Ids::shared());
    let node = Node::start(&mut writer, options.clone(), place.clone(), Arc::clone(&ids)).await?;
    let readers = readers(&options, choices.readers.max(1));
    let connection = Connection::new(writer, options, place.clone(), choices.patience, Arc::clone(&node));
    Ok(Opened { connection, readers, ids, node })
}

/// Opens a database only for reading. The schema must be ours exactly.
pub(crate) async fn open_read_only(
    options: &PgConnectOptions,
    place: &Place,
) -> Result<DatabaseConnection, StoreError> {
    let options = with_defaults(options);
    let probe = connect(&options, Access::Read).await.map_err(|failure| error(place, &failure))?;
    drop(probe);
    let readers = readers(&options, 2);
    let found = schema(&readers, place).await?;
    if found.tables.is_empty() {
        return Err(StoreError::Missing { place: place.clone(), mend: MAKE_IT });
    }
    found.current(place)?;
    Ok(readers)
}

fn with_defaults(options: &PgConnectOptions) -> PgConnectOptions {
    options
        .clone()
        .application_name(options.get_application_name().unwrap_or("draaiboek"))
        .statement_cache_capacity(STATEMENTS)
        .disable_statement_logging()
}

/// One connection, with the settings of its session.
pub(super) async fn connect(options: &PgConnectOptions, access: Access) -> Result<PgConnection, sqlx::Error> {
    let reached = tokio::time::timeout(GREETING, async {
        let mut connection = options.connect().await?;
        prepare(&mut connection, access).await?;
        Ok(connection)
    });
    match reached.await {
        Ok(connection) => connection,
        Err(_) => {
            let detail = format!("no answer within {} s", GREETING.as_secs());
            Err(sqlx::Error::Io(std::io::Error::new(std::io::ErrorKind::TimedOut, detail)))
        }
    }
}

/// The settings of a session. `draaiboek.school` says whose rows it sees: all, until a transaction narrows it to one
/// school (see `read::Reader::within`).
pub(super) async fn prepare(connection: &mut PgConnection, access: Access) -> Result<(), sqlx::Error> {
    let common = "SET draaiboek.school = '*'; SET jit = off; SET search_path = public; SET lock_timeout = '10s'; \
         SET idle_in_transaction_session_timeout = '10s'; SET default_transaction_isolation = 'read committed'";
    connection.execute(common).await?;
    let own = match access {
        Access::Read => "SET default_transaction_read_only = on; SET statement_timeout = '60s'",
        // The statements of groups are large and always planned alike: planning them once is enough.
        Access::Attend => "SET synchronous_commit = off",
        Access::Write => "SET synchronous_commit = on; SET plan_cache_mode = force_generic_plan",
    };
    connection.execute(own).await.map(drop)
}

fn readers(options: &PgConnectOptions, connections: u32) -> DatabaseConnection {
    let pool = PgPoolOptions::new()
        .max_connections(connections)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(Duration::from_secs(10))
        .test_before_acquire(false)
        // One that lay idle may have broken meanwhile; asking each time would cost every query a round trip.
        .before_acquire(|connection, about| {
            Box::pin(async move {
                if about.idle_for < Duration::from_secs(1) {
                    return Ok(true);
                }
                match sqlx::Connection::ping(connection).await {
                    Ok(()) => Ok(true),
                    Err(failure) if is_lost(&failure) => Ok(false),
                    Err(failure) => Err(failure),
                }
            })
        })
        .after_connect(|connection, _| Box::pin(prepare(connection, Access::Read)))
        .connect_lazy_with(options.clone());
    pool.into()
}

/// One more connection that writes, for work that the prepared statements do not know.
pub(super) fn writing(options: &PgConnectOptions) -> DatabaseConnection {
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .after_connect(|connection, _| Box::pin(prepare(connection, Access::Write)))
        .connect_lazy_with(options.clone());
    pool.into()
}

/// Durability rests on these, and on nobody having switched them off on the server.
async fn read_back(connection: &mut PgConnection, place: &Place) -> Result<(), StoreError> {
    let wanted = [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("server_encoding", "UTF8"),
        ("draaiboek.school", "*"),
    ];
    let question = "SELECT name, coalesce(current_setting(name, true), '') FROM unnest($1::text[]) AS name \
         UNION ALL SELECT 'server_version_num', current_setting('server_version_num')";
    let names: Vec<String> = wanted.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rows = connection.fetch_all(sqlx::query(question).bind(names)).await;
    let rows = rows.map_err(|failure| error(place, &failure))?;
    let refuse = |name, wanted: String, found, mend| {
        Err(StoreError::Setting { place: place.clone(), name, wanted, found, mend })
    };
    for row in rows {
        let pair = row.try_get::<String, _>(0).and_then(|name| Ok((name, row.try_get::<String, _>(1)?)));
        let (name, found) = pair.map_err(|failure| error(place, &failure))?;
        if name == "server_version_num" && found.parse::<i64>().is_ok_and(|version| version < OLDEST) {
            return refuse("server_version_num", format!("{OLDEST} or more"), found, "update the server");
        }
        if let Some((name, wanted)) = wanted.iter().find(|(known, wanted)| *known == name && *wanted != found) {
            return refuse(name, (*wanted).to_owned(), found, "set it so on the server");
        }
    }
    Ok(())
}

/// Applies the migrations that are missing, in one transaction and one node at a time.
async fn bring_up_to_date(options: &PgConnectOptions, place: &Place, create: bool) -> Result<(), StoreError> {
    let database = writing(options);
    let orm = |failure| from_orm(place, &failure);
    let found = schema(&database, place).await?;
    found.known(place)?;
    if found.tables.is_empty() && !create {
        return Err(StoreError::Missing { place: place.clone(), mend: MAKE_IT });
    }
    if !found.is_current() {
        let transaction = database.begin().await.map_err(orm)?;
        let lock = format!("SELECT pg_advisory_xact_lock({SCHEMA_LOCK})");
        transaction.execute_unprepared(&lock).await.map_err(orm)?;
        // Who waited for the lock finds it done. Doing it over would lock tables that the other one reads by now.
        let done = match schema(&transaction, place).await?.is_current() {
            true => Ok(()),
            false => match Migrator::up(&transaction, None).await {
                Ok(()) => settle(&transaction).await,
                failed => failed,
            },
        };
        match done {
            Ok(()) => transaction.commit().await.map_err(|failure| migration(place, &failure))?,
            Err(failure) => {
                let _ = transaction.rollback().await;
                return Err(migration(place, &failure));
            }
        }
    }
    let _ = database.close().await;
    Ok(())
}

/// Asks an open database whether its schema is ours exactly.
pub(crate) async fn current(database: &DatabaseConnection, place: &Place) -> Result<(), StoreError> {
    schema(database, place).await?.current(place)
}

/// What tells whose database it is.
async fn schema(database: &impl ConnectionTrait, place: &Place) -> Result<Schema, StoreError> {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";
    let tables = column(database, place, tables).await?;
    let applied = match tables.iter().any(|name| name == Schema::TABLE) {
        true => column(database, place, "SELECT version::text FROM seaql_migrations ORDER BY version").await?,
        false => Vec::new(),
    };
    Ok(Schema { tables, applied })
}

async fn column(database: &impl ConnectionTrait, place: &Place, text: &'static str) -> Result<Vec<String>, StoreError> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Postgres, text)).await;
    let rows = rows.map_err(|failure| from_orm(place, &failure))?;
    let values = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
    values.map_err(|failure| from_orm(place, &failure))
}
