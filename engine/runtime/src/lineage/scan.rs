//! The things in the results of one cycle, and the words that may name others. Joins nothing.

use serde_json::{Map, Value};

use super::{Member, Origin};

/// Depth to which results are read.
const MAX_NESTING: usize = 24;

/// Fields that say who, where or in what words, never what something rests on.
const NOT_GROUNDS: [&str; 40] = [
    "absent",
    "actor",
    "assignees",
    "author",
    "authors",
    "by",
    "by_group",
    "class",
    "class_label",
    "coach",
    "coaches",
    "date",
    "dates",
    "due",
    "for",
    "former_owner",
    "group",
    "groups",
    "groups_without",
    "history",
    "kind",
    "label",
    "level",
    "member",
    "members",
    "moment",
    "note",
    "observer",
    "owner",
    "owners",
    "participant",
    "participants",
    "person",
    "persons",
    "status",
    "team",
    "teams",
    "text",
    "title",
    "unplaced",
];
/// An object with an id, as it was found.
pub struct Fact {
    pub part: usize,
    pub what: String,
    pub id: String,
    pub text: Option<String>,
    /// The thing around it, with the field in which it stands.
    pub around: Option<(usize, String)>,
}

/// A field that holds a word, which may be the id of something.
pub struct Mention {
    pub part: usize,
    pub fact: Option<usize>,
    pub field: String,
    pub word: String,
}

/// Reads one member.
#[derive(Default)]
pub struct Scan {
    pub facts: Vec<Fact>,
    pub mentions: Vec<Mention>,
}

impl Scan {
    /// Reads all parts of a member.
    pub fn of(member: &Member) -> Self {
        let mut scan = Self::default();
        for (part, made) in member.parts.iter().enumerate() {
            let field = match &made.origin {
                Origin::Artifact(name, _) => name.as_str(),
                Origin::Step(_) | Origin::Config => "",
            };
            scan.value(&made.content, part, None, field, 0);
        }
        scan
    }

    fn value(&mut self, value: &Value, part: usize, fact: Option<usize>, field: &str, depth: usize) {
        if depth > MAX_NESTING {
            return;
        }
        match value {
            Value::String(word) => {
                self.mentions.push(Mention { part, fact, field: field.to_owned(), word: word.clone() });
            }
            Value::Array(items) => {
                for item in items {
                    self.value(item, part, fact, field, depth + 1);
                }
            }
            Value::Object(object) => self.object(object, part, fact, field, depth),
            _ => {}
        }
    }

    fn object(&mut self, object: &Map<String, Value>, part: usize, around: Option<usize>, field: &str, depth: usize) {
        let own = own_id(object, field);
        let inside = match &own {
            Some((_, what, id)) => {
                self.facts.push(Fact {
                    part,
                    what: what.clone(),
                    id: id.clone(),
                    text: words(object),
                    around: around.map(|around| (around, field.to_owned())),
                });
                Some(self.facts.len() - 1)
            }
            None => around,
        };
        for (key, value) in object {
            if own.as_ref().is_some_and(|(id_key, ..)| id_key == key) || NOT_GROUNDS.contains(&key.as_str()) {
                continue;
            }
            if value.is_object() || value.is_array() {
                // A map by id speaks of what it is keyed by.
                self.mentions.push(Mention { part, fact: inside, field: field.to_owned(), word: key.clone() });
            }
            self.value(value, part, inside, key, depth + 1);
        }
    }
}

/// The key that holds an object's own id, what it is, and the id.
fn own_id(object: &Map<String, Value>, field: &str) -> Option<(String, String, String)> {
    let text = |key: &str| object.get(key).and_then(Value::as_str).filter(|id| !id.is_empty());
    if let Some(id) = text("id") {
        return Some(("id".into(), singular(field), id.to_owned()));
    }
    let mut named = object.keys().filter(|key| key.ends_with("_id"));
    if let (Some(key), None) = (named.next(), named.next())
        && let Some(id) = text(key)
    {
        return Some((key.clone(), key.trim_end_matches("_id").to_owned(), id.to_owned()));
    }
    text("card").map(|id| ("card".into(), "card".into(), id.to_owned()))
}

/// The name of one element of a list.
fn singular(list: &str) -> String {
    match list {
        "" => "thing".to_owned(),
        "criteria" => "criterion".to_owned(),
        "attention" => "point of attention".to_owned(),
        _ => match list.strip_suffix("ies") {
            Some(stem) => format!("{stem}y"),
            None => list.strip_suffix('s').unwrap_or(list).to_owned(),
        },
    }
}

/// The words of a thing: its text, title or label; of several languages the Dutch one.
fn words(object: &Map<String, Value>) -> Option<String> {
    ["text", "title", "label"].iter().find_map(|key| {
        let value = object.get(*key)?;
        let text = value.as_str().or_else(|| ["nl", "en"].iter().find_map(|locale| value.get(*locale)?.as_str()))?;
        (!text.trim().is_empty()).then(|| text.to_owned())
    })
}
