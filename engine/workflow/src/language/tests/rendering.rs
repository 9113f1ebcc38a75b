//! Messages as people and machines get them.

use super::{Style, body, render};
use serde_json::json;

const TEXT: &str = "states:\n  é: {finl: true}\n";

#[test]
fn frames_hold_the_line_the_caret_and_the_help() {
    let checked = body(TEXT);
    let out = render::human(&checked.diagnostics, &checked.sources, Style::Frames);
    for part in [
        "DB030",
        "[try.yaml:4:7]",
        "é: {finl: true}",
        "unknown key",
        "did you mean `final`?",
        "docs/codes/DB030.md",
        "2 errors, 0 warnings.",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains('\u{1b}'), "{out}");
    assert!(render::human(&checked.diagnostics, &checked.sources, Style::Colour).contains('\u{1b}'));
}

#[test]
fn plain_lines_hold_the_same() {
    let checked = body(TEXT);
    let out = render::human(&checked.diagnostics, &checked.sources, Style::Plain);
    assert!(out.contains("try.yaml:4:7: error[DB030]: A state has no key `finl`.\n  |   é: {finl: true}\n  |       ^^^^ unknown key\n  help: did you mean `final`?\n"), "{out}");
}

#[test]
fn json_has_counts_places_and_pages() {
    let checked = body(TEXT);
    let value = render::json(&checked.diagnostics);
    assert_eq!(value["errors"], json!(2));
    let second = &value["diagnostics"][1];
    assert_eq!(second["place"], json!({"file": "try.yaml", "line": 4, "column": 7, "start": 44, "end": 48}));
    assert_eq!(second["severity"], json!("error"));
    assert_eq!(second["page"], json!("docs/codes/DB030.md"));
}

#[test]
fn sarif_has_rules_levels_and_regions() {
    let checked = body("title: 😀\nstates: {a: {final: true, mandatry: 1}}\n");
    let log = render::sarif(&checked.diagnostics, &checked.sources);
    assert_eq!(log["version"], json!("2.1.0"));
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["rules"][0]["id"], json!("DB030"));
    let result = &run["results"][0];
    assert_eq!((result["ruleIndex"].as_u64(), result["level"].as_str()), (Some(0), Some("error")));
    let region = &result["locations"][0]["physicalLocation"]["region"];
    assert_eq!((region["startLine"].as_u64(), region["startColumn"].as_u64()), (Some(4), Some(27)));
}

#[test]
fn nothing_wrong_is_said_too() {
    assert_eq!(render::human(&[], &[], Style::Plain), "No problems found.\n");
}
