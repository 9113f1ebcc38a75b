//! Reading: the study day in small, and documents that are no workflow.

use crate::language::{Bundle, Options, Style, check, render};

fn show(text: &str) -> String {
    let checked = check(&Bundle::single("w.yaml", text), &Options::default());
    render::human(&checked.diagnostics, &checked.sources, Style::Plain)
}

#[test]
fn a_small_workflow_is_lowered() {
    let text = "workflow: a\nversion: 1.0.0\nstates:\n  x:\n    on: {go: {to: y, roles: dir}}\n  y: {final: true}\n";
    let checked = check(&Bundle::single("w.yaml", text), &Options::default());
    assert!(checked.workflow.is_some(), "{}", show(text));
}
