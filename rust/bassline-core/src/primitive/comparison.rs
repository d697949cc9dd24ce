//! `logic.*` comparisons: numbers by value across int and float, everything else by typed structural equality.

use super::argument::wrong_type;
use crate::error::Fault;
use crate::number;
use crate::value::Value;
use std::cmp::Ordering;

/// A comparison of two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compare {
    Equals,
    NotEquals,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
}

impl Compare {
    /// Whether it holds of two floats; with NaN only "not equals" to a number does, NaN being equal to itself.
    #[inline]
    #[expect(clippy::float_cmp, reason = "it is what is asked")]
    pub(crate) fn of_floats(self, a: f64, b: f64) -> bool {
        match self {
            Compare::Equals => a == b || a.is_nan() && b.is_nan(),
            Compare::NotEquals => a != b && !(a.is_nan() && b.is_nan()),
            Compare::Greater => a > b,
            Compare::Less => a < b,
            Compare::GreaterOrEqual => a >= b,
            Compare::LessOrEqual => a <= b,
        }
    }

    /// Whether it holds of two ints.
    #[inline]
    pub(crate) fn of_ints(self, a: i64, b: i64) -> bool {
        match self {
            Compare::Equals => a == b,
            Compare::NotEquals => a != b,
            Compare::Greater => a > b,
            Compare::Less => a < b,
            Compare::GreaterOrEqual => a >= b,
            Compare::LessOrEqual => a <= b,
        }
    }

    pub(crate) fn apply(self, a: &Value, b: &Value) -> Result<Value, Fault> {
        let holds = match self {
            Compare::Equals => equal(a, b),
            Compare::NotEquals => !equal(a, b),
            // A comparison with NaN does not hold, as in IEEE 754.
            _ => order(a, b)?.is_some_and(|order| match self {
                Compare::Greater => order.is_gt(),
                Compare::Less => order.is_lt(),
                Compare::GreaterOrEqual => order.is_ge(),
                _ => order.is_le(),
            }),
        };
        Ok(Value::Bool(holds))
    }
}

fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => {
            number::int_with_float(*int, *float) == Ordering::Equal
        }
        _ => a == b,
    }
}

fn order(a: &Value, b: &Value) -> Result<Option<Ordering>, Fault> {
    Ok(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Int(_), Value::Float(float)) | (Value::Float(float), Value::Int(_)) if float.is_nan() => None,
        (Value::Int(a), Value::Float(b)) => Some(number::int_with_float(*a, *b)),
        (Value::Float(a), Value::Int(b)) => Some(number::int_with_float(*b, *a).reverse()),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Coded(a), Value::Coded(b)) if a.is_nan() || b.is_nan() => None,
        (Value::Coded(left), Value::Coded(right)) => match left.compare(right) {
            None => return Err(wrong_type("b", "what has an order with port 'a'", b)),
            order => order,
        },
        (Value::Int(_) | Value::Float(_), other) => return Err(wrong_type("b", "a number, as port 'a'", other)),
        (Value::Text(_), other) => return Err(wrong_type("b", "a string, as port 'a'", other)),
        (other, _) => return Err(wrong_type("a", "a number or a string", other)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_compare_by_value_and_nan_with_nothing() {
        let (one, one_float, nan) = (Value::Int(1), Value::Float(1.0), Value::Float(f64::NAN));
        assert_eq!(Compare::Equals.apply(&one, &one_float).unwrap(), Value::Bool(true));
        assert_eq!(
            Compare::Equals.apply(&one, &Value::Bool(true)).unwrap(),
            Value::Bool(false)
        );
        for compare in [
            Compare::Greater,
            Compare::Less,
            Compare::GreaterOrEqual,
            Compare::LessOrEqual,
        ] {
            assert_eq!(compare.apply(&one, &nan).unwrap(), Value::Bool(false));
        }
        assert!(Compare::Greater.apply(&one, &Value::text("1")).is_err());
    }
}
