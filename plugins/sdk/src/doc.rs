//! Reading the host's documents, with the path of what does not fit.

use crate::calendar::Date;
use crate::json::{FromJson, Json, Object};
use crate::problem::Problem;
use crate::text::{Say, say};

const UNREADABLE: Say = say("dit kan niet gelezen worden", "this cannot be read");

/// An object that is being read.
#[derive(Debug)]
pub(crate) struct Doc {
    path: String,
    fields: Object,
}

impl Doc {
    pub(crate) fn parse(path: &str, text: &str) -> Result<Self, Problem> {
        Self::of(path, parse(path, text)?)
    }

    pub(crate) fn of(path: &str, json: Json) -> Result<Self, Problem> {
        match json {
            Json::Object(fields) => Ok(Self { path: path.to_owned(), fields }),
            _ => Err(not_readable(path)),
        }
    }

    /// The JSON pointer of a field.
    pub(crate) fn place(&self, name: &str) -> String {
        format!("{}/{name}", self.path)
    }

    /// A field that is there and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        self.fields.take(name).filter(|value| *value != Json::Null)
    }

    /// A field of a type; absent where the type allows it.
    pub(crate) fn read<T: FromJson>(&mut self, name: &str) -> Result<T, Problem> {
        let value = match self.take(name) {
            Some(value) => T::from_json(value),
            None => T::absent(),
        };
        value.ok_or_else(|| not_readable(&self.place(name)))
    }

    /// The elements of an array with their paths; no array is no element.
    pub(crate) fn items(&mut self, name: &str) -> Result<Vec<(String, Json)>, Problem> {
        let path = self.place(name);
        self.take(name).map_or_else(|| Ok(Vec::new()), |value| items(&path, value))
    }

    pub(crate) fn object(&mut self, name: &str) -> Result<Object, Problem> {
        match self.take(name) {
            None => Ok(Object::default()),
            Some(Json::Object(fields)) => Ok(fields),
            Some(_) => Err(not_readable(&self.place(name))),
        }
    }
}

/// The one place where JSON text becomes a tree.
pub(crate) fn parse(path: &str, text: &str) -> Result<Json, Problem> {
    crate::wire::parse(text).map_err(|at| {
        Problem::invalid(path, (format!("geen JSON vanaf byte {at}"), format!("no JSON from byte {at} on")))
    })
}

pub(crate) fn items(path: &str, json: Json) -> Result<Vec<(String, Json)>, Problem> {
    match json {
        Json::List(items) => {
            Ok(items.into_iter().enumerate().map(|(index, item)| (format!("{path}/{index}"), item)).collect())
        }
        _ => Err(not_readable(path)),
    }
}

/// A document of the host or of an earlier version that does not have the contract's form.
pub(crate) fn not_readable(path: &str) -> Problem {
    Problem::invalid(path, UNREADABLE)
}

impl FromJson for Date {
    fn from_json(json: Json) -> Option<Self> {
        Self::parse(json.as_text()?)
    }
}
