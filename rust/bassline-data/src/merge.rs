//! `data.merge-objects`, `data.pick-properties`, `data.omit-properties`.

use crate::entry::{Answer, given, outputs, required, truth_or};
use bassline_core::argument::{list, map, wrong_type};
use bassline_core::{Content, Fault, Map, Text, Value, limit};
use std::sync::Arc;

/// `data.merge-objects`: of two maps one, in which the second has the last word.
pub(crate) fn merge(inputs: &[Content]) -> Answer {
    let (first, second) = (
        map("object1", required(inputs, 0))?,
        map("object2", required(inputs, 1))?,
    );
    let deep = truth_or("deep", given(inputs, 2), false)?;
    let result = Value::Map(Arc::new(merged(first, second, deep)));
    limit::check_value("result", &result)?;
    outputs([result])
}

fn merged(first: &Map, second: &Map, deep: bool) -> Map {
    let mut pairs: Vec<(Text, Value)> = first.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
    for (key, value) in second.iter() {
        let value = match (first.get(key), value) {
            (Some(Value::Map(old)), Value::Map(new)) if deep => Value::Map(Arc::new(merged(old, new, deep))),
            _ => value.clone(),
        };
        // Of a key that is there twice, the last value stays.
        pairs.push((key.clone(), value));
    }
    Map::new(pairs)
}

/// `data.pick-properties`: what is under these keys; a key that is not there is no error.
pub(crate) fn pick(inputs: &[Content]) -> Answer {
    filtered(inputs, |is_named| is_named)
}

/// `data.omit-properties`: what is under other keys.
pub(crate) fn omit(inputs: &[Content]) -> Answer {
    filtered(inputs, |is_named| !is_named)
}

fn filtered(inputs: &[Content], stays: impl Fn(bool) -> bool) -> Answer {
    let map = map("object", required(inputs, 0))?;
    let mut names = keys(required(inputs, 1))?;
    names.sort_unstable();
    let pairs = map
        .iter()
        .filter(|(key, _)| stays(names.binary_search(&key.as_str()).is_ok()));
    let pairs = pairs.map(|(key, value)| (key.clone(), value.clone())).collect();
    outputs([Value::Map(Arc::new(Map::new(pairs)))])
}

fn keys(value: &Value) -> Result<Vec<&str>, Fault> {
    list("keys", value)?
        .iter()
        .map(|key| match key {
            Value::Text(key) => Ok(key.as_str()),
            other => Err(wrong_type("keys", "a list of strings", other)),
        })
        .collect()
}
