//! The rules of the house that a machine can see: arrows between crates, module docs, file length, no leftovers.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Longest hand-written source file, in lines.
const MAX_LINES: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Files git knows or would add, with one of these endings.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files");
    let listed = String::from_utf8(output.stdout).expect("file names are text");
    let found: Vec<PathBuf> = listed
        .lines()
        .filter(|name| endings.iter().any(|ending| name.ends_with(ending)))
        .map(|name| root().join(name))
        .filter(|path| path.is_file())
        .collect();
    assert!(!found.is_empty(), "no files with {endings:?}: the test looks in the wrong place");
    found
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Normal dependencies between the crates of the workspace, from `cargo metadata`.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies");
            let normal = dependencies.iter().filter(|dependency| dependency["kind"].is_null());
            let names = normal.filter_map(|d| d["name"].as_str().map(str::to_owned)).collect();
            (package["name"].as_str().expect("a name").to_owned(), names)
        })
        .collect()
}

#[test]
fn arrows_between_crates_point_one_way() {
    let allowed: [(&str, &[&str]); 8] = [
        ("draaiboek-chart", &[]),
        ("draaiboek-workflow", &["draaiboek-chart"]),
        ("draaiboek-plugin-host", &[]),
        ("draaiboek-migrations", &[]),
        ("draaiboek-store", &["draaiboek-migrations"]),
        ("draaiboek-runtime", &["draaiboek-chart", "draaiboek-workflow", "draaiboek-plugin-host", "draaiboek-store"]),
        ("draaiboek-web", &["draaiboek-runtime", "draaiboek-store", "draaiboek-workflow"]),
        (
            "draaiboek-cli",
            &[
                "draaiboek-web",
                "draaiboek-runtime",
                "draaiboek-workflow",
                "draaiboek-plugin-host",
                "draaiboek-store",
                "draaiboek-chart",
            ],
        ),
    ];
    let arrows = arrows();
    for (name, may) in allowed {
        let used = arrows.get(name).unwrap_or_else(|| panic!("there is no crate {name}"));
        for dependency in used.iter().filter(|d| d.starts_with("draaiboek-")) {
            assert!(may.contains(&dependency.as_str()), "{name} may not use {dependency}");
        }
    }
}

#[test]
fn the_core_is_pure() {
    let banned = ["tokio", "sea-orm", "wasmtime", "axum", "rand", "uuid", "chrono", "reqwest"];
    let arrows = arrows();
    for name in ["draaiboek-chart", "draaiboek-workflow"] {
        for dependency in &arrows[name] {
            assert!(!banned.contains(&dependency.as_str()), "{name} may not use {dependency}: it is pure");
        }
    }
}

#[test]
fn every_source_file_says_what_lives_there_and_fits() {
    for path in files(&[".rs"]) {
        let text = text(&path);
        let lines = text.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines; the most is {MAX_LINES}", path.display());
        let documented = text.lines().take(5).any(|line| line.starts_with("//!"));
        assert!(documented, "{} begins without //!", path.display());
    }
}

#[test]
fn nothing_is_left_lying_about() {
    // Spelled in two parts so that this file does not accuse itself.
    let banned = [["TO", "DO"], ["FIX", "ME"], ["XX", "X:"], ["todo", "!("], ["unimplemented", "!("], ["dbg", "!("]];
    for path in files(&[".rs", ".yaml", ".toml", ".sh", ".md"]) {
        let text = text(&path);
        for word in banned.iter().map(|parts| parts.concat()) {
            assert!(!text.contains(&word), "{} holds {word}", path.display());
        }
    }
}

/// The anchor that a heading gets: small letters, digits and hyphens.
fn anchor(heading: &str) -> String {
    let plain = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = plain.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Anchors of the headings of a document; what stands in blocks of code is none.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let prose = markdown.split("\n```").step_by(2);
    prose.flat_map(str::lines).filter(|line| line.starts_with('#')).map(anchor).collect()
}

#[test]
fn links_in_documents_lead_somewhere() {
    for path in files(&[".md"]) {
        let own = text(&path);
        let folder = path.parent().expect("a folder");
        for link in own.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let (target, place) = link.split_once('#').unwrap_or((link, ""));
            if target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            let meant = if target.is_empty() { path.clone() } else { folder.join(target) };
            assert!(meant.exists(), "{}: the link {target} leads nowhere", path.display());
            if !place.is_empty() && meant.extension().is_some_and(|ending| ending == "md") {
                assert!(anchors(&text(&meant)).contains(place), "{}: no heading for {link}", path.display());
            }
        }
    }
}
