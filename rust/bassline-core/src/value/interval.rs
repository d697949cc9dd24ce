//! Closed intervals of numbers.

use super::Value;
use crate::number;
use thiserror::Error;

/// Why two bounds make no interval.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("an interval needs two numbers, low <= high and neither NaN; found {low} and {high}")]
pub struct EmptyInterval {
    low: String,
    high: String,
}

/// A closed interval: two numbers, the lower first, neither of them NaN. Infinite bounds are bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interval {
    low: Value,
    high: Value,
}

impl Interval {
    /// The interval from `low` to `high`, both included.
    pub fn new(low: Value, high: Value) -> Result<Self, EmptyInterval> {
        if number::compare(&low, &high).is_some_and(std::cmp::Ordering::is_le) && !is_nan(&low) && !is_nan(&high) {
            return Ok(Self { low, high });
        }
        Err(EmptyInterval {
            low: low.to_string(),
            high: high.to_string(),
        })
    }

    /// The lower bound, an int or a float.
    pub fn low(&self) -> &Value {
        &self.low
    }

    /// The upper bound, an int or a float.
    pub fn high(&self) -> &Value {
        &self.high
    }

    /// Whether a number lies in it, by value; NaN and what is no number do not.
    pub fn contains(&self, value: &Value) -> bool {
        let is_at_most = |a: &Value, b: &Value| number::compare(a, b).is_some_and(std::cmp::Ordering::is_le);
        !is_nan(value) && is_at_most(&self.low, value) && is_at_most(value, &self.high)
    }
}

fn is_nan(value: &Value) -> bool {
    matches!(value, Value::Float(float) if float.is_nan())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_numbers_in_order() {
        assert!(Interval::new(Value::Int(1), Value::Float(1.0)).is_ok());
        assert!(Interval::new(Value::Float(f64::NEG_INFINITY), Value::Int(3)).is_ok());
        assert!(Interval::new(Value::Int(2), Value::Int(1)).is_err());
        assert!(Interval::new(Value::Int(2), Value::Float(f64::NAN)).is_err());
        assert!(Interval::new(Value::Float(f64::NAN), Value::Float(f64::NAN)).is_err());
        assert!(Interval::new(Value::Bool(false), Value::Int(1)).is_err());
        let interval = Interval::new(Value::Int(1), Value::Float(f64::INFINITY)).unwrap();
        assert!(interval.contains(&Value::Float(1.0)) && interval.contains(&Value::Float(f64::INFINITY)));
        assert!(!interval.contains(&Value::Float(0.9)) && !interval.contains(&Value::Float(f64::NAN)));
        assert!(!interval.contains(&Value::text("2")));
    }
}
