//! Values: immutable, cheap to clone, compared structurally and by type.

use arcstr::ArcStr;
use std::fmt;
use std::sync::Arc;

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
}

const _: () = assert!(size_of::<Content>() == 16);

/// The keys of a map: sorted, unique, shared by all records of one shape.
#[derive(Debug, PartialEq, Eq)]
pub struct Keys(Vec<Text>);

impl Keys {
    /// The keys in order, and for each of `keys` its place in that order. A key given twice keeps its last place.
    pub fn new(keys: &[Text]) -> (Arc<Self>, Vec<usize>) {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        sorted.dedup();
        let places = keys
            .iter()
            .map(|key| sorted.partition_point(|other| other < key))
            .collect();
        (Arc::new(Self(sorted)), places)
    }

    /// The keys, in order.
    pub fn as_slice(&self) -> &[Text] {
        &self.0
    }
}

/// A map with text keys, in key order.
#[derive(Debug, Clone)]
pub struct Map {
    keys: Arc<Keys>,
    values: Box<[Value]>,
}

impl Map {
    /// A map from pairs; of a key given twice the last value stays.
    pub fn new(pairs: Vec<(Text, Value)>) -> Self {
        let keys: Vec<Text> = pairs.iter().map(|(key, _)| key.clone()).collect();
        let (keys, places) = Keys::new(&keys);
        let mut values = vec![Value::Null; keys.0.len()];
        for ((_, value), place) in pairs.into_iter().zip(places) {
            values[place] = value;
        }
        Self {
            keys,
            values: values.into_boxed_slice(),
        }
    }

    /// A map of a known shape: `values` in the order of `keys`.
    pub fn with_keys(keys: Arc<Keys>, values: Vec<Value>) -> Self {
        debug_assert_eq!(keys.0.len(), values.len());
        Self {
            keys,
            values: values.into_boxed_slice(),
        }
    }

    /// The value under `key`.
    pub fn get(&self, key: &str) -> Option<&Value> {
        let place = self.keys.0.binary_search_by(|other| other.as_str().cmp(key)).ok()?;
        self.values.get(place)
    }

    /// The pairs, in key order.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Value)> {
        self.keys.0.iter().zip(&self.values)
    }

    /// How many pairs.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.keys, &other.keys) || self.keys == other.keys) && self.values == other.values
    }
}

impl PartialEq for Value {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Float(a), Value::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
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
            _ => false,
        }
    }

    /// Whether both are one heap object, so that one stored copy serves both.
    pub fn is_same_object(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Bytes(a), Value::Bytes(b)) => Arc::ptr_eq(a, b),
            (Value::List(a), Value::List(b)) => Arc::ptr_eq(a, b),
            (Value::Map(a), Value::Map(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The name of the type, as Python calls it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "None",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Text(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Map(_) => "dict",
        }
    }
}

/// As Python's `repr` shows it, cut after 80 characters inside collections and text.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Null => f.write_str("None"),
            Value::Bool(true) => f.write_str("True"),
            Value::Bool(false) => f.write_str("False"),
            Value::Int(int) => write!(f, "{int}"),
            Value::Float(float) => write!(f, "{float:?}"),
            Value::Text(text) => {
                let shown: String = text.chars().take(80).collect();
                let more = if shown.len() < text.len() { "…" } else { "" };
                write!(f, "'{}{more}'", shown.escape_debug())
            }
            Value::Bytes(bytes) => write!(f, "<{} bytes>", bytes.len()),
            Value::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().take(8).enumerate() {
                    write!(f, "{}{item}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if items.len() > 8 { ", …]" } else { "]" })
            }
            Value::Map(map) => {
                f.write_str("{")?;
                for (at, (key, value)) in map.iter().take(8).enumerate() {
                    write!(f, "{}'{key}': {value}", if at > 0 { ", " } else { "" })?;
                }
                f.write_str(if map.len() > 8 { ", …}" } else { "}" })
            }
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Shows content: the value, or `Nothing`.
pub fn show(content: &Content) -> String {
    content
        .as_ref()
        .map_or_else(|| "Nothing".to_owned(), ToString::to_string)
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

    #[test]
    fn a_map_keeps_the_last_of_two_equal_keys() {
        let map = Map::new(vec![
            ("b".into(), Value::Int(1)),
            ("a".into(), Value::Int(2)),
            ("b".into(), Value::Int(3)),
        ]);
        assert_eq!(map.get("b"), Some(&Value::Int(3)));
        assert_eq!(map.get("c"), None);
        assert_eq!(map.len(), 2);
    }
}
