//! One turn of an instance: consult the plugins, decide, book, commit; decided anew when another process came in between.
//!
//! Lives here: the way of one command from its instance in memory to the disk. May not live here: what people ask for.

use draaiboek_plugin_host::Warning;
use draaiboek_store::{CommandKeyRow, CommitError, Turn, payload_hash};
use draaiboek_workflow::decide::{Actor, Command, Rejection, World, decide, sends_for};
use serde_json::Value;

use crate::booking::{Booking, Journaled, Payload};
use crate::catalog::hex;
use crate::consult::{Consulted, Incoming, consult};
use crate::engine::{Engine, Reply, repeat};
use crate::error::EngineError;
use crate::live::Live;

/// How often a command is decided anew when another one came in between. Other processes on the same database may be
/// quicker several times in a row.
const ATTEMPTS: u32 = 50;

/// A decision that is booked in memory: what it means once it is on disk.
pub(crate) struct Booked {
    reply: Reply,
    /// Whether the cycle takes again what waits for it.
    goes_on: bool,
    /// Whether it left timers or effects.
    wakes: bool,
}

impl Engine {
    /// One turn: consult, decide, book, commit.
    pub(crate) async fn turn(
        &self,
        instance: &str,
        actor: &Actor,
        command: Command,
        incoming: Option<Incoming>,
        seen: &[String],
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let kind = command.word();
        self.meter.command(kind, self.turn_anew(instance, actor, command, incoming, seen, key)).await
    }

    /// Decided anew when another process came in between.
    async fn turn_anew(
        &self,
        instance: &str,
        actor: &Actor,
        command: Command,
        incoming: Option<Incoming>,
        seen: &[String],
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let slot = self.slot(instance);
        let _place = self.admit(&slot, instance, actor).await?;
        let mut guard = slot.lock().await;
        for _ in 0..ATTEMPTS {
            let from_memory = guard.is_some();
            let live = self.loaded(&mut guard, instance).await?;
            still_there(live, seen)?;
            match self.attempt(live, actor, &command, incoming.as_ref(), key).await {
                Err(EngineError::Stale) => *guard = None,
                // The instance in memory ran ahead of a commit that did not happen.
                Err(EngineError::Commit(error)) => {
                    *guard = None;
                    return match (&error, key) {
                        (CommitError::Repeat(first), Some(key)) => repeat(key, first),
                        _ => Err(EngineError::Commit(error)),
                    };
                }
                // A "no" may rest on what another process has changed since; a "yes" would not have been committed.
                Err(_) if from_memory && self.forget_outdated(&mut guard).await? => {}
                other => return other,
            }
        }
        Err(EngineError::Stale)
    }

    async fn attempt(
        &self,
        live: &mut Live,
        actor: &Actor,
        command: &Command,
        incoming: Option<&Incoming>,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let now = self.clock.now();
        let consulted = match consult(&self.library, live, command, incoming, now) {
            Ok(consulted) => consulted,
            Err(EngineError::Incident { step, cause, retryable }) => {
                self.record_break(live, &step, &cause).await?;
                return Err(EngineError::Incident { step, cause, retryable });
            }
            Err(other) => return Err(other),
        };
        for (step, cause) in &consulted.broken {
            self.record_break(live, step, cause).await?;
        }
        if let (Command::Conclude { step }, Some((broken, cause))) = (command, consulted.broken.first())
            && step == broken
        {
            return Err(EngineError::Incident { step: step.clone(), cause: cause.clone(), retryable: true });
        }
        self.settle(live, actor, command, consulted, key).await
    }

    /// Decides and commits.
    pub(crate) async fn settle(
        &self,
        live: &mut Live,
        actor: &Actor,
        command: &Command,
        consulted: Consulted,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        let (turn, booked) = self.book(live, actor, command, consulted, key).await?;
        self.writer.submit(turn).await?;
        self.settled(&booked).await;
        Ok(booked.reply)
    }

    /// What a turn that is on disk brings about.
    pub(crate) async fn settled(&self, booked: &Booked) {
        if booked.goes_on {
            // If it fails, they knock again by themselves.
            let _ = self.hurry(&booked.reply.instance).await;
        }
        if booked.wakes {
            self.woken.notify_one();
        }
    }

    /// Decides, and books the decision in memory: the turn that has to be committed now, and what it means.
    pub(crate) async fn book(
        &self,
        live: &mut Live,
        actor: &Actor,
        command: &Command,
        consulted: Consulted,
        key: Option<&str>,
    ) -> Result<(Turn, Booked), EngineError> {
        let now = self.clock.now();
        let (command, payload) = with_payload(command, consulted.value.as_ref());
        let mut journaled = Journaled { by: actor.clone(), command };
        let next = self.next_definition(live, &journaled.command).await?;
        let world = World { next: next.as_deref(), ..live.world(now) };
        if let (Command::Send { event, .. }, Some(snapshot), None) =
            (&journaled.command, &live.snapshot, &actor.on_behalf_of)
        {
            journaled.by.on_behalf_of = sends_for(world, snapshot, actor, event);
        }
        let decided = decide(world, live.snapshot.as_ref(), actor, &journaled.command, &consulted.answers);
        let decision = match decided {
            Ok(decision) => decision,
            Err(rejection) => {
                if matches!(journaled.command, Command::Send { .. } | Command::Conclude { .. })
                    && live.snapshot.is_some()
                {
                    let booking =
                        Booking { journaled: &journaled, answers: &consulted.answers, payload: None, now, key: None };
                    let turn = live.book_refusal(&self.store, &rejection, &booking)?;
                    self.writer.submit(turn).await?;
                }
                return Err(rejection.into());
            }
        };
        let mut reply = Reply {
            instance: live.row.id.clone(),
            revision: decision.snapshot.revision,
            states: decision.snapshot.chart.active.clone(),
            lifecycle: decision.snapshot.lifecycle.word().into(),
            answer: decision.answer.clone(),
            trace: decision.trace.clone(),
            warnings: consulted.warnings.iter().filter_map(warning).collect(),
            contribution: None,
        };
        if let Command::Contribute { id, .. } = &journaled.command {
            reply.contribution = Some(id.clone());
        }
        let wakes = !decision.effects.is_empty() || !decision.timers.is_empty();
        let key = key.map(|key| key_row(key, &reply, live.row.pk, now.as_microsecond())).transpose()?;
        let booking = Booking { journaled: &journaled, answers: &consulted.answers, payload, now, key };
        let form = self.form_after(live, &decision).await?;
        let turn = live.book(&self.store, decision, booking)?;
        live.definition = form;
        let goes_on = matches!(journaled.command, Command::Resume | Command::Settle { .. } | Command::Move { .. });
        Ok((turn, Booked { reply, goes_on, wakes }))
    }

    /// Records that a plugin broke; everything else of the instance goes on.
    async fn record_break(&self, live: &mut Live, step: &str, cause: &str) -> Result<(), EngineError> {
        let command = Command::Break { step: Some(step.to_owned()), cause: cause.to_owned() };
        Box::pin(self.settle(live, &Actor::system(), &command, Consulted::default(), None)).await.map(drop)
    }
}

/// Whether the instance is in the states that the sender saw.
fn still_there(live: &Live, seen: &[String]) -> Result<(), EngineError> {
    for state in seen {
        if !live.snapshot()?.chart.active.contains(state) {
            let help = format!("state `{state}` was left meanwhile; look where the cycle is now and send again");
            return Err(Rejection::new("STALE", help).into());
        }
    }
    Ok(())
}

/// The salted hash that stands in the journal for the payload.
fn with_payload(command: &Command, value: Option<&Value>) -> (Command, Option<Payload>) {
    let mut command = command.clone();
    let Some(value) = value else { return (command, None) };
    let text = value.to_string();
    let salt = uuid::Uuid::new_v4().as_bytes().to_vec();
    if let Command::Contribute { payload_hash: hash, .. } = &mut command {
        *hash = hex(&payload_hash(&salt, &text));
    }
    (command, Some(Payload { text, salt }))
}

fn warning(warning: &Warning) -> Option<Value> {
    serde_json::to_value(warning).ok()
}

fn key_row(key: &str, reply: &Reply, instance_pk: i64, created_at: i64) -> Result<CommandKeyRow, EngineError> {
    let answer = serde_json::to_string(reply).map_err(|error| EngineError::Invalid(error.to_string()))?;
    Ok(CommandKeyRow { key: key.to_owned(), answer, instance_pk: Some(instance_pk), created_at })
}
