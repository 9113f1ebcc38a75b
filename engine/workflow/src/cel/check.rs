//! The static checker: every name known, every type fitting, before anything runs. Finds all problems at once.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::ast::{ArithOp, Ast, Callee, Expr, NodeId};
use super::check_calls;
use super::env::Env;
use super::error::{CelCode, CelError, Span};
use super::limits::MAX_ERRORS;
use super::references::path;
use super::suggest::did_you_mean;
use super::types::{Field, ObjectType, Type};
use super::value::TypeName;

/// What the checker found.
pub(crate) struct Report {
    pub errors: Vec<CelError>,
    pub warnings: Vec<CelError>,
    pub result: Type,
}

/// Checks the whole tree.
pub(crate) fn check(ast: &Ast, env: &Env, wanted: &Type) -> Report {
    let mut checker = Checker { ast, env, errors: Vec::new(), warnings: Vec::new(), tested: BTreeSet::new() };
    checker.collect_tested(ast.root);
    let result = checker.infer(ast.root);
    if !result.fits(wanted) {
        checker.fail(
            CelCode::TypeMismatch,
            ast.span(ast.root),
            format!("this place needs {wanted}, but the expression gives {result}"),
        );
    }
    let Checker { mut errors, mut warnings, .. } = checker;
    errors.sort_by_key(|e| e.span);
    errors.truncate(MAX_ERRORS);
    warnings.truncate(MAX_ERRORS);
    Report { errors, warnings, result }
}

/// The walk over one tree.
pub(super) struct Checker<'a> {
    pub(super) ast: &'a Ast,
    pub(super) env: &'a Env,
    errors: Vec<CelError>,
    warnings: Vec<CelError>,
    /// Paths that a `has()` somewhere in the expression asks for.
    tested: BTreeSet<Vec<Arc<str>>>,
}

impl Checker<'_> {
    pub(super) fn fail(&mut self, code: CelCode, span: Span, message: impl Into<String>) {
        self.errors.push(CelError::new(code, span, message));
    }

    pub(super) fn fail_with(&mut self, code: CelCode, span: Span, message: impl Into<String>, help: Option<String>) {
        let error = CelError::new(code, span, message);
        self.errors.push(match help {
            Some(help) => error.help(help),
            None => error,
        });
    }

    pub(super) fn mismatch(&mut self, span: Span, message: impl Into<String>) {
        self.fail(CelCode::TypeMismatch, span, message);
    }

    fn collect_tested(&mut self, id: NodeId) {
        let ast = self.ast;
        if let Expr::Has { .. } = ast.expr(id) {
            self.tested.extend(path(ast, id));
        }
        ast.expr(id).each_child(&mut |child| self.collect_tested(child));
    }

    /// The type of a node; problems below it are noted.
    pub(super) fn infer(&mut self, id: NodeId) -> Type {
        let ast = self.ast;
        match ast.expr(id) {
            Expr::Null => Type::Null,
            Expr::Bool(_) => Type::Bool,
            Expr::Int(_) => Type::Int,
            Expr::Uint(_) => Type::Uint,
            Expr::Double(_) => Type::Double,
            Expr::Text(_) => Type::String,
            Expr::Ident(name) => self.variable(name, ast.span(id)),
            Expr::Select { base, field, field_span } => {
                let base = self.infer(*base);
                self.field(&base, field, *field_span, Some(id))
            }
            Expr::Has { base, field, field_span } => {
                let base = self.infer(*base);
                self.field(&base, field, *field_span, None);
                Type::Bool
            }
            Expr::Index { base, index } => self.index(id, *base, *index),
            Expr::List(items) => {
                let types: Vec<Type> = items.iter().map(|item| self.infer(*item)).collect();
                Type::list(types.into_iter().reduce(|a, b| a.join(&b)).unwrap_or(Type::Dyn))
            }
            Expr::Map(entries) => self.map(entries),
            Expr::Not(x) => {
                self.need_bool(*x, "`!`");
                Type::Bool
            }
            Expr::Neg(x) => self.negate(*x),
            Expr::Arith { first, rest } => self.arith(*first, rest),
            Expr::Relate { first, rest } => self.relate(*first, rest),
            Expr::And(items) => self.junction(items, "`&&`"),
            Expr::Or(items) => self.junction(items, "`||`"),
            Expr::If { cond, yes, no } => {
                self.need_bool(*cond, "the condition of `? :`");
                let (yes, no) = (self.infer(*yes), self.infer(*no));
                yes.join(&no)
            }
            Expr::Call { callee, name, name_span, args, .. } => match callee {
                Callee::Builtin(builtin) => check_calls::builtin(self, *builtin, *name_span, args),
                Callee::Pattern(_) => check_calls::builtin(self, super::functions::Builtin::Matches, *name_span, args),
                Callee::Host => check_calls::host(self, name, *name_span, args),
            },
        }
    }

    fn variable(&mut self, name: &str, span: Span) -> Type {
        if let Some(ty) = self.env.variable(name) {
            return ty.clone();
        }
        if TypeName::named(name).is_some() {
            return Type::TypeName;
        }
        let help = did_you_mean(name, self.env.variable_names()).or_else(|| {
            let names: Vec<&str> = self.env.variable_names().take(12).collect();
            (!names.is_empty()).then(|| format!("known here: {}", names.join(", ")))
        });
        self.fail_with(CelCode::UnknownVariable, span, format!("no variable `{name}`"), help);
        Type::Dyn
    }

    /// The type of a field. `read` is the selecting node, absent inside `has()`.
    pub(super) fn field(&mut self, base: &Type, name: &str, span: Span, read: Option<NodeId>) -> Type {
        match base.non_null() {
            Type::Dyn => Type::Dyn,
            Type::Map(value) => (**value).clone(),
            Type::Object(object) => match object.fields.get(name) {
                Some(field) => {
                    if !field.required {
                        self.maybe_missing(name, span, read);
                    }
                    field.ty.clone()
                }
                None if object.open => Type::Dyn,
                None => {
                    self.unknown_field(object, name, span);
                    Type::Dyn
                }
            },
            other => {
                let message = format!("`{name}` is asked of {other}, which has no fields");
                self.mismatch(span, message);
                Type::Dyn
            }
        }
    }

    fn unknown_field(&mut self, object: &ObjectType, name: &str, span: Span) {
        let help = did_you_mean(name, object.fields.keys().map(String::as_str)).or_else(|| {
            let names: Vec<&str> = object.fields.keys().map(String::as_str).take(12).collect();
            let more = if object.fields.len() > 12 { ", ..." } else { "" };
            (!names.is_empty()).then(|| format!("known fields: {}{more}", names.join(", ")))
        });
        self.fail_with(CelCode::UnknownField, span, format!("no field `{name}`"), help);
    }

    fn maybe_missing(&mut self, name: &str, span: Span, read: Option<NodeId>) {
        let Some(names) = read.and_then(|id| path(self.ast, id)) else {
            return;
        };
        if self.tested.contains(&names) {
            return;
        }
        let message = format!("`{name}` is optional; if it is missing, this expression fails");
        let dotted = names.join(".");
        let warning = CelError::new(CelCode::MaybeMissing, span, message);
        self.warnings.push(warning.help(format!("test `has({dotted})` first, or read it with `get(...)`")));
    }

    fn index(&mut self, id: NodeId, base_id: NodeId, index_id: NodeId) -> Type {
        let (base, index) = (self.infer(base_id), self.infer(index_id));
        let span = self.ast.span(index_id);
        match base.non_null() {
            Type::Dyn => Type::Dyn,
            Type::List(item) => {
                if !index.fits(&Type::Int) && !index.is_number() {
                    self.mismatch(span, format!("a list is indexed by int, not by {index}"));
                }
                (**item).clone()
            }
            Type::Map(value) => (**value).clone(),
            object @ Type::Object(_) => match self.ast.expr(index_id) {
                Expr::Text(name) => self.field(object, name, span, Some(id)),
                _ => {
                    if !index.fits(&Type::String) {
                        self.mismatch(span, format!("an object is indexed by string, not by {index}"));
                    }
                    Type::Dyn
                }
            },
            other => {
                let message = format!("{other} cannot be indexed");
                self.mismatch(self.ast.span(base_id), message);
                Type::Dyn
            }
        }
    }

    fn map(&mut self, entries: &[(NodeId, NodeId)]) -> Type {
        let mut fields = Vec::new();
        let mut values: Option<Type> = None;
        let mut textual = true;
        for (key, value) in entries {
            let key_type = self.infer(*key);
            let ty = self.infer(*value);
            values = Some(values.map_or(ty.clone(), |all| all.join(&ty)));
            match self.ast.expr(*key) {
                Expr::Text(name) => fields.push((name.to_string(), Field { ty, required: true })),
                _ => textual = false,
            }
            if matches!(key_type, Type::Null | Type::Double | Type::List(_) | Type::Map(_) | Type::Object(_)) {
                self.mismatch(self.ast.span(*key), format!("a map key cannot be {key_type}"));
            }
        }
        if textual && !fields.is_empty() {
            return Type::Object(Arc::new(ObjectType { fields: fields.into_iter().collect(), open: false }));
        }
        Type::map(values.unwrap_or(Type::Dyn))
    }

    fn need_bool(&mut self, id: NodeId, place: &str) {
        let ty = self.infer(id);
        if !ty.fits(&Type::Bool) {
            self.mismatch(self.ast.span(id), format!("{place} needs bool, but this is {ty}"));
        }
    }

    fn junction(&mut self, items: &[NodeId], op: &str) -> Type {
        for item in items {
            self.need_bool(*item, op);
        }
        Type::Bool
    }

    fn negate(&mut self, id: NodeId) -> Type {
        let ty = self.infer(id);
        match ty.non_null() {
            Type::Int | Type::Double | Type::Number | Type::Dyn => ty.non_null().clone(),
            other => {
                let message = format!("`-` is not defined for {other}");
                self.mismatch(self.ast.span(id), message);
                Type::Dyn
            }
        }
    }

    fn arith(&mut self, first: NodeId, rest: &[(ArithOp, NodeId)]) -> Type {
        let mut left = self.infer(first);
        let start = self.ast.span(first);
        for (op, id) in rest {
            let right = self.infer(*id);
            let span = start.to(self.ast.span(*id));
            left = self.combine(*op, left.non_null(), right.non_null(), span);
        }
        left
    }

    fn combine(&mut self, op: ArithOp, a: &Type, b: &Type, span: Span) -> Type {
        let add = op == ArithOp::Add;
        let rem = op == ArithOp::Rem;
        match (a, b) {
            (Type::Dyn, x) | (x, Type::Dyn) if *x == Type::Dyn || x.is_number() => Type::Dyn,
            (Type::Dyn, x) | (x, Type::Dyn) if add && (x.is_text() || matches!(x, Type::List(_))) => Type::Dyn,
            (Type::Int, Type::Int) => Type::Int,
            (Type::Uint, Type::Uint) => Type::Uint,
            (Type::Double, Type::Double) if !rem => Type::Double,
            (Type::Number, x) | (x, Type::Number) if x.is_number() => Type::Number,
            (Type::List(x), Type::List(y)) if add => Type::list(x.join(y)),
            _ if add && a.is_text() && b.is_text() => Type::String,
            _ => {
                let help = match (a, b) {
                    _ if a.is_number() && b.is_number() && !rem => {
                        Some("convert one side with `int(...)` or `double(...)`")
                    }
                    _ if add && (a.is_text() || b.is_text()) => Some("make text of it with `string(...)`"),
                    _ => None,
                };
                let message = format!("`{}` is not defined for {a} and {b}", op.as_str());
                self.fail_with(CelCode::TypeMismatch, span, message, help.map(str::to_owned));
                Type::Dyn
            }
        }
    }
}
