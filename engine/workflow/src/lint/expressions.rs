//! All expressions and actions of a workflow with the path of the element they belong to, and the names in them.
//!
//! Paths are those of the source map (docs/language.md).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::Value;

use crate::ir::{Action, Requirement, State, Step, Workflow};

/// Calls `each` with path and source of every expression: those of roles, of steps, of states.
pub fn visit<'a>(workflow: &'a Workflow, each: &mut dyn FnMut(&str, &'a str)) {
    let mut walk = Walk { path: String::with_capacity(128), expression: each, action: &mut |_, _| {} };
    walk.workflow(workflow);
}

/// Calls `each` with path and action for every action, nested ones included.
pub fn visit_actions<'a>(workflow: &'a Workflow, each: &mut dyn FnMut(&str, &'a Action)) {
    let mut walk = Walk { path: String::with_capacity(128), expression: &mut |_, _| {}, action: each };
    walk.workflow(workflow);
}

/// Whether an expression of a step names a variable.
pub fn reads(step: &Step, variable: &str) -> bool {
    let mut found = false;
    let mut expression = |_: &str, source: &str| names(source, &mut |name, _| found |= name == variable);
    Walk { path: String::new(), expression: &mut expression, action: &mut |_, _| {} }.step(step);
    found
}

/// A walk through a workflow that keeps the path of where it is.
struct Walk<'a, 'f> {
    path: String,
    expression: &'f mut dyn FnMut(&str, &'a str),
    action: &'f mut dyn FnMut(&str, &'a Action),
}

impl<'a> Walk<'a, '_> {
    /// Does something one step further down the path.
    fn at(&mut self, step: &str, inner: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('/');
        }
        self.path.push_str(step);
        inner(self);
        self.path.truncate(length);
    }

    /// Does something for each element of a list, with its number in the path.
    fn each<T>(&mut self, step: &str, items: &'a [T], mut inner: impl FnMut(&mut Self, &'a T)) {
        if items.is_empty() {
            return;
        }
        self.at(step, |walk| {
            for (n, item) in items.iter().enumerate() {
                let length = walk.path.len();
                let _ = write!(walk.path, "/{n}");
                inner(walk, item);
                walk.path.truncate(length);
            }
        });
    }

    fn source(&mut self, source: &'a str) {
        (self.expression)(&self.path, source);
    }

    fn optional(&mut self, step: &str, source: Option<&'a String>) {
        if let Some(source) = source {
            self.at(step, |walk| walk.source(source));
        }
    }

    fn named(&mut self, sources: &'a BTreeMap<String, String>) {
        for (name, source) in sources {
            self.at(name, |walk| walk.source(source));
        }
    }

    fn workflow(&mut self, workflow: &'a Workflow) {
        for (id, role) in &workflow.roles {
            self.at("role", |walk| walk.optional(id, role.from.as_ref()));
        }
        for view in &workflow.views {
            self.at("view", |walk| walk.at(&view.role, |walk| walk.named(&view.fields)));
        }
        for step in workflow.all_states().into_iter().flat_map(|state| &state.steps) {
            self.at("step", |walk| walk.at(&step.id, |walk| walk.step(step)));
        }
        self.states(workflow);
    }

    fn states(&mut self, workflow: &'a Workflow) {
        for state in workflow.all_states() {
            self.at("state", |walk| walk.at(&state.id, |walk| walk.state(state)));
        }
    }

    fn state(&mut self, state: &'a State) {
        if let Some(run) = &state.run {
            self.at("run", |walk| {
                walk.optional("for_each", run.each.as_ref().map(|each| &each.list));
                walk.optional("key", run.key.as_ref());
                walk.at("with", |walk| walk.named(&run.with));
            });
        }
        self.each("entry", &state.on_entry, Self::one_action);
        self.each("exit", &state.on_exit, Self::one_action);
        self.each("on", &state.on, |walk, transition| {
            walk.optional("when", transition.when.as_ref());
            walk.each("require", &transition.require, Self::requirement);
            walk.each("do", &transition.actions, Self::one_action);
        });
    }

    fn step(&mut self, step: &'a Step) {
        self.at("with", |walk| walk.tree(&step.with));
        self.at("inputs", |walk| walk.named(&step.inputs));
        self.each("checks", &step.checks, Self::requirement);
        self.optional("assign", step.assign.as_ref());
    }

    fn tree(&mut self, value: &'a Value) {
        match value {
            Value::String(text) => {
                if let Some(expression) = embedded(text) {
                    self.source(expression);
                }
            }
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    let length = self.path.len();
                    let _ = write!(self.path, "/{n}");
                    self.tree(item);
                    self.path.truncate(length);
                }
            }
            Value::Object(fields) => {
                for (name, item) in fields {
                    self.at(name, |walk| walk.tree(item));
                }
            }
            _ => {}
        }
    }

    fn requirement(&mut self, item: &'a Requirement) {
        self.optional("for_each", item.each.as_ref().map(|each| &each.list));
        self.optional("when", item.when.as_ref());
        self.at("that", |walk| walk.source(&item.that));
        self.at("else", |walk| walk.between(&item.reason, '{', '}'));
    }

    /// The expressions between brackets of a text.
    fn between(&mut self, text: &'a str, open: char, close: char) {
        let mut rest = text;
        while let Some(start) = rest.find(open) {
            let Some(length) = rest[start..].find(close) else {
                return;
            };
            self.source(rest[start + 1..start + length].trim());
            rest = &rest[start + length + 1..];
        }
    }

    fn one_action(&mut self, action: &'a Action) {
        (self.action)(&self.path, action);
        match action {
            Action::Assign { path, value } => {
                self.at("path", |walk| walk.between(path, '[', ']'));
                self.source(value);
            }
            Action::Raise { data, .. } | Action::Send { data, .. } | Action::Notify { data, .. } => self.named(data),
            Action::Artifact { content, .. } => self.source(content),
            Action::Log { value } => self.source(value),
            Action::If { cond, then, otherwise } => {
                self.source(cond);
                self.each("then", then, Self::one_action);
                self.each("else", otherwise, Self::one_action);
            }
            Action::ForEach { each, body } => {
                self.at("for_each", |walk| walk.source(&each.list));
                self.each("do", body, Self::one_action);
            }
            Action::Cancel { .. } | Action::Erase { .. } => {}
        }
    }
}

/// The expression inside a text `${…}`.
pub fn embedded(text: &str) -> Option<&str> {
    Some(text.strip_prefix("${")?.strip_suffix('}')?.trim())
}

/// Calls `each` with the variables that an expression names, each with its first field: `steps.cards.result` gives `("steps", "cards")`,
/// `data` alone gives `("data", "")`. Texts inside the expression are passed over.
pub fn names<'s>(source: &'s str, each: &mut dyn FnMut(&'s str, &'s str)) {
    let bytes = source.as_bytes();
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let end_of = |from: usize| (from..bytes.len()).find(|i| !word(bytes[*i])).unwrap_or(bytes.len());
    let (mut at, mut after_dot) = (0, false);
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'\'' | b'"') => {
                at = after_text(bytes, at, quote);
                after_dot = false;
            }
            b if word(b) => {
                let end = end_of(at);
                let mut next = end;
                if !after_dot && !b.is_ascii_digit() {
                    let field = bytes.get(end) == Some(&b'.');
                    next = if field { end_of(end + 1) } else { end };
                    each(&source[at..end], source.get(end + 1..next).unwrap_or_default());
                }
                at = next;
                after_dot = false;
            }
            b => {
                after_dot = b == b'.' || (after_dot && b.is_ascii_whitespace());
                at += 1;
            }
        }
    }
}

/// The byte after a text that begins at `at`.
fn after_text(bytes: &[u8], at: usize, quote: u8) -> usize {
    let raw = at > 0 && bytes[at - 1] == b'r';
    let mut at = at + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if !raw => at += 1,
            b if b == quote => return at + 1,
            _ => {}
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_with_their_first_field() {
        for (source, expected) in [
            ("data", vec![("data", "")]),
            ("size(steps.cards.result.x) > 0", vec![("size", ""), ("steps", "cards")]),
            ("a.steps.b == 'steps.c' && d[\"steps.e\"]", vec![("a", "steps"), ("d", "")]),
            ("steps . x + r'\\' + data.y", vec![("steps", ""), ("r", ""), ("data", "y")]),
            ("'it\\'s data.z' + 1.5e3 + é", vec![]),
            ("data.reports[event.data.team]", vec![("data", "reports"), ("event", "data")]),
        ] {
            let mut found = Vec::new();
            names(source, &mut |root, field| found.push((root, field)));
            assert_eq!(found, expected, "{source}");
        }
    }
}
