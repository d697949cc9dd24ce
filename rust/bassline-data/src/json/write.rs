//! Writing JSON: keys in order, floats as Python writes them.

use crate::entry::{Answer, append, given, malformed, outputs, required, whole_of};
use bassline_core::{Content, Fault, Value, limit, written_float};
use std::fmt::Write;

const EXPECTED: &str = "what JSON has a word for: null, bools, finite numbers, strings, lists and maps";

/// The JSON of a value; in lines, if there is an indent.
pub(crate) fn written(port: &'static str, value: &Value, indent: Option<usize>) -> Result<String, Fault> {
    let mut writer = Writer {
        port,
        indent: indent.filter(|&indent| indent > 0),
        text: String::new(),
    };
    writer.value(value, 0)?;
    Ok(writer.text)
}

/// A string as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\0'..='\x1f' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

struct Writer {
    port: &'static str,
    indent: Option<usize>,
    text: String,
}

impl Writer {
    fn push(&mut self, more: &str) -> Result<(), Fault> {
        append("text", &mut self.text, more)
    }

    fn line(&mut self, level: usize) -> Result<(), Fault> {
        match self.indent {
            Some(indent) => self.push(&format!("\n{}", " ".repeat(indent * level))),
            None => Ok(()),
        }
    }

    fn value(&mut self, value: &Value, level: usize) -> Result<(), Fault> {
        match value {
            Value::Null => self.push("null"),
            Value::Bool(holds) => self.push(if *holds { "true" } else { "false" }),
            Value::Int(int) => self.push(&int.to_string()),
            Value::Float(float) if float.is_finite() => self.push(&written_float(*float)),
            Value::Text(text) => self.push(&quoted(text)),
            Value::List(_) | Value::Map(_) if level == limit::LEVELS => {
                let found = format!("nested more than {} levels deep", limit::LEVELS);
                Err(malformed(self.port, EXPECTED, found))
            }
            Value::List(items) => self.all("[", items.iter().map(|item| (None, item)), "]", level),
            Value::Map(map) => {
                let pairs = map.iter().map(|(key, value)| (Some(key.as_str()), value));
                self.all("{", pairs, "}", level)
            }
            other => Err(malformed(
                self.port,
                EXPECTED,
                format!("found {} {other}", other.type_name()),
            )),
        }
    }

    fn all<'a>(
        &mut self,
        open: &str,
        items: impl Iterator<Item = (Option<&'a str>, &'a Value)>,
        close: &str,
        level: usize,
    ) -> Result<(), Fault> {
        self.push(open)?;
        let mut is_empty = true;
        for (at, (key, value)) in items.enumerate() {
            is_empty = false;
            self.push(if at > 0 { "," } else { "" })?;
            self.line(level + 1)?;
            if let Some(key) = key {
                self.push(&quoted(key))?;
                self.push(if self.indent.is_some() { ": " } else { ":" })?;
            }
            self.value(value, level + 1)?;
        }
        if !is_empty {
            self.line(level)?;
        }
        self.push(close)
    }
}

/// `data.json-stringify`.
pub(crate) fn stringify(inputs: &[Content]) -> Answer {
    let indent = match given(inputs, 1) {
        Some(indent) => Some(whole_of("indent", indent, 0, 10)?),
        None => None,
    };
    let text = written("data", required(inputs, 0), indent)?;
    outputs([Value::Text(text.into())])
}
