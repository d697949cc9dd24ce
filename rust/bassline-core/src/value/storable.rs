//! What a store can take of a value.

use super::Value;
use thiserror::Error;

/// How deep a value may nest, counted in levels of its stored form: a list or dict is one level, a set or a value with a codec two.
pub const DEEPEST: usize = 120;

/// Why a store cannot take a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unstorable {
    /// An object without a codec is in it.
    #[error(
        "an object of type {0}, which has no codec and cannot be stored; register one with bassline.register_codec, or keep it in a network without a store"
    )]
    Opaque(String),
    /// It nests too deep.
    #[error("a value nested deeper than {DEEPEST} levels, which cannot be stored; flatten it")]
    TooDeep,
}

impl Value {
    /// Whether a store can take it.
    #[inline]
    pub fn check_storable(&self) -> Result<(), Unstorable> {
        match self {
            Value::List(_) | Value::Map(_) | Value::Set(_) | Value::Coded(_) | Value::Opaque(_) => self.check_below(0),
            _ => Ok(()),
        }
    }

    fn check_below(&self, depth: usize) -> Result<(), Unstorable> {
        let (depth, items): (usize, &mut dyn Iterator<Item = &Value>) = match self {
            Value::List(items) => (depth + 1, &mut items.iter()),
            Value::Map(map) => (
                depth + 1 + usize::from(map.is_tagged()),
                &mut map.iter().map(|(_, value)| value),
            ),
            Value::Set(set) => (depth + 2, &mut set.iter()),
            Value::Coded(coded) => (depth + 2, &mut std::iter::once(coded.payload())),
            Value::Interval(_) | Value::Array(_) => (depth + 2, &mut std::iter::empty()),
            Value::Opaque(opaque) => return Err(Unstorable::Opaque(opaque.type_name().to_owned())),
            _ => return Ok(()),
        };
        if depth > DEEPEST {
            return Err(Unstorable::TooDeep);
        }
        for item in items {
            item.check_below(depth)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Map, Set};
    use super::*;
    use std::sync::Arc;

    #[test]
    fn nesting_is_counted_in_levels() {
        let list = |inner| Value::List(Arc::new(vec![inner]));
        let set = |inner| Value::Set(Arc::new(Set::new(vec![inner])));
        let tagged = |inner| Value::Map(Arc::new(Map::new(vec![("$x".into(), inner)])));
        let nest = |levels: usize, wrap: &dyn Fn(Value) -> Value| (0..levels).fold(Value::Null, |inner, _| wrap(inner));
        assert_eq!(nest(120, &list).check_storable(), Ok(()));
        assert_eq!(nest(121, &list).check_storable(), Err(Unstorable::TooDeep));
        for wrap in [&set as &dyn Fn(Value) -> Value, &tagged] {
            assert_eq!(nest(60, wrap).check_storable(), Ok(()));
            assert_eq!(nest(61, wrap).check_storable(), Err(Unstorable::TooDeep));
        }
    }
}
