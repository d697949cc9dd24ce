//! Values: immutable, cheap to clone, compared structurally and by type.

mod array;
pub mod base64;
mod coded;
mod interval;
mod map;
mod opaque;
mod order;
mod set;
mod show;
mod storable;
mod tagged;

use arcstr::ArcStr;
use std::sync::Arc;

pub use array::Array;
pub use coded::Coded;
pub use interval::{EmptyInterval, Interval};
pub use map::{Keys, Map};
pub use opaque::{Object, Opaque};
pub use set::Set;
pub use show::show;
pub use storable::{DEEPEST, Unstorable};
pub use tagged::untagged;

/// Immutable text.
pub type Text = ArcStr;

/// What a contact holds; `None` is `Nothing`, which is not [`Value::Null`].
pub type Content = Option<Value>;

/// One value.
///
/// ```
/// use bassline_core::Value;
/// assert_ne!(Value::Int(1), Value::Float(1.0));
/// assert_eq!(Value::Float(f64::NAN), Value::Float(f64::NAN));
/// ```
#[derive(Clone)]
pub enum Value {
    /// Python's `None`.
    Null,
    /// A truth value.
    Bool(bool),
    /// A 64-bit integer.
    Int(i64),
    /// A 64-bit float.
    Float(f64),
    /// Text.
    Text(Text),
    /// Bytes.
    Bytes(Arc<Vec<u8>>),
    /// A list.
    List(Arc<Vec<Value>>),
    /// A map with text keys.
    Map(Arc<Map>),
    /// A set.
    Set(Arc<Set>),
    /// A closed interval of numbers.
    Interval(Arc<Interval>),
    /// An array of numbers: type, shape and bytes.
    Array(Arc<Array>),
    /// A value of a type that has a codec: the codec's name, and what it made of the value.
    Coded(Arc<Coded>),
    /// An object of the host language, compared by identity; it lives in memory only.
    Opaque(Opaque),
}

const _: () = assert!(size_of::<Content>() == 16);

impl PartialEq for Value {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Float(a), Value::Float(b)) => {
                a == b || (a.is_nan() && b.is_nan() && !crate::planted::is(crate::planted::Bug::NanDiffers))
            }
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Null, Value::Null) => true,
            _ => self.same_heap(other),
        }
    }
}

impl Eq for Value {}

impl Value {
    /// Text from a string.
    pub fn text(text: &str) -> Self {
        Value::Text(ArcStr::from(text))
    }

    fn same_heap(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Set(a), Value::Set(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Interval(a), Value::Interval(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Coded(a), Value::Coded(b)) => Arc::ptr_eq(a, b) || a == b,
            (Value::Opaque(a), Value::Opaque(b)) => a == b,
            _ => false,
        }
    }

    /// Whether both are one heap object, so that one stored copy serves both.
    pub fn is_same_object(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Bytes(a), Value::Bytes(b)) => Arc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
            (Value::Set(a), Value::Set(b)) => Arc::ptr_eq(a, b),
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
            (Value::Coded(a), Value::Coded(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The name of the type, as Python calls it.
    pub fn type_name(&self) -> &str {
        match self {
            Value::Null => "None",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
            Value::Set(_) => "set",
            Value::Interval(_) => "Interval",
            Value::Array(_) => "array",
            Value::Coded(coded) => coded.codec(),
            Value::Opaque(opaque) => opaque.type_name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_typed_and_structural() {
        assert_ne!(Value::Int(1), Value::Bool(true));
        assert_ne!(Value::Int(1), Value::Float(1.0));
        assert_eq!(Value::Float(0.0), Value::Float(-0.0));
        let list = |x| Value::List(Arc::new(vec![x, Value::Null]));
        assert_eq!(list(Value::Float(f64::NAN)), list(Value::Float(f64::NAN)));
        assert_ne!(list(Value::Int(1)), list(Value::Float(1.0)));
    }
}
