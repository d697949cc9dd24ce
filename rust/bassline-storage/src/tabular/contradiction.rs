//! A contradiction as one value.

use crate::json::{self, JsonError};
use bassline_core::{Contradiction, Map, Value};
use std::sync::Arc;

/// A contradiction as a value that can be stored.
pub(crate) fn encoded(found: &Contradiction) -> Value {
    // What was refused need not be storable; then what it looks like is kept.
    let storable = |value: &Value| match json::to_string(value) {
        Ok(_) => value.clone(),
        Err(_) => Value::text(&value.to_string()),
    };
    let pairs = vec![
        ("current".into(), storable(&found.current)),
        ("current_source".into(), Value::Text(found.current_source.clone())),
        ("current_tick".into(), Value::Int(found.current_tick as i64)),
        ("incoming".into(), storable(&found.incoming)),
        ("incoming_source".into(), Value::Text(found.incoming_source.clone())),
        ("incoming_tick".into(), Value::Int(found.incoming_tick as i64)),
    ];
    Value::Map(Arc::new(Map::new(pairs)))
}

/// The contradiction of such a value.
pub(crate) fn decoded(value: &Value) -> Result<Contradiction, JsonError> {
    let Value::Map(map) = value else {
        return Err(JsonError::new("a contradiction is no map"));
    };
    let malformed = |key: &str| JsonError::new(format!("a contradiction has no '{key}'"));
    let of = |key: &str| map.get(key).cloned().ok_or_else(|| malformed(key));
    let text = |key: &str| match map.get(key) {
        Some(Value::Text(text)) => Ok(text.clone()),
        _ => Err(malformed(key)),
    };
    let tick = |key: &str| match map.get(key) {
        Some(Value::Int(tick)) => Ok(*tick as u64),
        _ => Err(malformed(key)),
    };
    Ok(Contradiction {
        current: of("current")?,
        incoming: of("incoming")?,
        current_source: text("current_source")?,
        incoming_source: text("incoming_source")?,
        current_tick: tick("current_tick")?,
        incoming_tick: tick("incoming_tick")?,
    })
}
