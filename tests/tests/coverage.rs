//! What of the domain lives where, and which scenario plays it: docs/coverage.md, made from the repository.
//!
//! Fails when an item, an error word or a rule has no home or no test. `DRAAIBOEK_BLESS=1` writes the page anew.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use draaiboek_workflow::ir::Workflow;
use draaiboek_workflow::language::{self, Bundle, Options, Reference, SourceFile};

mod catalogue;

use catalogue::{ERROR_WORDS, ITEMS, RULES, SCENARIOS};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    found.sort();
    found
}

/// A scenario file with its path from the root.
struct Scenario {
    path: String,
    text: String,
}

fn scenarios() -> Vec<Scenario> {
    let mut folders: Vec<PathBuf> =
        std::fs::read_dir(root().join("workflows")).expect("workflows").flatten().map(|entry| entry.path()).collect();
    folders.sort();
    let files = folders.iter().flat_map(|folder| yaml_files(&folder.join("scenarios")));
    files
        .map(|path| Scenario {
            text: text(&path),
            path: path.strip_prefix(root()).expect("inside").display().to_string(),
        })
        .collect()
}

/// Whether `word` stands in `text` as a whole word.
fn names(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(part) && !after.is_some_and(part)
    })
}

fn bundle(id: &str) -> Option<Bundle> {
    let folder = root().join("workflows").join(id);
    let main = folder.join(format!("{id}.yaml"));
    let source = |path: &Path| SourceFile::new(path.display().to_string(), text(path));
    let texts = yaml_files(&folder.join("texts")).iter().map(|path| source(path)).collect();
    main.is_file().then(|| Bundle { main: source(&main), texts })
}

fn workflow(id: &str) -> Workflow {
    let bundle = bundle(id).unwrap_or_else(|| panic!("{id} has no folder workflows/{id}"));
    let resolve = |reference: &Reference| self::bundle(&reference.name);
    let instrument = |reference: &Reference| {
        let path = root().join(format!("workflows/instruments/{}.yaml", reference.name));
        path.is_file().then(|| SourceFile::new(path.display().to_string(), text(&path)))
    };
    let options = Options { resolve: Some(&resolve), instrument: Some(&instrument), kinds: None };
    let checked = language::check(&bundle, &options);
    checked.workflow.unwrap_or_else(|| panic!("{id} has mistakes: {:#?}", checked.diagnostics))
}

/// What a workflow is made of, for one row.
fn parts(workflow: &Workflow) -> (String, String) {
    let states = workflow.all_states();
    let steps = || states.iter().flat_map(|state| &state.steps);
    let kinds: BTreeSet<&str> = steps().map(|step| step.kind.as_str()).collect();
    let instruments: BTreeSet<&str> = steps().filter_map(|step| step.instrument.as_deref()).collect();
    let join = |set: BTreeSet<&str>| set.into_iter().collect::<Vec<_>>().join(", ");
    (join(kinds), join(instruments))
}

fn page() -> String {
    let scenarios = scenarios();
    let mut page = String::from(
        "# Coverage of the domain\n\nMade from the repository by `tests/tests/coverage.rs`, which fails when a row has no home or no test. Every scenario\nnamed here is played by `draaiboek play workflows`.\n\n## The catalogue\n\nEach item of the catalogue is a workflow of the same name. Instruments are content for its steps.\n\n| part | item | step kinds | instruments | played by |\n|---|---|---|---|---|\n",
    );
    for (part, id) in ITEMS {
        let workflow = workflow(id);
        let (kinds, instruments) = parts(&workflow);
        let start = format!("workflow: {id}");
        let played: Vec<&str> = scenarios
            .iter()
            .filter(|scenario| names(&scenario.text, &start))
            .map(|scenario| scenario.path.trim_start_matches("workflows/"))
            .collect();
        assert!(!played.is_empty(), "no scenario starts {id}");
        let _ = writeln!(
            page,
            "| {part} | [{id}](../workflows/{id}/{id}.yaml) | {kinds} | {instruments} | {} |",
            played.join(", ")
        );
    }
    page.push_str("\n## The acceptance scenarios\n\n| scenario | file |\n|---|---|\n");
    for (name, path) in SCENARIOS {
        let found = scenarios.iter().find(|scenario| scenario.path == path);
        assert!(found.is_some(), "{name}: there is no {path}");
        let _ = writeln!(page, "| {name} | [{path}](../{path}) |");
    }
    page.push_str("\n## The rules\n\n| rule | what holds | enforced by | shown by |\n|---|---|---|---|\n");
    for rule in RULES {
        assert!(
            names(&text(&root().join(rule.shown)), rule.needle),
            "{}: {} does not speak of `{}`",
            rule.id,
            rule.shown,
            rule.needle
        );
        let _ = writeln!(
            page,
            "| {} | {} | {} | [{}](../{}): `{}` |",
            rule.id, rule.what, rule.by, rule.shown, rule.shown, rule.needle
        );
    }
    page.push_str("\n## The error words\n\n| word | returned in |\n|---|---|\n");
    for word in ERROR_WORDS {
        let found: Vec<&str> = scenarios
            .iter()
            .filter(|scenario| names(&scenario.text, word))
            .map(|scenario| scenario.path.trim_start_matches("workflows/"))
            .take(3)
            .collect();
        assert!(!found.is_empty(), "no scenario is refused with {word}");
        let _ = writeln!(page, "| `{word}` | {} |", found.join(", "));
    }
    page
}

#[test]
fn the_page_of_coverage_is_what_the_repository_holds() {
    assert_eq!(ITEMS.len(), 95, "the catalogue has 95 items");
    let page = page();
    let path = root().join("docs/coverage.md");
    if std::env::var("DRAAIBOEK_BLESS").is_ok() {
        std::fs::write(&path, &page).expect("docs/coverage.md can be written");
    }
    assert!(text(&path) == page, "docs/coverage.md is not up to date: run this test with DRAAIBOEK_BLESS=1");
}
