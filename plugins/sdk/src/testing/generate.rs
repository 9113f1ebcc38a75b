//! Makes contributions at random: those of the fixtures, some of them changed in a field, and some made from the schema alone.
//! Ids come from what the fixture mentions, so that many of them mean something.

use serde_json::{Map, Value, json};

use crate::{Chance, is_id};

/// Texts that must come out clean (L13): white space, marks that combine, control and direction characters, nothing at all.
const TEXTS: &[&str] = &[
    "meer tijd samen",
    "  Cafe\u{301} ",
    "regel een\r\nregel twee",
    "\u{202e}omgekeerd\u{202c}",
    "a\u{0}b\tc",
    "ﬁjn …",
    "P07 durfde meer",
    "",
    " ",
    "Ω≠ẞ 👩‍🏫",
    "\"aanhaling\" \\ en { haken }",
];

/// What one fixture offers to make contributions from.
pub(super) struct Source<'a> {
    /// Schema of the contribution.
    pub schema: &'a Value,
    /// Payloads seen in the fixtures of the kind.
    pub payloads: &'a [Value],
    /// Ids that the fixture mentions.
    pub ids: &'a [String],
    /// Counts up, so that every text can be recognised.
    pub made: u64,
}

/// The mark in every text made here; a text in a projection shows by it that it was contributed.
pub(super) const MARK: &str = "zqx";

impl Source<'_> {
    /// A payload: mostly one of the fixtures, half of them changed; else one out of the schema.
    pub fn payload(&mut self, chance: &mut Chance) -> Value {
        if self.payloads.is_empty() || chance.below(4) == 0 {
            return self.made_up(chance);
        }
        let mut payload = self.payloads[chance.below(self.payloads.len())].clone();
        if chance.below(2) == 0 {
            self.change(&mut payload, chance);
        }
        payload
    }

    fn made_up(&mut self, chance: &mut Chance) -> Value {
        let Some(entries) = self.schema["properties"].as_object() else { return json!({}) };
        let Some((name, schema)) = entries.iter().nth(chance.below(entries.len())) else { return json!({}) };
        let mut payload = json!({});
        payload[name.as_str()] = self.value(schema, chance, 0);
        payload
    }

    /// Sets one field of the entry to something else that the schema allows, or takes it out.
    fn change(&mut self, payload: &mut Value, chance: &mut Chance) {
        let Some((name, body)) = payload.as_object_mut().and_then(|entries| entries.iter_mut().next()) else { return };
        let Some(fields) = self.schema["properties"][name]["properties"].as_object() else { return };
        let Some((field, schema)) = fields.iter().nth(chance.below(fields.len().max(1))) else { return };
        let schema = schema.clone();
        let Some(body) = body.as_object_mut() else { return };
        if chance.below(5) == 0 {
            body.remove(field);
        } else {
            let value = self.value(&schema, chance, 0);
            body.insert(field.clone(), value);
        }
    }

    fn value(&mut self, schema: &Value, chance: &mut Chance, depth: usize) -> Value {
        if let Some(options) = schema["anyOf"].as_array() {
            return self.value(&options[chance.below(options.len())].clone(), chance, depth);
        }
        if let Some(words) = schema["enum"].as_array() {
            return words[chance.below(words.len())].clone();
        }
        match schema["type"].as_str() {
            Some("object") => self.object(schema, chance, depth),
            Some("array") => {
                let most = schema["maxItems"].as_u64().unwrap_or(3).min(3);
                let length = chance.below(usize::try_from(most).unwrap_or(0) + 1);
                (0..length).map(|_| self.value(&schema["items"], chance, depth + 1)).collect()
            }
            Some("string") => self.string(schema, chance),
            Some("integer") => number(schema, chance),
            Some("boolean") => json!(chance.below(2) == 0),
            _ => Value::Null,
        }
    }

    fn object(&mut self, schema: &Value, chance: &mut Chance, depth: usize) -> Value {
        let mut object = Map::new();
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for (name, of_field) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(&json!(name)) || chance.below(2) == 0 {
                object.insert(name.clone(), self.value(of_field, chance, depth + 1));
            }
        }
        if schema["additionalProperties"].is_object() && depth < 4 {
            for _ in 0..chance.below(4) {
                let key = self.id(chance);
                let value = self.value(&schema["additionalProperties"], chance, depth + 1);
                object.insert(key, value);
            }
        }
        Value::Object(object)
    }

    fn string(&mut self, schema: &Value, chance: &mut Chance) -> Value {
        if schema["format"] == "date" {
            let days = ["2026-09-01", "2026-10-02", "2026-10-20", "2026-11-04", "2027-02-30", "2027-06-30"];
            return json!(days[chance.below(days.len())]);
        }
        if schema["pattern"].is_string() {
            return json!(self.id(chance));
        }
        self.made += 1;
        let text = TEXTS[chance.below(TEXTS.len())];
        json!(if text.trim().is_empty() { text.to_owned() } else { format!("{text} {MARK}{}q", self.made) })
    }

    fn id(&self, chance: &mut Chance) -> String {
        if self.ids.is_empty() || chance.below(8) == 0 {
            return format!("new{}", chance.below(3));
        }
        self.ids[chance.below(self.ids.len())].clone()
    }
}

/// Near the bounds more often than between them.
fn number(schema: &Value, chance: &mut Chance) -> Value {
    let (min, max) = (schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_i64().unwrap_or(10));
    let near = i64::try_from(chance.below(6)).unwrap_or(0);
    json!(if chance.below(8) == 0 { max } else { min.max(0).saturating_add(near).min(max) })
}

/// Most ids of one fixture that are used.
const MAX_IDS: usize = 80;

/// Every id that a document mentions, each once. The keys of maps, such as dots per option, are ids too; names of fields
/// among them do no harm.
pub(super) fn ids(value: &Value, found: &mut Vec<String>) {
    let mut add = |text: &String| {
        if is_id(text) && text.len() <= 40 && found.len() < MAX_IDS && !found.contains(text) {
            found.push(text.clone());
        }
    };
    match value {
        Value::String(text) => add(text),
        Value::Array(items) => items.iter().for_each(|item| ids(item, found)),
        Value::Object(fields) => {
            fields.keys().for_each(add);
            fields.values().for_each(|field| ids(field, found));
        }
        _ => {}
    }
}
