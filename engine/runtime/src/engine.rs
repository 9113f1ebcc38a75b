//! The engine: one request in, one commit, one answer. Instances are served one command at a time, side by side.
//!
//! Lives here: what people ask for, and on whose behalf. May not live here: how a command is decided and written (see `turn`).

use std::sync::Arc;

use draaiboek_plugin_host::Library;
use draaiboek_store::{Store, Writer};
use draaiboek_workflow::decide::{Actor, Answer, Command, Happening, Rejection, acts_for, refusal};
use draaiboek_workflow::ir::Identity;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::{Catalog, hex};
use crate::clock::Clock;
use crate::consult::{Incoming, conclude, others};
use crate::crowd::Crowd;
use crate::error::EngineError;
use crate::loading::Loading;
use crate::memory::Memory;
use crate::meter::Meter;
use crate::rehearse::Rehearsals;
use crate::school::School;

/// Turns waiting for the writer at the most; more are told to come back.
pub const WRITER_QUEUE: usize = 1_024;
/// Longest contribution, in bytes of JSON.
pub const MAX_PAYLOAD_BYTES: usize = 256 * 1024;

/// The engine.
pub struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) writer: Writer,
    pub(crate) library: Arc<Library>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) catalog: Catalog,
    pub(crate) latest: crate::workload::Latest,
    pub(crate) rehearsals: Rehearsals,
    pub(crate) memory: Memory,
    pub(crate) loading: Loading,
    pub(crate) meter: Meter,
    /// People's commands under way.
    pub(crate) crowd: Arc<Crowd>,
    /// Told when there may be new effects or timers.
    pub(crate) woken: tokio::sync::Notify,
}

/// The answer to a request; a repeat with the same key gets the first one again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reply {
    /// Instance id.
    pub instance: String,
    /// Commands accepted so far.
    pub revision: u64,
    /// Active states.
    pub states: Vec<String>,
    /// active, paused, cancelled, blocked or ended.
    pub lifecycle: String,
    /// What became of the command.
    pub answer: Answer,
    /// What happened.
    pub trace: Vec<Happening>,
    /// Remarks of the plugin for the contributor, Dutch and English.
    #[serde(default)]
    pub warnings: Vec<Value>,
    /// Id of the contribution, when one was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<String>,
}

/// A contribution as a person hands it in.
#[derive(Debug, Clone, Default)]
pub struct Handed {
    /// Step id.
    pub step: String,
    /// Contribution id; a new one is made when there is none.
    pub id: Option<String>,
    /// Object with one key, the entry kind.
    pub payload: Value,
    /// Group it is entered for.
    pub group: Option<String>,
    /// Revision (domain.md L3).
    pub revision: Option<u32>,
    /// Secret of an anonymous contributor; needed to revise or withdraw later.
    pub token: Option<String>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("store", &self.store).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens an engine over a store, with the plugins of `library`.
    pub fn new(store: Arc<Store>, library: Arc<Library>, clock: Arc<dyn Clock>) -> Self {
        let writer = Writer::start(Arc::clone(&store), WRITER_QUEUE);
        Self {
            store,
            writer,
            library,
            clock,
            catalog: Catalog::default(),
            latest: crate::workload::Latest::default(),
            rehearsals: Rehearsals::default(),
            memory: Memory::default(),
            loading: Loading::default(),
            meter: Meter::default(),
            crowd: Arc::default(),
            woken: tokio::sync::Notify::new(),
        }
    }

    /// The database, for reading.
    pub fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// The plugins.
    pub fn library(&self) -> &Arc<Library> {
        &self.library
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The school of this id.
    ///
    /// # Errors
    /// No such school, or a damaged row.
    pub async fn school(&self, id: &str) -> Result<School, EngineError> {
        self.catalog.school(self.store.read(), id).await
    }

    /// Stores a school with its calendar and dates the open timers of its running cycles anew where the calendar changed.
    ///
    /// # Errors
    /// A calendar that can not be built; the database.
    pub async fn put_school(&self, school: &School) -> Result<(), EngineError> {
        let hash = self.catalog.put_school(&self.store, school, self.clock.now()).await?;
        self.recalendar(&school.school, &hash).await
    }

    /// Carries a command out.
    ///
    /// # Errors
    /// [`EngineError::Rejected`] when it is not possible now; others when something broke.
    pub async fn command(
        &self,
        instance: &str,
        actor: &Actor,
        command: Command,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        self.command_seeing(instance, actor, command, &[], key).await
    }

    /// Carries a command out only while the instance is in the states that the sender saw: of two people who act at once
    /// the second one learns what happened.
    ///
    /// # Errors
    /// As [`Engine::command`]; `STALE` when a state was left meanwhile.
    pub async fn command_seeing(
        &self,
        instance: &str,
        actor: &Actor,
        command: Command,
        seen: &[String],
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        if let Some(first) = self.first_answer(key).await? {
            return Ok(first);
        }
        self.turn(instance, actor, command, None, seen, key).await
    }

    /// Hands a contribution in.
    ///
    /// # Errors
    /// As [`Engine::command`]; the plugin's own refusal is a rejection.
    pub async fn contribute(
        &self,
        instance: &str,
        actor: &Actor,
        handed: Handed,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        if let Some(first) = self.first_answer(key).await? {
            return Ok(first);
        }
        let size = handed.payload.to_string().len();
        if size > MAX_PAYLOAD_BYTES {
            return Err(EngineError::Rejected(Rejection::new(
                "INVALID",
                format!(
                    "the contribution has {size} bytes; the most is {MAX_PAYLOAD_BYTES}: shorten it or refer to a document"
                ),
            )));
        }
        let id = handed.id.clone().unwrap_or_else(|| uuid::Uuid::new_v4().simple().to_string());
        let (actor, anonymous) = self.for_whom(instance, &handed.step, actor).await?;
        let participant = participant(instance, &actor, &handed, anonymous)?;
        let actor = self.as_known(instance, &handed.step, &actor, anonymous).await?;
        let incoming = Incoming {
            participant: participant.clone(),
            roles: actor.roles.clone(),
            group: handed.group.clone(),
            payload: handed.payload,
        };
        let command = Command::Contribute {
            step: handed.step,
            id: id.clone(),
            participant,
            group: handed.group,
            revision: handed.revision,
            payload_hash: String::new(),
        };
        let mut reply = self.turn(instance, &actor, command, Some(incoming), &[], key).await?;
        reply.contribution = Some(id);
        Ok(reply)
    }

    /// Takes a contribution back.
    ///
    /// # Errors
    /// As [`Engine::command`].
    pub async fn withdraw(
        &self,
        instance: &str,
        actor: &Actor,
        step: &str,
        id: &str,
        token: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let handed = Handed { token: token.map(str::to_owned), ..Handed::default() };
        let (actor, anonymous) = self.for_whom(instance, step, actor).await?;
        let participant = participant(instance, &actor, &handed, anonymous)?;
        let actor = self.as_known(instance, step, &actor, anonymous).await?;
        let command = Command::Withdraw { step: step.to_owned(), id: id.to_owned(), participant };
        self.turn(instance, &actor, command, None, &[], None).await
    }

    /// Tries a broken step again, or the effects that were given up; a success settles the incident.
    ///
    /// # Errors
    /// No such incident, or it breaks again.
    pub async fn retry(&self, instance: &str, actor: &Actor, incident: &str) -> Result<Reply, EngineError> {
        let given_up = self
            .look(instance, |live| {
                let known = live.snapshot()?.incidents.get(incident).cloned().ok_or_else(|| {
                    EngineError::not_found("incident", incident, "`draaiboek show` lists the open ones")
                })?;
                if let Some(step) = &known.step {
                    let now = self.clock.now();
                    conclude(&self.library, live, step, now, None, &others(&self.library, live, step, now)?)?;
                }
                Ok(known.step.is_none().then_some(live.row.pk))
            })
            .await?;
        if let Some(pk) = given_up {
            self.send_again(pk).await?;
        }
        let command = Command::Settle { incident: incident.to_owned(), given_up: None };
        self.turn(instance, actor, command, None, &[], None).await
    }

    /// The answer that was given to this key before.
    pub(crate) async fn first_answer(&self, key: Option<&str>) -> Result<Option<Reply>, EngineError> {
        let Some(key) = key else { return Ok(None) };
        match self.store.read().answer(key).await? {
            Some(text) => repeat(key, &text).map(Some),
            None => Ok(None),
        }
    }

    /// The actor with the person they act for: whom they named, else whose job it is or for whom they stand in today; and
    /// whether the step is anonymous, where nobody acts for another.
    async fn for_whom(&self, instance: &str, step: &str, actor: &Actor) -> Result<(Actor, bool), EngineError> {
        let now = self.clock.now();
        self.look(instance, |live| {
            let (world, snapshot) = (live.world(now), live.snapshot()?);
            if let Some(no) = refusal(world, snapshot, actor, step) {
                return Err(no.into());
            }
            let mut actor = actor.clone();
            let anonymous = live.definition.step(step).is_some_and(|def| def.step.identity == Identity::Anonymous);
            if !anonymous && actor.on_behalf_of.is_none() {
                actor.on_behalf_of = acts_for(world, snapshot, &actor, step);
            }
            Ok((actor, anonymous))
        })
        .await
    }

    /// The actor as a step may know them: in an anonymous one only the roles that the step takes contributions of.
    async fn as_known(&self, instance: &str, step: &str, actor: &Actor, anonymous: bool) -> Result<Actor, EngineError> {
        if !anonymous || actor.is_system() {
            return Ok(actor.clone());
        }
        let mut roles = self.own_roles(instance, actor).await?;
        let taken =
            self.look(instance, |live| Ok(live.definition.step(step).map(|def| def.step.roles.clone()))).await?;
        roles.retain(|role| taken.as_ref().is_some_and(|taken| taken.contains(role)));
        Ok(Actor { person: None, roles, on_behalf_of: None })
    }
}

/// The key under which a contributor's entries stand: person, group entered by a facilitator, or the hash of a secret.
fn participant(instance: &str, actor: &Actor, handed: &Handed, anonymous: bool) -> Result<String, EngineError> {
    if anonymous {
        let token = handed.token.as_deref().filter(|token| token.len() >= 8).ok_or_else(|| {
            EngineError::Invalid("an anonymous contribution needs a secret of at least 8 characters (`token`)".into())
        })?;
        let digest = draaiboek_store::content_hash(&format!("{instance}\n{token}"));
        return Ok(format!("~{}", hex(digest.get(..16).unwrap_or(&digest))));
    }
    let person = actor.on_behalf_of.as_ref().or(actor.person.as_ref());
    person.cloned().ok_or_else(|| EngineError::Invalid("a contribution needs a person".into()))
}

pub(crate) fn repeat(key: &str, first: &str) -> Result<Reply, EngineError> {
    serde_json::from_str(first)
        .map_err(|error| EngineError::Invalid(format!("the stored answer to `{key}` can not be read: {error}")))
}
