//! How values are shown to people.

use super::{Content, Value};
use std::fmt;

/// As Python's `repr` shows it, cut after 80 characters inside collections and text. Equal values are shown alike, both zeros as `0.0`: a
/// router makes one group of them, and a fault that says one is no other fault when it says the other.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("None"),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            Value::Int(int) => write!(f, "{int}"),
            Value::Float(float) => write!(f, "{:?}", float + 0.0),
            Value::Text(text) => {
                let shown: String = text.chars().take(80).collect();
                let more = if shown.len() < text.len() { "…" } else { "" };
                write!(f, "'{}{more}'", shown.escape_debug())
            }
            Value::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Value::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().take(8).enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if items.len() > 8 { ", …]" } else { "]" })
            }
            Value::Map(map) => {
                f.write_str("{")?;
                for (at, (key, value)) in map.iter().take(8).enumerate() {
                    write!(f, "{}'{key}': {value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if map.len() > 8 { ", …}" } else { "}" })
            }
            Value::Set(set) if set.is_empty() => f.write_str("set()"),
            Value::Set(set) => {
                f.write_str("{")?;
                for (at, item) in set.iter().take(8).enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if set.len() > 8 { ", …}" } else { "}" })
            }
            Value::Interval(interval) => write!(f, "Interval({}, {})", interval.low(), interval.high()),
            Value::Array(array) => write!(f, "<array {} of shape {:?}>", array.dtype(), array.shape()),
            Value::Coded(coded) => write!(f, "{}({})", coded.codec(), coded.payload()),
            Value::Opaque(opaque) => write!(f, "<{} object>", opaque.type_name()),
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Shows content: the value, or `Nothing`.
pub fn show(content: &Content) -> String {
    content
        .as_ref()
        .map_or_else(|| "Nothing".to_owned(), ToString::to_string)
}
