//! Any data as headings, facts, lists and tables: the twin of every chart, and the picture of every step kind.

use serde_json::{Map, Value, json};

use super::{Shower, called, words};
use crate::gate::Place;

/// Deepest nesting that is drawn; what lies deeper is written as one line.
const DEPTH: usize = 3;
/// Longest text that may be an id.
const LONGEST_ID: usize = 40;
/// Columns that come first, in this order.
const FIRST: [&str; 6] = ["title", "label", "text", "name", "statement", "criterion"];
/// Keys that only programs need.
const QUIET: [&str; 14] = [
    "n",
    "insufficient",
    "history",
    "example_texts",
    "notes",
    "slot",
    "base",
    "admitted_late",
    "bound",
    "revalidate",
    "k",
    "codes",
    "word",
    "args",
];

/// Keys that say whether something is held back for now.
const SHOWING: [&str; 3] = ["reactions_held", "under_threshold", "held"];

/// Finds the words for keys and values.
pub(crate) struct Painter<'a> {
    pub shower: &'a Shower,
    pub locale: &'a str,
    pub place: &'a Place,
    /// Texts of the plugin, when the data is a step's.
    pub texts: Option<&'a std::collections::BTreeMap<String, String>>,
    /// It hangs where everybody looks: people are counted, not named, where they are only listed.
    pub wall: bool,
    /// Where ids that stand in the data have their names: the settings of the step, the data itself.
    pub names: Vec<&'a Value>,
}

impl Painter<'_> {
    /// What the template `picture` draws.
    pub(crate) fn draw(&self, data: &Value) -> Value {
        if data.get("held") == Some(&Value::Bool(true)) {
            return json!({"held": true});
        }
        if data.get("under_threshold") == Some(&Value::Bool(true)) {
            return json!({"under": true, "n": data.get("n")});
        }
        self.part(data, 0)
    }

    fn part(&self, data: &Value, depth: usize) -> Value {
        match data {
            Value::Object(fields) => self.object(fields, depth),
            Value::Array(items) => self.array(items),
            scalar => json!({"text": self.word(scalar)}),
        }
    }

    fn object(&self, fields: &Map<String, Value>, depth: usize) -> Value {
        let (mut facts, mut lists, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        for (key, value) in fields {
            if QUIET.contains(&key.as_str()) || empty(value) {
                continue;
            }
            let label = self.label(key);
            match value {
                Value::Object(inner) if !fraction(value) && depth < DEPTH => {
                    let mut part = self.matrix(inner).unwrap_or_else(|| self.object(inner, depth + 1));
                    part["heading"] = label.into();
                    parts.push(part);
                }
                // What is held back for now is a sentence, not a question with "no" as its answer.
                Value::Bool(held) if SHOWING.contains(&key.as_str()) => {
                    lists.extend(held.then(|| json!({"text": label})));
                }
                Value::Array(items) if self.wall && self.people(items) => {
                    facts.push(json!({"label": label, "value": items.len().to_string()}));
                }
                Value::Array(items) => {
                    let mut part = self.array(items);
                    part["heading"] = label.into();
                    lists.push(part);
                }
                scalar => facts.push(json!({"label": label, "value": self.word(scalar)})),
            }
        }
        // What people wrote comes before sums.
        lists.append(&mut parts);
        let parts = lists;
        let nothing = facts.is_empty() && parts.is_empty();
        json!({"facts": facts, "parts": parts, "nothing": nothing})
    }

    /// Whether a list holds nothing but people.
    fn people(&self, items: &[Value]) -> bool {
        let person = |item: &Value| item.as_str().is_some_and(|id| self.place.school.people.contains_key(id));
        !items.is_empty() && items.iter().all(person)
    }

    /// Numbers by two keys, such as counts per group and question: a table.
    fn matrix(&self, rows: &Map<String, Value>) -> Option<Value> {
        let first = rows.values().next()?.as_object()?;
        let columns: Vec<&String> = first.keys().collect();
        let fits = |row: &Value| {
            row.as_object().is_some_and(|row| row.keys().eq(first.keys()) && row.values().all(Value::is_number))
        };
        if columns.len() < 2 || !rows.values().all(fits) {
            return None;
        }
        let heads = std::iter::once(String::new()).chain(columns.iter().map(|key| self.label(key)));
        let line = |(key, row): (&String, &Value)| {
            let cells = columns.iter().map(|column| self.word(row.get(*column).unwrap_or(&Value::Null)));
            std::iter::once(self.label(key)).chain(cells).collect::<Vec<_>>()
        };
        Some(
            json!({"table": true, "heads": heads.collect::<Vec<_>>(), "rows": rows.iter().map(line).collect::<Vec<_>>()}),
        )
    }

    fn array(&self, items: &[Value]) -> Value {
        let objects: Vec<&Map<String, Value>> = items.iter().filter_map(Value::as_object).collect();
        if objects.len() != items.len() || objects.is_empty() {
            let list: Vec<String> = items.iter().map(|item| self.word(item)).collect();
            return json!({"list": list, "nothing": items.is_empty()});
        }
        let columns = columns(&objects);
        let heads: Vec<String> = columns.iter().map(|key| self.label(key)).collect();
        let rows: Vec<Vec<String>> = objects
            .iter()
            .map(|row| columns.iter().map(|key| row.get(*key).map_or_else(String::new, |v| self.word(v))).collect())
            .collect();
        json!({"table": true, "heads": heads, "rows": rows})
    }

    /// The name of a key: the plugin's word, the house's, or the key itself.
    pub(crate) fn label(&self, key: &str) -> String {
        if let Some(text) = self.texts.and_then(|texts| texts.get(key)) {
            return text.clone();
        }
        if let Some(text) = self.shower.maybe(self.locale, &format!("data.{key}")) {
            return text;
        }
        // A key may be a person, a team or a date: counts per group.
        let named = self.named(key);
        if named == key { words::plain_key(key) } else { named }
    }

    fn named(&self, text: &str) -> String {
        if let Ok(date) = text.parse::<jiff::civil::Date>() {
            return words::date(self.locale, date);
        }
        if let Some(person) = self.place.school.people.get(text) {
            return person.name.clone();
        }
        if self.place.school.teams.contains_key(text) {
            return self.place.team(text).to_owned();
        }
        let id = text.len() <= LONGEST_ID && !text.is_empty() && !text.contains(' ');
        let named = self.names.iter().filter(|_| id).find_map(|names| called(names, text, self.locale));
        named.unwrap_or_else(|| text.to_owned())
    }

    /// A value in words.
    pub(crate) fn word(&self, value: &Value) -> String {
        match value {
            Value::Null => "–".to_owned(),
            Value::Bool(yes) => self.shower.t(self.locale, if *yes { "value.yes" } else { "value.no" }, &[]),
            Value::Number(number) => number.to_string(),
            Value::String(text) => self.text(text),
            Value::Array(items) => items.iter().map(|item| self.word(item)).collect::<Vec<_>>().join(", "),
            Value::Object(fields) => match (fields.get("num"), fields.get("den")) {
                (Some(num), Some(den)) if fields.len() == 2 => format!("{num}/{den}"),
                _ => {
                    // With a title, the id says nothing more to people.
                    let named = fields.contains_key("title");
                    let filled = fields.iter().filter(|(key, value)| !(empty(value) || named && key.as_str() == "id"));
                    filled
                        .map(|(key, value)| format!("{}: {}", self.label(key), self.word(value)))
                        .collect::<Vec<_>>()
                        .join("; ")
                }
            },
        }
    }

    fn text(&self, text: &str) -> String {
        let short = text.len() <= 24 && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if short && let Some(word) = self.shower.maybe(self.locale, &format!("value.{text}")) {
            return word;
        }
        let number = text.split_once('.').is_some_and(|(a, b)| {
            !a.is_empty()
                && b.len() == 2
                && (a.strip_prefix('-').unwrap_or(a).chars().chain(b.chars())).all(|c| c.is_ascii_digit())
        });
        if number && self.locale == "nl" {
            return text.replace('.', ",");
        }
        self.named(text)
    }
}

fn fraction(value: &Value) -> bool {
    value.get("num").is_some() && value.get("den").is_some()
}

fn empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(empty),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// Columns that hold something, the telling ones first.
fn columns<'a>(rows: &[&'a Map<String, Value>]) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    for row in rows {
        for (key, value) in *row {
            let machine = QUIET.contains(&key.as_str()) || key == "id" || key.ends_with("_id");
            if !machine && !empty(value) && !found.contains(&key.as_str()) {
                found.push(key);
            }
        }
    }
    found.sort_by_key(|key| (FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()), *key));
    found
}
