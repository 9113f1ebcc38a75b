//! One turn: the working copy of a snapshot and everything that goes out with it.
//!
//! Small helpers that the other modules share. No rules of contributions, states or lifecycle live here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Deref, DerefMut};

use draaiboek_chart::StateId;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::assume::Assumptions;
use super::command::{Actor, Answers};
use super::decision::{
    Answer, ContributionChange, Decision, Effect, Happening, NewArtifact, Rejection, TaskChange, TimerChange,
};
use super::model::{Origin, Snapshot, StepStatus};
use super::names::{Locals, Names};
use crate::calendar::Calendar;
use crate::cel::Program;
use crate::definition::{Definition, StepDef};

/// Roles that lead a cycle: they may pause, skip, move and repair where a workflow says nothing else.
pub const LEADING_ROLES: [&str; 4] = ["dir", "coach", "adm", "system"];

/// Everything a decision rests on besides the snapshot and the command.
#[derive(Clone, Copy, Debug)]
pub struct World<'a> {
    /// The definition the instance is pinned to.
    pub definition: &'a Definition,
    /// What never changes about the instance.
    pub origin: &'a Origin,
    /// The school's calendar.
    pub calendar: &'a Calendar,
    /// The moment of the command.
    pub now: Timestamp,
    /// What a rehearsal takes for granted; a live instance assumes nothing.
    pub assuming: Option<&'a Assumptions>,
    /// The definition to go by from now on; only [`super::Command::Migrate`] and its undoing need one.
    pub next: Option<&'a Definition>,
}

/// An event on its way through the chart.
#[derive(Debug, Clone)]
pub(super) struct Event {
    pub name: String,
    pub data: Value,
    pub reason: Option<String>,
    /// Sent by a person, so that roles and requirements of people apply.
    pub by_person: bool,
}

impl Event {
    pub fn internal(name: impl Into<String>, data: Value) -> Self {
        Self { name: name.into(), data, reason: None, by_person: false }
    }
}

/// The snapshot a turn works on: the present one, and a copy of its own from the first change on. Questions that change
/// nothing copy nothing.
pub(super) struct Working<'a>(Cow<'a, Snapshot>);

impl<'a> From<&'a Snapshot> for Working<'a> {
    fn from(present: &'a Snapshot) -> Self {
        Self(Cow::Borrowed(present))
    }
}

impl From<Snapshot> for Working<'_> {
    fn from(own: Snapshot) -> Self {
        Self(Cow::Owned(own))
    }
}

impl Deref for Working<'_> {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

impl DerefMut for Working<'_> {
    fn deref_mut(&mut self) -> &mut Snapshot {
        self.0.to_mut()
    }
}

/// The working copy.
pub(super) struct Turn<'a> {
    pub world: World<'a>,
    pub actor: &'a Actor,
    pub answers: &'a Answers,
    pub snapshot: Working<'a>,
    /// Active states, kept in step with the chart while it runs.
    pub active: BTreeSet<StateId>,
    pub trace: Vec<Happening>,
    pub tasks: Vec<TaskChange>,
    pub timers: Vec<TimerChange>,
    pub contributions: Vec<ContributionChange>,
    pub artifacts: Vec<NewArtifact>,
    pub effects: Vec<Effect>,
    /// Events for itself, delivered before the turn ends (W3C external queue).
    pub queue: Vec<Event>,
}

impl<'a> Turn<'a> {
    pub fn new(world: World<'a>, actor: &'a Actor, answers: &'a Answers, snapshot: impl Into<Working<'a>>) -> Self {
        let snapshot = snapshot.into();
        let chart = &world.definition.chart;
        let mut active = BTreeSet::new();
        for id in &snapshot.chart.active {
            if let Some(state) = chart.state(id) {
                active.insert(state);
                active.extend(chart.ancestors(state));
            }
        }
        Self {
            world,
            actor,
            answers,
            snapshot,
            active,
            trace: Vec::new(),
            tasks: Vec::new(),
            timers: Vec::new(),
            contributions: Vec::new(),
            artifacts: Vec::new(),
            effects: Vec::new(),
            queue: Vec::new(),
        }
    }

    pub fn finish(mut self, answer: Answer) -> Decision {
        self.snapshot.revision = self.snapshot.revision.saturating_add(1);
        Decision {
            // A rehearsal stores nothing.
            snapshot_text: match self.world.assuming {
                Some(_) => String::new(),
                None => serde_json::to_string(&*self.snapshot).unwrap_or_default(),
            },
            snapshot: self.snapshot.0.into_owned(),
            answer,
            trace: self.trace,
            tasks: self.tasks,
            timers: self.timers,
            contributions: self.contributions,
            artifacts: self.artifacts,
            effects: self.effects,
            origin: None,
        }
    }

    /// The next number of this instance.
    pub fn number(&mut self) -> u64 {
        self.snapshot.counter = self.snapshot.counter.saturating_add(1);
        self.snapshot.counter
    }

    pub fn step(&self, id: &str) -> Result<&'a StepDef, Rejection> {
        let definition = self.world.definition;
        definition.step(id).ok_or_else(|| {
            let known: Vec<&str> = definition.steps.keys().map(String::as_str).collect();
            Rejection::new("INVALID", format!("this workflow has no step `{id}`; it has {}", known.join(", ")))
        })
    }

    /// The step that owns the pool `step` writes to.
    pub fn pool_owner(&self, step: &str) -> Result<String, Rejection> {
        Ok(self.step(step)?.pool.clone())
    }

    /// All steps that write to the pool of `owner`.
    pub fn sharers(&self, owner: &str) -> Vec<String> {
        self.world.definition.sharers(owner).map(str::to_owned).collect()
    }

    pub fn is_open(&self, step: &str) -> bool {
        self.snapshot.steps.get(step).is_some_and(|s| s.status == StepStatus::Open)
    }

    /// Whether a step takes an entry kind.
    pub fn accepts(&self, step: &str, entry: &str) -> bool {
        self.world
            .definition
            .step(step)
            .is_some_and(|def| def.step.accepts.is_empty() || def.step.accepts.iter().any(|accepted| accepted == entry))
    }

    /// Whether the actor holds a role: their own, or that of somebody for whom they stand in today.
    pub fn holds(&self, role: &str) -> bool {
        self.holds_own(role) || self.holds_for_another(role)
    }

    /// Whether the actor holds a role themselves: by the workflow's `from:`, else by the school.
    pub fn holds_own(&self, role: &str) -> bool {
        if self.actor.is_system() {
            return true;
        }
        match &self.actor.person {
            Some(person) if self.world.definition.roles.contains_key(role) => self.names(role, person),
            _ => self.actor.roles.iter().any(|held| held == role),
        }
    }

    /// Whether a role of the workflow's own names a person.
    pub fn names(&self, role: &str, person: &str) -> bool {
        let program = self.world.definition.roles.get(role);
        program.is_some_and(|p| self.value(p, None, &Locals::default()).is_ok_and(|v| names_person(&v, person)))
    }

    /// Whether the actor leads the cycle: by a leading role, for somebody who is away, or as the engine.
    pub fn leads(&self) -> bool {
        let own = LEADING_ROLES.iter().any(|role| self.actor.roles.iter().any(|held| held == role));
        own || self.actor.is_system() || self.leads_for_another()
    }

    /// Evaluates an expression to JSON.
    pub fn value(&self, program: &Program, event: Option<&Event>, locals: &Locals) -> Result<Value, String> {
        let names = Names::new(self, event, locals);
        program
            .eval(&names, &names.functions())
            .map(|value| value.to_json())
            .map_err(|error| format!("`{}`: {error}", program.source()))
    }

    /// Evaluates a condition.
    pub fn truth(&self, program: &Program, event: Option<&Event>, locals: &Locals) -> Result<bool, String> {
        let names = Names::new(self, event, locals);
        program.eval_bool(&names, &names.functions()).map_err(|error| format!("`{}`: {error}", program.source()))
    }

    /// Evaluates named expressions to an object.
    pub fn object(
        &self,
        fields: &[(String, Program)],
        event: Option<&Event>,
        locals: &Locals,
    ) -> Result<serde_json::Map<String, Value>, String> {
        fields.iter().map(|(name, program)| Ok((name.clone(), self.value(program, event, locals)?))).collect()
    }

    /// The school's local time of the command.
    pub fn local(&self) -> DateTime {
        self.world.calendar.local(self.world.now)
    }

    /// Texts of a key with `{name}` filled in from `data`.
    pub fn message(&self, key: &str, data: &serde_json::Map<String, Value>) -> BTreeMap<String, String> {
        let mut texts = self.world.definition.texts(key);
        if texts.is_empty() {
            texts = built_in(key);
        }
        for text in texts.values_mut() {
            for (name, value) in data {
                let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                *text = text.replace(&format!("{{{name}}}"), &shown);
            }
        }
        texts
    }
}

/// What is said when a workflow has no words of its own for a reminder or an escalation.
fn built_in(key: &str) -> BTreeMap<String, String> {
    let (nl, en) = match key {
        "notice.remind" => ("Je taak wacht nog op jou: {title}.", "Your task is still waiting for you: {title}."),
        "notice.escalate" => ("Deze taak is nog niet klaar: {title}.", "This task is not done yet: {title}."),
        "notice.stand_in" => (
            "Je staat tot en met {until} in voor {person} bij ‘{title}’.",
            "Until {until} you stand in for {person} in ‘{title}’.",
        ),
        "notice.stand_in_ends" => {
            ("De vervanging van {person} bij ‘{title}’ is voorbij.", "Standing in for {person} in ‘{title}’ is over.")
        }
        "notice.absent" => (
            "{person} is er niet tot en met {until}, en niemand staat in bij ‘{title}’.",
            "{person} is away until {until}, and nobody stands in for ‘{title}’.",
        ),
        // Without a name: it is also said of somebody who was erased.
        "notice.left" => (
            "Iemand doet niet meer mee aan ‘{title}’. Er wordt niet meer op die persoon gewacht. Kijk of elke taak nog bij iemand ligt.",
            "Somebody no longer takes part in ‘{title}’. Nobody waits for them any more. See that every task still has somebody.",
        ),
        "notice.migrated" => (
            "Deze cyclus werkt voortaan volgens versie {version}. Daardoor veranderde er iets aan je taken.",
            "This cycle goes by version {version} from now on. Because of that, something changed in your tasks.",
        ),
        _ => return BTreeMap::new(),
    };
    [("nl".to_owned(), nl.to_owned()), ("en".to_owned(), en.to_owned())].into()
}

/// Whether a list of ids (or of objects with an `id`), or a single id, names the person.
fn names_person(value: &Value, person: &str) -> bool {
    match value {
        Value::String(id) => id == person,
        Value::Array(items) => items.iter().any(|item| names_person(item, person)),
        Value::Object(fields) => fields.get("id").and_then(Value::as_str) == Some(person),
        _ => false,
    }
}
