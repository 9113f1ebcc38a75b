//! The JSON Schema and the reference page say what the parser does.

use std::path::PathBuf;

use super::{kinds, plain, shown};
use crate::language::diagnostic::Sink;
use crate::language::{grammar, reference, schema, yaml};

fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn json(text: &str) -> serde_json::Value {
    yaml::read(0, text, &mut Sink::default()).unwrap().json()
}

#[test]
fn the_schema_is_valid_and_names_every_construct() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    for construct in grammar::all() {
        assert!(schema["$defs"].get(construct.name.replace(' ', "-")).is_some(), "{}", construct.name);
    }
}

#[test]
fn the_workflows_of_the_repository_fit_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(root().join("workflows")).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(text) = std::fs::read_to_string(folder.join(format!("{name}.yaml"))) else {
            continue;
        };
        seen += 1;
        let problems: Vec<String> = validator
            .iter_errors(&json(&text))
            .map(|error| format!("{name} {}: {error}", error.instance_path()))
            .collect();
        assert!(problems.is_empty(), "{problems:#?}");
    }
    assert!(seen > 0);
}

#[test]
fn the_schema_refuses_what_the_parser_refuses() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for code in ["DB030", "DB031", "DB032", "DB033", "DB034", "DB036", "DB039", "DB041"] {
        let page = std::fs::read_to_string(root().join(format!("docs/codes/{code}.md"))).unwrap();
        let mut examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        assert!(!validator.is_valid(&json(examples.next().unwrap())), "{code}");
        assert!(validator.is_valid(&json(examples.next().unwrap())), "{code} mended");
    }
}

#[test]
fn the_reference_page_holds_the_tables() {
    let path = root().join("docs/language.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (begin, end) = ("<!-- keys: begin -->\n", "<!-- keys: end -->");
    let (before, rest) = page.split_once(begin).unwrap();
    let (tables, after) = rest.split_once(end).unwrap();
    let wanted = reference();
    if std::env::var("DRAAIBOEK_BLESS").is_ok() {
        std::fs::write(&path, format!("{before}{begin}{wanted}{end}{after}")).unwrap();
        return;
    }
    assert!(tables == wanted, "run this test with DRAAIBOEK_BLESS=1 to write docs/language.md");
}

#[test]
fn the_examples_of_the_reference_are_accepted() {
    let page = std::fs::read_to_string(root().join("docs/language.md")).unwrap();
    let mut seen = 0;
    for block in page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        if block.starts_with("workflow:") && !block.contains("extends:") {
            let checked = plain(block);
            assert!(!checked.has_errors(), "{}", shown(&checked));
            seen += 1;
        }
    }
    assert_eq!(seen, 2);
}

#[test]
fn kinds_are_read_from_manifests() {
    let manifest = serde_json::json!({"id": "x", "kinds": [
        {"kind": "goal", "config": {"type": "object"}, "entries": [{"name": "goal"}], "audiences": ["team"], "error_words": ["INVALID"]},
        {"config": {}},
    ]});
    let kinds_read = crate::language::Kinds::from_manifests([&manifest]);
    assert_eq!(kinds_read.0.len(), 1);
    assert_eq!(kinds_read.0["goal"].entries, ["goal"]);
    assert!(kinds().0.contains_key("cluster-count"));
}
