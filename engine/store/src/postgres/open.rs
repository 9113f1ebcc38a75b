//! Opening a database on a server, to share it as a node or only to read.
//!
//! Lives here: settings of sessions, what is read back, bringing the schema up to date under a lock. May not live here:
//! rows.

use super::connection::Connection;
use super::node::Node;
use super::{FILL_IT, error, is_lost};
use crate::error::{StoreError, from_orm, migration};
use crate::ids::Ids;
use crate::place::Place;
use crate::schema::Schema;
use crate::store::OpenOptions;
use draaiboek_migrations::{EDITIONS, Edition, OWN};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Executor as _, Row as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use std::sync::Arc;
use std::time::Duration;

/// The lock under which the schema changes, one node at a time. Any number will do; this one spells "draai".
const SCHEMA_LOCK: i64 = 0x64_7261_6169;
/// How long the server may take to let somebody in.
const GREETING: Duration = Duration::from_secs(5);
/// How long a migration waits for a table that others use. Whoever comes after it waits as long, so it is far less than a
/// lease.
const WAIT: Duration = Duration::from_millis(500);
/// How often it is tried, and after which pause: some fifteen seconds.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(250);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// The oldest server this works on.
const OLDEST: i64 = 130_000;

/// A database that is open.
pub(crate) struct Opened {
    pub(crate) connection: Connection,
    pub(crate) claiming: Connection,
    pub(crate) readers: DatabaseConnection,
    pub(crate) ids: Arc<Ids>,
    pub(crate) node: Arc<Node>,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
    /// Taking work: whoever takes it again after the server broke down finds what was done with it.
    Claim,
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
    bring_up_to_date(&options, place, choices).await?;
    let ids = Arc::new(Ids::shared());
    let node = Node::start(&mut writer, options.clone(), place.clone(), Arc::clone(&ids), choices.edition).await?;
    let readers = readers(&options, choices.readers.max(1));
    let connect = |inner, access| {
        Connection::new(inner, options.clone(), access, place.clone(), choices.patience, Arc::clone(&node))
    };
    let (connection, claiming) = (connect(Some(writer), Access::Write), connect(None, Access::Claim));
    Ok(Opened { connection, claiming, readers, ids, node })
}

/// Opens a database only for reading.
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
        return Err(StoreError::Missing { place: place.clone(), mend: FILL_IT });
    }
    found.current(place, &OWN)?;
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
        Access::Attend => "SET synchronous_commit = off",
        // The statements of groups are large and always planned alike: planning them once is enough. So are claims.
        Access::Write => "SET synchronous_commit = on; SET plan_cache_mode = force_generic_plan",
        Access::Claim => "SET synchronous_commit = off; SET plan_cache_mode = force_generic_plan",
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

/// Applies the migrations that are missing, one node at a time.
async fn bring_up_to_date(options: &PgConnectOptions, place: &Place, choices: &OpenOptions) -> Result<(), StoreError> {
    let database = writing(options);
    let found = schema(&database, place).await?;
    found.known(place, &choices.edition)?;
    if found.tables.is_empty() && !choices.create {
        return Err(StoreError::Missing { place: place.clone(), mend: FILL_IT });
    }
    if !found.is_current(&choices.edition) {
        let mut tries = 0;
        loop {
            tries += 1;
            match migrate(&database, place, &choices.edition).await {
                // Nodes of the version before are at work: they go first.
                Err(StoreError::Locked { .. }) if tries < TRIES => tokio::time::sleep(PAUSE).await,
                done => break done?,
            }
        }
    }
    let _ = database.close().await;
    Ok(())
}

/// Applies the migrations that are missing, in one transaction.
async fn migrate(database: &DatabaseConnection, place: &Place, edition: &Edition) -> Result<(), StoreError> {
    let orm = |failure| from_orm(place, &failure);
    let transaction = database.begin().await.map_err(orm)?;
    let lock =
        format!("SELECT pg_advisory_xact_lock({SCHEMA_LOCK}); SET LOCAL lock_timeout = '{}ms'", WAIT.as_millis());
    transaction.execute_unprepared(&lock).await.map_err(orm)?;
    // Who waited for the lock finds it done. Doing it over would lock tables that the other one reads by now.
    let found = schema(&transaction, place).await?;
    let done = match found.is_current(edition) {
        true => found.known(place, edition),
        false => change(&transaction, place, edition, &found).await,
    };
    match done {
        Ok(()) => transaction.commit().await.map_err(|failure| migration(place, &failure)),
        failed => {
            let _ = transaction.rollback().await;
            failed
        }
    }
}

/// Changes the schema, unless programs are at work that could not go on with it.
async fn change(
    transaction: &DatabaseTransaction,
    place: &Place,
    edition: &Edition,
    found: &Schema,
) -> Result<(), StoreError> {
    // Before any table is locked; in an older database no node says what it knows.
    if found.applied.iter().any(|version| version == EDITIONS) {
        nobody_too_old(transaction, place, edition).await?;
    }
    edition.apply(transaction).await.map_err(|failure| migration(place, &failure))?;
    // From here until the end of the transaction nobody joins.
    let lock = "LOCK TABLE node IN SHARE ROW EXCLUSIVE MODE";
    transaction.execute_unprepared(lock).await.map_err(|failure| from_orm(place, &failure))?;
    nobody_too_old(transaction, place, edition).await
}

/// Refuses when programs are at work that the schema of this version leaves behind.
async fn nobody_too_old(database: &impl ConnectionTrait, place: &Place, edition: &Edition) -> Result<(), StoreError> {
    let question = format!(
        "SELECT knows FROM node WHERE until > clock_timestamp() AND knows < '{}' ORDER BY knows",
        edition.oldest
    );
    let older = column(database, place, &question).await?;
    match older.first() {
        None => Ok(()),
        Some(knows) => Err(StoreError::OlderNodes {
            place: place.clone(),
            nodes: older.len(),
            knows: knows.clone(),
            found: edition.newest(),
        }),
    }
}

/// Asks an open database whether a version can work with its schema as it is.
pub(crate) async fn current(database: &DatabaseConnection, place: &Place, edition: &Edition) -> Result<(), StoreError> {
    schema(database, place).await?.current(place, edition)
}

/// What tells whose database it is.
async fn schema(database: &impl ConnectionTrait, place: &Place) -> Result<Schema, StoreError> {
    let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename";
    let tables = column(database, place, tables).await?;
    let applied = match tables.iter().any(|name| name == Schema::TABLE) {
        true => column(database, place, "SELECT version::text FROM seaql_migrations ORDER BY version").await?,
        false => Vec::new(),
    };
    let oldest = match tables.iter().any(|name| name == Schema::SETTINGS) && !applied.is_empty() {
        true => column(database, place, &Schema::asking_oldest()).await?.pop(),
        false => None,
    };
    Ok(Schema { tables, applied, oldest })
}

async fn column(database: &impl ConnectionTrait, place: &Place, text: &str) -> Result<Vec<String>, StoreError> {
    let rows = database.query_all_raw(Statement::from_string(DbBackend::Postgres, text)).await;
    let rows = rows.map_err(|failure| from_orm(place, &failure))?;
    let values = rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>();
    values.map_err(|failure| from_orm(place, &failure))
}
