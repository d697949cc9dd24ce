//! Equality as JSON Schema has it: of numbers by value.

use super::budget::Budget;
use bassline_core::{Fault, Value, compare_numbers};
use std::cmp::Ordering;

/// Whether two values are equal.
pub(super) fn equal(a: &Value, b: &Value, budget: &mut Budget<'_>) -> Result<bool, Fault> {
    budget.spend(1)?;
    Ok(match (a, b) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            compare_numbers(a, b) == Some(Ordering::Equal)
        }
        (Value::Text(x), Value::Text(y)) => {
            budget.read(if x.len() == y.len() { x } else { "" })?;
            x == y
        }
        (Value::List(x), Value::List(y)) => x.len() == y.len() && all(x.iter().zip(y.iter()), budget)?,
        (Value::Map(x), Value::Map(y)) => {
            x.len() == y.len()
                && x.iter().zip(y.iter()).all(|((x, _), (y, _))| x == y)
                && all(x.iter().map(|(_, x)| x).zip(y.iter().map(|(_, y)| y)), budget)?
        }
        _ => a == b,
    })
}

fn all<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>, budget: &mut Budget<'_>) -> Result<bool, Fault> {
    for (a, b) in pairs {
        if !equal(a, b, budget)? {
            return Ok(false);
        }
    }
    Ok(true)
}
