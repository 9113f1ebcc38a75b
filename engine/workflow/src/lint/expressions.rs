//! All expressions of a workflow with the path of the element they belong to.
//!
//! Paths are those of the source map (docs/language.md).

use serde_json::Value;

use crate::ir::{Action, Each, Requirement, State, Step, Transition, Workflow};

/// Calls `each` with path and source of every expression, in document order.
pub fn visit<'a>(workflow: &'a Workflow, each: &mut dyn FnMut(&str, &'a str)) {
    for (id, role) in &workflow.roles {
        if let Some(from) = &role.from {
            each(&format!("role/{id}"), from);
        }
    }
    for place in &workflow.states {
        state(place, each);
    }
}

fn state<'a>(state_: &'a State, each: &mut dyn FnMut(&str, &'a str)) {
    let path = format!("state/{}", state_.id);
    for item in &state_.steps {
        step(item, each);
    }
    if let Some(run) = &state_.run {
        list(run.each.as_ref(), &format!("{path}/run"), each);
        if let Some(key) = &run.key {
            each(&format!("{path}/run/key"), key);
        }
        for (name, value) in &run.with {
            each(&format!("{path}/run/with/{name}"), value);
        }
    }
    actions(&state_.on_entry, &format!("{path}/entry"), each);
    actions(&state_.on_exit, &format!("{path}/exit"), each);
    for (n, item) in state_.on.iter().enumerate() {
        transition(item, &format!("{path}/on/{n}"), each);
    }
    for child in &state_.states {
        state(child, each);
    }
}

fn transition<'a>(item: &'a Transition, path: &str, each: &mut dyn FnMut(&str, &'a str)) {
    if let Some(when) = &item.when {
        each(&format!("{path}/when"), when);
    }
    requirements(&item.require, &format!("{path}/require"), each);
    actions(&item.actions, &format!("{path}/do"), each);
}

fn step<'a>(step: &'a Step, each: &mut dyn FnMut(&str, &'a str)) {
    let path = format!("step/{}", step.id);
    tree(&step.with, &format!("{path}/with"), each);
    for (name, value) in &step.inputs {
        each(&format!("{path}/inputs/{name}"), value);
    }
    requirements(&step.checks, &format!("{path}/checks"), each);
    if let Some(assign) = &step.assign {
        each(&format!("{path}/assign"), assign);
    }
}

/// The expression inside a text `${…}`.
pub fn embedded(text: &str) -> Option<&str> {
    Some(text.strip_prefix("${")?.strip_suffix('}')?.trim())
}

fn tree<'a>(value: &'a Value, path: &str, each: &mut dyn FnMut(&str, &'a str)) {
    match value {
        Value::String(text) => {
            if let Some(expression) = embedded(text) {
                each(path, expression);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                tree(item, &format!("{path}/{n}"), each);
            }
        }
        Value::Object(fields) => {
            for (name, item) in fields {
                tree(item, &format!("{path}/{name}"), each);
            }
        }
        _ => {}
    }
}

fn list<'a>(item: Option<&'a Each>, path: &str, each: &mut dyn FnMut(&str, &'a str)) {
    if let Some(item) = item {
        each(&format!("{path}/for_each"), &item.list);
    }
}

fn requirements<'a>(items: &'a [Requirement], path: &str, each: &mut dyn FnMut(&str, &'a str)) {
    for (n, item) in items.iter().enumerate() {
        let path = format!("{path}/{n}");
        list(item.each.as_ref(), &path, each);
        if let Some(when) = &item.when {
            each(&format!("{path}/when"), when);
        }
        each(&format!("{path}/that"), &item.that);
        braced(&item.reason, &format!("{path}/else"), ('{', '}'), each);
    }
}

/// The expressions between brackets of a text.
fn braced<'a>(text: &'a str, path: &str, (open, close): (char, char), each: &mut dyn FnMut(&str, &'a str)) {
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        let Some(length) = rest[start..].find(close) else {
            return;
        };
        each(path, rest[start + 1..start + length].trim());
        rest = &rest[start + length + 1..];
    }
}

fn actions<'a>(items: &'a [Action], path: &str, each: &mut dyn FnMut(&str, &'a str)) {
    for (n, item) in items.iter().enumerate() {
        let path = format!("{path}/{n}");
        match item {
            Action::Assign { path: target, value } => {
                braced(target, &format!("{path}/path"), ('[', ']'), each);
                each(&path, value);
            }
            Action::Raise { data, .. } | Action::Send { data, .. } | Action::Notify { data, .. } => {
                for (name, value) in data {
                    each(&format!("{path}/{name}"), value);
                }
            }
            Action::Artifact { content, .. } => each(&path, content),
            Action::Log { value } => each(&path, value),
            Action::If { cond, then, otherwise } => {
                each(&path, cond);
                actions(then, &format!("{path}/then"), each);
                actions(otherwise, &format!("{path}/else"), each);
            }
            Action::ForEach { each: item, body } => {
                list(Some(item), &path, each);
                actions(body, &format!("{path}/do"), each);
            }
            Action::Cancel { .. } => {}
        }
    }
}

/// Calls `each` with path and action for every action, nested ones included.
pub fn visit_actions<'a>(workflow: &'a Workflow, each: &mut dyn FnMut(&str, &'a Action)) {
    for state in workflow.all_states() {
        let path = format!("state/{}", state.id);
        walk(&state.on_entry, &format!("{path}/entry"), each);
        walk(&state.on_exit, &format!("{path}/exit"), each);
        for (n, item) in state.on.iter().enumerate() {
            walk(&item.actions, &format!("{path}/on/{n}/do"), each);
        }
    }
}

fn walk<'a>(items: &'a [Action], path: &str, each: &mut dyn FnMut(&str, &'a Action)) {
    for (n, item) in items.iter().enumerate() {
        let path = format!("{path}/{n}");
        each(&path, item);
        match item {
            Action::If { then, otherwise, .. } => {
                walk(then, &format!("{path}/then"), each);
                walk(otherwise, &format!("{path}/else"), each);
            }
            Action::ForEach { body, .. } => walk(body, &format!("{path}/do"), each),
            _ => {}
        }
    }
}
