//! The linear form: a list of steps becomes states in a row and an end.

use super::state::empty;
use super::{Lowering, string};
use crate::ir;
use crate::language::node::Node;
use crate::language::span::Path;

/// Id of the end of a linear workflow.
pub const DONE: &str = "done";

impl Lowering<'_> {
    /// Each step becomes a state of its id that leads to the next one when the step is concluded.
    pub(super) fn linear(&mut self, node: &Node) -> Vec<ir::State> {
        let mut states = Vec::new();
        let items = node.items();
        for (n, item) in items.iter().enumerate() {
            let id = string(item.get("id"));
            let span = item.get("id").map_or(item.span, |id| id.span);
            let next = items.get(n + 1).map_or_else(|| DONE.to_owned(), |next| string(next.get("id")));
            self.declare_state(&id, span);
            self.text(format_args!("state.{id}"), item.get("title"));
            self.map.put(Path::of("state").at(&id).at("on").nth(0), span);
            let step = self.step(&id, span, item);
            states.push(ir::State {
                on: vec![advance(&id, next)],
                mandatory: step.mandatory,
                steps: vec![step],
                ..empty(&id, ir::StateKind::Atomic)
            });
        }
        if !states.is_empty() {
            self.declare_state(DONE, node.span);
            states.push(empty(DONE, ir::StateKind::Final));
        }
        states
    }
}

fn advance(id: &str, next: String) -> ir::Transition {
    ir::Transition {
        events: vec![format!("done.step.{id}")],
        when: None,
        roles: Vec::new(),
        require: Vec::new(),
        error: None,
        concludes: Vec::new(),
        event_data: None,
        needs_reason: false,
        targets: vec![next],
        internal: false,
        actions: Vec::new(),
        mandatory: false,
    }
}
