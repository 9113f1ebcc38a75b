//! The loops that make time and effects happen: timers that are due become commands, outbox rows are carried out.
//!
//! After downtime everything missed fires on start, in order, once, with its lateness in the journal.

use std::sync::Arc;
use std::time::Duration;

use draaiboek_store::{InstanceFilter, Scope, TimerRow};
use draaiboek_workflow::decide::{Actor, Command};
use jiff::Timestamp;

use crate::clock::VirtualClock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::{TimerEvent, decode};

/// Rows taken at once.
const BATCH: u64 = 200;
/// Longest sleep of the loop, so that work of another process is found.
const POLL: Duration = Duration::from_secs(1);

impl Engine {
    /// Carries out everything that is due now: effects first, then timers in order of due time and creation,
    /// each run to completion before the next. Gives the number of things done.
    ///
    /// # Errors
    /// The database; a single broken effect or timer is booked and does not stop the others.
    pub async fn pump(&self) -> Result<usize, EngineError> {
        let mut done = 0;
        loop {
            let now = self.clock.now().as_microsecond();
            let effects = self.store.read().pending_outbox(now, BATCH).await?;
            if !effects.is_empty() {
                for row in effects {
                    self.carry_out(row).await?;
                    done += 1;
                }
                continue;
            }
            let Some(timer) = self.store.read().due_timers(now, 1).await?.into_iter().next() else { return Ok(done) };
            self.fire(timer).await?;
            done += 1;
        }
    }

    async fn fire(&self, row: TimerRow) -> Result<(), EngineError> {
        let instance = self.store.read().instance_by_pk(row.instance_pk).await?.ok_or_else(|| {
            EngineError::not_found("cycle of timer", &row.timer_id, "the database is damaged; run `draaiboek verify`")
        })?;
        let event: TimerEvent = decode("timer", &instance.id, &row.event)?;
        let command = Command::Timer { id: row.timer_id.clone(), seq: event.seq };
        match self.command(&instance.id, &Actor::system(), command, None).await {
            Ok(_) => Ok(()),
            Err(EngineError::Rejected(rejection)) => {
                // Not set any more, or the cycle can not take it: it must not come up again.
                let reason = format!("timer `{}` was refused: {rejection}", row.timer_id);
                tracing::warn!(timer = row.timer_id, word = rejection.word, "{reason}");
                let row = TimerRow { status: "cancelled".into(), ..row };
                self.writer.submit(draaiboek_store::Turn { timers: vec![row], ..Default::default() }).await?;
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// Moves a virtual clock to `to`, firing everything that falls due on the way at its own moment.
    ///
    /// # Errors
    /// As [`Engine::pump`].
    pub async fn advance(&self, clock: &VirtualClock, to: Timestamp) -> Result<(), EngineError> {
        self.pump().await?;
        loop {
            let reader = self.store.read();
            let timer = reader.next_timer().await?;
            let effect = reader.next_outbox().await?;
            let next = [timer, effect].into_iter().flatten().min();
            match next.and_then(|micros| Timestamp::from_microsecond(micros).ok()).filter(|next| *next <= to) {
                Some(next) => {
                    clock.advance_to(next);
                    self.pump().await?;
                }
                None => {
                    clock.advance_to(to);
                    return Ok(());
                }
            }
        }
    }

    /// Runs until `stop` resolves: sleeps until the next timer or effect, or until a command makes new ones.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            if let Err(error) = self.pump().await {
                tracing::error!(%error, "timers and effects wait for the database");
            }
            let sleep = self.until_next().await;
            tokio::select! {
                () = &mut stop => return,
                () = self.woken.notified() => {}
                () = tokio::time::sleep(sleep) => {}
            }
        }
    }

    async fn until_next(&self) -> Duration {
        let reader = self.store.read();
        let next = [reader.next_timer().await.ok().flatten(), reader.next_outbox().await.ok().flatten()];
        let Some(next) = next.into_iter().flatten().min() else { return POLL };
        let wait = next.saturating_sub(self.clock.now().as_microsecond());
        Duration::from_micros(u64::try_from(wait).unwrap_or(0)).clamp(Duration::from_millis(5), POLL)
    }

    /// The school's calendar changed: open timers of its running cycles are dated anew.
    pub(crate) async fn recalendar(&self, school: &str, calendar: &[u8]) -> Result<(), EngineError> {
        let filter = InstanceFilter::default();
        let running = self.store.read().instances(Scope::School(school), &filter, u32::MAX.into()).await?;
        for summary in running.into_iter().filter(|row| matches!(row.lifecycle.as_str(), "active" | "paused")) {
            {
                let slot = self.slot(&summary.id);
                let mut guard = slot.lock().await;
                let live = self.loaded(&mut guard, &summary.id).await?;
                if live.row.calendar_hash.as_deref() == Some(calendar) {
                    continue;
                }
                live.calendar = self.catalog.calendar(self.store.read(), Some(calendar)).await?;
                live.row.calendar_hash = Some(calendar.to_vec());
            }
            let redated = self.command(&summary.id, &Actor::system(), Command::Recalendar, None).await;
            if redated.is_err() {
                // The new calendar is only in memory: the next command starts from what is stored.
                *self.slot(&summary.id).lock().await = None;
            }
            redated?;
        }
        Ok(())
    }
}
