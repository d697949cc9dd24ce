//! `data.validate-range`.

use crate::entry::{Answer, given, outputs, required};
use bassline_core::argument::{out_of_range, wrong_type};
use bassline_core::{Content, Fault, Value, compare_numbers};
use std::cmp::Ordering;

/// Whether a number lies between two others, these included; compared by value, without rounding.
pub(crate) fn validate(inputs: &[Content]) -> Answer {
    let value = required(inputs, 0);
    if compare_numbers(value, value).is_none() {
        return Err(wrong_type("value", "a number", value));
    }
    let (low, high) = (bound("min", given(inputs, 1))?, bound("max", given(inputs, 2))?);
    if let (Some(low), Some(high)) = (low, high)
        && is(low, Ordering::Greater, high)
    {
        return Err(out_of_range(
            "max",
            format!("a number of at least min, which is {low}"),
            high,
        ));
    }
    if matches!(value, Value::Float(float) if float.is_nan()) {
        return outputs([Value::Bool(false), value.clone()]);
    }
    let clamped = match (low, high) {
        (Some(low), _) if is(value, Ordering::Less, low) => low,
        (_, Some(high)) if is(value, Ordering::Greater, high) => high,
        _ => value,
    };
    outputs([Value::Bool(clamped == value), clamped.clone()])
}

fn bound<'a>(port: &'static str, value: Option<&'a Value>) -> Result<Option<&'a Value>, Fault> {
    match value {
        None | Some(Value::Int(_)) => Ok(value),
        Some(Value::Float(float)) if !float.is_nan() => Ok(value),
        Some(nan @ Value::Float(_)) => Err(out_of_range(port, "a number that is not NaN", nan)),
        Some(other) => Err(wrong_type(port, "a number", other)),
    }
}

fn is(a: &Value, order: Ordering, b: &Value) -> bool {
    compare_numbers(a, b) == Some(order)
}
