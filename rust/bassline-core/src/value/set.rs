//! Sets of values, kept in the structural order, so that equal sets are equal item by item.

use super::Value;

/// A set of values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set(Vec<Value>);

impl Set {
    /// The set of these values.
    pub fn new(mut items: Vec<Value>) -> Self {
        items.sort_by(Value::structural_order);
        items.dedup();
        Self(items)
    }

    /// The items, in structural order.
    pub fn iter(&self) -> impl Iterator<Item = &Value> {
        self.0.iter()
    }

    /// The items, in structural order.
    pub fn as_slice(&self) -> &[Value] {
        &self.0
    }

    /// Whether `value` is in it.
    pub fn contains(&self, value: &Value) -> bool {
        self.0.binary_search_by(|item| item.structural_order(value)).is_ok()
    }

    /// How many items.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_each_value_once_whatever_the_order() {
        let a = Set::new(vec![Value::Int(2), Value::Int(1), Value::Float(1.0), Value::Int(2)]);
        let b = Set::new(vec![Value::Float(1.0), Value::Int(1), Value::Int(2)]);
        assert_eq!(a, b);
        assert_eq!(a.len(), 3);
        assert!(a.contains(&Value::Int(2)) && !a.contains(&Value::Bool(true)));
    }
}
