//! What the binary carries with it: step plugins, workflows, schools and scenarios. Opens no files.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use draaiboek_store::content_hash;
use draaiboek_workflow::language::{Bundle, SourceFile};
use rust_embed::RustEmbed;

use crate::failure::Failure;
use crate::play::{Loaded, embedded};
use crate::shelf::{Published, Shelf, VERSIONS};

#[derive(RustEmbed)]
#[folder = "../../plugins/dist/"]
struct Plugins;

#[derive(RustEmbed)]
#[folder = "../../workflows/"]
struct Workflows;

/// The components, by name.
pub fn plugins() -> Vec<(String, Cow<'static, [u8]>)> {
    let names = Plugins::iter().filter(|name| name.ends_with(".wasm"));
    names.filter_map(|name| Some((name.to_string(), Plugins::get(&name)?.data))).collect()
}

/// The component of a plugin, by its name with or without `.wasm`.
pub fn plugin(name: &str) -> Option<Cow<'static, [u8]>> {
    Plugins::get(&format!("{}.wasm", name.trim_end_matches(".wasm"))).map(|file| file.data)
}

/// A text file below `workflows/`.
pub fn text(path: &str) -> Option<String> {
    String::from_utf8(Workflows::get(path)?.data.into_owned()).ok()
}

/// The names of the workflows.
fn names() -> BTreeSet<String> {
    let named = |path: Cow<'static, str>| {
        let (folder, file) = path.split_once('/')?;
        (file == format!("{folder}.yaml")).then(|| folder.to_owned())
    };
    Workflows::iter().filter_map(named).collect()
}

/// The rehearsal files, by workflow.
pub fn rehearsals() -> BTreeMap<String, String> {
    names().into_iter().filter_map(|name| Some((name.clone(), text(&format!("{name}/rehearsal.yaml"))?))).collect()
}

/// The files of a workflow.
pub fn bundle(name: &str) -> Option<Bundle> {
    files(name, name)
}

/// The files of a workflow in a folder.
fn files(folder: &str, name: &str) -> Option<Bundle> {
    let main = format!("{folder}/{name}.yaml");
    let texts = format!("{folder}/texts/");
    let files: BTreeSet<_> =
        Workflows::iter().filter(|path| path.starts_with(&texts) && path.ends_with(".yaml")).collect();
    let source = |path: &str| Some(SourceFile::new(format!("<built-in>/{path}"), text(path)?));
    Some(Bundle { main: source(&main)?, texts: files.iter().filter_map(|path| source(path)).collect() })
}

/// The files of earlier versions of a workflow, in order of version.
pub fn earlier(name: &str) -> Vec<Bundle> {
    let folder = format!("{name}/{VERSIONS}/");
    let main = format!("/{name}.yaml");
    let version = |path: &str| semver::Version::parse(path.strip_prefix(&folder)?.strip_suffix(&main)?).ok();
    let mut versions: Vec<semver::Version> = Workflows::iter().filter_map(|path| version(&path)).collect();
    versions.sort();
    versions.iter().filter_map(|version| files(&format!("{folder}{version}"), name)).collect()
}

/// Stands for all workflows as they are in this binary: as long as it is the same, none of them changed.
pub fn fingerprint() -> String {
    let mut all = env!("CARGO_PKG_VERSION").to_owned();
    for path in Workflows::iter().collect::<BTreeSet<_>>() {
        if let Some(text) = text(&path) {
            all.push_str(&format!("\n{path} {}\n{text}", text.len()));
        }
    }
    content_hash(&all).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The workflows in all their versions, compiled.
///
/// # Errors
/// One of them has mistakes; the tests see to it that none has.
pub fn workflows() -> Result<Vec<Published>, Failure> {
    let shelf = Shelf::default();
    let found: Result<Vec<_>, _> = names().iter().map(|name| shelf.versions(name)).collect();
    Ok(found?.into_iter().flatten().collect())
}

/// The scenario of the demo's story.
///
/// # Errors
/// It is not there or cannot be read; the tests see to it that it can.
pub fn demo() -> Result<Loaded, Failure> {
    scenario("study-day/scenarios/s01.yaml")
}

/// The scenario of the school that the demo serves.
///
/// # Errors
/// As [`demo`].
pub fn school_year() -> Result<Loaded, Failure> {
    scenario("trajectory/scenarios/school-year.yaml")
}

fn scenario(path: &str) -> Result<Loaded, Failure> {
    let missing = || Failure::broken(format!("the built-in scenario {path} is missing"));
    let found = text(path).ok_or_else(missing)?;
    let school = text("schools/de-wilg.yaml").ok_or_else(missing)?;
    Ok(embedded(&format!("<built-in>/{path}"), &found, &school)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_workflows_have_no_mistakes() {
        let found = workflows().unwrap_or_else(|failure| panic!("{}", failure.what));
        let ids: Vec<&str> = found.iter().map(|published| published.workflow.id.as_str()).collect();
        assert!(ids.contains(&"study-day") && ids.contains(&"learning-cycle"), "{ids:?}");
        assert!(demo().is_ok() && school_year().is_ok());
    }
}
