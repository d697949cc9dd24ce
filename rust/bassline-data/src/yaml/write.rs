//! Writing YAML: in blocks, keys in order; a string without quotes where no reader takes it for something else.

use super::plain;
use crate::entry::{append, malformed};
use crate::json;
use bassline_core::{Fault, Value, limit, written_float};
use std::fmt::Write;

const EXPECTED: &str = "what YAML has a word for: null, bools, numbers, strings, lists and maps";

/// The document of a value, each level indented by so many spaces.
pub(crate) fn written(value: &Value, indent: usize) -> Result<String, Fault> {
    let mut writer = Writer {
        indent,
        text: String::new(),
    };
    if is_block(value) {
        writer.block(value, 0, true)?;
    } else {
        writer.flow(value)?;
    }
    writer.push("\n")?;
    Ok(writer.text)
}

fn is_block(value: &Value) -> bool {
    match value {
        Value::List(items) => !items.is_empty(),
        Value::Map(map) => !map.is_empty(),
        _ => false,
    }
}

struct Writer {
    indent: usize,
    text: String,
}

impl Writer {
    fn push(&mut self, more: &str) -> Result<(), Fault> {
        append("text", &mut self.text, more)
    }

    /// The lines of a list or a map; the first goes on in the line that is there, if told so.
    fn block(&mut self, value: &Value, level: usize, mut goes_on: bool) -> Result<(), Fault> {
        if level == limit::LEVELS {
            let found = format!("nested more than {} levels deep", limit::LEVELS);
            return Err(malformed("data", EXPECTED, found));
        }
        let mut line = |writer: &mut Self| {
            if std::mem::take(&mut goes_on) {
                return Ok(());
            }
            writer.push(&format!("\n{}", " ".repeat(writer.indent * level)))
        };
        match value {
            Value::List(items) => {
                for item in items.iter() {
                    line(self)?;
                    self.push("-")?;
                    if is_block(item) {
                        self.push(&" ".repeat(self.indent - 1))?;
                        self.block(item, level + 1, true)?;
                    } else {
                        self.push(" ")?;
                        self.flow(item)?;
                    }
                }
            }
            Value::Map(map) => {
                for (key, item) in map.iter() {
                    line(self)?;
                    self.push(&string(key))?;
                    self.push(":")?;
                    if is_block(item) {
                        self.block(item, level + 1, false)?;
                    } else {
                        self.push(" ")?;
                        self.flow(item)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// What stands in one line.
    fn flow(&mut self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Null => self.push("null"),
            Value::Bool(holds) => self.push(if *holds { "true" } else { "false" }),
            Value::Int(int) => self.push(&int.to_string()),
            Value::Float(float) => self.push(&number(*float)),
            Value::Text(text) => self.push(&string(text)),
            Value::List(_) => self.push("[]"),
            Value::Map(_) => self.push("{}"),
            other => Err(malformed(
                "data",
                EXPECTED,
                format!("found {} {other}", other.type_name()),
            )),
        }
    }
}

/// A float with a point, without which YAML 1.1 takes it for a string.
fn number(float: f64) -> String {
    if float.is_nan() {
        return ".nan".to_owned();
    }
    if float.is_infinite() {
        return if float > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let shown = written_float(float);
    match shown.split_once('e') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0e{exponent}"),
        _ => shown,
    }
}

/// A string as it is where it is a word of letters, digits, `_`, `-`, `.`, `/` and single spaces that begins with a letter and ends with
/// none of these signs, and means nothing else; between quotes otherwise.
fn string(text: &str) -> String {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || "_-./ ".contains(c);
    let is_word = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(is_letter)
        && !text.contains("  ")
        && text.len() <= 80;
    let means_itself = !matches!(text, "y" | "Y" | "n" | "N") && matches!(plain::value(text), Ok(Value::Text(_)));
    if is_word && means_itself {
        return text.to_owned();
    }
    let mut out = String::new();
    for character in json::quoted(text).chars() {
        let code = u32::from(character);
        // What YAML does not print, and what it takes for the end of a line.
        let _ = match code {
            0x7f..=0x9f | 0x2028 | 0x2029 | 0xfeff | 0xfffe | 0xffff => write!(out, "\\u{code:04x}"),
            _ => write!(out, "{character}"),
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;
    use bassline_core::Map;
    use proptest::prelude::*;
    use std::sync::Arc;

    fn values() -> impl Strategy<Value = Value> {
        let words = prop_oneof![
            any::<String>(),
            "[a-z0-9+:. ~#-]{0,8}",
            Just("null".to_owned()),
            Just("1e3".to_owned())
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
            words.prop_map(|text| Value::text(&text)),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(|items| Value::List(Arc::new(items))),
                prop::collection::vec((any::<String>(), inner), 0..4).prop_map(|pairs| {
                    let pairs = pairs.into_iter().map(|(key, value)| (key.into(), value)).collect();
                    Value::Map(Arc::new(Map::new(pairs)))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_as_it_was(value in values(), indent in 2_usize..6) {
            let text = written(&value, indent).unwrap();
            prop_assert_eq!(read(&text), Ok(value), "{}", text);
        }
    }
}
