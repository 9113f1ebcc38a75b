//! Carrying out what decisions left in the outbox: at least once, harmless when repeated.
//!
//! Every effect becomes a command under its own key, so that a second delivery gets the first answer.

use draaiboek_store::{CommitError, OutboxRow, Turn};
use draaiboek_workflow::decide::{Actor, ChildStatus, Command, Effect, Parent};
use serde_json::json;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::decode;
use crate::start::StartRequest;

/// Attempts before an effect is given up and becomes an incident of its instance.
pub const MAX_ATTEMPTS: i64 = 8;

/// How long an effect waits before it knocks again at a cycle that is paused or blocked: as long as it has waited until
/// now, within these bounds (in microseconds). When the cycle goes on it need not wait.
const HELD_UP: (i64, i64) = (30_000_000, 6 * 3_600_000_000);
/// Effects looked at when a cycle goes on.
const HELD: u64 = 1_000;

impl Engine {
    /// Carries one effect out and books what became of it.
    pub(crate) async fn carry_out(&self, mut row: OutboxRow, claim: Option<i64>) -> Result<(), EngineError> {
        let now = self.clock.now().as_microsecond();
        row.attempts += 1;
        let delivered = self.deliver(&row).await;
        self.meter.delivered(&row.kind, &delivered);
        match delivered {
            Ok(()) => done(&mut row, now, None),
            Err(EngineError::Rejected(no)) if matches!(no.word.as_str(), "PAUSED" | "BLOCKED") => {
                // The receiver takes nothing now, but will: waiting for that is no failure.
                row.attempts -= 1;
                row.not_before = now + (now - row.created_at).clamp(HELD_UP.0, HELD_UP.1);
                row.last_error = Some(no.to_string());
            }
            Err(EngineError::Rejected(rejection)) => done(&mut row, now, Some(rejection.to_string())),
            Err(error) if row.attempts >= MAX_ATTEMPTS => {
                self.report(&row, &error).await?;
                row.status = "given_up".into();
                row.last_error = Some(error.to_string());
            }
            Err(error) => {
                // Waits twice as long after each failure: 1 s, 2 s, 4 s, …
                row.not_before = now + (1_000_000 << row.attempts.min(16));
                row.last_error = Some(error.to_string());
            }
        }
        match self.writer.submit(Turn { outbox: vec![row], claim, ..Turn::default() }).await {
            // Another process has it by now; what was done here, it finds done under the same key.
            Ok(_) | Err(CommitError::Fenced) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Makes an effect that is given up an incident of its instance, so that a person sees it.
    async fn report(&self, row: &OutboxRow, error: &EngineError) -> Result<(), EngineError> {
        let Some(pk) = row.instance_pk else { return Ok(()) };
        let Some(instance) = self.store.read().instance_by_pk(pk).await? else { return Ok(()) };
        let cause =
            format!("effect `{}` ({}) was given up after {} attempts: {error}", row.key, row.kind, row.attempts);
        let command = Command::Break { step: None, cause };
        match self.command(&instance.id, &Actor::system(), command, Some(&format!("{}:given-up", row.key))).await {
            // A cycle that has ended has nobody who waits for it.
            Ok(_) | Err(EngineError::Rejected(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// A cycle takes events again: what waits for it need not wait any longer.
    pub(crate) async fn hurry(&self, instance: &str) -> Result<(), EngineError> {
        let now = self.clock.now().as_microsecond();
        let waiting = self.store.read().held_up(instance, HELD).await?;
        let held = waiting.into_iter().filter(|row| {
            let receiver = match serde_json::from_str(&row.payload) {
                Ok(Effect::ChildEnded { parent, .. }) => parent.instance,
                Ok(Effect::Deliver { instance, .. }) => instance,
                _ => return false,
            };
            receiver == instance
        });
        let outbox: Vec<_> = held.map(|row| OutboxRow { not_before: now, ..row }).collect();
        if !outbox.is_empty() {
            self.writer.submit(Turn { outbox, ..Turn::default() }).await?;
            self.woken.notify_one();
        }
        Ok(())
    }

    /// Puts the effects of an instance that were given up back in line.
    pub(crate) async fn send_again(&self, instance_pk: i64) -> Result<(), EngineError> {
        let not_before = self.clock.now().as_microsecond();
        let again = |row| OutboxRow { status: "pending".into(), attempts: 0, not_before, ..row };
        let outbox: Vec<_> = self.store.read().given_up(instance_pk).await?.into_iter().map(again).collect();
        if !outbox.is_empty() {
            self.writer.submit(Turn { outbox, ..Turn::default() }).await?;
            self.woken.notify_one();
        }
        Ok(())
    }

    async fn deliver(&self, row: &OutboxRow) -> Result<(), EngineError> {
        let effect: Effect = decode("effect", &row.key, &row.payload)?;
        let system = Actor::system();
        let key = Some(row.key.as_str());
        match effect {
            Effect::StartChild { instance, workflow, version, config, parent } => {
                self.start_child(instance, workflow, version, config, parent, &row.key).await
            }
            Effect::CancelChild { instance, reason } => {
                match self.command(&instance, &system, Command::Cancel { reason }, key).await {
                    // It was not started yet, and will not be: its parent does not wait for it any more.
                    Err(EngineError::NotFound { .. }) if row.attempts >= MAX_ATTEMPTS => Ok(()),
                    other => other.map(drop),
                }
            }
            Effect::ChildEnded { parent, status, outcome } => {
                let command = Command::ChildEnded { state: parent.state, key: parent.key, status, outcome };
                self.command(&parent.instance, &system, command, key).await.map(drop)
            }
            Effect::Deliver { instance, event, data } => {
                let command = Command::Send { event, data, reason: None };
                self.command(&instance, &system, command, key).await.map(drop)
            }
            Effect::Forget { .. } => self.forget(row).await,
            // A message is delivered by being there to read: the outbox row is the notice. Mail is another channel.
            Effect::Notify { .. } => Ok(()),
        }
    }

    /// Whether a parent still waits for this child. The effect may have been on its way for long: it was held up, or the
    /// clock was set back, and meanwhile the parent was cancelled or went on without it.
    async fn waits_for(&self, parent: &Parent, child: &str) -> Result<bool, EngineError> {
        self.look(&parent.instance, |live| {
            let children = live.snapshot()?.children.get(&parent.state);
            let entry = children.and_then(|children| children.entries.get(&parent.key));
            Ok(entry.is_some_and(|entry| entry.instance == child && entry.status == ChildStatus::Running))
        })
        .await
    }

    /// Starts a child; one that can not be started is told to its parent as failed, never silently dropped.
    async fn start_child(
        &self,
        instance: String,
        workflow: String,
        version: Option<String>,
        config: draaiboek_workflow::decide::Object,
        parent: Parent,
        key: &str,
    ) -> Result<(), EngineError> {
        let above = self.store.read().instance(draaiboek_store::Scope::All, &parent.instance).await?;
        if !self.waits_for(&parent, &instance).await? {
            return Ok(());
        }
        let school =
            above.ok_or_else(|| EngineError::not_found("parent", &parent.instance, "it started this child"))?.school;
        let request =
            StartRequest { id: Some(instance), school, workflow, version, config, parent: Some(parent.clone()) };
        match self.start(request, &Actor::system(), Some(key)).await {
            Ok(_) => Ok(()),
            Err(error @ (EngineError::Store(_) | EngineError::Commit(_) | EngineError::Stale)) => Err(error),
            Err(error) => {
                let command = Command::ChildEnded {
                    state: parent.state,
                    key: parent.key,
                    status: ChildStatus::Failed,
                    outcome: json!({"error": error.to_string()}),
                };
                self.command(&parent.instance, &Actor::system(), command, Some(&format!("{key}:failed")))
                    .await
                    .map(drop)
            }
        }
    }
}

fn done(row: &mut OutboxRow, now: i64, refused: Option<String>) {
    row.status = "done".into();
    row.done_at = Some(now);
    row.last_error = refused;
}
