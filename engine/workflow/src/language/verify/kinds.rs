//! Step kinds: what plugins say about themselves, and whether steps fit them.

use std::collections::{BTreeMap, HashMap};

use jsonschema::Validator;
use serde_json::Value;

use super::Verify;
use crate::ir::Step;
use crate::lint::expressions::embedded;

/// The audience that sees only that the step is there.
const HELD: &str = "held";

/// What a plugin says about one of its kinds.
#[derive(Debug, Clone, Default)]
pub struct Kind {
    /// JSON Schema of the configuration.
    pub config: Value,
    /// JSON Schema of the result.
    pub result: Value,
    /// Names of the kinds of contribution.
    pub entries: Vec<String>,
    /// Names of the audiences.
    pub audiences: Vec<String>,
    /// Error words.
    pub error_words: Vec<String>,
}

/// The known kinds by name.
#[derive(Debug, Clone, Default)]
pub struct Kinds(pub BTreeMap<String, Kind>);

impl Kinds {
    /// The kinds in the manifests of plugins (`{"kinds": [{"kind", "config", "entries", …}]}`); what is malformed is
    /// left out.
    pub fn from_manifests<'a>(manifests: impl IntoIterator<Item = &'a Value>) -> Self {
        let names = |value: &Value| -> Vec<String> {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().or_else(|| item["name"].as_str())).map(str::to_owned).collect()
        };
        let mut kinds = BTreeMap::new();
        for manifest in manifests {
            for kind in manifest["kinds"].as_array().map(Vec::as_slice).unwrap_or_default() {
                if let Some(name) = kind["kind"].as_str() {
                    let entry = Kind {
                        config: kind["config"].clone(),
                        result: kind["result"].clone(),
                        entries: names(&kind["entries"]),
                        audiences: names(&kind["audiences"]),
                        error_words: names(&kind["error_words"]),
                    };
                    kinds.insert(name.to_owned(), entry);
                }
            }
        }
        Self(kinds)
    }

    /// What of a part of a configuration does not fit the kind. Whatever is required may stand elsewhere.
    pub fn part_problems(&self, kind: &str, part: &Value) -> Vec<String> {
        let Some(known) = self.0.get(kind) else {
            return vec![format!("No plugin has the step kind `{kind}`.")];
        };
        let Ok(validator) = jsonschema::validator_for(&known.config) else { return Vec::new() };
        let of_the_whole = |error: &jsonschema::ValidationError<'_>| {
            error.instance_path().as_str().is_empty() && error.kind().keyword() == "required"
        };
        let problems = validator.iter_errors(part).filter(|error| !of_the_whole(error));
        problems
            .map(|error| format!("`with{}` does not fit the kind `{kind}`: {error}.", error.instance_path()))
            .collect()
    }
}

impl Verify<'_> {
    /// Checks every step against its kind.
    pub(super) fn kinds(&mut self, kinds: &Kinds) {
        let mut validators: HashMap<&str, Option<Validator>> = HashMap::new();
        let steps: Vec<&Step> = self.steps.values().copied().collect();
        for step in steps {
            let path = format!("step/{}", step.id);
            let Some(kind) = kinds.0.get(&step.kind) else {
                let near = self.nearest(&step.kind, kinds.0.keys().map(String::as_str));
                self.problem("DB069", &format!("{path}/kind"), format!("No plugin has the step kind `{}`.", step.kind))
                    .did_you_mean(near, || {
                        "install the plugin, or choose a kind of `draaiboek plugin list`".to_owned()
                    });
                continue;
            };
            let validator =
                validators.entry(&step.kind).or_insert_with(|| jsonschema::validator_for(&kind.config).ok());
            if let Some(validator) = validator {
                self.configuration(step, validator, &path);
            }
            for (n, entry) in step.accepts.iter().enumerate() {
                let message = format!("A step of the kind `{}` takes no contribution `{entry}`.", step.kind);
                self.listed(("DB071", message), entry, &kind.entries, &format!("{path}/accepts/{n}"));
            }
            for (role, audience) in step.audience.iter().filter(|(_, audience)| *audience != HELD) {
                let message =
                    format!("A step of the kind `{}` makes no picture for an audience `{audience}`.", step.kind);
                self.listed(("DB075", message), audience, &kind.audiences, &format!("{path}/audience/{role}"));
            }
        }
    }

    fn listed(&mut self, (code, message): (&'static str, String), word: &str, known: &[String], path: &str) {
        if !known.is_empty() && !known.iter().any(|name| name == word) {
            let near = self.nearest(word, known.iter().map(String::as_str));
            self.problem(code, path, message).did_you_mean(near, || format!("choose one of `{}`", known.join("`, `")));
        }
    }

    fn configuration(&mut self, step: &Step, validator: &Validator, path: &str) {
        let mut problems = Vec::new();
        for error in validator.iter_errors(&step.with) {
            let at = error.instance_path().to_string();
            let value = step.with.pointer(&at).unwrap_or(&Value::Null);
            let whole = matches!(error.kind().keyword(), "anyOf" | "oneOf" | "not" | "if");
            if is_expression(value) || (whole && has_expression(value)) {
                continue;
            }
            problems.push((format!("{path}/with{at}"), error.to_string()));
        }
        for (path, message) in problems {
            self.problem(
                "DB070",
                &path,
                format!("The configuration does not fit the kind `{}`: {message}.", step.kind),
            )
            .help(format!("see `draaiboek plugin inspect {}`", step.kind));
        }
    }
}

fn is_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| embedded(text).is_some())
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(fields) => fields.values().any(has_expression),
        other => is_expression(other),
    }
}
