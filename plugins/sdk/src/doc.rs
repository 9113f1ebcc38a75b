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

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.get(name).is_some_and(|value| *value != Json::Null)
    }

    /// A field that is there and not null.
    pub(crate) fn take(&mut self, name: &str) -> Option<Json> {
        self.fields.take(name).filter(|value| *value != Json::Null)
    }

    pub(crate) fn required(&mut self, name: &str) -> Result<Json, Problem> {
        self.take(name).ok_or_else(|| not_readable(&self.place(name)))
    }

    pub(crate) fn text(&mut self, name: &str) -> Result<String, Problem> {
        text_of(&self.place(name), self.take(name).unwrap_or_default())
    }

    /// A text that is empty when absent.
    pub(crate) fn text_or_empty(&mut self, name: &str) -> Result<String, Problem> {
        self.take(name).map_or_else(|| Ok(String::new()), |value| text_of(&self.place(name), value))
    }

    pub(crate) fn texts(&mut self, name: &str) -> Result<Vec<String>, Problem> {
        self.items(name)?.into_iter().map(|(path, item)| text_of(&path, item)).collect()
    }

    pub(crate) fn date(&mut self, name: &str) -> Result<Date, Problem> {
        date_of(&self.place(name), self.take(name).unwrap_or_default())
    }

    /// A count that is 0 when absent.
    pub(crate) fn count(&mut self, name: &str) -> Result<u64, Problem> {
        let value = self.take(name).unwrap_or(Json::Int(0));
        value.as_int().and_then(|n| u64::try_from(n).ok()).ok_or_else(|| not_readable(&self.place(name)))
    }

    pub(crate) fn flag(&mut self, name: &str) -> bool {
        self.take(name) == Some(Json::Bool(true))
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

fn text_of(path: &str, json: Json) -> Result<String, Problem> {
    match json {
        Json::Text(text) => Ok(text),
        _ => Err(not_readable(path)),
    }
}

pub(crate) fn date_of(path: &str, json: Json) -> Result<Date, Problem> {
    json.as_text().and_then(Date::parse).ok_or_else(|| not_readable(path))
}

/// A document of the host or of an earlier version that does not have the contract's form.
pub(crate) fn not_readable(path: &str) -> Problem {
    Problem::invalid(path, UNREADABLE)
}

impl FromJson for Date {
    fn from_json(json: Json) -> Self {
        json.as_text().and_then(Self::parse).unwrap_or_default()
    }
}
