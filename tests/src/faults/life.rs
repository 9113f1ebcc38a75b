//! The life of a database in a simulation: engines come and go over it, people repeat what was not acknowledged.
//!
//! Lives here: carrying out requests in bad weather. May not live here: what must hold afterwards.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use draaiboek_plugin_host::Library;
use draaiboek_runtime::{Clock, Engine, EngineError, Reply, School, StartRequest};
use draaiboek_store::{Faults, OpenOptions, Store, Turn};
use draaiboek_workflow::decide::{Actor, Command};

use super::script::{Ask, school};
use super::weather::{START, Weather};

/// Tries of one request before it counts as lost.
const TRIES: usize = 600;
const DAY: i64 = 86_400 * 1_000_000;
/// Everything a cycle of the simulation waits for has happened by then.
const HORIZON: i64 = START + 60 * DAY;

/// Why a run cannot go on.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// One run.
pub(crate) struct Life {
    pub(crate) path: PathBuf,
    library: Arc<Library>,
    pub(crate) weather: Arc<Weather>,
    engines: Vec<Engine>,
    store: Weak<Store>,
    actor: Actor,
    /// First answers by key.
    pub(crate) acknowledged: BTreeMap<String, (Ask, Reply)>,
    /// What must not happen and did.
    pub(crate) broken: Vec<String>,
}

impl Life {
    pub(crate) async fn begin(path: PathBuf, library: Arc<Library>, weather: Weather) -> Result<Self, Failure> {
        let actor = Actor { person: Some("dir".into()), roles: vec!["dir".into()], on_behalf_of: None };
        let mut life = Self {
            path,
            library,
            weather: Arc::new(weather),
            engines: Vec::new(),
            store: Weak::new(),
            actor,
            acknowledged: BTreeMap::new(),
            broken: Vec::new(),
        };
        life.boot().await?;
        Ok(life)
    }

    /// Opens the database as new processes do: one, or two beside each other.
    async fn boot(&mut self) -> Result<(), Failure> {
        let faults: Arc<dyn Faults> = Arc::clone(&self.weather) as Arc<dyn Faults>;
        let shared = faults.shared();
        // Nobody reads beside another here.
        let options = OpenOptions { faults: Some(faults), readers: 1, ..OpenOptions::default() };
        let store = Arc::new(Store::open(&self.path.display().to_string(), options).await?);
        self.store = Arc::downgrade(&store);
        for _ in 0..if shared { 2 } else { 1 } {
            let clock = Arc::clone(&self.weather) as Arc<dyn Clock>;
            self.engines.push(Engine::new(Arc::clone(&store), Arc::clone(&self.library), clock));
        }
        Ok(())
    }

    /// The processes are gone with all that they had in memory; new ones take over.
    pub(crate) async fn reboot(&mut self) -> Result<(), Failure> {
        self.engines.clear();
        gone(&self.store).await;
        self.weather.revive();
        self.weather.note("-- a new process");
        self.boot().await
    }

    /// No process has the database open any more.
    pub(crate) async fn end(mut self) {
        self.engines.clear();
        gone(&self.store).await;
    }

    /// One of the engines.
    pub(crate) fn engine(&self) -> Result<&Engine, Failure> {
        let chosen = self.weather.below(self.engines.len());
        self.engines.get(chosen).ok_or_else(|| "no engine".into())
    }

    /// Carries a request out, again and again, until it is acknowledged.
    pub(crate) async fn insist(&mut self, ask: &Ask, key: &str) -> Result<(), Failure> {
        if let Ask::Quiet(days) = ask {
            return self.rest(*days).await;
        }
        for _ in 0..TRIES {
            self.disturb().await?;
            let answer = self.send(ask, key).await?;
            self.weather.note(&format!("{key} {ask:?}: {}", in_words(&answer)));
            if self.weather.is_dead() {
                // Whatever it said, nobody heard it.
                self.reboot().await?;
                continue;
            }
            match answer {
                Ok(reply) => {
                    self.acknowledged.insert(key.to_owned(), (ask.clone(), reply));
                    return Ok(());
                }
                Err(EngineError::Commit(_) | EngineError::Store(_) | EngineError::Stale) => {}
                Err(EngineError::NotFound { .. }) => {
                    // A child that is still to be started.
                    self.wait(HORIZON).await?;
                }
                Err(error) => return Err(format!("{key} {ask:?} was refused: {error}").into()),
            }
        }
        Err(format!("{key} {ask:?} was never acknowledged").into())
    }

    async fn send(&self, ask: &Ask, key: &str) -> Result<Result<Reply, EngineError>, Failure> {
        let (engine, actor, key) = (self.engine()?, &self.actor, Some(key));
        let reason = || "het moet".to_owned();
        let (instance, command) = match ask {
            Ask::Start { id, workflow } => {
                let request = StartRequest {
                    id: Some(id.clone()),
                    school: "klein".into(),
                    workflow: (*workflow).into(),
                    ..StartRequest::default()
                };
                return Ok(engine.start(request, actor, key).await);
            }
            Ask::DaysOff(days) => {
                let school = School::parse(&school(*days))?;
                return Ok(engine.put_school(&school).await.map(|()| Reply::default()));
            }
            Ask::Retry { instance } => {
                let open = engine.snapshot(instance).await.map(|snapshot| snapshot.incidents.into_keys().next());
                return Ok(match open {
                    Ok(Some(incident)) => engine.retry(instance, actor, &incident).await,
                    // It was settled, and nobody heard of it.
                    Ok(None) => Ok(Reply::default()),
                    Err(error) => Err(error),
                });
            }
            Ask::Quiet(_) => return Ok(Ok(Reply::default())),
            Ask::Event { instance, event, data } => {
                let event = (*event).to_owned();
                (instance, Command::Send { event, data: data.clone(), reason: None })
            }
            Ask::Pause { instance } => (instance, Command::Pause { reason: reason() }),
            Ask::Resume { instance } => (instance, Command::Resume),
            Ask::Cancel { instance } => (instance, Command::Cancel { reason: reason() }),
        };
        Ok(engine.command(instance, actor, command, key).await)
    }

    /// What happens between two requests.
    async fn disturb(&mut self) -> Result<(), Failure> {
        if self.weather.maybe(2) {
            self.pump().await?;
        }
        if self.weather.strikes("crash between", 25) {
            self.reboot().await?;
        }
        if self.weather.strikes("command again", 12) {
            self.repeat().await?;
        }
        if self.weather.strikes("effect again", 12) {
            self.redeliver().await?;
        }
        Ok(())
    }

    /// A request that was acknowledged comes again: it must get the answer it got then.
    async fn repeat(&mut self) -> Result<(), Failure> {
        let keyed: Vec<String> = self.acknowledged.keys().cloned().collect();
        let Some(key) = keyed.get(self.weather.below(keyed.len())) else { return Ok(()) };
        let Some((ask, first)) = self.acknowledged.get(key).cloned() else { return Ok(()) };
        if !ask.has_key() {
            return Ok(());
        }
        match self.send(&ask, key).await? {
            Ok(reply) if reply == first => self.weather.note(&format!("{key} again: the same answer")),
            other => self.broken.push(format!("{key} {ask:?} came again and got {other:?} instead of {first:?}")),
        }
        Ok(())
    }

    /// An effect that was carried out is carried out once more.
    async fn redeliver(&mut self) -> Result<(), Failure> {
        let Some(key) = self.weather.some_effect() else { return Ok(()) };
        let store = self.engine()?.store();
        let Some(row) = store.read().outbox_by_key(&key).await?.filter(|row| row.status == "done") else {
            return Ok(());
        };
        self.weather.note(&format!("   {key} {}", row.kind));
        let row = draaiboek_store::OutboxRow { status: "pending".into(), done_at: None, last_error: None, ..row };
        let _ = store.commit(vec![Turn { outbox: vec![row], ..Turn::default() }]).await;
        if self.weather.is_dead() {
            self.reboot().await?;
        }
        self.pump().await
    }

    /// Carries out what is due, on one of the engines.
    async fn pump(&mut self) -> Result<(), Failure> {
        let done = self.engine()?.pump().await;
        self.weather.note(&format!("pump: {}", in_words(&done)));
        if self.weather.is_dead() {
            return self.reboot().await;
        }
        match done {
            Ok(_) | Err(EngineError::Commit(_) | EngineError::Store(_) | EngineError::Stale) => Ok(()),
            Err(error) => Err(format!("due work was refused: {error}").into()),
        }
    }

    /// Lets all that falls due within so many days happen.
    async fn rest(&mut self, days: i64) -> Result<(), Failure> {
        let until = self.weather.now().as_microsecond() + days * DAY;
        for _ in 0..TRIES {
            self.disturb().await?;
            if !self.wait(until).await? {
                return Ok(());
            }
        }
        Err(format!("within {days} days it never came to rest").into())
    }

    /// Carries out what is due and moves the clock to what falls due next; whether anything does before that moment.
    async fn wait(&mut self, until: i64) -> Result<bool, Failure> {
        self.pump().await?;
        let next = self.engine()?.store().read().next_due().await?.filter(|next| *next <= until);
        next.into_iter().for_each(|next| self.weather.wait_until(next));
        Ok(next.is_some())
    }

    /// The weather clears up, and all that waits for its time happens.
    pub(crate) async fn settle(&mut self) -> Result<(), Failure> {
        self.weather.clear_up();
        self.reboot().await?;
        for _ in 0..TRIES {
            if !self.wait(HORIZON).await? {
                return Ok(());
            }
        }
        Err("it never comes to rest".into())
    }
}

/// Waits until the task that writes has ended and with it the last hold on the database.
pub(crate) async fn gone(store: &Weak<Store>) {
    while store.strong_count() > 0 {
        tokio::task::yield_now().await;
    }
}

fn in_words<T: std::fmt::Debug>(answer: &Result<T, EngineError>) -> String {
    match answer {
        Ok(_) => "done".to_owned(),
        // Its own words name a folder that is another one each time.
        Err(EngineError::Commit(_) | EngineError::Store(_)) => "the disk failed".to_owned(),
        Err(error) => error.to_string(),
    }
}
