//! The tree of a JSON document and the way between trees and types. Integers only, as the contract says; without floating
//! point and derived code a component is half the size it would be with the usual crates.

use std::collections::BTreeMap;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Json {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number of 64 bits.
    Int(i64),
    /// A number that is none; no field takes it, so it is refused with its path.
    NoInt,
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object.
    Object(Object),
}

/// The fields of a JSON object, sorted by name: equal objects are written as equal bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Object(Vec<(String, Json)>);

impl Object {
    /// Sorts the fields; of fields with the same name the last counts.
    #[must_use]
    pub fn new(mut fields: Vec<(String, Json)>) -> Self {
        fields.reverse();
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.dedup_by(|next, kept| next.0 == kept.0);
        Self(fields)
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|field| field.0.as_str().cmp(name))
    }

    /// A field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.place(name).ok().map(|at| &self.0[at].1)
    }

    /// Takes a field out.
    pub fn take(&mut self, name: &str) -> Option<Json> {
        self.place(name).ok().map(|at| self.0.remove(at).1)
    }

    /// Sets a field.
    pub fn set(&mut self, name: &str, value: Json) {
        match self.place(name) {
            Ok(at) => self.0[at].1 = value,
            Err(at) => self.0.insert(at, (name.to_owned(), value)),
        }
    }

    /// The fields in order of name.
    pub fn iter(&self) -> impl Iterator<Item = &(String, Json)> {
        self.0.iter()
    }

    /// How many fields there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl IntoIterator for Object {
    type Item = (String, Json);
    type IntoIter = std::vec::IntoIter<(String, Json)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl Json {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is whole.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            _ => None,
        }
    }

    /// A field, if it is an object that has it.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Object(fields) => fields.get(name),
            _ => None,
        }
    }

    /// Sets a field of an object; anything else stays what it is.
    pub fn set(&mut self, name: &str, value: impl ToJson) {
        if let Self::Object(fields) = self {
            fields.set(name, value.to_json());
        }
    }

    /// An object with only these fields of it, for projections. A field that is not there shows as null.
    #[must_use]
    pub fn only(&self, names: &[&str]) -> Self {
        let field = |name: &&str| ((*name).to_owned(), self.get(name).cloned().unwrap_or_default());
        Self::Object(Object::new(names.iter().map(field).collect()))
    }

    /// Removes a field from every object of a list, for projections.
    pub fn hide(&mut self, name: &str) {
        if let Self::List(items) = self {
            for item in items {
                if let Self::Object(fields) = item {
                    fields.take(name);
                }
            }
        }
    }
}

/// What can be shown as JSON.
pub trait ToJson {
    /// The tree.
    fn to_json(&self) -> Json;
}

/// What can be read from JSON. The shape of configuration and contributions has been checked before.
pub trait FromJson: Sized {
    /// Reads a value; `None` when it does not fit.
    fn from_json(json: Json) -> Option<Self>;

    /// What an absent field is; `None` when the field is needed.
    fn absent() -> Option<Self> {
        None
    }
}

/// Reads a field for [`crate::reads!`]; null counts as absent.
pub fn field<T: FromJson>(fields: &mut Object, name: &str, default: Option<T>) -> Option<T> {
    match fields.take(name) {
        None | Some(Json::Null) => default.or_else(T::absent),
        Some(value) => T::from_json(value),
    }
}

macro_rules! integers {
    ($($kind:ty),+) => {$(
        impl ToJson for $kind {
            fn to_json(&self) -> Json {
                i64::try_from(*self).map_or(Json::NoInt, Json::Int)
            }
        }

        impl FromJson for $kind {
            fn from_json(json: Json) -> Option<Self> {
                json.as_int().and_then(|n| Self::try_from(n).ok())
            }
        }
    )+};
}
integers!(i64, u64, u32, usize);

impl ToJson for Json {
    fn to_json(&self) -> Json {
        self.clone()
    }
}

impl FromJson for Json {
    fn from_json(json: Json) -> Option<Self> {
        Some(json)
    }

    fn absent() -> Option<Self> {
        Some(Self::Null)
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Bool(yes) => Some(yes),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(false)
    }
}

impl ToJson for str {
    fn to_json(&self) -> Json {
        Json::Text(self.to_owned())
    }
}

impl ToJson for String {
    fn to_json(&self) -> Json {
        Json::Text(self.clone())
    }
}

impl FromJson for String {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// An entry without content, such as an acknowledgement.
impl FromJson for () {
    fn from_json(_: Json) -> Option<Self> {
        Some(())
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn to_json(&self) -> Json {
        (**self).to_json()
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json {
        self.as_ref().map_or(Json::Null, T::to_json)
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json) -> Option<Self> {
        T::from_json(json).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Json {
        Json::List(self.iter().map(T::to_json).collect())
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json {
        self.as_slice().to_json()
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::List(items) => items.into_iter().map(T::from_json).collect(),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Json {
        Json::Object(Object(self.iter().map(|(key, value)| (key.clone(), value.to_json())).collect()))
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Object(fields) => fields.into_iter().map(|(key, value)| Some((key, T::from_json(value)?))).collect(),
            _ => None,
        }
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

/// Writes an object: `object! {"ready" => true, "n" => all.len()}`.
#[macro_export]
macro_rules! object {
    ($($name:literal => $value:expr),* $(,)?) => {
        $crate::Json::Object($crate::Object::new(vec![$(($name.to_owned(), $crate::ToJson::to_json(&$value))),*]))
    };
}

/// Makes a struct readable: `reads!(Card { question, text, group });`. A field of type `Option`, `Vec`, `BTreeMap` or
/// `bool` may be absent; another needs a default for that: `reads!(Config { close_after = 5 });`.
#[macro_export]
macro_rules! reads {
    ($name:ident { $($field:ident $(= $default:expr)?),* $(,)? }) => {
        impl $crate::FromJson for $name {
            fn from_json(json: $crate::Json) -> Option<Self> {
                let $crate::Json::Object(mut fields) = json else { return None };
                Some(Self {
                    $($field: $crate::field(&mut fields, stringify!($field), None $(.or(Some($default)))?)?,)*
                })
            }
        }
    };
}

/// Makes a struct writable: `writes!(Cluster { id, label, mentions });`. Fields that are not named stay inside.
#[macro_export]
macro_rules! writes {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json {
                $crate::Json::Object($crate::Object::new(vec![
                    $((stringify!($field).to_owned(), $crate::ToJson::to_json(&self.$field))),*
                ]))
            }
        }
    };
}

/// Gives the variants of an enum their words: `words!(Rule { One = "one", All = "all" });`, with `Rule::word`.
#[macro_export]
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* $(,)? }) => {
        impl $name {
            /// The word in JSON.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl $crate::FromJson for $name {
            fn from_json(json: $crate::Json) -> Option<Self> {
                match json.as_text()? {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json {
                $crate::ToJson::to_json(self.word())
            }
        }
    };
}

/// Gives the variants of an entry enum the names of their entries: `entries!(Entry { Card = "card", Ack = "ack" });`.
#[macro_export]
macro_rules! entries {
    ($name:ident { $($variant:ident = $entry:literal),* $(,)? }) => {
        impl $crate::Entry for $name {
            fn read(entry: &str, body: $crate::Json) -> Option<Self> {
                match entry {
                    $($entry => $crate::FromJson::from_json(body).map(Self::$variant),)*
                    _ => None,
                }
            }
        }
    };
}

/// The contributions of a kind: one variant per entry. Made by [`crate::entries!`].
pub trait Entry: Sized {
    /// Types the body of the named entry; `None` when there is no such entry or the body does not fit.
    fn read(entry: &str, body: Json) -> Option<Self>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Row {
        id: String,
        kind: Kind,
        tags: Vec<String>,
        note: Option<String>,
        limit: u32,
        open: bool,
    }
    reads!(Row { id, kind = Kind::Plain, tags, note, limit = 5u32, open });
    writes!(Row { id, kind, tags, note, limit });

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        Plain,
        Fancy,
    }
    words!(Kind { Plain = "plain", Fancy = "fancy" });

    #[test]
    fn absent_fields_take_their_defaults() {
        let row = Row::from_json(object! {"id" => "a", "note" => Json::Null}).unwrap();
        let plain = Row { id: "a".into(), kind: Kind::Plain, tags: vec![], note: None, limit: 5, open: false };
        assert_eq!(row, plain);
        assert_eq!(Row::from_json(object! {"kind" => Kind::Fancy}), None, "an id is needed");
        assert_eq!(Row::from_json(object! {"id" => "a", "kind" => "other"}), None);
        assert_eq!(Row::from_json(object! {"id" => "a", "limit" => -1i64}), None);
        let shown = object! {"id" => "a", "kind" => "plain", "tags" => Json::List(vec![]), "note" => Json::Null, "limit" => 5u32};
        assert_eq!(plain.to_json(), shown);
    }

    #[test]
    fn of_equal_names_the_last_counts() {
        let pairs = [("b", 1), ("a", 2), ("b", 3)].map(|(name, n)| (name.to_owned(), Json::Int(n)));
        let mut object = Object::new(pairs.to_vec());
        assert_eq!((object.len(), object.get("b")), (2, Some(&Json::Int(3))));
        object.set("b", Json::Null);
        assert_eq!(object.take("b"), Some(Json::Null));
        assert_eq!(object.take("b"), None);
    }

    #[test]
    fn projections_keep_or_hide_fields() {
        let whole = object! {"a" => 1u64, "rows" => vec![object! {"by" => "lk1", "text" => "t"}]};
        assert_eq!(whole.only(&["a", "z"]), object! {"a" => 1u64, "z" => Json::Null});
        let mut rows = whole.get("rows").cloned().unwrap();
        rows.hide("by");
        assert_eq!(rows, vec![object! {"text" => "t"}].to_json());
    }
}
