//! What an expression reads: variables, paths and functions, for linting. No types.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{Ast, Expr, NodeId};
use super::error::Span;

/// What an expression uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct References {
    /// Names of the variables it reads.
    pub variables: BTreeSet<String>,
    /// The longest paths it reads, in source order: `steps.cards.result` or `data["a"]`.
    pub paths: Vec<Path>,
    /// Names of all functions it calls, built-in ones included.
    pub functions: BTreeSet<String>,
}

/// One path of names from a variable downwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// The variable, then field names and constant text keys.
    pub names: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// Whether `has()` asks for it.
    pub tested: bool,
}

impl Path {
    /// The names joined by dots.
    pub fn dotted(&self) -> String {
        self.names.join(".")
    }
}

/// Collects the references of a tree.
pub(crate) fn collect(ast: &Ast) -> References {
    let mut found = References::default();
    visit(ast, ast.root, &mut found);
    found
}

fn visit(ast: &Ast, id: NodeId, found: &mut References) {
    if let Some(names) = path(ast, id) {
        let names: Vec<String> = names.iter().map(|n| n.to_string()).collect();
        let tested = matches!(ast.expr(id), Expr::Has { .. });
        found.variables.extend(names.first().cloned());
        found.paths.push(Path { names, span: ast.span(id), tested });
        return;
    }
    if let Expr::Call { name, .. } = ast.expr(id) {
        found.functions.insert(name.to_string());
    }
    ast.expr(id).each_child(&mut |child| visit(ast, child, found));
}

/// The names of a chain of selections that starts at a variable.
pub(crate) fn path(ast: &Ast, id: NodeId) -> Option<Vec<Arc<str>>> {
    match ast.expr(id) {
        Expr::Ident(name) => Some(vec![name.clone()]),
        Expr::Select { base, field, .. } | Expr::Has { base, field, .. } => {
            let mut names = path(ast, *base)?;
            names.push(field.clone());
            Some(names)
        }
        Expr::Index { base, index } => {
            let Expr::Text(key) = ast.expr(*index) else {
                return None;
            };
            let mut names = path(ast, *base)?;
            names.push(key.clone());
            Some(names)
        }
        _ => None,
    }
}
