//! The evaluator: operators, selection, short circuits (CEL language definition, "Evaluation").
//! Total and bounded: every error is a value with a place, every run ends within its budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{ArithOp, Ast, Callee, Expr, NodeId, RelOp};
use super::builtins;
use super::compare::Budget;
use super::error::{EvalCode, EvalError, Span};
use super::functions::Functions;
use super::limits::{MAX_ARGUMENTS, MAX_COST};
use super::operators::{
    Fault, Outcome, arith, article, has, index_into, negate, no_overload, relate, select, to_key, with_hint,
};
use super::suggest::did_you_mean;
use super::value::{List, Map, Text, TypeName, Value, Vars};

type Answer<'v> = Result<Value<'v>, Box<EvalError>>;

/// Evaluates the whole tree.
pub(crate) fn evaluate<'v>(
    ast: &'v Ast,
    vars: &'v dyn Vars,
    functions: &'v dyn Functions,
) -> Result<Value<'v>, EvalError> {
    let mut run = Run { ast, vars, functions, budget: Budget(MAX_COST) };
    let value = run.eval(ast.root).map_err(|error| *error)?;
    let built = matches!(value, Value::List(List::Shared(_)) | Value::Map(Map::Shared(_)));
    if built && !value.within_bounds() {
        let message = "the result is too large or too deep to keep".to_owned();
        return Err(EvalError { code: EvalCode::Limit, message, span: ast.span(ast.root) });
    }
    Ok(value)
}

struct Run<'v> {
    ast: &'v Ast,
    vars: &'v dyn Vars,
    functions: &'v dyn Functions,
    budget: Budget,
}

fn at(span: Span, Fault(code, message): Fault) -> Box<EvalError> {
    Box::new(EvalError { code, message, span })
}

impl<'v> Run<'v> {
    fn eval(&mut self, id: NodeId) -> Answer<'v> {
        let ast = self.ast;
        let span = ast.span(id);
        self.budget.spend(1).map_err(|e| at(span, e.into()))?;
        match ast.expr(id) {
            Expr::Null => Ok(Value::Null),
            Expr::Bool(b) => Ok(Value::Bool(*b)),
            Expr::Int(i) => Ok(Value::Int(*i)),
            Expr::Uint(u) => Ok(Value::Uint(*u)),
            Expr::Double(d) => Ok(Value::Double(*d)),
            Expr::Text(s) => Ok(Value::String(Text::Borrowed(s))),
            Expr::Ident(name) => self.variable(name).map_err(|e| at(span, e)),
            Expr::Select { base, field, field_span } => {
                let base = self.eval(*base)?;
                select(&base, field).map_err(|e| at(*field_span, e))
            }
            Expr::Has { base, field, field_span } => {
                let base = self.eval(*base)?;
                has(&base, field).map_err(|e| at(*field_span, e))
            }
            Expr::Index { base, index } => {
                let (base, key) = (self.eval(*base)?, self.eval(*index)?);
                index_into(&base, &key).map_err(|e| at(ast.span(*index), e))
            }
            Expr::List(items) => self.list(items),
            Expr::Map(entries) => self.map(entries),
            Expr::Not(x) => {
                let value = self.eval(*x)?;
                let answer = value.as_bool().map(|b| Value::Bool(!b));
                answer.ok_or_else(|| at(span, no_overload("!", &[&value])))
            }
            Expr::Neg(x) => {
                let value = self.eval(*x)?;
                negate(&value).map_err(|e| at(span, e))
            }
            Expr::Arith { first, rest } => self.arith(*first, rest),
            Expr::Relate { first, rest } => self.relate(*first, rest),
            Expr::And(items) => self.junction(items, false),
            Expr::Or(items) => self.junction(items, true),
            Expr::If { cond, yes, no } => self.choose(*cond, *yes, *no),
            Expr::Call { callee, name, name_span, args, .. } => self.call(callee, name, *name_span, args),
        }
    }

    fn variable(&self, name: &str) -> Outcome<'v> {
        if let Some(value) = self.vars.get(name) {
            return Ok(value);
        }
        if let Some(name) = TypeName::named(name) {
            return Ok(Value::Type(name));
        }
        let names = self.vars.names();
        let hint = did_you_mean(name, names.iter().map(String::as_str));
        Err(Fault(EvalCode::NoSuchVariable, with_hint(format!("no variable `{name}`"), hint)))
    }

    fn choose(&mut self, cond: NodeId, yes: NodeId, no: NodeId) -> Answer<'v> {
        match self.eval(cond)? {
            Value::Bool(true) => self.eval(yes),
            Value::Bool(false) => self.eval(no),
            other => Err(at(self.ast.span(cond), no_overload("? :", &[&other]))),
        }
    }

    /// `&&` (`decisive` false) and `||` (`decisive` true): one decisive operand decides, whatever errors stand
    /// beside it; otherwise the first error is the answer.
    fn junction(&mut self, items: &[NodeId], decisive: bool) -> Answer<'v> {
        let mut error = None;
        for item in items {
            match self.eval(*item) {
                Ok(Value::Bool(b)) if b == decisive => return Ok(Value::Bool(decisive)),
                Ok(Value::Bool(_)) => {}
                Ok(other) => {
                    let op = if decisive { "||" } else { "&&" };
                    error.get_or_insert_with(|| at(self.ast.span(*item), no_overload(op, &[&other])));
                }
                Err(e) => {
                    error.get_or_insert(e);
                }
            }
        }
        error.map_or(Ok(Value::Bool(!decisive)), Err)
    }

    fn list(&mut self, items: &[NodeId]) -> Answer<'v> {
        let values: Result<Vec<_>, _> = items.iter().map(|item| self.eval(*item)).collect();
        values.map(Value::list)
    }

    fn map(&mut self, entries: &[(NodeId, NodeId)]) -> Answer<'v> {
        let mut map = BTreeMap::new();
        for (key_id, value_id) in entries {
            let span = self.ast.span(*key_id);
            let key = self.eval(*key_id)?;
            let Some(key) = to_key(&key) else {
                let message = format!("a map key cannot be {}", article(key.describe()));
                return Err(at(span, Fault(EvalCode::BadValue, message)));
            };
            let value = self.eval(*value_id)?;
            if let Some(old) = map.insert(key, value) {
                let message = format!("the map has one key twice (first value {})", article(old.describe()));
                return Err(at(span, Fault(EvalCode::BadValue, message)));
            }
        }
        Ok(Value::Map(Map::Shared(Arc::new(map))))
    }

    fn arith(&mut self, first: NodeId, rest: &[(ArithOp, NodeId)]) -> Answer<'v> {
        let mut left = self.eval(first)?;
        let start = self.ast.span(first);
        for (op, id) in rest {
            let right = self.eval(*id)?;
            let span = start.to(self.ast.span(*id));
            left = arith(*op, &left, &right, &mut self.budget).map_err(|e| at(span, e))?;
        }
        Ok(left)
    }

    fn relate(&mut self, first: NodeId, rest: &[(RelOp, NodeId)]) -> Answer<'v> {
        let mut left = self.eval(first)?;
        let start = self.ast.span(first);
        for (op, id) in rest {
            let right = self.eval(*id)?;
            let span = start.to(self.ast.span(*id));
            left = relate(*op, &left, &right, &mut self.budget).map_err(|e| at(span, e))?;
        }
        Ok(left)
    }

    fn call(&mut self, callee: &'v Callee, name: &str, span: Span, args: &[NodeId]) -> Answer<'v> {
        let mut values = [const { Value::Null }; MAX_ARGUMENTS];
        for (slot, id) in values.iter_mut().zip(args) {
            *slot = self.eval(*id)?;
        }
        let values = values.get(..args.len()).unwrap_or_default();
        let answer = match callee {
            Callee::Builtin(builtin) => builtins::call(*builtin, values, &mut self.budget),
            Callee::Pattern(pattern) => builtins::matches(pattern, values, &mut self.budget),
            Callee::Host => match self.functions.call(name, values) {
                Some(answer) => answer.map_err(|why| Fault(EvalCode::Function, format!("{name}: {why}"))),
                None => Err(Fault(EvalCode::UnknownFunction, format!("no function `{name}`"))),
            },
        };
        answer.map_err(|e| at(span, e))
    }
}
