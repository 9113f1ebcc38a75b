//! One step of a cycle in the hands of a visitor: its form, its settings, and what the visitor handed in.

use std::sync::Arc;

use draaiboek_runtime::Reply;
use draaiboek_store::{DraftRow, draft_id};
use draaiboek_workflow::decide::{Answers, Command, Origin, StepState, StepStatus, World, calls_for, plugin_of};
use draaiboek_workflow::ir::{Identity, Privacy, Step};
use serde_json::{Map, Value};

use super::cycle::Cycle;
use super::permit::{ManageStep, Permission};
use super::policy::{Action, Resource};
use super::visit::Visit;
use crate::answer::Failure;
use crate::forms::Kind;

/// A step that was opened at least once.
pub(crate) struct OpenStep {
    /// Id.
    pub id: String,
    /// As written in the workflow.
    pub step: Step,
    /// Its state.
    pub state: StepState,
    /// Privacy class.
    pub class: Privacy,
    /// The step kind with its forms.
    pub kind: Arc<Kind>,
    /// Settings with their expressions evaluated.
    pub config: Value,
    /// Inputs by name.
    pub inputs: Map<String, Value>,
    /// Persons it is for; `None` when it names nobody.
    pub invited: Option<Vec<String>>,
    /// Whom the visitor does it for, when not for themselves.
    pub acting: Option<String>,
    /// People for whom the visitor may do it too, today.
    pub also_for: Vec<String>,
}

/// Something that was handed in.
#[derive(Debug, Clone)]
pub(crate) struct Mine {
    /// Contribution id.
    pub id: String,
    /// Who gave it, where that may be known.
    pub by: Option<String>,
    /// Entry kind.
    pub entry: String,
    /// When, in microseconds.
    pub at: i64,
    /// effective, admitted or late.
    pub status: String,
    /// What.
    pub value: Value,
}

impl OpenStep {
    /// Whether it takes contributions.
    pub(crate) fn is_open(&self) -> bool {
        self.state.status == StepStatus::Open
    }

    /// The step for one of those whom the visitor stands in for.
    pub(crate) fn on_behalf(mut self, whom: Option<&str>) -> Self {
        if let Some(whom) = whom.filter(|whom| self.also_for.iter().any(|one| one == whom)) {
            self.acting = Some(whom.to_owned());
        }
        self
    }

    /// Whether no link to the person is kept.
    pub(crate) fn anonymous(&self) -> bool {
        self.step.identity == Identity::Anonymous
    }

    /// The least number of answers before anything is shown.
    pub(crate) fn threshold(&self) -> u32 {
        self.step.k.max(3)
    }

    /// The entry kinds that are taken here.
    pub(crate) fn entries(&self) -> Vec<&crate::forms::Entry> {
        let taken = |name: &str| self.step.accepts.is_empty() || self.step.accepts.iter().any(|known| known == name);
        self.kind.entries.iter().filter(|entry| taken(&entry.name)).collect()
    }
}

impl Cycle {
    /// Whether the visitor has a role for which the step is.
    pub(crate) fn takes_part(&self, step: &Step) -> bool {
        step.roles.iter().any(|role| self.roles_in(&step.id).contains(role))
    }

    pub(in crate::gate) fn origin(&self) -> &Origin {
        &self.worked.sight.origin
    }

    /// The step kind that a step of a cycle is pinned to.
    fn kind(&self, origin: &Origin, step: &str, kind: &str) -> Result<Arc<Kind>, Failure> {
        let library = self.app.engine.library();
        let pinned = plugin_of(origin, Some(&self.snapshot), step, kind).and_then(|hash| library.by_hash(hash));
        let plugin = pinned.or_else(|| library.kind(kind));
        let manifest = plugin.as_ref().and_then(|plugin| plugin.manifest().kind(kind));
        let manifest = manifest.ok_or_else(|| Failure::Broken(format!("no plugin for the step kind `{kind}`")))?;
        let value = serde_json::to_value(manifest).map_err(|error| Failure::Broken(error.to_string()))?;
        let kind = serde_json::from_value(value).map_err(|error| Failure::Broken(format!("manifest: {error}")))?;
        Ok(Arc::new(kind))
    }

    /// The step kind of a step, for its words.
    pub(crate) fn kind_of(&self, step: &str) -> Option<Arc<Kind>> {
        let def = self.definition.step(step)?;
        self.kind(self.origin(), step, &def.step.kind).ok()
    }

    /// A step of this cycle, without asking the policy: for [`Visit::step`] and dry runs.
    pub(in crate::gate) fn opened(&self, id: &str) -> Result<OpenStep, Failure> {
        let def = self.definition.step(id).ok_or(Failure::NotFound)?;
        let state = self.snapshot.steps.get(id).cloned().ok_or(Failure::NotFound)?;
        let origin = self.origin();
        let world = World {
            definition: &self.definition,
            origin,
            calendar: &self.place.calendar,
            now: self.now,
            assuming: None,
            next: None,
        };
        let call = calls_for(world, &self.snapshot, id, &Answers::default())
            .map_err(|cause| Failure::Broken(format!("the settings of step `{id}`: {cause}")))?;
        Ok(OpenStep {
            id: id.to_owned(),
            step: def.step.clone(),
            state,
            class: self.class(id),
            kind: self.kind(origin, id, &def.step.kind)?,
            config: call.config,
            inputs: call.inputs,
            invited: call.invited,
            acting: None,
            also_for: Vec::new(),
        })
    }
}

impl<P: Permission> Visit<P> {
    /// A step, when the permission covers its class.
    ///
    /// # Errors
    /// Not there, not opened yet, or not for this visitor.
    pub(crate) async fn step(&self, cycle: &Cycle, id: &str) -> Result<OpenStep, Failure> {
        let limit = &self.member()?.limit;
        if limit.as_ref().is_some_and(|(_, step)| step != id) {
            return Err(Failure::NotFound);
        }
        let mut step = cycle.opened(id)?;
        let class = if P::RESOURCE == Resource::Live { step.class.min(Privacy::P1) } else { step.class };
        if !cycle.may(P::RESOURCE, P::ACTION, class) {
            return Err(Failure::Denied);
        }
        if step.class >= Privacy::P3 {
            self.record("step/show", &format!("{:?}", step.class), Some((cycle.id(), id))).await?;
        }
        if limit.is_none() {
            (step.acting, step.also_for) = self.engine().acts_for(cycle.id(), &cycle.actor, id).await?;
        }
        Ok(step)
    }

    /// What the visitor handed in and still counts, oldest first. Nobody can say so of an anonymous step.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn mine(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<Mine>, Failure> {
        if step.anonymous() {
            return Ok(Vec::new());
        }
        let person = step.acting.clone().unwrap_or(self.member()?.person.clone());
        let taken: Vec<&str> = step.entries().iter().map(|entry| entry.name.as_str()).collect();
        let own = self.handed_in(cycle, step).await?.into_iter().filter(|row| row.by.as_deref() == Some(&person));
        let counting = own.filter(|row| matches!(row.status.as_str(), "effective" | "admitted" | "late"));
        Ok(counting.filter(|mine| taken.contains(&mine.entry.as_str())).collect())
    }

    /// What came in too late and can still be let count, for who steers the step; names only where the step has them.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn late(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<Mine>, Failure> {
        let pool = cycle.definition.step(&step.id).map(|def| def.pool.as_str());
        let shares = |id: &String| cycle.definition.step(id).is_some_and(|def| Some(def.pool.as_str()) == pool);
        let mut steps = cycle.snapshot.steps.iter();
        let open = steps.any(|(id, state)| state.status == StepStatus::Open && shares(id));
        if !open || !cycle.may(Resource::Step, Action::Manage, step.class) {
            return Ok(Vec::new());
        }
        let rows = self.handed_in(cycle, step).await?.into_iter().filter(|row| row.status == "late");
        let named = step.step.identity == Identity::Named;
        Ok(rows.map(|row| Mine { by: row.by.clone().filter(|_| named), ..row }).collect())
    }

    /// All that was handed in for a step and those that share it, oldest first.
    async fn handed_in(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<Mine>, Failure> {
        let reader = self.engine().store().read();
        let pool = cycle.definition.step(&step.id).map(|def| def.pool.clone()).unwrap_or_default();
        let Some(number) = cycle.snapshot.pools.get(&pool).map(|pool| pool.run) else { return Ok(Vec::new()) };
        let suffix = format!("#{number}");
        let runs = reader.step_runs(cycle.worked.sight.pk).await?;
        let Some(run) = runs.into_iter().find(|run| run.step.ends_with(&suffix)) else { return Ok(Vec::new()) };
        let rows = reader.contributions(&run).await?.into_iter();
        Ok(rows
            .map(|row| Mine {
                id: row.external_id,
                by: row.participant,
                entry: row.entry.unwrap_or_default(),
                at: row.at,
                status: row.status,
                value: row.payload.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null),
            })
            .collect())
    }

    /// The drafts of the visitor in a step, by entry kind.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn drafts(&self, cycle: &Cycle, step: &OpenStep) -> Result<Vec<DraftRow>, Failure> {
        if step.anonymous() || step.acting.is_some() {
            return Ok(Vec::new());
        }
        Ok(self.engine().store().read().drafts(&self.member()?.account, cycle.id(), &step.id).await?)
    }

    /// Keeps a draft; none of what is done for somebody else, and none of an anonymous step: it would link the answer to the person.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn keep_draft(
        &self,
        cycle: &Cycle,
        step: &OpenStep,
        entry: &str,
        content: &Value,
    ) -> Result<bool, Failure> {
        if step.anonymous() || step.acting.is_some() {
            return Ok(false);
        }
        let account = self.member()?.account.clone();
        let row = DraftRow {
            id: draft_id(&account, cycle.id(), &step.id, entry),
            account,
            instance: cycle.id().to_owned(),
            step: step.id.clone(),
            entry: entry.to_owned(),
            content: content.to_string(),
            updated_at: self.now.as_microsecond(),
        };
        self.engine().store().put_draft(&row).await?;
        Ok(true)
    }

    /// Forgets a draft.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn drop_draft(&self, cycle: &Cycle, step: &str, entry: &str) -> Result<(), Failure> {
        let id = draft_id(&self.member()?.account, cycle.id(), step, entry);
        Ok(self.engine().store().drop_draft(&id).await?)
    }
}

impl Visit<ManageStep> {
    /// Lets a late contribution count after all.
    ///
    /// # Errors
    /// The policy, the engine's "no", or something broke.
    pub(crate) async fn admit_late(&self, cycle: &Cycle, step: &OpenStep, id: &str) -> Result<Reply, Failure> {
        let command = Command::Admit { step: step.id.clone(), id: id.to_owned() };
        let reply = cycle.command(command, None).await?;
        self.record("contribution/admit", &format!("{:?}", step.class), Some((cycle.id(), &step.id))).await?;
        Ok(reply)
    }
}
