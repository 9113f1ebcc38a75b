//! The parts of a workflow that hold expressions inside other text: templates, trees of configuration, paths.
//!
//! Compiles them; evaluates nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::compile::Compiler;
use super::programs::{Segment, Template, TemplatePart, Tree};
use crate::cel::{Program, Type};
use crate::ir;

impl Compiler {
    pub(super) fn template(&mut self, place: &str, text: &str) -> Template {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let Some(length) = rest[open..].find('}') else {
                break;
            };
            if open > 0 {
                parts.push(TemplatePart::Text(rest[..open].to_owned()));
            }
            if let Some(program) = self.expr(place, rest[open + 1..open + length].trim(), &Type::Dyn) {
                parts.push(TemplatePart::Value(program));
            }
            rest = &rest[open + length + 1..];
        }
        if !rest.is_empty() {
            parts.push(TemplatePart::Text(rest.to_owned()));
        }
        Template(parts)
    }

    pub(super) fn named(&mut self, place: &str, exprs: &BTreeMap<String, ir::Expr>) -> Vec<(String, Program)> {
        exprs
            .iter()
            .filter_map(|(name, e)| Some((name.clone(), self.expr(&format!("{place}:{name}"), e, &Type::Dyn)?)))
            .collect()
    }

    pub(super) fn tree(&mut self, place: &str, value: &Value) -> Tree {
        match value {
            Value::String(text) => match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
                Some(source) => {
                    self.expr(place, source.trim(), &Type::Dyn).map_or(Tree::Plain(Value::Null), Tree::Value)
                }
                None => Tree::Plain(value.clone()),
            },
            Value::Array(items) if has_expression(value) => {
                Tree::List(items.iter().enumerate().map(|(i, item)| self.tree(&format!("{place}/{i}"), item)).collect())
            }
            Value::Object(fields) if has_expression(value) => {
                Tree::Object(fields.iter().map(|(k, v)| (k.clone(), self.tree(&format!("{place}/{k}"), v))).collect())
            }
            _ => Tree::Plain(value.clone()),
        }
    }

    /// `reports[event.data.team].status`: fields and computed keys.
    pub(super) fn path(&mut self, place: &str, path: &str) -> Option<Vec<Segment>> {
        let mut segments = Vec::new();
        let mut rest = path;
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let Some(end) = closing(inner) else {
                    self.problem(place, format!("`{path}` misses a closing `]`"));
                    return None;
                };
                segments.push(Segment::Key(self.expr(place, &inner[..end], &Type::Dyn)?));
                rest = inner[end + 1..].trim_start_matches('.');
            } else {
                let end = rest.find(['.', '[']).unwrap_or(rest.len());
                segments.push(Segment::Field(rest[..end].to_owned()));
                rest = rest[end..].trim_start_matches('.');
            }
        }
        if segments.is_empty() {
            self.problem(place, "an assignment needs the name of a field of `data`");
            return None;
        }
        Some(segments)
    }
}

fn closing(inner: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (i, c) in inner.char_indices() {
        match c {
            '[' => depth += 1,
            ']' if depth == 0 => return Some(i),
            ']' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn has_expression(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with("${") && text.ends_with('}'),
        Value::Array(items) => items.iter().any(has_expression),
        Value::Object(fields) => fields.values().any(has_expression),
        _ => false,
    }
}
