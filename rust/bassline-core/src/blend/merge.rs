//! `merge` and `map`: joined by kind, maps key by key, as deep as they go.

use super::{Join, interval, sets};
use crate::value::{Map, Text, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn join(current: &Value, incoming: &Value) -> Join {
    match (current, incoming) {
        _ if current == incoming => Join::Keep,
        (Value::Set(_), Value::Set(_)) => sets::union(current, incoming),
        (Value::Map(_), Value::Map(_)) => maps(current, incoming),
        (Value::Interval(a), Value::Interval(b)) => interval::intersect(a, b).map_or(Join::Contradiction, |both| {
            Join::of(Value::Interval(Arc::new(both)), current, incoming)
        }),
        _ => Join::Contradiction,
    }
}

/// The keys of both; what stands under a key of both is merged, and has no join if that has none.
pub(super) fn maps(current: &Value, incoming: &Value) -> Join {
    let (Value::Map(a), Value::Map(b)) = (current, incoming) else {
        return Join::Contradiction;
    };
    let mut pairs: Vec<(Text, Value)> = Vec::with_capacity(a.len() + b.len());
    let (mut ours, mut theirs) = (a.iter().peekable(), b.iter().peekable());
    let (mut keeps, mut takes) = (true, true);
    loop {
        let order = match (ours.peek(), theirs.peek()) {
            (Some((x, _)), Some((y, _))) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => break,
        };
        let mine = if order.is_le() { ours.next() } else { None };
        let other = if order.is_ge() { theirs.next() } else { None };
        match (mine, other) {
            (Some((key, value)), None) => {
                takes = false;
                pairs.push((key.clone(), value.clone()));
            }
            (None, Some((key, value))) => {
                keeps = false;
                pairs.push((key.clone(), value.clone()));
            }
            (Some((key, x)), Some((_, y))) => {
                let value = match join(x, y) {
                    Join::Keep => {
                        takes &= x == y;
                        x.clone()
                    }
                    Join::Take => {
                        keeps = false;
                        y.clone()
                    }
                    Join::Becomes(value) => {
                        (keeps, takes) = (false, false);
                        value
                    }
                    Join::Contradiction => return Join::Contradiction,
                };
                pairs.push((key.clone(), value));
            }
            (None, None) => break,
        }
    }
    match (keeps, takes) {
        (true, _) => Join::Keep,
        (_, true) => Join::Take,
        _ => Join::Becomes(Value::Map(Arc::new(Map::new(pairs)))),
    }
}
