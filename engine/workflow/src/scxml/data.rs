//! The data of a session: declared names with JSON values, system names beside them, assignment by location.

use std::collections::BTreeMap;

use draaiboek_chart::View;
use serde_json::{Value as Json, json};

use super::document::Document;
use super::event::{Event, OWN_ADDRESS, PROCESSOR, SESSION_ID};
use super::expression::{Context, Location, Step, is_name};
use crate::cel::{Functions, Value, Vars};

/// Whether a name belongs to the platform (W3C SCXML 5.10): nobody assigns to it.
pub(super) fn is_system(name: &str) -> bool {
    name.starts_with('_')
}

/// All data of a session.
#[derive(Debug)]
pub(super) struct Data {
    values: BTreeMap<String, Json>,
    system: BTreeMap<&'static str, Json>,
}

impl Data {
    /// Every `<data>` declared, without a value yet.
    pub(super) fn new(document: &Document) -> Self {
        let processor = json!({ "location": OWN_ADDRESS });
        Self {
            values: document.data.iter().map(|datum| (datum.id.clone(), Json::Null)).collect(),
            system: BTreeMap::from([
                ("_sessionid", SESSION_ID.into()),
                ("_name", document.name.clone().into()),
                ("_ioprocessors", json!({ "scxml": processor, PROCESSOR: processor })),
            ]),
        }
    }

    /// Gives a declared name its value.
    pub(super) fn set(&mut self, name: &str, value: Json) {
        self.values.insert(name.to_owned(), value);
    }

    /// Checks a name that `foreach` declares where it is new.
    pub(super) fn declare(&mut self, name: &str) -> Result<(), String> {
        if !is_name(name) || is_system(name) {
            return Err(format!("'{name}' can not name a variable"));
        }
        self.values.entry(name.to_owned()).or_default();
        Ok(())
    }

    /// The keys of a location, evaluated before anything is changed.
    pub(super) fn resolve<'l>(location: &'l Location, context: Context<'_>) -> Result<(&'l str, Vec<Key>), String> {
        match location {
            Location::Broken(message) => Err(message.clone()),
            Location::Path { root, steps } => {
                let keys = steps.iter().map(|step| match step {
                    Step::Field(field) => Ok(Key::Field(field.clone())),
                    Step::Index(expression) => match expression.value(context)? {
                        Json::String(field) => Ok(Key::Field(field)),
                        Json::Number(number) => {
                            let index = number.as_u64().and_then(|index| usize::try_from(index).ok());
                            index.map(Key::Index).ok_or_else(|| format!("{number} is no index"))
                        }
                        other => Err(format!("{other} is neither an index nor a field")),
                    },
                });
                Ok((root, keys.collect::<Result<_, String>>()?))
            }
        }
    }

    /// Puts a value in a place. The name must be declared and everything on the way must exist; the last field of an
    /// object may be new.
    pub(super) fn assign(&mut self, root: &str, keys: &[Key], value: Json) -> Result<(), String> {
        if is_system(root) {
            return Err(format!("'{root}' belongs to the platform and can not be assigned to"));
        }
        let mut place = self.values.get_mut(root).ok_or_else(|| format!("'{root}' is not declared"))?;
        for (at, key) in keys.iter().enumerate() {
            place = key.below(place, at + 1 == keys.len())?;
        }
        *place = value;
        Ok(())
    }
}

/// A resolved step of a location.
#[derive(Debug)]
pub(super) enum Key {
    Field(String),
    Index(usize),
}

impl Key {
    /// The place one step down; the last field may be new.
    fn below<'j>(&self, place: &'j mut Json, last: bool) -> Result<&'j mut Json, String> {
        match (self, place) {
            (Self::Field(field), Json::Object(fields)) => {
                if last {
                    return Ok(fields.entry(field.clone()).or_insert(Json::Null));
                }
                fields.get_mut(field).ok_or_else(|| format!("no field '{field}'"))
            }
            (Self::Index(index), Json::Array(items)) => items.get_mut(*index).ok_or_else(|| format!("no item {index}")),
            (Self::Field(field), _) => Err(format!("'{field}' is asked of something that has no fields")),
            (Self::Index(index), _) => Err(format!("item {index} is asked of something that is no list")),
        }
    }
}

/// Data and configuration at one moment, as expressions see them.
pub(super) struct Moment<'a> {
    pub(super) data: &'a Data,
    pub(super) view: &'a View<'a, Event>,
}

impl Moment<'_> {
    /// W3C `In()`; a state that does not exist is not active.
    pub(super) fn in_state(&self, id: &str) -> bool {
        self.view.chart().state(id).is_some_and(|state| self.view.in_state(state))
    }
}

impl Vars for Moment<'_> {
    fn get<'v>(&'v self, name: &str) -> Option<Value<'v>> {
        let value = match name {
            "_event" => &self.view.event()?.value,
            _ => self.data.values.get(name).or_else(|| self.data.system.get(name))?,
        };
        Some(Value::from_json(value))
    }
}

impl Functions for Moment<'_> {
    fn call<'v>(&'v self, name: &str, args: &[Value<'v>]) -> Option<Result<Value<'v>, String>> {
        match (name, args) {
            ("In", [id]) => Some(match id.as_str() {
                Some(id) => Ok(Value::Bool(self.in_state(id))),
                None => Err("In() takes the id of a state".to_owned()),
            }),
            _ => None,
        }
    }
}
