//! Parsing one JSON object into keys and values, exactly: an integer that does not fit is an error and no float.

use super::super::cell::too_large;
use bassline_core::{Map, Text, Value, large_int, untagged};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// The pairs of an object, in its order; of a key given twice the last value.
#[derive(Debug, Default)]
pub(super) struct Object {
    pub(super) keys: Vec<Text>,
    pub(super) values: Vec<Option<Value>>,
}

/// Parses a line. `known` are the keys it probably has.
pub(super) fn parse(line: &str, known: &[Text]) -> Result<Object, String> {
    let was_large = Cell::new(false);
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let object = deserializer
        .deserialize_map(Top {
            known,
            was_large: &was_large,
        })
        .and_then(|object| deserializer.end().map(|()| object));
    let object = object.map_err(|error| {
        let text = error.to_string();
        let what = text.rfind(" at line ").map_or(text.as_str(), |end| &text[..end]);
        format!("column {}: {what}", error.column().max(1))
    })?;
    if was_large.get()
        && let Some((at, int)) = large_int(line)
    {
        return Err(format!("column {}: {}", at + 1, too_large(int)));
    }
    Ok(object)
}

struct Top<'a> {
    known: &'a [Text],
    was_large: &'a Cell<bool>,
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        object.keys.reserve(self.known.len());
        object.values.reserve(self.known.len());
        let mut follows = true;
        while let Some(key) = access.next_key_seed(Key(self.known.get(object.keys.len())))? {
            let value = access.next_value_seed(Any {
                was_large: self.was_large,
                is_plain: false,
            })?;
            // As long as the keys are the known ones in order, they are all different.
            follows = follows && self.known.get(object.keys.len()) == Some(&key);
            let earlier = if follows {
                None
            } else {
                object.keys.iter().position(|other| *other == key)
            };
            if let Some(at) = earlier {
                object.values[at] = Some(value);
            } else {
                object.keys.push(key);
                object.values.push(Some(value));
            }
        }
        Ok(object)
    }
}

/// A key, which is probably this one.
struct Key<'a>(Option<&'a Text>);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Text;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
        match self.0 {
            Some(known) if known == text => Ok(known.clone()),
            _ => Ok(text.into()),
        }
    }
}

/// Any value.
#[derive(Clone, Copy)]
struct Any<'a> {
    /// Is set when a float was read that an integer may have been before.
    was_large: &'a Cell<bool>,
    /// Whether a map is one whatever its keys.
    is_plain: bool,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        i64::try_from(value)
            .map(Value::Int)
            .map_err(|_| E::custom(too_large(&value.to_string())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        if value.abs() >= 9.2e18 {
            self.was_large.set(true);
        }
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(Any {
            is_plain: false,
            ..self
        })? {
            items.push(item);
        }
        Ok(Value::List(Arc::new(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut pairs = Vec::new();
        while let Some(key) = access.next_key_seed(Key(None))? {
            // What `$map` holds is a map as it stands.
            let is_plain = pairs.is_empty() && !self.is_plain && key == "$map";
            pairs.push((key, access.next_value_seed(Any { is_plain, ..self })?));
        }
        if let [(tag, value)] = pairs.as_slice()
            && !self.is_plain
            && tag.starts_with('$')
            && let Some(value) = untagged(tag, value)
        {
            return value.map_err(A::Error::custom);
        }
        Ok(Value::Map(Arc::new(Map::new(pairs))))
    }
}
