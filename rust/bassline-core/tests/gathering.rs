//! What comes to a joining contact from several writers is joined by age, in whatever order they fire.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{
    Argument, Blend, Cause, Computation, Content, Fault, Function, FunctionSpec, GadgetDeclaration, Lattice,
    LatticeSpec, Network, OnContradiction, Value, WireKind,
};
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use world::{World, int};

/// An older gadget that fires after a younger one, both writing to `out`.
fn older_fires_last(blend: Blend) -> World {
    let mut w = World::new();
    w.contact("out", blend);
    w.gadget("math.add", &[("a", "late"), ("b", "10"), ("sum", "out")]);
    w.gadget("math.add", &[("a", "x"), ("b", "20"), ("sum", "out")]);
    w.gadget("math.add", &[("a", "x"), ("b", "0"), ("sum", "late")]);
    w
}

#[test]
fn of_two_writes_that_contradict_the_older_is_taken_though_it_comes_last() {
    let mut w = older_fires_last(Blend::Equal);
    w.set(&[("x", Value::Int(1))]);
    assert_eq!(w.get("out"), int(11));
    let state =
        w.0.image()
            .contacts
            .into_iter()
            .find(|state| state.record.id == w.id("out"));
    let found = state.and_then(|state| state.contradiction).unwrap();
    assert_eq!((found.current, found.incoming), (Value::Int(11), Value::Int(21)));
}

#[test]
fn a_write_from_outside_is_older_than_those_of_gadgets_that_it_contradicts() {
    let mut w = older_fires_last(Blend::Equal);
    w.set(&[("out", Value::Int(21)), ("x", Value::Int(1))]);
    assert_eq!(w.get("out"), int(21));
    let state =
        w.0.image()
            .contacts
            .into_iter()
            .find(|state| state.record.id == w.id("out"));
    let state = state.unwrap();
    assert!(
        state.contradiction.is_none(),
        "the younger gadget's write was taken after it"
    );
    assert_eq!(state.cause, Cause::Gadget(w.0.gadget_ids()[1]));
}

#[test]
fn a_counter_adds_in_the_order_of_age() {
    let mut w = older_fires_last(Blend::Counter);
    w.set(&[("out", Value::Float(3e16))]);
    w.set(&[("x", Value::Float(0.0))]);
    let sum = |first: f64, second: f64| Some(Value::Float((3e16 + first) + second));
    assert_ne!(sum(10.0, 20.0), sum(20.0, 10.0), "each sum rounds by itself");
    assert_eq!(w.get("out"), sum(10.0, 20.0));
}

#[test]
fn what_contradicts_before_a_cycle_is_taken_by_age_too() {
    let mut w = older_fires_last(Blend::Equal);
    w.wire("out", "other", WireKind::Bidirectional);
    w.set(&[("x", Value::Int(1))]);
    assert_eq!((w.get("out"), w.get("other")), (int(11), int(11)));
}

/// In the order of age no sum leaves the 64 bits; in the order of firing one would.
#[test]
fn sums_that_fit_in_the_order_of_age_raise_nothing() {
    let mut w = World(Network::new(OnContradiction::Raise));
    w.contact("out", Blend::Counter);
    w.gadget("math.subtract", &[("a", "0"), ("b", "late"), ("difference", "out")]);
    w.gadget("math.add", &[("a", "x"), ("b", "0"), ("sum", "out")]);
    w.gadget("math.add", &[("a", "x"), ("b", "0"), ("sum", "late")]);
    w.set(&[("out", Value::Int(1 << 62)), ("x", Value::Int(1 << 62))]);
    assert_eq!(w.get("out"), int(1 << 62));
}

struct Halve;

impl Function for Halve {
    fn call(&self, _: &Network, inputs: &[Content]) -> Result<SmallVec<[Option<Value>; 2]>, Fault> {
        let Some(Some(Value::Float(x))) = inputs.first() else {
            return Err(Fault::Domain("a float was expected".to_owned()));
        };
        let half = Some(Value::Float(x / 2.0));
        Ok(smallvec![half.clone(), half])
    }
}

/// The lesser of two floats, and how often two were joined.
struct Least(AtomicUsize);

impl Lattice for Least {
    fn join(&self, _: &Network, current: &Value, incoming: &Value) -> Result<Option<Value>, Fault> {
        self.0.fetch_add(1, Relaxed);
        match (current, incoming) {
            (Value::Float(a), Value::Float(b)) => Ok(Some(Value::Float(a.min(*b)))),
            _ => Ok(None),
        }
    }
}

#[test]
fn what_a_cycle_writes_outside_more_than_a_thousand_times_is_joined_once_each() {
    let least = Arc::new(Least(AtomicUsize::new(0)));
    let mut w = World::new();
    let spec = LatticeSpec {
        identity: "tests:Least".into(),
        lattice: Some(least.clone()),
    };
    w.tick(|n| n.declare_lattice(n.root(), "seen", spec, Value::Null, None))
        .unwrap();
    let halve = FunctionSpec {
        identity: "tests:halve".into(),
        inputs: vec![("x".into(), true)],
        outputs: vec!["next".into(), "half".into()],
        is_queued: false,
        call: Some(Arc::new(Halve)),
    };
    let bound = [("x", "x"), ("next", "x"), ("half", "seen")];
    let declaration = GadgetDeclaration {
        name: None,
        computation: Computation::Function(halve),
        arguments: bound
            .map(|(port, path)| (port.into(), Argument::Path(path.into())))
            .into(),
        contain: false,
    };
    let (gadget, _) = w.tick(|n| n.declare_gadget(n.root(), declaration)).unwrap();
    w.gadget("math.add", &[("a", "start"), ("b", "0"), ("sum", "seen")]);
    w.set(&[("x", Value::Float(1.0)), ("start", Value::Float(2.0))]);
    assert_eq!(w.get("seen"), Some(Value::Float(0.0)));
    let halved = w.0.firings(gadget).unwrap() as usize;
    assert!(halved > 1000, "{halved}");
    assert_eq!(
        least.0.load(Relaxed),
        halved - 1,
        "the first takes the place of nothing; the younger is joined to the least"
    );
}

/// `a` is written with what it holds, before `peak` has its join: the ends differ then, and the newer write gets its answer.
#[test]
fn all_that_came_to_a_cycle_is_joined_before_any_of_it_fires() {
    let mut w = World::new();
    w.contact("peak", Blend::Max);
    w.wire("a", "peak", WireKind::Bidirectional);
    w.set(&[("a", Value::Int(7))]);
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "peak")]);
    w.gadget("math.min", &[("a", "x"), ("b", "0"), ("min", "peak")]);
    w.wire("b", "a", WireKind::Directed);
    w.set(&[("b", Value::Int(7)), ("x", Value::Int(8))]);
    assert_eq!((w.get("a"), w.get("peak")), (int(9), int(9)));
}
