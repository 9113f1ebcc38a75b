//! Instances with all of their open work, several at once: what an engine takes into memory.
//!
//! Lives here: reading many in as few statements as one. May not live here: decoding them, keeping them.

use super::Reader;
use super::work::of_status;
use crate::entity::{
    ContributionRow, IncidentRow, InstanceRow, StepRunRow, TaskRow, TimerRow, incident, instance, step_run, task, timer,
};
use crate::error::StoreError;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;

/// Instances read by one statement at the most.
pub const MAX_WHOLE: usize = 64;

/// An instance with its open work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whole {
    /// Its row.
    pub row: InstanceRow,
    /// Its step runs, oldest first, each with its contributions in the order in which they came.
    pub step_runs: Vec<(StepRunRow, Vec<ContributionRow>)>,
    /// Its open tasks, oldest first.
    pub tasks: Vec<TaskRow>,
    /// Its pending timers, oldest first.
    pub timers: Vec<TimerRow>,
    /// Its open incidents, oldest first.
    pub incidents: Vec<IncidentRow>,
}

impl Reader {
    /// Instances with their open work, by `id`, in no order; those that do not exist are left out. At most [`MAX_WHOLE`]
    /// cost as many statements as one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wholes(&self, ids: &[String]) -> Result<Vec<Whole>, StoreError> {
        let mut wholes = Vec::with_capacity(ids.len());
        for ids in ids.chunks(MAX_WHOLE) {
            let db = self.one().await?;
            let query = instance::Entity::find().filter(instance::Column::Id.is_in(padded(ids)));
            let rows = self.told(query.all(&db).await)?;
            if !rows.is_empty() {
                wholes.extend(self.with_work(&db, rows).await?);
            }
        }
        Ok(wholes)
    }

    async fn with_work(&self, db: &impl ConnectionTrait, rows: Vec<InstanceRow>) -> Result<Vec<Whole>, StoreError> {
        let pks: Vec<i64> = rows.iter().map(|row| row.pk).collect();
        let pks = || padded(&pks);
        let tasks = task::Entity::find()
            .filter(task::Column::InstancePk.is_in(pks()))
            .filter(of_status("open"))
            .order_by_asc(task::Column::Id);
        let mut tasks = by_instance(self.told(tasks.all(db).await)?, |row| row.instance_pk);
        let timers = timer::Entity::find()
            .filter(timer::Column::InstancePk.is_in(pks()))
            .filter(of_status("pending"))
            .order_by_asc(timer::Column::Id);
        let mut timers = by_instance(self.told(timers.all(db).await)?, |row| row.instance_pk);
        let incidents = incident::Entity::find()
            .filter(incident::Column::InstancePk.is_in(pks()))
            .filter(of_status("open"))
            .order_by_asc(incident::Column::Id);
        let mut incidents = by_instance(self.told(incidents.all(db).await)?, |row| row.instance_pk);
        let runs = step_run::Entity::find()
            .filter(step_run::Column::InstancePk.is_in(pks()))
            .order_by_asc(step_run::Column::Id);
        let runs = self.told(runs.all(db).await)?;
        let heads: Vec<i64> = runs.iter().filter_map(|run| run.contribution_head).collect();
        let mut contributions = HashMap::<i64, Vec<ContributionRow>>::new();
        for heads in heads.chunks(MAX_WHOLE) {
            for row in self.contribution_chains(db, &padded(heads)).await? {
                contributions.entry(row.step_run).or_default().push(row);
            }
        }
        let runs = runs.into_iter().map(|run| (contributions.remove(&run.id).unwrap_or_default(), run));
        let mut runs = by_instance(runs.map(|(rows, run)| (run, rows)), |(run, _)| run.instance_pk);
        let whole = |row: InstanceRow| Whole {
            step_runs: runs.remove(&row.pk).unwrap_or_default(),
            tasks: tasks.remove(&row.pk).unwrap_or_default(),
            timers: timers.remove(&row.pk).unwrap_or_default(),
            incidents: incidents.remove(&row.pk).unwrap_or_default(),
            row,
        };
        Ok(rows.into_iter().map(whole).collect())
    }
}

/// As many values as the next power of two, the last one repeated: a handful of statements is prepared instead of one for
/// every number of values.
fn padded<T: Clone>(values: &[T]) -> Vec<T> {
    let mut padded = values.to_vec();
    if let Some(last) = values.last() {
        padded.resize(values.len().next_power_of_two(), last.clone());
    }
    padded
}

fn by_instance<T>(rows: impl IntoIterator<Item = T>, pk: impl Fn(&T) -> i64) -> HashMap<i64, Vec<T>> {
    let mut by = HashMap::<i64, Vec<T>>::new();
    for row in rows {
        by.entry(pk(&row)).or_default().push(row);
    }
    by
}
