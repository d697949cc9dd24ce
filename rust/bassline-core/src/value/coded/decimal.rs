//! The order of decimal numbers in text, as Python's `Decimal` writes them, of any length.

use std::cmp::Ordering;

/// Compares two numbers by value; NaN is above every number. Nothing if one is no number.
pub(super) fn compare(a: &str, b: &str) -> Option<Ordering> {
    if is_nan(a) || is_nan(b) {
        return Some(is_nan(a).cmp(&is_nan(b)));
    }
    let (a, b) = (Decimal::of(a)?, Decimal::of(b)?);
    if a.sign() == 0 && b.sign() == 0 {
        return Some(Ordering::Equal);
    }
    Some(a.sign().cmp(&b.sign()).then_with(|| {
        let magnitudes = (a.exponent, a.digits.as_slice()).cmp(&(b.exponent, b.digits.as_slice()));
        if a.is_negative {
            magnitudes.reverse()
        } else {
            magnitudes
        }
    }))
}

/// Whether a text is one of the NaNs.
pub(super) fn is_nan(text: &str) -> bool {
    let text = text.trim_start_matches('-');
    text.starts_with("NaN") || text.starts_with("sNaN")
}

struct Decimal {
    is_negative: bool,
    /// Of the first digit; above every other for infinity.
    exponent: i64,
    /// Without zeros at either end; empty for zero.
    digits: Vec<u8>,
}

impl Decimal {
    fn of(text: &str) -> Option<Self> {
        let (is_negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        if text == "Infinity" {
            let (exponent, digits) = (i64::MAX, vec![b'1']);
            return Some(Self {
                is_negative,
                exponent,
                digits,
            });
        }
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let power: i64 = power.parse().ok()?;
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        if all.is_empty() || !all.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let zeros = all.iter().take_while(|&&digit| digit == b'0').count();
        let end = all
            .iter()
            .rposition(|&digit| digit != b'0')
            .map_or(zeros, |last| last + 1);
        let exponent = power.checked_add(whole.len() as i64)?.checked_sub(zeros as i64)?;
        Some(Self {
            is_negative,
            exponent,
            digits: all[zeros..end].to_vec(),
        })
    }

    fn sign(&self) -> i8 {
        match (self.digits.is_empty(), self.is_negative) {
            (true, _) => 0,
            (_, true) => -1,
            (_, false) => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_compare_by_value() {
        let rising = [
            "-Infinity",
            "-1E+400",
            "-10",
            "-9.99",
            "-1E-7",
            "0",
            "1E-8",
            "0.001",
            "0.01",
            "1",
            "1.0000000000000000000000001",
            "1.5",
            "9",
            "10",
            "99",
            "1E+2",
            "101",
            "1E+999999",
            "Infinity",
            "NaN",
        ];
        for (at, a) in rising.iter().enumerate() {
            for (other, b) in rising.iter().enumerate() {
                assert_eq!(compare(a, b), Some(at.cmp(&other)), "{a} {b}");
            }
        }
        for (a, b) in [
            ("1.50", "1.5"),
            ("-0", "0E+3"),
            ("100", "1E+2"),
            ("0.10", "1E-1"),
            ("-2.0", "-2"),
        ] {
            assert_eq!(compare(a, b), Some(Ordering::Equal), "{a} {b}");
        }
        assert_eq!(compare("1", "one"), None);
        assert_eq!(compare("", "."), None);
    }
}
