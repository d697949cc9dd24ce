//! Values of types that have a codec.

mod decimal;
mod fraction;

use super::{Text, Value};
use crate::number;
use std::cmp::Ordering;

/// A value of a type that is not one of the engine's: the name of its codec, and what the codec made of it. Two are equal if their
/// codecs and payloads are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coded {
    codec: Text,
    payload: Value,
}

impl Coded {
    /// A value as `codec` wrote it.
    pub fn new(codec: Text, payload: Value) -> Self {
        Self { codec, payload }
    }

    /// The codec's name.
    pub fn codec(&self) -> &Text {
        &self.codec
    }

    /// What the codec made of the value.
    pub fn payload(&self) -> &Value {
        &self.payload
    }
}

impl Coded {
    /// Compares two values of one codec as the host compares them: moments, spans, exact numbers and numbers of other widths. Nothing
    /// for codecs without an order; NaN is above every number. Two that compare equal may still differ, as `1.0` and `1.00` do.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.codec != other.codec {
            return None;
        }
        match (self.codec.as_str(), &self.payload, &other.payload) {
            ("date" | "time" | "datetime" | "uuid", Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            ("datetime", Value::List(a), Value::List(b)) => match (a.first(), b.first()) {
                // Microseconds since 1970, whatever the zone.
                (Some(Value::Int(a)), Some(Value::Int(b))) => Some(a.cmp(b)),
                _ => None,
            },
            ("timedelta", a @ Value::List(_), b @ Value::List(_)) => Some(a.structural_order(b)),
            ("decimal", Value::Text(a), Value::Text(b)) => decimal::compare(a, b),
            ("fraction", Value::Text(a), Value::Text(b)) => fraction::compare(a, b),
            (codec, a, b) if codec.starts_with("numpy.") => number::compare(a, b),
            _ => None,
        }
    }

    /// Whether it is a number that is none.
    pub fn is_nan(&self) -> bool {
        match (self.codec.as_str(), &self.payload) {
            ("decimal", Value::Text(text)) => decimal::is_nan(text),
            (codec, Value::Float(float)) if codec.starts_with("numpy.") => float.is_nan(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn coded(codec: &str, payload: Value) -> Coded {
        Coded::new(codec.into(), payload)
    }

    #[test]
    fn moments_compare_by_time_and_naive_ones_not_with_aware_ones() {
        let naive = |text: &str| coded("datetime", Value::text(text));
        let aware = |micros, text: &str| {
            let parts = vec![Value::Int(micros), Value::text(text), Value::Null];
            coded("datetime", Value::List(Arc::new(parts)))
        };
        let early = naive("2026-11-20T09:15:02.000000");
        assert_eq!(
            early.compare(&naive("2026-11-20T09:15:02.000001")),
            Some(Ordering::Less)
        );
        assert_eq!(early.compare(&aware(0, "1970-01-01T00:00:00+00:00")), None);
        let (utc, berne) = (
            aware(0, "1970-01-01T00:00:00+00:00"),
            aware(0, "1970-01-01T01:00:00+01:00"),
        );
        assert_eq!(utc.compare(&berne), Some(Ordering::Equal));
        assert_ne!(utc, berne);
        assert_eq!(early.compare(&coded("date", Value::text("2026-11-20"))), None);
    }

    #[test]
    fn spans_compare_by_length() {
        let span = |parts: [i64; 3]| {
            let parts = parts.iter().map(|&part| Value::Int(part)).collect();
            coded("timedelta", Value::List(Arc::new(parts)))
        };
        assert_eq!(
            span([-1, 86_399, 999_999]).compare(&span([0, 0, 0])),
            Some(Ordering::Less)
        );
        assert_eq!(span([0, 0, 2]).compare(&span([0, 0, 1])), Some(Ordering::Greater));
    }

    #[test]
    fn what_a_user_registers_has_no_order() {
        let money = |amount| coded("shop.money", Value::Int(amount));
        assert_eq!(money(1).compare(&money(2)), None);
        assert!(!money(1).is_nan());
        assert!(coded("decimal", Value::text("NaN")).is_nan());
    }
}
