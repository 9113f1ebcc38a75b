//! Proves a plugin natively: replays its fixture files, tests the laws on them, and holds every document against the
//! schemas of the manifest. The same fixtures replay on the built component in the host's tests. Panics are the verdict.
#![expect(clippy::panic, clippy::expect_used, reason = "test support: a panic is how a test fails")]

mod forms;
mod generate;
mod laws;
#[cfg(test)]
mod laws_tests;
mod step;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use self::step::Step;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Chance, Plugin};

/// Whether a kind may use the sequence numbers (L7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seq {
    /// The kind is one of those that L7 names: only the delivery order is shuffled.
    Used,
    /// Sequence numbers are shuffled too; the answer must stay the same, byte for byte.
    Ignored,
}

/// One fixture file: a call and what it must answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// What it shows, in a sentence.
    pub about: String,
    /// `check`, `summarise` or `conclude`.
    pub call: String,
    /// First argument.
    pub ctx: Value,
    /// Second argument.
    pub input: Value,
    /// `{"ok": part}` or `{"err": part}`: every key and element named here must be there; keys not named are free.
    pub expect: Value,
}

/// Runs everything: manifest and forms, fixtures, schemas, and the laws on contributions made at random from the fixtures.
///
/// # Panics
/// When something does not hold; the text names fixture and place.
pub fn prove(plugin: &Plugin, crate_dir: &str, seq: Seq) {
    let manifest = manifest(plugin);
    let mut words = BTreeSet::new();
    let fixtures = fixtures(&Path::new(crate_dir).join("fixtures"));
    assert!(!fixtures.is_empty(), "no fixtures in {crate_dir}");
    for (path, fixture) in &fixtures {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let answer = answer(plugin, fixture);
        if let Some(difference) = difference(&fixture.expect, &answer, "") {
            panic!("{name} ({}): {difference}\nwhole answer: {answer:#}", fixture.about);
        }
        collect_words(&answer, &mut words);
        let kind = kind(&manifest, &fixture.ctx["kind"], &name);
        schemas_hold(kind, fixture, &answer, &name);
        laws_hold(plugin, fixture, &answer, seq, &name);
    }
    let declared: BTreeSet<String> = manifest["kinds"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|kind| kind["error_words"].as_array().cloned().unwrap_or_default())
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect();
    let all: Vec<Fixture> = fixtures.into_iter().map(|(_, fixture)| fixture).collect();
    for kind in manifest["kinds"].as_array().into_iter().flatten() {
        forms::audit(kind, &shown_fields(plugin, kind, &all));
        laws::hold(plugin, kind, &all, seq, &mut words);
    }
    let undeclared: Vec<&String> = words.difference(&declared).collect();
    assert!(undeclared.is_empty(), "error words that the manifest does not declare: {undeclared:?}");
}

/// The fixture files of a folder, sorted by name.
///
/// # Panics
/// When a file is not a fixture.
#[must_use]
pub fn fixtures(folder: &Path) -> Vec<(PathBuf, Fixture)> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let fixture = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path, fixture)
    };
    paths.into_iter().map(read).collect()
}

/// Calls the plugin with a fixture and gives `{"ok": ...}` or `{"err": ...}`.
///
/// # Panics
/// When the call is unknown or the answer is no JSON.
#[must_use]
pub fn answer(plugin: &Plugin, fixture: &Fixture) -> Value {
    let (ctx, input) = (fixture.ctx.to_string(), fixture.input.to_string());
    let answer = match fixture.call.as_str() {
        "check" => plugin.check(&ctx, &input),
        "summarise" => plugin.summarise(&ctx, &input),
        "conclude" => plugin.conclude(&ctx, &input),
        other => panic!("unknown call {other}"),
    };
    let parse = |text: &str| -> Value { serde_json::from_str(text).expect("an answer is JSON") };
    match answer {
        Ok(text) => json!({"ok": parse(&text)}),
        Err(text) => json!({"err": parse(&text)}),
    }
}

/// The first place where `actual` lacks something that `expected` names; `None` when all is there.
#[must_use]
pub fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(given)) => wanted.iter().find_map(|(key, value)| match given.get(key) {
            Some(found) => difference(value, found, &format!("{path}/{key}")),
            None => Some(format!("{path}/{key} is missing, expected {value}")),
        }),
        (Value::Array(wanted), Value::Array(given)) if wanted.len() == given.len() => {
            let pairs = wanted.iter().zip(given).enumerate();
            pairs.into_iter().find_map(|(index, (a, b))| difference(a, b, &format!("{path}/{index}")))
        }
        (wanted, given) if wanted == given => None,
        (wanted, given) => Some(format!("{path}: expected {wanted}, found {given}")),
    }
}

fn manifest(plugin: &Plugin) -> Value {
    let manifest: Value = serde_json::from_str(&plugin.manifest()).expect("the manifest is JSON");
    for kind in manifest["kinds"].as_array().into_iter().flatten() {
        for schema in ["config", "contribution", "result"] {
            let problem = jsonschema::meta::validate(&kind[schema]).err().map(|error| error.to_string());
            assert_eq!(problem, None, "{schema} schema of {}", kind["kind"]);
        }
        for entry in kind["entries"].as_array().into_iter().flatten() {
            let known = &kind["contribution"]["properties"][entry["name"].as_str().unwrap_or_default()];
            assert!(known.is_object(), "entry {} has no schema", entry["name"]);
        }
        let languages = [&kind["texts"]["nl"], &kind["texts"]["en"]];
        let empty = languages.iter().filter_map(|texts| texts.as_object()).flatten().find(|(_, text)| *text == "");
        assert_eq!(empty, None, "an empty text in {}", kind["kind"]);
    }
    manifest
}

/// The fields of the projections that those who contribute get, over all fixtures of a kind.
fn shown_fields(plugin: &Plugin, kind: &Value, fixtures: &[Fixture]) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    let of_kind = fixtures.iter().filter(|fixture| fixture.ctx["kind"] == kind["kind"]);
    for fixture in of_kind {
        let mut fixture = Fixture { call: "summarise".to_owned(), ..fixture.clone() };
        let all = [&fixture.input, &fixture.ctx["contributions"]].into_iter().find(|all| all.is_array()).cloned();
        fixture.input = all.unwrap_or_else(|| json!([]));
        if fixture.ctx["actor"].is_null() {
            let one = &fixture.input[0];
            fixture.ctx["actor"] =
                json!({"participant": one["participant"].as_str().unwrap_or("lk1"), "roles": [], "group": null});
        }
        let answer = answer(plugin, &fixture);
        for audience in ["contributor", "facilitator"] {
            let fields = answer["ok"]["projections"][audience].as_object().into_iter().flatten();
            shown.extend(fields.map(|(name, _)| name.clone()));
        }
    }
    shown
}

fn kind<'a>(manifest: &'a Value, name: &Value, fixture: &str) -> &'a Value {
    let mut kinds = manifest["kinds"].as_array().into_iter().flatten();
    kinds.find(|kind| kind["kind"] == *name).unwrap_or_else(|| panic!("{fixture}: no kind {name}"))
}

fn schemas_hold(kind: &Value, fixture: &Fixture, answer: &Value, name: &str) {
    let valid = |schema: &str, value: &Value| {
        let validator = jsonschema::validator_for(&kind[schema]).expect("schemas were checked");
        let problem =
            validator.iter_errors(value).next().map(|error| format!("{} at {}", error, error.instance_path()));
        assert_eq!(problem, None, "{name}: {schema} does not match its schema");
    };
    if answer["ok"].is_object() {
        valid("config", fixture.ctx.get("config").unwrap_or(&json!({})));
    }
    if fixture.call == "check" && answer["ok"].is_object() {
        valid("contribution", &fixture.input["payload"]);
    }
    if fixture.call == "conclude" && answer["ok"].is_object() {
        valid("result", &answer["ok"]["result"]);
        let not_ready = answer["ok"]["ready"] == json!(false);
        let problems = answer["ok"]["problems"].as_array().is_some_and(|problems| !problems.is_empty());
        assert_eq!(not_ready, problems, "{name}: ready is false exactly when there are problems");
    }
}

fn laws_hold(plugin: &Plugin, fixture: &Fixture, first: &Value, seq: Seq, name: &str) {
    assert_eq!(answer(plugin, fixture), *first, "{name}: the same call gave another answer (L1)");
    if let Value::Array(contributions) = &fixture.input {
        for seed in 0..8 {
            let mut shuffled = fixture.clone();
            shuffled.input = shuffle(contributions, seed, seq);
            assert_eq!(answer(plugin, &shuffled), *first, "{name}: the answer depends on the order (L7), seed {seed}");
        }
    }
    if fixture.call == "check" && first["ok"].is_object() {
        stays_the_same(plugin, fixture, first, name);
    }
}

fn shuffle(contributions: &[Value], seed: u64, seq: Seq) -> Value {
    let mut chance = Chance::new(seed);
    let mut all = contributions.to_vec();
    if seq == Seq::Ignored {
        let mut numbers: Vec<Value> = all.iter().map(|one| one["seq"].clone()).collect();
        chance.shuffle(&mut numbers);
        for (one, number) in all.iter_mut().zip(numbers) {
            one["seq"] = number;
        }
    }
    chance.shuffle(&mut all);
    Value::Array(all)
}

/// Sending an accepted contribution's own text again gives the same value (normalising twice changes nothing).
fn stays_the_same(plugin: &Plugin, fixture: &Fixture, first: &Value, name: &str) {
    let entry = first["ok"]["entry"].as_str().unwrap_or_default();
    let mut again = fixture.clone();
    let sent = fixture.input["payload"][entry].as_object().cloned().unwrap_or_default();
    let stored = &first["ok"]["value"];
    for field in sent.keys().filter(|field| stored.get(*field).is_some_and(Value::is_string)) {
        again.input["payload"][entry][field] = stored[field].clone();
    }
    let second = answer(plugin, &again);
    let texts =
        |answer: &Value| -> Vec<Value> { sent.keys().map(|field| answer["ok"]["value"][field].clone()).collect() };
    assert_eq!(texts(&second), texts(first), "{name}: normalising twice gives another value");
}

fn collect_words(value: &Value, words: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let (Some(word), true) =
                (fields.get("word").and_then(Value::as_str), fields.contains_key("text") && fields.contains_key("args"))
            {
                words.insert(word.to_owned());
            }
            fields.values().for_each(|field| collect_words(field, words));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_words(item, words)),
        _ => {}
    }
}
