//! Where the choices of a field come from: the step's settings, its inputs, its picture, people and groups.

use std::sync::LazyLock;

use serde_json::{Map, Value};

use super::control::Opt;
use super::{Field, Kind};
use crate::gate::Place;
use crate::show::words;

/// Longest label of a choice, in characters.
const LABEL: usize = 120;

/// What choices may come from.
pub(crate) struct Sources<'a> {
    /// Language.
    pub locale: &'a str,
    /// Settings of the step.
    pub config: &'a Value,
    /// Inputs of the step.
    pub inputs: &'a Map<String, Value>,
    /// The picture of the step that the visitor may see.
    pub picture: &'a Value,
    /// Groups one can choose from.
    pub groups: Vec<Opt>,
    /// Names of people and teams.
    pub place: &'a Place,
    /// The element a form or a repeated field is about.
    pub element: Value,
    /// Words for "seen", "not seen", "not applicable".
    pub seen: [String; 3],
}

/// An element of a list that gets a form or a question of its own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Element {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub label: String,
    /// All of it.
    pub value: Value,
}

static NOTHING: Value = Value::Null;
static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

/// Most points of a scale.
const MAX_POINTS: i64 = 12;

impl<'a> Sources<'a> {
    /// Only people, teams and words: for forms that are not of a step.
    pub(crate) fn bare(locale: &'a str, place: &'a Place) -> Self {
        Self {
            locale,
            config: &NOTHING,
            inputs: &NONE,
            picture: &NOTHING,
            groups: Vec::new(),
            place,
            element: Value::Null,
            seen: Default::default(),
        }
    }

    /// The same sources for one element.
    pub(super) fn of(&self, element: &Value) -> Self {
        Self { groups: self.groups.clone(), element: element.clone(), seen: self.seen.clone(), ..*self }
    }

    /// A text of the element.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.label(self.element.get(key)?)
    }

    /// Whether a field is drawn.
    pub(super) fn applies(&self, field: &Field) -> bool {
        field.when.as_ref().is_none_or(|when| {
            let text = match self.find(&when.path) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            when.is.contains(&text)
        })
    }

    /// The elements of a list, or those of them whose ids another list names.
    pub(super) fn elements(&self, kind: &Kind, over: &str, only: Option<&str>) -> Vec<Element> {
        let wanted: Vec<&str> = only
            .and_then(|only| self.find(only))
            .and_then(Value::as_array)
            .map(|ids| ids.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let list = self.find(over).and_then(Value::as_array).into_iter().flatten();
        let segment = over.rsplit('.').next().unwrap_or(over);
        let all = list.filter_map(|value| {
            let found = self.item(kind, segment, value)?;
            Some(Element { id: found.value, label: found.label, value: value.clone() })
        });
        all.filter(|element| wanted.is_empty() || wanted.contains(&element.id.as_str())).collect()
    }

    /// The points of a scale, from the element or from where a field says its defaults stand.
    pub(super) fn points(&self, field: &Field) -> Vec<Opt> {
        let defaults = field.defaults_from.as_deref().and_then(|path| self.find(path)).cloned().unwrap_or(Value::Null);
        let of = |key: &str| self.element.get(key).or_else(|| defaults.get(key)).cloned();
        let number = |key: &str, otherwise: i64| of(key).and_then(|value| value.as_i64()).unwrap_or(otherwise);
        let (min, max) = (number("min", 1), number("max", 4));
        let labels = of("labels").unwrap_or(Value::Null);
        let mut points: Vec<Opt> = (min..=max.min(min + MAX_POINTS))
            .map(|point| {
                let at = usize::try_from(point - min).unwrap_or(0);
                let own = labels.get(at).or_else(|| labels.get(point.to_string())).and_then(|label| self.label(label));
                opt(&point.to_string(), &own.map_or_else(|| point.to_string(), |own| format!("{point} · {own}")))
            })
            .collect();
        if of("na") == Some(Value::Bool(true)) {
            points.push(opt("na", &self.seen[2]));
        }
        points
    }

    /// The choices an element brings itself.
    pub(super) fn own_options(&self) -> Vec<Opt> {
        let list = self.element.get("options").and_then(Value::as_array).into_iter().flatten();
        let kind = Kind::default();
        list.filter_map(|option| {
            let value = option.get("value").and_then(Value::as_str);
            match value {
                Some(value) => {
                    Some(opt(value, &option.get("label").and_then(|l| self.label(l)).unwrap_or_else(|| value.into())))
                }
                None => self.item(&kind, "options", option),
            }
        })
        .collect()
    }

    /// The choices of something that is seen or not.
    pub(super) fn seen(&self) -> Vec<Opt> {
        let values = ["seen", "not_seen", "na"];
        values.iter().zip(&self.seen).map(|(value, label)| opt(value, label)).collect()
    }

    /// The choices of a field.
    pub(super) fn options(&self, kind: &Kind, field: &Field) -> Vec<Opt> {
        if !field.options.is_empty() {
            let label = |choice: &super::Choice| choice.label.get(self.locale).to_owned();
            return field.options.iter().map(|c| Opt { value: c.value.clone(), label: label(c) }).collect();
        }
        match (field.widget.as_str(), field.options_from.as_deref()) {
            ("person", from) => self.people(from),
            ("group", _) => self.groups.clone(),
            (_, Some(from)) => self.from(kind, from),
            _ => self.own_options(),
        }
    }

    /// People of the school, or those a path names.
    pub(crate) fn people(&self, from: Option<&str>) -> Vec<Opt> {
        let named: Option<Vec<&str>> = from
            .and_then(|from| self.find(from))
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect());
        match named.filter(|named| !named.is_empty()) {
            Some(named) => named.iter().map(|id| opt(id, self.place.name(id))).collect(),
            None => {
                let mut all: Vec<Opt> =
                    self.place.school.people.iter().map(|(id, person)| opt(id, &person.name)).collect();
                all.sort_by(|a, b| a.label.cmp(&b.label));
                all
            }
        }
    }

    fn find(&self, path: &str) -> Option<&Value> {
        let (root, rest) = path.split_once('.').unwrap_or((path, ""));
        match root {
            "config" => self.config.get(rest),
            "inputs" => self.inputs.get(rest),
            "result" => self.picture.get(rest),
            "element" => self.element.get(rest),
            _ => None,
        }
    }

    fn from(&self, kind: &Kind, path: &str) -> Vec<Opt> {
        let segment = path.rsplit('.').next().unwrap_or(path);
        match self.find(path) {
            Some(found) => self.list(kind, segment, found),
            None => self.by_texts(kind, segment),
        }
    }

    /// Fields a plugin names in its own texts, as `fields.<id>`: those of the chosen template.
    fn by_texts(&self, kind: &Kind, segment: &str) -> Vec<Opt> {
        let Some(texts) = kind.texts.get(self.locale) else { return Vec::new() };
        let free = self.config.get("template").and_then(Value::as_str).is_none_or(|template| template == "free");
        let prefix = format!("{segment}.");
        let own = texts.iter().filter_map(|(key, text)| Some((key.strip_prefix(&prefix)?, text)));
        own.filter(|(id, _)| (*id == "text") == free).map(|(id, text)| opt(id, text)).collect()
    }

    fn list(&self, kind: &Kind, segment: &str, found: &Value) -> Vec<Opt> {
        match found {
            Value::Array(items) => items.iter().filter_map(|item| self.item(kind, segment, item)).collect(),
            // An artifact with several lists, such as principles and points of attention.
            Value::Object(parts) => {
                let lists = parts.values().filter(|part| part.is_array());
                lists.flat_map(|list| self.list(kind, segment, list)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn item(&self, kind: &Kind, segment: &str, item: &Value) -> Option<Opt> {
        if let Value::String(id) = item {
            return Some(opt(id, &self.word(kind, segment, id)));
        }
        let fields = item.as_object()?;
        let id = fields.get("id").or_else(|| fields.iter().find(|(key, _)| key.ends_with("_id")).map(|(_, id)| id))?;
        let id = id.as_str()?;
        let label = ["label", "text", "title", "name", "prompt"].iter().find_map(|key| self.label(fields.get(*key)?));
        Some(opt(id, &label.unwrap_or_else(|| self.word(kind, segment, id))))
    }

    fn label(&self, value: &Value) -> Option<String> {
        let text = match value {
            Value::String(text) => text.as_str(),
            Value::Object(texts) => texts.get(self.locale).or_else(|| texts.get("nl")).and_then(Value::as_str)?,
            _ => return None,
        };
        let short: String = text.chars().take(LABEL).collect();
        (!short.trim().is_empty()).then_some(short)
    }

    /// What an id means: a date, a person, a team, or a text of the plugin.
    fn word(&self, kind: &Kind, segment: &str, id: &str) -> String {
        if let Ok(date) = id.parse::<jiff::civil::Date>() {
            return words::day(self.locale, date);
        }
        let single = segment.trim_end_matches('s');
        let text = [segment, single].iter().find_map(|prefix| kind.text(self.locale, &format!("{prefix}.{id}")));
        match text {
            Some(text) => text.to_owned(),
            None if self.place.school.people.contains_key(id) => self.place.name(id).to_owned(),
            None => self.place.team(id).to_owned(),
        }
    }
}

fn opt(value: &str, label: &str) -> Opt {
    Opt { value: value.to_owned(), label: label.to_owned() }
}
