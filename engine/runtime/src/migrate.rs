//! Migrating instances: the version to go by and the plugins it is pinned to are found here; `decide` does the rest.

use std::collections::BTreeMap;
use std::sync::Arc;

use draaiboek_store::Reader;
use draaiboek_workflow::decide::{
    Actor, Answers, Command, Decision, Mapping, Rejection, Snapshot, StepStatus, Target, TaskChange, World, decide,
};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::migration::{Preview, Side, preview};

use crate::catalog::{Catalog, bytes};
use crate::consult::{conclude, consult, others};
use crate::engine::{Engine, Reply};
use crate::error::EngineError;
use crate::live::Live;

/// What is needed to migrate an instance.
#[derive(Debug, Clone, Default)]
pub struct MigrateRequest {
    /// Version to go by, such as `1.1.0`.
    pub version: String,
    /// What has another name there.
    pub map: Mapping,
    /// Why.
    pub reason: Option<String>,
}

/// The definition that a command leads to, when it is a migration or its undoing.
///
/// # Errors
/// It is not in the database.
pub(crate) async fn next(
    reader: &Reader,
    catalog: &Catalog,
    snapshot: Option<&Snapshot>,
    command: &Command,
) -> Result<Option<Arc<Definition>>, EngineError> {
    match command {
        Command::Migrate { target, .. } => catalog.definition(reader, &bytes(&target.definition)).await.map(Some),
        Command::Unmigrate { .. } => {
            let before = snapshot.and_then(|snapshot| snapshot.migrated.as_ref()?.before.as_ref());
            let Some(before) = before else { return Ok(None) };
            let hash = bytes(&before.origin.definition);
            catalog.form(reader, &hash, before.migrated.as_deref()).await.map(Some)
        }
        _ => Ok(None),
    }
}

impl Engine {
    /// A published version of a workflow.
    ///
    /// # Errors
    /// There is none.
    pub async fn published(&self, workflow: &str, version: &str) -> Result<Arc<Definition>, EngineError> {
        let hash = self.newest(workflow, Some(&format!("={version}"))).await?;
        self.catalog.definition(self.store.read(), &hash).await
    }

    /// Lets an instance go by another version of its workflow.
    ///
    /// # Errors
    /// [`EngineError::Rejected`] with every reason when it can not; nothing has changed then.
    pub async fn migrate(
        &self,
        instance: &str,
        actor: &Actor,
        request: &MigrateRequest,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        if let Some(first) = self.first_answer(key).await? {
            return Ok(first);
        }
        let command = self.migration(instance, request).await?;
        self.turn(instance, actor, command, None, &[], key).await
    }

    /// Takes the last migration of an instance back, as long as nothing else happened.
    ///
    /// # Errors
    /// As [`Engine::migrate`].
    pub async fn unmigrate(
        &self,
        instance: &str,
        actor: &Actor,
        reason: Option<String>,
        key: Option<&str>,
    ) -> Result<Reply, EngineError> {
        self.command(instance, actor, Command::Unmigrate { reason }, key).await
    }

    /// What a migration would do, in words of `locale`; writes nothing.
    ///
    /// # Errors
    /// As [`Engine::migrate`].
    pub async fn migration_preview(
        &self,
        instance: &str,
        actor: &Actor,
        request: &MigrateRequest,
        locale: &str,
    ) -> Result<Preview, EngineError> {
        let command = self.migration(instance, request).await?;
        self.preview_of(instance, actor, &command, locale).await
    }

    /// What taking the last migration back would do; writes nothing.
    ///
    /// # Errors
    /// As [`Engine::unmigrate`].
    pub async fn unmigration_preview(
        &self,
        instance: &str,
        actor: &Actor,
        locale: &str,
    ) -> Result<Preview, EngineError> {
        self.preview_of(instance, actor, &Command::Unmigrate { reason: None }, locale).await
    }

    /// The command that migrates an instance.
    async fn migration(&self, instance: &str, request: &MigrateRequest) -> Result<Command, EngineError> {
        let (workflow, from) =
            self.look(instance, |live| Ok((live.origin.workflow.clone(), live.origin.definition.clone()))).await?;
        let next = self.published(&workflow, &request.version).await?;
        if next.hash == from {
            let help = format!("this cycle goes by {} {} already", workflow, next.ir.version);
            let rejection = Rejection::new("ALREADY_THERE", help);
            return Err(rejection.because(vec![format!("ALREADY_THERE:{}", next.ir.version)]).into());
        }
        let target = Target {
            from,
            definition: next.hash.clone(),
            version: next.ir.version.clone(),
            plugins: self.pins(&next)?,
        };
        let reason = request.reason.clone();
        Ok(Command::Migrate { target: Box::new(target), map: Box::new(request.map.clone()), reason })
    }

    pub(crate) async fn next_definition(
        &self,
        live: &Live,
        command: &Command,
    ) -> Result<Option<Arc<Definition>>, EngineError> {
        next(self.store.read(), &self.catalog, live.snapshot.as_ref(), command).await
    }

    /// The definition that an instance goes by after a decision.
    pub(crate) async fn form_after(&self, live: &Live, decision: &Decision) -> Result<Arc<Definition>, EngineError> {
        if !live.goes_otherwise(decision) {
            return Ok(Arc::clone(&live.definition));
        }
        let hash = decision.origin.as_ref().map_or(live.row.definition_hash.clone(), |to| bytes(&to.definition));
        self.catalog.form(self.store.read(), &hash, decision.snapshot.migrated.as_deref()).await
    }

    async fn preview_of(
        &self,
        instance: &str,
        actor: &Actor,
        command: &Command,
        locale: &str,
    ) -> Result<Preview, EngineError> {
        let slot = self.slot(instance);
        let mut guard = slot.lock().await;
        self.forget_outdated(&mut guard).await?;
        let live = self.loaded(&mut guard, instance).await?;
        let now = self.clock.now();
        let next = self.next_definition(live, command).await?;
        let answers = consult(&self.library, live, command, None, now)?.answers;
        let world = live.world(now);
        let decision =
            decide(World { next: next.as_deref(), ..world }, live.snapshot.as_ref(), actor, command, &answers)?;
        let Some(origin) = decision.origin.as_deref() else { return Err(EngineError::Stale) };
        let migrated = decision.snapshot.migrated.as_deref();
        let definition = self.catalog.form(self.store.read(), &bytes(&origin.definition), migrated).await?;
        let pictures = self.pictures(live)?;
        let after = renamed(&pictures, live.snapshot()?, &decision);
        let there = World { definition: &definition, origin, next: None, ..world };
        Ok(preview(
            Side { world, snapshot: live.snapshot()?, answers: &pictures },
            Side { world: there, snapshot: &decision.snapshot, answers: &after },
            &decision,
            locale,
        ))
    }

    /// What the plugins of the open steps say now. One that breaks says nothing.
    fn pictures(&self, live: &Live) -> Result<Answers, EngineError> {
        let now = self.clock.now();
        let mut answers = Answers::default();
        for (step, _) in live.snapshot()?.steps.iter().filter(|(_, state)| state.status == StepStatus::Open) {
            let said = others(&self.library, live, step, now)
                .and_then(|others| conclude(&self.library, live, step, now, None, &others));
            if let Ok(said) = said {
                answers.concluded.insert(step.clone(), said);
            }
        }
        Ok(answers)
    }
}

/// What plugins say under the names that steps get.
fn renamed(answers: &Answers, before: &Snapshot, decision: &Decision) -> Answers {
    let moved: BTreeMap<u64, &String> = decision
        .tasks
        .iter()
        .filter_map(|change| match change {
            TaskChange::Moved { run, step, .. } => Some((*run, step)),
            _ => None,
        })
        .collect();
    let name = |step: &String| before.steps.get(step).and_then(|state| moved.get(&state.run).copied()).cloned();
    let concluded = answers.concluded.iter().map(|(step, said)| (name(step).unwrap_or(step.clone()), said.clone()));
    Answers { concluded: concluded.collect(), ..answers.clone() }
}
