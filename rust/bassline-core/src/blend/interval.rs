//! `interval`: what two intervals have in common. A number is the interval of itself, and stays a number.

use super::Join;
use super::order::order;
use crate::value::{Interval, Value};
use std::cmp::Ordering;
use std::sync::Arc;

pub(super) fn join(current: &Value, incoming: &Value) -> Join {
    match (current, incoming) {
        (Value::Interval(a), Value::Interval(b)) => intersect(a, b).map_or(Join::Contradiction, |both| {
            Join::of(Value::Interval(Arc::new(both)), current, incoming)
        }),
        (Value::Interval(interval), number) if holds(interval, number) => Join::Take,
        (number, Value::Interval(interval)) if holds(interval, number) => Join::Keep,
        // One number as an int and as a float: the float.
        (Value::Int(_), Value::Float(_)) if is_same_number(current, incoming) => Join::Take,
        (Value::Float(_), Value::Int(_)) if is_same_number(current, incoming) => Join::Keep,
        _ => Join::Contradiction,
    }
}

/// What both have in common. Of two bounds of one value, int and float, the order of `max` and `min` decides.
pub(super) fn intersect(a: &Interval, b: &Interval) -> Option<Interval> {
    let low = match order(a.low(), b.low())? {
        Ordering::Less => b.low(),
        _ => a.low(),
    };
    let high = match order(a.high(), b.high())? {
        Ordering::Greater => b.high(),
        _ => a.high(),
    };
    Interval::new(low.clone(), high.clone()).ok()
}

fn is_same_number(a: &Value, b: &Value) -> bool {
    crate::number::compare(a, b) == Some(Ordering::Equal)
}

fn holds(interval: &Interval, number: &Value) -> bool {
    let above = crate::number::compare(interval.low(), number).is_some_and(Ordering::is_le);
    above && crate::number::compare(number, interval.high()).is_some_and(Ordering::is_le)
}
