//! Reading JSON (RFC 8259) into values: an int stays an int, of a key given twice the last value stays.

use bassline_core::{Map, Text, Value, large_int, limit};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

/// The value of a JSON text, or what is wrong with it and where.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    let seen = Seen::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Nested { level: 0, seen: &seen }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| error.to_string())?;
    // The reader gives an int beyond 64 bits as a float.
    if seen.is_large.get()
        && let Some((_, int)) = large_int(text)
    {
        return Err(too_large(int));
    }
    Ok(value)
}

#[derive(Default)]
struct Seen {
    values: Cell<usize>,
    is_large: Cell<bool>,
}

#[derive(Clone, Copy)]
struct Nested<'a> {
    level: usize,
    seen: &'a Seen,
}

impl Nested<'_> {
    fn inside<E: Error>(self) -> Result<Self, E> {
        if self.level < limit::LEVELS {
            let level = self.level + 1;
            return Ok(Self { level, ..self });
        }
        Err(E::custom(format!("nested more than {} levels deep", limit::LEVELS)))
    }
}

impl<'de> DeserializeSeed<'de> for Nested<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.seen.values.set(self.seen.values.get() + 1);
        if self.seen.values.get() > limit::VALUES {
            return Err(D::Error::custom(format!("more than {} values", limit::VALUES)));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Nested<'_> {
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
        if value.abs() >= 9e18 {
            self.seen.is_large.set(true);
        }
        Ok(Value::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(inside)? {
            items.push(item);
        }
        Ok(Value::List(Arc::new(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let inside = self.inside()?;
        let mut pairs: Vec<(Text, Value)> = Vec::new();
        while let Some(key) = access.next_key::<String>()? {
            pairs.push((key.into(), access.next_value_seed(inside)?));
        }
        Ok(Value::Map(Arc::new(Map::new(pairs))))
    }
}

fn too_large(int: &str) -> String {
    let shown: String = int.chars().take(40).collect();
    format!("{shown} does not fit a 64-bit integer; write it with a decimal point, or as a string")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ints_and_floats_are_told_apart_and_none_is_rounded() {
        assert_eq!(read("9223372036854775807"), Ok(Value::Int(i64::MAX)));
        assert_eq!(read("-9223372036854775808"), Ok(Value::Int(i64::MIN)));
        assert_eq!(read("1.0"), Ok(Value::Float(1.0)));
        assert_eq!(read("1e300"), Ok(Value::Float(1e300)));
        assert_eq!(
            read(r#"["\\\"123456789012345678901", 9e18]"#).map(|value| value.type_name().to_owned()),
            Ok("list".to_owned())
        );
        for large in [
            "9223372036854775808",
            "-9223372036854775809",
            "[1, 123456789012345678901]",
            r#"{"a\"": 123456789012345678901234}"#,
        ] {
            assert!(read(large).unwrap_err().contains("64-bit integer"), "{large}");
        }
    }

    #[test]
    fn what_is_too_deep_or_too_much_is_refused() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(read(&nested(100)).is_ok());
        assert!(read(&nested(101)).unwrap_err().contains("100 levels"));
        assert!(read(&"[".repeat(1_000_000)).is_err());
        let many = format!("[{}0]", "0,".repeat(999_999));
        assert!(read(&many).unwrap_err().contains("1000000 values"));
    }
}
