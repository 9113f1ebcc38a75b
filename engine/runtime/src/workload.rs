//! What the running cycles of a school still ask of its people, week by week, against what the school agreed on.
//!
//! Minutes only, never a content: who may see whose minutes is said elsewhere. The looking ahead is `simulate`'s.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use draaiboek_store::{InstanceFilter, InstanceSummary, Scope};
use draaiboek_workflow::decide::{Origin, Snapshot};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::simulate::{self as sim, Forecast, Running, forecast};
use serde_json::json;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::rehearse::children;
use crate::school::{Person, School, Team};

/// Most cycles that are looked at.
const MOST: u64 = 2_000;

impl School {
    /// The school as a rehearsal knows it.
    ///
    /// # Errors
    /// A calendar that can not be built.
    pub fn rehearsed(&self) -> Result<sim::School, EngineError> {
        let person = |person: &Person| sim::Person {
            name: person.name.clone(),
            roles: person.roles.clone(),
            attributes: person.attributes.clone(),
        };
        let team = |team: &Team| sim::Team {
            title: team.title.clone(),
            kind: team.kind.clone(),
            theme: team.theme.clone(),
            members: team.members.clone(),
            coach: team.coach.clone(),
        };
        Ok(sim::School {
            id: self.school.clone(),
            calendar: self.calendar()?,
            people: self.people.iter().map(|(id, one)| (id.clone(), person(one))).collect(),
            teams: self.teams.iter().map(|(id, one)| (id.clone(), team(one))).collect(),
            minutes_per_week: self.workload.as_ref().map(|workload| workload.minutes_per_week),
        })
    }
}

/// The latest look ahead, and what it rested on.
#[derive(Debug, Default)]
pub(crate) struct Latest(std::sync::Mutex<Option<(String, Arc<Forecast>)>>);

impl Engine {
    /// What the running cycles of a school still ask of its people.
    ///
    /// # Errors
    /// No such school; the database.
    pub async fn workload(&self, school: &str) -> Result<Arc<Forecast>, EngineError> {
        let (place, rows) = (self.school(school).await?, self.running(school).await?);
        let now = self.clock.now();
        let day = place.calendar()?.local(now).date();
        let stand: Vec<_> = rows.iter().map(|row| (&row.id, row.revision)).collect();
        let key = json!([place, stand, day]).to_string();
        if let Some((known, latest)) = &*self.latest.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *known == key
        {
            return Ok(Arc::clone(latest));
        }
        let found = Arc::new(self.look_ahead(&place, &rows, None).await?);
        *self.latest.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((key, Arc::clone(&found)));
        Ok(found)
    }

    /// The same when one more cycle would run.
    ///
    /// # Errors
    /// As [`Engine::workload`].
    pub async fn workload_with(
        &self,
        school: &str,
        origin: Origin,
        definition: Arc<Definition>,
        snapshot: Snapshot,
    ) -> Result<Forecast, EngineError> {
        let (place, rows) = (self.school(school).await?, self.running(school).await?);
        self.look_ahead(&place, &rows, Some(Running { origin, definition, snapshot })).await
    }

    /// Running cycles of a school, newest first.
    async fn running(&self, school: &str) -> Result<Vec<InstanceSummary>, EngineError> {
        let filter = InstanceFilter { lifecycles: vec!["active".into()], ..InstanceFilter::default() };
        Ok(self.store.read().instances(Scope::School(school), &filter, MOST).await?)
    }

    async fn look_ahead(
        &self,
        place: &School,
        rows: &[InstanceSummary],
        one_more: Option<Running>,
    ) -> Result<Forecast, EngineError> {
        let mut running = Vec::with_capacity(rows.len() + 1);
        for row in rows.iter().rev() {
            let one = self
                .look(&row.id, |live| {
                    let (origin, definition) = (live.origin.clone(), Arc::clone(&live.definition));
                    Ok(Running { origin, definition, snapshot: live.snapshot()?.clone() })
                })
                .await?;
            running.push(one);
        }
        running.extend(one_more);
        let others = self.still_to_come(&running).await?;
        let (kinds, school, now) = (self.kinds(), place.rehearsed()?, self.clock.now());
        // Long enough to be in the way of others: on a thread of its own.
        let rehearsals = self.rehearsals.known()?;
        let looked = tokio::task::spawn_blocking(move || forecast(school, &running, &others, &rehearsals, &kinds, now));
        looked.await.map_err(|error| EngineError::Invalid(format!("the look ahead: {error}")))
    }

    /// Newest versions of the workflows that running ones, and those they start, may still start.
    async fn still_to_come(&self, running: &[Running]) -> Result<Vec<Arc<Definition>>, EngineError> {
        let mut wanted: Vec<String> = running.iter().flat_map(|one| children(&one.definition)).collect();
        let mut found: BTreeMap<String, Arc<Definition>> = BTreeMap::new();
        while let Some(name) = wanted.pop() {
            if found.contains_key(&name) {
                continue;
            }
            // A workflow that is not there is told when it is to start.
            let Ok(hash) = self.newest(&name, None).await else { continue };
            let definition = self.catalog.definition(self.store.read(), &hash).await?;
            wanted.extend(children(&definition));
            found.insert(name, definition);
        }
        Ok(found.into_values().collect())
    }
}
