//! Blends: how an incoming value meets the content that is there.

use crate::number;
use crate::value::Value;
use std::cmp::Ordering;

/// How a contact takes a write. Every blend but the first two is a lattice: associative, commutative, idempotent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Blend {
    /// A register: takes the incoming value.
    AcceptLast,
    /// Every value is an event; content is the last one.
    Stream,
    /// The greater of the two.
    Max,
    /// The smaller of the two.
    Min,
}

/// What a join came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Join {
    /// The content that was there stands.
    Keep,
    /// The incoming value is the join.
    Take,
    /// The two have no join.
    Contradiction,
}

impl Blend {
    /// All blends, in the order they are documented.
    pub const ALL: [Blend; 4] = [Blend::AcceptLast, Blend::Stream, Blend::Max, Blend::Min];

    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            Blend::AcceptLast => "accept-last",
            Blend::Stream => "stream",
            Blend::Max => "max",
            Blend::Min => "min",
        }
    }

    /// The blend of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|blend| blend.name() == name)
    }

    /// Whether a write joins with what is there.
    pub fn is_lattice(self) -> bool {
        matches!(self, Blend::Max | Blend::Min)
    }

    /// Joins `incoming` into `current`.
    pub fn join(self, current: &Value, incoming: &Value) -> Join {
        let order = match self {
            Blend::AcceptLast | Blend::Stream => return Join::Take,
            Blend::Max => order(current, incoming),
            Blend::Min => order(incoming, current),
        };
        match order {
            Some(Ordering::Less) => Join::Take,
            Some(Ordering::Equal | Ordering::Greater) => Join::Keep,
            None => Join::Contradiction,
        }
    }
}

/// The total order of `max` and `min` inside one kind; an int is below the float of its value, so that joins commute.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => a.cmp(b),
        (Value::Float(a), Value::Float(b)) => number::floats(*a, *b),
        (Value::Int(a), Value::Float(b)) if crate::planted::is(crate::planted::Bug::TieByArrival) => {
            number::int_with_float(*a, *b)
        }
        (Value::Float(a), Value::Int(b)) if crate::planted::is(crate::planted::Bug::TieByArrival) => {
            number::int_with_float(*b, *a).reverse()
        }
        (Value::Int(a), Value::Float(b)) => number::int_with_float(*a, *b).then(Ordering::Less),
        (Value::Float(a), Value::Int(b)) => number::int_with_float(*b, *a).reverse().then(Ordering::Greater),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        _ if a == b && !crate::planted::is(crate::planted::Bug::NullContradictsItself) => Ordering::Equal,
        // Equal by value but not in form, as decimals may be: the order of the forms decides, so that joins commute.
        (Value::Coded(x), Value::Coded(y)) => x.compare(y)?.then_with(|| a.structural_order(b)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn join(blend: Blend, a: &Value, b: &Value) -> Option<Value> {
        match blend.join(a, b) {
            Join::Keep => Some(a.clone()),
            Join::Take => Some(b.clone()),
            Join::Contradiction => None,
        }
    }

    fn numbers() -> impl Strategy<Value = Value> {
        prop_oneof![
            (-3_i64..4).prop_map(Value::Int),
            (-3_i32..4).prop_map(|x| Value::Float(f64::from(x))),
            any::<f64>().prop_map(Value::Float),
            any::<i64>().prop_map(Value::Int),
            Just(Value::Float(f64::NAN)),
        ]
    }

    proptest! {
        #[test]
        fn max_and_min_are_lattices(a in numbers(), b in numbers(), c in numbers()) {
            for blend in [Blend::Max, Blend::Min] {
                let ab = join(blend, &a, &b).unwrap();
                prop_assert_eq!(&ab, &join(blend, &b, &a).unwrap());
                prop_assert_eq!(join(blend, &a, &a).unwrap(), a.clone());
                prop_assert_eq!(join(blend, &ab, &c).unwrap(), join(blend, &a, &join(blend, &b, &c).unwrap()).unwrap());
            }
        }
    }

    #[test]
    fn kinds_without_an_order_contradict() {
        assert_eq!(Blend::Max.join(&Value::Int(1), &Value::text("a")), Join::Contradiction);
        assert_eq!(Blend::Max.join(&Value::Int(1), &Value::Bool(true)), Join::Contradiction);
        assert_eq!(Blend::Min.join(&Value::Null, &Value::Null), Join::Keep);
    }
}
