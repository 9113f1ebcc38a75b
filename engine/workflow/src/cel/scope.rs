//! Ready-made variable sets. Nothing is copied: JSON stays where it is.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::value::{Value, Vars};

/// A small set of named values over an optional outer set. Built per evaluation, cheap.
///
/// ```
/// use draaiboek_workflow::cel::{Program, Scope};
/// let data = serde_json::json!({"cards": [1, 2, 3]});
/// let scope = Scope::new().json("data", &data).value("limit", 2);
/// let program = Program::compile_unchecked("size(data.cards) > limit").unwrap();
/// assert!(program.eval_bool(&scope, &()).unwrap());
/// ```
#[derive(Clone, Default)]
pub struct Scope<'v> {
    entries: Vec<(&'v str, Value<'v>)>,
    outer: Option<&'v dyn Vars>,
}

impl<'v> Scope<'v> {
    /// No variables.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a variable; a later one hides an earlier one of the same name.
    pub fn value(mut self, name: &'v str, value: impl Into<Value<'v>>) -> Self {
        self.entries.push((name, value.into()));
        self
    }

    /// Adds a variable over JSON data.
    pub fn json(self, name: &'v str, json: &'v Json) -> Self {
        self.value(name, Value::from_json(json))
    }

    /// Asks `outer` for every name that is not here.
    pub fn over(mut self, outer: &'v dyn Vars) -> Self {
        self.outer = Some(outer);
        self
    }
}

impl Vars for Scope<'_> {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        let own = self.entries.iter().rev().find(|(known, _)| *known == name);
        own.map(|(_, value)| value.clone()).or_else(|| self.outer?.get(name))
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.outer.map(Vars::names).unwrap_or_default();
        names.extend(self.entries.iter().map(|(name, _)| (*name).to_owned()));
        names.sort();
        names.dedup();
        names
    }
}

/// No variables.
impl Vars for () {
    fn get<'a>(&'a self, _: &str) -> Option<Value<'a>> {
        None
    }
}

/// The fields of a JSON object; other JSON has no variables.
impl Vars for Json {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        self.as_object()?.get(name).map(Value::from_json)
    }

    fn names(&self) -> Vec<String> {
        self.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    }
}

/// Values by name.
impl Vars for BTreeMap<String, Value<'static>> {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        BTreeMap::get(self, name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}

/// JSON by name.
impl Vars for BTreeMap<String, Json> {
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>> {
        BTreeMap::get(self, name).map(Value::from_json)
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}
