//! Table tests of the core: a small workflow each, commands in, decisions and rejections out.

mod contributions;
mod erasure;
mod flow;
mod migration;
mod stand_in;
mod time;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::{
    Actor, Answers, CallConfig, Checked, Command, Conclusion, Decision, Mapping, Migrated, NewTask, Object, Origin,
    Rejection, Snapshot, Target, World, calls_for, decide, form_of, open_tasks, view_of,
};
use crate::calendar::{Calendar, Region};
use crate::definition::Definition;
use crate::ir::Workflow;
use crate::language::{self, Bundle, Options, SourceFile};

/// A workflow under test with its present state.
pub(super) struct Bench {
    definition: Definition,
    origin: Origin,
    pub calendar: Calendar,
    /// Versions it went by, once it was migrated.
    versions: BTreeMap<String, Workflow>,
    pub snapshot: Option<Snapshot>,
    pub now: Timestamp,
    pub answers: Answers,
}

pub(super) fn person(id: &str, roles: &[&str]) -> Actor {
    Actor { person: Some(id.into()), roles: roles.iter().map(|r| (*r).into()).collect(), on_behalf_of: None }
}

impl Bench {
    /// Compiles a workflow; nothing is started yet. It is Friday 2 October 2026, nine o'clock in Brussels.
    pub fn new(yaml: &str, config: Value) -> Self {
        let bundle = Bundle { main: SourceFile::new("test.yaml", yaml), texts: Vec::new() };
        let checked = language::check(&bundle, &Options::default());
        let workflow = checked.workflow.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
        let (definition, _) = Definition::compile(workflow).unwrap_or_else(|errors| panic!("{errors:#?}"));
        let origin = Origin {
            instance: "x".into(),
            school: "s".into(),
            workflow: definition.ir.id.clone(),
            version: definition.ir.version.clone(),
            definition: definition.hash.clone(),
            config: config.as_object().cloned().unwrap_or_default(),
            parent: None,
            plugins: Default::default(),
        };
        let calendar = Calendar::builtin(Region::BeNl, 2026).expect("the calendar");
        let mut bench = Self {
            definition,
            origin,
            calendar,
            versions: BTreeMap::new(),
            snapshot: None,
            now: Timestamp::UNIX_EPOCH,
            answers: Answers::default(),
        };
        bench.at("2026-10-02T09:00:00");
        bench
    }

    /// Compiles another version of the workflow.
    fn compiled(yaml: &str) -> Definition {
        let bundle = Bundle { main: SourceFile::new("test.yaml", yaml), texts: Vec::new() };
        let checked = language::check(&bundle, &Options::default());
        let workflow = checked.workflow.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
        Definition::load(workflow).unwrap_or_else(|errors| panic!("{errors:#?}"))
    }

    /// The instance goes by another version from now on, as the runtime does it.
    pub fn migrate(&mut self, yaml: &str, map: Mapping) -> Result<Decision, Rejection> {
        let next = Self::compiled(yaml);
        let target = Target {
            from: self.origin.definition.clone(),
            definition: next.hash.clone(),
            version: next.ir.version.clone(),
            plugins: Default::default(),
        };
        let command = Command::Migrate { target: Box::new(target), map: Box::new(map), reason: None };
        self.versions.entry(self.definition.hash.clone()).or_insert_with(|| self.definition.ir.clone());
        let decision = self.decide(&person("dir", &["dir"]), &command, Some(&next))?;
        self.versions.insert(next.hash.clone(), next.ir);
        self.settle(&decision);
        Ok(decision)
    }

    /// The last migration is taken back.
    pub fn unmigrate(&mut self) -> Result<Decision, Rejection> {
        let before = self.snap().migrated.as_ref().and_then(|migrated| migrated.before.clone());
        let next = before.map(|before| self.version(&before.origin.definition, before.migrated.as_deref()));
        let decision = self.decide(&person("dir", &["dir"]), &Command::Unmigrate { reason: None }, next.as_ref())?;
        self.settle(&decision);
        Ok(decision)
    }

    /// The definition of a version as the instance sees it.
    fn version(&self, hash: &str, migrated: Option<&Migrated>) -> Definition {
        let base = |hash: &str| Definition::load(self.versions[hash].clone()).expect("it was loaded before");
        form_of(base(hash), migrated.unwrap_or(&Migrated::default()), |step, kept| {
            base(&kept.definition).form(&kept.step, step, &kept.state, &kept.pool)
        })
    }

    fn settle(&mut self, decision: &Decision) {
        if let Some(origin) = &decision.origin {
            self.origin = (**origin).clone();
        }
        self.snapshot = Some(decision.snapshot.clone());
        if !self.versions.is_empty() {
            self.definition = self.version(&self.origin.definition, decision.snapshot.migrated.as_deref());
        }
    }

    pub fn started(yaml: &str, config: Value) -> Self {
        let mut bench = Self::new(yaml, config);
        bench.begin();
        bench
    }

    pub fn begin(&mut self) {
        let origin = Box::new(self.origin.clone());
        self.run(&person("dir", &["dir"]), Command::Start { origin }).expect("it starts");
    }

    /// Asks something that changes nothing.
    pub fn asks<T>(&self, ask: impl FnOnce(World<'_>, &Snapshot) -> T) -> T {
        let world = World {
            definition: &self.definition,
            origin: &self.origin,
            calendar: &self.calendar,
            now: self.now,
            assuming: None,
            next: None,
        };
        ask(world, self.snap())
    }

    /// What a plugin is told of a step.
    pub fn call(&self, step: &str) -> CallConfig {
        self.asks(|world, snapshot| calls_for(world, snapshot, step, &self.answers)).expect("expressions hold")
    }

    /// The open tasks.
    pub fn tasks(&self) -> Vec<NewTask> {
        self.asks(open_tasks).expect("expressions hold")
    }

    pub fn at(&mut self, local: &str) {
        let local: DateTime = local.parse().expect("a local time");
        self.now = self.calendar.instant(local).expect("a moment");
    }

    pub fn run(&mut self, actor: &Actor, command: Command) -> Result<Decision, Rejection> {
        let decision = self.decide(actor, &command, None)?;
        self.settle(&decision);
        Ok(decision)
    }

    fn decide(&self, actor: &Actor, command: &Command, next: Option<&Definition>) -> Result<Decision, Rejection> {
        let world = World {
            definition: &self.definition,
            origin: &self.origin,
            calendar: &self.calendar,
            now: self.now,
            assuming: None,
            next,
        };
        let first = decide(world, self.snapshot.as_ref(), actor, command, &self.answers);
        let again = decide(world, self.snapshot.as_ref(), actor, command, &self.answers);
        assert_eq!(first, again, "the same inputs give the same decision");
        first
    }

    pub fn view(&self, reader: &Actor) -> Option<Object> {
        self.asks(|world, snapshot| view_of(world, snapshot, reader, &self.answers)).expect("expressions hold")
    }

    pub fn send(&mut self, actor: &Actor, event: &str, data: Value) -> Result<Decision, Rejection> {
        self.run(actor, Command::Send { event: event.into(), data, reason: None })
    }

    pub fn snap(&self) -> &Snapshot {
        self.snapshot.as_ref().expect("it was started")
    }

    pub fn states(&self) -> Vec<&str> {
        self.snap().chart.active.iter().map(String::as_str).collect()
    }

    /// What the plugin of a step will answer to `conclude`.
    pub fn concluding(&mut self, step: &str, ready: bool, result: Value) {
        let conclusion = Conclusion { ready, result, ..Conclusion::default() };
        self.answers.concluded.insert(step.into(), conclusion);
    }

    /// What the plugin of a step will answer to `check`.
    pub fn checking(&mut self, entry: &str, slot: &str) {
        self.answers.checked = Some(Checked { entry: entry.into(), slot: slot.into(), shared: false });
    }

    pub fn timer(&mut self, id: &str) -> Result<Decision, Rejection> {
        let seq = self.snap().timers.get(id).map_or(0, |timer| timer.seq);
        self.run(&Actor::system(), Command::Timer { id: id.into(), seq })
    }
}

pub(super) fn none() -> Value {
    json!({})
}
