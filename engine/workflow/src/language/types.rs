//! Short types (`text(200)`, `[person]`, `{type: date, required: true}`) to JSON Schema.

use serde_json::{Map, Value as Json, json};

use super::diagnostic::Sink;
use super::grammar::{FIELD, Shape};
use super::node::{Node, Value};
use super::pattern::Pattern;
use super::shape;
use super::suggest::nearest;

/// Names of the types, as written.
pub const NAMES: &[&str] =
    &["text", "number", "integer", "boolean", "date", "time", "datetime", "person", "team", "object", "list", "any"];

/// The JSON Schema of a map of fields, or the JSON Schema given under `schema`. Problems go to the sink.
pub fn fields(node: &Node, sink: &mut Sink) -> Json {
    let Value::Map(entries) = &node.value else {
        shape::wrong(&Shape::Fields, node, shape::What::Words("fields"), sink);
        return json!({});
    };
    if let [only] = entries.as_slice()
        && only.key == "schema"
        && only.value.get("type").or(only.value.get("$schema")).is_some()
    {
        return raw(&only.value, sink);
    }
    let mut properties = Map::new();
    let mut required = Vec::new();
    for entry in entries {
        if !Pattern::Id.matches(&entry.key) {
            sink.add("DB034", entry.span, format!("`{}` cannot be used for a field.", entry.key))
                .label(format!("expected {}", Pattern::Id.describe()))
                .did_you_mean(Pattern::Id.mend(&entry.key).as_deref(), String::new);
        }
        if matches!(entry.value.get("required").map(|n| &n.value), Some(Value::Bool(true))) {
            required.push(entry.key.clone());
        }
        properties.insert(entry.key.clone(), of(&entry.value, sink));
    }
    object(properties, required)
}

fn object(properties: Map<String, Json>, required: Vec<String>) -> Json {
    let mut schema = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

/// The JSON Schema of one type. Problems go to the sink.
pub fn of(node: &Node, sink: &mut Sink) -> Json {
    match &node.value {
        Value::Text(text) => named(text, node, sink),
        Value::List(items) => match items.as_slice() {
            [one] => json!({"type": "array", "items": of(one, sink)}),
            _ => {
                sink.add("DB037", node.span, "A list type names the one type of its elements.")
                    .help("write `[person]`, or `{enum: [a, b]}` for a choice");
                json!({})
            }
        },
        Value::Map(_) => long(node, sink),
        _ => {
            shape::wrong(&Shape::Type, node, shape::What::Words("a type"), sink);
            json!({})
        }
    }
}

/// The schema of a type by its name.
fn named(text: &str, node: &Node, sink: &mut Sink) -> Json {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')) {
        return json!({"type": "array", "items": named(inner, node, sink)});
    }
    let length = text.strip_prefix("text(").and_then(|t| t.strip_suffix(')'));
    if let Some(Ok(length)) = length.map(|l| l.trim().parse::<u32>()) {
        return json!({"type": "string", "maxLength": length});
    }
    match text {
        "text" | "string" => json!({"type": "string"}),
        "number" => json!({"type": "number"}),
        "integer" => json!({"type": "integer"}),
        "boolean" => json!({"type": "boolean"}),
        "date" => json!({"type": "string", "format": "date"}),
        "time" => json!({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}),
        "datetime" => json!({
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?$",
        }),
        "person" => person(),
        "team" => team(),
        "object" => json!({"type": "object"}),
        "list" => json!({"type": "array"}),
        "any" => json!({}),
        other => {
            sink.add("DB037", node.span, format!("`{other}` is no type."))
                .did_you_mean(nearest(other, NAMES.iter().copied()), || {
                    format!("types are {}, `text(200)` and `[type]`", shape::quoted(NAMES.iter().copied()))
                });
            json!({})
        }
    }
}

/// A person: an id.
fn person() -> Json {
    json!({"type": "string", "format": "person"})
}

/// A team as the school's data has it (domain.md G5); a draft may still miss its coach.
fn team() -> Json {
    json!({
        "type": "object",
        "format": "team",
        "properties": {
            "id": {"type": "string", "minLength": 1},
            "title": {"type": "string"},
            "kind": {"type": "string"},
            "members": {"type": "array", "items": person()},
            "coach": {"type": ["string", "null"]},
            "theme": {"type": ["string", "null"]},
            "year": {"type": ["string", "null"]},
        },
        "required": ["id"],
    })
}

/// The schema of a type in its long form.
fn long(node: &Node, sink: &mut Sink) -> Json {
    let before = sink.has_errors();
    shape::validate_keys(&FIELD, node, sink);
    let given = ["type", "enum", "fields", "map", "schema"];
    let kinds: Vec<&str> = given.into_iter().filter(|key| node.get(key).is_some()).collect();
    let mut schema = match kinds.as_slice() {
        ["schema"] => node.get("schema").map(|inner| raw(inner, sink)),
        ["type"] => node.get("type").map(|inner| of(inner, sink)),
        ["enum"] => node.get("enum").map(|values| json!({"enum": values.json()})),
        ["fields"] => node.get("fields").map(|inner| fields(inner, sink)),
        ["map"] => node.get("map").map(|inner| json!({"type": "object", "additionalProperties": of(inner, sink)})),
        _ => {
            let wanted = shape::quoted(given);
            sink.add("DB037", node.span, format!("A type needs exactly one of {wanted}."));
            None
        }
    }
    .unwrap_or_else(|| json!({}));
    bounds(node, &mut schema);
    if let Some(title) = node.get("title").and_then(|t| t.text().or_else(|| t.entries().first()?.value.text())) {
        schema["title"] = json!(title);
    }
    if let Some(default) = node.get("default") {
        let value = default.json();
        if !before && !sink.has_errors() && !accepts(&schema, &value) {
            sink.add("DB038", default.span, "The default does not fit its type.")
                .label(format!("expected {}", in_words(&schema)));
        }
        schema["default"] = value;
    }
    schema
}

/// Adds `min` and `max`, whose meaning depends on the type.
fn bounds(node: &Node, schema: &mut Json) {
    let (low, high) = match schema["type"].as_str() {
        Some("array") => ("minItems", "maxItems"),
        Some("string") => ("minLength", "maxLength"),
        _ => ("minimum", "maximum"),
    };
    for (key, word) in [("min", low), ("max", high)] {
        if let Some(Value::Int(limit)) = node.get(key).map(|n| &n.value) {
            schema[word] = json!(limit);
        }
    }
}

/// A JSON Schema as written.
fn raw(node: &Node, sink: &mut Sink) -> Json {
    let schema = node.json();
    if let Err(error) = jsonschema::validator_for(&schema) {
        sink.add("DB038", node.span, format!("This is no valid JSON Schema: {error}."));
        return json!({});
    }
    schema
}

/// Whether a value fits a schema; a schema that cannot be compiled accepts everything.
pub fn accepts(schema: &Json, value: &Json) -> bool {
    jsonschema::validator_for(schema).map_or(true, |validator| validator.is_valid(value))
}

/// The type of a schema in a word or two.
fn in_words(schema: &Json) -> String {
    match (&schema["enum"], schema["type"].as_str()) {
        (Json::Array(values), _) => format!("one of {}", Json::Array(values.clone())),
        (_, Some(name)) => format!("a value of type {name}"),
        _ => "another value".to_owned(),
    }
}

/// The same schema, with nothing allowed too.
pub fn or_nothing(mut schema: Json) -> Json {
    if let Some(name) = schema["type"].as_str().map(str::to_owned) {
        schema["type"] = json!([name, "null"]);
    }
    schema
}

/// The schema of a value of `data` given by its first value alone.
pub fn inferred(value: &Json) -> Json {
    match value {
        Json::Null => json!({}),
        Json::Bool(_) => json!({"type": "boolean"}),
        Json::Number(number) if number.is_f64() => json!({"type": "number"}),
        Json::Number(_) => json!({"type": "integer"}),
        Json::String(_) => json!({"type": "string"}),
        Json::Array(_) => json!({"type": "array"}),
        Json::Object(_) => json!({"type": "object"}),
    }
}
