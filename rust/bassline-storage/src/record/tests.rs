//! Whatever is written comes back, and what was damaged is refused.

use super::field::Field;
use super::input::Input;
use super::{
    Base, read_base, read_image, read_structure, read_tick, write_base, write_image, write_structure, write_tick,
};
use crate::replica::Replica;
use bassline_core::{
    Argument, Array, Blend, Boundary, Cause, Coded, Computation, Content, GadgetDeclaration, Image, Interval, Map,
    Network, OnContradiction, Set, Value, WireKind, primitive_of,
};
use bassline_kernel::TickRecord;
use proptest::prelude::*;
use std::sync::Arc;

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        ".{0,8}".prop_map(|text| Value::text(&text)),
        any::<Vec<u8>>().prop_map(|bytes| Value::Bytes(Arc::new(bytes))),
        (any::<i32>(), 0..100_i64).prop_map(|(low, width)| {
            let low = i64::from(low);
            Value::Interval(Arc::new(
                Interval::new(Value::Int(low), Value::Int(low + width)).unwrap(),
            ))
        }),
        any::<Vec<u8>>().prop_map(|bytes| Value::Array(Arc::new(Array::new("|u1".into(), vec![bytes.len()], bytes)))),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::List(Arc::new(items))),
            prop::collection::vec(inner.clone(), 0..6).prop_map(|items| Value::Set(Arc::new(Set::new(items)))),
            prop::collection::vec((".{0,3}", inner.clone()), 0..6).prop_map(|pairs| {
                let pairs: std::collections::BTreeMap<String, Value> = pairs.into_iter().collect();
                Value::Map(Arc::new(Map::new(
                    pairs.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                )))
            }),
            inner.prop_map(|payload| Value::Coded(Arc::new(Coded::new("date".into(), payload)))),
        ]
    })
}

fn written(field: &impl Field) -> Vec<u8> {
    let mut out = Vec::new();
    field.write(&mut out);
    out
}

/// Exactly the same, signs of zeros among it.
fn is_identical(a: &Content, b: &Content) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

proptest! {
    #[test]
    fn every_value_comes_back(content in prop::option::of(values())) {
        let bytes = written(&content);
        let mut input = Input::new(&bytes);
        let read = Content::read(&mut input).unwrap();
        prop_assert!(input.end().is_ok());
        prop_assert!(is_identical(&read, &content), "{read:?} of {content:?}");
    }

    #[test]
    fn bytes_that_are_no_value_are_refused_without_a_panic(bytes: Vec<u8>) {
        let _ = Content::read(&mut Input::new(&bytes));
        let _ = read_tick(&[&[1], &bytes[..]].concat());
        let _ = read_base(&[&[1], &bytes[..]].concat());
        let _ = read_structure(&[&[1], &bytes[..]].concat());
    }
}

#[test]
fn a_value_as_deep_as_a_store_takes_comes_back_and_a_deeper_one_is_refused() {
    let nested = |depth: usize| (0..depth).fold(Value::Int(1), |inner, _| Value::List(Arc::new(vec![inner])));
    let read = |bytes: &[u8]| Value::read(&mut Input::new(bytes));
    let deepest = nested(bassline_core::DEEPEST);
    assert!(deepest.check_storable().is_ok());
    assert_eq!(read(&written(&deepest)).unwrap(), deepest);
    let bomb = [&[8, 1].repeat(100_000)[..], &[1]].concat();
    assert!(read(&bomb).unwrap_err().found.contains("deeper"));
}

/// A network, its ticks as records, and its image after each.
struct Work {
    network: Network,
    records: Vec<TickRecord>,
    images: Vec<Image>,
}

impl Work {
    fn new() -> Self {
        Self {
            network: Network::new(OnContradiction::Record),
            records: Vec::new(),
            images: vec![Image::default()],
        }
    }

    fn tick(&mut self, source: &str, work: impl FnOnce(&mut Network)) {
        self.network.begin();
        self.network.set_source(source);
        work(&mut self.network);
        self.network.settle().unwrap();
        if let Some(committed) = self.network.commit(true, false) {
            let position = (!source.is_empty()).then(|| Value::Int(committed.tick as i64));
            let time = 1_700_000_000_000_000 + committed.tick as i64;
            self.records
                .push(TickRecord::new(committed, 3, time, source.into(), position));
            self.images.push(self.network.image());
        }
    }
}

fn gadget(network: &mut Network, primitive: &str, arguments: &[(&str, Argument)]) {
    let declaration = GadgetDeclaration {
        name: None,
        computation: Computation::Primitive(primitive_of(primitive).unwrap()),
        arguments: arguments
            .iter()
            .map(|(port, argument)| ((*port).into(), argument.clone()))
            .collect(),
        contain: true,
    };
    network.declare_gadget(network.root(), declaration).unwrap();
}

fn write(network: &mut Network, path: &str, value: Value) {
    let id = network.find_contact(network.root(), path).unwrap();
    network.write(id, value).unwrap();
}

/// Streams, statistics, lattices with contradictions, faults, seals, links, a router's groups, removals.
fn worked() -> Work {
    let mut work = Work::new();
    let attributes = Value::Map(Arc::new(Map::new(vec![("unit".into(), Value::text("m"))])));
    work.tick("", |network| {
        let root = network.root();
        let a = network.declare_contact(root, "a", None, attributes.clone()).unwrap();
        let events = network
            .declare_contact(root, "events", Some(Blend::Stream), Value::Null)
            .unwrap();
        network
            .declare_contact(root, "same", Some(Blend::Equal), Value::Null)
            .unwrap();
        let copy = network
            .declare_contact(root, "deep/er/copy", None, Value::Null)
            .unwrap();
        network.declare_wire(a, copy, WireKind::Bidirectional).unwrap();
        network.declare_link(a, events, "feeds", attributes.clone()).unwrap();
        network.declare_sealed_group(root, "sealed", attributes).unwrap();
        let at = |path: &str| Argument::Path(path.into());
        gadget(
            network,
            "math.divide",
            &[
                ("a", at("a")),
                ("b", Argument::Value(Value::Float(2.0))),
                ("quotient", at("half")),
            ],
        );
        gadget(network, "stat.mean", &[("value", at("events")), ("mean", at("mean"))]);
    });
    for n in 0..6 {
        work.tick("desk", |network| {
            write(network, "a", Value::List(Arc::new(vec![Value::Int(n)])));
            write(network, "events", Value::Int(n));
            write(network, "events", Value::Float(-0.0));
            write(network, "same", Value::Int(n));
        });
        work.tick("", |network| write(network, "a", Value::Float(f64::NAN)));
    }
    work.tick("", |network| {
        let deep = network.find_group(network.root(), "deep").unwrap();
        network.remove_group(deep).unwrap();
    });
    work.tick("", |network| {
        let root = network.root();
        network
            .declare_contact(root, "new", Some(Blend::Max), Value::Null)
            .unwrap();
        let a = network.find_contact(root, "a").unwrap();
        network.erase(a).unwrap();
    });
    work
}

#[test]
fn ticks_come_back_from_their_bytes() {
    for record in &worked().records {
        let mut bytes = Vec::new();
        write_tick(record, &mut bytes);
        let read = read_tick(&bytes).unwrap();
        assert_eq!(format!("{read:?}"), format!("{record:?}"));
        let mut structure = Vec::new();
        write_structure(&record.structure, &mut structure);
        assert_eq!(read_structure(&structure).unwrap(), record.structure);
    }
}

#[test]
fn a_value_that_is_passed_on_stands_once() {
    let large = Value::Bytes(Arc::new(vec![7; 10_000]));
    let mut work = Work::new();
    work.tick("", |network| {
        let root = network.root();
        let ends = ["a", "b", "c"].map(|path| network.declare_contact(root, path, None, Value::Null).unwrap());
        network.declare_wire(ends[0], ends[1], WireKind::Directed).unwrap();
        network.declare_wire(ends[1], ends[2], WireKind::Directed).unwrap();
    });
    work.tick("", |network| write(network, "a", large));
    let record = work.records.last().unwrap();
    assert_eq!(record.changes.len(), 3);
    let mut bytes = Vec::new();
    write_tick(record, &mut bytes);
    assert!(bytes.len() < 10_200, "{}", bytes.len());
}

#[test]
fn a_replica_of_the_records_is_the_network_after_every_tick() {
    let work = worked();
    for from in [0, 1, 5] {
        let mut at = from;
        let mut replica = Replica::new(work.images[from].clone());
        for record in &work.records[from..] {
            replica.apply(record).unwrap();
            at += 1;
            let image = Replica::new(work.images[from].clone());
            let image = work.records[from..at].iter().fold(image, |mut image, record| {
                image.apply(record).unwrap();
                image
            });
            let load = |image: Image| Network::load(image, OnContradiction::Record, None).unwrap().image();
            let expected = load(work.images[at].clone());
            assert_eq!(
                format!("{:?}", load(image.into_image())),
                format!("{expected:?}"),
                "after tick {}",
                record.tick
            );
        }
    }
}

#[test]
fn a_replica_refuses_what_does_not_follow() {
    let work = worked();
    let mut replica = Replica::new(Image::default());
    assert!(replica.apply(&work.records[1]).unwrap_err().what.contains("not there"));
    let mut replica = Replica::new(work.images[1].clone());
    assert!(replica.apply(&work.records[0]).unwrap_err().what.contains("again"));
}

#[test]
fn images_come_back_and_any_cut_or_changed_byte_is_no_panic() {
    let image = worked().images.pop().unwrap();
    let mut bytes = Vec::new();
    write_image(&image, &mut bytes);
    assert_eq!(format!("{:?}", read_image(&bytes).unwrap()), format!("{image:?}"));
    let base = Base {
        epoch: 4,
        time_micros: -5,
        positions: [("a.csv".into(), Value::Int(9))].into_iter().collect(),
        image,
    };
    let mut bytes = Vec::new();
    write_base(&base, &mut bytes);
    assert_eq!(format!("{:?}", read_base(&bytes).unwrap()), format!("{base:?}"));
    for cut in 0..bytes.len() {
        assert!(read_base(&bytes[..cut]).is_err(), "cut at {cut}");
        let mut changed = bytes.clone();
        changed[cut] ^= 0x55;
        let _ = read_base(&changed);
    }
    bytes.push(0);
    assert!(read_base(&bytes).unwrap_err().to_string().contains("1 more bytes"));
}

#[test]
fn a_newer_version_of_the_format_is_named() {
    let error = read_tick(&[2, 0, 0]).unwrap_err().to_string();
    assert!(
        error.contains("version 2") && error.contains("newer bassline"),
        "{error}"
    );
    assert!(matches!(Boundary::from_name("input"), Some(Boundary::Input)));
    assert_eq!(Cause::read(&mut Input::new(&[0])).unwrap(), Cause::Nobody);
}
