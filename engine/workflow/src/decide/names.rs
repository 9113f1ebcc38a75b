//! What expressions see of a turn. Nothing is copied that an expression does not ask for.

use serde_json::Value as Json;

use super::model::{ChildStatus, StepStatus};
use super::turn::{Event, Turn};
use crate::cel::{Functions, Value, Vars, school};

/// Variables bound by loops, innermost last.
#[derive(Debug, Clone, Default)]
pub(super) struct Locals(Vec<(String, Json)>);

impl Locals {
    /// These and one more.
    pub fn with(&self, name: &str, value: Json) -> Self {
        let mut locals = self.clone();
        locals.0.push((name.to_owned(), value));
        locals
    }
}

/// The variables of an expression.
pub(super) struct Names<'x> {
    turn: &'x Turn<'x>,
    event: Option<&'x Event>,
    locals: &'x Locals,
    steps: Steps<'x>,
}

impl<'x> Names<'x> {
    pub fn new(turn: &'x Turn<'_>, event: Option<&'x Event>, locals: &'x Locals) -> Self {
        Self { turn, event, locals, steps: Steps { turn } }
    }

    /// The functions of an expression: `In('id')` and the school's calendar.
    pub fn functions(&self) -> Lent<'x> {
        Lent { turn: self.turn, school: school::SchoolFunctions::new(self.turn.world.calendar) }
    }

    fn event_value(&self) -> Value<'_> {
        let Some(event) = self.event else { return Value::Null };
        let actor = self.turn.actor;
        let roles = actor.roles.iter().map(|role| Value::from(role.as_str())).collect();
        let person = Value::map([
            ("id", Value::from(actor.on_behalf_of.as_ref().or(actor.person.as_ref()).map_or("", String::as_str))),
            ("roles", Value::list(roles)),
        ]);
        Value::map([
            ("name", Value::from(event.name.as_str())),
            ("data", Value::from_json(&event.data)),
            ("actor", person),
            ("reason", Value::from(event.reason.as_deref().unwrap_or_default())),
        ])
    }

    fn instance_value(&self) -> Value<'_> {
        let origin = self.turn.world.origin;
        let key = origin.parent.as_ref().map_or("", |parent| parent.key.as_str());
        Value::map([
            ("id", Value::from(origin.instance.as_str())),
            ("school", Value::from(origin.school.as_str())),
            ("key", Value::from(key)),
        ])
    }

    fn children_value(&self) -> Value<'_> {
        Value::map(self.turn.snapshot.children.iter().map(|(state, children)| {
            let entries = children
                .entries
                .iter()
                .map(|(key, child)| {
                    Value::map([
                        ("key", Value::from(key.as_str())),
                        ("status", Value::from(child_word(child.status))),
                        ("outcome", Value::from_json(&child.outcome)),
                    ])
                })
                .collect();
            (state.as_str(), Value::list(entries))
        }))
    }
}

fn child_word(status: ChildStatus) -> &'static str {
    match status {
        ChildStatus::Running => "running",
        ChildStatus::Ended => "ended",
        ChildStatus::Failed => "failed",
        ChildStatus::Cancelled => "cancelled",
    }
}

impl Vars for Names<'_> {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        if let Some((_, value)) = self.locals.0.iter().rev().find(|(known, _)| known == name) {
            return Some(Value::from_json(value));
        }
        let turn = self.turn;
        Some(match name {
            "config" => object(&turn.world.origin.config),
            "data" => object(&turn.snapshot.data),
            "event" => self.event_value(),
            "instance" => self.instance_value(),
            "states" => Value::list(turn.snapshot.chart.active.iter().map(|id| Value::from(id.as_str())).collect()),
            "now" => Value::from(turn.local().strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            "today" => Value::from(turn.local().date().to_string()),
            "steps" => Value::scope(&self.steps),
            "children" => self.children_value(),
            "artifacts" => Value::map(
                turn.snapshot.artifacts.iter().map(|(name, version)| (name.as_str(), Value::from(i64::from(*version)))),
            ),
            _ => return None,
        })
    }
}

fn object(fields: &serde_json::Map<String, Json>) -> Value<'_> {
    Value::Map(crate::cel::Map::Json(fields))
}

/// `steps`: one object per step that is or was open.
struct Steps<'x> {
    turn: &'x Turn<'x>,
}

impl Vars for Steps<'_> {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        let turn = self.turn;
        let state = turn.snapshot.steps.get(name)?;
        let asked = turn.answers.concluded.get(name).filter(|_| state.status == StepStatus::Open);
        let result = asked.map(|c| &c.result).or(state.result.as_ref());
        let problems = asked.map(|c| c.problems.iter().map(|p| Value::from(p.reason())).collect()).unwrap_or_default();
        let pool = turn.world.definition.step(name).and_then(|def| turn.snapshot.pools.get(&def.pool));
        let contributed = pool.map(|pool| pool.contributed.iter().map(|id| Value::from(id.as_str())).collect());
        Some(Value::map([
            ("result", result.map_or(Value::Null, Value::from_json)),
            ("ready", Value::from(asked.map_or(state.ready, |c| c.ready))),
            ("problems", Value::list(problems)),
            ("open", Value::from(state.status == StepStatus::Open)),
            ("round", Value::from(i64::from(state.round))),
            ("contributed", Value::list(contributed.unwrap_or_default())),
        ]))
    }

    fn names(&self) -> Vec<String> {
        self.turn.snapshot.steps.keys().cloned().collect()
    }
}

/// The functions lent to expressions.
pub(super) struct Lent<'x> {
    turn: &'x Turn<'x>,
    school: school::SchoolFunctions<'x>,
}

impl Functions for Lent<'_> {
    fn call<'a>(&'a self, name: &str, args: &[Value<'a>]) -> Option<Result<Value<'a>, String>> {
        if name == "In" {
            let id = args.first().and_then(Value::as_str);
            return Some(match id {
                Some(id) => Ok(Value::from(
                    self.turn.world.definition.chart.state(id).is_some_and(|state| self.turn.active.contains(&state)),
                )),
                None => Err("In() takes the id of a state".to_owned()),
            });
        }
        if name == "expected" {
            return Some(self.expected(args));
        }
        self.school.call(name, args)
    }
}

impl Lent<'_> {
    /// Those of a list of whom something is expected today: nobody who is away without a substitute, of a shared job one.
    fn expected<'a>(&self, args: &[Value<'a>]) -> Result<Value<'a>, String> {
        let Some(Json::Array(people)) = args.first().map(Value::to_json) else {
            return Err("expected() takes a list of people".to_owned());
        };
        let people: Vec<String> = people.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect();
        let expected = self.turn.expected_of(&people);
        Ok(Value::list(expected.into_iter().map(Value::from).collect()))
    }
}
