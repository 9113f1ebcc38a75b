//! Parts of a workflow that hold more than one value, spelled out as the language writes them: actions, conditions,
//! messages when it is late, settings of a step down to their last value. Says nothing about differences.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::ir::{Action, Each, Escalation, Expr, Recipient, Requirement};

/// Actions, one line each; what stands inside a choice or a loop follows it.
pub fn actions(actions: &[Action]) -> Vec<String> {
    actions.iter().map(action).collect()
}

fn action(action: &Action) -> String {
    match action {
        Action::Assign { path, value } => format!("set {path}: {value}"),
        Action::Raise { event, data } => format!("raise {event}{}", named(data)),
        Action::Send { event, to, data, after, id } => {
            let to = match to {
                Recipient::Itself => String::new(),
                Recipient::Parent => " to parent".into(),
                Recipient::Children(state) => format!(" to children of {state}"),
            };
            let after = after.as_ref().map(|rule| format!(" after {rule}")).unwrap_or_default();
            let id = id.as_ref().map(|id| format!(" as {id}")).unwrap_or_default();
            format!("send {event}{to}{}{after}{id}", named(data))
        }
        Action::Cancel { id } => format!("cancel {id}"),
        Action::Notify { roles, text, data } => format!("notify {} {text}{}", roles.join(", "), named(data)),
        Action::Artifact { name, content } => format!("artifact {name}: {content}"),
        Action::Erase { steps } if steps.is_empty() => "erase all".into(),
        Action::Erase { steps } => format!("erase {}", steps.join(", ")),
        Action::Log { value } => format!("log {value}"),
        Action::If { cond, then, otherwise } => {
            let other = if otherwise.is_empty() { String::new() } else { format!(" else {}", block(otherwise)) };
            format!("if {cond} then {}{other}", block(then))
        }
        Action::ForEach { each, body } => format!("for each {} do {}", loops(each), block(body)),
    }
}

fn block(inside: &[Action]) -> String {
    format!("({})", actions(inside).join("; "))
}

fn named(data: &BTreeMap<String, Expr>) -> String {
    if data.is_empty() {
        return String::new();
    }
    let fields: Vec<String> = data.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    format!(" with {}", fields.join(", "))
}

/// A loop as `var in list`.
pub fn loops(each: &Each) -> String {
    format!("{} in {}", each.var, each.list)
}

/// Conditions with the reasons given when they do not hold.
pub fn requirements(requirements: &[Requirement]) -> Vec<String> {
    let one = |requirement: &Requirement| {
        let each = requirement.each.as_ref().map(|each| format!("for each {}: ", loops(each))).unwrap_or_default();
        let when = requirement.when.as_ref().map(|when| format!("when {when}: ")).unwrap_or_default();
        format!("{each}{when}{} else {}", requirement.that, requirement.reason)
    };
    requirements.iter().map(one).collect()
}

/// Messages to others when a step is late.
pub fn escalations(escalations: &[Escalation]) -> Vec<String> {
    escalations.iter().map(|escalation| format!("{}: {}", escalation.after, escalation.roles.join(", "))).collect()
}

/// The values inside a setting with the path that leads there: `rounds[feedback].who`. Elements of a list go by their
/// `id`, or by their number.
pub fn leaves(path: &str, value: &Value, into: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, value) in fields {
                leaves(&format!("{path}.{name}"), value, into);
            }
        }
        Value::Array(items) if items.iter().any(|item| item.is_object() || item.is_array()) => {
            for (number, item) in items.iter().enumerate() {
                let id = item.get("id").and_then(Value::as_str).map_or_else(|| (number + 1).to_string(), str::to_owned);
                leaves(&format!("{path}[{id}]"), item, into);
            }
        }
        plain => into.push((path.to_owned(), plain.clone())),
    }
}
