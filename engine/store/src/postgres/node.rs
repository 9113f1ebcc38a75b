//! This process among those that share the database. A node is a row with a token, a number and the end of its lease by
//! the clock of the database. It renews the lease several times before it ends; whose lease has ended is taken off the
//! list by the others, and with its row everything it had claimed is free. A node that was only asleep finds that its
//! token is not listed, before any of its writes: it joins again under a new one.
//!
//! Lives here: joining, renewing, leaving, waking. May not live here: claims, what nodes do.

use super::open::{Access, connect, prepare, writing};
use super::{error, sql};
use crate::error::StoreError;
use crate::ids::{Ids, NODE_BITS};
use crate::place::Place;
use draaiboek_migrations::{Edition, OLDEST};
use sea_orm::DatabaseConnection;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPoolOptions, PgRow};
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, Executor as _, Row as _};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{Notify, broadcast};
use tokio::time::Instant;

/// How long a node is taken to be there after it renewed its lease.
const LEASE: Duration = Duration::from_secs(3);
/// How often it does.
const BEAT: Duration = Duration::from_millis(700);
/// How long the server may take over it.
const ANSWER: Duration = Duration::from_secs(2);
/// How long changes are gathered before the others are told.
const GATHER: Duration = Duration::from_millis(25);
/// Instances in one notification: their ids have 200 letters at the most, and the server takes 8,000 bytes.
const TOGETHER: usize = 32;
/// Changes that a slow listener may fall behind.
const BACKLOG: usize = 1_024;
/// Numbers that several processes grabbed at once are tried anew.
const TRIES: u32 = 50;

/// This process.
pub(crate) struct Node {
    token: AtomicI64,
    ids: Arc<Ids>,
    place: Place,
    options: PgConnectOptions,
    edition: Edition,
    woken: Notify,
    /// Instances that were changed here, of which the others have not been told yet.
    news: Mutex<BTreeSet<String>>,
    changed: Notify,
    /// Instances that others changed.
    elsewhere: broadcast::Sender<String>,
    /// Whether it took itself off the list and stays off until it writes again.
    left: AtomicBool,
}

impl Node {
    /// Joins the nodes of a database, and stays one until the last holder drops it.
    pub(super) async fn start(
        connection: &mut PgConnection,
        options: PgConnectOptions,
        place: Place,
        ids: Arc<Ids>,
        edition: Edition,
    ) -> Result<Arc<Self>, StoreError> {
        let node = Arc::new(Self {
            token: AtomicI64::new(0),
            ids,
            place,
            options,
            edition,
            woken: Notify::new(),
            news: Mutex::default(),
            changed: Notify::new(),
            elsewhere: broadcast::Sender::new(BACKLOG),
            left: AtomicBool::new(false),
        });
        node.join(connection).await?;
        tokio::spawn(beat(Arc::downgrade(&node)));
        Ok(node)
    }

    /// Under which token this process writes.
    pub(crate) fn token(&self) -> i64 {
        self.token.load(Ordering::Acquire)
    }

    /// Resolves when another node may have left work, or died.
    pub(crate) async fn woken(&self) {
        self.woken.notified().await;
    }

    /// Has the others told, soon, that these instances were changed here.
    pub(crate) fn tell<'i>(&self, instances: impl Iterator<Item = &'i str>) {
        let mut news = self.news();
        let before = news.len();
        news.extend(instances.map(ToOwned::to_owned));
        if news.len() > before {
            self.changed.notify_one();
        }
    }

    /// Hears of instances that others changed, by id.
    pub(crate) fn elsewhere(&self) -> broadcast::Receiver<String> {
        self.elsewhere.subscribe()
    }

    fn news(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the others what was changed here. In a transaction of its own that waits for no disk: while a server hands out
    /// notifications no other transaction with one can end.
    async fn spread(&self, listener: &mut PgListener) -> Result<(), StoreError> {
        let news: Vec<String> = std::mem::take(&mut *self.news()).into_iter().collect();
        for (position, some) in news.chunks(TOGETHER).enumerate() {
            let text = format!("{} {}", self.token(), some.join(" "));
            let sent = sqlx::query("SELECT pg_notify($1, $2)").bind(sql::CHANNEL).bind(text);
            if let Err(failure) = listener.execute(sent).await {
                self.tell(news.iter().skip(position * TOGETHER).map(String::as_str));
                return Err(error(&self.place, &failure));
            }
        }
        Ok(())
    }

    /// Passes on what another node told: its token, and the instances it changed.
    fn hear(&self, told: &str) {
        let mut words = told.split(' ');
        if words.next() == Some(self.token().to_string().as_str()) {
            return;
        }
        self.woken.notify_one();
        for instance in words {
            // Nobody needs to listen.
            let _ = self.elsewhere.send(instance.to_owned());
        }
    }

    /// Puts this process on the list, under a new token and the lowest free number; not if a newer program meanwhile made the
    /// database unfit for it.
    pub(super) async fn join(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let text = format!(
            "WITH gone AS (DELETE FROM node WHERE token IN \
               (SELECT token FROM node WHERE until < clock_timestamp() - {LEASE} FOR UPDATE SKIP LOCKED)) \
             INSERT INTO node (token, number, until, knows) \
             SELECT nextval('node_token'), free, clock_timestamp() + {LEASE}, '{knows}' \
             FROM generate_series(0, {most}) AS free \
             WHERE NOT EXISTS (SELECT 1 FROM node WHERE number = free) AND NOT {unfit} ORDER BY free LIMIT 1 \
             ON CONFLICT DO NOTHING RETURNING token, number",
            LEASE = interval(LEASE),
            most = MOST - 1,
            knows = self.edition.newest(),
            unfit = self.unfit(),
        );
        for _ in 0..TRIES {
            let row = self.told(connection.fetch_optional(AssertSqlSafe(text.clone())).await)?;
            let Some(row) = row else {
                self.fits(connection).await?;
                continue;
            };
            let (token, number): (i64, i64) = (self.told(row.try_get(0))?, self.told(row.try_get::<i64, _>(1))?);
            self.ids.set_node(number);
            let highest =
                self.told(connection.fetch_one(AssertSqlSafe(format!("SELECT {}", self.ids.highest()))).await)?;
            self.pass(&highest, 0)?;
            self.token.store(token, Ordering::Release);
            self.left.store(false, Ordering::Release);
            return Ok(());
        }
        Err(StoreError::Crowded { place: self.place.clone(), most: MOST })
    }

    /// Whether a newer program has made the database unfit for this one, as SQL.
    fn unfit(&self) -> String {
        format!(
            "EXISTS (SELECT 1 FROM meta WHERE key = '{OLDEST}' AND value > '{knows}')",
            knows = self.edition.newest()
        )
    }

    async fn fits(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let text = format!("SELECT max(version)::text FROM seaql_migrations WHERE {}", self.unfit());
        let row = self.told(connection.fetch_one(AssertSqlSafe(text)).await)?;
        match self.told(row.try_get::<Option<String>, _>(0))? {
            None => Ok(()),
            Some(found) => {
                Err(StoreError::NewerSchema { place: self.place.clone(), found, known: self.edition.newest() })
            }
        }
    }

    /// Takes this process off the list: what it had claimed is free at once.
    pub(crate) async fn leave(&self) -> Result<(), StoreError> {
        self.left.store(true, Ordering::Release);
        let mut connection = self.told(connect(&self.options, Access::Write).await)?;
        let text = format!(
            "WITH gone AS (DELETE FROM node WHERE token = {token}) SELECT pg_notify('{channel}', '{token}')",
            token = self.token(),
            channel = sql::CHANNEL
        );
        self.told(connection.execute(AssertSqlSafe(text)).await)?;
        let _ = connection.close().await;
        Ok(())
    }

    /// Moves all counters past the highest stored numbers, which stand in the row from this column on.
    fn pass(&self, row: &PgRow, first: usize) -> Result<(), StoreError> {
        for (position, (.., counter)) in self.ids.counters().into_iter().enumerate() {
            let highest: i64 = self.told(row.try_get(first + position))?;
            self.ids.pass(counter, highest);
        }
        Ok(())
    }

    fn told<T>(&self, result: Result<T, sqlx::Error>) -> Result<T, StoreError> {
        result.map_err(|failure| error(&self.place, &failure))
    }

    /// Renews the lease and takes those off the list whose lease has ended. Only a node that renews in time may do that:
    /// after the database itself was away everybody is late.
    async fn renew(&self, listener: &mut PgListener) -> Result<Renewed, StoreError> {
        let text = format!(
            "WITH was AS (SELECT until > clock_timestamp() AS fresh FROM node WHERE token = {token}), \
             me AS (UPDATE node SET until = clock_timestamp() + {LEASE} WHERE token = {token} RETURNING 1), \
             gone AS (DELETE FROM node WHERE token IN (SELECT token FROM node WHERE until < clock_timestamp() \
               AND token <> {token} AND (SELECT fresh FROM was) FOR UPDATE SKIP LOCKED) RETURNING 1) \
             SELECT (SELECT count(*) FROM me), (SELECT count(*) FROM gone), {highest}",
            token = self.token(),
            LEASE = interval(LEASE),
            highest = self.ids.highest(),
        );
        let row = self.told(listener.fetch_one(AssertSqlSafe(text)).await)?;
        let (listed, gone): (i64, i64) = (self.told(row.try_get(0))?, self.told(row.try_get(1))?);
        self.pass(&row, 2)?;
        Ok(Renewed { listed: listed == 1, gone: gone > 0 })
    }

    /// One more connection that writes.
    pub(crate) fn writing(&self) -> DatabaseConnection {
        writing(&self.options)
    }

    /// One connection for as long as it holds: renews, listens.
    async fn attend(self: Arc<Self>) -> Result<(), StoreError> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .acquire_timeout(ANSWER)
            .after_connect(|connection, _| Box::pin(prepare(connection, Access::Attend)))
            .connect_lazy_with(self.options.clone());
        let mut listener = self.told(PgListener::connect_with(&pool).await)?;
        self.told(listener.listen(sql::CHANNEL).await)?;
        // What was told before nobody heard: it is looked up.
        self.woken.notify_one();
        let (this, place) = (Arc::downgrade(&self), self.place.clone());
        drop(self);
        loop {
            let Some(node) = this.upgrade() else { return Ok(()) };
            let token = node.token();
            let renewed = tokio::time::timeout(ANSWER, node.renew(&mut listener)).await;
            let renewed = renewed.map_err(|_| silent(&place))??;
            if !renewed.listed && node.token() == token && !node.left.load(Ordering::Acquire) {
                let mut connection = node.told(connect(&node.options, Access::Write).await)?;
                node.join(&mut connection).await?;
            }
            if renewed.gone || !renewed.listed {
                node.woken.notify_one();
            }
            listen(&mut listener, &node).await?;
        }
    }
}

/// What a renewal found.
struct Renewed {
    /// Whether this node still is on the list.
    listed: bool,
    /// Whether another one was taken off.
    gone: bool,
}

/// How many processes may share a database.
const MOST: i64 = 1 << NODE_BITS;

/// Passes on what others tell, and tells them what was changed here, until it is time to renew the lease.
async fn listen(listener: &mut PgListener, node: &Node) -> Result<(), StoreError> {
    let until = Instant::now() + BEAT;
    loop {
        tokio::select! {
            heard = listener.try_recv() => match node.told(heard)? {
                Some(notification) => node.hear(notification.payload()),
                // The connection broke meanwhile: something may have been missed.
                None => node.woken.notify_one(),
            },
            () = node.changed.notified() => {
                // What comes in the meantime travels along.
                tokio::time::sleep(GATHER).await;
                node.spread(listener).await?;
            }
            () = tokio::time::sleep_until(until) => return Ok(()),
        }
    }
}

/// Keeps a node on the list while somebody holds it. A connection that breaks is made anew; what could not be renewed in
/// time shows at the next write.
async fn beat(node: Weak<Node>) {
    while let Some(present) = node.upgrade() {
        match present.attend().await {
            Ok(()) => return,
            Err(error) => tracing::warn!(%error, "the lease of this node was not renewed"),
        }
        tokio::time::sleep(BEAT / 4).await;
    }
}

fn silent(place: &Place) -> StoreError {
    StoreError::Unreachable { place: place.clone(), detail: format!("no answer within {} s", ANSWER.as_secs()) }
}

fn interval(duration: Duration) -> String {
    format!("interval '{} milliseconds'", duration.as_millis())
}
