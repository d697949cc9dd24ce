//! A total order of all values, by kind and then by content. It is for keeping sets; what users compare is in [`crate::blend`].

use super::Value;
use crate::number;
use std::cmp::Ordering;

impl Value {
    /// The place of two values in the order of kinds and contents; `Equal` exactly if they are equal.
    pub fn structural_order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Float(a), Value::Float(b)) => number::floats(*a, *b),
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => items(a.iter(), b.iter()),
            (Value::Set(a), Value::Set(b)) => items(a.iter(), b.iter()),
            (Value::Map(a), Value::Map(b)) => a
                .iter()
                .map(|(key, _)| key)
                .cmp(b.iter().map(|(key, _)| key))
                .then_with(|| items(a.iter().map(|(_, value)| value), b.iter().map(|(_, value)| value))),
            (Value::Interval(a), Value::Interval(b)) => {
                items([a.low(), a.high()].into_iter(), [b.low(), b.high()].into_iter())
            }
            (Value::Array(a), Value::Array(b)) => a.structural_order(b),
            (Value::Coded(a), Value::Coded(b)) => a
                .codec()
                .cmp(b.codec())
                .then_with(|| a.payload().structural_order(b.payload())),
            (Value::Opaque(a), Value::Opaque(b)) => a.identity().cmp(&b.identity()),
            _ => self.kind().cmp(&other.kind()),
        }
    }

    fn kind(&self) -> u8 {
        match self {
            Value::Null => 0,
            Value::Bool(_) => 1,
            Value::Int(_) => 2,
            Value::Float(_) => 3,
            Value::Text(_) => 4,
            Value::Bytes(_) => 5,
            Value::List(_) => 6,
            Value::Map(_) => 7,
            Value::Set(_) => 8,
            Value::Interval(_) => 9,
            Value::Array(_) => 10,
            Value::Coded(_) => 11,
            Value::Opaque(_) => 12,
        }
    }
}

fn items<'a>(mut a: impl Iterator<Item = &'a Value>, mut b: impl Iterator<Item = &'a Value>) -> Ordering {
    loop {
        match (a.next(), b.next()) {
            (Some(a), Some(b)) => match a.structural_order(b) {
                Ordering::Equal => {}
                order => return order,
            },
            (None, None) => return Ordering::Equal,
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
        }
    }
}
