//! Tests of the whole way from text to compiled form.

mod grammar;
mod limits;
mod lowering;
mod pages;
mod reading;
mod rendering;
mod wording;

use super::{
    Bundle, Checked, Kind, Kinds, Options, Reference, Severity, SourceFile, SourceMap, Style, check, check_instrument,
    render,
};
use serde_json::json;

/// Checks a single file without plugins.
fn plain(text: &str) -> Checked {
    check(&Bundle::single("try.yaml", text), &Options::default())
}

/// Checks a workflow of which only what follows the head is given.
fn body(text: &str) -> Checked {
    plain(&format!("workflow: try\nversion: 1.0.0\n{text}"))
}

/// The codes of all messages in order.
fn codes(checked: &Checked) -> Vec<&'static str> {
    checked.diagnostics.iter().map(|item| item.code).collect()
}

/// The messages as plain text.
fn shown(checked: &Checked) -> String {
    render::human(&checked.diagnostics, &checked.sources, Style::Plain)
}

/// A few step kinds, as plugins would describe them.
fn kinds() -> Kinds {
    let open = |names: &[&str]| -> Vec<(String, Kind)> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), Kind { config: json!({"type": "object"}), ..Kind::default() }))
            .collect()
    };
    let mut kinds: std::collections::BTreeMap<String, Kind> = open(&[
        "actions",
        "data-round",
        "goal",
        "grouping",
        "input",
        "material",
        "meeting",
        "observation",
        "quality-test",
        "questionnaire",
        "reflection",
        "report",
        "rounds",
        "sociogram",
    ])
    .into_iter()
    .collect();
    kinds.insert(
        "cluster-count".to_owned(),
        Kind {
            config: json!({"type": "object", "properties": {
                "by": {"enum": ["person", "group"]},
                "questions": {"type": "array", "items": {"type": "object", "required": ["id"]}},
            }}),
            entries: vec!["card".to_owned(), "assign".to_owned()],
            audiences: vec!["facilitator".to_owned(), "contributor".to_owned()],
            ..Kind::default()
        },
    );
    Kinds(kinds)
}

/// Checks the last document with the ones before it as workflows that can be extended.
fn with_bases(documents: &[String]) -> Checked {
    let Some((main, bases)) = documents.split_last() else {
        return plain("");
    };
    let kinds = kinds();
    let marked = |word: &str, name: &str| {
        let line = format!("# {word}: {name}\n");
        bases.iter().find(|base| base.starts_with(&line))
    };
    let resolve = |reference: &Reference| {
        let found = marked("base", &reference.name)?;
        Some(Bundle::single(format!("{}.yaml", reference.name), found.as_str()))
    };
    let instrument = |reference: &Reference| {
        let found = marked("instrument", &reference.name)?;
        Some(SourceFile::new(format!("instruments/{}.yaml", reference.name), found.as_str()))
    };
    if main.contains("\ninstrument: ") {
        let checked = check_instrument(&SourceFile::new("try.yaml", main.as_str()), None);
        return Checked {
            workflow: None,
            definition: None,
            diagnostics: checked.diagnostics,
            sources: checked.sources,
            map: SourceMap::default(),
        };
    }
    let options = Options { resolve: Some(&resolve), instrument: Some(&instrument), kinds: Some(&kinds) };
    check(&Bundle::single("try.yaml", main.as_str()), &options)
}
