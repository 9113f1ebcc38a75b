//! The evaluator: operators, selection, short circuits (CEL language definition, "Evaluation").
//! Total and bounded: every error is a value with a place, every run ends within its budget.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ast::{ArithOp, Ast, Callee, Expr, NodeId, RelOp};
use super::builtins;
use super::compare::{Budget, compare, equal, orderable};
use super::error::{EvalCode, EvalError, Span};
use super::functions::Functions;
use super::limits::{MAX_ARGUMENTS, MAX_COST, MAX_ITEMS, MAX_STRING_BYTES};
use super::suggest::did_you_mean;
use super::value::{Key, List, Map, Text, TypeName, Value, Vars};

/// What a part of the evaluator answers before its place is known.
pub(crate) type Outcome<'v> = Result<Value<'v>, Fault>;

/// An error without a place.
#[derive(Debug)]
pub(crate) struct Fault(pub EvalCode, pub String);

impl From<super::compare::Exhausted> for Fault {
    fn from(_: super::compare::Exhausted) -> Self {
        Self(
            EvalCode::Limit,
            "the expression does too much work; make its lists or texts smaller".into(),
        )
    }
}

type Answer<'v> = Result<Value<'v>, Box<EvalError>>;

/// Evaluates the whole tree.
pub(crate) fn evaluate<'v>(
    ast: &'v Ast,
    vars: &'v dyn Vars,
    functions: &'v dyn Functions,
) -> Result<Value<'v>, EvalError> {
    let mut run = Run {
        ast,
        vars,
        functions,
        budget: Budget(MAX_COST),
    };
    let value = run.eval(ast.root).map_err(|error| *error)?;
    let built = matches!(
        value,
        Value::List(List::Shared(_)) | Value::Map(Map::Shared(_))
    );
    if built && !value.within_bounds() {
        let message = "the result is too large or too deep to keep".to_owned();
        return Err(EvalError {
            code: EvalCode::Limit,
            message,
            span: ast.span(ast.root),
        });
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
    Box::new(EvalError {
        code,
        message,
        span,
    })
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
            Expr::Select {
                base,
                field,
                field_span,
            } => {
                let base = self.eval(*base)?;
                select(&base, field).map_err(|e| at(*field_span, e))
            }
            Expr::Has {
                base,
                field,
                field_span,
            } => {
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
            Expr::Call {
                callee,
                name,
                name_span,
                args,
                ..
            } => self.call(callee, name, *name_span, args),
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
        Err(Fault(
            EvalCode::NoSuchVariable,
            with_hint(format!("no variable `{name}`"), hint),
        ))
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
                    error.get_or_insert_with(|| {
                        at(self.ast.span(*item), no_overload(op, &[&other]))
                    });
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
                let message = format!(
                    "the map has one key twice (first value {})",
                    article(old.describe())
                );
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
                Some(answer) => {
                    answer.map_err(|why| Fault(EvalCode::Function, format!("{name}: {why}")))
                }
                None => Err(Fault(
                    EvalCode::UnknownFunction,
                    format!("no function `{name}`"),
                )),
            },
        };
        answer.map_err(|e| at(span, e))
    }
}

/// "no such overload", the CEL way, with the kinds of the operands.
pub(crate) fn no_overload(op: &str, values: &[&Value<'_>]) -> Fault {
    let kinds: Vec<&str> = values.iter().map(|v| v.describe()).collect();
    Fault(
        EvalCode::NoSuchOverload,
        format!(
            "no such overload: `{op}` is not defined for {}",
            kinds.join(" and ")
        ),
    )
}

fn with_hint(message: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}

fn article(kind: &str) -> String {
    match kind {
        "null" => "null".to_owned(),
        "int" => "an int".to_owned(),
        other => format!("a {other}"),
    }
}

fn select<'v>(base: &Value<'v>, field: &str) -> Outcome<'v> {
    let Value::Map(map) = base else {
        let message = format!(
            "no such field `{field}`: this is {}, not an object",
            article(base.describe())
        );
        return Err(Fault(EvalCode::NoSuchOverload, message));
    };
    map.field(field).ok_or_else(|| no_such_key(map, field))
}

fn no_such_key(map: &Map<'_>, field: &str) -> Fault {
    let shown: String = field.chars().take(60).collect();
    let keys: Vec<String> = map.keys().iter().take(200).map(Key::to_text).collect();
    let hint = did_you_mean(field, keys.iter().map(String::as_str));
    Fault(
        EvalCode::NoSuchKey,
        with_hint(format!("no such key `{shown}`"), hint),
    )
}

fn has<'v>(base: &Value<'v>, field: &str) -> Outcome<'v> {
    match base {
        Value::Map(map) => Ok(Value::Bool(map.field(field).is_some())),
        other => {
            let message = format!(
                "`has` looks for field `{field}` in {}, not in an object",
                article(other.describe())
            );
            Err(Fault(EvalCode::NoSuchOverload, message))
        }
    }
}

/// The key that this value denotes; a double denotes an integer when it is one.
pub(crate) fn to_key<'v>(value: &Value<'v>) -> Option<Key<'v>> {
    match value {
        Value::Bool(b) => Some(Key::Bool(*b)),
        Value::Int(i) => Some(Key::Int(*i)),
        Value::Uint(u) => Some(Key::Uint(*u)),
        Value::String(s) => Some(Key::String(s.clone())),
        _ => None,
    }
}

fn lookup_key<'v>(value: &Value<'v>) -> Option<Key<'v>> {
    match value {
        Value::Double(d) => integral(*d).map(Key::Int),
        other => to_key(other),
    }
}

/// The integer that a double is exactly, if it is one.
fn integral(d: f64) -> Option<i64> {
    let whole = d as i64;
    let exact = d.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&d);
    exact.then_some(whole)
}

fn index_into<'v>(base: &Value<'v>, index: &Value<'v>) -> Outcome<'v> {
    match base {
        Value::List(list) => {
            let at = match index {
                Value::Double(d) => integral(*d),
                other => other.as_i64(),
            };
            if at.is_none() && !matches!(index, Value::Uint(_) | Value::Double(_)) {
                return Err(no_overload("[]", &[base, index]));
            }
            let found = at
                .and_then(|i| usize::try_from(i).ok())
                .and_then(|i| list.get(i));
            found.ok_or_else(|| {
                let message = format!(
                    "index {index:?} is out of range; the list has {} items",
                    list.len()
                );
                Fault(EvalCode::OutOfRange, message)
            })
        }
        Value::Map(map) => {
            let Some(key) = lookup_key(index) else {
                return Err(no_overload("[]", &[base, index]));
            };
            map.get(&key)
                .ok_or_else(|| no_such_key(map, &key.to_text()))
        }
        _ => Err(no_overload("[]", &[base, index])),
    }
}

fn relate<'v>(op: RelOp, a: &Value<'v>, b: &Value<'v>, budget: &mut Budget) -> Outcome<'v> {
    let answer = match op {
        RelOp::Eq => equal(a, b, budget)?,
        RelOp::Ne => !equal(a, b, budget)?,
        RelOp::In => return contains(a, b, budget),
        _ if !orderable(a, b) => return Err(no_overload(op.as_str(), &[a, b])),
        _ => {
            let order = compare(a, b);
            match op {
                RelOp::Lt => order.is_some_and(|o| o.is_lt()),
                RelOp::Le => order.is_some_and(|o| o.is_le()),
                RelOp::Gt => order.is_some_and(|o| o.is_gt()),
                _ => order.is_some_and(|o| o.is_ge()),
            }
        }
    };
    Ok(Value::Bool(answer))
}

fn contains<'v>(item: &Value<'v>, whole: &Value<'v>, budget: &mut Budget) -> Outcome<'v> {
    match whole {
        Value::List(list) => {
            for other in list.iter() {
                if equal(item, &other, budget)? {
                    return Ok(Value::Bool(true));
                }
            }
            Ok(Value::Bool(false))
        }
        Value::Map(map) => Ok(Value::Bool(
            lookup_key(item).is_some_and(|key| map.get(&key).is_some()),
        )),
        _ => Err(no_overload("in", &[item, whole])),
    }
}

fn negate<'v>(value: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Int(i) => i
            .checked_neg()
            .map(Value::Int)
            .ok_or_else(|| overflow("-", "int")),
        Value::Double(d) => Ok(Value::Double(-d)),
        _ => Err(no_overload("-", &[value])),
    }
}

fn overflow(op: &str, kind: &str) -> Fault {
    Fault(
        EvalCode::Overflow,
        format!("`{op}` overflows: the result does not fit in {kind}"),
    )
}

/// One arithmetic operator on two values.
pub(crate) fn arith<'v>(
    op: ArithOp,
    a: &Value<'v>,
    b: &Value<'v>,
    budget: &mut Budget,
) -> Outcome<'v> {
    let by_zero = || {
        Fault(
            EvalCode::DivisionByZero,
            format!("`{}` by zero", op.as_str()),
        )
    };
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => {
            let result = match op {
                ArithOp::Add => x.checked_add(*y),
                ArithOp::Sub => x.checked_sub(*y),
                ArithOp::Mul => x.checked_mul(*y),
                ArithOp::Div | ArithOp::Rem if *y == 0 => return Err(by_zero()),
                ArithOp::Div => x.checked_div(*y),
                ArithOp::Rem => x.checked_rem(*y),
            };
            result
                .map(Value::Int)
                .ok_or_else(|| overflow(op.as_str(), "int"))
        }
        (Value::Uint(x), Value::Uint(y)) => {
            let result = match op {
                ArithOp::Add => x.checked_add(*y),
                ArithOp::Sub => x.checked_sub(*y),
                ArithOp::Mul => x.checked_mul(*y),
                ArithOp::Div | ArithOp::Rem if *y == 0 => return Err(by_zero()),
                ArithOp::Div => x.checked_div(*y),
                ArithOp::Rem => x.checked_rem(*y),
            };
            result
                .map(Value::Uint)
                .ok_or_else(|| overflow(op.as_str(), "uint"))
        }
        (Value::Double(x), Value::Double(y)) => Ok(Value::Double(match op {
            ArithOp::Add => x + y,
            ArithOp::Sub => x - y,
            ArithOp::Mul => x * y,
            ArithOp::Div => x / y,
            ArithOp::Rem => return Err(no_overload("%", &[a, b])),
        })),
        (Value::String(x), Value::String(y)) if op == ArithOp::Add => concat(x, y, budget),
        (Value::List(x), Value::List(y)) if op == ArithOp::Add => append(x, y, budget),
        _ => Err(no_overload(op.as_str(), &[a, b])),
    }
}

fn concat<'v>(a: &str, b: &str, budget: &mut Budget) -> Outcome<'v> {
    let len = a.len() + b.len();
    if len > MAX_STRING_BYTES {
        return Err(Fault(
            EvalCode::Limit,
            format!("the text would be longer than {MAX_STRING_BYTES} bytes"),
        ));
    }
    budget.spend(1 + len / 16)?;
    Ok(Value::from([a, b].concat()))
}

fn append<'v>(a: &List<'v>, b: &List<'v>, budget: &mut Budget) -> Outcome<'v> {
    let len = a.len() + b.len();
    if len > MAX_ITEMS {
        return Err(Fault(
            EvalCode::Limit,
            format!("the list would have more than {MAX_ITEMS} items"),
        ));
    }
    budget.spend(len)?;
    Ok(Value::list(a.iter().chain(b.iter()).collect()))
}
