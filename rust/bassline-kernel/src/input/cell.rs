//! What a cell of text means: JSON's numbers and truth values are what they say, everything else is text.

use bassline_core::Value;

/// What a number's text is by JSON's grammar.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    Int,
    Float,
    NoNumber,
}

/// The number or truth value a cell says, if it says one; an error if the number is too large.
pub(crate) fn scalar(cell: &str) -> Result<Option<Value>, String> {
    match cell.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => number(cell),
        Some(b't') if cell == "true" => Ok(Some(Value::Bool(true))),
        Some(b'f') if cell == "false" => Ok(Some(Value::Bool(false))),
        _ => Ok(None),
    }
}

fn number(cell: &str) -> Result<Option<Value>, String> {
    match shape(cell.as_bytes()) {
        Shape::NoNumber => Ok(None),
        Shape::Int => match cell.parse() {
            Ok(int) => Ok(Some(Value::Int(int))),
            Err(_) => Err(too_large(cell)),
        },
        Shape::Float => match cell.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Some(Value::Float(float))),
            _ => Err(format!("{cell} does not fit a 64-bit float; read the column as text")),
        },
    }
}

pub(crate) fn too_large(int: &str) -> String {
    format!("{int} does not fit a 64-bit integer; write it with a decimal point, or as text")
}

fn shape(cell: &[u8]) -> Shape {
    let digits = |from: usize| cell[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(cell.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && cell[at] == b'0') {
        return Shape::NoNumber;
    }
    at += whole;
    if at == cell.len() {
        return Shape::Int;
    }
    if cell[at] == b'.' {
        let fraction = digits(at + 1);
        if fraction == 0 {
            return Shape::NoNumber;
        }
        at += 1 + fraction;
    }
    if matches!(cell.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(cell.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at.min(cell.len()));
        if exponent == 0 {
            return Shape::NoNumber;
        }
        at += exponent;
    }
    if at == cell.len() {
        Shape::Float
    } else {
        Shape::NoNumber
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_follow_the_grammar_of_json() {
        let is = |cell: &str, value: Value| assert_eq!(scalar(cell), Ok(Some(value)), "{cell}");
        is("0", Value::Int(0));
        is("-12", Value::Int(-12));
        is("9223372036854775807", Value::Int(i64::MAX));
        is("-9223372036854775808", Value::Int(i64::MIN));
        is("1.0", Value::Float(1.0));
        is("-1.5e-3", Value::Float(-0.0015));
        is("1E5", Value::Float(1e5));
        is("true", Value::Bool(true));
        is("false", Value::Bool(false));
        for text in [
            "007",
            "-",
            "1.",
            ".5",
            "+1",
            "1e",
            "1e+",
            "1 ",
            "0x1",
            "NaN",
            "True",
            "2013-01-01",
            "N14228",
            "1,5",
            "--1",
            "",
        ] {
            assert_eq!(scalar(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        assert!(scalar("9223372036854775808").unwrap_err().contains("64-bit integer"));
        assert!(scalar("1e999").unwrap_err().contains("64-bit float"));
    }
}
