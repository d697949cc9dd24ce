//! Writing values, straight into bytes.

use super::JsonError;
use bassline_core::{DEEPEST, Map, Unstorable, Value, base64};

/// The JSON of a value.
pub fn to_string(value: &Value) -> Result<String, JsonError> {
    let mut out = Vec::new();
    write(value, &mut out)?;
    String::from_utf8(out).map_err(|error| JsonError::new(error.to_string()))
}

/// Appends the JSON of a value, which is UTF-8.
#[inline]
pub fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), JsonError> {
    write_nested(value, out, 0)
}

fn write_nested(value: &Value, out: &mut Vec<u8>, depth: usize) -> Result<(), JsonError> {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(int) => serde_json::to_writer(out, int)?,
        Value::Float(float) if float.is_finite() => serde_json::to_writer(out, float)?,
        Value::Float(float) => {
            let name: &[u8] = match (float.is_nan(), *float > 0.0) {
                (true, _) => b"nan",
                (_, true) => b"inf",
                (_, false) => b"-inf",
            };
            write_tagged(out, b"$float", name);
        }
        Value::Text(text) => write_text(text, out)?,
        Value::Bytes(bytes) => {
            out.extend_from_slice(b"{\"$bytes\":\"");
            base64::encode(bytes, out);
            out.extend_from_slice(b"\"}");
        }
        Value::List(items) => write_items(items, out, depth)?,
        Value::Map(map) if map.is_tagged() => {
            out.extend_from_slice(b"{\"$map\":");
            write_map(map, out, depth + 1)?;
            out.push(b'}');
        }
        Value::Map(map) => write_map(map, out, depth)?,
        Value::Set(set) => {
            out.extend_from_slice(b"{\"$set\":");
            write_items(set.as_slice(), out, depth + 1)?;
            out.push(b'}');
        }
        Value::Interval(interval) => {
            out.extend_from_slice(b"{\"$interval\":[");
            write_nested(interval.low(), out, depth + 2)?;
            out.push(b',');
            write_nested(interval.high(), out, depth + 2)?;
            out.extend_from_slice(b"]}");
        }
        Value::Array(array) => {
            out.extend_from_slice(b"{\"$array\":[");
            serde_json::to_writer(&mut *out, array.dtype())?;
            out.push(b',');
            serde_json::to_writer(&mut *out, array.shape())?;
            out.extend_from_slice(b",\"");
            base64::encode(array.bytes(), out);
            out.extend_from_slice(b"\"]}");
        }
        Value::Coded(coded) => {
            check_depth(depth + 1)?;
            out.extend_from_slice(b"{\"$coded\":[");
            serde_json::to_writer(&mut *out, coded.codec().as_str())?;
            out.push(b',');
            write_nested(coded.payload(), out, depth + 2)?;
            out.extend_from_slice(b"]}");
        }
        Value::Opaque(opaque) => {
            let why = Unstorable::Opaque(opaque.type_name().to_owned());
            return Err(JsonError::new(why.to_string()));
        }
    }
    Ok(())
}

fn write_items(items: &[Value], out: &mut Vec<u8>, depth: usize) -> Result<(), JsonError> {
    check_depth(depth)?;
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_nested(item, out, depth + 1)?;
    }
    out.push(b']');
    Ok(())
}

fn write_map(map: &Map, out: &mut Vec<u8>, depth: usize) -> Result<(), JsonError> {
    check_depth(depth)?;
    out.push(b'{');
    for (at, (key, value)) in map.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_text(key, out)?;
        out.push(b':');
        write_nested(value, out, depth + 1)?;
    }
    out.push(b'}');
    Ok(())
}

/// Most texts hold nothing to escape, and seeing that takes a fraction of looking for what it is.
#[inline]
fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), JsonError> {
    let escapes = |byte| matches!(byte, ..b' ' | b'"' | b'\\');
    if text.bytes().fold(0, |found, byte| found | u8::from(escapes(byte))) > 0 {
        serde_json::to_writer(out, text)?;
    } else {
        out.reserve(text.len() + 2);
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    }
    Ok(())
}

fn write_tagged(out: &mut Vec<u8>, tag: &[u8], text: &[u8]) {
    for part in [b"{\"", tag, b"\":\"", text, b"\"}"] {
        out.extend_from_slice(part);
    }
}

/// Nesting deeper than that is refused, so that what was written can always be read.
fn check_depth(depth: usize) -> Result<(), JsonError> {
    if depth < DEEPEST {
        Ok(())
    } else {
        Err(JsonError::new(Unstorable::TooDeep.to_string()))
    }
}
