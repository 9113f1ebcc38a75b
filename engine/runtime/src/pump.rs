//! The loops that make time and effects happen: timers that are due become commands, outbox rows are carried out.
//!
//! After downtime everything missed fires on start, in order, once, with its lateness in the journal.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use draaiboek_store::{Claimed, CommitError, OutboxRow, TimerRow, Turn};
use draaiboek_workflow::decide::{Actor, Command};
use jiff::Timestamp;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::clock::VirtualClock;
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::{TimerEvent, decode};
use crate::retention;

/// Rows taken at once.
const BATCH: u64 = 1_024;
/// Instances served side by side: while as many as one reading takes are read, as many others are decided and written.
const LANES: usize = 2 * draaiboek_store::MAX_WHOLE;
/// Longest sleep of the loop, so that work of another process is found; and the pause when nothing that is due goes.
const POLL: Duration = Duration::from_secs(1);

/// How long a process leaves alone what was kept long enough after it started, in microseconds: people come first.
const SETTLING: i64 = 60 * 1_000_000;

/// Something that is due, with the claim under which it was taken.
enum Due {
    Effect(OutboxRow, Option<i64>),
    /// Of the instance with this id, when there is one.
    Timer(TimerRow, Option<String>, Option<i64>),
}

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
            let effects = self.store.claim_outbox(now, BATCH).await?;
            if !effects.rows.is_empty() {
                for row in effects.rows {
                    self.carry_out(row, effects.claim).await?;
                    done += 1;
                }
                continue;
            }
            let timers = self.store.claim_timers(now, 1).await?;
            let Some(timer) = timers.rows.into_iter().next() else { return Ok(done) };
            let instance = self.store.read().instance_ids(&[timer.instance_pk]).await?.remove(&timer.instance_pk);
            self.fire(timer, instance, timers.claim).await?;
            done += 1;
        }
    }

    async fn fire(&self, row: TimerRow, instance: Option<String>, claim: Option<i64>) -> Result<(), EngineError> {
        let instance = instance.ok_or_else(|| {
            tracing::error!(timer = row.id, cycle = row.instance_pk, "the cycle of a timer cannot be read");
            EngineError::not_found("cycle of timer", &row.timer_id, "the database is damaged; run `draaiboek verify`")
        })?;
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

    /// Takes what is due, once, and carries it out: of one instance in order, of several side by side, so that they share
    /// the wait for the disk. One that fails does not hold the others up. Gives the number of things done.
    async fn round(self: &Arc<Self>) -> Result<usize, EngineError> {
        let now = self.clock.now().as_microsecond();
        // Effects that cannot be read, on a damaged page, do not hold up the timers.
        let (effects, mut failed) = match self.store.claim_outbox(now, BATCH).await {
            Ok(effects) => (effects, None),
            Err(error) => (Claimed { rows: Vec::new(), claim: None }, Some(EngineError::from(error))),
        };
        let timers = match effects.rows.is_empty() {
            true => self.store.claim_timers(now, BATCH).await?,
            false => Claimed { rows: Vec::new(), claim: None },
        };
        let mut lanes: BTreeMap<Option<i64>, VecDeque<Due>> = BTreeMap::new();
        for row in effects.rows {
            lanes.entry(row.instance_pk).or_default().push_back(Due::Effect(row, effects.claim));
        }
        let pks: Vec<i64> = timers.rows.iter().map(|row| row.instance_pk).collect();
        let ids = self.store.read().instance_ids(&pks).await?;
        for row in timers.rows {
            let (pk, id) = (row.instance_pk, ids.get(&row.instance_pk).cloned());
            lanes.entry(Some(pk)).or_default().push_back(Due::Timer(row, id, timers.claim));
        }
        let mut done = 0;
        let mut running = JoinSet::new();
        let mut lanes = lanes.into_values();
        loop {
            while running.len() < LANES
                && let Some(lane) = lanes.next()
            {
                running.spawn(Arc::clone(self).lane(lane));
            }
            let Some(ended) = running.join_next().await else { break };
            let (count, error) = ended.unwrap_or((0, Some(EngineError::Stale)));
            done += count;
            failed = failed.or(error);
        }
        match failed {
            Some(error) if done == 0 => Err(error),
            Some(error) => {
                tracing::error!(error = error.for_log(), "a timer or an effect waits");
                Ok(done)
            }
            None => Ok(done),
        }
    }

    /// Carries out what is due of one instance, in order.
    async fn lane(self: Arc<Self>, lane: VecDeque<Due>) -> (usize, Option<EngineError>) {
        let (mut done, mut failed) = (0, None);
        for due in lane {
            let outcome = match due {
                Due::Effect(row, claim) => {
                    let span = tracing::info_span!("effect", row = row.id);
                    self.carry_out(row, claim).instrument(span).await
                }
                Due::Timer(row, id, claim) => {
                    let span = tracing::info_span!("timer", row = row.id);
                    self.fire(row, id, claim).instrument(span).await
                }
            };
            match outcome {
                Ok(()) => done += 1,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        (done, failed)
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
        tokio::pin!(stop);
        let mut next_tidy = self.clock.now().as_microsecond() + SETTLING;
        loop {
            let (busy, sleep) = match self.round().await {
                Ok(0) => (false, self.until_next().await),
                Ok(_) => (true, Duration::ZERO),
                Err(error) => {
                    tracing::error!(error = error.for_log(), "timers and effects wait for the database");
                    (false, POLL)
                }
            };
            tokio::select! {
                biased;
                () = &mut stop => return,
                () = self.woken.notified() => {}
                () = self.store.woken() => {}
                () = tokio::time::sleep(sleep) => {}
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
        live.row.calendar_hash = Some(calendar.to_vec());
        Ok(true)
    }
}
