//! The loops that make time and effects happen: timers that are due become commands, outbox rows are carried out.
//!
//! After downtime everything missed fires on start, in order, once, with its lateness in the journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use draaiboek_store::{CommitError, DueTimer, Mark, TimerRow, Turn};
use draaiboek_workflow::decide::{Actor, Command};
use jiff::Timestamp;

use crate::clock::VirtualClock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::{TimerEvent, decode};
use crate::retention;

/// Effects taken at once.
const LOOK: u64 = 1_024;
/// Longest sleep of the loop, so that work of another process is found; and the pause when nothing that is due goes.
const POLL: Duration = Duration::from_secs(1);

/// How long a process leaves alone what was kept long enough after it started, in microseconds: people come first.
const SETTLING: i64 = 60 * 1_000_000;

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
            let effects = self.store.claim_outbox(now, Mark::START, LOOK).await?;
            if !effects.rows.is_empty() {
                for row in effects.rows {
                    self.carry_out(row, effects.claim).await?;
                    done += 1;
                }
                continue;
            }
            let timers = self.store.claim_timers(now, Mark::START, 1).await?;
            let Some(due) = timers.rows.into_iter().next() else { return Ok(done) };
            self.fire(due, timers.claim).await?;
            done += 1;
        }
    }

    /// Fires one timer.
    pub(crate) async fn fire(&self, due: DueTimer, claim: Option<i64>) -> Result<(), EngineError> {
        let instance = due.instance.ok_or_else(|| {
            tracing::error!(timer = due.id, cycle = due.instance_pk, "the cycle of a timer cannot be read");
            let timer = due.id.to_string();
            EngineError::not_found("cycle of timer", &timer, "the database is damaged; run `draaiboek verify`")
        })?;
        // Fired or cancelled since it was taken.
        let row = self.store.read().timer(due.id).await?.filter(|row| row.status == "pending");
        let Some(row) = row else { return Ok(()) };
        let event: TimerEvent = decode("timer", &instance, &row.event)?;
        let command = Command::Timer { id: row.timer_id.clone(), seq: event.seq };
        match self.command(&instance, &Actor::system(), command, None).await {
            Ok(_) => {
                self.meter.fired(self.clock.now().as_microsecond() - row.due_at);
                Ok(())
            }
            // Dated anew since it was taken: its row says when it is due now.
            Err(EngineError::Rejected(rejection)) if rejection.word == "NOT_READY" => Ok(()),
            Err(EngineError::Rejected(rejection)) => {
                // Not set any more, or the cycle can not take it: it must not come up again.
                tracing::warn!(timer = row.id, word = rejection.word, "a timer was refused");
                let row = TimerRow { status: "cancelled".into(), ..row };
                match self.writer.submit(Turn { timers: vec![row], claim, ..Turn::default() }).await {
                    Ok(_) | Err(CommitError::Fenced) => Ok(()),
                    Err(error) => Err(error.into()),
                }
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
            let next = self.store.read().next_due().await?;
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

    /// Runs until `stop` resolves: sleeps until the next timer or effect, or until a command or another process makes new
    /// ones. What was begun is ended first.
    pub async fn run(self: Arc<Self>, stop: impl Future<Output = ()>) {
        let stopping = AtomicBool::new(false);
        let stop = async {
            stop.await;
            stopping.store(true, Ordering::Relaxed);
            self.woken.notify_one();
        };
        tokio::join!(self.work(&stopping), stop);
    }

    async fn work(self: &Arc<Self>, stopping: &AtomicBool) {
        let mut next_tidy = self.clock.now().as_microsecond() + SETTLING;
        loop {
            let (busy, sleep) = match self.round(stopping).await {
                Ok(0) => (false, self.until_next().await),
                Ok(_) => (true, Duration::ZERO),
                Err(error) => {
                    tracing::error!(error = error.for_log(), "timers and effects wait for the database");
                    (false, POLL)
                }
            };
            tokio::select! {
                biased;
                () = self.woken.notified() => {}
                () = self.store.woken() => {}
                () = tokio::time::sleep(sleep) => {}
            }
            if stopping.load(Ordering::Relaxed) {
                return;
            }
            if busy {
                continue;
            }
            if let Err(error) = self.align().await {
                tracing::warn!(error = error.for_log(), "the clock goes by the machine until the database answers");
            }
            let now = self.clock.now().as_microsecond();
            if now >= next_tidy {
                next_tidy = now + retention::EVERY;
                if let Err(error) = self.tidy().await {
                    tracing::error!(error = error.for_log(), "what was kept long enough stays a while longer");
                }
            }
        }
    }

    /// Sets the clock to what a database that several processes share says.
    ///
    /// # Errors
    /// The database.
    pub async fn align(&self) -> Result<(), EngineError> {
        let told = self.store.read().clock().await?;
        if let Some(common) = told.and_then(|micros| Timestamp::from_microsecond(micros).ok()) {
            self.clock.align(common);
        }
        Ok(())
    }

    async fn until_next(&self) -> Duration {
        let Ok(Some(next)) = self.store.read().next_due().await else { return POLL };
        let wait = next.saturating_sub(self.clock.now().as_microsecond());
        Duration::from_micros(u64::try_from(wait).unwrap_or(0)).clamp(Duration::from_millis(5), POLL)
    }

    /// The school's calendar changed: open timers of its running cycles are dated anew.
    pub(crate) async fn recalendar(&self, school: &str, calendar: &[u8]) -> Result<(), EngineError> {
        for summary in self.unfinished(school).await? {
            // Another process may come in between, and the cycle is then loaded with its old calendar.
            while self.put_calendar(&summary.id, calendar).await? {
                let redated = self.command(&summary.id, &Actor::system(), Command::Recalendar, None).await;
                if redated.is_err() {
                    // The new calendar is only in memory: the next command starts from what is stored.
                    *self.slot(&summary.id).lock().await = None;
                }
                redated?;
            }
        }
        Ok(())
    }

    /// Gives an instance in memory this calendar; false when it has it already.
    async fn put_calendar(&self, instance: &str, calendar: &[u8]) -> Result<bool, EngineError> {
        let slot = self.slot(instance);
        let mut guard = slot.lock().await;
        self.forget_outdated(&mut guard).await?;
        let live = self.loaded(&mut guard, instance).await?;
        if live.row.calendar_hash.as_deref() == Some(calendar) {
            return Ok(false);
        }
        live.calendar = self.catalog.calendar(self.store.read(), Some(calendar)).await?;
        Arc::make_mut(&mut live.row).calendar_hash = Some(calendar.to_vec());
        Ok(true)
    }
}
