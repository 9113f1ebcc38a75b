//! For scripts: one object with all messages.

use serde_json::{Value, json};

use crate::language::diagnostic::{Diagnostic, Severity};

/// `{"errors": n, "warnings": n, "diagnostics": [{code, severity, message, place, label, help, page}]}`.
pub fn json(items: &[Diagnostic]) -> Value {
    let count = |severity| items.iter().filter(|item| item.severity == severity).count();
    let diagnostics: Vec<Value> = items
        .iter()
        .map(|item| {
            let mut value = json!(item);
            value["page"] = json!(item.page());
            value
        })
        .collect();
    json!({
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "diagnostics": diagnostics,
    })
}
