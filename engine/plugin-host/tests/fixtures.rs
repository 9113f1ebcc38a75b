//! The built components in `plugins/dist` answer every fixture in `plugins/*/fixtures` as expected: the same files
//! that prove the plugins natively, here through the sandbox.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test support: a panic is how a test fails")]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use draaiboek_plugin_host::{CheckAnswer, Conclusion, Function, Library, Limits, Plugin, Summary};
use serde::Deserialize;
use serde_json::{Value, json};

/// Components the product brings at least.
const COMPONENTS: usize = 10;

/// A fixture file; the format is the SDK's (`plugins/sdk/src/testing.rs`).
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    about: String,
    call: String,
    ctx: Value,
    input: Value,
    expect: Value,
}

/// The product's components, loaded once for all tests of this file.
fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(started)
}

fn started() -> Library {
    // Compiled code is kept between runs, as in a real installation.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled-plugins");
    let library = Library::new(Limits::default(), Some(&cache)).unwrap();
    let report = library.add_dir(&common::plugins_folder().join("dist")).unwrap();
    let refused: Vec<String> = report.refused.iter().map(ToString::to_string).collect();
    assert!(refused.is_empty(), "{refused:#?}");
    library
}

fn brings(library: &Library, kind: &str) -> Arc<Plugin> {
    library.kind(kind).unwrap_or_else(|| panic!("no component in plugins/dist brings `{kind}`: run plugins/build.sh"))
}

/// All fixture files, as (plugin folder, file).
fn fixtures() -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(common::plugins_folder()).unwrap() {
        let folder = folder.unwrap();
        let Ok(files) = fs::read_dir(folder.path().join("fixtures")) else {
            continue;
        };
        let name = folder.file_name().to_string_lossy().into_owned();
        let files = files.map(|file| file.unwrap().path());
        found.extend(
            files.filter(|file| file.extension().is_some_and(|end| end == "json")).map(|file| (name.clone(), file)),
        );
    }
    found.sort();
    found
}

fn read(path: &Path) -> Fixture {
    let text = fs::read_to_string(path).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// `{"ok": …}` or `{"err": …}`; an answer must also have the shape of its type.
fn answer(plugin: &Plugin, fixture: &Fixture) -> Value {
    let function: Function = fixture.call.parse().unwrap();
    let called = plugin.call_text(function, &fixture.ctx.to_string(), &fixture.input.to_string());
    match called {
        Ok(called) => {
            let output = called.output;
            let shape = match function {
                Function::Check => serde_json::from_value::<CheckAnswer>(output.clone()).map(drop),
                Function::Summarise => serde_json::from_value::<Summary>(output.clone()).map(drop),
                Function::Conclude => serde_json::from_value::<Conclusion>(output.clone()).map(drop),
                Function::Manifest => Ok(()),
            };
            shape.unwrap_or_else(|error| panic!("{}: {error}", fixture.about));
            json!({"ok": output})
        }
        Err(error) => match error.refusal() {
            Some(problems) => json!({"err": {"problems": problems}}),
            None => panic!("{}: {error} {:?}", fixture.about, error.logs),
        },
    }
}

/// The first place where `actual` lacks something that `expected` names.
fn difference(expected: &Value, actual: &Value, path: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(given)) => wanted.iter().find_map(|(key, value)| match given.get(key) {
            Some(found) => difference(value, found, &format!("{path}/{key}")),
            None => Some(format!("{path}/{key} is missing, expected {value}")),
        }),
        (Value::Array(wanted), Value::Array(given)) if wanted.len() == given.len() => {
            let pairs = wanted.iter().zip(given).enumerate();
            pairs.into_iter().find_map(|(at, (one, other))| difference(one, other, &format!("{path}/{at}")))
        }
        (wanted, given) => (wanted != given).then(|| format!("{path}: expected {wanted}, found {given}")),
    }
}

#[test]
fn every_fixture_holds_on_the_built_component() {
    let library = library();
    let mut replayed = BTreeSet::new();
    for (folder, path) in fixtures() {
        let fixture = read(&path);
        let kind = fixture.ctx["kind"].as_str().unwrap();
        let answer = answer(&brings(library, kind), &fixture);
        if let Some(difference) = difference(&fixture.expect, &answer, "") {
            panic!("{} ({}): {difference}\nwhole answer: {answer:#}", path.display(), fixture.about);
        }
        replayed.insert(folder);
    }
    assert!(replayed.len() >= COMPONENTS, "fixtures of {COMPONENTS} plugins are expected, found {replayed:?}");
}

#[test]
fn the_built_components_are_those_of_the_product() {
    let library = library();
    let plugins = library.plugins();
    assert!(plugins.len() >= COMPONENTS, "{plugins:?}");
    for plugin in plugins {
        assert_eq!(plugin.imports(), ["draaiboek:step/host@1.0.0"], "{plugin:?}");
        assert!(plugin.size() < 200_000, "{plugin:?} has {} bytes", plugin.size());
    }
}

#[test]
fn a_component_answers_the_same_twice_at_the_same_cost() {
    // The second start takes its code from the cache; it must not matter.
    let one = library();
    let other = started();
    for (_, path) in fixtures() {
        let fixture = read(&path);
        let kind = fixture.ctx["kind"].as_str().unwrap();
        let run = |library: &Library| {
            let (ctx, input) = (fixture.ctx.to_string(), fixture.input.to_string());
            let called = brings(library, kind).call_text(fixture.call.parse().unwrap(), &ctx, &input);
            called
                .map(|called| (called.output.to_string(), called.fuel, called.memory))
                .map_err(|error| error.to_string())
        };
        let first = run(one);
        assert_eq!(first, run(one), "{}", path.display());
        assert_eq!(first, run(&other), "{}", path.display());
    }
}
