//! Conditions and expressions: CEL (Common Expression Language) without loops, bounded by construction.
//!
//! Source text is parsed to a flat tree, checked against a declared context ([`Env`]), and evaluated over
//! variables that resolve lazily ([`Vars`]) and functions that the embedder lends ([`Functions`]). A program can
//! neither recurse nor loop; `limits` holds every bound. Here live the language and its values; what the
//! variables of a workflow are is decided elsewhere.

mod ast;
mod builtins;
mod check;
mod check_calls;
mod check_relations;
mod compare;
mod convert;
mod env;
mod error;
mod eval;
mod functions;
mod lexer;
pub mod limits;
mod operators;
mod parser;
mod parser_primary;
mod references;
pub mod school;
mod scope;
pub mod suggest;
#[cfg(test)]
mod tests;
mod types;
mod value;

use std::fmt;
use std::sync::Arc;

pub use builtins::norm;
pub use env::{Env, Signature};
pub use error::{CelCode, CelError, EvalCode, EvalError, Span};
pub use functions::Functions;
pub(crate) use parser_primary::is_reserved;
pub use references::{Path, References};
pub use scope::Scope;
pub use types::{Field, ObjectType, Type};
pub use value::{Key, List, Map, Text, TypeName, Value, Vars};

/// A compiled expression: immutable, shared between threads, cheap to clone.
#[derive(Clone)]
pub struct Program(Arc<Compiled>);

struct Compiled {
    source: Box<str>,
    ast: ast::Ast,
    references: References,
    warnings: Vec<CelError>,
    result: Type,
}

impl Program {
    /// Parses and checks `source` against `env`. Errors: every problem found, in source order.
    pub fn compile(source: &str, env: &Env) -> Result<Self, Vec<CelError>> {
        Self::compile_as(source, env, &Type::Dyn)
    }

    /// As [`Program::compile`], for a place that needs a value of type `wanted` (a guard: `Type::Bool`).
    pub fn compile_as(source: &str, env: &Env, wanted: &Type) -> Result<Self, Vec<CelError>> {
        let ast = parser::parse(source).map_err(|error| vec![error])?;
        let report = check::check(&ast, env, wanted);
        if !report.errors.is_empty() {
            return Err(report.errors);
        }
        Ok(Self::new(source, ast, report.warnings, report.result))
    }

    /// Parses only: unknown names and wrong types are errors when it runs (as SCXML needs it).
    pub fn compile_unchecked(source: &str) -> Result<Self, Vec<CelError>> {
        let ast = parser::parse(source).map_err(|error| vec![error])?;
        Ok(Self::new(source, ast, Vec::new(), Type::Dyn))
    }

    fn new(source: &str, ast: ast::Ast, warnings: Vec<CelError>, result: Type) -> Self {
        let references = references::collect(&ast);
        Self(Arc::new(Compiled { source: source.into(), ast, references, warnings, result }))
    }

    /// Evaluates. The same inputs give the same answer, within the bounds of `limits`.
    pub fn eval<'v>(&'v self, vars: &'v dyn Vars, functions: &'v dyn Functions) -> Result<Value<'v>, EvalError> {
        eval::evaluate(&self.0.ast, vars, functions)
    }

    /// Evaluates a condition. An answer that is not a truth value is an error.
    pub fn eval_bool(&self, vars: &dyn Vars, functions: &dyn Functions) -> Result<bool, EvalError> {
        let value = eval::evaluate(&self.0.ast, vars, functions)?;
        value.as_bool().ok_or_else(|| EvalError {
            code: EvalCode::NoSuchOverload,
            message: format!("a condition must be true or false, not {}", value.describe()),
            span: self.0.ast.span(self.0.ast.root),
        })
    }

    /// The source text.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// What it reads and calls.
    pub fn references(&self) -> &References {
        &self.0.references
    }

    /// What may go wrong when it runs although it compiles.
    pub fn warnings(&self) -> &[CelError] {
        &self.0.warnings
    }

    /// The static type of its answer.
    pub fn result_type(&self) -> &Type {
        &self.0.result
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.0.source).finish()
    }
}

/// Two programs are equal when their source is.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}
