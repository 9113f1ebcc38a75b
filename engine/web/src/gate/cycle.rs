//! One cycle in the hands of one visitor: of the right school, and only as far as the policy goes.

use std::collections::BTreeMap;
use std::sync::Arc;

use draaiboek_runtime::{HELD, Handed, Projection, Reader, Reply, Sight, TaskTitle};
use draaiboek_store::{ArtifactRow, JournalRow, TaskRow};
use draaiboek_workflow::decide::{Actor, Command, Rejection, Snapshot};
use draaiboek_workflow::definition::Definition;
use draaiboek_workflow::diagram::{self, DiagramOptions};
use draaiboek_workflow::ir::{Identity, Privacy, Step};
use jiff::Timestamp;

use super::app::App;
use super::memory::Worked;
use super::permit::Permission;
use super::place::Place;
use super::policy::{self, Action, Reach, Resource, Role};
use super::visit::Visit;
use crate::answer::Failure;

/// Decisions that a visitor who comes late is told of.
const MEANWHILE: u32 = 20;

/// A cycle that the visitor may look at under the visit's permission.
pub(crate) struct Cycle {
    pub(in crate::gate) app: Arc<App>,
    pub(in crate::gate) worked: Arc<Worked>,
    pub(in crate::gate) actor: Actor,
    /// The workflow it is pinned to.
    pub definition: Arc<Definition>,
    /// Where it is.
    pub snapshot: Standing,
    /// The school.
    pub place: Arc<Place>,
    /// Language of the visitor.
    pub locale: String,
    /// The moment of the visit.
    pub now: Timestamp,
    /// Roles of the visitor in it, as words of the workflow; also those of people for whom the visitor stands in today.
    pub roles: Arc<Vec<String>>,
    /// The same without standing in for anybody.
    pub own_roles: Arc<Vec<String>>,
    /// The actor as a key.
    pub(in crate::gate) who: String,
    pub(in crate::gate) policy_roles: Vec<Role>,
    /// Roles of the visitor for somebody who is away: they reach nothing personal.
    pub(in crate::gate) handed_roles: Vec<Role>,
    /// Whether the visitor has a part in it.
    pub involved: bool,
    pub(in crate::gate) handed_part: bool,
    /// Steps of which the visitor sees only that they are there.
    held: Arc<Vec<String>>,
}

/// Where a cycle is: the snapshot of one turn, shared by all who look.
#[derive(Debug)]
pub(crate) struct Standing(Arc<Sight>);

impl std::ops::Deref for Standing {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0.snapshot
    }
}

impl<P: Permission> Visit<P> {
    /// A cycle of the visitor's school, when the permission reaches it.
    ///
    /// # Errors
    /// Not there or not for this visitor: not found. Readable, but not to be acted on: denied.
    pub(crate) async fn cycle(&self, id: &str) -> Result<Cycle, Failure> {
        let member = self.member()?;
        if member.limit.as_ref().is_some_and(|(instance, _)| instance != id) {
            return Err(Failure::NotFound);
        }
        let cycle = self.known(id).await?;
        if covers_any(&cycle, P::RESOURCE, P::ACTION) {
            return Ok(cycle);
        }
        let visible = [Resource::Cycle, Resource::Step].iter().any(|r| covers_any(&cycle, *r, Action::Read));
        Err(if visible { Failure::Denied } else { Failure::NotFound })
    }

    /// The minute of the request: what may look at the clock is remembered for so long.
    pub(in crate::gate) fn minute(&self) -> i64 {
        self.now.as_second().div_euclid(60)
    }

    /// A cycle of the visitor's school, without asking the policy: for lists, which do so for each.
    pub(in crate::gate) async fn known(&self, id: &str) -> Result<Cycle, Failure> {
        // Many cycles in one request must not keep other requests waiting.
        tokio::task::consume_budget().await;
        let (member, engine) = (self.member()?, self.engine());
        let sight = engine.sight(id).await?;
        if sight.school != member.school {
            return Err(Failure::NotFound);
        }
        let actor = self.actor()?;
        let worked = self.app().memory.worked(sight, self.minute());
        let who = who(&actor);
        let roles = match worked.roles(&who) {
            Some(known) => known,
            None => worked.keep_roles(who.clone(), engine.roles(id, &actor).await?),
        };
        let own = format!("own\n{who}");
        let own_roles = match worked.roles(&own) {
            Some(known) => known,
            None => worked.keep_roles(own, engine.own_roles(id, &actor).await?),
        };
        let definition = Arc::clone(&worked.sight.definition);
        let has_part = |roles: &[String]| roles.iter().any(|role| definition.ir.roles.contains_key(role));
        let (part, handed_part) = (has_part(&own_roles), has_part(&roles));
        let policy_roles = if member.limit.is_some() {
            member.roles.clone()
        } else {
            let given = own_roles.iter().filter_map(|role| Role::of(role));
            member.roles.iter().copied().chain(given).collect()
        };
        let handed = roles.iter().filter(|role| member.limit.is_none() && !own_roles.contains(role));
        let handed_roles = handed.filter_map(|role| Role::of(role)).collect();
        let mut cycle = Cycle {
            app: Arc::clone(self.app()),
            snapshot: Standing(Arc::clone(&worked.sight)),
            worked,
            who,
            actor,
            definition,
            place: Arc::clone(self.place()?),
            locale: self.locale.clone(),
            now: self.now,
            roles,
            own_roles,
            policy_roles,
            handed_roles,
            handed_part,
            involved: part || member.limit.is_some(),
            held: Arc::default(),
        };
        cycle.held = cycle.held_back().await?;
        Ok(cycle)
    }
}

/// Everything of an actor that what is worked out may depend on.
pub(in crate::gate) fn who(actor: &Actor) -> String {
    let word = |text: &Option<String>| text.clone().unwrap_or_default();
    format!("{}\n{}\n{}", word(&actor.person), word(&actor.on_behalf_of), actor.roles.join(","))
}

fn covers_any(cycle: &Cycle, resource: Resource, action: Action) -> bool {
    cycle.may(resource, action, Privacy::P0)
}

impl Cycle {
    /// Id for people and links.
    pub(crate) fn id(&self) -> &str {
        &self.worked.sight.id
    }

    /// Number of accepted commands; a form names the one it was made for.
    pub(crate) fn revision(&self) -> u64 {
        self.snapshot.revision
    }

    /// When it began, in microseconds.
    pub(crate) fn began(&self) -> i64 {
        self.worked.sight.created_at
    }

    /// The cycle that runs it, and its key there.
    pub(crate) fn parent(&self) -> (Option<&str>, Option<&str>) {
        let sight = &self.worked.sight;
        (sight.parent_id.as_deref(), sight.parent_key.as_deref().and_then(|key| key.split_once(':')).map(|p| p.1))
    }

    /// Whether the policy allows something here, up to a privacy class.
    pub(crate) fn may(&self, resource: Resource, action: Action, class: Privacy) -> bool {
        let grants = policy::grants(&self.policy_roles, resource, action);
        let reach = |involved: bool| if involved { Reach::Involved } else { Reach::School };
        if policy::covers(&grants, reach(self.involved), class) {
            return true;
        }
        // Who stands in for somebody sees nothing personal by it.
        let all: Vec<Role> = self.policy_roles.iter().chain(&self.handed_roles).copied().collect();
        let handed = policy::grants(&all, resource, action);
        self.handed_part && class < Privacy::P2 && policy::covers(&handed, Reach::Involved, class)
    }

    /// The roles of the visitor where a step is concerned.
    pub(crate) fn roles_in(&self, step: &str) -> &[String] {
        let named = self.definition.step(step).is_some_and(|def| def.step.identity == Identity::Named);
        if named && self.class(step) < Privacy::P2 { &self.roles } else { &self.own_roles }
    }

    /// The cycle in the hands of the visitor for somebody else.
    pub(crate) fn on_behalf_of(mut self, whom: Option<String>) -> Self {
        self.actor.on_behalf_of = whom;
        self.who = who(&self.actor);
        self
    }

    /// A text of the workflow.
    pub(crate) fn text<'a>(&'a self, key: &'a str) -> &'a str {
        self.definition.ir.text(&self.locale, key)
    }

    /// A text of the workflow, only when it has one.
    pub(crate) fn own_text(&self, key: &str) -> Option<String> {
        let texts = self.definition.texts(key);
        [self.locale.as_str(), "nl", "en"].iter().find_map(|locale| texts.get(*locale)).cloned()
    }

    /// A text of the house, only when it has one.
    pub(crate) fn house(&self, key: &str) -> Option<String> {
        self.app.shower.maybe(&self.locale, key)
    }

    /// The title: of a child, with the team or person it is for. Keys that say nothing to people stay away.
    pub(crate) fn title(&self) -> String {
        match self.parent().1.and_then(|key| self.place.called(key)) {
            Some(whose) => format!("{} · {whose}", self.text("title")),
            None => match self.of_team() {
                Some(team) => format!("{} · {team}", self.text("title")),
                None => self.text("title").to_owned(),
            },
        }
    }

    /// The team in the configuration of a cycle that nothing else runs.
    fn of_team(&self) -> Option<String> {
        let team = self.parent().0.is_none().then(|| self.origin().config.get("team"))??;
        let title = team.get("title").or(Some(team)).and_then(serde_json::Value::as_str)?;
        Some(self.place.called(title).unwrap_or_else(|| title.to_owned()))
    }

    /// Titles of the active states in which something is asked; of the first one when nothing is.
    pub(crate) fn here(&self) -> Vec<String> {
        let open = |state: &&String| {
            let own = self.definition.steps.iter().filter(|(_, def)| def.state == **state);
            own.into_iter().any(|(id, _)| self.snapshot.steps.get(id).is_some_and(|step| step.closed_at.is_none()))
        };
        let active = &self.snapshot.chart.active;
        let asking: Vec<&String> = active.iter().filter(open).collect();
        let shown = if asking.is_empty() { active.iter().take(1).collect() } else { asking };
        shown.into_iter().map(|state| self.text(&format!("state.{state}")).to_owned()).collect()
    }

    /// The privacy class of a step.
    pub(crate) fn class(&self, step: &str) -> Privacy {
        let own = self.definition.step(step).and_then(|def| def.step.privacy);
        own.unwrap_or(self.definition.ir.privacy)
    }

    /// A picture of the workflow with the place of this cycle in it.
    pub(crate) fn draw(&self, options: &DiagramOptions) -> String {
        self.worked.drawing(&format!("{options:?}"), || diagram::render(&self.definition.ir, options)).to_string()
    }

    /// The latest decisions, newest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn journal(&self, limit: u32) -> Result<Vec<JournalRow>, Failure> {
        match self.worked.sight.journal_head {
            Some(head) => Ok(self.app.engine.store().read().journal_back(head, limit).await?.rows),
            None => Ok(Vec::new()),
        }
    }

    /// All tasks it ever opened; of steps that are held back from the visitor without the day on which they are due.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn tasks(&self) -> Result<Vec<TaskRow>, Failure> {
        let mut tasks = self.app.engine.store().read().tasks(self.worked.sight.pk).await?;
        let step = |task: &TaskRow| serde_json::from_str::<TaskTitle>(&task.title).ok().map(|title| title.step);
        for task in tasks.iter_mut().filter(|_| !self.held.is_empty()) {
            if step(task).is_some_and(|step| self.is_held(&step)) {
                task.due_at = None;
            }
        }
        Ok(tasks)
    }

    /// Whether the visitor sees of a step only that it is there: the workflow holds it back from them, and they have no
    /// part in it.
    pub(crate) fn is_held(&self, step: &str) -> bool {
        self.held.iter().any(|held| held == step)
    }

    async fn held_back(&self) -> Result<Arc<Vec<String>>, Failure> {
        let key = format!("held\n{}", self.who);
        if let Some(known) = self.worked.roles(&key) {
            return Ok(known);
        }
        let mut held = self.app.engine.held_steps(self.id(), &self.actor).await?;
        held.retain(|id| self.definition.step(id).is_none_or(|def| !self.takes_part(&def.step)));
        Ok(self.worked.keep_roles(key, held))
    }

    /// All versions of its artifacts.
    ///
    /// # Errors
    /// The policy; the database.
    pub(crate) async fn artifacts(&self) -> Result<Vec<ArtifactRow>, Failure> {
        if !self.may(Resource::Result, Action::Read, Privacy::P0) {
            return Err(Failure::Denied);
        }
        let readable = self.readable().await;
        let all = self.app.engine.store().read().artifacts(self.worked.sight.pk).await?;
        Ok(all.into_iter().filter(|row| readable.contains_key(&row.name)).collect())
    }

    /// Names and latest versions of the artifacts that the visitor may read.
    pub(crate) async fn readable(&self) -> BTreeMap<String, u32> {
        let mut found = BTreeMap::new();
        for (name, version) in &self.snapshot.artifacts {
            if self.may_read_artifact(name).await {
                found.insert(name.clone(), *version);
            }
        }
        found
    }

    /// An artifact is as sensitive as the most sensitive step that may publish it, and is not for those from whom all
    /// of these steps are held back.
    async fn may_read_artifact(&self, name: &str) -> bool {
        let makers = self.makers(name);
        let class = makers.iter().map(|id| self.class(id)).max().unwrap_or(self.definition.ir.privacy);
        if !self.may(Resource::Result, Action::Read, class) {
            return false;
        }
        for step in &makers {
            let audience = self.app.engine.audience(self.id(), step, &self.actor).await;
            if audience.is_ok_and(|audience| audience != HELD) {
                return true;
            }
        }
        makers.is_empty()
    }

    /// The steps that say they publish an artifact.
    pub(crate) fn makers(&self, artifact: &str) -> Vec<&str> {
        let named = |value: &serde_json::Value| value.get("artifact").and_then(|name| name.as_str()) == Some(artifact);
        let makes = |step: &Step| step.artifacts.values().any(|made| made == artifact) || named(&step.with);
        self.definition.steps.iter().filter(|(_, def)| makes(&def.step)).map(|(id, _)| id.as_str()).collect()
    }

    /// The cycles it runs, by state and key, with id and status.
    pub(crate) fn children(&self) -> Vec<(String, String, String, &'static str)> {
        use draaiboek_workflow::decide::ChildStatus;
        let mut found = Vec::new();
        for (state, children) in &self.snapshot.children {
            for (key, child) in &children.entries {
                let status = match child.status {
                    ChildStatus::Running => "running",
                    ChildStatus::Ended => "ended",
                    ChildStatus::Failed => "failed",
                    ChildStatus::Cancelled => "cancelled",
                };
                found.push((state.clone(), key.clone(), child.instance.clone(), status));
            }
        }
        found
    }

    /// What the visitor may see of a step's picture: the projection of the audience, or `held` above the class.
    ///
    /// # Errors
    /// A plugin that breaks.
    pub(crate) async fn picture(&self, step: &str) -> Result<Projection, Failure> {
        let engine = &self.app.engine;
        if !self.may(Resource::Result, Action::Read, self.reading_class(step)) {
            return Ok(Projection { audience: "held".into(), data: serde_json::json!({"held": true}) });
        }
        let key = format!("{step}\n{}", self.who);
        if let Some(known) = self.worked.pictures(&key) {
            return Ok(known.as_ref().clone());
        }
        let made = engine.projection(self.id(), step, Reader::Person(&self.actor)).await?;
        Ok(self.worked.keep_pictures(key, made).as_ref().clone())
    }

    /// What the workflow shows of the whole to the visitor's role, when it says so.
    pub(crate) async fn view(&self) -> Option<draaiboek_workflow::decide::Object> {
        if let Some(known) = self.worked.views(&self.who) {
            return known.as_ref().clone();
        }
        let made = self.app.engine.view(self.id(), &self.actor).await.ok().flatten();
        self.worked.keep_views(self.who.clone(), made).as_ref().clone()
    }

    /// The class of a step's picture: counts of an anonymous step name nobody (the engine keeps its threshold).
    pub(crate) fn reading_class(&self, step: &str) -> Privacy {
        let anonymous = self.definition.step(step).is_some_and(|def| def.step.identity == Identity::Anonymous);
        if anonymous { Privacy::P0 } else { self.class(step) }
    }

    /// Whether the cycle is still where the visitor saw it.
    ///
    /// # Errors
    /// `STALE` with what was done meanwhile, the latest first.
    pub(crate) async fn unchanged_since(&self, seen: Option<u64>) -> Result<(), Failure> {
        let Some(seen) = seen.filter(|seen| *seen != self.revision()) else { return Ok(()) };
        let rows = self.journal(MEANWHILE).await?;
        let since = rows.iter().filter(|row| u64::try_from(row.revision).is_ok_and(|revision| revision > seen));
        let done = since.filter_map(|row| {
            let command: serde_json::Value = serde_json::from_str(&row.command).ok()?;
            let text = |key: &str| command.pointer(&format!("/command/{key}")).and_then(serde_json::Value::as_str);
            Some(format!("{}:{}", text("do")?, text("event").or_else(|| text("step")).unwrap_or_default()))
        });
        let help = format!("the cycle is at revision {} now; look at it and decide anew", self.revision());
        let mut stale = Rejection::new("STALE", help);
        stale.reasons = done.collect();
        Err(Failure::Rejected(Box::new(stale)))
    }

    /// Carries a command out as the visitor.
    ///
    /// # Errors
    /// The policy, the engine's "no", or something broke.
    pub(crate) async fn command(&self, command: Command, key: Option<&str>) -> Result<Reply, Failure> {
        self.command_seeing(command, &[], key).await
    }

    /// Carries a command out as the visitor, only while the cycle is in the states that the visitor saw.
    ///
    /// # Errors
    /// As [`Cycle::command`]; `STALE` when somebody moved it meanwhile.
    pub(crate) async fn command_seeing(
        &self,
        command: Command,
        seen: &[String],
        key: Option<&str>,
    ) -> Result<Reply, Failure> {
        let action = match &command {
            Command::Send { .. } | Command::Note { .. } => (Resource::Cycle, Action::Advance),
            Command::Conclude { .. } | Command::Skip { .. } | Command::Admit { .. } => (Resource::Step, Action::Manage),
            _ => (Resource::Cycle, Action::Manage),
        };
        if !self.may(action.0, action.1, Privacy::P0) {
            return Err(Failure::Denied);
        }
        let reply = self.app.engine.command_seeing(self.id(), &self.actor, command, seen, key).await;
        self.app.hub.changed(self.id());
        Ok(reply?)
    }

    /// Hands a contribution in as the visitor.
    ///
    /// # Errors
    /// The policy, the engine's "no", or something broke.
    pub(crate) async fn hand_in(&self, handed: Handed, key: Option<&str>) -> Result<Reply, Failure> {
        if !self.may(Resource::Step, Action::Contribute, self.class(&handed.step)) {
            return Err(Failure::Denied);
        }
        let reply = self.app.engine.contribute(self.id(), &self.actor, handed, key).await;
        self.app.hub.changed(self.id());
        Ok(reply?)
    }

    /// Takes a contribution back.
    ///
    /// # Errors
    /// As [`Cycle::hand_in`].
    pub(crate) async fn take_back(&self, step: &str, id: &str, token: Option<&str>) -> Result<Reply, Failure> {
        if !self.may(Resource::Step, Action::Contribute, self.class(step)) {
            return Err(Failure::Denied);
        }
        let reply = self.app.engine.withdraw(self.id(), &self.actor, step, id, token).await;
        self.app.hub.changed(self.id());
        Ok(reply?)
    }

    /// The revision now: for live pages.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn revision_now(&self) -> Result<u64, Failure> {
        Ok(self.app.engine.sight(self.id()).await?.snapshot.revision)
    }
}
