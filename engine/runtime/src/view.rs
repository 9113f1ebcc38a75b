//! Looking at an instance: its steps and what each audience may see of them. Changes nothing.

use std::collections::BTreeMap;

use draaiboek_workflow::decide::{
    Actor, Answers, Conclusion, Object, Rejection, Snapshot, StepState, StepStatus, acts_for, own_roles_of, roles_in,
    roles_of, stands_in, view_of,
};
use draaiboek_workflow::ir::{Identity, Privacy};
use serde::Serialize;
use serde_json::{Value, json};

use crate::consult::{audiences, conclude, others, summarise};
use crate::engine::Engine;
use crate::error::EngineError;
use crate::live::Live;

/// The audience that sees only that the step is there.
pub const HELD: &str = "held";

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

/// Who looks at a step.
#[derive(Debug, Clone, Copy)]
pub enum Reader<'r> {
    /// Nobody in particular of an audience: what all of it may see.
    Audience(&'r str),
    /// A person, in the audience that the workflow gives to their roles.
    Person(&'r Actor),
    /// The part that belongs to one person, asked for by somebody.
    Part {
        /// Whose part.
        of: &'r str,
        /// Who asks.
        by: &'r Actor,
    },
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

    /// What a reader sees of a step now (domain.md L6, L12).
    ///
    /// # Errors
    /// No such step; a plugin that breaks; a reader who asks for what belongs to somebody else (`NOT_ALLOWED`).
    pub async fn projection(&self, instance: &str, step: &str, reader: Reader<'_>) -> Result<Projection, EngineError> {
        let actor = match reader {
            Reader::Audience(_) => None,
            Reader::Person(actor) => Some(actor),
            Reader::Part { of, by } if by.person.as_deref() == Some(of) => Some(by),
            Reader::Part { of, .. } => {
                let help = format!("what belongs to {of} is for {of} alone, unless they share it");
                return Err(Rejection::new("NOT_ALLOWED", help).into());
            }
        };
        let audience = match (reader, actor) {
            (Reader::Audience(audience), _) => audience.to_owned(),
            (_, Some(actor)) => self.audience(instance, step, actor).await?,
            (_, None) => HELD.to_owned(),
        };
        self.look(instance, |live| {
            let data = project(self, live, step, &audience, actor)?;
            Ok(Projection { audience, data })
        })
        .await
    }

    /// What a reader sees of an instance as a whole; `None` when the workflow has no view for any of the reader's roles.
    ///
    /// # Errors
    /// No such instance; a plugin that breaks; an expression that fails.
    pub async fn view(&self, instance: &str, reader: &Actor) -> Result<Option<Object>, EngineError> {
        self.look(instance, |live| {
            if live.definition.views.is_empty() {
                return Ok(None);
            }
            let (snapshot, now) = (live.snapshot()?, self.clock.now());
            let mut answers = Answers::default();
            for (step, _) in snapshot.steps.iter().filter(|(_, state)| state.status == StepStatus::Open) {
                let answer = conclude(&self.library, live, step, now, None, &others(&self.library, live, step, now)?)?;
                answers.concluded.insert(step.clone(), answer);
            }
            view_of(live.world(now), snapshot, reader, &answers)
                .map_err(|cause| EngineError::Invalid(format!("the view of `{instance}`: {cause}")))
        })
        .await
    }

    /// The audience an actor belongs to at a step: of those that the workflow gives to the actor's roles, and `contributor`
    /// for who may contribute, the one that sees most (the order in which the kind names its audiences). Somebody without
    /// any sees `held` in the privacy classes P2 to P4 and `school` in the others.
    ///
    /// # Errors
    /// No such instance or step.
    pub async fn audience(&self, instance: &str, step: &str, actor: &Actor) -> Result<String, EngineError> {
        self.look(instance, |live| self.audience_in(live, step, actor)).await
    }

    /// The steps of which an actor sees only that they are there; also those whose plugin is not to be had.
    ///
    /// # Errors
    /// No such instance.
    pub async fn held_steps(&self, instance: &str, actor: &Actor) -> Result<Vec<String>, EngineError> {
        self.look(instance, |live| {
            let seen = |step: &&String| self.audience_in(live, step, actor).is_ok_and(|audience| audience != HELD);
            Ok(live.definition.steps.keys().filter(|step| !seen(step)).cloned().collect())
        })
        .await
    }

    fn audience_in(&self, live: &Live, step: &str, actor: &Actor) -> Result<String, EngineError> {
        let def = live
            .definition
            .step(step)
            .ok_or_else(|| EngineError::not_found("step", step, "`draaiboek show` lists the steps of a cycle"))?;
        let roles = roles_in(live.world(self.clock.now()), live.snapshot()?, actor, step);
        let contributes = |role: &&String| def.step.roles.contains(role) && !def.step.audience.contains_key(*role);
        let said = roles.iter().filter_map(|role| def.step.audience.get(role).map(String::as_str));
        let own = roles.iter().find(contributes).map(|_| "contributor");
        let known = audiences(&self.library, live, step)?;
        let rank = |audience: &&str| known.iter().position(|name| name == audience).unwrap_or(known.len());
        // Opinions, data on pupils and worse are held back from everybody whom the workflow does not name.
        let held = def.step.privacy.unwrap_or(live.definition.ir.privacy) >= Privacy::P2;
        let others = if held { HELD } else { "school" };
        Ok(said.chain(own).min_by_key(rank).unwrap_or(others).to_owned())
    }

    /// The roles an actor holds in an instance, those of the workflow included.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn roles(&self, instance: &str, actor: &Actor) -> Result<Vec<String>, EngineError> {
        self.look(instance, |live| Ok(roles_of(live.world(self.clock.now()), live.snapshot()?, actor))).await
    }

    /// The roles an actor holds in an instance without standing in for anybody.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn own_roles(&self, instance: &str, actor: &Actor) -> Result<Vec<String>, EngineError> {
        self.look(instance, |live| Ok(own_roles_of(live.world(self.clock.now()), live.snapshot()?, actor))).await
    }

    /// The roles an actor holds where a step is concerned: those of others are left out where it is personal.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn roles_in(&self, instance: &str, actor: &Actor, step: &str) -> Result<Vec<String>, EngineError> {
        self.look(instance, |live| Ok(roles_in(live.world(self.clock.now()), live.snapshot()?, actor, step))).await
    }

    /// Whom an actor acts for in a step without saying so, and for whom else the actor may do it today.
    ///
    /// # Errors
    /// No such instance; a damaged row.
    pub async fn acts_for(
        &self,
        instance: &str,
        actor: &Actor,
        step: &str,
    ) -> Result<(Option<String>, Vec<String>), EngineError> {
        self.look(instance, |live| {
            let (world, snapshot) = (live.world(self.clock.now()), live.snapshot()?);
            Ok((acts_for(world, snapshot, actor, step), stands_in(world, snapshot, actor, step)))
        })
        .await
    }

    /// What the plugin of an open step answers now: its picture, whether it is ready, and why not.
    ///
    /// # Errors
    /// No such step; a plugin that breaks.
    pub async fn picture(&self, instance: &str, step: &str) -> Result<Conclusion, EngineError> {
        self.look(instance, |live| {
            let now = self.clock.now();
            conclude(&self.library, live, step, now, None, &others(&self.library, live, step, now)?)
        })
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
            let others = others(&self.library, live, step, now)?;
            conclude(&self.library, live, step, now, None, &others).map(|conclusion| conclusion.result)
        })
        .await
    }
}

/// The host shows nothing of an anonymous step below the threshold, whatever the plugin says.
fn project(
    engine: &Engine,
    live: &Live,
    step: &str,
    audience: &str,
    reader: Option<&Actor>,
) -> Result<Value, EngineError> {
    if audience == HELD {
        return Ok(json!({"held": true}));
    }
    let def = live
        .definition
        .step(step)
        .ok_or_else(|| EngineError::not_found("step", step, "`draaiboek show` lists the steps of a cycle"))?;
    let k = def.step.k.max(K_FLOOR) as usize;
    let n = live.pool_of(step).map_or(0, crate::pool::PoolRows::participants);
    if def.step.identity == Identity::Anonymous && n < k {
        return Ok(json!({"under_threshold": true, "n": n}));
    }
    let projections: BTreeMap<String, Value> = summarise(&engine.library, live, step, reader, engine.clock.now())?;
    Ok(projections.get(audience).cloned().unwrap_or_else(|| json!({"held": true})))
}
