//! An instance in memory: what the database holds of it, decoded once and kept in step with every commit.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use draaiboek_store::{IncidentRow, InstanceRow, Reader, TaskRow, TimerRow, Whole};
use draaiboek_workflow::calendar::Calendar;
use draaiboek_workflow::decide::{Decision, Kept, Origin, Snapshot, TimerPurpose, World};
use draaiboek_workflow::definition::Definition;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::error::EngineError;
use crate::pool::PoolRows;
use crate::sight::Sight;

/// An instance in memory.
#[derive(Debug)]
pub(crate) struct Live {
    pub origin: Origin,
    pub definition: Arc<Definition>,
    pub calendar: Arc<Calendar>,
    /// Shared with the turn that is being written.
    pub row: Arc<InstanceRow>,
    pub snapshot: Option<Snapshot>,
    /// By pool number.
    pub pools: BTreeMap<u64, PoolRows>,
    /// Open tasks by the number of the step's opening.
    pub tasks: BTreeMap<u64, TaskRow>,
    /// Pending timers by number.
    pub timers: BTreeMap<u64, TimerRow>,
    /// Open incidents by id within the instance.
    pub incidents: BTreeMap<String, IncidentRow>,
    /// What readers see of it, until the next turn.
    pub sight: OnceLock<Arc<Sight>>,
}

/// What a task row says of its step besides its columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskTitle {
    /// Number of the step's opening.
    pub run: u64,
    /// Step id.
    pub step: String,
    /// Step kind.
    pub kind: String,
    /// State it belongs to.
    pub state: String,
    /// Title per locale.
    pub text: BTreeMap<String, String>,
}

/// What a timer row says of its purpose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TimerEvent {
    pub seq: u64,
    pub purpose: TimerPurpose,
}

impl Live {
    /// Decodes an instance with its open work.
    pub async fn of(whole: Whole, reader: &Reader, catalog: &Catalog) -> Result<Self, EngineError> {
        let Whole { row, step_runs, tasks, timers, incidents } = whole;
        let snapshot: Snapshot = decode("snapshot", &row.id, &row.snapshot)?;
        let definition = catalog.form(reader, &row.definition_hash, snapshot.migrated.as_deref()).await?;
        let calendar = catalog.calendar(reader, row.calendar_hash.as_deref()).await?;
        let origin: Origin = decode("origin", &row.id, &row.origin)?;
        let mut live = Self {
            origin,
            definition,
            calendar,
            snapshot: Some(snapshot),
            pools: BTreeMap::new(),
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
            incidents: BTreeMap::new(),
            sight: OnceLock::new(),
            row: Arc::new(row),
        };
        for (run, rows) in step_runs {
            if let Some(number) = run.step.rsplit_once('#').and_then(|(_, n)| n.parse().ok()) {
                live.pools.insert(number, PoolRows::new(run, rows));
            }
        }
        for task in tasks {
            let title: TaskTitle = decode("task", &live.row.id, &task.title)?;
            live.tasks.insert(title.run, task);
        }
        for timer in timers {
            let event: TimerEvent = decode("timer", &live.row.id, &timer.event)?;
            live.timers.insert(event.seq, timer);
        }
        live.incidents.extend(incidents.into_iter().map(|incident| (incident.input.clone(), incident)));
        Ok(live)
    }

    /// Whether a decision changes the definition that the instance goes by.
    pub fn goes_otherwise(&self, decision: &Decision) -> bool {
        fn kept(snapshot: &Snapshot) -> Option<&BTreeMap<String, Kept>> {
            snapshot.migrated.as_ref().map(|migrated| &migrated.kept).filter(|kept| !kept.is_empty())
        }
        decision.origin.is_some()
            || self.snapshot.as_ref().is_some_and(|before| kept(before) != kept(&decision.snapshot))
    }

    /// What a decision at `now` rests on.
    pub fn world(&self, now: Timestamp) -> World<'_> {
        World {
            definition: &self.definition,
            origin: &self.origin,
            calendar: &self.calendar,
            now,
            assuming: None,
            next: None,
        }
    }

    /// The snapshot.
    ///
    /// # Errors
    /// The instance was not started.
    pub fn snapshot(&self) -> Result<&Snapshot, EngineError> {
        self.snapshot.as_ref().ok_or_else(|| EngineError::not_found("cycle", &self.row.id, "it was not started"))
    }

    /// The pool a step writes to now.
    pub fn pool_of(&self, step: &str) -> Option<&PoolRows> {
        let owner = &self.definition.step(step)?.pool;
        let number = self.snapshot.as_ref()?.pools.get(owner)?.run;
        self.pools.get(&number)
    }
}

/// Decodes stored JSON; a damaged row is named instead of panicking.
pub(crate) fn decode<T: serde::de::DeserializeOwned>(what: &str, instance: &str, text: &str) -> Result<T, EngineError> {
    serde_json::from_str(text).map_err(|error| {
        EngineError::Invalid(format!(
            "the stored {what} of `{instance}` can not be read ({error}); run `draaiboek verify` and restore a backup"
        ))
    })
}
