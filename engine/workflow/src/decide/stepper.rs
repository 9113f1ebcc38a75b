//! The chart's interpreter: guards, requirements and actions of a workflow, and what hangs on its states.
//!
//! Knows one macrostep from the inside; when they run is `macrostep`'s.

use draaiboek_chart::{
    ActionId, CondId, DoneDataId, ErrorKind, Failure, Interpreter, Scope, StateId, TransitionId, View,
};
use serde_json::{Value, json};

use super::decision::{Effect, Happening, Rejection};
use super::erase;
use super::macrostep::Broken;
use super::model::{ChildStatus, TimerPurpose};
use super::names::Locals;
use super::turn::{Event, Turn};
use crate::cel::Program;
use crate::definition::{Op, Requirement, Segment, Template, TemplatePart, TransitionDef};
use crate::ir::Recipient;

/// Most reasons a refusal lists.
pub const MAX_REASONS: usize = 200;

pub(super) struct Stepper<'t, 'a> {
    turn: &'t mut Turn<'a>,
    pub refusals: Vec<Rejection>,
    /// Failures of conditions and actions, which the chart may handle.
    failures: Vec<String>,
    /// What a state could not open or set: nothing can handle that.
    broken: Vec<String>,
}

impl<'t, 'a> Stepper<'t, 'a> {
    pub fn new(turn: &'t mut Turn<'a>) -> Self {
        Self { turn, refusals: Vec::new(), failures: Vec::new(), broken: Vec::new() }
    }

    /// The failures of a macrostep that has run.
    pub fn after(&mut self) -> Result<Vec<String>, Broken> {
        if self.broken.is_empty() {
            Ok(std::mem::take(&mut self.failures))
        } else {
            Err(Broken(self.broken.join("; ")))
        }
    }

    fn fail<T>(&self, result: Result<T, String>) -> Result<T, Failure<String>> {
        result.map_err(Failure::execution)
    }

    /// All that must hold before a transition is taken; a refusal is kept for the sender.
    fn allows(&mut self, number: usize, guard: &TransitionDef, event: Option<&Event>) -> Result<bool, String> {
        let none = Locals::default();
        if let Some(when) = &guard.when
            && !self.holds(when, event, &none)?
        {
            return Ok(false);
        }
        let refusal = match event.filter(|event| event.by_person && !guard.eventless) {
            Some(event) => self.refuses_person(guard, event),
            None => None,
        };
        let refusal = match refusal {
            Some(refusal) => Some(refusal),
            None => self.refuses(number, guard, event)?,
        };
        match refusal {
            None => Ok(true),
            Some(refusal) => {
                self.refusals.push(refusal);
                Ok(false)
            }
        }
    }

    /// A condition; in a rehearsal one that stumbles does not hold.
    fn holds(&mut self, when: &Program, event: Option<&Event>, locals: &Locals) -> Result<bool, String> {
        match self.turn.truth(when, event, locals) {
            Ok(holds) => Ok(holds),
            Err(failure) => self.turn.tolerate(Err(failure)).map(|()| false),
        }
    }

    fn refuses_person(&self, guard: &TransitionDef, event: &Event) -> Option<Rejection> {
        if !guard.roles.iter().any(|role| self.turn.holds(role)) {
            let who = if guard.roles.is_empty() { "only the engine".into() } else { guard.roles.join(", ") };
            return Some(Rejection::new("NOT_ALLOWED", format!("`{}` may be sent by {who}", event.name)));
        }
        if guard.needs_reason && event.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Some(
                Rejection::new("INVALID", format!("`{}` needs a reason", event.name)).because(vec!["REASON".into()]),
            );
        }
        let validator = guard.event_data.as_ref().filter(|_| self.turn.world.assuming.is_none())?;
        let (problems, texts): (Vec<String>, Vec<String>) = validator
            .iter_errors(&event.data)
            .map(|error| (format!("INVALID:{}", error.instance_path()), error.to_string()))
            .unzip();
        if problems.is_empty() {
            return None;
        }
        Some(Rejection::new("INVALID", format!("data of `{}`: {}", event.name, texts.join("; "))).because(problems))
    }

    fn refuses(
        &mut self,
        number: usize,
        guard: &TransitionDef,
        event: Option<&Event>,
    ) -> Result<Option<Rejection>, String> {
        let mut reasons = Vec::new();
        for (i, requirement) in guard.require.iter().enumerate() {
            if self.turn.world.assuming.is_some_and(|assumed| !assumed.keeps(number, i)) {
                continue;
            }
            unmet(self.turn, requirement, event, &mut reasons)?;
        }
        let mut word = guard.error.clone();
        for step in &guard.concludes {
            if let Some(refusal) = self.turn.conclusion_refusal(step) {
                word = word.or_else(|| Some(refusal.word.clone()));
                if refusal.reasons.is_empty() {
                    reasons.push(format!("{}:{step}", refusal.word));
                } else {
                    reasons.extend(refusal.reasons);
                }
            }
        }
        if reasons.is_empty() {
            return Ok(None);
        }
        let word = word.unwrap_or_else(|| "NOT_READY".into());
        let help = format!("state `{}` can not be left yet: {}", guard.source, reasons.join(", "));
        Ok(Some(Rejection::new(&word, help).because(reasons)))
    }

    fn run(&mut self, ops: &[Op], locals: &Locals, scope: &mut Scope<'_, Event>) -> Result<(), String> {
        for op in ops {
            let result = self.op(op, locals, scope);
            self.turn.tolerate(result)?;
        }
        Ok(())
    }

    fn op(&mut self, op: &Op, locals: &Locals, scope: &mut Scope<'_, Event>) -> Result<(), String> {
        let event = scope.event();
        match op {
            Op::Assign(path, program) => {
                let value = self.turn.value(program, event, locals)?;
                assign(self.turn, path, value, event, locals)
            }
            Op::Raise(name, data) => {
                let data = self.turn.object(data, event, locals)?;
                let token = scope.chart().event(name);
                scope.raise(token, Event::internal(name.clone(), Value::Object(data)));
                Ok(())
            }
            Op::Send { event: name, to, data, after, id } => {
                let data = Value::Object(self.turn.object(data, event, locals)?);
                self.send(name, to, data, after.as_deref(), id.as_deref(), event)
            }
            Op::Cancel(id) => {
                self.turn.stop_timer(&format!("send.{id}"));
                Ok(())
            }
            Op::Notify { roles, text, data } => {
                let data = self.turn.object(data, event, locals)?;
                notify(self.turn, roles.clone(), Vec::new(), text, &data);
                Ok(())
            }
            Op::Artifact(name, content) => {
                let content = self.turn.value(content, event, locals)?;
                self.turn.publish(name, content);
                Ok(())
            }
            Op::Erase(steps) => {
                erase::erase(self.turn, steps);
                Ok(())
            }
            Op::Log(program) => {
                let value = self.turn.value(program, event, locals)?;
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                self.turn.trace.push(Happening::Noted { text });
                Ok(())
            }
            Op::If(condition, then, otherwise) => {
                let branch = if self.turn.truth(condition, event, locals)? { then } else { otherwise };
                self.run(branch, locals, scope)
            }
            Op::ForEach(each, body) => {
                for element in list(self.turn.value(&each.list, event, locals)?, each.list.source())? {
                    self.run(body, &locals.with(&each.var, element), scope)?;
                }
                Ok(())
            }
        }
    }

    fn send(
        &mut self,
        name: &str,
        to: &Recipient,
        data: Value,
        after: Option<&str>,
        id: Option<&str>,
        event: Option<&Event>,
    ) -> Result<(), String> {
        match (to, after) {
            (Recipient::Itself, None) => self.turn.queue.push(Event::internal(name, data)),
            (Recipient::Itself, Some(rule)) => {
                let id =
                    id.map_or_else(|| format!("send.{}", self.turn.snapshot.counter + 1), |id| format!("send.{id}"));
                let purpose = TimerPurpose::Event { name: name.to_owned(), data, repeat: false };
                self.turn.set_timer(&id, rule, "send", purpose, event)?;
            }
            (_, Some(_)) => return Err("only a message to itself can be delayed".into()),
            (Recipient::Parent, None) => {
                let Some(parent) = self.turn.world.origin.parent.clone() else { return Ok(()) };
                let data = from_child(data, &parent);
                self.turn.effects.push(Effect::Deliver { instance: parent.instance, event: name.to_owned(), data });
            }
            (Recipient::Children(state), None) => {
                let children = self.turn.snapshot.children.get(state).cloned().unwrap_or_default();
                for child in children.entries.values().filter(|c| c.status == ChildStatus::Running) {
                    self.turn.effects.push(Effect::Deliver {
                        instance: child.instance.clone(),
                        event: name.to_owned(),
                        data: data.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

/// What a child sends, with the child's place in the family beside it.
fn from_child(data: Value, parent: &super::model::Parent) -> Value {
    let mut data = data.as_object().cloned().unwrap_or_default();
    data.insert("child".into(), json!({"key": parent.key, "state": parent.state}));
    Value::Object(data)
}

/// Queues a message for people, to leave within quiet hours.
pub(super) fn notify(
    turn: &mut Turn<'_>,
    roles: Vec<String>,
    persons: Vec<String>,
    key: &str,
    data: &serde_json::Map<String, Value>,
) {
    let text = turn.message(&format!("notice.{key}"), data);
    say(turn, roles, persons, key, text);
}

/// The same with words of its own.
pub(super) fn say(
    turn: &mut Turn<'_>,
    roles: Vec<String>,
    persons: Vec<String>,
    key: &str,
    text: std::collections::BTreeMap<String, String>,
) {
    let not_before = turn.world.calendar.next_allowed(turn.world.now);
    let mut persons = persons;
    persons.extend(turn.told_instead(&roles));
    turn.effects.push(Effect::Notify { roles, persons, text, key: key.to_owned(), not_before });
}

/// Adds the reasons of a requirement that does not hold.
pub(super) fn unmet(
    turn: &Turn<'_>,
    requirement: &Requirement,
    event: Option<&Event>,
    reasons: &mut Vec<String>,
) -> Result<(), String> {
    let none = Locals::default();
    let cases = match &requirement.each {
        None => vec![none],
        Some(each) => list(turn.value(&each.list, event, &none)?, each.list.source())?
            .into_iter()
            .map(|element| none.with(&each.var, element))
            .collect(),
    };
    for locals in cases {
        if let Some(when) = &requirement.when
            && !turn.truth(when, event, &locals)?
        {
            continue;
        }
        if !turn.truth(&requirement.that, event, &locals)? {
            if reasons.len() >= MAX_REASONS {
                return Ok(());
            }
            reasons.push(fill(turn, &requirement.reason, event, &locals)?);
        }
    }
    Ok(())
}

fn fill(turn: &Turn<'_>, template: &Template, event: Option<&Event>, locals: &Locals) -> Result<String, String> {
    let mut text = String::new();
    for part in &template.0 {
        match part {
            TemplatePart::Text(fixed) => text.push_str(fixed),
            TemplatePart::Value(program) => match turn.value(program, event, locals)? {
                Value::String(value) => text.push_str(&value),
                other => text.push_str(&other.to_string()),
            },
        }
    }
    Ok(text)
}

fn list(value: Value, source: &str) -> Result<Vec<Value>, String> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        other => Err(format!("`{source}` gives {other}, not a list")),
    }
}

fn assign(
    turn: &mut Turn<'_>,
    path: &[Segment],
    value: Value,
    event: Option<&Event>,
    locals: &Locals,
) -> Result<(), String> {
    let mut keys = Vec::with_capacity(path.len());
    for segment in path {
        keys.push(match segment {
            Segment::Field(name) => name.clone(),
            Segment::Key(program) => match turn.value(program, event, locals)? {
                Value::String(key) => key,
                Value::Number(number) => number.to_string(),
                other => return Err(format!("`{}` gives {other}, which is no key", program.source())),
            },
        });
    }
    let Some((last, parents)) = keys.split_last() else { return Ok(()) };
    let mut place = &mut turn.snapshot.data;
    for key in parents {
        let next = place.entry(key.clone()).or_insert_with(|| json!({}));
        if next.is_null() {
            *next = json!({});
        }
        place = next.as_object_mut().ok_or_else(|| format!("`{key}` holds a value, not fields"))?;
    }
    place.insert(last.clone(), value);
    Ok(())
}

impl Interpreter for Stepper<'_, '_> {
    type Event = Event;
    type Failure = String;

    fn condition(&mut self, condition: CondId, view: &View<'_, Event>) -> Result<bool, Failure<String>> {
        let number = condition.0 as usize;
        let Some(guard) = self.turn.world.definition.transitions.get(number) else { return Ok(true) };
        let result = self.allows(number, guard, view.event());
        self.fail(result)
    }

    fn act(&mut self, action: ActionId, scope: &mut Scope<'_, Event>) -> Result<(), Failure<String>> {
        let Some(ops) = self.turn.world.definition.blocks.get(action.0 as usize) else { return Ok(()) };
        let result = self.run(ops, &Locals::default(), scope);
        self.fail(result)
    }

    fn done_event(&mut self, done: StateId, _: Option<DoneDataId>, _: &mut Scope<'_, Event>) -> Event {
        let id = self.turn.world.definition.chart.id(done);
        Event::internal(format!("done.state.{id}"), Value::Null)
    }

    fn error_event(&mut self, kind: ErrorKind, failure: String) -> Event {
        self.failures.push(failure.clone());
        Event::internal(kind.name(), json!({ "message": failure }))
    }

    fn entering(&mut self, state: StateId, _: &mut Scope<'_, Event>) {
        self.turn.active.insert(state);
    }

    fn entered(&mut self, state: StateId) {
        let id = self.turn.world.definition.chart.id(state);
        if let Err(failure) = self.turn.entered(state.index(), id, None) {
            self.broken.push(failure);
        }
    }

    fn exited(&mut self, state: StateId) {
        self.turn.active.remove(&state);
        let id = self.turn.world.definition.chart.id(state);
        self.turn.exited(state.index(), id);
    }

    fn taken(&mut self, transition: TransitionId) {
        let definition = self.turn.world.definition;
        let Some(CondId(number)) = definition.chart.transition(transition).cond else { return };
        if let Some(guard) = definition.transitions.get(number as usize) {
            for step in &guard.concludes {
                self.turn.conclude_step(step);
            }
        }
    }
}
