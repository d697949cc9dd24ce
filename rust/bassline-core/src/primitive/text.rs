//! `string.*`: texts are counted and cut in characters (code points), as Python's.

use super::argument::wrong_type;
use super::argument::{list, span, text, whole};
use super::limit::{VALUES, check_list, check_text};
use crate::error::Fault;
use crate::value::{Content, Value};
use std::borrow::Cow;
use std::sync::Arc;

/// A function of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextFunction {
    Concat,
    Join,
    Length,
    Split,
    Substring,
    ToLower,
    ToUpper,
    Trim,
}

impl TextFunction {
    /// The result; `None` where a required input is empty.
    pub(crate) fn apply(self, inputs: &[Content]) -> Result<Option<Value>, Fault> {
        let result = match (self, inputs) {
            (TextFunction::Concat, [Some(a), Some(b)]) => joined([("a", a), ("b", b)].into_iter(), "")?,
            (TextFunction::Join, [Some(array), separator]) => {
                let items = list("array", array)?;
                let separator = match separator {
                    Some(separator) => text("separator", separator)?.as_str(),
                    None => ",",
                };
                joined(items.iter().map(|item| ("array", item)), separator)?
            }
            (TextFunction::Length, [Some(value)]) => Value::Int(text("value", value)?.chars().count() as i64),
            (TextFunction::Split, [Some(string), Some(separator)]) => {
                split(text("string", string)?, text("separator", separator)?)?
            }
            (TextFunction::Substring, [Some(string), Some(start), end]) => {
                let string = text("string", string)?;
                let end = end.as_ref().map(|end| whole("end", end)).transpose()?;
                let span = span(whole("start", start)?, end, string.chars().count());
                Value::Text(
                    string
                        .chars()
                        .skip(span.start)
                        .take(span.len())
                        .collect::<String>()
                        .into(),
                )
            }
            (TextFunction::ToLower, [Some(value)]) => given(text("value", value)?.to_lowercase())?,
            (TextFunction::ToUpper, [Some(value)]) => given(text("value", value)?.to_uppercase())?,
            (TextFunction::Trim, [Some(value)]) => Value::text(text("value", value)?.trim_matches(is_space)),
            _ => return Ok(None),
        };
        Ok(Some(result))
    }
}

fn given(result: String) -> Result<Value, Fault> {
    check_text("result", result.len())?;
    Ok(Value::Text(result.into()))
}

/// White space, and the four separators of ASCII that Python's `strip` takes for it.
fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\x1c'..='\x1f')
}

/// The texts one after another. The first that would outgrow the limit ends it, before it is written.
fn joined<'a>(items: impl Iterator<Item = (&'static str, &'a Value)>, separator: &str) -> Result<Value, Fault> {
    let mut result = String::new();
    for (at, (port, item)) in items.enumerate() {
        let written = written(port, item)?;
        let between = if at > 0 { separator } else { "" };
        check_text("result", result.len() + between.len() + written.len())?;
        result.push_str(between);
        result.push_str(&written);
    }
    Ok(Value::Text(result.into()))
}

/// A text as it is, a number as Python's `str` writes it.
fn written<'a>(port: &'static str, value: &'a Value) -> Result<Cow<'a, str>, Fault> {
    match value {
        Value::Text(text) => Ok(Cow::Borrowed(text)),
        Value::Int(int) => Ok(Cow::Owned(int.to_string())),
        Value::Float(float) => Ok(Cow::Owned(written_float(*float))),
        other if port == "array" => Err(wrong_type(port, "a list of strings and numbers", other)),
        other => Err(wrong_type(port, "a string or a number", other)),
    }
}

/// A float as Python's `str` writes it; both zeros are written alike.
pub fn written_float(float: f64) -> String {
    if float.is_nan() {
        return "nan".to_owned();
    }
    // 0.0 equals -0.0, and what is equal is written alike.
    let shown = format!("{:?}", if float == 0.0 { 0.0 } else { float });
    match shown.split_once('e') {
        Some((digits, exponent)) => {
            let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
            format!("{digits}e{sign}{exponent:0>2}")
        }
        None => shown,
    }
}

fn split(string: &str, separator: &str) -> Result<Value, Fault> {
    // One more than may be is enough to be refused.
    let parts: Vec<Value> = if separator.is_empty() {
        let mut buffer = [0; 4];
        let characters = string.chars().take(VALUES + 1);
        characters
            .map(|character| Value::text(character.encode_utf8(&mut buffer)))
            .collect()
    } else {
        string.split(separator).take(VALUES + 1).map(Value::text).collect()
    };
    check_list("result", &parts)?;
    Ok(Value::List(Arc::new(parts)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_writes_them() {
        for (float, expected) in [
            (1.0, "1.0"),
            (-0.0, "0.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (0.0001, "0.0001"),
            (-1e300, "-1e+300"),
            (f64::NAN, "nan"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(written_float(float), expected);
        }
    }

    #[test]
    fn characters_are_code_points() {
        let apply = |function: TextFunction, inputs: &[Content]| function.apply(inputs).unwrap();
        let text = |text: &str| Some(Value::text(text));
        assert_eq!(apply(TextFunction::Length, &[text("añ🎈")]), Some(Value::Int(3)));
        assert_eq!(
            apply(
                TextFunction::Substring,
                &[text("añ🎈b"), Some(Value::Int(1)), Some(Value::Int(-1))]
            ),
            text("ñ🎈")
        );
    }
}
