//! Maps with text keys, whose keys are shared by all records of one shape.

use super::{Text, Value};
use std::sync::Arc;

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

    /// Whether its first key begins with `$`, so that in JSON it would be taken for something else.
    pub fn is_tagged(&self) -> bool {
        self.keys.0.first().is_some_and(|key| key.starts_with('$'))
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Self) -> bool {
        (Arc::ptr_eq(&self.keys, &other.keys) || self.keys == other.keys) && self.values == other.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
