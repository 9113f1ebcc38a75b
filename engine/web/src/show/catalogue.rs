//! Words and sentences per language, from `locales/*.yaml`. `{name}` stands for an argument; with an argument `n`, the
//! keys `<key>.one` and `<key>.other` are looked at first.

use std::collections::BTreeMap;

use serde_json::Value;

const FILES: [(&str, &str); 2] =
    [("nl", include_str!("../../locales/nl.yaml")), ("en", include_str!("../../locales/en.yaml"))];

/// All texts: locale, then key.
#[derive(Debug)]
pub(crate) struct Catalogue(BTreeMap<&'static str, BTreeMap<String, String>>);

impl Catalogue {
    /// Reads the built-in files.
    ///
    /// # Errors
    /// Line and column of a mistake.
    pub(crate) fn new() -> Result<Self, String> {
        let mut all = BTreeMap::new();
        for (locale, text) in FILES {
            let tree: Value =
                serde_saphyr::from_str(text).map_err(|error| format!("locales/{locale}.yaml: {error}"))?;
            let mut texts = BTreeMap::new();
            flatten("", &tree, &mut texts);
            all.insert(locale, texts);
        }
        Ok(Self(all))
    }

    /// The text of a key, as written.
    pub(crate) fn find(&self, locale: &str, key: &str) -> Option<&str> {
        self.0.get(locale).and_then(|texts| texts.get(key)).map(String::as_str)
    }

    /// The text of a key with its arguments; the key itself when there is none.
    pub(crate) fn text(&self, locale: &str, key: &str, args: &BTreeMap<String, String>) -> String {
        let plural = args.get("n").map(|n| format!("{key}.{}", if n == "1" { "one" } else { "other" }));
        let found = plural.as_deref().and_then(|key| self.find(locale, key)).or_else(|| self.find(locale, key));
        let Some(found) = found else { return key.to_owned() };
        let mut text = String::with_capacity(found.len());
        let mut rest = found;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            match after.split_once('}') {
                Some((name, behind)) => {
                    text.push_str(args.get(name).map_or("", String::as_str));
                    rest = behind;
                }
                None => rest = after,
            }
        }
        text.push_str(rest);
        text
    }
}

fn flatten(prefix: &str, tree: &Value, into: &mut BTreeMap<String, String>) {
    match tree {
        Value::Object(fields) => {
            for (key, value) in fields {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&path, value, into);
            }
        }
        Value::String(text) => {
            into.insert(prefix.to_owned(), text.trim_end().to_owned());
        }
        other => {
            into.insert(prefix.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_have_the_same_keys() {
        let all = Catalogue::new().expect("catalogues");
        let keys = |locale: &str| all.0[locale].keys().cloned().collect::<Vec<_>>();
        let (nl, en) = (keys("nl"), keys("en"));
        let only_nl: Vec<_> = nl.iter().filter(|key| !en.contains(key)).collect();
        let only_en: Vec<_> = en.iter().filter(|key| !nl.contains(key)).collect();
        assert!(only_nl.is_empty() && only_en.is_empty(), "only Dutch: {only_nl:?}; only English: {only_en:?}");
    }

    #[test]
    fn arguments_are_filled_in_once() {
        let texts = BTreeMap::from([("a".to_owned(), "Dag {name}, {name}!".to_owned())]);
        let all = Catalogue(BTreeMap::from([("nl", texts)]));
        let args = BTreeMap::from([("name".to_owned(), "{x}".to_owned())]);
        assert_eq!(all.text("nl", "a", &args), "Dag {x}, {x}!");
        assert_eq!(all.text("nl", "b", &args), "b");
    }
}
