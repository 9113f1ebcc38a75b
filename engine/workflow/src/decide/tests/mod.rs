//! Table tests of the core: a small workflow each, commands in, decisions and rejections out.

mod contributions;
mod erasure;
mod flow;
mod stand_in;
mod time;

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::{
    Actor, Answers, CallConfig, Checked, Command, Conclusion, Decision, NewTask, Object, Origin, Rejection, Snapshot,
    World, calls_for, decide, open_tasks, view_of,
};
use crate::calendar::{Calendar, Region};
use crate::definition::Definition;
use crate::language::{self, Bundle, Options, SourceFile};

/// A workflow under test with its present state.
pub(super) struct Bench {
    definition: Definition,
    origin: Origin,
    pub calendar: Calendar,
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
            snapshot: None,
            now: Timestamp::UNIX_EPOCH,
            answers: Answers::default(),
        };
        bench.at("2026-10-02T09:00:00");
        bench
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
        let world = World {
            definition: &self.definition,
            origin: &self.origin,
            calendar: &self.calendar,
            now: self.now,
            assuming: None,
        };
        let first = decide(world, self.snapshot.as_ref(), actor, &command, &self.answers);
        let again = decide(world, self.snapshot.as_ref(), actor, &command, &self.answers);
        assert_eq!(first, again, "the same inputs give the same decision");
        let decision = first?;
        self.snapshot = Some(decision.snapshot.clone());
        Ok(decision)
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
