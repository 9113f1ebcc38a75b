//! For code hosts and editors: SARIF 2.1.0 (OASIS standard).

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::language::codes;
use crate::language::diagnostic::{Diagnostic, Severity};
use crate::language::span::SourceFile;

/// A SARIF log of one run. Columns count UTF-16 units, as SARIF wants by default.
pub fn sarif(items: &[Diagnostic], sources: &[SourceFile]) -> Value {
    let used: BTreeSet<&str> = items.iter().map(|item| item.code).collect();
    let rules: Vec<Value> = used
        .iter()
        .filter_map(|id| codes::find(id))
        .map(|code| {
            json!({
                "id": code.id,
                "shortDescription": {"text": code.title},
                "helpUri": format!("docs/codes/{}.md", code.id),
                "defaultConfiguration": {"level": level(code.severity)},
            })
        })
        .collect();
    let results: Vec<Value> = items.iter().map(|item| result(item, sources, &used)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "draaiboek",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(item: &Diagnostic, sources: &[SourceFile], used: &BTreeSet<&str>) -> Value {
    let text = match &item.help {
        Some(help) => format!("{} Help: {help}", item.message),
        None => item.message.clone(),
    };
    let mut value = json!({
        "ruleId": item.code,
        "ruleIndex": used.iter().position(|id| *id == item.code),
        "level": level(item.severity),
        "message": {"text": text},
    });
    if let Some(place) = &item.place {
        let text = sources.iter().find(|source| source.name == place.file).map_or("", |source| &source.text);
        let (start_line, start_column) = position(text, place.start as usize);
        let (end_line, end_column) = position(text, place.end as usize);
        value["locations"] = json!([{
            "physicalLocation": {
                "artifactLocation": {"uri": uri(&place.file)},
                "region": {
                    "startLine": start_line,
                    "startColumn": start_column,
                    "endLine": end_line,
                    "endColumn": end_column,
                    "byteOffset": place.start,
                    "byteLength": place.end.saturating_sub(place.start),
                },
            },
        }]);
    }
    value
}

/// Line and column (UTF-16 units) of a byte, both from 1.
fn position(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].encode_utf16().count() + 1)
}

/// A file name as a relative URI.
fn uri(name: &str) -> String {
    name.bytes()
        .map(|byte| match byte {
            b'\\' => "/".to_owned(),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' | b':' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
