//! Opening what a command needs, and no more: a reader, the plugins, or the whole engine. Carries no command out.

use std::path::PathBuf;
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, CommonClock, Engine, EngineError, School, SystemClock, VirtualClock};
use draaiboek_store::{MetaRow, OpenOptions, Reader, Scope, Store};
use draaiboek_workflow::decide::Actor;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::args::Common;
use crate::database::Database;
use crate::embedded;
use crate::failure::Failure;

/// Setting under which a database remembers which built-in workflows it got.
const BUILT_IN: &str = "built_in_workflows";
/// Zone of a database without a school.
pub const ZONE: &str = "Europe/Brussels";

/// What to do when the database is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Make it.
    Create,
    /// Say so.
    Refuse,
}

/// The engine, open for one command.
pub struct Session {
    /// The engine.
    pub engine: Arc<Engine>,
}

/// Opens the database for reading, also while another process writes it.
///
/// # Errors
/// There is none, or it cannot be read.
pub async fn reader(common: &Common) -> Result<Reader, Failure> {
    Ok(Store::open_read_only(common.db.address()).await?)
}

/// The built-in plugins, ready to be called.
///
/// # Errors
/// The sandbox cannot start, or a component cannot serve.
pub fn library(common: &Common) -> Result<Arc<Library>, Failure> {
    let library = Library::new(Limits::default(), Some(&code_cache(&common.db)))?;
    let plugins = embedded::plugins();
    let set: Vec<(&str, &[u8])> = plugins.iter().map(|(name, bytes)| (name.as_str(), bytes.as_ref())).collect();
    library.add_all(&set)?;
    if let Some(folder) = &common.plugin_folder {
        // A plugin that is left out in silence would leave steps without their kind.
        if let Some(refused) = library.add_dir(folder)?.refused.into_iter().next() {
            return Err(refused.into());
        }
    }
    Ok(Arc::new(library))
}

/// An empty library, to load other components into.
///
/// # Errors
/// The sandbox cannot start.
pub fn empty_library(common: &Common) -> Result<Library, Failure> {
    Ok(Library::new(Limits::default(), Some(&code_cache(&common.db)))?)
}

/// Folder for compiled plugin code: that of the user, else one beside the database.
fn code_cache(database: &Database) -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").or_else(|| set("HOME").map(|home| home.join(".cache")));
    match folder {
        Some(folder) => folder.join("draaiboek"),
        None => database.folder().join(".draaiboek-cache"),
    }
}

impl Session {
    /// Opens the engine alone on the database, with the plugins and workflows of this program.
    ///
    /// # Errors
    /// The database or the plugins cannot be used.
    pub async fn open(common: &Common, absent: Absent) -> Result<Self, Failure> {
        Self::open_on(common, absent, Arc::new(SystemClock)).await
    }

    /// The same on a machine with this clock.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn open_on(common: &Common, absent: Absent, machine: Arc<dyn Clock>) -> Result<Self, Failure> {
        let session = Self::look_on(common, absent, machine).await?;
        session.publish_built_in().await?;
        Ok(session)
    }

    /// The same without publishing anything: for asking plugins about what is there.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub async fn look(common: &Common, absent: Absent) -> Result<Self, Failure> {
        Self::look_on(common, absent, Arc::new(SystemClock)).await
    }

    async fn look_on(common: &Common, absent: Absent, machine: Arc<dyn Clock>) -> Result<Self, Failure> {
        let options = OpenOptions { create: absent == Absent::Create, ..OpenOptions::default() };
        let store = Arc::new(Store::open(common.db.address(), options).await?);
        let clock: Arc<dyn Clock> = match common.clock {
            Some(at) => Arc::new(VirtualClock::new(instant(at, &zone(store.read(), common).await?)?)),
            None => Arc::new(CommonClock::new(machine)),
        };
        let engine = Arc::new(Engine::new(store, library(common)?, clock).rehearsing(embedded::rehearsals));
        engine.align().await?;
        Ok(Self { engine })
    }

    async fn publish_built_in(&self) -> Result<(), Failure> {
        let store = self.engine.store();
        let now = embedded::fingerprint();
        if store.read().meta(BUILT_IN).await?.as_deref() == Some(&now) {
            return Ok(());
        }
        for published in embedded::workflows()? {
            self.engine.publish(&published.workflow, &published.source).await?;
        }
        store.put_meta(&MetaRow { key: BUILT_IN.into(), value: now }).await?;
        Ok(())
    }

    /// Who acts on a cycle, with the roles held at its school at this moment.
    ///
    /// # Errors
    /// Nobody is named, or nobody of that id is at the school.
    pub async fn actor(&self, common: &Common, instance: &str) -> Result<Actor, Failure> {
        let row = self.engine.store().read().instance(Scope::All, instance).await?;
        let row = row.ok_or_else(|| no_such_cycle(instance))?;
        self.person(common, &self.engine.school(&row.school).await?)
    }

    /// Who acts at a school.
    ///
    /// # Errors
    /// As [`Session::actor`].
    pub fn person(&self, common: &Common, school: &School) -> Result<Actor, Failure> {
        match common.person.as_deref() {
            Some("system") => Ok(Actor::system()),
            Some(person) => Ok(school.actor(person)?),
            None => {
                let some: Vec<&str> = school.people.keys().map(String::as_str).take(6).collect();
                let hint = format!("say it with `--as PERSON`, such as `--as {}`", some.first().unwrap_or(&"system"));
                Err(Failure::usage("nobody is named who does this").hint(hint))
            }
        }
    }

    /// An engine's "no" with the sentences of the cycle's workflow; other errors as they are.
    pub async fn explain(&self, error: EngineError, instance: &str, locale: &str) -> Failure {
        let Some(rejection) = error.rejection() else { return error.into() };
        let definition = self.engine.definition(instance).await.ok();
        Failure::rejected(rejection, |word| {
            let texts = definition.as_ref()?.texts(&format!("error.{word}"));
            [locale, "nl", "en"].iter().find_map(|locale| texts.get(*locale)).cloned()
        })
    }
}

/// The school that is meant: the named one, or the only one.
///
/// # Errors
/// There is none, or there are several.
pub async fn school_id(reader: &Reader, common: &Common) -> Result<String, Failure> {
    let schools = reader.schools().await?;
    let known: Vec<&str> = schools.iter().map(|school| school.id.as_str()).collect();
    match (&common.school, known.as_slice()) {
        (Some(id), known) if known.contains(&id.as_str()) => Ok(id.clone()),
        (Some(id), known) => {
            Err(Failure::usage(format!("there is no school `{id}`")).hint(format!("known: {}", known.join(", "))))
        }
        (None, [only]) => Ok((*only).to_owned()),
        (None, []) => {
            Err(Failure::usage("there is no school in the database").hint("load one with `draaiboek school load FILE`"))
        }
        (None, known) => Err(Failure::usage("there are several schools")
            .hint(format!("say which with `--school`: {}", known.join(", ")))),
    }
}

/// The zone of the school that is meant; that of Flanders when there is none yet.
///
/// # Errors
/// The stored school or its zone cannot be read.
pub async fn zone(reader: &Reader, common: &Common) -> Result<TimeZone, Failure> {
    let schools = reader.schools().await?;
    let meant =
        common.school.as_ref().and_then(|id| schools.iter().find(|school| school.id == *id)).or(schools.first());
    let name = match meant {
        Some(row) => school(&row.content)?.timezone,
        None => ZONE.to_owned(),
    };
    TimeZone::get(&name).map_err(|error| Failure::broken(format!("the time zone `{name}` of the school: {error}")))
}

/// A stored school.
///
/// # Errors
/// It cannot be read.
pub fn school(content: &str) -> Result<School, Failure> {
    serde_json::from_str(content).map_err(|error| {
        Failure::broken(format!("the stored school cannot be read: {error}"))
            .hint("load it anew with `draaiboek school load FILE`")
    })
}

/// The instant of a local moment.
///
/// # Errors
/// It lies outside of what the calendar knows.
pub fn instant(at: DateTime, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let zoned = at.to_zoned(zone.clone());
    Ok(zoned.map_err(|error| Failure::usage(format!("{at} is no moment here: {error}")))?.timestamp())
}

/// The cycle that was named is not there.
pub fn no_such_cycle(instance: &str) -> Failure {
    Failure::usage(format!("there is no cycle `{instance}`")).hint("`draaiboek list` shows them")
}
