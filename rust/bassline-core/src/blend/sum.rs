//! `counter`: each write adds to what is there. Adding is associative and commutative but not idempotent, so that each write has to
//! come exactly once, as it does in one process.

use super::Join;
use crate::value::Value;

pub(super) fn join(current: &Value, incoming: &Value) -> Join {
    let sum = match (current, incoming) {
        (Value::Int(a), Value::Int(b)) => a.checked_add(*b).map(Value::Int),
        _ => match (finite(current), finite(incoming)) {
            (Some(a), Some(b)) => Some(a + b).filter(|sum| sum.is_finite()).map(Value::Float),
            _ => None,
        },
    };
    sum.map_or(Join::Contradiction, |sum| Join::of(sum, current, incoming))
}

fn finite(value: &Value) -> Option<f64> {
    match value {
        Value::Int(int) => Some(*int as f64),
        Value::Float(float) if float.is_finite() => Some(*float),
        _ => None,
    }
}
