//! The JSON Schema of the language for editors, and the tables of the reference page: both from the grammar.

use std::fmt::Write;

use serde_json::{Map, Value, json};

use super::grammar::{self, Construct, Shape, WORKFLOW};
use super::pattern::Pattern;
use super::shape::describe;
use super::types;

/// The JSON Schema (2020-12) of a workflow document. An overlay may also hold `null` to remove a key; editors mark it.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for construct in grammar::all() {
        definitions.insert(slug(construct), object(construct));
    }
    definitions.insert("type".to_owned(), type_schema());
    definitions.insert(
        "fields".to_owned(),
        json!({
            "type": "object",
            "description": "Names with types, or a JSON Schema under `schema`.",
            "additionalProperties": {"anyOf": [{"$ref": "#/$defs/type"}, {"type": "object"}]},
        }),
    );
    definitions.insert(
        "texts".to_owned(),
        json!({
            "type": "object",
            "description": "Keys with texts, nested at will.",
            "additionalProperties": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/texts"}]},
        }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://draaiboek.example/workflow.schema.json",
        "title": "Draaiboek workflow",
        "description": WORKFLOW.doc,
        "$ref": format!("#/$defs/{}", slug(&WORKFLOW)),
        "$defs": definitions,
    })
}

/// The name of a construct in the schema.
fn slug(construct: &Construct) -> String {
    construct.name.replace(' ', "-")
}

fn object(construct: &Construct) -> Value {
    let mut properties = Map::new();
    for key in construct.keys {
        let mut value = of(&key.shape);
        value["description"] = json!(key.doc);
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = construct.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let kind = if construct.nullable { json!(["object", "null"]) } else { json!("object") };
    json!({
        "type": kind,
        "description": construct.doc,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn of(shape: &Shape) -> Value {
    match shape {
        Shape::Name(pattern) => json!({"type": "string", "pattern": pattern.regex()}),
        Shape::Localised => json!({"anyOf": [{"type": "string"}, {
            "type": "object",
            "propertyNames": {"pattern": Pattern::Locale.regex()},
            "additionalProperties": {"type": "string"},
        }]}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Number(min, max) => {
            let mut value = json!({"type": "integer"});
            if *min > i64::MIN {
                value["minimum"] = json!(min);
            }
            if *max < i64::MAX {
                value["maximum"] = json!(max);
            }
            value
        }
        Shape::Expr => json!({"type": ["string", "boolean", "number"], "minLength": 1}),
        Shape::Rule => json!({"type": "string", "minLength": 1}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Any => json!({}),
        Shape::Values => json!({"type": "object"}),
        Shape::List(inner) => json!({"type": "array", "items": of(inner)}),
        Shape::Many(inner) => json!({"anyOf": [of(inner), {"type": "array", "items": of(inner)}]}),
        Shape::Map(pattern, inner) => json!({
            "type": "object",
            "propertyNames": {"pattern": pattern.regex()},
            "additionalProperties": of(inner),
        }),
        Shape::Object(construct) => json!({"$ref": format!("#/$defs/{}", slug(construct))}),
        Shape::Tagged(constructs) => {
            let all: Vec<Value> =
                constructs.iter().map(|construct| json!({"$ref": format!("#/$defs/{}", slug(construct))})).collect();
            json!({"anyOf": all})
        }
        Shape::Either(shapes) => {
            let all: Vec<Value> = shapes.iter().map(of).collect();
            json!({"anyOf": all})
        }
        Shape::Fields => json!({"$ref": "#/$defs/fields"}),
        Shape::Type => json!({"$ref": "#/$defs/type"}),
        Shape::Texts => json!({"$ref": "#/$defs/texts"}),
        Shape::Ref(inner) | Shape::Inner(inner) => of(inner),
    }
}

fn type_schema() -> Value {
    json!({
        "description": "A type.",
        "anyOf": [
            {"enum": types::NAMES},
            {"type": "string", "pattern": "^(string|text\\([0-9]+\\)|\\[.+\\])$"},
            {"type": "array", "items": {"$ref": "#/$defs/type"}, "minItems": 1, "maxItems": 1},
            {"$ref": format!("#/$defs/{}", slug(&grammar::FIELD))},
        ],
    })
}

/// The tables of keys for docs/language.md.
pub fn reference() -> String {
    let mut out = String::new();
    for construct in grammar::all() {
        let _ = writeln!(out, "### {}\n\n{}\n", construct.name, construct.doc);
        let _ = writeln!(out, "| key | value | what it does |\n|---|---|---|");
        for key in construct.keys {
            let must = if key.required { " (required)" } else { "" };
            let value = describe(&key.shape).replace('|', "\\|");
            let _ = writeln!(out, "| `{}`{must} | {value} | {} |", key.name, key.doc.replace('|', "\\|"));
        }
        out.push('\n');
    }
    out
}
