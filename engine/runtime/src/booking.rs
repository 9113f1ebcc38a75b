//! From a decision to rows: one decision is one turn, and the instance in memory follows.

use std::sync::Arc;

use draaiboek_store::{
    ArtifactRow, CommandKeyRow, ContributionChange as RowChange, IncidentRow, InstanceWrite, JournalEntry,
    NewContribution as RowContribution, OutboxRow, StepRunRow, Store, TaskRow, TimerRow, Turn, content_hash,
};
use draaiboek_workflow::decide::{
    Actor, Answers, Command, ContributionChange, ContributionStatus, Decision, Effect, Happening, NewTask, Rejection,
    TaskChange, TimerChange,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::CORE_VERSION;
use crate::catalog::bytes;
use crate::error::EngineError;
use crate::live::{Live, TaskTitle, TimerEvent, decode};
use crate::pool::{PoolRows, slot_text, status_word};

/// A command with its actor, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Journaled {
    pub by: Actor,
    pub command: Command,
}

/// The personal part of a contribution: stored beside the journal, never in it.
#[derive(Debug, Clone)]
pub(crate) struct Payload {
    pub text: String,
    pub salt: Vec<u8>,
}

/// What is booked besides the decision itself.
pub(crate) struct Booking<'b> {
    pub journaled: &'b Journaled,
    pub answers: &'b Answers,
    pub payload: Option<Payload>,
    pub now: Timestamp,
    pub key: Option<CommandKeyRow>,
}

fn json<T: Serialize>(value: &T) -> Result<String, EngineError> {
    serde_json::to_string(value).map_err(|error| EngineError::Invalid(format!("can not be written as JSON: {error}")))
}

impl Live {
    /// Books a decision: the rows to commit. The instance in memory is then ahead of the database until the commit.
    pub(crate) fn book(
        &mut self,
        store: &Store,
        decision: Decision,
        mut booking: Booking<'_>,
    ) -> Result<Turn, EngineError> {
        let now = booking.now.as_microsecond();
        let create = self.snapshot.is_none();
        let mut turn = Turn { command_key: booking.key.take(), ..Turn::default() };
        self.sight.take();
        let row = Arc::make_mut(&mut self.row);
        row.revision += 1;
        row.set_snapshot(decision.snapshot_text);
        row.status = json(&decision.snapshot.chart.active)?;
        row.updated_at = now;
        let lifecycle = decision.snapshot.lifecycle.word();
        let other_lifecycle = row.lifecycle != lifecycle;
        if other_lifecycle {
            row.lifecycle = lifecycle.into();
        }
        if decision.snapshot.lifecycle.is_over() && row.finished_at.is_none() {
            row.finished_at = Some(now);
        }
        let outcome = json(&Outcome { answer: &decision.answer, trace: &decision.trace })?;
        let migrated = decision.origin.is_some();
        if let Some(origin) = decision.origin {
            row.version.clone_from(&origin.version);
            row.definition_hash = bytes(&origin.definition);
            row.origin = json(&origin)?;
            self.origin = *origin;
        }
        turn.journal.push(self.journal_row(store, &booking, outcome)?);
        self.book_steps(store, &decision.tasks, now, &mut turn)?;
        self.book_contributions(store, decision.contributions, booking.payload.take(), now, &mut turn)?;
        self.book_timers(store, decision.timers, now, &mut turn)?;
        self.book_effects(store, &decision.effects, now, &mut turn)?;
        self.book_incidents(store, &decision.trace, &decision.snapshot.incidents, now, &mut turn);
        for artifact in decision.artifacts {
            let content = json(&artifact.content)?;
            turn.artifacts.push(ArtifactRow {
                id: store.ids().artifact(),
                instance_pk: self.row.pk,
                name: artifact.name,
                version: artifact.version.into(),
                content_hash: content_hash(&content),
                content,
                created_at: now,
            });
        }
        self.snapshot = Some(decision.snapshot);
        let cold = other_lifecycle || migrated || matches!(booking.journaled.command, Command::Recalendar);
        turn.instance = Some(if create {
            InstanceWrite::Create(Arc::clone(&self.row))
        } else {
            InstanceWrite::advance(Arc::clone(&self.row), cold)
        });
        Ok(turn)
    }

    /// Books a refusal: a journal row and nothing else.
    pub(crate) fn book_refusal(
        &mut self,
        store: &Store,
        rejection: &Rejection,
        booking: &Booking<'_>,
    ) -> Result<Turn, EngineError> {
        self.sight.take();
        let row = Arc::make_mut(&mut self.row);
        row.revision += 1;
        row.updated_at = booking.now.as_microsecond();
        let outcome = json(rejection)?;
        let row = self.journal_row(store, booking, format!("rejected {outcome}"))?;
        let instance = Some(InstanceWrite::advance(Arc::clone(&self.row), false));
        Ok(Turn { instance, journal: vec![row], ..Turn::default() })
    }

    fn journal_row(
        &mut self,
        store: &Store,
        booking: &Booking<'_>,
        outcome: String,
    ) -> Result<draaiboek_store::JournalRow, EngineError> {
        let actor = &booking.journaled.by;
        let entry = JournalEntry {
            at: booking.now.as_microsecond(),
            actor: actor.person.clone().unwrap_or_default(),
            on_behalf: actor.on_behalf_of.clone(),
            outcome,
            command: json(booking.journaled)?,
            answers: json(booking.answers)?,
            core_version: CORE_VERSION.into(),
        };
        Ok(Arc::make_mut(&mut self.row).append(store.ids(), entry))
    }

    fn book_steps(
        &mut self,
        store: &Store,
        changes: &[TaskChange],
        now: i64,
        turn: &mut Turn,
    ) -> Result<(), EngineError> {
        for change in changes {
            match change {
                TaskChange::Open(task) => {
                    let pool = self.pool_row(store, task, now, turn);
                    let row = self.task_row(store, task, pool)?;
                    self.tasks.insert(task.run, row.clone());
                    turn.tasks.push(row);
                }
                TaskChange::Close { run, how } => {
                    let Some(mut row) = self.tasks.remove(run) else { continue };
                    row.status = if *how == "concluded" { "done".into() } else { (*how).into() };
                    row.closed_at = Some(now);
                    replace(&mut turn.tasks, row, |row| row.id);
                }
                TaskChange::Assign { run, assignees } => {
                    let Some(row) = self.tasks.get_mut(run) else { continue };
                    row.assignees = json(assignees)?;
                    replace(&mut turn.tasks, row.clone(), |row| row.id);
                }
                TaskChange::Due { run, due } => {
                    let Some(row) = self.tasks.get_mut(run) else { continue };
                    row.due_at = Some(due.as_microsecond());
                    replace(&mut turn.tasks, row.clone(), |row| row.id);
                }
                TaskChange::Moved { run, step, state } => {
                    let Some(row) = self.tasks.get_mut(run) else { continue };
                    let mut title: TaskTitle = decode("task", &self.row.id, &row.title)?;
                    title.step.clone_from(step);
                    title.state.clone_from(state);
                    row.title = json(&title)?;
                    replace(&mut turn.tasks, row.clone(), |row| row.id);
                }
            }
        }
        Ok(())
    }

    /// The row of the pool a new task writes to, made with its first task.
    fn pool_row(&mut self, store: &Store, task: &NewTask, now: i64, turn: &mut Turn) -> i64 {
        if let Some(pool) = self.pools.get(&task.pool) {
            return pool.row.id;
        }
        let row = StepRunRow {
            id: store.ids().step_run(),
            instance_pk: self.row.pk,
            step: format!("{}#{}", task.step, task.pool),
            kind: task.kind.clone(),
            status: "open".into(),
            opened_at: now,
            closed_at: None,
            contribution_head: None,
            outcome: None,
        };
        let id = row.id;
        turn.step_runs.push(row.clone());
        self.pools.insert(task.pool, PoolRows::new(row, Vec::new()));
        id
    }

    fn task_row(&self, store: &Store, task: &NewTask, pool: i64) -> Result<TaskRow, EngineError> {
        let title = TaskTitle {
            run: task.run,
            step: task.step.clone(),
            kind: task.kind.clone(),
            state: task.state.clone(),
            text: task.title.clone(),
        };
        Ok(TaskRow {
            id: store.ids().task(),
            instance_pk: self.row.pk,
            step_run: pool,
            school: self.origin.school.clone(),
            title: json(&title)?,
            roles: json(&task.roles)?,
            assignees: json(&task.assignees)?,
            minutes: task.minutes.unwrap_or(0).into(),
            privacy: format!("{:?}", task.privacy),
            status: "open".into(),
            opened_at: task.opened_at.as_microsecond(),
            due_at: task.due.map(Timestamp::as_microsecond),
            closed_at: None,
        })
    }

    fn book_contributions(
        &mut self,
        store: &Store,
        changes: Vec<ContributionChange>,
        mut payload: Option<Payload>,
        now: i64,
        turn: &mut Turn,
    ) -> Result<(), EngineError> {
        for change in changes {
            match change {
                ContributionChange::Status { pool, id, status } => {
                    let id = self.pools.get_mut(&pool).and_then(|pool| pool.set_status(&id, status));
                    if let Some(id) = id {
                        let status = status_word(status).into();
                        turn.contribution_changes.push(RowChange { id, status, erase: false });
                    }
                }
                ContributionChange::Renamed { from, to } => {
                    for pool in self.pools.values_mut().filter(|rows| rows.belongs_to(&from)) {
                        pool.rename(&to);
                        replace(&mut turn.step_runs, pool.row.clone(), |row| row.id);
                    }
                }
                ContributionChange::Erase { pool, until, whose } => {
                    let until = until.map(Timestamp::as_microsecond);
                    for pool in self.pools.values_mut().filter(|rows| rows.belongs_to(&pool)) {
                        let erased = pool.erase(until, whose.as_ref()).into_iter();
                        turn.contribution_changes.extend(erased.map(|id| RowChange {
                            id,
                            status: status_word(ContributionStatus::Erased).into(),
                            erase: true,
                        }));
                    }
                }
                ContributionChange::Add(new) => {
                    let Some(pool) = self.pools.get_mut(&new.pool) else { continue };
                    let Some(payload) = payload.take() else { continue };
                    let row = pool.row.append(
                        store.ids(),
                        RowContribution {
                            external_id: new.id,
                            entry: Some(new.entry),
                            slot: slot_text(&new.slot, new.shared),
                            participant: Some(new.participant),
                            group_id: new.group,
                            roles: json(&new.roles)?,
                            revision: new.revision.into(),
                            at: now,
                            status: status_word(new.status).into(),
                            salt: payload.salt,
                            payload: payload.text,
                        },
                    );
                    turn.step_runs.push(pool.row.clone());
                    pool.push(row.clone());
                    turn.contributions.push(row);
                }
            }
        }
        Ok(())
    }

    fn book_timers(
        &mut self,
        store: &Store,
        changes: Vec<TimerChange>,
        now: i64,
        turn: &mut Turn,
    ) -> Result<(), EngineError> {
        for change in changes {
            let row = match change {
                TimerChange::Set { id, timer } => {
                    let row = TimerRow {
                        id: self.timers.get(&timer.seq).map_or_else(|| store.ids().timer(), |row| row.id),
                        instance_pk: self.row.pk,
                        timer_id: id,
                        due_at: timer.due.as_microsecond(),
                        civil: timer.civil.to_string(),
                        rule: timer.rule,
                        event: json(&TimerEvent { seq: timer.seq, purpose: timer.purpose })?,
                        status: "pending".into(),
                        fired_at: None,
                        lateness: None,
                    };
                    self.timers.insert(timer.seq, row.clone());
                    row
                }
                TimerChange::Fired { seq } => {
                    let Some(mut row) = self.timers.remove(&seq) else { continue };
                    row.status = "fired".into();
                    row.fired_at = Some(now);
                    row.lateness = Some(now - row.due_at);
                    row
                }
                TimerChange::Cancelled { seq } => {
                    let Some(mut row) = self.timers.remove(&seq) else { continue };
                    row.status = "cancelled".into();
                    row
                }
            };
            replace(&mut turn.timers, row, |row| row.id);
        }
        Ok(())
    }

    fn book_effects(&self, store: &Store, effects: &[Effect], now: i64, turn: &mut Turn) -> Result<(), EngineError> {
        for (index, effect) in effects.iter().enumerate() {
            let payload = json(effect)?;
            let kind = serde_json::from_str::<Value>(&payload).ok();
            let kind = kind.as_ref().and_then(|v| v.get("effect")).and_then(Value::as_str).unwrap_or("effect");
            let not_before = match effect {
                Effect::Notify { not_before, .. } => not_before.as_microsecond(),
                _ => now,
            };
            turn.outbox.push(OutboxRow {
                id: store.ids().outbox(),
                instance_pk: Some(self.row.pk),
                key: format!("{}:{}:{index}", self.row.id, self.row.revision),
                kind: kind.to_owned(),
                payload,
                not_before,
                attempts: 0,
                status: "pending".into(),
                last_error: None,
                created_at: now,
                done_at: None,
            });
        }
        Ok(())
    }

    fn book_incidents(
        &mut self,
        store: &Store,
        trace: &[Happening],
        open: &std::collections::BTreeMap<String, draaiboek_workflow::decide::Incident>,
        now: i64,
        turn: &mut Turn,
    ) {
        for happening in trace {
            let Happening::Broke { incident, cause } = happening else { continue };
            let Some(known) = open.get(incident) else { continue };
            let row = self.incidents.entry(incident.clone()).or_insert_with(|| IncidentRow {
                id: store.ids().incident(),
                instance_pk: self.row.pk,
                step: known.step.clone().unwrap_or_default(),
                cause: cause.clone(),
                input: incident.clone(),
                attempts: 0,
                status: "open".into(),
                opened_at: now,
                closed_at: None,
            });
            row.attempts = known.attempts.into();
            turn.incidents.push(row.clone());
        }
        let settled: Vec<String> = self.incidents.keys().filter(|id| !open.contains_key(*id)).cloned().collect();
        for id in settled {
            if let Some(mut row) = self.incidents.remove(&id) {
                row.status = "resolved".into();
                row.closed_at = Some(now);
                turn.incidents.push(row);
            }
        }
    }
}

/// What the journal says of an accepted command.
#[derive(Serialize)]
struct Outcome<'o> {
    answer: &'o draaiboek_workflow::decide::Answer,
    trace: &'o [Happening],
}

/// Puts a row in the place of an earlier version of it in the same turn.
fn replace<R>(rows: &mut Vec<R>, row: R, id: impl Fn(&R) -> i64) {
    match rows.iter_mut().find(|known| id(known) == id(&row)) {
        Some(known) => *known = row,
        None => rows.push(row),
    }
}
