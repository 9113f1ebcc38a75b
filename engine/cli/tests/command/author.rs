//! Commands for authors: they need no database and leave nothing behind.

use std::process::Stdio;

use crate::home::{Home, file};

const CHART: &str = r#"<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="null" initial="a">
<state id="a"><transition event="go" target="b"/></state><state id="b"/></scxml>"#;

#[test]
fn check_tells_good_from_bad_by_exit_code_and_place() {
    let home = Home::new();
    home.run(["check", &file("tiny.yaml")]).ends(0).says("No problems found.");
    let bad = file("bad.yaml");
    home.run(["check", &bad]).ends(1).says("DB0").says("bad.yaml:6").says("did you mean `to`?");
    let json = home.run(["check", "--json", &bad]).ends(1).json();
    assert_eq!(json["diagnostics"][0]["place"]["line"], 6, "{json}");
    let sarif = home.run(["check", "--format", "sarif", &bad]).ends(1).json();
    assert_eq!(sarif["version"], "2.1.0");
    home.run(["check", "nowhere.yaml"]).ends(2).complains("no such file").complains("hint:");
    assert_eq!(std::fs::read_dir(home.0.path()).unwrap().count(), 0, "check leaves nothing behind");
}

#[test]
fn check_refuses_files_that_are_too_much_or_no_text() {
    let home = Home::new();
    std::fs::write(home.path("large.yaml"), format!("workflow: large\n{}", "# much\n".repeat(1_500_000))).unwrap();
    home.run(["check", "large.yaml"]).ends(1).says("DB001").says("at most 2097152");
    std::fs::write(home.path("binary.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    home.run(["check", "binary.yaml"]).ends(1).says("DB002");
    std::fs::write(home.path("circle.yaml"), "workflow: circle\nstates: &s\n  a: {states: *s}\n").unwrap();
    home.run(["check", "circle.yaml"]).ends(1).says("DB0");
    home.run(["check", "."]).ends(1);
}

#[test]
fn schemas_and_diagrams_come_out_whole() {
    let home = Home::new();
    for (arguments, word) in [(vec!["schema"], "workflow"), (vec!["schema", "--scenario"], "scenario")] {
        let schema = home.run(arguments).ends(0).says(&format!("\"{word}\""));
        assert!(schema.json()["$defs"].is_object());
    }
    let tiny = file("tiny.yaml");
    home.run(["diagram", &tiny]).ends(0).says("<svg").says("Lezen");
    home.run(["diagram", &tiny, "--format", "mermaid", "--lang", "en"]).ends(0).says("stateDiagram-v2");
    home.run(["diagram", &tiny, "--format", "dot"]).ends(0).says("digraph");
    home.run(["diagram", &tiny, "--format", "scxml"]).ends(0).says("<scxml");
    home.run(["diagram", &tiny, "--format", "list", "-o", "out.txt"]).ends(0);
    assert!(std::fs::read_to_string(home.path("out.txt")).unwrap().contains("Lezen"));
    home.run(["diagram", &file("bad.yaml")]).ends(1).complains("nothing to draw");
}

#[test]
fn trace_runs_one_chart_or_a_batch() {
    let home = Home::new();
    std::fs::write(home.path("a.scxml"), CHART).unwrap();
    let ran = home.feed(["trace", "--scxml", "a.scxml"], "{\"event\": \"go\"}\n").ends(0);
    assert_eq!(ran.out, "{\"configuration\":[\"a\"],\"log\":[]}\n{\"configuration\":[\"b\"],\"log\":[]}\n");
    std::fs::write(home.path("b.scxml"), CHART.replace("\"null\"", "\"ecmascript\"")).unwrap();
    home.feed(["trace", "--scxml", "b.scxml"], "").ends(3).complains("line 1, column").complains("ecmascript");
    home.feed(["trace", "--scxml", "a.scxml"], "no json\n").ends(2).complains("line 1");
    let line = serde_json::json!({"scxml": CHART, "script": [{"event": "go"}]});
    let refused = serde_json::json!({"scxml": "<scxml", "script": []});
    let ran = home.feed(["trace", "--batch"], &format!("{line}\n{refused}\n")).ends(0);
    let lines: Vec<serde_json::Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines[0][1]["configuration"][0], "b");
    assert!(lines[1]["unsupported"].is_string());
    home.run(["trace"]).ends(2);
}

#[test]
fn completions_exist_for_every_shell() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        home.run(["completions", shell]).ends(0).says("draaiboek");
    }
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let home = Home::new();
    let mut child = home.command(["schema"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn the_command_line_is_explained() {
    let home = Home::new();
    home.run(["--help"]).ends(0).says("demo").says("--db");
    home.run([]).ends(2);
    home.run(["chek", "x"]).ends(2).complains("check");
    home.run(["play", "nowhere.yaml"]).ends(2).complains("nowhere.yaml");
}
