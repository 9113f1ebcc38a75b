//! Ids in data, and what people called them. Pure.

use serde_json::{Map, Value};

/// What something with an id is called in data: its label, text, title or name; the id itself when it was given no name.
pub(crate) fn called(data: &Value, id: &str, locale: &str) -> Option<String> {
    match data {
        Value::Array(items) => items.iter().find_map(|item| called(item, id, locale)),
        Value::Object(fields) => {
            let own = fields.iter().any(|(key, value)| (key == "id" || key.ends_with("_id")) && value == id);
            if own {
                return name(fields, locale).map(str::to_owned);
            }
            fields.values().find_map(|value| called(value, id, locale))
        }
        _ => None,
    }
}

/// What people named a thing: its label, else its text, title or name.
pub(super) fn name<'a>(fields: &'a Map<String, Value>, locale: &str) -> Option<&'a str> {
    let names = ["label", "text", "title", "name"].iter().filter_map(|key| in_locale(fields.get(*key)?, locale));
    names.into_iter().find(|name| !name.trim().is_empty())
}

/// A text, or the one in the language of the reader.
pub(super) fn in_locale<'a>(value: &'a Value, locale: &str) -> Option<&'a str> {
    match value {
        Value::String(text) => Some(text),
        Value::Object(texts) => texts.get(locale).or_else(|| texts.get("nl")).and_then(Value::as_str),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn things_are_called_as_people_named_them() {
        let data = json!({
            "questions": [{"id": "w1", "label": {"nl": "Hoe?", "en": "How?"}}, {"id": "w2"}],
            "cards": [{"card_id": "c1", "text": "Samen lezen"}], "cluster": {"of": {"cluster_id": "P1", "title": "Lezen"}},
        });
        for (id, locale, expected) in [
            ("w1", "nl", Some("Hoe?")),
            ("w1", "en", Some("How?")),
            ("w2", "nl", None),
            ("c1", "nl", Some("Samen lezen")),
            ("P1", "nl", Some("Lezen")),
            ("zz", "nl", None),
        ] {
            assert_eq!(called(&data, id, locale).as_deref(), expected, "{id}");
        }
    }
}
