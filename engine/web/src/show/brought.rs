//! What a step brings to read before anything is handed in: the parts of its settings for which the plugin has a text named
//! `config.<name>`, under that text.

use serde_json::{Value, json};

use super::Painter;
use super::names::{in_locale, name};

/// How the texts of a plugin name a part of the settings that people read.
const PREFIX: &str = "config.";

impl Painter<'_> {
    /// What the template `brought` draws, in the order of the texts' names.
    pub(crate) fn brought(&self, config: &Value) -> Vec<Value> {
        let texts = self.texts.into_iter().flatten();
        let named = texts.filter_map(|(key, label)| Some((label, config.get(key.strip_prefix(PREFIX)?)?)));
        let drawn = named.filter_map(|(label, value)| match value {
            Value::Array(items) => {
                let list: Vec<Value> = items.iter().filter_map(|item| self.thing(item)).collect();
                (!list.is_empty()).then(|| json!({"label": label, "list": list}))
            }
            one => Some(json!({"label": label, "text": self.said(one)?})),
        });
        drawn.collect()
    }

    /// One of several things: what it is called, where it is found, how long it takes.
    fn thing(&self, item: &Value) -> Option<Value> {
        let Value::Object(fields) = item else { return Some(linked(&self.said(item)?, None)) };
        let text = name(fields, self.locale);
        let place = fields.get("ref").and_then(Value::as_str).filter(|place| !place.is_empty());
        let mut thing = linked(text.or(place)?, place.filter(|_| text.is_some()));
        let minutes = fields.get("minutes").and_then(Value::as_i64);
        thing["minutes"] = minutes.map(|minutes| super::words::minutes(self.locale, minutes)).into();
        Some(thing)
    }

    /// A text in the language of the reader, or a value in words.
    fn said(&self, value: &Value) -> Option<String> {
        let text = match value {
            Value::Object(_) => in_locale(value, self.locale)?.to_owned(),
            Value::Null => return None,
            other => self.word(other),
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

/// A line, with a link when its place, or the line itself, is an address; another place is told after it.
fn linked(text: &str, place: Option<&str>) -> Value {
    let address = |text: &&str| text.starts_with("https://") || text.starts_with("http://");
    match place.or(Some(text)).filter(address) {
        Some(href) => json!({"text": text, "href": href}),
        None => json!({"text": text, "place": place}),
    }
}
