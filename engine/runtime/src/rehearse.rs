//! Rehearsing a cycle before it begins: what is published and the school go in, a year comes out; nothing is stored.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::language::Kinds;
use draaiboek_workflow::simulate::{self as sim, Plan, Rehearsal, Source, Summary, Tally};
use serde_json::{Map, Value, json};

use crate::engine::Engine;
use crate::error::EngineError;

/// Runs of one rehearsal: enough for "nine in ten", few enough to wait for.
const RUNS: u32 = 20;
/// Seed of the first run; the same plan gives the same year.
const SEED: u64 = 1;
/// Most workflows that one another run.
const MOST: usize = 60;

/// What is to be rehearsed.
#[derive(Debug, Clone, Default)]
pub struct Rehearse {
    /// School.
    pub school: String,
    /// Workflow; its newest version.
    pub workflow: String,
    /// Configuration.
    pub config: Map<String, Value>,
    /// A person who would not be there.
    pub without: Option<String>,
}

/// A rehearsed year.
#[derive(Debug)]
pub struct Rehearsed {
    /// What was rehearsed.
    pub plan: Plan,
    /// What the runs came to.
    pub summary: Summary,
    /// What happened in the first run.
    pub told: Vec<sim::Told>,
}

/// What is assumed about people's work, by workflow.
pub(crate) struct Rehearsals {
    files: fn() -> BTreeMap<String, String>,
    read: OnceLock<Arc<BTreeMap<String, Rehearsal>>>,
}

impl Default for Rehearsals {
    fn default() -> Self {
        Self { files: BTreeMap::new, read: OnceLock::new() }
    }
}

impl Rehearsals {
    /// The files, read.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn known(&self) -> Result<Arc<BTreeMap<String, Rehearsal>>, EngineError> {
        if let Some(read) = self.read.get() {
            return Ok(Arc::clone(read));
        }
        let files = (self.files)().into_iter();
        let read: Result<_, String> = files.map(|(name, text)| Ok((name, Rehearsal::parse(&text)?))).collect();
        let read = Arc::new(read.map_err(EngineError::Invalid)?);
        Ok(Arc::clone(self.read.get_or_init(|| read)))
    }
}

impl Engine {
    /// Rehearses a cycle from now to the end of the school year, on the side.
    ///
    /// # Errors
    /// No such school or workflow; a configuration that does not fit.
    pub async fn rehearse(&self, asked: Rehearse) -> Result<Rehearsed, EngineError> {
        let known = self.school(&asked.school).await?;
        let now = known.calendar()?.local(self.clock().now());
        let (kinds, rehearsals) = (self.kinds(), self.rehearsals.known()?);
        let mut school = known.rehearsed()?;
        let mut config = asked.config;
        if let Some(person) = &asked.without {
            leave(&mut school, person);
            config.retain(|_, value| keep(value, person));
        }
        let mut sources = Vec::new();
        let mut wanted = vec![asked.workflow.clone()];
        while let Some(name) = wanted.pop() {
            let known = sources.iter().any(|source: &Source| source.definition.ir.id == name);
            if known || sources.len() >= MOST {
                continue;
            }
            let hash = self.newest(&name, None).await?;
            let definition = self.catalog.definition(self.store().read(), &hash).await?;
            wanted.extend(children(&definition));
            let mut rehearsal = rehearsals.get(&name).cloned().unwrap_or_default();
            if name == asked.workflow {
                rehearsal.config = std::mem::take(&mut config);
                rehearsal.start = Some(now.strftime("%Y-%m-%dT%H:%M").to_string());
                rehearsal.until = None;
            }
            sources.push(Source { definition, rehearsal });
        }
        let run = move || -> Result<Rehearsed, EngineError> {
            let plan = Plan::new(school, &sources, &[asked.workflow], &kinds)
                .map_err(|problems| EngineError::Invalid(problems.join("; ")))?;
            let mut tally = Tally::default();
            let first = sim::simulate(&plan, SEED, true);
            tally.add(&plan, &first);
            for number in 1..RUNS {
                tally.add(&plan, &sim::simulate(&plan, SEED + u64::from(number), false));
            }
            let summary = tally.summary(&plan);
            Ok(Rehearsed { plan, summary, told: first.told })
        };
        tokio::task::spawn_blocking(run)
            .await
            .map_err(|error| EngineError::Invalid(format!("the rehearsal: {error}")))?
    }

    /// An engine that knows rehearsal files, by workflow: what is assumed about people's work when it looks ahead. They are
    /// read when that happens first.
    #[must_use]
    pub fn rehearsing(self, files: fn() -> BTreeMap<String, String>) -> Self {
        Self { rehearsals: Rehearsals { files, read: OnceLock::new() }, ..self }
    }

    /// The step kinds that are installed, as the language knows them.
    pub(crate) fn kinds(&self) -> Kinds {
        let manifests: Vec<Value> = self.library.plugins().iter().map(|plugin| json!(plugin.manifest())).collect();
        Kinds::from_manifests(&manifests)
    }
}

/// Workflows that a workflow runs.
pub(crate) fn children(definition: &Definition) -> Vec<String> {
    definition.ir.all_states().into_iter().filter_map(|state| Some(state.run.as_ref()?.workflow.clone())).collect()
}

/// The school without a person.
fn leave(school: &mut sim::School, person: &str) {
    school.people.remove(person);
    for team in school.teams.values_mut() {
        team.members.retain(|member| member != person);
        team.coach = team.coach.take().filter(|coach| coach != person);
    }
}

/// Takes a person out of a configuration; whether the value can stay.
fn keep(value: &mut Value, person: &str) -> bool {
    match value {
        Value::String(text) => text != person,
        Value::Array(items) => {
            items.retain_mut(|item| keep(item, person));
            true
        }
        Value::Object(fields) => {
            fields.retain(|key, value| key != person && keep(value, person));
            true
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_left_out_stands_nowhere_in_the_configuration() {
        let mut config =
            json!({"participants": ["a", "b"], "owner": "b", "rows": {"b": 1, "a": 2}, "team": {"members": ["b"]}});
        let fields = config.as_object_mut().expect("an object");
        fields.retain(|_, value| keep(value, "b"));
        assert_eq!(config, json!({"participants": ["a"], "rows": {"a": 2}, "team": {"members": []}}));
    }
}
