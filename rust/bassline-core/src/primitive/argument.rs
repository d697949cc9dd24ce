//! What a port is given, as the type that the primitive needs.

use crate::error::Fault;
use crate::value::{Map, Text, Value};
use std::ops::Range;

/// Whole numbers up to here are exact as floats.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// A value of another type than the port takes.
#[cold]
pub fn wrong_type(port: &str, expected: &'static str, found: &Value) -> Fault {
    Fault::WrongType {
        port: Text::from(port),
        expected,
        found: shown(found),
    }
}

/// A value of the right type that is not one of those the port takes.
#[cold]
pub fn out_of_range(port: &str, expected: impl Into<String>, found: &Value) -> Fault {
    Fault::OutOfRange {
        port: Text::from(port),
        expected: expected.into(),
        found: shown(found),
    }
}

fn shown(value: &Value) -> String {
    format!("{} {value}", value.type_name())
}

/// A string.
pub fn text<'a>(port: &'static str, value: &'a Value) -> Result<&'a Text, Fault> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(wrong_type(port, "a string", other)),
    }
}

/// A list.
pub fn list<'a>(port: &'static str, value: &'a Value) -> Result<&'a [Value], Fault> {
    match value {
        Value::List(items) => Ok(items),
        other => Err(wrong_type(port, "a list", other)),
    }
}

/// A map.
pub fn map<'a>(port: &'static str, value: &'a Value) -> Result<&'a Map, Fault> {
    match value {
        Value::Map(map) => Ok(map),
        other => Err(wrong_type(port, "a map", other)),
    }
}

/// A bool.
pub fn truth(port: &'static str, value: &Value) -> Result<bool, Fault> {
    match value {
        Value::Bool(holds) => Ok(*holds),
        other => Err(wrong_type(port, "a bool", other)),
    }
}

/// Which of two: false or 0, true or 1.
pub(crate) fn selector(port: &'static str, value: &Value) -> Result<usize, Fault> {
    match value {
        Value::Bool(second) => Ok(usize::from(*second)),
        Value::Int(0) => Ok(0),
        Value::Int(1) => Ok(1),
        other => Err(wrong_type(port, "a bool, 0 or 1", other)),
    }
}

/// An int, or a float without a fraction.
pub fn whole(port: &'static str, value: &Value) -> Result<i64, Fault> {
    match value {
        Value::Int(int) => Ok(*int),
        Value::Float(float) if float.fract() == 0.0 && float.abs() <= EXACT => Ok(*float as i64),
        other => Err(wrong_type(port, "a whole number", other)),
    }
}

/// What a slice from `start` to `end` covers of `length` items, as Python has it.
pub(crate) fn span(start: i64, end: Option<i64>, length: usize) -> Range<usize> {
    let place = |at: i64| {
        let back = usize::try_from(at.unsigned_abs()).unwrap_or(usize::MAX);
        if at < 0 {
            length.saturating_sub(back)
        } else {
            back.min(length)
        }
    };
    let from = place(start);
    from..end.map_or(length, place).max(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_that_of_a_python_slice() {
        assert_eq!(span(1, None, 3), 1..3);
        assert_eq!(span(-2, Some(-1), 3), 1..2);
        assert_eq!(span(2, Some(1), 3), 2..2);
        assert_eq!(span(i64::MIN, Some(i64::MAX), 3), 0..3);
        assert_eq!(span(i64::MAX, Some(i64::MIN), 3), 3..3);
        assert_eq!(span(0, None, 0), 0..0);
    }

    #[test]
    fn only_what_is_whole_is_an_index() {
        assert_eq!(whole("index", &Value::Float(-2.0)).unwrap(), -2);
        for found in [0.5, f64::NAN, f64::INFINITY, 1e300] {
            let fault = whole("index", &Value::Float(found)).unwrap_err().to_string();
            assert!(
                fault.starts_with("port 'index' takes a whole number, found float "),
                "{fault}"
            );
        }
        assert!(whole("index", &Value::Bool(true)).is_err());
    }
}
