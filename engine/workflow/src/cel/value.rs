//! Values of the expression language. They borrow from the embedder's data where they can. No operators.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde_json::Value as Json;

/// Where an expression finds its variables. Only the names it uses are asked for.
///
/// A map-like value of the embedder can be a `Vars` too, see [`Map::Scope`]: its fields are then resolved lazily.
pub trait Vars: Sync {
    /// The variable `name`, if there is one.
    fn get<'a>(&'a self, name: &str) -> Option<Value<'a>>;

    /// All names, for suggestions, `size()`, `keys()` and export.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A value. `'v` is the lifetime of the data it may borrow; `Value<'static>` owns everything.
#[derive(Clone)]
pub enum Value<'v> {
    /// The null value.
    Null,
    /// A truth value.
    Bool(bool),
    /// A signed 64-bit integer.
    Int(i64),
    /// An unsigned 64-bit integer.
    Uint(u64),
    /// A 64-bit floating-point number.
    Double(f64),
    /// Text.
    String(Text<'v>),
    /// A list.
    List(List<'v>),
    /// A map or object.
    Map(Map<'v>),
    /// A type, such as the answer of `type(1)`.
    Type(TypeName),
}

/// Text, borrowed or shared.
#[derive(Clone)]
pub enum Text<'v> {
    /// Borrowed from the embedder or the program.
    Borrowed(&'v str),
    /// Shared.
    Shared(Arc<str>),
}

/// A list, over JSON or of its own.
#[derive(Clone)]
pub enum List<'v> {
    /// The items of a JSON array.
    Json(&'v [Json]),
    /// Built by an expression or function.
    Shared(Arc<[Value<'v>]>),
}

/// A map, over JSON, of its own, or resolved lazily by the embedder.
#[derive(Clone)]
pub enum Map<'v> {
    /// The fields of a JSON object.
    Json(&'v serde_json::Map<String, Json>),
    /// Built by an expression or function.
    Shared(Arc<BTreeMap<Key<'v>, Value<'v>>>),
    /// Fields resolved by the embedder when asked for.
    Scope(&'v dyn Vars),
}

/// A key of a map. Equal numbers are equal keys, whatever their sign type.
#[derive(Clone, Debug)]
pub enum Key<'v> {
    /// `true` or `false`.
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// Text.
    String(Text<'v>),
}

/// The name of a type of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName(pub(crate) &'static str);

impl TypeName {
    const ALL: [Self; 10] = [
        Self("null_type"),
        Self("bool"),
        Self("int"),
        Self("uint"),
        Self("double"),
        Self("string"),
        Self("list"),
        Self("map"),
        Self("type"),
        Self("bytes"),
    ];

    /// The type that an identifier such as `int` denotes.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.0 == name)
    }

    /// The name, such as `int`.
    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl<'v> Value<'v> {
    /// A view on JSON data, without copying it.
    pub fn from_json(json: &'v Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => Self::from_number(n),
            Json::String(s) => Self::String(Text::Borrowed(s)),
            Json::Array(items) => Self::List(List::Json(items)),
            Json::Object(fields) => Self::Map(Map::Json(fields)),
        }
    }

    /// An object whose fields `scope` resolves lazily.
    pub fn scope(scope: &'v dyn Vars) -> Self {
        Self::Map(Map::Scope(scope))
    }

    /// A list of `items`.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(List::Shared(items.into()))
    }

    /// A map of `entries`; a later equal key replaces an earlier one.
    pub fn map<K: Into<Key<'v>>>(entries: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::Map(Map::Shared(Arc::new(entries.into_iter().map(|(k, v)| (k.into(), v)).collect())))
    }

    /// The type of this value.
    pub fn type_name(&self) -> TypeName {
        TypeName(match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Type(_) => "type",
        })
    }

    /// How a message names this kind of value.
    pub(crate) fn describe(&self) -> &'static str {
        match self {
            Self::Null => "null",
            other => other.type_name().0,
        }
    }

    /// The truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(b) = self { Some(*b) } else { None }
    }

    /// The integer, if it is one that fits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Self::Int(i) => Some(*i),
            Self::Uint(u) => i64::try_from(*u).ok(),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(text) = self { Some(text) } else { None }
    }

    /// The list, if it is one.
    pub fn as_list(&self) -> Option<&List<'v>> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// The map, if it is one.
    pub fn as_map(&self) -> Option<&Map<'v>> {
        if let Self::Map(map) = self { Some(map) } else { None }
    }
}

impl Text<'_> {
    /// The same text, owning its bytes.
    pub fn into_owned(self) -> Text<'static> {
        match self {
            Self::Borrowed(s) => Text::Shared(s.into()),
            Self::Shared(s) => Text::Shared(s),
        }
    }
}

impl Deref for Text<'_> {
    type Target = str;
    fn deref(&self) -> &str {
        match self {
            Self::Borrowed(s) => s,
            Self::Shared(s) => s,
        }
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl<'v> List<'v> {
    /// Number of items.
    pub fn len(&self) -> usize {
        match self {
            Self::Json(items) => items.len(),
            Self::Shared(items) => items.len(),
        }
    }

    /// True without items.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The item at `index`.
    pub fn get(&self, index: usize) -> Option<Value<'v>> {
        match self {
            Self::Json(items) => items.get(index).map(Value::from_json),
            Self::Shared(items) => items.get(index).cloned(),
        }
    }

    /// All items in order.
    pub fn iter(&self) -> impl Iterator<Item = Value<'v>> + '_ {
        (0..self.len()).filter_map(|index| self.get(index))
    }
}

impl<'v> Map<'v> {
    /// Number of entries.
    pub fn len(&self) -> usize {
        match self {
            Self::Json(fields) => fields.len(),
            Self::Shared(entries) => entries.len(),
            Self::Scope(scope) => scope.names().len(),
        }
    }

    /// True without entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The value of the field `name`.
    pub fn field(&self, name: &str) -> Option<Value<'v>> {
        match self {
            Self::Json(fields) => fields.get(name).map(Value::from_json),
            Self::Shared(entries) => entries.get(&Key::String(Text::Borrowed(name)) as &dyn AsKey).cloned(),
            Self::Scope(scope) => scope.get(name),
        }
    }

    /// The value under `key`.
    pub fn get(&self, key: &Key<'_>) -> Option<Value<'v>> {
        match (self, key) {
            (Self::Shared(entries), _) => entries.get(key as &dyn AsKey).cloned(),
            (_, Key::String(name)) => self.field(name),
            _ => None,
        }
    }

    /// All keys, in order.
    pub fn keys(&self) -> Vec<Key<'v>> {
        match self {
            Self::Json(fields) => fields.keys().map(|k| Key::String(Text::Borrowed(k))).collect(),
            Self::Shared(entries) => entries.keys().cloned().collect(),
            Self::Scope(scope) => scope.names().into_iter().map(|k| Key::String(Text::Shared(k.into()))).collect(),
        }
    }

    /// All entries, in key order.
    pub fn entries(&self) -> Vec<(Key<'v>, Value<'v>)> {
        match self {
            Self::Json(fields) => {
                fields.iter().map(|(k, v)| (Key::String(Text::Borrowed(k)), Value::from_json(v))).collect()
            }
            Self::Shared(entries) => entries.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            Self::Scope(_) => self.keys().into_iter().filter_map(|k| self.get(&k).map(|v| (k, v))).collect(),
        }
    }
}

impl<'v> Key<'v> {
    /// The key as a value.
    pub fn to_value(&self) -> Value<'v> {
        match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::Int(*i),
            Self::Uint(u) => Value::Uint(*u),
            Self::String(s) => Value::String(s.clone()),
        }
    }

    /// The key as text, as JSON needs it.
    pub fn to_text(&self) -> String {
        match self {
            Self::Bool(b) => b.to_string(),
            Self::Int(i) => i.to_string(),
            Self::Uint(u) => u.to_string(),
            Self::String(s) => s.to_string(),
        }
    }

    fn rank(&self) -> (u8, i128, &str) {
        match self {
            Self::Bool(b) => (0, i128::from(*b), ""),
            Self::Int(i) => (1, i128::from(*i), ""),
            Self::Uint(u) => (1, i128::from(*u), ""),
            Self::String(s) => (2, 0, s),
        }
    }
}

/// Lets a map be searched with a key of any lifetime.
trait AsKey {
    fn rank(&self) -> (u8, i128, &str);
}

impl AsKey for Key<'_> {
    fn rank(&self) -> (u8, i128, &str) {
        Key::rank(self)
    }
}

impl<'k, 'v: 'k> Borrow<dyn AsKey + 'k> for Key<'v> {
    fn borrow(&self) -> &(dyn AsKey + 'k) {
        self
    }
}

impl PartialEq for dyn AsKey + '_ {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for dyn AsKey + '_ {}

impl PartialOrd for dyn AsKey + '_ {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for dyn AsKey + '_ {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.rank() == other.rank()
    }
}

impl Eq for Key<'_> {}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.rank().cmp(&other.rank())
    }
}
