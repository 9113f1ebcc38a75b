//! Static types: what a context promises, read from JSON Schemas. No expressions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value as Json;

/// The type of an expression, as far as it is known before it runs.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Known only at run time.
    Dyn,
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// Signed integer.
    Int,
    /// Unsigned integer.
    Uint,
    /// Floating-point number.
    Double,
    /// Some number: JSON Schema's `number`.
    Number,
    /// Text.
    String,
    /// Text that holds a date or a date with time (ISO 8601).
    Date,
    /// One of these texts.
    Enum(Arc<[Arc<str>]>),
    /// A list of items of one type.
    List(Arc<Type>),
    /// Text keys, values of one type.
    Map(Arc<Type>),
    /// Named fields.
    Object(Arc<ObjectType>),
    /// This type or null.
    Nullable(Arc<Type>),
    /// A type, such as `int`.
    TypeName,
}

/// The fields of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectType {
    /// Known fields by name.
    pub fields: BTreeMap<String, Field>,
    /// Whether other fields may exist.
    pub open: bool,
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its type.
    pub ty: Type,
    /// Whether it is always there.
    pub required: bool,
}

/// How deep schemas and references are followed; below it everything is `Dyn`.
const MAX_SCHEMA_DEPTH: usize = 32;
/// Most schema nodes read for one type; beyond it everything is `Dyn`.
const MAX_SCHEMA_NODES: usize = 20_000;

impl Type {
    /// A list of `item`.
    pub fn list(item: Self) -> Self {
        Self::List(Arc::new(item))
    }

    /// A map from text to `value`.
    pub fn map(value: Self) -> Self {
        Self::Map(Arc::new(value))
    }

    /// `inner` or null.
    pub fn nullable(inner: Self) -> Self {
        match inner {
            Self::Dyn | Self::Null | Self::Nullable(_) => inner,
            other => Self::Nullable(Arc::new(other)),
        }
    }

    /// A closed object whose fields are all there.
    pub fn object<N: Into<String>>(fields: impl IntoIterator<Item = (N, Self)>) -> Self {
        let fields = fields.into_iter().map(|(name, ty)| (name.into(), Field { ty, required: true }));
        Self::Object(Arc::new(ObjectType { fields: fields.collect(), open: false }))
    }

    /// One of these texts.
    pub fn one_of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self::Enum(texts.into_iter().map(Arc::from).collect())
    }

    /// The type that a JSON Schema (2020-12) describes. `$ref` is followed inside the document.
    ///
    /// An object with `properties` is closed unless the schema itself says that other properties are welcome
    /// (`additionalProperties: true` or a schema, `patternProperties`): a field that nobody declared is a slip.
    pub fn from_schema(schema: &Json) -> Self {
        Reader { root: schema, left: MAX_SCHEMA_NODES }.read(schema, 0)
    }

    /// The type without null.
    pub fn non_null(&self) -> &Self {
        if let Self::Nullable(inner) = self { inner } else { self }
    }

    pub(crate) fn is_text(&self) -> bool {
        matches!(self, Self::String | Self::Date | Self::Enum(_))
    }

    pub(crate) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double | Self::Number)
    }

    /// Whether a value of this type may stand where `wanted` is asked for; doubtful cases are allowed.
    pub fn fits(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Dyn, _) | (_, Self::Dyn) => true,
            (Self::Null, Self::Null | Self::Nullable(_)) => true,
            (Self::Nullable(inner), _) => inner.fits(wanted) || matches!(wanted, Self::Null),
            (_, Self::Nullable(inner)) => self.fits(inner),
            (Self::Number, _) if wanted.is_number() => true,
            (_, Self::Number) => self.is_number(),
            (Self::List(a), Self::List(b)) | (Self::Map(a), Self::Map(b)) => a.fits(b),
            (Self::Object(_) | Self::Map(_), Self::Object(_) | Self::Map(_)) => true,
            _ if self.is_text() => wanted.is_text(),
            _ => self == wanted,
        }
    }

    /// Whether values of the two types can ever be equal.
    pub(crate) fn comparable(&self, other: &Self) -> bool {
        let (a, b) = (self.non_null(), other.non_null());
        let both_nullable = |x: &Self| matches!(x, Self::Nullable(_) | Self::Null);
        (a.is_number() && b.is_number())
            || (both_nullable(self) && both_nullable(other))
            || match (a, b) {
                (Self::List(x), Self::List(y)) => x.comparable(y),
                _ => a.fits(b) || b.fits(a),
            }
    }

    /// The narrowest type that holds the values of both.
    pub(crate) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            _ if self == other => self.clone(),
            (Self::Null, x) | (x, Self::Null) => Self::nullable(x.clone()),
            (Self::Nullable(x), y) | (y, Self::Nullable(x)) => Self::nullable(x.join(y.non_null())),
            (Self::List(x), Self::List(y)) => Self::list(x.join(y)),
            (Self::Map(x), Self::Map(y)) => Self::map(x.join(y)),
            (Self::Object(x), Self::Object(y)) => Self::Object(Arc::new(x.join(y))),
            (Self::Enum(x), Self::Enum(y)) => {
                let more = y.iter().filter(|t| !x.contains(t));
                Self::Enum(x.iter().chain(more).cloned().collect())
            }
            _ if self.is_number() && other.is_number() => Self::Number,
            _ if self.is_text() && other.is_text() => Self::String,
            _ => Self::Dyn,
        }
    }
}

impl ObjectType {
    fn join(&self, other: &Self) -> Self {
        let mut fields = BTreeMap::new();
        for name in self.fields.keys().chain(other.fields.keys()) {
            let field = match (self.fields.get(name), other.fields.get(name)) {
                (Some(a), Some(b)) => Field { ty: a.ty.join(&b.ty), required: a.required && b.required },
                (Some(a), None) | (None, Some(a)) => Field { ty: a.ty.clone(), required: false },
                (None, None) => continue,
            };
            fields.insert(name.clone(), field);
        }
        Self { fields, open: self.open || other.open }
    }

    /// All fields of both: `allOf`.
    fn merge(&self, other: &Self) -> Self {
        let mut fields = self.fields.clone();
        for (name, field) in &other.fields {
            let known = fields.entry(name.clone()).or_insert_with(|| field.clone());
            known.required |= field.required;
            if known.ty == Type::Dyn {
                known.ty = field.ty.clone();
            }
        }
        Self { fields, open: self.open || other.open }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dyn => f.write_str("any value"),
            Self::Null => f.write_str("null"),
            Self::Bool => f.write_str("bool"),
            Self::Int => f.write_str("int"),
            Self::Uint => f.write_str("uint"),
            Self::Double => f.write_str("double"),
            Self::Number => f.write_str("number"),
            Self::String => f.write_str("string"),
            Self::Date => f.write_str("date"),
            Self::Enum(texts) => {
                let shown: Vec<String> = texts.iter().take(8).map(|t| format!("\"{t}\"")).collect();
                let more = if texts.len() > 8 { ", ..." } else { "" };
                write!(f, "one of {}{more}", shown.join(", "))
            }
            Self::List(item) if **item == Self::Dyn => f.write_str("list"),
            Self::List(item) => write!(f, "list of {item}"),
            Self::Map(_) => f.write_str("map"),
            Self::Object(_) => f.write_str("object"),
            Self::Nullable(inner) => write!(f, "{inner} or null"),
            Self::TypeName => f.write_str("type"),
        }
    }
}

struct Reader<'s> {
    root: &'s Json,
    left: usize,
}

impl<'s> Reader<'s> {
    fn read(&mut self, schema: &'s Json, depth: usize) -> Type {
        let Some(fields) = schema.as_object() else {
            return Type::Dyn;
        };
        if depth > MAX_SCHEMA_DEPTH || self.left == 0 {
            return Type::Dyn;
        }
        self.left -= 1;
        let next = depth + 1;
        if let Some(target) = fields.get("$ref").and_then(Json::as_str) {
            let target = target.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map_or(Type::Dyn, |target| self.read(target, next));
        }
        if let Some(value) = fields.get("const") {
            return of_constants(std::slice::from_ref(value));
        }
        if let Some(values) = fields.get("enum").and_then(Json::as_array) {
            return of_constants(values);
        }
        if let Some(parts) = fields.get("allOf").and_then(Json::as_array) {
            return self.all_of(schema, parts, next);
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(parts) = fields.get(word).and_then(Json::as_array)
                && !fields.contains_key("properties")
            {
                let types: Vec<Type> = parts.iter().map(|part| self.read(part, next)).collect();
                return join_all(&types);
            }
        }
        match fields.get("type") {
            Some(Json::String(word)) => self.of_word(word, schema, next),
            Some(Json::Array(words)) => {
                let types: Vec<Type> =
                    words.iter().filter_map(Json::as_str).map(|word| self.of_word(word, schema, next)).collect();
                join_all(&types)
            }
            _ if fields.contains_key("properties") => self.of_word("object", schema, next),
            _ if fields.contains_key("items") => self.of_word("array", schema, next),
            _ => Type::Dyn,
        }
    }

    fn of_word(&mut self, word: &str, schema: &'s Json, depth: usize) -> Type {
        match word {
            "null" => Type::Null,
            "boolean" => Type::Bool,
            "integer" => Type::Int,
            "number" => Type::Number,
            "string" => match schema.get("format").and_then(Json::as_str) {
                Some("date" | "date-time") => Type::Date,
                _ => Type::String,
            },
            "array" => {
                let items = schema.get("items").map_or(Type::Dyn, |items| self.read(items, depth));
                Type::list(if schema.get("prefixItems").is_some() { Type::Dyn } else { items })
            }
            "object" => self.object(schema, depth),
            _ => Type::Dyn,
        }
    }

    fn object(&mut self, schema: &'s Json, depth: usize) -> Type {
        let extra = schema.get("additionalProperties");
        let welcome =
            matches!(extra, Some(Json::Bool(true) | Json::Object(_))) || schema.get("patternProperties").is_some();
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else {
            return match extra {
                Some(Json::Bool(false)) if !welcome => Type::Object(Arc::default()),
                Some(extra @ Json::Object(_)) => Type::map(self.read(extra, depth)),
                _ => Type::map(Type::Dyn),
            };
        };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Json::as_array)
            .map(|names| names.iter().filter_map(Json::as_str).collect())
            .unwrap_or_default();
        let fields = properties.iter().map(|(name, schema)| {
            // A default is filled in before anything reads the object.
            let always = required.contains(&name.as_str()) || schema.get("default").is_some();
            (name.clone(), Field { ty: self.read(schema, depth), required: always })
        });
        Type::Object(Arc::new(ObjectType { fields: fields.collect(), open: welcome }))
    }

    fn all_of(&mut self, schema: &'s Json, parts: &'s [Json], depth: usize) -> Type {
        let own = if schema.get("properties").is_some() { self.object(schema, depth) } else { Type::Dyn };
        let mut result = own;
        for part in parts {
            let part = self.read(part, depth);
            result = match (&result, &part) {
                (Type::Dyn, _) => part,
                (Type::Object(a), Type::Object(b)) => Type::Object(Arc::new(a.merge(b))),
                _ => result,
            };
        }
        result
    }
}

fn join_all(types: &[Type]) -> Type {
    let mut types = types.iter();
    let Some(first) = types.next() else {
        return Type::Dyn;
    };
    types.fold(first.clone(), |all, next| all.join(next))
}

fn of_constants(values: &[Json]) -> Type {
    let types: Vec<Type> = values
        .iter()
        .map(|value| match value {
            Json::Null => Type::Null,
            Json::Bool(_) => Type::Bool,
            Json::Number(n) if n.is_i64() || n.is_u64() => Type::Int,
            Json::Number(_) => Type::Double,
            Json::String(text) => Type::one_of([text.as_str()]),
            Json::Array(_) | Json::Object(_) => Type::Dyn,
        })
        .collect();
    join_all(&types)
}
