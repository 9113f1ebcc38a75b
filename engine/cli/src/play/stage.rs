//! The real engine on a virtual clock in a database of its own: what a play is played on. Expects nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use draaiboek_plugin_host::Library;
use draaiboek_runtime::{
    Engine, EngineError, Handed, LocalDay, Person, Reply, School, StaffError, StartRequest, TaskTitle, VirtualClock,
};
use draaiboek_store::{InstanceFilter, OpenOptions, Scope, Store, StoreError};
use draaiboek_workflow::decide::{Actor, Command, Snapshot};
use draaiboek_workflow::ir::Workflow;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};

use super::chronicle::{Chronicle, ChronicleError, Line};
use super::entries::Entry;
use super::place::Moment;
use super::scenario::{CalendarChange, Find, Given, Join, Start};
use crate::shelf::Published;

/// Why a play cannot go on. Refusals are not among these: they are answers.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// The engine or its database.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The database could not be opened or read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A journal could not be read.
    #[error(transparent)]
    Chronicle(#[from] ChronicleError),
    /// The scenario names something that is not there.
    #[error("{0}")]
    Unknown(String),
}

/// The engine with everything a play needs around it.
pub struct Stage {
    engine: Engine,
    clock: Arc<VirtualClock>,
    zone: TimeZone,
    school: School,
    names: BTreeMap<String, String>,
    titles: BTreeMap<String, BTreeMap<String, String>>,
    /// What happened so far.
    pub chronicle: Chronicle,
    tokens: u64,
    _folder: Option<tempfile::TempDir>,
}

impl Stage {
    /// Opens a stage in `database`, or in a temporary folder of its own.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn open(
        library: Arc<Library>,
        workflows: &[Published],
        school: School,
        begin: Moment,
        database: Option<&Path>,
    ) -> Result<Self, StageError> {
        let zone = TimeZone::get(&school.timezone)
            .map_err(|error| StageError::Unknown(format!("time zone of the school: {error}")))?;
        let (path, folder) = match database {
            Some(path) => (path.to_owned(), None),
            None => {
                let folder = tempfile::Builder::new()
                    .prefix("draaiboek-play-")
                    .tempdir()
                    .map_err(|error| StageError::Unknown(format!("no temporary folder could be made: {error}")))?;
                (folder.path().join("play.db"), Some(folder))
            }
        };
        let clock = Arc::new(VirtualClock::new(instant(begin.0, &zone)?));
        let store = Arc::new(Store::open(&path.display().to_string(), OpenOptions::default()).await?);
        let engine = Engine::new(store, library, Arc::<VirtualClock>::clone(&clock));
        engine.put_school(&school).await?;
        let mut titles = BTreeMap::new();
        for published in workflows {
            engine.publish(&published.workflow, &published.source).await?;
            titles.insert(published.workflow.id.clone(), titles_of(&published.workflow));
        }
        Ok(Self {
            engine,
            clock,
            zone,
            school,
            names: BTreeMap::new(),
            titles,
            chronicle: Chronicle::default(),
            tokens: 0,
            _folder: folder,
        })
    }

    /// Reads what is new in the journals.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn news(&mut self) -> Result<Vec<Line>, StageError> {
        Ok(self.chronicle.update(&self.engine).await?.to_vec())
    }

    /// The open steps of an instance that wait for a person.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn waiting(&self, instance: &str, person: &str) -> Result<Vec<String>, StageError> {
        let actor = self.actor(person)?;
        let reader = self.engine.store().read();
        let Some(row) = reader.instance(Scope::All, instance).await? else { return Ok(Vec::new()) };
        let mut steps = Vec::new();
        for task in reader.tasks(row.pk).await?.into_iter().filter(|task| task.status == "open") {
            let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap_or_default();
            let assignees = list(&task.assignees);
            let title: TaskTitle = serde_json::from_str(&task.title)
                .map_err(|error| StageError::Unknown(format!("task {}: {error}", task.id)))?;
            let roles = self.engine.roles_in(instance, &actor, &title.step).await?;
            let may = list(&task.roles).iter().any(|role| roles.contains(role));
            let named = assignees.iter().any(|id| id == person);
            if named || (may && assignees.is_empty()) {
                steps.push(title.step);
            }
        }
        Ok(steps)
    }

    /// The engine, for looking.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// The school as it is now.
    pub fn school(&self) -> &School {
        &self.school
    }

    /// Title of a published workflow.
    pub fn workflow_title(&self, workflow: &str, locale: &str) -> String {
        let titles = self.titles.get(workflow);
        titles.and_then(|titles| titles.get(locale)).cloned().unwrap_or_else(|| workflow.to_owned())
    }

    /// Local moment on the clock.
    pub fn now(&self) -> DateTime {
        self.local(self.engine.clock().now())
    }

    /// A moment as local civil time.
    pub fn local(&self, at: Timestamp) -> DateTime {
        at.to_zoned(self.zone.clone()).datetime()
    }

    /// Moves the clock, firing everything due on the way at its own moment.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn advance(&self, to: Moment) -> Result<(), StageError> {
        Ok(self.engine.advance(&self.clock, instant(to.0, &self.zone)?).await?)
    }

    /// Moves the clock while the engine is off, then catches up.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn sleep(&self, until: Moment) -> Result<(), StageError> {
        self.clock.advance_to(instant(until.0, &self.zone)?);
        self.pump().await
    }

    /// Carries out effects and timers that are due now.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn pump(&self) -> Result<(), StageError> {
        self.engine.pump().await?;
        Ok(())
    }

    /// A person as actor, with the roles of this moment.
    ///
    /// # Errors
    /// Nobody of this id at this school.
    pub fn actor(&self, person: &str) -> Result<Actor, StageError> {
        Ok(self.school.actor(person)?)
    }

    /// Instance id of a name such as `day`, `day/lager-5-6` or `day/follow_up:lager-5-6`.
    ///
    /// # Errors
    /// No such name, or no such child.
    pub async fn find(&self, name: &str) -> Result<String, StageError> {
        let mut parts = name.split('/');
        let first = parts.next().unwrap_or_default();
        let mut id = self.names.get(first).cloned().ok_or_else(|| {
            let known: Vec<&str> = self.names.keys().map(String::as_str).collect();
            StageError::Unknown(format!("no instance is named `{first}`; named are: {}", known.join(", ")))
        })?;
        for part in parts {
            id = child(&self.engine.snapshot(&id).await?, part)
                .ok_or_else(|| StageError::Unknown(format!("`{name}`: there is no child `{part}`")))?;
        }
        Ok(id)
    }

    /// The snapshot of an instance.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn snapshot(&self, instance: &str) -> Result<Snapshot, StageError> {
        Ok(self.engine.snapshot(instance).await?)
    }

    /// Begins an instance under its name.
    ///
    /// # Errors
    /// [`EngineError`], refusals among them.
    pub async fn start(&mut self, start: &Start, actor: &Actor) -> Result<Reply, EngineError> {
        let name = start.name.clone().unwrap_or_else(|| start.workflow.clone());
        let request = StartRequest {
            id: Some(name.clone()),
            school: self.school.school.clone(),
            workflow: start.workflow.clone(),
            version: start.version.clone(),
            config: start.config.clone(),
            parent: None,
        };
        let reply = self.engine.start(request, actor, None).await?;
        self.names.insert(name, reply.instance.clone());
        Ok(reply)
    }

    /// Hands one contribution in.
    ///
    /// # Errors
    /// [`EngineError`], refusals among them.
    pub async fn hand_in(
        &mut self,
        instance: &str,
        actor: &Actor,
        step: &str,
        entry: &Entry,
    ) -> Result<Reply, EngineError> {
        let mut actor = actor.clone();
        if entry.on_behalf_of.is_some() {
            actor.on_behalf_of.clone_from(&entry.on_behalf_of);
        }
        let token = match &entry.token {
            Some(name) => secret(name),
            None => {
                self.tokens += 1;
                secret(&format!("nameless-{}", self.tokens))
            }
        };
        let handed = Handed {
            step: step.to_owned(),
            id: entry.id.clone(),
            payload: json!({ entry.kind.as_str(): entry.body }),
            group: entry.group.clone(),
            revision: entry.revision,
            token: Some(token),
        };
        self.engine.contribute(instance, &actor, handed, None).await
    }

    /// Takes one contribution back.
    ///
    /// # Errors
    /// [`EngineError`], refusals among them.
    pub async fn withdraw(
        &self,
        instance: &str,
        actor: &Actor,
        step: &str,
        id: &str,
        token: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let token = token.map(secret);
        self.engine.withdraw(instance, actor, step, id, token.as_deref()).await
    }

    /// Carries a command out.
    ///
    /// # Errors
    /// [`EngineError`], refusals among them.
    pub async fn command(&self, instance: &str, actor: &Actor, command: Command) -> Result<Reply, EngineError> {
        self.engine.command(instance, actor, command, None).await
    }

    /// Marks a person absent or present in one instance, or in all that run.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn attendance(&self, instance: Option<&str>, person: &str, present: bool) -> Result<(), StageError> {
        let instances = match instance {
            Some(instance) => vec![instance.to_owned()],
            None => self.running().await?,
        };
        for instance in instances {
            let command = Command::Attendance { person: person.to_owned(), present };
            self.engine.command(&instance, &Actor::system(), command, None).await?;
        }
        Ok(())
    }

    async fn running(&self) -> Result<Vec<String>, StageError> {
        let all = self.engine.store().read().instances(Scope::All, &InstanceFilter::default(), 10_000).await?;
        Ok(all.into_iter().filter(|row| row.lifecycle == "active").map(|row| row.id).collect())
    }

    /// A person leaves the school.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn leave(&mut self, person: &str) -> Result<(), StageError> {
        self.attendance(None, person, false).await?;
        self.school.people.remove(person);
        Ok(self.engine.put_school(&self.school).await?)
    }

    /// A person joins the school.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn join(&mut self, join: &Join) -> Result<(), StageError> {
        let name = join.name.clone().unwrap_or_else(|| join.person.clone());
        let person = Person { name, roles: join.roles.clone(), ..Person::default() };
        self.school.people.insert(join.person.clone(), person);
        Ok(self.engine.put_school(&self.school).await?)
    }

    /// A person is away by the calendar; the inner error is what contradicts it.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn absence(&mut self, absence: &Map<String, Value>) -> Result<Result<(), StaffError>, StageError> {
        let answer = self.school.set_absence(of_map(absence, "absence")?);
        if answer.is_ok() {
            self.engine.put_school(&self.school).await?;
        }
        Ok(answer)
    }

    /// People share a job; the inner error is what contradicts it.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn duo(&mut self, duo: &Map<String, Value>) -> Result<Result<(), StaffError>, StageError> {
        let answer = self.school.set_duo(of_map(duo, "duo")?);
        if answer.is_ok() {
            self.engine.put_school(&self.school).await?;
        }
        Ok(answer)
    }

    /// A person is back from today on.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn back(&mut self, person: &str) -> Result<(), StageError> {
        if !self.school.end_absence(person, self.now().date()) {
            return Err(StageError::Unknown(format!("`{person}` is not away")));
        }
        Ok(self.engine.put_school(&self.school).await?)
    }

    /// Other periods in the calendar.
    ///
    /// # Errors
    /// [`StageError`].
    pub async fn calendar(&mut self, change: &CalendarChange) -> Result<(), StageError> {
        let local = &mut self.school.calendar.local;
        local.retain(|day| !change.remove.contains(&day.id));
        local.extend(local_days(&change.add, "calendar.add")?);
        Ok(self.engine.put_school(&self.school).await?)
    }

    /// Names the newest instance of a workflow that has no name yet.
    ///
    /// # Errors
    /// There is none.
    pub async fn name(&mut self, find: &Find) -> Result<String, StageError> {
        let filter = InstanceFilter { workflow: Some(find.workflow.clone()), ..InstanceFilter::default() };
        let found = self.engine.store().read().instances(Scope::All, &filter, 10_000).await?;
        let id = found
            .into_iter()
            .map(|row| row.id)
            .find(|id| !self.names.values().any(|named| named == id))
            .ok_or_else(|| StageError::Unknown(format!("there is no nameless instance of `{}`", find.workflow)))?;
        self.names.insert(find.name.clone(), id.clone());
        Ok(id)
    }
}

/// The title in each locale.
fn titles_of(workflow: &Workflow) -> BTreeMap<String, String> {
    ["nl", "en"].iter().map(|locale| ((*locale).to_owned(), workflow.text(locale, "title").to_owned())).collect()
}

/// The child of an instance by key, or by `state:key`.
fn child(snapshot: &Snapshot, part: &str) -> Option<String> {
    let named = part.split_once(':').and_then(|(state, key)| snapshot.children.get(state)?.entries.get(key));
    named
        .or_else(|| snapshot.children.values().rev().find_map(|children| children.entries.get(part)))
        .map(|child| child.instance.clone())
}

/// The secret behind a name in the scenario: long enough for the engine, the same every time.
fn secret(name: &str) -> String {
    format!("scenario-secret-{name}")
}

fn instant(at: DateTime, zone: &TimeZone) -> Result<Timestamp, StageError> {
    at.to_zoned(zone.clone())
        .map(|zoned| zoned.timestamp())
        .map_err(|error| StageError::Unknown(format!("{at} is no moment of the school: {error}")))
}

/// A school with the scenario's own people and days added.
///
/// # Errors
/// A person or a period that cannot be read.
pub fn furnish(mut school: School, given: &Given) -> Result<School, StageError> {
    for (id, person) in &given.people {
        let person = serde_json::from_value(person.clone())
            .map_err(|error| StageError::Unknown(format!("given.people.{id}: {error}")))?;
        school.people.insert(id.clone(), person);
    }
    for (key, value) in &given.calendar {
        match (key.as_str(), value) {
            ("local", Value::Array(days)) => school.calendar.local.extend(local_days(days, "given.calendar.local")?),
            _ => {
                return Err(StageError::Unknown(format!(
                    "given.calendar takes `local`, a list of periods, not `{key}`"
                )));
            }
        }
    }
    for absence in &given.absences {
        school.absences.push(of_map(absence, "given.absences")?);
    }
    for duo in &given.duos {
        school.duos.push(of_map(duo, "given.duos")?);
    }
    school.calendar()?;
    Ok(school)
}

/// A map of the scenario as what a school file has.
fn of_map<T: serde::de::DeserializeOwned>(map: &Map<String, Value>, place: &str) -> Result<T, StageError> {
    serde_json::from_value(map.clone().into()).map_err(|error| StageError::Unknown(format!("{place}: {error}")))
}

fn local_days<T: Clone + Into<Value>>(days: &[T], place: &str) -> Result<Vec<LocalDay>, StageError> {
    days.iter()
        .map(|day| serde_json::from_value(day.clone().into()))
        .collect::<Result<_, _>>()
        .map_err(|error| StageError::Unknown(format!("{place}: {error}")))
}
