//! `data.get-property`, `data.set-property`, `data.delete-property`: parts of maps and lists by their paths. What is given is never
//! changed; a new one is made of it.

mod path;

use crate::entry::{Answer, malformed, outputs, required};
use bassline_core::argument::wrong_type;
use bassline_core::{Content, Fault, Map, Value, limit};
use path::{Step, steps};
use std::sync::Arc;

fn object(value: &Value) -> Result<&Value, Fault> {
    match value {
        Value::Map(_) | Value::List(_) => Ok(value),
        other => Err(wrong_type("object", "a map or a list", other)),
    }
}

/// What stands one step further.
fn part<'a>(value: &'a Value, step: Step<'_>) -> Option<&'a Value> {
    match value {
        Value::Map(map) => map.get(step.key),
        Value::List(items) => items.get(step.index()?),
        _ => None,
    }
}

/// `data.get-property`: null, and not there, where the path leads nowhere.
pub(crate) fn get(inputs: &[Content]) -> Answer {
    let object = object(required(inputs, 0))?;
    let steps = steps("path", required(inputs, 1))?;
    let found = steps.into_iter().try_fold(object, part);
    outputs([found.cloned().unwrap_or(Value::Null), Value::Bool(found.is_some())])
}

/// `data.set-property`: maps on the way that are not there yet are made, lists for an index in brackets.
pub(crate) fn set(inputs: &[Content]) -> Answer {
    let object = object(required(inputs, 0))?;
    let steps = steps("path", required(inputs, 1))?;
    let result = with(Some(object), &steps, required(inputs, 2))?;
    limit::check_value("result", &result)?;
    outputs([result])
}

const PLACE: &str = "the path of a place in the object";

fn with(whole: Option<&Value>, steps: &[Step<'_>], value: &Value) -> Result<Value, Fault> {
    let Some((&step, rest)) = steps.split_first() else {
        return Ok(value.clone());
    };
    match whole {
        None if step.is_index => with_item(&[], step, rest, value),
        None => with_key(None, step, rest, value),
        Some(Value::Map(map)) => with_key(Some(map), step, rest, value),
        Some(Value::List(items)) => with_item(items, step, rest, value),
        Some(other) => {
            let found = format!("'{}' would go into {} {other}", step.key, other.type_name());
            Err(malformed("path", PLACE, found))
        }
    }
}

fn with_key(map: Option<&Map>, step: Step<'_>, rest: &[Step<'_>], value: &Value) -> Result<Value, Fault> {
    let inside = with(map.and_then(|map| map.get(step.key)), rest, value)?;
    let pairs = map.into_iter().flat_map(Map::iter);
    let mut pairs: Vec<_> = pairs.map(|(key, value)| (key.clone(), value.clone())).collect();
    pairs.push((step.key.into(), inside));
    Ok(Value::Map(Arc::new(Map::new(pairs))))
}

/// At an index of an item, or the one behind the last.
fn with_item(items: &[Value], step: Step<'_>, rest: &[Step<'_>], value: &Value) -> Result<Value, Fault> {
    let Some(at) = step.index().filter(|&at| at <= items.len()) else {
        let found = format!(
            "'{}' is no index from 0 to {} of a list of {} items",
            step.key,
            items.len(),
            items.len()
        );
        return Err(malformed("path", PLACE, found));
    };
    let inside = with(items.get(at), rest, value)?;
    let mut items = items.to_vec();
    if at == items.len() {
        items.push(inside);
    } else {
        items[at] = inside;
    }
    Ok(Value::List(Arc::new(items)))
}

/// `data.delete-property`: the items behind one that is taken out of a list move up.
pub(crate) fn delete(inputs: &[Content]) -> Answer {
    let object = object(required(inputs, 0))?;
    let steps = steps("path", required(inputs, 1))?;
    let rest = without(object, &steps);
    let deleted = rest.is_some();
    outputs([rest.unwrap_or_else(|| object.clone()), Value::Bool(deleted)])
}

fn without(whole: &Value, steps: &[Step<'_>]) -> Option<Value> {
    let (&step, rest) = steps.split_first()?;
    let inside = part(whole, step)?;
    let kept = if rest.is_empty() {
        None
    } else {
        Some(without(inside, rest)?)
    };
    match whole {
        Value::Map(map) => {
            let pairs = map.iter().filter_map(|(key, value)| {
                let value = if key == step.key { kept.clone()? } else { value.clone() };
                Some((key.clone(), value))
            });
            Some(Value::Map(Arc::new(Map::new(pairs.collect()))))
        }
        Value::List(items) => {
            let mut items = items.to_vec();
            let at = step.index()?;
            match kept {
                Some(kept) => items[at] = kept,
                None => drop(items.remove(at)),
            }
            Some(Value::List(Arc::new(items)))
        }
        _ => None,
    }
}
