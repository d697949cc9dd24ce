//! The order of numbers across int and float, exact: no int is rounded on the way.

use crate::value::Value;
use std::cmp::Ordering;

/// Compares two numbers by value; `None` if one is not a number.
pub fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => floats(*a, *b),
        (Value::Int(a), Value::Float(b)) => int_with_float(*a, *b),
        (Value::Float(a), Value::Int(b)) => int_with_float(*b, *a).reverse(),
        _ => return None,
    })
}

/// Compares an int with a float by value; NaN is above every number.
pub(crate) fn int_with_float(int: i64, float: f64) -> Ordering {
    const TWO_63: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() || float >= TWO_63 {
        return Ordering::Less;
    }
    if float < -TWO_63 {
        return Ordering::Greater;
    }
    let whole = float.trunc();
    int.cmp(&(whole as i64)).then_with(|| {
        let fraction = float - whole;
        0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal)
    })
}

/// Compares two floats by value; NaN is above every number and equal to itself.
pub(crate) fn floats(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| a.is_nan().cmp(&b.is_nan()))
}

/// The quotient of two ints, rounded once, as Python's `/`; the divisor is not zero.
pub(crate) fn quotient(a: i64, b: i64) -> f64 {
    const EXACT: u64 = 1 << 53;
    let (numerator, divisor) = (a.unsigned_abs(), b.unsigned_abs());
    if numerator <= EXACT && divisor <= EXACT {
        return a as f64 / b as f64;
    }
    if numerator == 0 {
        return 0.0;
    }
    // At least 64 bits of the quotient, the last of which also says whether there are more, round as all of them would.
    let shift = u128::from(numerator).leading_zeros();
    let (shifted, divisor) = (u128::from(numerator) << shift, u128::from(divisor));
    let bits = (shifted / divisor) | u128::from(shifted % divisor != 0);
    let size = bits as f64 * f64::from_bits((1023 - u64::from(shift)) << 52);
    if (a < 0) == (b < 0) { size } else { -size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_of_large_ints_is_rounded_once() {
        let odd = (1_i64 << 53) + 1;
        for (a, b, expected) in [
            (odd, 3, 3_002_399_751_580_331.0),
            (-odd, 3, -3_002_399_751_580_331.0),
            (i64::MAX, i64::MAX, 1.0),
            (i64::MIN, -1, 9_223_372_036_854_775_808.0),
            (1, i64::MIN, -1.0 / 9_223_372_036_854_775_808.0),
            (0, i64::MIN, 0.0),
            (7, 2, 3.5_f64),
        ] {
            assert_eq!(quotient(a, b).to_bits(), expected.to_bits(), "{a} / {b}");
        }
    }

    #[test]
    fn large_ints_do_not_collapse_into_floats() {
        let big = (1_i64 << 53) + 1;
        assert_eq!(int_with_float(big, (1_i64 << 53) as f64), Ordering::Greater);
        assert_eq!(int_with_float(i64::MAX, 9.3e18), Ordering::Less);
        assert_eq!(int_with_float(i64::MAX, 9_223_372_036_854_775_808.0), Ordering::Less);
        assert_eq!(int_with_float(i64::MIN, f64::NEG_INFINITY), Ordering::Greater);
        assert_eq!(int_with_float(0, -0.5), Ordering::Greater);
        assert_eq!(int_with_float(-1, -0.5), Ordering::Less);
        assert_eq!(int_with_float(3, 3.0), Ordering::Equal);
        assert_eq!(int_with_float(3, f64::NAN), Ordering::Less);
    }
}
