//! Values made up from a JSON Schema and the school: configurations, data of events, results of steps.
//!
//! Made up plainly and always alike: people with a fitting role, real teams, school days to come, one element where a
//! list may not be empty of meaning, none where its name speaks of something missing.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::school::School;
use crate::calendar::Calendar;

/// Deepest nesting that is made up.
const MAX_DEPTH: usize = 12;

/// Words in the name of a list that speak of something amiss: such a list stays empty.
const AMISS: [&str; 20] = [
    "missing",
    "without",
    "violation",
    "warning",
    "problem",
    "absent",
    "late",
    "conflict",
    "error",
    "blame",
    "unresolved",
    "open_help",
    "not_yet",
    "must_open",
    "objection",
    "parked",
    "dropped",
    "withdrawn",
    "duplicate",
    "refused",
];

/// Words in the name of a person's field, and the role at school they speak of.
const ROLES: [(&str, &str); 14] = [
    ("direct", "dir"),
    ("dir", "dir"),
    ("leader", "dir"),
    ("coach", "coach"),
    ("core", "zc"),
    ("care", "zc"),
    ("zc", "zc"),
    ("policy", "pol"),
    ("pol", "pol"),
    ("committee", "pol"),
    ("editor", "zc"),
    ("theme", "thm"),
    ("advis", "adv"),
    ("guest", "dir"),
];

/// Makes values up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampler<'s> {
    pub school: &'s School,
    /// The day from which days to come are counted.
    pub today: Date,
    /// School days to a day that nothing says more about.
    pub ahead: i32,
    /// Whose turn it is, where one of several has to be chosen.
    pub turn: usize,
    /// Only what is required (configurations, data of events), or every field (results).
    pub whole: bool,
}

impl Sampler<'_> {
    /// A value for a field of this name.
    pub fn value(&self, schema: &Value, name: &str) -> Value {
        self.deep(schema, name, 0)
    }

    /// The configuration: what is given, defaults, and what is required besides.
    pub fn config(&self, schema: &Value, given: &Map<String, Value>) -> Map<String, Value> {
        let mut config = given.clone();
        let required = required(schema);
        for (name, property) in properties(schema) {
            if config.contains_key(name) {
                continue;
            }
            if let Some(default) = property.get("default") {
                config.insert(name.clone(), default.clone());
            } else if required.contains(&name.as_str()) {
                config.insert(name.clone(), self.value(property, name));
            }
        }
        config
    }

    fn deep(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        if let Some(fixed) = schema.get("default").or_else(|| schema.get("const")) {
            return fixed.clone();
        }
        if let Some(first) = schema.get("enum").and_then(Value::as_array).and_then(|choices| choices.first()) {
            return first.clone();
        }
        for union in ["anyOf", "oneOf"] {
            if let Some(first) = schema.get(union).and_then(Value::as_array).and_then(|choices| choices.first()) {
                return self.deep(first, name, depth + 1);
            }
        }
        match kind(schema) {
            "object" => self.object(schema, name, depth),
            "array" => self.array(schema, name, depth),
            "string" => self.text(schema, name),
            "integer" | "number" => schema.get("minimum").cloned().unwrap_or_else(|| json!(0)),
            "boolean" => json!(AFFIRMED.contains(&name)),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if schema.get("format").and_then(Value::as_str) == Some("team") || (is_open(schema) && name.contains("team")) {
            return self.some_team();
        }
        if name == "coaches" {
            return self.school.coaches();
        }
        let wanted = required(schema);
        let fields = properties(schema).filter(|(field, _)| self.whole || wanted.contains(&field.as_str()));
        Value::Object(fields.map(|(field, inner)| (field.clone(), self.deep(inner, field, depth + 1))).collect())
    }

    fn array(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if AMISS.iter().any(|word| name.contains(word)) {
            return json!([]);
        }
        let empty = json!({});
        let items = schema.get("items").unwrap_or(&empty);
        let fields: Vec<&str> = properties(items).map(|(field, _)| field.as_str()).collect();
        if is_team(items, &fields) || (name.contains("team") && kind(items) == "object") {
            return self.teams(items, depth);
        }
        if name.contains("team") && kind(items) == "string" && !is_person(items) {
            return json!(self.school.team_ids(None));
        }
        if is_person(items) {
            let most = schema.get("maxItems").and_then(Value::as_u64).and_then(|most| usize::try_from(most).ok());
            return self.people(name).into_iter().take(most.unwrap_or(usize::MAX)).collect();
        }
        let few = schema.get("minItems").and_then(Value::as_u64).unwrap_or(1).clamp(1, 20);
        (0..few).map(|_| self.deep(items, name.strip_suffix('s').unwrap_or(name), depth + 1)).collect()
    }

    /// The teams of the school, with the fields that are wanted where others are not allowed.
    fn teams(&self, items: &Value, depth: usize) -> Value {
        let closed = items.get("additionalProperties") == Some(&Value::Bool(false));
        let Value::Array(teams) = self.school.team_values(None) else { return Value::Null };
        if !closed {
            return Value::Array(teams);
        }
        let wanted = required(items);
        let fitted = |team: &Value| {
            properties(items)
                .filter_map(|(field, inner)| match team.get(field) {
                    Some(known) => Some((field.clone(), known.clone())),
                    None if wanted.contains(&field.as_str()) => {
                        Some((field.clone(), self.deep(inner, field, depth + 1)))
                    }
                    None => None,
                })
                .collect::<Map<_, _>>()
        };
        teams.iter().map(|team| Value::Object(fitted(team))).collect()
    }

    fn text(&self, schema: &Value, name: &str) -> Value {
        match schema.get("format").and_then(Value::as_str) {
            Some("person") => return json!(self.one_of(&self.people(name))),
            Some("date") => return json!(self.day(name).to_string()),
            _ => {}
        }
        let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
        if pattern.contains("T[0-9]") {
            return json!(format!("{}T09:00", self.day(name)));
        }
        if pattern.contains(":[0-5]") {
            return json!("09:00");
        }
        if matches!(name, "team" | "group") {
            return json!(self.school.teams.keys().next().cloned().unwrap_or_default());
        }
        let most = schema.get("maxLength").and_then(Value::as_u64).unwrap_or(40);
        let text: String = name.chars().take(usize::try_from(most).unwrap_or(40)).collect();
        json!(if text.is_empty() { "x".to_owned() } else { text })
    }

    /// People whose role fits the name of the field; teachers where it says nothing.
    fn people(&self, name: &str) -> Vec<String> {
        let lower = name.to_lowercase();
        let fitting = ROLES.iter().filter(|(word, _)| lower.contains(word));
        let found = fitting.map(|(_, role)| self.school.ids(Some(role))).find(|people| !people.is_empty());
        let found = found.unwrap_or_else(|| self.school.ids(Some("tch")));
        if found.is_empty() { self.school.ids(None) } else { found }
    }

    /// A school day to come: soon for a beginning, later for an end, months later for looking back.
    fn day(&self, name: &str) -> Date {
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        let ahead = match () {
            () if has(&["review", "look_again", "report", "evaluat", "back"]) => self.ahead * 6,
            () if has(&["until", "end", "close", "deadline"]) || name == "to" => self.ahead * 2,
            () if has(&["from", "start", "first"]) => self.ahead / 2,
            () => self.ahead,
        };
        later(&self.school.calendar, self.today, ahead.max(1))
    }

    /// The one whose turn it is.
    fn one_of(&self, people: &[String]) -> String {
        people.get(self.turn % people.len().max(1)).cloned().unwrap_or_default()
    }

    fn some_team(&self) -> Value {
        match self.school.team_values(None) {
            Value::Array(teams) if !teams.is_empty() => teams.get(self.turn % teams.len()).cloned().unwrap_or_default(),
            _ => Value::Null,
        }
    }
}

/// Truths that are true in a cycle that goes well.
const AFFIRMED: [&str; 7] = ["ready", "complete", "confirmed", "passed", "enough", "valid", "accepted"];

/// So many school days later, but within the calendar.
pub(super) fn later(calendar: &Calendar, day: Date, ahead: i32) -> Date {
    (1..=ahead)
        .rev()
        .find_map(|days| calendar.plus_schooldays(day, days).ok().filter(|found| *found <= last_day(calendar, day)))
        .unwrap_or_else(|| calendar.on_or_after(day).unwrap_or(day))
}

/// The last day of the school year around a day.
pub(super) fn last_day(calendar: &Calendar, day: Date) -> Date {
    let years = &calendar.data().years;
    years.iter().find(|year| year.to >= day).map_or_else(|| calendar.last_day(), |year| year.to)
}

fn kind(schema: &Value) -> &str {
    match schema.get("type") {
        Some(Value::String(kind)) => kind,
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or_default(),
        _ if schema.get("properties").is_some() => "object",
        _ => "",
    }
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn required(schema: &Value) -> Vec<&str> {
    let names = schema.get("required").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    names.iter().filter_map(Value::as_str).collect()
}

fn is_open(schema: &Value) -> bool {
    schema.get("properties").is_none()
}

fn is_person(schema: &Value) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("person")
}

fn is_team(schema: &Value, fields: &[&str]) -> bool {
    schema.get("format").and_then(Value::as_str) == Some("team")
        || ["id", "members", "coach"].iter().all(|field| fields.contains(field))
}
