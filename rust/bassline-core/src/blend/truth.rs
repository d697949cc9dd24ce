//! `all` and `any`: booleans, and nothing else.

use super::Join;
use crate::value::Value;

pub(super) fn all(current: &Value, incoming: &Value) -> Join {
    match (current, incoming) {
        (Value::Bool(a), Value::Bool(_)) => take_if(*a),
        _ => Join::Contradiction,
    }
}

pub(super) fn any(current: &Value, incoming: &Value) -> Join {
    match (current, incoming) {
        (Value::Bool(a), Value::Bool(_)) => take_if(!a),
        _ => Join::Contradiction,
    }
}

fn take_if(takes: bool) -> Join {
    if takes { Join::Take } else { Join::Keep }
}
