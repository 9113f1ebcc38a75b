//! What the names in a workflow refer to, whether the chart stands, and whether configurations fit their kinds.
//!
//! Works on the compiled form; the source map turns paths into places. Everything found here is an error: the
//! workflow could not run, or would surely fail on the way.

mod actions;
mod compile;
mod events;
mod kinds;
mod moments;
mod steps;
mod structure;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Arguments;

use super::diagnostic::{Draft, Sink};
use super::span::{SourceFile, SourceMap};
use super::suggest::nearest;
use crate::definition::Definition;
use crate::ir::{Step, Workflow};
use crate::lint::outline::Outline;

pub use kinds::{Kind, Kinds};

/// What the checks share.
pub(super) struct Verify<'a> {
    pub(super) workflow: &'a Workflow,
    pub(super) outline: Outline<'a>,
    pub(super) steps: BTreeMap<&'a str, &'a Step>,
    pub(super) timers: BTreeSet<&'a str>,
    pub(super) map: &'a SourceMap,
    pub(super) sources: &'a [SourceFile],
    pub(super) sink: &'a mut Sink,
}

/// Checks a workflow and compiles it; problems go to the sink.
pub fn verify(
    workflow: &Workflow,
    kinds: Option<&Kinds>,
    map: &SourceMap,
    sources: &[SourceFile],
    sink: &mut Sink,
) -> Option<Definition> {
    let states = workflow.all_states();
    let mut verify = Verify {
        workflow,
        outline: Outline::of(workflow),
        steps: states.iter().flat_map(|state| state.steps.iter().map(|step| (step.id.as_str(), step))).collect(),
        timers: states.iter().flat_map(|state| state.timers.iter().map(|timer| timer.id.as_str())).collect(),
        map,
        sources,
        sink,
    };
    let views: Vec<String> = workflow.views.iter().map(|view| view.role.clone()).collect();
    for role in &views {
        verify.roles_exist(std::slice::from_ref(role), format_args!("view/{role}"));
    }
    for (id, role) in &workflow.roles {
        verify.roles_exist(&role.apart, format_args!("role/{id}/apart"));
    }
    verify.structure();
    verify.events();
    verify.actions();
    verify.step_references();
    verify.moments();
    if let Some(kinds) = kinds {
        verify.kinds(kinds);
    }
    if verify.sink.has_errors() {
        return None;
    }
    verify.compile()
}

impl Verify<'_> {
    /// Adds a problem at the place of an element.
    pub(super) fn problem(&mut self, code: &'static str, path: &str, message: impl Into<String>) -> Draft<'_> {
        let span = self.map.find(path);
        self.sink.add(code, span, message)
    }

    /// The candidate nearest to a word, unless nobody will read it.
    pub(super) fn nearest<'c>(&self, word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
        if self.sink.is_full() { None } else { nearest(word, candidates) }
    }

    /// Checks that each role is declared.
    pub(super) fn roles_exist(&mut self, roles: &[String], path: Arguments<'_>) {
        for (n, role) in roles.iter().enumerate() {
            if !self.workflow.roles.contains_key(role) {
                self.unknown_role(role, &format!("{path}/{n}"));
            }
        }
    }

    /// Adds "unknown role".
    pub(super) fn unknown_role(&mut self, role: &str, path: &str) {
        let workflow = self.workflow;
        let near = self.nearest(role, workflow.roles.keys().map(String::as_str));
        self.problem("DB063", path, format!("The role `{role}` is not declared."))
            .did_you_mean(near, || format!("declare it: `roles: {{{role}: {{}}}}`"));
    }

    /// Checks that a step exists.
    pub(super) fn step_exists(&mut self, step: &str, path: Arguments<'_>) -> bool {
        if self.steps.contains_key(step) {
            return true;
        }
        let near = self.nearest(step, self.steps.keys().copied());
        self.problem("DB064", &path.to_string(), format!("There is no step `{step}`."))
            .did_you_mean(near, || "give the id of a step; a `step:` bears the id of its state".to_owned());
        false
    }

    /// Checks that a state exists.
    pub(super) fn state_exists(&mut self, state: &str, path: Arguments<'_>) -> Option<usize> {
        let found = self.outline.number(state);
        if found.is_none() {
            let near = self.nearest(state, self.outline.ids());
            self.problem("DB060", &path.to_string(), format!("There is no state `{state}`."))
                .did_you_mean(near, || "give the id of a state of this workflow".to_owned());
        }
        found
    }
}
