//! Reading values.

use super::JsonError;
use bassline_core::{Map, Text, Value, untagged};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::sync::Arc;

/// The value of a JSON text.
pub fn from_str(text: &str) -> Result<Value, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Any.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
pub(crate) struct Any;

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
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
            .map_err(|_| E::custom(format!("{value} does not fit a 64-bit integer")))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Value::List(Arc::new(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut pairs: Vec<(Text, Value)> = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            // What `$map` holds is a map as it stands.
            let value = if pairs.is_empty() && key == "$map" {
                access.next_value::<Plain>()?.0
            } else {
                access.next_value_seed(self)?
            };
            pairs.push((key.into(), value));
        }
        match pairs.as_slice() {
            [(tag, value)] if tag.starts_with('$') => untagged(tag, value)
                .unwrap_or_else(|| Err(format!("'{tag}' of {value} is no value known here")))
                .map_err(A::Error::custom),
            _ => Ok(Value::Map(Arc::new(Map::new(pairs)))),
        }
    }
}

/// A map whose keys mean nothing else.
struct Plain(Value);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PlainVisitor)
    }
}

struct PlainVisitor;

impl<'de> Visitor<'de> for PlainVisitor {
    type Value = Plain;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Plain, A::Error> {
        let mut pairs: Vec<(Text, Value)> = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            pairs.push((key.into(), access.next_value_seed(Any)?));
        }
        Ok(Plain(Value::Map(Arc::new(Map::new(pairs)))))
    }
}

#[cfg(test)]
mod tests {
    use super::super::to_string;
    use super::*;
    use bassline_core::{Array, Coded, Interval, Set};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<u64>().prop_map(|bits| Value::Float(f64::from_bits(bits))),
            (-1000_i32..1000).prop_map(|int| Value::Float(f64::from(int))),
            any::<String>().prop_map(|text| Value::text(&text)),
            prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| Value::Bytes(Arc::new(bytes))),
        ];
        let key = prop_oneof![
            any::<String>(),
            "\\$[a-z]{0,5}",
            Just("$map".to_owned()),
            Just("$float".to_owned())
        ];
        let leaf = prop_oneof![
            8 => leaf,
            1 => (any::<i64>(), any::<u32>()).prop_map(|(low, width)| {
                let high = low.saturating_add(i64::from(width));
                Value::Interval(Arc::new(Interval::new(Value::Int(low), Value::Int(high)).unwrap()))
            }),
            1 => prop::collection::vec(any::<u8>(), 0..20).prop_map(|bytes| {
                Value::Array(Arc::new(Array::new("|u1".into(), vec![bytes.len()], bytes)))
            }),
        ];
        leaf.prop_recursive(5, 60, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::Set(Arc::new(Set::new(items)))),
                (any::<String>(), inner.clone())
                    .prop_map(|(codec, payload)| Value::Coded(Arc::new(Coded::new(codec.into(), payload)))),
                prop::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::List(Arc::new(items))),
                prop::collection::vec((key.clone(), inner), 0..4).prop_map(|pairs| {
                    let pairs = pairs.into_iter().map(|(key, value)| (Text::from(key), value)).collect();
                    Value::Map(Arc::new(Map::new(pairs)))
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_value_comes_back_as_it_was(value in values()) {
            let text = to_string(&value).unwrap();
            let back = from_str(&text).unwrap();
            prop_assert_eq!(&back, &value);
            // The sign of a zero is not seen by equality.
            prop_assert_eq!(to_string(&back).unwrap(), text);
        }
    }

    #[test]
    fn ints_and_floats_are_told_apart() {
        let text = |value| to_string(&value).unwrap();
        assert_eq!(text(Value::Int(1)), "1");
        assert_eq!(text(Value::Float(1.0)), "1.0");
        assert_eq!(text(Value::Float(-0.0)), "-0.0");
        assert!(text(Value::Float(1e300)).contains('e'));
        assert_eq!(text(Value::Float(f64::NAN)), r#"{"$float":"nan"}"#);
        assert!(from_str("18446744073709551615").is_err());
    }

    #[test]
    fn every_character_of_a_text_is_escaped_as_json_asks() {
        for code in (0..0x100).chain([0x2028, 0xfeff, 0x1_f600]) {
            let character = char::from_u32(code).unwrap();
            for text in [
                format!("k{character}"),
                format!("k{:70}{character}\n", ""),
                format!("a{character}{:70}", ""),
            ] {
                let map = Value::Map(Arc::new(Map::new(vec![(text.as_str().into(), Value::text(&text))])));
                let json = serde_json::to_string(&text).unwrap();
                assert_eq!(to_string(&map).unwrap(), format!("{{{json}:{json}}}"), "{code:#x}");
            }
        }
    }

    #[test]
    fn what_cannot_be_read_back_is_not_written() {
        let nest = |levels: usize| (0..levels).fold(Value::Null, |inner, _| Value::List(Arc::new(vec![inner])));
        assert_eq!(from_str(&to_string(&nest(120)).unwrap()).unwrap(), nest(120));
        assert!(to_string(&nest(121)).unwrap_err().to_string().contains("120"));
    }

    #[test]
    fn an_unknown_tag_is_refused() {
        assert!(from_str(r#"{"$new":1}"#).is_err());
        assert!(from_str(r#"{"$bytes":"?"}"#).is_err());
        assert_eq!(
            from_str(r#"{"$map":{"$new":1}}"#).unwrap(),
            Value::Map(Arc::new(Map::new(vec![("$new".into(), Value::Int(1))])))
        );
    }
}
