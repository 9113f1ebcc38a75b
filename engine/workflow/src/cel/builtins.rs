//! What the built-in functions do: the standard ones of CEL, and helpers that stand in for its loops.

use std::cmp::Ordering;

use regex_lite::Regex;
use unicode_normalization::UnicodeNormalization;

use super::ast::ArithOp;
use super::compare::{Budget, compare, equal, orderable, total};
use super::error::EvalCode;
use super::functions::{Builtin, compile_pattern};
use super::limits::{MAX_ITEMS, MAX_STRING_BYTES};
use super::operators::{Fault, Outcome, arith, no_overload, to_key};
use super::value::{List, Text, Value};

/// Calls a built-in function.
pub(crate) fn call<'v>(builtin: Builtin, args: &[Value<'v>], budget: &mut Budget) -> Outcome<'v> {
    let text: usize = args.iter().map(|v| v.as_str().map_or(0, str::len)).sum();
    budget.spend(1 + text / 16)?;
    match (builtin, args) {
        (Builtin::Dyn, [x]) => Ok(x.clone()),
        (Builtin::Type, [x]) => Ok(Value::Type(x.type_name())),
        (Builtin::Size, [x]) => size(x),
        (Builtin::StartsWith, [Value::String(s), Value::String(t)]) => Ok(Value::Bool(s.starts_with(&**t))),
        (Builtin::EndsWith, [Value::String(s), Value::String(t)]) => Ok(Value::Bool(s.ends_with(&**t))),
        (Builtin::Contains, [Value::String(s), Value::String(t)]) => Ok(Value::Bool(s.contains(&**t))),
        (Builtin::Matches, [Value::String(_), Value::String(pattern)]) => {
            budget.spend(pattern.len() * 4)?;
            let pattern = compile_pattern(pattern).map_err(|why| Fault(EvalCode::BadValue, why))?;
            matches(&pattern, args, budget)
        }
        (Builtin::ToInt, [x]) => to_int(x),
        (Builtin::ToUint, [x]) => to_uint(x),
        (Builtin::ToDouble, [x]) => to_double(x),
        (Builtin::ToString, [x]) => to_string(x),
        (Builtin::ToBool, [x]) => to_bool(x),
        (Builtin::Lower, [Value::String(s)]) => bounded(s.to_lowercase()),
        (Builtin::Norm, [Value::String(s)]) => bounded(norm(s)),
        (Builtin::Get, [Value::Map(map), key, default]) => {
            let found = to_key(key).and_then(|key| map.get(&key));
            Ok(found.unwrap_or_else(|| default.clone()))
        }
        (Builtin::Get, [Value::Null, _, default]) => Ok(default.clone()),
        (Builtin::Keys, [Value::Map(map)]) => {
            budget.spend(map.len())?;
            collect(map.keys().iter().map(|key| key.to_value()))
        }
        _ => over_list(builtin, args, budget),
    }
}

/// The functions whose first argument is a list.
fn over_list<'v>(builtin: Builtin, args: &[Value<'v>], budget: &mut Budget) -> Outcome<'v> {
    let refused = || no_overload(builtin.name(), &args.iter().collect::<Vec<_>>());
    let Some(Value::List(list)) = args.first() else {
        return Err(refused());
    };
    budget.spend(list.len())?;
    match (builtin, args.get(1..).unwrap_or_default()) {
        (Builtin::First, []) => list.get(0).ok_or_else(|| empty("first")),
        (Builtin::Last, []) => list.len().checked_sub(1).and_then(|i| list.get(i)).ok_or_else(|| empty("last")),
        (Builtin::MaxOf, []) => extreme(list, Ordering::Greater, "max_of"),
        (Builtin::MinOf, []) => extreme(list, Ordering::Less, "min_of"),
        (Builtin::Distinct, []) => distinct(list, budget),
        (Builtin::Sorted, []) => sorted(list, budget),
        (Builtin::Sum, []) => sum(list, budget),
        (Builtin::Join, []) => join(list, "", budget),
        (Builtin::Join, [Value::String(separator)]) => join(list, separator, budget),
        (Builtin::Count, [wanted]) => {
            let mut found = 0;
            for item in list.iter() {
                found += i64::from(equal(&item, wanted, budget)?);
            }
            Ok(Value::Int(found))
        }
        (Builtin::Pluck, [Value::String(field)]) => {
            collect(list.iter().filter_map(|item| item.as_map().and_then(|map| map.field(field))))
        }
        (Builtin::Where, [Value::String(field), wanted]) => {
            let mut found = Vec::new();
            for item in list.iter() {
                let value = item.as_map().and_then(|map| map.field(field));
                if let Some(value) = value
                    && equal(&value, wanted, budget)?
                {
                    found.push(item);
                }
            }
            collect(found.into_iter())
        }
        _ => Err(refused()),
    }
}

/// `matches` with a compiled pattern: true where it is found anywhere in the text.
pub(crate) fn matches<'v>(pattern: &Regex, args: &[Value<'v>], budget: &mut Budget) -> Outcome<'v> {
    let [Value::String(text), Value::String(_)] = args else {
        return Err(no_overload("matches", &args.iter().collect::<Vec<_>>()));
    };
    budget.spend(text.len().saturating_mul(1 + pattern.as_str().len() / 16))?;
    Ok(Value::Bool(pattern.is_match(text)))
}

/// `norm` of domain.md L13: NFC, lower case, white space collapsed and trimmed, final `. ! ? …` stripped.
pub fn norm(text: &str) -> String {
    let folded = text.nfc().flat_map(char::to_lowercase).nfc().collect::<String>().replace('ß', "ss");
    let collapsed = folded.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = |c: char| matches!(c, '.' | '!' | '?' | '…') || c.is_whitespace();
    collapsed.trim_end_matches(end).to_owned()
}

fn empty(name: &str) -> Fault {
    Fault(EvalCode::OutOfRange, format!("`{name}` of an empty list; test `size(...) > 0` before"))
}

fn bounded<'v>(text: String) -> Outcome<'v> {
    if text.len() > MAX_STRING_BYTES {
        return Err(Fault(EvalCode::Limit, format!("the text would be longer than {MAX_STRING_BYTES} bytes")));
    }
    Ok(Value::from(text))
}

fn collect<'v>(items: impl Iterator<Item = Value<'v>>) -> Outcome<'v> {
    let items: Vec<_> = items.take(MAX_ITEMS + 1).collect();
    if items.len() > MAX_ITEMS {
        return Err(Fault(EvalCode::Limit, format!("the list would have more than {MAX_ITEMS} items")));
    }
    Ok(Value::list(items))
}

fn size<'v>(value: &Value<'v>) -> Outcome<'v> {
    let len = match value {
        Value::String(s) => s.chars().count(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        _ => return Err(no_overload("size", &[value])),
    };
    i64::try_from(len).map(Value::Int).map_err(|_| Fault(EvalCode::Overflow, "`size` overflows".into()))
}

fn bad_conversion(target: &str, value: &Value<'_>) -> Fault {
    let shown: String = format!("{value:?}").chars().take(60).collect();
    Fault(EvalCode::BadValue, format!("{shown} cannot become {target}"))
}

fn to_int<'v>(value: &Value<'v>) -> Outcome<'v> {
    let fail = || bad_conversion("an int", value);
    match value {
        Value::Int(i) => Ok(Value::Int(*i)),
        Value::Uint(u) => i64::try_from(*u).map(Value::Int).map_err(|_| fail()),
        // Both ends excluded, as CEL demands: at 2^63 a double no longer tells neighbours apart.
        Value::Double(d) if d.abs() < 9_223_372_036_854_775_808.0 => Ok(Value::Int(*d as i64)),
        Value::String(s) => s.parse().map(Value::Int).map_err(|_| fail()),
        Value::Double(_) => Err(fail()),
        _ => Err(no_overload("int", &[value])),
    }
}

fn to_uint<'v>(value: &Value<'v>) -> Outcome<'v> {
    let fail = || bad_conversion("a uint", value);
    match value {
        Value::Uint(u) => Ok(Value::Uint(*u)),
        Value::Int(i) => u64::try_from(*i).map(Value::Uint).map_err(|_| fail()),
        Value::Double(d) if (0.0..18_446_744_073_709_551_616.0).contains(d) => Ok(Value::Uint(*d as u64)),
        Value::String(s) => s.parse().map(Value::Uint).map_err(|_| fail()),
        Value::Double(_) => Err(fail()),
        _ => Err(no_overload("uint", &[value])),
    }
}

fn to_double<'v>(value: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Double(d) => Ok(Value::Double(*d)),
        Value::Int(i) => Ok(Value::Double(*i as f64)),
        Value::Uint(u) => Ok(Value::Double(*u as f64)),
        Value::String(s) => s.parse().map(Value::Double).map_err(|_| bad_conversion("a double", value)),
        _ => Err(no_overload("double", &[value])),
    }
}

fn to_string<'v>(value: &Value<'v>) -> Outcome<'v> {
    Ok(match value {
        Value::String(_) => value.clone(),
        Value::Int(i) => Value::from(i.to_string()),
        Value::Uint(u) => Value::from(u.to_string()),
        Value::Double(d) => Value::from(d.to_string()),
        Value::Bool(b) => Value::String(Text::Borrowed(if *b { "true" } else { "false" })),
        _ => return Err(no_overload("string", &[value])),
    })
}

fn to_bool<'v>(value: &Value<'v>) -> Outcome<'v> {
    match value {
        Value::Bool(b) => Ok(Value::Bool(*b)),
        Value::String(s) => match &**s {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            _ => Err(bad_conversion("a bool", value)),
        },
        _ => Err(no_overload("bool", &[value])),
    }
}

fn join<'v>(list: &List<'v>, separator: &str, budget: &mut Budget) -> Outcome<'v> {
    let mut out = String::new();
    for (index, item) in list.iter().enumerate() {
        let item = to_string(&item)?;
        let text = item.as_str().unwrap_or_default();
        if index > 0 {
            out.push_str(separator);
        }
        out.push_str(text);
        budget.spend((text.len() + separator.len()) / 16)?;
        if out.len() > MAX_STRING_BYTES {
            break;
        }
    }
    bounded(out)
}

fn distinct<'v>(list: &List<'v>, budget: &mut Budget) -> Outcome<'v> {
    let mut sorted: Vec<Value<'v>> = Vec::new();
    let mut kept = Vec::new();
    for item in list.iter().take(MAX_ITEMS + 1) {
        let mut low = 0;
        let mut high = sorted.len();
        let mut known = false;
        while low < high && !known {
            let middle = low + (high - low) / 2;
            match total(&sorted[middle], &item, budget)? {
                Ordering::Less => low = middle + 1,
                Ordering::Greater => high = middle,
                Ordering::Equal => known = true,
            }
        }
        if !known {
            budget.spend((sorted.len() - low) / 16)?;
            sorted.insert(low, item.clone());
            kept.push(item);
        }
    }
    collect(kept.into_iter())
}

/// In rising order; all items of one orderable kind.
fn sorted<'v>(list: &List<'v>, budget: &mut Budget) -> Outcome<'v> {
    let mut items: Vec<Value<'v>> = list.iter().take(MAX_ITEMS + 1).collect();
    let first = items.first().cloned().unwrap_or(Value::Null);
    if let Some(odd) = items.iter().find(|item| !orderable(&first, item)) {
        return Err(no_overload("sorted", &[&first, odd]));
    }
    let text: usize = items.iter().map(|item| item.as_str().map_or(0, str::len)).sum();
    budget.spend(items.len() * 16 + text)?;
    items.sort_by(|a, b| compare(a, b).unwrap_or(Ordering::Equal));
    collect(items.into_iter())
}

/// The sum of numbers of one type; 0 of none.
fn sum<'v>(list: &List<'v>, budget: &mut Budget) -> Outcome<'v> {
    let mut total = list.get(0).unwrap_or(Value::Int(0));
    if !orderable(&total, &Value::Int(0)) {
        return Err(no_overload("sum", &[&total]));
    }
    for item in list.iter().skip(1) {
        total = arith(ArithOp::Add, &total, &item, budget)?;
    }
    Ok(total)
}

fn extreme<'v>(list: &List<'v>, wanted: Ordering, name: &str) -> Outcome<'v> {
    let mut best = list.get(0).ok_or_else(|| empty(name))?;
    if !orderable(&best, &best) {
        return Err(no_overload(name, &[&best]));
    }
    for item in list.iter().skip(1) {
        if !orderable(&best, &item) {
            return Err(no_overload(name, &[&best, &item]));
        }
        if compare(&item, &best) == Some(wanted) {
            best = item;
        }
    }
    Ok(best)
}
