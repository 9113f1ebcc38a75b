//! `serve`: pages and JSON API over one database, with timers and effects running beside them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use draaiboek_runtime::{Clock, Engine, School, ShiftedClock};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_web::{Config, Mailer, Server, ServerError, WatchListener, Watcher};
use jiff::Timestamp;
use tokio::task::JoinHandle;

use crate::args::{Common, Serve, Watch};
use crate::database::Database;
use crate::embedded;
use crate::failure::{Exit, Failure};
use crate::log;
use crate::mail::Smtp;
use crate::output::{Output, table};
use crate::session::{self, Absent, Session};
use crate::shelf::Shelf;
use crate::{signals, supervisor};

/// Where the demo listens when nothing else is asked for.
const PLACE: ([u8; 4], u16) = ([127, 0, 0, 1], 8460);

/// Workflows that a demo school can begin besides those of its year.
const MORE: [&str; 1] = ["c6-efficacy-survey"];

/// `draaiboek serve`.
pub async fn serve(asked: &Serve, common: &Common, output: &Output) -> Result<Exit, Failure> {
    if common.clock.is_some() {
        return Err(Failure::usage("`serve` needs the real clock").hint("leave --clock out"));
    }
    let _traces = log::begin(&asked.watch)?;
    let machine = Arc::new(ShiftedClock::ahead(asked.clock_ahead));
    let session = Session::open_on(common, Absent::Create, machine).await?;
    let [server, from, url] = [&asked.mail_server, &asked.mail_from, &asked.public_url].map(Option::as_deref);
    let mailer = Smtp::of(server, from, url)?.map(|smtp| Arc::new(smtp) as Arc<dyn Mailer>);
    let config =
        Config { public_url: asked.public_url.clone(), behind_proxy: asked.behind_proxy, mailer, ..Config::default() };
    let stop = signals::stop();
    let server = Server::bind(Arc::clone(&session.engine), asked.listen, config).await?;
    let _watched = watched(&asked.watch, server.watcher(), output).await?;
    output.text(format!("Draaiboek listens on {}; Ctrl-C ends it.", server.url()))?;
    if let Some(code) = server.first_code().await? {
        output.text(format!("There is no account yet: open {}/first with the code {code}", server.url()))?;
    }
    if !asked.sign_in.is_empty() {
        let school = session::school_id(session.engine.store().read(), common).await?;
        for person in &asked.sign_in {
            output.text(format!("{person}  {}", server.sign_in_link(&school, person).await?))?;
        }
    }
    let _ready = supervisor::ready();
    let stop = async move {
        stop.await;
        supervisor::ending();
    };
    run(session.engine, server, stop).await?;
    output.aside("stopped; nothing is lost, what falls due meanwhile is caught up at the next start");
    Ok(Exit::Fine)
}

/// Listens for whoever watches, until the value is dropped.
///
/// # Errors
/// The address cannot be listened on.
pub async fn watched(asked: &Watch, watcher: Arc<Watcher>, output: &Output) -> Result<AbortOnDrop, Failure> {
    let Some(address) = asked.metrics_listen else { return Ok(AbortOnDrop(None)) };
    let listener = WatchListener::bind(address).await?;
    output.aside(&format!("metrics: http://{}/metrics", listener.address()));
    Ok(AbortOnDrop(Some(tokio::spawn(listener.run(watcher)))))
}

/// A task that ends with this value.
pub struct AbortOnDrop(Option<JoinHandle<Result<(), ServerError>>>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

/// Serves a school as it stands at a moment: the clock runs on from there. Prints one sign-in link for each role.
pub async fn demo(
    database: &Path,
    at: Timestamp,
    listen: Option<SocketAddr>,
    common: &Common,
    output: &Output,
) -> Result<(), Failure> {
    let store = Arc::new(Store::open(&database.display().to_string(), OpenOptions::default()).await?);
    let library = session::library(&Common { db: Database::file(database), ..common.clone() })?;
    let clock: Arc<dyn Clock> = Arc::new(ShiftedClock::starting(at));
    let engine = Arc::new(Engine::new(store, library, clock).rehearsing(embedded::rehearsals));
    for name in MORE {
        let found = Shelf::of(Vec::new()).versions(name);
        for found in found.map_err(|mistakes| Failure::broken(mistakes.to_string()))? {
            engine.publish(&found.workflow, &found.source).await?;
        }
    }
    let stop = signals::stop();
    let server = match listen {
        Some(address) => Server::bind(Arc::clone(&engine), address, Config::default()).await?,
        None => match Server::bind(Arc::clone(&engine), PLACE.into(), Config::default()).await {
            Err(ServerError::Listen { .. }) => {
                Server::bind(Arc::clone(&engine), (PLACE.0, 0).into(), Config::default()).await?
            }
            bound => bound?,
        },
    };
    let mut rows = Vec::new();
    for row in engine.store().read().schools().await? {
        let school = engine.school(&row.id).await?;
        for (role, person) in one_of_each(&school) {
            let name = school.people.get(&person).map(|known| known.name.clone()).unwrap_or_default();
            rows.push(vec![role, name, server.sign_in_link(&row.id, &person).await?]);
        }
        rows.push(vec!["adm".into(), String::new(), server.administrator_link(&row.id).await?]);
    }
    output.text(format!("\nThe school is open at {}; each link signs in once, Ctrl-C ends it.\n", server.url()))?;
    output.text(table(&["role", "name", "sign in"], rows))?;
    run(engine, server, stop).await
}

/// For each role somebody who holds it, preferring people with few other roles.
fn one_of_each(school: &School) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut people: Vec<_> = school.people.iter().collect();
    people.sort_by_key(|(_, person)| person.roles.len());
    for (id, person) in people {
        for role in &person.roles {
            found.entry(role.clone()).or_insert_with(|| id.clone());
        }
    }
    found
}

async fn run(
    engine: Arc<Engine>,
    server: Server,
    stop: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Failure> {
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let pump = tokio::spawn(Arc::clone(&engine).run(async move { drop(ended.await) }));
    let served = server.run(stop).await;
    // What is under way is ended; the rest is left to the other processes, where there are any.
    drop(end);
    let _ = pump.await;
    engine.store().leave().await?;
    Ok(served?)
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        match error {
            ServerError::Listen { .. } => Self::usage(error.to_string()),
            ServerError::Serve(_) | ServerError::Pages(_) | ServerError::Database(_) => Self::broken(error.to_string()),
        }
    }
}
