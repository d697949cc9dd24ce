//! `data.base64-encode`, `data.base64-decode` (RFC 4648, with padding).

use crate::entry::{Answer, bounded_text, given, malformed, outputs, required};
use crate::json;
use bassline_core::argument::{out_of_range, text, wrong_type};
use bassline_core::{Content, Fault, Value, base64, limit};
use std::sync::Arc;

const BASE64: &str = "Base64 with padding";

/// `data.base64-encode`: of a string its UTF-8.
pub(crate) fn encode(inputs: &[Content]) -> Answer {
    let bytes = match required(inputs, 0) {
        Value::Text(text) => text.as_bytes(),
        Value::Bytes(bytes) => bytes,
        other => return Err(wrong_type("data", "a string or bytes", other)),
    };
    limit::check_text("encoded", bytes.len().div_ceil(3) * 4)?;
    let mut encoded = Vec::new();
    base64::encode(bytes, &mut encoded);
    outputs([Value::text(&String::from_utf8_lossy(&encoded))])
}

/// `data.base64-decode`.
pub(crate) fn decode(inputs: &[Content]) -> Answer {
    let encoded = bounded_text("encoded", required(inputs, 0))?;
    let kind = given(inputs, 1);
    let name = match kind {
        Some(kind) => text("outputType", kind)?.as_str(),
        None => "string",
    };
    let read: fn(Vec<u8>) -> Result<Value, Fault> = match (name, kind) {
        ("string", _) => |bytes| Ok(Value::Text(utf8(bytes)?.into())),
        ("buffer", _) => |bytes| Ok(Value::Bytes(Arc::new(bytes))),
        ("json", _) => |bytes| json::read(&utf8(bytes)?).map_err(|found| malformed("encoded", "Base64 of JSON", found)),
        (_, kind) => {
            let kind = kind.unwrap_or(&Value::Null);
            return Err(out_of_range("outputType", "'string', 'buffer' or 'json'", kind));
        }
    };
    let bytes = base64::decode(encoded).ok_or_else(|| malformed("encoded", BASE64, wrong(encoded)))?;
    outputs([read(bytes)?])
}

fn utf8(bytes: Vec<u8>) -> Result<String, Fault> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let found = format!("its byte {at} is not UTF-8; ask for outputType 'buffer'");
        malformed("encoded", "Base64 of a string", found)
    })
}

/// What is wrong with a text that is no Base64.
fn wrong(encoded: &str) -> String {
    let digits = encoded.trim_end_matches('=');
    let is_digit = |character: char| character.is_ascii_alphanumeric() || matches!(character, '+' | '/');
    match digits.chars().position(|character| !is_digit(character)) {
        Some(at) => {
            let found = digits.chars().nth(at).unwrap_or('=');
            format!("found {:?} at character {}", found, at + 1)
        }
        None => format!(
            "found {} characters of which {} are padding",
            encoded.len(),
            encoded.len() - digits.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said() {
        let message = |encoded: &str| decode(&[Some(Value::text(encoded)), None]).unwrap_err().to_string();
        assert!(message("a b=").ends_with("found ' ' at character 2"));
        assert!(message("abc").ends_with("found 3 characters of which 0 are padding"));
        assert!(message("/w==").contains("byte 0 is not UTF-8"));
    }
}
