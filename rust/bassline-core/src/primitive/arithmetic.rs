//! `math.*`: ints stay ints where the result is exact by definition and never wrap; everything else is float.

use super::argument::wrong_type;
use crate::blend::{Blend, Join};
use crate::error::Fault;
use crate::number;
use crate::value::Value;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unary {
    Sqrt,
    Abs,
}

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Binary {
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Min,
    Max,
}

#[derive(Clone, Copy)]
enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    fn of(value: &Value, port: &'static str) -> Result<Self, Fault> {
        match value {
            Value::Int(int) => Ok(Number::Int(*int)),
            Value::Float(float) => Ok(Number::Float(*float)),
            other => Err(wrong_type(port, "a number", other)),
        }
    }

    fn as_float(self) -> f64 {
        match self {
            Number::Int(int) => int as f64,
            Number::Float(float) => float,
        }
    }
}

impl Unary {
    pub(crate) fn apply(self, value: &Value) -> Result<Value, Fault> {
        match (self, Number::of(value, "value")?) {
            (Unary::Abs, Number::Float(x)) => Ok(Value::Float(x.abs())),
            (Unary::Abs, Number::Int(x)) => x
                .checked_abs()
                .map(Value::Int)
                .ok_or_else(|| Fault::Overflow(format!("abs({x})"))),
            (Unary::Sqrt, number) => {
                let x = number.as_float();
                if x < 0.0 {
                    return Err(Fault::Domain(format!(
                        "the square root of {value} is not a real number"
                    )));
                }
                Ok(Value::Float(x.sqrt()))
            }
        }
    }
}

impl Binary {
    /// The result for two floats, where it is one operation that cannot fail.
    #[inline]
    pub(crate) fn of_floats(self, x: f64, y: f64) -> Option<f64> {
        match self {
            Binary::Add => Some(x + y),
            Binary::Subtract => Some(x - y),
            Binary::Multiply => Some(x * y),
            _ => None,
        }
    }

    /// The result for two ints, where it is one operation that stays in range.
    #[inline]
    pub(crate) fn of_small_ints(self, x: i64, y: i64) -> Option<i64> {
        match self {
            Binary::Add => x.checked_add(y),
            Binary::Subtract => x.checked_sub(y),
            Binary::Multiply => x.checked_mul(y),
            _ => None,
        }
    }

    #[inline]
    pub(crate) fn apply(self, a: &Value, b: &Value) -> Result<Value, Fault> {
        if let (Value::Float(x), Value::Float(y)) = (a, b)
            && let Some(result) = self.of_floats(*x, *y)
        {
            return Ok(Value::Float(result));
        }
        self.apply_any(a, b)
    }

    fn apply_any(self, a: &Value, b: &Value) -> Result<Value, Fault> {
        let (first, second) = match self {
            Binary::Power => ("base", "exponent"),
            _ => ("a", "b"),
        };
        let (x, y) = (Number::of(a, first)?, Number::of(b, second)?);
        if let (Number::Int(x), Number::Int(y)) = (x, y)
            && let Some(result) = self.of_ints(x, y)?
        {
            return Ok(Value::Int(result));
        }
        let (xf, yf) = (x.as_float(), y.as_float());
        match self {
            Binary::Add => Ok(Value::Float(xf + yf)),
            Binary::Subtract => Ok(Value::Float(xf - yf)),
            Binary::Multiply => Ok(Value::Float(xf * yf)),
            Binary::Divide if yf == 0.0 => Err(Fault::DivisionByZero(a.to_string())),
            Binary::Divide => Ok(Value::Float(match (x, y) {
                (Number::Int(x), Number::Int(y)) => number::quotient(x, y),
                _ => xf / yf,
            })),
            Binary::Power => power(a, b, xf, yf),
            Binary::Min => Ok(joined(Blend::Min, a, b)),
            Binary::Max => Ok(joined(Blend::Max, a, b)),
        }
    }

    /// The result among ints; `None` where it is a float by definition.
    fn of_ints(self, x: i64, y: i64) -> Result<Option<i64>, Fault> {
        let (result, sign) = match self {
            Binary::Add if crate::planted::is(crate::planted::Bug::WrappedSum) => (Some(x.wrapping_add(y)), "+"),
            Binary::Add => (x.checked_add(y), "+"),
            Binary::Subtract => (x.checked_sub(y), "-"),
            Binary::Multiply => (x.checked_mul(y), "*"),
            Binary::Power if y >= 0 => (checked_power(x, y), "**"),
            Binary::Min => (Some(x.min(y)), ""),
            Binary::Max => (Some(x.max(y)), ""),
            Binary::Divide | Binary::Power => return Ok(None),
        };
        result
            .map(Some)
            .ok_or_else(|| Fault::Overflow(format!("{x} {sign} {y}")))
    }
}

/// The greater or smaller of two numbers, as the lattices have it.
fn joined(blend: Blend, a: &Value, b: &Value) -> Value {
    if blend.join(a, b) == Join::Take {
        b.clone()
    } else {
        a.clone()
    }
}

fn checked_power(base: i64, exponent: i64) -> Option<i64> {
    match (base, u32::try_from(exponent)) {
        (0 | 1, _) => Some(if exponent == 0 { 1 } else { base }),
        (-1, _) => Some(if exponent % 2 == 0 { 1 } else { -1 }),
        (_, Ok(exponent)) => base.checked_pow(exponent),
        (_, Err(_)) => None,
    }
}

fn power(a: &Value, b: &Value, x: f64, y: f64) -> Result<Value, Fault> {
    if x == 0.0 && y < 0.0 && y.is_finite() {
        return Err(Fault::DivisionByZero(format!("{a} to the power of {b}: 1")));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.fract() != 0.0 {
        return Err(Fault::Domain(format!("{a} to the power of {b} is not a real number")));
    }
    let result = x.powf(y);
    if result.is_infinite() && x.is_finite() && y.is_finite() {
        return Err(Fault::Domain(format!(
            "{a} to the power of {b} is too large for a float"
        )));
    }
    Ok(Value::Float(result))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ints(op: Binary, a: i64, b: i64) -> Result<Value, Fault> {
        op.apply(&Value::Int(a), &Value::Int(b))
    }

    #[test]
    fn ints_stay_ints_and_never_wrap() {
        assert_eq!(ints(Binary::Add, 2, 3).unwrap(), Value::Int(5));
        assert_eq!(ints(Binary::Divide, 6, 3).unwrap(), Value::Float(2.0));
        assert_eq!(ints(Binary::Power, 2, -1).unwrap(), Value::Float(0.5));
        assert_eq!(ints(Binary::Power, -1, i64::MAX).unwrap(), Value::Int(-1));
        for (op, a, b) in [
            (Binary::Add, i64::MAX, 1),
            (Binary::Multiply, i64::MIN, -1),
            (Binary::Power, 2, 63),
        ] {
            assert!(matches!(ints(op, a, b), Err(Fault::Overflow(_))));
        }
        assert!(matches!(
            Unary::Abs.apply(&Value::Int(i64::MIN)),
            Err(Fault::Overflow(_))
        ));
    }

    #[test]
    fn what_has_no_answer_is_an_error() {
        assert!(matches!(ints(Binary::Divide, 1, 0), Err(Fault::DivisionByZero(_))));
        assert!(matches!(Unary::Sqrt.apply(&Value::Int(-1)), Err(Fault::Domain(_))));
        assert!(matches!(
            Binary::Power.apply(&Value::Float(-8.0), &Value::Float(0.5)),
            Err(Fault::Domain(_))
        ));
        assert!(matches!(
            Binary::Add.apply(&Value::Bool(true), &Value::Int(1)),
            Err(Fault::WrongType { .. })
        ));
    }

    #[test]
    fn min_and_max_keep_the_type_of_the_winner() {
        assert_eq!(
            Binary::Max.apply(&Value::Int(2), &Value::Float(1.5)).unwrap(),
            Value::Int(2)
        );
        assert_eq!(
            Binary::Min.apply(&Value::Int(2), &Value::Float(1.5)).unwrap(),
            Value::Float(1.5)
        );
    }
}
