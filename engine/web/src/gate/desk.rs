//! Lists over a school: cycles, tasks, workflows, messages. Each shows only what the visitor may know of.

use std::collections::BTreeMap;
use std::sync::Arc;

use draaiboek_runtime::{Notice, OpenTask, Rehearse, Rehearsed, Reply, StartRequest, TaskTitle};
use draaiboek_store::{InstanceFilter, InstanceSummary, TaskRow};
use draaiboek_workflow::decide::{Actor, Command, Decision, Object, Origin, Rejection, World, decide};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::ir::{Privacy, Workflow};
use draaiboek_workflow::simulate::Forecast;
use serde_json::Value;

use super::cycle::{Cycle, who};
use super::memory::turns;
use super::permit::{Permission, SeeLibrary, StartCycle};
use super::policy::{Action, Resource};
use super::visit::Visit;
use crate::answer::Failure;

/// Most cycles in a list.
const MOST: u64 = 500;

/// A task in somebody's list.
pub(crate) struct Look {
    /// The row.
    pub row: TaskRow,
    /// Step, kind, state, titles.
    pub title: TaskTitle,
    /// Id of the cycle.
    pub cycle: String,
    /// Title of the cycle, with its team.
    pub of: String,
    /// The visitor handed something in already.
    pub done: bool,
    /// The visitor is named.
    pub named: bool,
    /// Who is away and for whom the visitor may do it.
    pub behalf: Option<String>,
}

/// What people handed in on a day goes, or went.
pub(crate) struct Erasure {
    /// Title of the cycle.
    pub of: String,
    /// Id of the cycle.
    pub cycle: String,
    /// Title of the step.
    pub title: String,
    /// The step.
    pub step: String,
    /// When, in microseconds.
    pub at: i64,
    /// It went.
    pub done: bool,
}

/// A published workflow.
pub(crate) struct WorkflowCard {
    /// Name.
    pub id: String,
    /// Version.
    pub version: String,
    /// When it was published, in microseconds.
    pub at: i64,
    /// The workflow.
    pub workflow: Arc<Workflow>,
}

impl<P: Permission> Visit<P> {
    /// Cycles of the school that the visitor may look at, newest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn cycles(&self, filter: &InstanceFilter) -> Result<Vec<Cycle>, Failure> {
        if self.member()?.limit.is_some() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for summary in self.list(filter).await?.iter() {
            let cycle = self.known(&summary.id).await?;
            if cycle.may(Resource::Cycle, Action::Read, Privacy::P0) {
                found.push(cycle);
            }
        }
        Ok(found)
    }

    /// Rows of the school's cycles, newest first: one query, and none while nothing happens anywhere.
    async fn list(&self, filter: &InstanceFilter) -> Result<Arc<Vec<InstanceSummary>>, Failure> {
        let (store, memory) = (self.engine().store(), &self.app().memory);
        let counter = turns(store);
        let key = format!("{}\n{filter:?}", self.member()?.school);
        if let Some(known) = memory.list(counter, &key) {
            return Ok(known);
        }
        let rows = Arc::new(store.read().instances(self.scope()?, filter, MOST).await?);
        memory.keep_list(counter, key, &rows);
        Ok(rows)
    }

    /// Open tasks for the visitor, by due date.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn my_tasks(&self) -> Result<Vec<Look>, Failure> {
        let member = self.member()?;
        if member.limit.is_some() {
            return Ok(Vec::new());
        }
        let active = InstanceFilter { lifecycles: vec!["active".into()], ..InstanceFilter::default() };
        let mut found = Vec::new();
        for summary in self.list(&active).await?.iter() {
            let cycle = self.known(&summary.id).await?;
            for task in &cycle.worked.sight.tasks {
                found.extend(self.for_others(&cycle, task).await?);
                found.extend(look(&cycle, task, &member.person));
            }
        }
        found.sort_by_key(|look| (look.row.due_at.unwrap_or(i64::MAX), look.row.id));
        Ok(found)
    }

    /// The task for those who are away and for whom the visitor stands in.
    async fn for_others(&self, cycle: &Cycle, task: &OpenTask) -> Result<Vec<Look>, Failure> {
        let staff = cycle.place.calendar.staff();
        if staff.covered_by(&self.member()?.person, cycle.place.today(self.now)).next().is_none() {
            return Ok(Vec::new());
        }
        let (title, row) = (&task.title, &task.row);
        let (_, others) = self.engine().acts_for(cycle.id(), &cycle.actor, &title.step).await?;
        let looks = others.into_iter().map(|whom| Look {
            done: handed_in(cycle, &title.step, &whom),
            cycle: cycle.id().to_owned(),
            of: cycle.title(),
            named: true,
            title: title.clone(),
            row: row.clone(),
            behalf: Some(whom),
        });
        Ok(looks.collect())
    }

    /// Erasures of what is kept for a limited time, the latest first: done and to come, by cycle and step.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn erasures(&self) -> Result<Vec<Erasure>, Failure> {
        let cycles = self.cycles(&InstanceFilter::default()).await?;
        let rows = self.engine().store().read().retention_timers(self.scope()?, MOST).await?;
        let erasure = |row: draaiboek_store::TimerRow| {
            let cycle = cycles.iter().find(|cycle| cycle.worked.sight.pk == row.instance_pk)?;
            let step = row.timer_id.split('.').nth(1)?.to_owned();
            Some(Erasure {
                of: cycle.title(),
                cycle: cycle.id().to_owned(),
                title: cycle.text(&format!("step.{step}")).to_owned(),
                step,
                at: row.fired_at.unwrap_or(row.due_at),
                done: row.fired_at.is_some(),
            })
        };
        Ok(rows.into_iter().filter_map(erasure).collect())
    }

    /// Workflows of which the school has a cycle.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn workflows_in_use(&self) -> Result<Vec<WorkflowCard>, Failure> {
        let list = self.list(&InstanceFilter::default()).await?;
        let mut cards = self.workflows(None).await?;
        cards.retain(|card| list.iter().any(|row| row.workflow == card.id));
        Ok(cards)
    }

    /// The newest version of each published workflow, or all of one.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn workflows(&self, only: Option<&str>) -> Result<Vec<WorkflowCard>, Failure> {
        let reader = self.engine().store().read();
        let mut newest: BTreeMap<(String, String), draaiboek_store::DefinitionSummary> = BTreeMap::new();
        for summary in reader.definitions().await? {
            if only.is_none_or(|only| only == summary.id) {
                let key = match only {
                    Some(_) => (summary.id.clone(), summary.version.clone()),
                    None => (summary.id.clone(), String::new()),
                };
                newest.insert(key, summary);
            }
        }
        let mut cards = Vec::new();
        for summary in newest.into_values() {
            let Some(row) = reader.definition(&summary.hash).await? else { continue };
            let workflow: Workflow = serde_json::from_str(&row.content)
                .map_err(|error| Failure::Broken(format!("the stored workflow `{}`: {error}", row.id)))?;
            cards.push(WorkflowCard {
                id: row.id,
                version: row.version,
                at: row.created_at,
                workflow: Arc::new(workflow),
            });
        }
        cards.sort_by(|a, b| a.id.cmp(&b.id).then(b.at.cmp(&a.at)));
        Ok(cards)
    }

    /// The step kinds that are installed, as their manifests say.
    pub(crate) fn kinds(&self) -> Vec<Value> {
        let plugins = self.engine().library().plugins();
        let kinds = plugins.iter().flat_map(|plugin| plugin.manifest().kinds.iter());
        kinds.filter_map(|kind| serde_json::to_value(kind).ok()).collect()
    }
}

fn look(cycle: &Cycle, task: &OpenTask, person: &str) -> Option<Look> {
    let OpenTask { row, title, roles, assignees } = task;
    let named = assignees.iter().any(|id| id == person);
    let own = roles.iter().any(|role| cycle.own_roles.contains(role));
    let staff = cycle.place.calendar.staff();
    // A job that is shared is answered once, under one name.
    let sharing = assignees.iter().find(|other| staff.share(person, other));
    let stands_in = staff.covered_by(person, cycle.place.today(cycle.now)).next().is_some();
    let mine = if assignees.is_empty() { own } else { named && (own || sharing.is_some() || !stands_in) };
    if !mine {
        return None;
    }
    let done = handed_in(cycle, &title.step, person)
        || sharing.is_some_and(|_| {
            let duo = staff.duo(person);
            duo.is_some_and(|duo| duo.people.iter().any(|other| handed_in(cycle, &title.step, other)))
        });
    let (row, title) = (row.clone(), title.clone());
    Some(Look { title, cycle: cycle.id().to_owned(), of: cycle.title(), done, named, row, behalf: None })
}

fn handed_in(cycle: &Cycle, step: &str, person: &str) -> bool {
    let pool = cycle.definition.step(step).and_then(|def| cycle.snapshot.pools.get(&def.pool));
    pool.is_some_and(|pool| pool.contributed.contains(person))
}

impl<P: Permission> Visit<P> {
    /// The newest messages of cycles for the visitor.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn notices(&self, most: usize) -> Result<Arc<Vec<Notice>>, Failure> {
        let member = self.member()?;
        if member.limit.is_some() {
            return Ok(Arc::default());
        }
        let (actor, memory) = (self.actor()?, &self.app().memory);
        let counter = turns(self.engine().store());
        let key = format!("{}\n{}\n{most}\n{}", member.school, who(&actor), self.minute());
        if let Some(known) = memory.notices(counter, &key) {
            return Ok(known);
        }
        let found = Arc::new(self.engine().notices(&member.school, Some(&actor), most).await?);
        memory.keep_notices(counter, key, &found);
        Ok(found)
    }

    /// The workload as it was foreseen some minutes ago at the most.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn workload_lately(&self) -> Result<Arc<Forecast>, Failure> {
        let (school, memory) = (&self.member()?.school, &self.app().memory);
        if let Some(known) = memory.forecast(school, self.minute()) {
            return Ok(known);
        }
        let found = self.workload().await?;
        memory.keep_forecast(school, self.minute(), &found);
        Ok(found)
    }

    /// Minutes that running cycles of the school still ask of people.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn workload(&self) -> Result<Arc<Forecast>, Failure> {
        Ok(self.engine().workload(&self.member()?.school).await?)
    }
}

impl Visit<SeeLibrary> {
    /// The source text of a version of a workflow.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn source(&self, id: &str, version: &str) -> Result<Option<String>, Failure> {
        let reader = self.engine().store().read();
        let all = reader.definitions().await?;
        let Some(found) = all.iter().rev().find(|known| known.id == id && known.version == version) else {
            return Ok(None);
        };
        Ok(reader.definition(&found.hash).await?.map(|row| row.source))
    }
}

impl Visit<StartCycle> {
    /// Begins a cycle.
    ///
    /// # Errors
    /// A configuration that does not fit; the engine's "no".
    pub(crate) async fn start(&self, workflow: &str, config: Object, key: Option<&str>) -> Result<Reply, Failure> {
        let request = StartRequest {
            school: self.member()?.school.clone(),
            workflow: workflow.to_owned(),
            config,
            ..StartRequest::default()
        };
        let reply = self.engine().start(request, &self.actor()?, key).await?;
        self.app().hub.changed(&reply.instance);
        Ok(reply)
    }

    /// The year that would follow, rehearsed on the side; nothing is kept.
    ///
    /// # Errors
    /// A configuration that does not fit.
    pub(crate) async fn rehearse(
        &self,
        workflow: &str,
        config: Object,
        without: Option<&str>,
    ) -> Result<Rehearsed, Failure> {
        let asked = Rehearse {
            school: self.member()?.school.clone(),
            workflow: workflow.to_owned(),
            config,
            without: without.map(str::to_owned),
        };
        Ok(self.engine().rehearse(asked).await?)
    }

    /// What starting would do: tasks and timers with their dates; nothing is kept.
    ///
    /// # Errors
    /// A workflow that cannot be read.
    pub(crate) fn preview(&self, workflow: &Workflow, config: Object) -> Result<Result<Decision, Rejection>, Failure> {
        let definition = Definition::load(workflow.clone())
            .map_err(|errors| Failure::Broken(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        let actor: Actor = self.actor()?;
        let origin = previewed(workflow, &definition, &self.member()?.school, config);
        let world = self.before_start(&definition, &origin)?;
        let command = Command::Start { origin: Box::new(origin.clone()) };
        Ok(decide(world, None, &actor, &command, &Default::default()))
    }

    fn before_start<'w>(&'w self, definition: &'w Definition, origin: &'w Origin) -> Result<World<'w>, Failure> {
        Ok(World { definition, origin, calendar: &self.place()?.calendar, now: self.now, assuming: None, next: None })
    }

    /// Minutes that would be asked of people with one more cycle, as its first decision leaves it.
    ///
    /// # Errors
    /// A workflow that cannot be read; the database.
    pub(crate) async fn workload_with(
        &self,
        workflow: &Workflow,
        config: Object,
        decision: &Decision,
    ) -> Result<Forecast, Failure> {
        let definition = Definition::load(workflow.clone())
            .map_err(|errors| Failure::Broken(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
        let school = &self.member()?.school;
        let origin = previewed(workflow, &definition, school, config);
        let snapshot = decision.snapshot.clone();
        Ok(self.engine().workload_with(school, origin, Arc::new(definition), snapshot).await?)
    }
}

/// What never changes about a cycle that is only looked at.
fn previewed(workflow: &Workflow, definition: &Definition, school: &str, config: Object) -> Origin {
    Origin {
        instance: "preview".into(),
        school: school.to_owned(),
        workflow: workflow.id.clone(),
        version: workflow.version.clone(),
        definition: definition.hash.clone(),
        config,
        parent: None,
        plugins: BTreeMap::new(),
    }
}
