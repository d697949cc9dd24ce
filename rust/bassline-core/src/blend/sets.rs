//! `union` and `intersection`: sets, and nothing else.

use super::Join;
use crate::value::{Set, Value};
use std::sync::Arc;

pub(super) fn union(current: &Value, incoming: &Value) -> Join {
    let (Value::Set(a), Value::Set(b)) = (current, incoming) else {
        return Join::Contradiction;
    };
    if b.iter().all(|item| a.contains(item)) {
        return Join::Keep;
    }
    let all = a.iter().chain(b.iter()).cloned().collect();
    Join::of(Value::Set(Arc::new(Set::new(all))), current, incoming)
}

pub(super) fn intersection(current: &Value, incoming: &Value) -> Join {
    let (Value::Set(a), Value::Set(b)) = (current, incoming) else {
        return Join::Contradiction;
    };
    let both: Vec<Value> = a.iter().filter(|item| b.contains(item)).cloned().collect();
    if both.len() == a.len() {
        return Join::Keep;
    }
    Join::of(Value::Set(Arc::new(Set::new(both))), current, incoming)
}
