//! Comparing what was expected with what is there: partial maps, whole lists, `$` words. Pure.

use serde::Serialize;
use serde_json::{Map, Value};

/// A place where the two differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where, such as `steps.cards.result.totals.late`.
    pub place: String,
    /// What was expected.
    pub expected: String,
    /// What is there.
    pub got: String,
}

impl Difference {
    /// A difference at `place`.
    pub fn new(place: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self { place: place.into(), expected: expected.into(), got: got.into() }
    }
}

/// All differences between `expected` and what is there, in order; none when it is as expected.
pub fn differences(expected: &Value, got: &Value, place: &str) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(expected, Some(got), place, &mut found);
    found
}

/// Differences between two lists of words whose order does not matter.
pub fn same_set(expected: &[String], got: &[String], place: &str) -> Option<Difference> {
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    let (expected, got) = (sorted(expected), sorted(got));
    (expected != got).then(|| Difference::new(place, words(&expected), words(&got)))
}

/// A list of words as people read it.
pub fn words(list: &[String]) -> String {
    format!("[{}]", list.join(", "))
}

fn compare(expected: &Value, got: Option<&Value>, place: &str, found: &mut Vec<Difference>) {
    if let Some((word, operand)) = special(expected) {
        if let Some(difference) = by_word(word, operand, got, place, found) {
            found.push(difference);
        }
        return;
    }
    let Some(got) = got else {
        found.push(Difference::new(place, shown(expected), "nothing"));
        return;
    };
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            for (key, value) in expected {
                compare(value, got.get(key), &below(place, key), found);
            }
        }
        (Value::Array(expected), Value::Array(got)) if expected.len() == got.len() => {
            for (index, (expected, got)) in expected.iter().zip(got).enumerate() {
                compare(expected, Some(got), &format!("{place}[{index}]"), found);
            }
        }
        _ if same(expected, got) => {}
        _ => found.push(Difference::new(place, shown(expected), shown(got))),
    }
}

/// Numbers are equal by value; everything else literally.
fn same(expected: &Value, got: &Value) -> bool {
    expected == got || expected.as_f64().is_some() && expected.as_f64() == got.as_f64()
}

/// The `$` word of a map with one key.
fn special(expected: &Value) -> Option<(&str, &Value)> {
    let map = expected.as_object()?;
    let (key, operand) = map.iter().next()?;
    (map.len() == 1 && key.starts_with('$')).then_some((key.as_str(), operand))
}

fn by_word(
    word: &str,
    operand: &Value,
    got: Option<&Value>,
    place: &str,
    found: &mut Vec<Difference>,
) -> Option<Difference> {
    let is = || got.map_or_else(|| "nothing".to_owned(), shown);
    match word {
        "$any" => got.is_none_or(Value::is_null).then(|| Difference::new(place, "something", is())),
        "$absent" => got.is_some_and(|value| !value.is_null()).then(|| Difference::new(place, "nothing", is())),
        "$size" => {
            let size = got.and_then(size);
            (size.is_none() || size != operand.as_u64()).then(|| {
                Difference::new(place, format!("{operand} in number"), size.map_or_else(is, |n| n.to_string()))
            })
        }
        "$not" => got
            .is_some_and(|value| differences(operand, value, place).is_empty())
            .then(|| Difference::new(place, format!("anything but {}", shown(operand)), is())),
        "$exactly" => {
            compare(operand, got, place, found);
            extra_keys(operand, got?, place)
        }
        "$includes" => {
            let empty = Vec::new();
            let list = got.and_then(Value::as_array).unwrap_or(&empty);
            let missing: Vec<String> = operand
                .as_array()
                .map_or(std::slice::from_ref(operand), Vec::as_slice)
                .iter()
                .filter(|wanted| !list.iter().any(|value| differences(wanted, value, place).is_empty()))
                .map(shown)
                .collect();
            (!missing.is_empty()).then(|| Difference::new(place, format!("also {}", words(&missing)), is()))
        }
        _ => Some(Difference::new(
            place,
            format!("`{word}`, which is not a word of the scenario language"),
            "$size, $includes, $exactly, $not, $absent and $any are",
        )),
    }
}

fn extra_keys(expected: &Value, got: &Value, place: &str) -> Option<Difference> {
    let (expected, got) = (expected.as_object()?, got.as_object()?);
    let extra: Vec<String> = got.keys().filter(|key| !expected.contains_key(*key)).cloned().collect();
    (!extra.is_empty()).then(|| Difference::new(place, "no other keys", words(&extra)))
}

fn size(value: &Value) -> Option<u64> {
    match value {
        Value::Array(list) => Some(list.len() as u64),
        Value::Object(map) => Some(map.len() as u64),
        Value::String(text) => Some(text.chars().count() as u64),
        _ => None,
    }
}

fn below(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}

/// A value in one line, as short as YAML flow style.
pub fn shown(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    if text.chars().count() > 400 {
        text = text.chars().take(400).chain(['…']).collect();
    }
    text
}

fn write(value: &Value, into: &mut String) {
    match value {
        Value::String(text) if plain(text) => into.push_str(text),
        Value::Array(list) => write_all('[', list.iter().map(|value| (None, value)), ']', into),
        Value::Object(map) => write_map(map, into),
        other => into.push_str(&other.to_string()),
    }
}

fn write_map(map: &Map<String, Value>, into: &mut String) {
    write_all('{', map.iter().map(|(key, value)| (Some(key), value)), '}', into);
}

fn write_all<'v>(
    open: char,
    items: impl Iterator<Item = (Option<&'v String>, &'v Value)>,
    close: char,
    into: &mut String,
) {
    into.push(open);
    for (index, (key, value)) in items.enumerate() {
        if index > 0 {
            into.push_str(", ");
        }
        if let Some(key) = key {
            into.push_str(key);
            into.push_str(": ");
        }
        write(value, into);
    }
    into.push(close);
}

/// Whether a text reads well without quotes.
fn plain(text: &str) -> bool {
    !text.is_empty()
        && text.parse::<f64>().is_err()
        && !matches!(text, "true" | "false" | "null")
        && !text.contains([',', '[', ']', '{', '}', '"', '\n'])
        && text.trim() == text
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn maps_are_partial_and_lists_are_whole() {
        let got = json!({"a": 1, "b": [1, {"c": 2, "d": 3}], "e": "x"});
        assert_eq!(differences(&json!({"a": 1}), &got, ""), []);
        assert_eq!(differences(&json!({"b": [1, {"c": 2}]}), &got, ""), []);
        assert_eq!(differences(&json!({"a": 1.0}), &got, ""), []);
        assert_eq!(differences(&json!({"b": [1, {"c": 9}]}), &got, "r"), [Difference::new("r.b[1].c", "9", "2")]);
        assert_eq!(differences(&json!({"b": [1]}), &got, "").len(), 1);
        assert_eq!(differences(&json!({"z": 1}), &got, ""), [Difference::new("z", "1", "nothing")]);
        assert_eq!(differences(&json!({"e": 1}), &got, ""), [Difference::new("e", "1", "x")]);
    }

    #[test]
    fn special_words() {
        let got = json!({"list": [1, 2, 3], "map": {"a": 1, "b": 2}, "none": null});
        for (expected, met) in [
            (json!({"list": {"$size": 3}}), true),
            (json!({"list": {"$size": 2}}), false),
            (json!({"zzz": {"$size": 0}}), false),
            (json!({"list": {"$includes": [3, 1]}}), true),
            (json!({"list": {"$includes": [4]}}), false),
            (json!({"map": {"$exactly": {"a": 1}}}), false),
            (json!({"map": {"$exactly": {"a": 1, "b": 2}}}), true),
            (json!({"map": {"$exactly": {"a": 1, "b": 3}}}), false),
            (json!({"none": {"$absent": true}, "zzz": {"$absent": true}}), true),
            (json!({"list": {"$absent": true}}), false),
            (json!({"list": {"$any": true}}), true),
            (json!({"none": {"$any": true}}), false),
            (json!({"map": {"$not": {"a": 1}}}), false),
            (json!({"map": {"$not": {"a": 2}}}), true),
            (json!({"map": {"$typo": 1}}), false),
        ] {
            assert_eq!(differences(&expected, &got, "").is_empty(), met, "{expected}");
        }
    }

    #[test]
    fn values_read_like_yaml() {
        assert_eq!(shown(&json!({"a": ["x", "1", 1, null], "b": "y, z"})), r#"{a: [x, "1", 1, null], b: "y, z"}"#);
    }
}
