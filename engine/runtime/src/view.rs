//! Looking at an instance: its steps and what each audience may see of them. Changes nothing.

use std::collections::BTreeMap;

use draaiboek_workflow::decide::{Actor, Answers, Conclusion, Snapshot, StepState, roles_of};
use draaiboek_workflow::ir::Identity;
use serde::Serialize;
use serde_json::{Value, json};

use crate::consult::{conclude, summarise};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::Live;

/// Hard floor of the anonymity threshold (domain.md L6).
const K_FLOOR: u32 = 3;

/// A step as an audience sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Projection {
    /// Audience.
    pub audience: String,
    /// What it sees; `{"held": true}` when only the fact.
    pub data: Value,
}

/// A step with its state.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepView {
    /// Step id.
    pub step: String,
    /// Step kind.
    pub kind: String,
    /// State of the step.
    pub state: StepState,
    /// Counts per entry kind.
    pub counts: Value,
}

impl Engine {
    /// The snapshot of an instance.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn snapshot(&self, instance: &str) -> Result<Snapshot, EngineError> {
        self.look(instance, |live| live.snapshot().cloned()).await
    }

    /// The workflow an instance is pinned to.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn definition(
        &self,
        instance: &str,
    ) -> Result<std::sync::Arc<draaiboek_workflow::definition::Definition>, EngineError> {
        self.look(instance, |live| Ok(std::sync::Arc::clone(&live.definition))).await
    }

    /// The steps of an instance that are or were open.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn steps(&self, instance: &str) -> Result<Vec<StepView>, EngineError> {
        self.look(instance, |live| {
            let snapshot = live.snapshot()?;
            Ok(snapshot
                .steps
                .iter()
                .map(|(id, state)| {
                    let def = live.definition.step(id);
                    let pool = def.and_then(|def| snapshot.pools.get(&def.pool));
                    StepView {
                        step: id.clone(),
                        kind: def.map(|def| def.step.kind.clone()).unwrap_or_default(),
                        state: state.clone(),
                        counts: pool.map_or(Value::Null, |pool| json!(pool.counts)),
                    }
                })
                .collect())
        })
        .await
    }

    /// What an audience sees of a step now (domain.md L6, L12).
    ///
    /// # Errors
    /// No such step; a plugin that breaks.
    pub async fn projection(&self, instance: &str, step: &str, audience: &str) -> Result<Projection, EngineError> {
        self.look(instance, |live| {
            let data = project(self, live, step, audience)?;
            Ok(Projection { audience: audience.to_owned(), data })
        })
        .await
    }

    /// The audience an actor belongs to at a step: what the workflow says of the actor's roles, else `contributor` for those
    /// who may contribute, else `school`.
    ///
    /// # Errors
    /// No such instance or step.
    pub async fn audience(&self, instance: &str, step: &str, actor: &Actor) -> Result<String, EngineError> {
        self.look(instance, |live| {
            let def = live
                .definition
                .step(step)
                .ok_or_else(|| EngineError::not_found("step", step, "`draaiboek show` lists the steps of a cycle"))?;
            let roles = roles_of(live.world(self.clock.now()), live.snapshot()?, actor);
            let said = roles.iter().find_map(|role| def.step.audience.get(role));
            let contributes = def.step.roles.iter().any(|role| roles.contains(role));
            Ok(match said {
                Some(audience) => audience.clone(),
                None if contributes => "contributor".into(),
                None => "school".into(),
            })
        })
        .await
    }

    /// The roles an actor holds in an instance, those of the workflow included.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn roles(&self, instance: &str, actor: &Actor) -> Result<Vec<String>, EngineError> {
        self.look(instance, |live| Ok(roles_of(live.world(self.clock.now()), live.snapshot()?, actor))).await
    }

    /// What the plugin of an open step answers now: its picture, whether it is ready, and why not.
    ///
    /// # Errors
    /// No such step; a plugin that breaks.
    pub async fn picture(&self, instance: &str, step: &str) -> Result<Conclusion, EngineError> {
        self.look(instance, |live| conclude(&self.library, live, step, self.clock.now(), None, &Answers::default()))
            .await
    }

    /// The result of a step: that of its conclusion, or the picture so far.
    ///
    /// # Errors
    /// No such step; a plugin that breaks.
    pub async fn result(&self, instance: &str, step: &str) -> Result<Value, EngineError> {
        self.look(instance, |live| {
            let state = live.snapshot()?.steps.get(step).cloned();
            let state =
                state.ok_or_else(|| EngineError::not_found("step that was opened", step, "it opens with its state"))?;
            if let (Some(result), Some(_)) = (state.result, state.closed_at) {
                return Ok(result);
            }
            let now = self.clock.now();
            conclude(&self.library, live, step, now, None, &Answers::default()).map(|conclusion| conclusion.result)
        })
        .await
    }
}

/// The host shows nothing of an anonymous step below the threshold, whatever the plugin says.
fn project(engine: &Engine, live: &Live, step: &str, audience: &str) -> Result<Value, EngineError> {
    let def = live
        .definition
        .step(step)
        .ok_or_else(|| EngineError::not_found("step", step, "`draaiboek show` lists the steps of a cycle"))?;
    let k = def.step.k.max(K_FLOOR) as usize;
    let n = live.pool_of(step).map_or(0, crate::pool::PoolRows::participants);
    if def.step.identity == Identity::Anonymous && n < k {
        return Ok(json!({"under_threshold": true, "n": n}));
    }
    let projections: BTreeMap<String, Value> = summarise(&engine.library, live, step, engine.clock.now())?;
    Ok(projections.get(audience).cloned().unwrap_or_else(|| json!({"held": true})))
}
