//! The order of fractions in text, `-3/7`, of any length.

use std::cmp::Ordering;

/// Compares two fractions by value; nothing if one is none.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (Fraction::of(a)?, Fraction::of(b)?);
    Some(a.sign.cmp(&b.sign).then_with(|| {
        let (left, right) = (product(a.numerator, b.denominator), product(b.numerator, a.denominator));
        let magnitudes = (left.len(), left).cmp(&(right.len(), right));
        if a.sign < 0 { magnitudes.reverse() } else { magnitudes }
    }))
}

struct Fraction<'a> {
    sign: i8,
    numerator: &'a str,
    denominator: &'a str,
}

impl<'a> Fraction<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/')?;
        let (sign, numerator) = match numerator.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None if numerator.bytes().all(|digit| digit == b'0') => (0, numerator),
            None => (1, numerator),
        };
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        (is_number(numerator) && is_number(denominator)).then_some(Self {
            sign,
            numerator,
            denominator,
        })
    }
}

/// The digits of a product, without zeros in front.
fn product(a: &str, b: &str) -> Vec<u8> {
    if let (Ok(a), Ok(b)) = (a.parse::<u64>(), b.parse::<u64>()) {
        return (u128::from(a) * u128::from(b)).to_string().into_bytes();
    }
    let mut places = vec![0_u64; a.len() + b.len()];
    for (at, left) in a.bytes().rev().enumerate() {
        for (by, right) in b.bytes().rev().enumerate() {
            places[at + by] += u64::from(left - b'0') * u64::from(right - b'0');
        }
    }
    let mut carry = 0;
    let mut digits: Vec<u8> = Vec::with_capacity(places.len());
    for place in places {
        let sum = place + carry;
        digits.push(b'0' + (sum % 10) as u8);
        carry = sum / 10;
    }
    while digits.last() == Some(&b'0') {
        digits.pop();
    }
    digits.reverse();
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_compare_by_value() {
        let large = format!("1{}/3", "0".repeat(40));
        let larger = format!("1{}1/3", "0".repeat(39));
        let rising = [
            "-7/2",
            "-1/3",
            "0/1",
            "1/1000000000000000000000000000000",
            "1/3",
            "2/5",
            "1/2",
            &large,
            &larger,
        ];
        for (at, a) in rising.iter().enumerate() {
            for (other, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), Some(at.cmp(&other)), "{a} {b}");
            }
        }
        assert_eq!(compare("1/2", "2/4"), Some(Ordering::Equal));
        assert_eq!(compare("1", "1/2"), None);
        assert_eq!(compare("x/2", "1/2"), None);
    }
}
