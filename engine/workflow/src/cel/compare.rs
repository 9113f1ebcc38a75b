//! Equality and order of values (CEL language definition, "Equality and Ordering"), with a budget of work.

use std::cmp::Ordering;

use super::value::{List, Map, Value};

/// Work left in one evaluation; see `limits::MAX_COST`.
#[derive(Debug)]
pub(crate) struct Budget(pub u64);

/// The budget is used up.
#[derive(Debug)]
pub(crate) struct Exhausted;

impl Budget {
    /// Takes `cost` units.
    pub(crate) fn spend(&mut self, cost: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(cost as u64).ok_or_else(|| {
            self.0 = 0;
            Exhausted
        })?;
        Ok(())
    }
}

/// Deep equality. Numbers compare by their mathematical value, values of different kinds are unequal.
pub(crate) fn equal(a: &Value<'_>, b: &Value<'_>, budget: &mut Budget) -> Result<bool, Exhausted> {
    budget.spend(1)?;
    Ok(match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(x), Value::Bool(y)) => x == y,
        (Value::String(x), Value::String(y)) => {
            budget.spend(x.len().min(y.len()) / 16)?;
            **x == **y
        }
        (Value::Type(x), Value::Type(y)) => x == y,
        (Value::List(x), Value::List(y)) => equal_lists(x, y, budget)?,
        (Value::Map(x), Value::Map(y)) => equal_maps(x, y, budget)?,
        _ => compare_numbers(a, b) == Some(Ordering::Equal),
    })
}

fn equal_lists(a: &List<'_>, b: &List<'_>, budget: &mut Budget) -> Result<bool, Exhausted> {
    if a.len() != b.len() {
        return Ok(false);
    }
    for (x, y) in a.iter().zip(b.iter()) {
        if !equal(&x, &y, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn equal_maps(a: &Map<'_>, b: &Map<'_>, budget: &mut Budget) -> Result<bool, Exhausted> {
    if a.len() != b.len() {
        return Ok(false);
    }
    budget.spend(a.len())?;
    for (key, x) in a.entries() {
        match b.get(&key) {
            Some(y) if equal(&x, &y, budget)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The order of two values of one orderable kind; `None` where there is none (also with NaN).
pub(crate) fn compare(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Bool(x), Value::Bool(y)) => Some(x.cmp(y)),
        (Value::String(x), Value::String(y)) => Some((**x).cmp(&**y)),
        _ => compare_numbers(a, b),
    }
}

/// Whether `<` is defined between these kinds of values.
pub(crate) fn orderable(a: &Value<'_>, b: &Value<'_>) -> bool {
    let number = |v: &Value<'_>| matches!(v, Value::Int(_) | Value::Uint(_) | Value::Double(_));
    match (a, b) {
        (Value::Bool(_), Value::Bool(_)) | (Value::String(_), Value::String(_)) => true,
        _ => number(a) && number(b),
    }
}

fn compare_numbers(a: &Value<'_>, b: &Value<'_>) -> Option<Ordering> {
    match (a, b) {
        (Value::Double(x), Value::Double(y)) => x.partial_cmp(y),
        (Value::Double(x), _) => whole(b).and_then(|y| compare_double(*x, y)),
        (_, Value::Double(y)) => whole(a).and_then(|x| compare_double(*y, x)).map(Ordering::reverse),
        _ => Some(whole(a)?.cmp(&whole(b)?)),
    }
}

fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Int(i) => Some(i128::from(*i)),
        Value::Uint(u) => Some(i128::from(*u)),
        _ => None,
    }
}

/// Exact comparison of a double with an integer of at most 65 bits.
fn compare_double(x: f64, y: i128) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    let floor = x.floor();
    // The cast saturates, far outside the range of `y`.
    let order = (floor as i128).cmp(&y);
    Some(if order == Ordering::Equal && x > floor { Ordering::Greater } else { order })
}

/// A total order over all values, in which equal values (also numbers of different types) meet;
/// used to find duplicates. NaN equals itself here.
pub(crate) fn total(a: &Value<'_>, b: &Value<'_>, budget: &mut Budget) -> Result<Ordering, Exhausted> {
    budget.spend(1)?;
    let ranks = (rank(a), rank(b));
    if ranks.0 != ranks.1 {
        return Ok(ranks.0.cmp(&ranks.1));
    }
    match (a, b) {
        (Value::Type(x), Value::Type(y)) => Ok(x.cmp(y)),
        (Value::List(x), Value::List(y)) => {
            for (x, y) in x.iter().zip(y.iter()) {
                let order = total(&x, &y, budget)?;
                if order != Ordering::Equal {
                    return Ok(order);
                }
            }
            Ok(x.len().cmp(&y.len()))
        }
        (Value::Map(x), Value::Map(y)) => total_maps(x, y, budget),
        _ => Ok(compare(a, b).unwrap_or(Ordering::Equal)),
    }
}

fn total_maps(a: &Map<'_>, b: &Map<'_>, budget: &mut Budget) -> Result<Ordering, Exhausted> {
    let (mut a, mut b) = (a.entries(), b.entries());
    a.sort_by(|x, y| x.0.cmp(&y.0));
    b.sort_by(|x, y| x.0.cmp(&y.0));
    for (x, y) in a.iter().zip(&b) {
        let order = match x.0.cmp(&y.0) {
            Ordering::Equal => total(&x.1, &y.1, budget)?,
            other => other,
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(a.len().cmp(&b.len()))
}

fn rank(value: &Value<'_>) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Double(d) if d.is_nan() => 2,
        Value::Int(_) | Value::Uint(_) | Value::Double(_) => 3,
        Value::String(_) => 4,
        Value::List(_) => 5,
        Value::Map(_) => 6,
        Value::Type(_) => 7,
    }
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        equal(self, other, &mut Budget(u64::MAX)).unwrap_or(false)
    }
}
