//! Values from and to JSON and Rust types, and their measure. No operators.

use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

use super::limits::{MAX_VALUE_DEPTH, MAX_VALUE_WEIGHT};
use super::value::{Key, List, Map, Text, TypeName, Value};

impl<'v> Value<'v> {
    /// Integral JSON numbers are `int` (`uint` above the range of `int`), all others `double`.
    pub(crate) fn from_number(number: &serde_json::Number) -> Self {
        if let Some(i) = number.as_i64() {
            Self::Int(i)
        } else if let Some(u) = number.as_u64() {
            Self::Uint(u)
        } else {
            Self::Double(number.as_f64().unwrap_or(f64::NAN))
        }
    }

    /// A value that owns the given JSON.
    pub fn from_json_owned(json: Json) -> Value<'static> {
        match json {
            Json::Null => Value::Null,
            Json::Bool(b) => Value::Bool(b),
            Json::Number(n) => Value::from_number(&n),
            Json::String(s) => Value::from(s),
            Json::Array(items) => Value::list(items.into_iter().map(Value::from_json_owned).collect()),
            Json::Object(fields) => {
                Value::map(fields.into_iter().map(|(k, v)| (Key::from(k), Value::from_json_owned(v))))
            }
        }
    }

    /// This value as JSON. `int` and `uint` become integers; a `double` stays one (`2.0`), and NaN and the
    /// infinities become the texts of CEL's JSON mapping; keys become text; a type becomes its name.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Null => Json::Null,
            Self::Bool(b) => Json::Bool(*b),
            Self::Int(i) => Json::from(*i),
            Self::Uint(u) => Json::from(*u),
            Self::Double(d) => serde_json::Number::from_f64(*d).map_or_else(|| not_finite(*d), Json::Number),
            Self::String(s) => Json::String(s.to_string()),
            Self::List(List::Json(items)) => Json::Array(items.to_vec()),
            Self::List(list) => Json::Array(list.iter().map(|item| item.to_json()).collect()),
            Self::Map(Map::Json(fields)) => Json::Object((*fields).clone()),
            Self::Map(map) => {
                Json::Object(map.entries().into_iter().map(|(k, v)| (k.to_text(), v.to_json())).collect())
            }
            Self::Type(name) => Json::String(name.as_str().to_owned()),
        }
    }

    /// The same value, borrowing nothing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Bool(b) => Value::Bool(b),
            Self::Int(i) => Value::Int(i),
            Self::Uint(u) => Value::Uint(u),
            Self::Double(d) => Value::Double(d),
            Self::String(s) => Value::String(s.into_owned()),
            Self::List(list) => Value::list(list.iter().map(Value::into_owned).collect()),
            Self::Map(map) => Value::map(map.entries().into_iter().map(|(k, v)| (k.into_owned(), v.into_owned()))),
            Self::Type(name) => Value::Type(name),
        }
    }

    /// Whether this value is within the bounds on depth and weight. Borrowed JSON inside counts too,
    /// so a result can be stored and used again without ever growing beyond them.
    pub(crate) fn within_bounds(&self) -> bool {
        let mut left = MAX_VALUE_WEIGHT;
        weigh(self, 0, &mut left)
    }
}

fn weigh(value: &Value<'_>, depth: usize, left: &mut usize) -> bool {
    let text = value.as_str().map_or(0, str::len);
    let Some(rest) = left.checked_sub(16 + text) else {
        return false;
    };
    *left = rest;
    if depth > MAX_VALUE_DEPTH {
        return false;
    }
    match value {
        Value::List(list) => list.iter().all(|item| weigh(&item, depth + 1, left)),
        Value::Map(map) => map.entries().iter().all(|(key, item)| {
            let text = if let Key::String(s) = key { s.len() } else { 8 };
            let Some(rest) = left.checked_sub(text) else {
                return false;
            };
            *left = rest;
            weigh(item, depth + 1, left)
        }),
        _ => true,
    }
}

fn not_finite(d: f64) -> Json {
    let text = if d.is_nan() {
        "NaN"
    } else if d > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    Json::String(text.to_owned())
}

impl Key<'_> {
    /// The same key, borrowing nothing.
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Self::Bool(b) => Key::Bool(b),
            Self::Int(i) => Key::Int(i),
            Self::Uint(u) => Key::Uint(u),
            Self::String(s) => Key::String(s.into_owned()),
        }
    }
}

impl<'v> From<&'v str> for Key<'v> {
    fn from(s: &'v str) -> Self {
        Self::String(Text::Borrowed(s))
    }
}

impl From<String> for Key<'_> {
    fn from(s: String) -> Self {
        Self::String(Text::Shared(s.into()))
    }
}

impl From<bool> for Value<'_> {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<i64> for Value<'_> {
    fn from(i: i64) -> Self {
        Self::Int(i)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(s: &'v str) -> Self {
        Self::String(Text::Borrowed(s))
    }
}

impl From<String> for Value<'_> {
    fn from(s: String) -> Self {
        Self::String(Text::Shared(s.into()))
    }
}

impl From<Arc<str>> for Value<'_> {
    fn from(s: Arc<str>) -> Self {
        Self::String(Text::Shared(s))
    }
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Uint(u) => write!(f, "{u}u"),
            Self::Double(d) => write!(f, "{d:?}"),
            Self::String(s) => write!(f, "{s:?}"),
            Self::List(list) => f.debug_list().entries(list.iter()).finish(),
            Self::Map(Map::Scope(scope)) => f.debug_set().entries(scope.names()).finish(),
            Self::Map(map) => f.debug_map().entries(map.entries().iter().map(|(k, v)| (k.to_value(), v))).finish(),
            Self::Type(TypeName(name)) => f.write_str(name),
        }
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Value::Map(self.clone()).fmt(f)
    }
}
