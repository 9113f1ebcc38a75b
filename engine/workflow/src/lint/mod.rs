//! What is allowed but probably wrong: structural lint, and rules of pedagogy (domain.md G4).
//!
//! Works on the compiled form and knows no files; `language` turns paths into places.

pub mod expressions;
pub mod outline;
mod people;
mod reach;
mod regions;
pub mod rules;
mod texts;
mod transitions;

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{Action, Workflow};
use outline::Outline;

/// Something worth saying about a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Code; `language::codes` has its severity.
    pub code: &'static str,
    /// Element it is about (docs/language.md, "Paths").
    pub path: String,
    /// What is wrong, as a full sentence.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

/// A workflow with what the rules want to know of it.
pub struct Lint<'a> {
    /// The workflow.
    pub workflow: &'a Workflow,
    /// Its states in document order.
    pub outline: Outline<'a>,
    /// What expressions name: root variable -> second names (`data` -> `reports`), with an empty one for the whole.
    names: Names,
    /// All actions with their paths, nested ones included.
    pub actions: Vec<(String, &'a Action)>,
    /// Texts in quotes inside expressions, such as names of roles.
    pub quoted: BTreeSet<&'a str>,
    /// States that can become active, by number.
    pub reachable: Vec<bool>,
    findings: Vec<Finding>,
}

impl<'a> Lint<'a> {
    /// Prepares a workflow whose names have been checked.
    pub fn new(workflow: &'a Workflow) -> Self {
        let outline = Outline::of(workflow);
        let reachable = reach::reachable(&outline, workflow, &|_| false);
        let mut actions = Vec::new();
        expressions::visit_actions(workflow, &mut |path, action| actions.push((path.to_owned(), action)));
        let (names, quoted) = names(workflow);
        Self { workflow, outline, names, actions, quoted, reachable, findings: Vec::new() }
    }

    /// Adds a finding.
    pub fn add(
        &mut self,
        code: &'static str,
        path: impl Into<String>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.findings.push(Finding { code, path: path.into(), message: message.into(), help: help.into() });
    }

    /// Whether the workflow bears a tag; its own name counts as one.
    pub fn tagged(&self, tag: &str) -> bool {
        self.workflow.id == tag || self.workflow.tags.iter().any(|own| own == tag)
    }

    /// Whether an expression names `root.name`, or `root` as a whole.
    pub fn mentions(&self, root: &str, name: &str) -> bool {
        self.names.get(root).is_some_and(|names| names.contains(name) || names.contains(""))
    }
}

/// Everything worth saying about a workflow whose names have been checked, structural findings first.
pub fn lint(workflow: &Workflow) -> Vec<Finding> {
    let mut lint = Lint::new(workflow);
    reach::check(&mut lint);
    transitions::check(&mut lint);
    regions::check(&mut lint);
    people::check(&mut lint);
    texts::check(&mut lint);
    rules::check(&mut lint);
    lint.findings
}

/// Root variables with the first fields that expressions name.
type Names = BTreeMap<String, BTreeSet<String>>;

/// The variables and first fields that expressions and time rules name, and the texts in quotes.
fn names(workflow: &Workflow) -> (Names, BTreeSet<&str>) {
    let mut found = Names::new();
    let mut quoted = BTreeSet::new();
    let mut note = |source: &str| {
        expressions::names(source, &mut |root, second| {
            if let Some(names) = found.get_mut(root) {
                if !names.contains(second) {
                    names.insert(second.to_owned());
                }
            } else {
                found.insert(root.to_owned(), BTreeSet::from([second.to_owned()]));
            }
        });
    };
    expressions::visit(workflow, &mut |_, source| {
        note(source);
        if source.contains(['\'', '"']) {
            quoted.extend(source.split(['\'', '"']));
        }
    });
    time_rules(workflow).into_iter().for_each(note);
    (found, quoted)
}

/// All time rules.
fn time_rules(workflow: &Workflow) -> Vec<&str> {
    let mut rules = Vec::new();
    for state in workflow.all_states() {
        rules.extend(state.timers.iter().map(|timer| timer.rule.as_str()));
        for step in &state.steps {
            rules.extend(step.due.as_deref());
            rules.extend(step.remind.iter().map(String::as_str));
            rules.extend(step.escalate.iter().map(|item| item.after.as_str()));
        }
    }
    rules
}

#[cfg(test)]
mod tests;
