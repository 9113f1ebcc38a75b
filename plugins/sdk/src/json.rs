//! The tree of a JSON document and the way between trees and types. Integers only, as the contract says; without floating
//! point and derived code a component is half the size it would be with the usual crates.

use crate::table::Table;

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

/// The fields of a JSON object.
pub type Object = Table<Json>;

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
        let mut kept = Object::default();
        for name in names {
            kept.set(name, self.get(name).cloned().unwrap_or_default());
        }
        Self::Object(kept)
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

/// What can be read from JSON. Shapes have been checked before, so reading cannot fail: what is absent or null reads as the
/// blank of its type (empty, zero, false, `None`, the first word).
pub trait FromJson: Sized {
    /// Reads a value.
    fn from_json(json: Json) -> Self;
}

/// Reads a field for [`crate::reads!`].
pub fn field<T: FromJson>(fields: &mut Object, name: &str) -> T {
    T::from_json(fields.take(name).unwrap_or_default())
}

/// Reads a field that has another default than its blank.
pub fn field_or<T: FromJson>(fields: &mut Object, name: &str, default: T) -> T {
    match fields.take(name) {
        None | Some(Json::Null) => default,
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
            fn from_json(json: Json) -> Self {
                json.as_int().and_then(|n| Self::try_from(n).ok()).unwrap_or_default()
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
    fn from_json(json: Json) -> Self {
        json
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json {
        Json::Bool(*self)
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Self {
        json == Json::Bool(true)
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
    fn from_json(json: Json) -> Self {
        match json {
            Json::Text(text) => text,
            _ => Self::new(),
        }
    }
}

/// An entry without content, such as an acknowledgement.
impl FromJson for () {
    fn from_json(_: Json) {}
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
    fn from_json(json: Json) -> Self {
        (json != Json::Null).then(|| T::from_json(json))
    }
}

/// For the large variants of an enum.
impl<T: FromJson> FromJson for Box<T> {
    fn from_json(json: Json) -> Self {
        Self::new(T::from_json(json))
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
    fn from_json(json: Json) -> Self {
        let mut all = Self::new();
        if let Json::List(items) = json {
            for item in items {
                all.push(T::from_json(item));
            }
        }
        all
    }
}

impl<T: ToJson> ToJson for Table<T> {
    fn to_json(&self) -> Json {
        let mut fields = Object::default();
        for (name, value) in self {
            fields.set(name, value.to_json());
        }
        Json::Object(fields)
    }
}

impl<T: FromJson> FromJson for Table<T> {
    fn from_json(json: Json) -> Self {
        let mut table = Self::default();
        if let Json::Object(fields) = json {
            for (name, value) in fields {
                table.insert(name, T::from_json(value));
            }
        }
        table
    }
}

/// Writes an object: `object! {"ready" => true, "n" => all.len()}`.
#[macro_export]
macro_rules! object {
    ($($name:literal => $value:expr),* $(,)?) => {
        {
            let mut fields = $crate::Object::default();
            $(fields.set($name, $crate::ToJson::to_json(&$value));)*
            $crate::Json::Object(fields)
        }
    };
}

/// Makes a struct readable: `reads!(Card { question, text, group });`. What is absent reads as the blank of its type, or
/// as the default given: `reads!(Config { close_after = 5 });`. A field may have another name in JSON:
/// `reads!(Plan { group: "for" });`.
#[macro_export]
macro_rules! reads {
    ($name:ident { $($field:ident $(: $key:literal)? $(= $default:expr)?),* $(,)? }) => {
        impl $crate::FromJson for $name {
            fn from_json(json: $crate::Json) -> Self {
                let mut fields = match json {
                    $crate::Json::Object(fields) => fields,
                    _ => $crate::Object::default(),
                };
                Self { $($field: $crate::read_field!(fields, $crate::key!($field $(, $key)?) $(, $default)?),)* }
            }
        }
    };
}

/// Part of [`reads!`].
#[doc(hidden)]
#[macro_export]
macro_rules! read_field {
    ($fields:ident, $key:expr) => {
        $crate::field(&mut $fields, $key)
    };
    ($fields:ident, $key:expr, $default:expr) => {
        $crate::field_or(&mut $fields, $key, $default)
    };
}

/// Part of [`reads!`] and [`writes!`]: the name in JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! key {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident, $key:literal) => {
        $key
    };
}

/// Makes a struct writable: `writes!(Cluster { id, label, mentions });`. Fields that are not named stay inside; another name
/// in JSON is given as for [`reads!`].
#[macro_export]
macro_rules! writes {
    ($name:ident { $($field:ident $(: $key:literal)?),* $(,)? }) => {
        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json {
                let mut fields = $crate::Object::default();
                $(fields.set($crate::key!($field $(, $key)?), $crate::ToJson::to_json(&self.$field));)*
                $crate::Json::Object(fields)
            }
        }
    };
}

/// Both at once: `fields!(Card { question, text, limit = 5 });` reads and writes these fields; a default is for reading.
#[macro_export]
macro_rules! fields {
    ($name:ident { $($field:ident $(: $key:literal)? $(= $default:expr)?),* $(,)? }) => {
        $crate::reads!($name { $($field $(: $key)? $(= $default)?),* });
        $crate::writes!($name { $($field $(: $key)?),* });
    };
}

/// Gives the variants of an enum their words: `words!(Rule { One = "one", All = "all" });`, with `Rule::word`. The first
/// is the blank.
#[macro_export]
macro_rules! words {
    ($name:ident { $first:ident = $blank:literal $(, $variant:ident = $word:literal)* $(,)? }) => {
        impl $name {
            /// The word in JSON.
            pub const fn word(self) -> &'static str {
                match self {
                    Self::$first => $blank,
                    $(Self::$variant => $word,)*
                }
            }
        }

        impl $crate::FromJson for $name {
            fn from_json(json: $crate::Json) -> Self {
                match json.as_text() {
                    $(Some($word) => Self::$variant,)*
                    _ => Self::$first,
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
                    $($entry => Some(Self::$variant($crate::FromJson::from_json(body))),)*
                    _ => None,
                }
            }
        }
    };
}

/// The contributions of a kind: one variant per entry. Made by [`crate::entries!`].
pub trait Entry: Sized {
    /// Types the body of the named entry; `None` when there is no such entry.
    fn read(entry: &str, body: Json) -> Option<Self>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq)]
    struct Row {
        id: String,
        kind: Kind,
        tags: Vec<String>,
        note: Option<String>,
        limit: u32,
        open: bool,
    }
    reads!(Row { id, kind, tags, note, limit = 5, open });
    writes!(Row { id, kind, tags, note, limit });

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Kind {
        Plain,
        Fancy,
    }
    words!(Kind { Plain = "plain", Fancy = "fancy" });

    #[derive(Debug, PartialEq)]
    struct Plan {
        group: String,
        size: u32,
    }
    fields!(Plan { group: "for", size = 3 });

    #[test]
    fn one_list_of_fields_reads_and_writes() {
        let plan = Plan::from_json(object! {"for" => "G1"});
        assert_eq!(plan, Plan { group: "G1".into(), size: 3 });
        assert_eq!(plan.to_json(), object! {"for" => "G1", "size" => 3u32});
    }

    #[test]
    fn absent_fields_are_blank_or_take_their_default() {
        let row = Row::from_json(object! {"id" => "a", "note" => Json::Null});
        let plain = Row { id: "a".into(), kind: Kind::Plain, tags: vec![], note: None, limit: 5, open: false };
        assert_eq!(row, plain);
        assert_eq!(Row::from_json(Json::Null), Row { id: String::new(), ..plain.clone() });
        assert_eq!(Row::from_json(object! {"kind" => "fancy", "limit" => -1i64}).kind, Kind::Fancy);
        let shown = object! {"id" => "a", "kind" => "plain", "tags" => Json::List(vec![]), "note" => Json::Null, "limit" => 5u32};
        assert_eq!(plain.to_json(), shown);
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
