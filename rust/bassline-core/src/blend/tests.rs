use super::*;
use crate::value::{Coded, Interval as Range, Map as Record, Set};
use proptest::prelude::*;
use std::sync::Arc;

const LATTICES: [Blend; 10] = [
    Blend::Max,
    Blend::Min,
    Blend::Merge,
    Blend::Union,
    Blend::Intersection,
    Blend::Interval,
    Blend::All,
    Blend::Any,
    Blend::Equal,
    Blend::Map,
];

/// The join, `None` for a contradiction; one with a contradiction is a contradiction.
fn join(blend: Blend, a: Option<&Value>, b: Option<&Value>) -> Option<Value> {
    let (a, b) = (a?, b?);
    match blend.join(a, b) {
        Join::Keep => Some(a.clone()),
        Join::Take => Some(b.clone()),
        Join::Becomes(joined) => Some(joined),
        Join::Contradiction => None,
    }
}

fn numbers() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-3_i64..4).prop_map(Value::Int),
        4 => (-3_i32..4).prop_map(|x| Value::Float(f64::from(x))),
        1 => any::<f64>().prop_map(Value::Float),
        1 => any::<i64>().prop_map(Value::Int),
        1 => Just(Value::Float(f64::NAN)),
        1 => Just(Value::Float(-0.0)),
    ]
}

fn set(items: Vec<Value>) -> Value {
    Value::Set(Arc::new(Set::new(items)))
}

fn intervals() -> impl Strategy<Value = Value> {
    (numbers(), numbers()).prop_filter_map("bounds in order", |(low, high)| {
        Range::new(low, high).ok().map(|range| Value::Interval(Arc::new(range)))
    })
}

fn sets() -> impl Strategy<Value = Value> {
    prop::collection::vec(numbers(), 0..4).prop_map(set)
}

fn scalars() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        "[ab]{0,2}".prop_map(|text| Value::text(&text)),
        prop::collection::vec(0_u8..3, 0..2).prop_map(|bytes| Value::Bytes(Arc::new(bytes))),
        (0_i64..3).prop_map(|days| Value::Coded(Arc::new(Coded::new("date".into(), Value::Int(days))))),
    ]
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![numbers(), intervals(), sets(), scalars()];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(|items| Value::List(Arc::new(items))),
            prop::collection::vec(("[abc]", inner), 0..3).prop_map(|pairs| {
                let pairs = pairs.into_iter().map(|(key, value)| (key.as_str().into(), value));
                Value::Map(Arc::new(Record::new(pairs.collect())))
            }),
        ]
    })
}

/// Three values, most often of one kind, so that most of them have a join.
fn triples() -> impl Strategy<Value = (Value, Value, Value)> {
    let maps = || {
        prop::collection::vec(("[abc]", prop_oneof![sets(), intervals(), numbers()]), 0..4).prop_map(|pairs| {
            let pairs = pairs.into_iter().map(|(key, value)| (key.as_str().into(), value));
            Value::Map(Arc::new(Record::new(pairs.collect())))
        })
    };
    let pieces = || prop_oneof![intervals(), numbers()];
    let truths = || any::<bool>().prop_map(Value::Bool);
    prop_oneof![
        (numbers(), numbers(), numbers()),
        (intervals(), intervals(), intervals()),
        (pieces(), pieces(), pieces()),
        (sets(), sets(), sets()),
        (maps(), maps(), maps()),
        (truths(), truths(), truths()),
        (values(), values(), values()),
    ]
}

fn check_laws(blend: Blend, a: &Value, b: &Value, c: &Value) -> Result<(), TestCaseError> {
    let (a, b, c) = (Some(a), Some(b), Some(c));
    prop_assert_eq!(&join(blend, a, b), &join(blend, b, a), "{:?} commutes", blend);
    prop_assert_eq!(join(blend, a, a), a.cloned(), "{:?} is idempotent", blend);
    let left = join(blend, join(blend, a, b).as_ref(), c);
    let right = join(blend, a, join(blend, b, c).as_ref());
    prop_assert_eq!(&left, &right, "{:?} is associative", blend);
    let ab = join(blend, a, b);
    if ab.is_some() {
        prop_assert_eq!(&join(blend, ab.as_ref(), b), &ab, "{:?} absorbs", blend);
    }
    Ok(())
}

/// As many as `PROPTEST_CASES` says, or 2,000.
fn cases() -> ProptestConfig {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => ProptestConfig::default(),
        None => ProptestConfig::with_cases(2_000),
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn every_lattice_keeps_the_laws((a, b, c) in triples()) {
        for blend in LATTICES {
            check_laws(blend, &a, &b, &c)?;
        }
    }

    #[test]
    fn a_counter_adds_in_any_order(a in -9_i64..9, b in -9_i64..9, c in -9_i64..9) {
        let add = |a: &Value, b: &Value| join(Blend::Counter, Some(a), Some(b)).unwrap();
        let (a, b, c) = (Value::Int(a), Value::Int(b), Value::Int(c));
        prop_assert_eq!(add(&a, &b), add(&b, &a));
        prop_assert_eq!(add(&add(&a, &b), &c), add(&a, &add(&b, &c)));
    }
}

#[test]
fn kinds_without_an_order_contradict() {
    assert_eq!(Blend::Max.join(&Value::Int(1), &Value::text("a")), Join::Contradiction);
    assert_eq!(Blend::Max.join(&Value::Int(1), &Value::Bool(true)), Join::Contradiction);
    assert_eq!(Blend::Min.join(&Value::Null, &Value::Null), Join::Keep);
}

#[test]
fn a_counter_takes_finite_numbers_that_fit() {
    let joins = |a: Value, b: Value| Blend::Counter.join(&a, &b);
    assert_eq!(joins(Value::Int(i64::MAX), Value::Int(1)), Join::Contradiction);
    assert_eq!(joins(Value::Int(1), Value::Float(f64::NAN)), Join::Contradiction);
    assert_eq!(
        joins(Value::Float(f64::MAX), Value::Float(f64::MAX)),
        Join::Contradiction
    );
    assert_eq!(joins(Value::Int(1), Value::Bool(true)), Join::Contradiction);
    assert_eq!(
        joins(Value::Int(1), Value::Float(0.5)),
        Join::Becomes(Value::Float(1.5))
    );
}

#[test]
fn names_and_blends_answer_each_other() {
    for blend in Blend::ALL {
        assert_eq!(Blend::from_name(blend.name()), Some(blend));
    }
    assert_eq!(Blend::from_name("custom"), None);
}
