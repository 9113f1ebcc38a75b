//! The guides for people in docs/nl: what they quote in bold stands on a page, what they type is a command, and their
//! pictures and anchors exist.
#![expect(clippy::expect_used, clippy::panic, reason = "a failure here is a failed test")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files with an ending below a folder, in order.
fn below(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn guides() -> Vec<(String, String)> {
    let found = below(&root().join("docs/nl"), ".md");
    assert!(found.len() >= 6, "an index and five guides: {found:?}");
    found.into_iter().map(|path| (path.display().to_string(), text(&path))).collect()
}

/// All strings of a tree.
fn strings(tree: &Value, into: &mut BTreeSet<String>) {
    match tree {
        Value::String(text) => {
            into.insert(tidy(text));
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
        Value::Object(fields) => fields.values().for_each(|item| strings(item, into)),
        _ => {}
    }
}

/// White space as one blank.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every text that a Dutch page can show: of the pages, of the workflows, of the step plugins.
fn shown() -> BTreeSet<String> {
    let root = root();
    let mut all = BTreeSet::new();
    let mut files = below(&root.join("workflows"), "texts/nl.yaml");
    assert!(files.len() > 50, "texts of the workflows");
    files.push(root.join("engine/web/locales/nl.yaml"));
    for path in files {
        let tree: Value =
            serde_saphyr::from_str(&text(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        strings(&tree, &mut all);
    }
    for path in below(&root.join("plugins"), ".rs") {
        all.extend(text(&path).split('"').skip(1).step_by(2).map(tidy));
    }
    all
}

/// What stands between pairs of a mark, outside blocks of code.
fn between(markdown: &str, mark: &str) -> Vec<String> {
    let prose: String = markdown.split("```").step_by(2).collect();
    prose.split(mark).skip(1).step_by(2).map(tidy).collect()
}

#[test]
fn what_a_guide_quotes_stands_on_a_page() {
    let shown = shown();
    let mut missing = Vec::new();
    for (name, text) in guides() {
        let quoted = between(&text, "**");
        assert!(quoted.len() > 10, "{name} quotes {} words of the pages", quoted.len());
        for word in quoted {
            if !shown.contains(&word) {
                missing.push(format!("{name}: **{word}**"));
            }
        }
    }
    assert!(missing.is_empty(), "no page shows:\n{}", missing.join("\n"));
}

#[test]
fn what_a_guide_types_is_a_command() {
    let known = text(&root().join("docs/cli.md")) + &text(&root().join("docs/web.md"));
    for (name, text) in guides() {
        let lines = text.split("```").skip(1).step_by(2).flat_map(str::lines);
        let spans = between(&text, "`").into_iter().filter(|span| span.starts_with("draaiboek "));
        let typed: Vec<String> = lines.map(str::to_owned).chain(spans).collect();
        for line in
            typed.iter().filter_map(|line| line.trim_start_matches("target/release/").strip_prefix("draaiboek "))
        {
            let words: Vec<&str> = line.split_whitespace().take_while(|word| *word != "#").collect();
            let command = match words.as_slice() {
                ["--db", _, rest @ ..] => rest,
                all => all,
            };
            let first = command.first().unwrap_or_else(|| panic!("{name}: no command in {line}"));
            assert!(known.contains(&format!("draaiboek {first}")), "{name}: the documents know no command {first}");
            for option in command.iter().filter(|word| word.starts_with("--")) {
                assert!(known.contains(option), "{name}: the documents know no {option}");
            }
        }
    }
}

#[test]
fn pictures_of_the_guides_are_there_and_small() {
    let folder = root().join("docs/nl/pictures");
    let pictures = below(&folder, ".webp");
    let named: BTreeSet<String> = guides()
        .iter()
        .flat_map(|(_, text)| {
            text.split("](pictures/")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let kept: BTreeSet<String> = pictures
        .iter()
        .map(|path| path.strip_prefix(&folder).expect("below the folder").display().to_string())
        .collect();
    assert_eq!(named, kept, "GUIDES=1 tests/browser/run.sh BINARY 0-guides.test.mjs writes the pictures");
    for path in pictures {
        let size = std::fs::metadata(&path).expect("a file").len();
        assert!(size < 60_000, "{} has {size} bytes", path.display());
    }
}
