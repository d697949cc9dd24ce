//! `max` and `min`: a total order inside one kind.

use super::Join;
use crate::number;
use crate::planted::{self, Bug};
use crate::value::Value;
use std::cmp::Ordering;

/// The order inside one kind; an int is below the float of its value, so that joins commute.
pub(super) fn order(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => number::floats(*a, *b),
        (Value::Int(a), Value::Float(b)) if planted::is(Bug::TieByArrival) => number::int_with_float(*a, *b),
        (Value::Float(a), Value::Int(b)) if planted::is(Bug::TieByArrival) => number::int_with_float(*b, *a).reverse(),
        (Value::Int(a), Value::Float(b)) => number::int_with_float(*a, *b).then(Ordering::Less),
        (Value::Float(a), Value::Int(b)) => number::int_with_float(*b, *a).reverse().then(Ordering::Greater),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ if a == b && !planted::is(Bug::NullContradictsItself) => Ordering::Equal,
        // Equal by value but not in form, as decimals may be: the order of the forms decides, so that joins commute.
        (Value::Coded(x), Value::Coded(y)) => x.compare(y)?.then_with(|| a.structural_order(b)),
        _ => return None,
    })
}

pub(super) fn greater(current: &Value, incoming: &Value) -> Join {
    by(order(current, incoming))
}

pub(super) fn smaller(current: &Value, incoming: &Value) -> Join {
    by(order(incoming, current))
}

fn by(order: Option<Ordering>) -> Join {
    match order {
        Some(Ordering::Less) => Join::Take,
        Some(Ordering::Equal | Ordering::Greater) => Join::Keep,
        None => Join::Contradiction,
    }
}
