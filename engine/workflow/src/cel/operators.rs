//! Operators on values: selection, indexing, relations, arithmetic (CEL language definition). No tree, no places.

use super::ast::{ArithOp, RelOp};
use super::compare::{Budget, compare, equal, orderable};
use super::error::EvalCode;
use super::limits::{MAX_ITEMS, MAX_STRING_BYTES};
use super::suggest::did_you_mean;
use super::value::{Key, List, Map, Value};

/// What a part of the evaluator answers before its place is known.
pub(crate) type Outcome<'v> = Result<Value<'v>, Fault>;

/// An error without a place.
#[derive(Debug)]
pub(crate) struct Fault(pub EvalCode, pub String);

impl From<super::compare::Exhausted> for Fault {
    fn from(_: super::compare::Exhausted) -> Self {
        Self(EvalCode::Limit, "the expression does too much work; make its lists or texts smaller".into())
    }
}

/// "no such overload", the CEL way, with the kinds of the operands.
pub(crate) fn no_overload(op: &str, values: &[&Value<'_>]) -> Fault {
    let kinds: Vec<&str> = values.iter().map(|v| v.describe()).collect();
    Fault(EvalCode::NoSuchOverload, format!("no such overload: `{op}` is not defined for {}", kinds.join(" and ")))
}

/// A message with its hint, if there is one.
pub(crate) fn with_hint(message: String, hint: Option<String>) -> String {
    match hint {
        Some(hint) => format!("{message}; {hint}"),
        None => message,
    }
}

/// A kind of value with its article.
pub(crate) fn article(kind: &str) -> String {
    match kind {
        "null" => "null".to_owned(),
        "int" => "an int".to_owned(),
        other => format!("a {other}"),
    }
}

/// The value of a field.
pub(crate) fn select<'v>(base: &Value<'v>, field: &str) -> Outcome<'v> {
    let Value::Map(map) = base else {
        let message = format!("no such field `{field}`: this is {}, not an object", article(base.describe()));
        return Err(Fault(EvalCode::NoSuchOverload, message));
    };
    map.field(field).ok_or_else(|| no_such_key(map, field))
}

fn no_such_key(map: &Map<'_>, field: &str) -> Fault {
    let shown: String = field.chars().take(60).collect();
    let keys: Vec<String> = map.keys().iter().take(200).map(Key::to_text).collect();
    let hint = did_you_mean(field, keys.iter().map(String::as_str));
    Fault(EvalCode::NoSuchKey, with_hint(format!("no such key `{shown}`"), hint))
}

/// Whether an object has a field.
pub(crate) fn has<'v>(base: &Value<'v>, field: &str) -> Outcome<'v> {
    match base {
        Value::Map(map) => Ok(Value::Bool(map.field(field).is_some())),
        other => {
            let message = format!("`has` looks for field `{field}` in {}, not in an object", article(other.describe()));
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
    let exact = d.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&d);
    exact.then_some(whole)
}

/// The item of a list or the value of a map.
pub(crate) fn index_into<'v>(base: &Value<'v>, index: &Value<'v>) -> Outcome<'v> {
    match base {
        Value::List(list) => {
            let at = match index {
                Value::Double(d) => integral(*d),
                other => other.as_i64(),
            };
            if at.is_none() && !matches!(index, Value::Uint(_) | Value::Double(_)) {
                return Err(no_overload("[]", &[base, index]));
            }
            let found = at.and_then(|i| usize::try_from(i).ok()).and_then(|i| list.get(i));
            found.ok_or_else(|| {
                let message = format!("index {index:?} is out of range; the list has {} items", list.len());
                Fault(EvalCode::OutOfRange, message)
            })
        }
        Value::Map(map) => {
            let Some(key) = lookup_key(index) else {
                return Err(no_overload("[]", &[base, index]));
            };
            map.get(&key).ok_or_else(|| no_such_key(map, &key.to_text()))
        }
        _ => Err(no_overload("[]", &[base, index])),
    }
}

/// One relation of two values.
pub(crate) fn relate<'v>(op: RelOp, a: &Value<'v>, b: &Value<'v>, budget: &mut Budget) -> Outcome<'v> {
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
        Value::Map(map) => Ok(Value::Bool(lookup_key(item).is_some_and(|key| map.get(&key).is_some()))),
        _ => Err(no_overload("in", &[item, whole])),
    }
}

/// The number with the other sign.
pub(crate) fn negate<'v>(value: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Int(i) => i.checked_neg().map(Value::Int).ok_or_else(|| overflow("-", "int")),
        Value::Double(d) => Ok(Value::Double(-d)),
        _ => Err(no_overload("-", &[value])),
    }
}

fn overflow(op: &str, kind: &str) -> Fault {
    Fault(EvalCode::Overflow, format!("`{op}` overflows: the result does not fit in {kind}"))
}

/// One arithmetic operator on two values.
pub(crate) fn arith<'v>(op: ArithOp, a: &Value<'v>, b: &Value<'v>, budget: &mut Budget) -> Outcome<'v> {
    let by_zero = || Fault(EvalCode::DivisionByZero, format!("`{}` by zero", op.as_str()));
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
            result.map(Value::Int).ok_or_else(|| overflow(op.as_str(), "int"))
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
            result.map(Value::Uint).ok_or_else(|| overflow(op.as_str(), "uint"))
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
        return Err(Fault(EvalCode::Limit, format!("the text would be longer than {MAX_STRING_BYTES} bytes")));
    }
    budget.spend(1 + len / 16)?;
    Ok(Value::from([a, b].concat()))
}

fn append<'v>(a: &List<'v>, b: &List<'v>, budget: &mut Budget) -> Outcome<'v> {
    let len = a.len() + b.len();
    if len > MAX_ITEMS {
        return Err(Fault(EvalCode::Limit, format!("the list would have more than {MAX_ITEMS} items")));
    }
    budget.spend(len)?;
    Ok(Value::list(a.iter().chain(b.iter()).collect()))
}
