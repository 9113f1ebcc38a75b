//! A plugin's manifest as types, and the checks that no type can express.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::Text;

/// Who a plugin is and which step kinds it brings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the plugin, lower case with hyphens.
    pub id: String,
    /// Version of the plugin.
    pub version: Version,
    /// Version of the contract it was written for.
    pub api: Version,
    /// Its step kinds, at least one.
    pub kinds: Vec<KindManifest>,
}

/// One step kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindManifest {
    /// Name of the kind, lower case with hyphens.
    pub kind: String,
    /// What it is for.
    pub purpose: Text,
    /// JSON Schema (2020-12) of the step's configuration.
    pub config: Value,
    /// JSON Schema of a contribution's payload.
    pub contribution: Value,
    /// JSON Schema of the result.
    pub result: Value,
    /// Kinds of entries in a contribution.
    pub entries: Vec<Entry>,
    /// Privacy class `P0` to `P4`, with `+A` for anonymous (domain.md 0.3).
    pub privacy: String,
    /// Minutes of work for one participant.
    pub minutes: u32,
    /// Audiences `summarise` makes projections for.
    pub audiences: Vec<String>,
    /// Words its problems may use.
    pub error_words: Vec<String>,
    /// Texts by locale and key; the same keys in `nl` and `en`.
    pub texts: BTreeMap<String, BTreeMap<String, String>>,
}

impl KindManifest {
    /// The entry named `name`.
    pub fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}

/// A kind of entry in a contribution, with its form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The one key of the payload.
    pub name: String,
    /// Heading of the form.
    pub title: Text,
    /// Whether `check` is to be given the contributions in force.
    #[serde(default)]
    pub needs_contributions: bool,
    /// Fields of the form, in order.
    #[serde(default)]
    pub form: Vec<Field>,
    /// One form for each element of these lists; two of them make a matrix.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per: Vec<Per>,
}

/// A list of which each element gets a form of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Per {
    /// Field of the body that holds the element's id; it is preset, not in the form.
    pub field: String,
    /// Where the elements come from, such as `config.criteria`.
    pub over: String,
    /// List of the ids that are asked for; none, or an empty one, means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_from: Option<String>,
}

/// When a field is drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct When {
    /// Where the value stands, such as `config.method`; an absent one counts as an empty text.
    pub path: String,
    /// The texts with which the field is drawn.
    pub is: Vec<String>,
}

/// A field of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Name in the body of the entry.
    pub field: String,
    /// How to draw it; one of `textarea`, `text`, `select`, `radio`, `checkbox`, `date`, `number`, `list`, `person`,
    /// `group`, `hidden`, `scale`, `dots`, `buttons` (each choice sends at once), `multi` (several choices), `rank` (an
    /// order of choices), `item` (the element itself says how). An open set: draw an unknown one as text.
    pub widget: String,
    /// Label.
    pub label: Text,
    /// Explanation under the field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Text>,
    /// Whether it must be filled in.
    #[serde(default)]
    pub required: bool,
    /// Most characters, or most items of a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
    /// Where the choices come from, such as `config.questions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub options_from: Option<String>,
    /// Fixed choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// Fields of one row, when the field is a list of rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<Field>,
    /// List of which each element gets a control: the value is a map by element id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat_over: Option<String>,
    /// Where the greatest number, or the most choices, comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_from: Option<String>,
    /// Where the number comes from that the values of a repeated field may add up to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_from: Option<String>,
    /// Where properties stand that the elements of a repeated field may lack, such as `config.scale`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defaults_from: Option<String>,
    /// List of the ids that a repeated field asks for; none, or an empty one, means all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only_from: Option<String>,
    /// When to draw it (default: always).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
}

/// A choice of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown.
    pub label: Text,
}

/// A contradiction in a manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct ManifestFault {
    /// Where, such as `kinds[0].privacy`.
    pub path: String,
    /// What, and how to mend it.
    pub problem: String,
}

/// Longest name of a plugin, kind, entry or audience, in bytes.
const NAME_BYTES: usize = 64;

impl Manifest {
    /// The kind named `kind`.
    pub fn kind(&self, kind: &str) -> Option<&KindManifest> {
        self.kinds.iter().find(|found| found.kind == kind)
    }

    /// Checks what the types do not say. `api` is the version of the interface the component exports.
    ///
    /// # Errors
    /// The first contradiction, with its place.
    pub fn validate(&self, api: &Version) -> Result<(), ManifestFault> {
        name("id", &self.id)?;
        if self.api != *api {
            return fault("api", format!("says {}, but the component is built for {api}; take {api}", self.api));
        }
        if self.kinds.is_empty() {
            return fault("kinds", "is empty; a plugin brings at least one step kind");
        }
        distinct("kinds", self.kinds.iter().map(|kind| kind.kind.as_str()))?;
        self.kinds.iter().enumerate().try_for_each(|(at, kind)| kind.validate(&format!("kinds[{at}]")))
    }
}

impl KindManifest {
    fn validate(&self, at: &str) -> Result<(), ManifestFault> {
        name(&format!("{at}.kind"), &self.kind)?;
        bilingual(&format!("{at}.purpose"), &self.purpose)?;
        for (key, schema) in [("config", &self.config), ("contribution", &self.contribution), ("result", &self.result)]
        {
            if !schema.is_object() && !schema.is_boolean() {
                return fault(format!("{at}.{key}"), "is no JSON Schema; give an object");
            }
        }
        if !is_privacy(&self.privacy) {
            return fault(format!("{at}.privacy"), format!("`{}` is none of P0 to P4, or P0+A to P4+A", self.privacy));
        }
        self.validate_names(at)?;
        distinct(&format!("{at}.entries"), self.entries.iter().map(|entry| entry.name.as_str()))?;
        for (number, entry) in self.entries.iter().enumerate() {
            entry.validate(&format!("{at}.entries[{number}]"))?;
        }
        self.validate_texts(&format!("{at}.texts"))
    }

    fn validate_names(&self, at: &str) -> Result<(), ManifestFault> {
        distinct(&format!("{at}.audiences"), self.audiences.iter().map(String::as_str))?;
        self.audiences.iter().try_for_each(|audience| name(&format!("{at}.audiences"), audience))?;
        distinct(&format!("{at}.error_words"), self.error_words.iter().map(String::as_str))?;
        let shouted = |word: &&String| {
            let mut letters = word.bytes();
            letters.next().is_some_and(|first| first.is_ascii_uppercase())
                && letters.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        };
        match self.error_words.iter().find(|word| !shouted(word)) {
            Some(word) => {
                fault(format!("{at}.error_words"), format!("`{word}` is not in capitals, digits and underscores"))
            }
            None => Ok(()),
        }
    }

    fn validate_texts(&self, at: &str) -> Result<(), ManifestFault> {
        let keys = |locale: &str| self.texts.get(locale).into_iter().flat_map(|texts| texts.keys()).collect();
        let (nl, en): (BTreeSet<&String>, BTreeSet<&String>) = (keys("nl"), keys("en"));
        match nl.symmetric_difference(&en).next() {
            Some(key) => fault(at, format!("`{key}` is there in one of nl and en only; give it in both")),
            None => Ok(()),
        }
    }
}

impl Entry {
    fn validate(&self, at: &str) -> Result<(), ManifestFault> {
        if self.name.is_empty() || self.name.len() > NAME_BYTES {
            return fault(format!("{at}.name"), format!("must have 1 to {NAME_BYTES} bytes"));
        }
        bilingual(&format!("{at}.title"), &self.title)?;
        form(&format!("{at}.form"), &self.form)
    }
}

/// The depth of a form is bounded by that of the JSON it came in.
fn form(at: &str, fields: &[Field]) -> Result<(), ManifestFault> {
    distinct(at, fields.iter().map(|field| field.field.as_str()))?;
    for (number, field) in fields.iter().enumerate() {
        let at = format!("{at}[{number}]");
        if field.widget != "hidden" {
            bilingual(&format!("{at}.label"), &field.label)?;
        }
        form(&format!("{at}.items"), &field.items)?;
    }
    Ok(())
}

fn fault<T>(path: impl Into<String>, problem: impl Into<String>) -> Result<T, ManifestFault> {
    Err(ManifestFault { path: path.into(), problem: problem.into() })
}

fn name(path: &str, name: &str) -> Result<(), ManifestFault> {
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let starts = name.bytes().next().is_some_and(|first| first.is_ascii_lowercase());
    if starts && name.len() <= NAME_BYTES && name.bytes().all(legal) {
        return Ok(());
    }
    fault(path, format!("`{name}` is no name; take 1 to {NAME_BYTES} lower case letters, digits and hyphens"))
}

fn distinct<'a>(path: &str, names: impl Iterator<Item = &'a str>) -> Result<(), ManifestFault> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return fault(path, format!("`{name}` is there twice; keep one"));
        }
    }
    Ok(())
}

fn bilingual(path: &str, text: &Text) -> Result<(), ManifestFault> {
    if text.nl.trim().is_empty() || text.en.trim().is_empty() {
        return fault(path, "needs a text in both nl and en");
    }
    Ok(())
}

fn is_privacy(class: &str) -> bool {
    let class = class.strip_suffix("+A").unwrap_or(class);
    matches!(class, "P0" | "P1" | "P2" | "P3" | "P4")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample() -> Value {
        json!({"id": "input", "version": "1.0.0", "api": "1.0.0", "kinds": [{
            "kind": "input", "purpose": {"nl": "Inbreng", "en": "Input"}, "config": {}, "contribution": {}, "result": {},
            "entries": [{"name": "card", "title": {"nl": "Kaart", "en": "Card"}, "form": [
                {"field": "text", "widget": "textarea", "label": {"nl": "Tekst", "en": "Text"}, "required": true}]}],
            "privacy": "P1", "minutes": 10, "audiences": ["team"], "error_words": ["INVALID"],
            "texts": {"nl": {"a": "x"}, "en": {"a": "y"}}}]})
    }

    fn validate(value: Value) -> Result<(), ManifestFault> {
        let manifest: Manifest = serde_json::from_value(value).unwrap();
        manifest.validate(&Version::new(1, 0, 0))
    }

    #[test]
    fn a_sound_manifest_passes_and_travels_unchanged() {
        validate(sample()).unwrap();
        let manifest: Manifest = serde_json::from_value(sample()).unwrap();
        let again: Manifest = serde_json::from_value(serde_json::to_value(&manifest).unwrap()).unwrap();
        assert_eq!(manifest, again);
        assert!(manifest.kind("input").unwrap().entry("card").is_some());
    }

    #[test]
    fn each_contradiction_is_named_with_its_place() {
        let table: [(&str, Value, &str); 11] = [
            ("/id", json!("In put"), "id"),
            ("/id", json!(""), "id"),
            ("/api", json!("1.1.0"), "api"),
            ("/kinds", json!([]), "kinds"),
            ("/kinds/0/kind", json!("-x"), "kinds[0].kind"),
            ("/kinds/0/purpose/nl", json!(" "), "kinds[0].purpose"),
            ("/kinds/0/config", json!(7), "kinds[0].config"),
            ("/kinds/0/privacy", json!("P5"), "kinds[0].privacy"),
            ("/kinds/0/audiences", json!(["team", "team"]), "kinds[0].audiences"),
            ("/kinds/0/error_words", json!(["invalid"]), "kinds[0].error_words"),
            ("/kinds/0/texts/nl/b", json!("z"), "kinds[0].texts"),
        ];
        for (pointer, value, place) in table {
            let mut manifest = sample();
            match manifest.pointer_mut(pointer) {
                Some(found) => *found = value,
                None => {
                    let (parent, key) = pointer.rsplit_once('/').unwrap();
                    manifest.pointer_mut(parent).unwrap()[key] = value;
                }
            }
            assert_eq!(validate(manifest).unwrap_err().path, place, "{pointer}");
        }
    }

    #[test]
    fn a_misspelt_key_is_an_error() {
        let mut manifest = sample();
        manifest["kinds"][0]["error_word"] = json!([]);
        assert!(serde_json::from_value::<Manifest>(manifest).is_err());
    }
}
