//! Reading the host's documents by hand, with the path of what does not fit. Derived code would do the same at ten times
//! the bytes of a component; kinds use serde for their own types.

use serde_json::{Map, Value};

use crate::calendar::Date;
use crate::problem::Problem;
use crate::text::{Say, say};

const UNREADABLE: Say = say("dit kan niet gelezen worden", "this cannot be read");

/// An object that is being read.
#[derive(Debug)]
pub(crate) struct Doc {
    path: String,
    fields: Map<String, Value>,
}

impl Doc {
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Problem> {
        Self::of(path, parse(path, text)?)
    }

    pub(crate) fn of(path: &str, value: Value) -> Result<Self, Problem> {
        match value {
            Value::Object(fields) => Ok(Self { path: path.to_owned(), fields }),
            _ => Err(not_readable(path)),
        }
    }

    /// The JSON pointer of a field.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// A field that is there and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.fields.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<(String, Value), Problem> {
        let path = self.place(name);
        self.take(name).map(|value| (path.clone(), value)).ok_or_else(|| not_readable(&path))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, Problem> {
        let (path, value) = self.required(name)?;
        text_of(&path, value)
    }

    pub(crate) fn text_or_empty(&mut self, name: &str) -> Result<String, Problem> {
        self.take(name).map_or_else(|| Ok(String::new()), |value| text_of(&self.place(name), value))
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        self.take(name).map_or_else(|| Ok(Vec::new()), |value| texts(&self.place(name), value))
    }

    pub(crate) fn date(&mut self, name: &str) -> Result<Date, Problem> {
        let (path, value) = self.required(name)?;
        date_of(&path, value)
    }

    pub(crate) fn number(&mut self, name: &str) -> Result<u64, Problem> {
        let (path, value) = self.required(name)?;
        value.as_u64().ok_or_else(|| not_readable(&path))
    }

    /// A count that is 0 when absent.
    pub(crate) fn count(&mut self, name: &str) -> u64 {
        self.take(name).and_then(|value| value.as_u64()).unwrap_or(0)
    }

    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.take(name) == Some(Value::Bool(true))
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Map<String, Value>, Problem> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(fields)) => Ok(fields),
            Some(_) => Err(not_readable(&self.place(name))),
        }
    }
}

/// The one place where JSON text becomes a tree.
pub(crate) fn parse(path: &str, text: &str) -> Result<Value, Problem> {
    crate::wire::parse(text).map_err(|at| {
        Problem::invalid(path, (format!("geen JSON vanaf teken {at}"), format!("no JSON from byte {at} on")))
    })
}

pub(crate) fn text_of(path: &str, value: Value) -> Result<String, Problem> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(not_readable(path)),
    }
}

pub(crate) fn date_of(path: &str, value: Value) -> Result<Date, Problem> {
    value.as_str().and_then(Date::parse).ok_or_else(|| not_readable(path))
}

/// The elements of an array with their paths; no value is no element.
pub(crate) fn items(path: &str, value: Option<Value>) -> Result<Vec<(String, Value)>, Problem> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            Ok(items.into_iter().enumerate().map(|(index, item)| (format!("{path}/{index}"), item)).collect())
        }
        Some(_) => Err(not_readable(path)),
    }
}

pub(crate) fn texts(path: &str, value: Value) -> Result<Vec<String>, Problem> {
    items(path, Some(value))?.into_iter().map(|(path, item)| text_of(&path, item)).collect()
}

/// A document of the host or of an earlier version that does not have the contract's form.
pub(crate) fn not_readable(path: &str) -> Problem {
    Problem::invalid(path, UNREADABLE)
}

/// The same, with what the reader said.
pub(crate) fn unfit(path: &str, error: &serde_json::Error) -> Problem {
    Problem::invalid(path, (format!("{}: {error}", UNREADABLE.nl), format!("{}: {error}", UNREADABLE.en)))
}
