//! The parts of a workflow as fields that can be laid side by side. Knows what matters, not how it is said.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::spell;
use crate::ir::{Concluding, Join, Run, State, StateKind, Step, Timer, Transition, Workflow};

/// Fields of one thing, by key of the language.
pub type Fields = BTreeMap<String, Shown>;

/// A value of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Short enough to be shown.
    Plain(String),
    /// Names, in order.
    Names(Vec<String>),
    /// Yes.
    Yes,
    /// A text of some length: shown from its first difference.
    Long(String),
}

impl Shown {
    /// As it is written, when it can be shown.
    pub fn plain(&self) -> Option<String> {
        match self {
            Self::Plain(text) => Some(text.clone()),
            Self::Names(names) => Some(names.join(", ")),
            Self::Yes => Some("true".into()),
            Self::Long(text) => Some(text.clone()),
        }
    }
}

/// Longest value that is shown, in characters.
const SHORT: usize = 80;

/// Collects fields; what is empty is left out.
#[derive(Default)]
struct Collect(Fields);

impl Collect {
    fn text(mut self, key: &str, value: Option<impl Into<String>>) -> Self {
        if let Some(value) = value.map(Into::into).filter(|text: &String| !text.is_empty()) {
            let short = value.chars().count() <= SHORT && !value.contains('\n');
            self.0.insert(key.into(), if short { Shown::Plain(value) } else { Shown::Long(value) });
        }
        self
    }

    fn names(mut self, key: &str, names: &[String]) -> Self {
        if !names.is_empty() {
            self.0.insert(key.into(), Shown::Names(names.to_vec()));
        }
        self
    }

    fn flag(mut self, key: &str, holds: bool) -> Self {
        if holds {
            self.0.insert(key.into(), Shown::Yes);
        }
        self
    }

    /// The keys of a map, down to their last value, each a field of its own.
    fn map<'v, T: Serialize + 'v>(mut self, key: &str, values: impl IntoIterator<Item = (&'v String, &'v T)>) -> Self {
        for (name, value) in values {
            let mut values = Vec::new();
            spell::leaves(&format!("{key}.{name}"), &serde_json::to_value(value).unwrap_or_default(), &mut values);
            self.0.extend(values.into_iter().map(|(path, value)| (path, shown(&value))));
        }
        self
    }
}

/// A value of JSON.
fn shown(value: &Value) -> Shown {
    let plain = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = match value {
        Value::Bool(true) => return Shown::Yes,
        Value::Array(items) if !items.is_empty() => return Shown::Names(items.iter().map(plain).collect()),
        other => plain(other),
    };
    let short = text.chars().count() <= SHORT && !text.contains('\n');
    if short { Shown::Plain(text) } else { Shown::Long(text) }
}

/// The word of a plain enum.
fn word(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value).ok()? {
        Value::String(word) => Some(word),
        other => Some(other.to_string()),
    }
}

/// The workflow as a whole.
pub fn whole(workflow: &Workflow) -> Fields {
    Collect::default()
        .text("id", Some(&workflow.id))
        .text("version", Some(&workflow.version))
        .names("tags", &workflow.tags)
        .text("privacy", word(&workflow.privacy))
        .names("initial", &workflow.initial)
        .0
}

/// The roles.
pub fn roles(workflow: &Workflow) -> BTreeMap<String, Fields> {
    let roles = workflow.roles.iter();
    roles.map(|(id, role)| (id.clone(), Collect::default().text("from", role.from.as_ref()).0)).collect()
}

/// What is asked at the start.
pub fn settings(schema: &Value) -> BTreeMap<String, Fields> {
    let required: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = |(name, property): (&String, &Value)| {
        let mut found = form(property);
        if required.contains(&name.as_str()) {
            found.insert("required".into(), Shown::Yes);
        }
        (name.clone(), found)
    };
    properties.into_iter().flatten().map(fields).collect()
}

/// The form of a value, as its JSON Schema says.
fn form(property: &Value) -> Fields {
    property.as_object().map(|object| Collect::default().map("schema", object.iter()).0).unwrap_or_default()
}

/// The data the workflow keeps: their first values and their form.
pub fn data(workflow: &Workflow) -> BTreeMap<String, Fields> {
    let schema = workflow.data_schema.get("properties");
    let fields = |(name, value): (&String, &Value)| {
        let mut found = schema.and_then(|schema| schema.get(name)).map(form).unwrap_or_default();
        found.insert("first".to_owned(), shown(value));
        (name.clone(), found)
    };
    workflow.data.iter().map(fields).collect()
}

/// What roles see of the whole; the first that the reader holds counts, so that a role can have several.
pub fn views(workflow: &Workflow) -> BTreeMap<String, Fields> {
    let mut found: BTreeMap<String, Fields> = BTreeMap::new();
    for view in &workflow.views {
        found.entry(view.role.clone()).or_default().extend(Collect::default().map("field", &view.fields).0);
    }
    found
}

/// A state, without its steps, timers and events.
pub fn state(state: &State, around: Option<&str>) -> Fields {
    let kind = (!matches!(state.kind, StateKind::Atomic | StateKind::Compound)).then(|| word(&state.kind)).flatten();
    let fields = Collect::default()
        .text("kind", kind)
        .text("around", around)
        .names("initial", &state.initial)
        .flag("mandatory", state.mandatory)
        .names("on_entry", &spell::actions(&state.on_entry))
        .names("on_exit", &spell::actions(&state.on_exit));
    match &state.run {
        Some(run) => children(fields, run).0,
        None => fields.0,
    }
}

fn children(fields: Collect, run: &Run) -> Collect {
    let join = match run.join {
        Join::All => None,
        Join::Any => Some("any".to_owned()),
        Join::AtLeast(count) => Some(count.to_string()),
    };
    fields
        .text("run", Some(&run.workflow))
        .text("run.version", run.version.as_ref())
        .text("run.each", run.each.as_ref().map(spell::loops))
        .text("run.key", run.key.as_ref())
        .text("run.join", join)
        .flag("run.keep", run.keep)
        .map("run.with", &run.with)
}

/// A step.
pub fn step(step: &Step, state: &str) -> Fields {
    let mut fields = Collect::default()
        .text("state", Some(state))
        .text("uses", Some(&step.kind))
        .text("instrument", step.instrument.as_ref())
        .names("roles", &step.roles)
        .text("assign", step.assign.as_ref())
        .text("minutes", step.minutes.map(|minutes| minutes.to_string()))
        .text("due", step.due.as_ref())
        .names("remind", &step.remind)
        .names("escalate", &spell::escalations(&step.escalate))
        .text("identity", Some(step.identity.word()))
        .text("k", Some(step.k.to_string()))
        .text("privacy", step.privacy.as_ref().and_then(word))
        .text("min_contributions", Some(step.min_contributions.to_string()))
        .text("shares", step.shares.as_ref())
        .names("accepts", &step.accepts)
        .flag("conclude", step.conclude == Concluding::WhenReady)
        .flag("fresh", step.fresh)
        .text("retain", step.retain.as_ref())
        .flag("mandatory", step.mandatory)
        .names("checks", &spell::requirements(&step.checks))
        .map("audience", &step.audience)
        .map("artifacts", &step.artifacts)
        .map("inputs", &step.inputs);
    if let Some(with) = step.with.as_object() {
        fields = fields.map("with", with.iter());
    }
    fields.0
}

/// A timer.
pub fn timer(timer: &Timer, state: &str) -> Fields {
    Collect::default().text("state", Some(state)).text("rule", Some(&timer.rule)).flag("repeat", timer.repeat).0
}

/// A transition.
pub fn transition(transition: &Transition) -> Fields {
    Collect::default()
        .names("roles", &transition.roles)
        .names("to", &transition.targets)
        .text("when", transition.when.as_ref())
        .names("require", &spell::requirements(&transition.require))
        .text("error", transition.error.as_ref())
        .names("concludes", &transition.concludes)
        .flag("needs_reason", transition.needs_reason)
        .map("data", transition.event_data.iter().flat_map(asked))
        .flag("internal", transition.internal)
        .names("do", &spell::actions(&transition.actions))
        .flag("mandatory", transition.mandatory)
        .0
}

/// What is asked with an event: its fields, and which of them must be given.
fn asked(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let fields = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let required = schema.as_object().into_iter().flatten().filter(|(key, _)| *key == "required");
    fields.chain(required)
}
