//! Values that JSON and YAML have no word for: a map with one key, which begins with `$`.

use super::{Array, Coded, Interval, Map, Set, Value, base64};
use std::sync::Arc;

/// The value that a tag makes of another; nothing if there is no such tag, an error if it does not fit.
pub fn untagged(tag: &str, value: &Value) -> Option<Result<Value, String>> {
    Some(match (tag, value) {
        ("$map", Value::Map(_)) => Ok(value.clone()),
        ("$float", Value::Text(name)) => float(name),
        ("$bytes", Value::Text(text)) => base64::decode(text)
            .map(|bytes| Value::Bytes(Arc::new(bytes)))
            .ok_or_else(|| "$bytes is not base64".to_owned()),
        ("$set", Value::List(items)) => Ok(Value::Set(Arc::new(Set::new(items.to_vec())))),
        ("$interval", Value::List(bounds)) => interval(bounds),
        ("$array", Value::List(parts)) => array(parts).ok_or_else(|| "$array is not type, shape and bytes".to_owned()),
        ("$coded", Value::List(parts)) => match parts.as_slice() {
            [Value::Text(codec), payload] => Ok(Value::Coded(Arc::new(Coded::new(codec.clone(), payload.clone())))),
            _ => Err("$coded is not a codec and what it wrote".to_owned()),
        },
        ("$map" | "$float" | "$bytes" | "$set" | "$interval" | "$array" | "$coded", _) => {
            Err(format!("'{tag}' does not take {value}"))
        }
        _ => return None,
    })
}

impl Value {
    /// The value with every tag in it taken for what it means; a map of one key that is no tag is left as it is.
    pub fn read_tags(&self) -> Result<Value, String> {
        let all = |items: &[Value]| items.iter().map(Value::read_tags).collect::<Result<Vec<_>, _>>();
        let pairs = |map: &Map| {
            map.iter()
                .map(|(key, value)| Ok((key.clone(), value.read_tags()?)))
                .collect::<Result<Vec<_>, String>>()
        };
        Ok(match self {
            Value::List(items) => Value::List(Arc::new(all(items)?)),
            Value::Map(map) => {
                if let (1, Some((tag, value))) = (map.len(), map.iter().next()) {
                    let inside = match value {
                        // What `$map` holds is a map as it stands.
                        Value::Map(plain) if tag == "$map" => Value::Map(Arc::new(Map::new(pairs(plain)?))),
                        _ => value.read_tags()?,
                    };
                    // What was read inside is not read again: that would double the work at each level.
                    return untagged(tag, &inside)
                        .unwrap_or_else(|| Ok(Value::Map(Arc::new(Map::new(vec![(tag.clone(), inside)])))));
                }
                Value::Map(Arc::new(Map::new(pairs(map)?)))
            }
            other => other.clone(),
        })
    }
}

fn float(name: &str) -> Result<Value, String> {
    match name {
        "nan" => Ok(Value::Float(f64::NAN)),
        "inf" => Ok(Value::Float(f64::INFINITY)),
        "-inf" => Ok(Value::Float(f64::NEG_INFINITY)),
        other => Err(format!("there is no $float '{other}'")),
    }
}

fn interval(bounds: &[Value]) -> Result<Value, String> {
    match bounds {
        [low, high] => Interval::new(low.clone(), high.clone())
            .map(|interval| Value::Interval(Arc::new(interval)))
            .map_err(|error| format!("$interval: {error}")),
        _ => Err(format!("$interval has {} bounds", bounds.len())),
    }
}

fn array(parts: &[Value]) -> Option<Value> {
    let [Value::Text(dtype), Value::List(shape), Value::Text(bytes)] = parts else {
        return None;
    };
    let shape = shape.iter().map(|length| match length {
        Value::Int(length) => usize::try_from(*length).ok(),
        _ => None,
    });
    let array = Array::new(dtype.clone(), shape.collect::<Option<_>>()?, base64::decode(bytes)?);
    Some(Value::Array(Arc::new(array)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(key: &str, value: Value) -> Value {
        Value::Map(Arc::new(Map::new(vec![(key.into(), value)])))
    }

    fn list(items: Vec<Value>) -> Value {
        Value::List(Arc::new(items))
    }

    #[test]
    fn tags_are_read_wherever_they_stand() {
        let set = Value::Set(Arc::new(Set::new(vec![Value::Int(1)])));
        let tagged = list(vec![map("key", map("$set", list(vec![Value::Int(1)]))), Value::Null]);
        assert_eq!(tagged.read_tags().unwrap(), list(vec![map("key", set), Value::Null]));
        assert!(map("$set", Value::Int(1)).read_tags().is_err());
        assert!(map("$bytes", Value::text("?")).read_tags().is_err());
    }

    #[test]
    fn the_work_does_not_double_at_each_level_of_maps_of_one_key() {
        let deep = (0..100).fold(Value::Null, |inner, _| map("key", inner));
        assert_eq!(deep.read_tags().unwrap(), deep);
    }

    #[test]
    fn what_is_no_tag_and_what_is_said_to_be_a_map_stay_as_they_are() {
        let price = map("$price", Value::Int(1));
        assert_eq!(price.read_tags().unwrap(), price);
        let inner = map("$set", list(vec![]));
        assert_eq!(map("$map", inner.clone()).read_tags().unwrap(), inner);
    }
}
