//! What the public surface cannot show: how much is kept.
#![allow(clippy::unwrap_used, reason = "tests")]

use crate::{Argument, Computation, ContactId, GadgetDeclaration, Network, Value, WireKind, primitive_of};

fn tick<T>(network: &mut Network, run: impl FnOnce(&mut Network) -> T) -> T {
    network.begin();
    let out = run(network);
    network.settle().unwrap();
    network.commit(false, false);
    out
}

fn write(network: &mut Network, contact: ContactId, value: i64) {
    tick(network, |network| network.write(contact, Value::Int(value)).unwrap());
}

fn undo(network: &mut Network) -> Option<u64> {
    tick(network, |network| network.undo().unwrap())
}

fn redo(network: &mut Network) -> Option<u64> {
    tick(network, |network| network.redo().unwrap())
}

fn contact(network: &mut Network, path: &str) -> ContactId {
    let root = network.root();
    tick(network, |network| {
        network.declare_contact(root, path, None, Value::Null).unwrap()
    })
}

#[test]
fn no_more_ticks_are_kept_than_were_asked_for() {
    let mut network = Network::default();
    network.keep_history(3, 1 << 20, true);
    let x = contact(&mut network, "x");
    for value in 0..10 {
        write(&mut network, x, value);
    }
    assert_eq!([undo(&mut network), undo(&mut network)], [Some(11), Some(10)]);
    assert_eq!(network.content(x).unwrap(), &Some(Value::Int(7)));
    assert_eq!(redo(&mut network), Some(10));
    assert_eq!([undo(&mut network), undo(&mut network)], [Some(10), Some(9)]);
    assert_eq!(undo(&mut network), None);
    assert_eq!(network.content(x).unwrap(), &Some(Value::Int(6)));
}

#[test]
fn what_is_kept_stays_within_its_bytes_and_a_tick_beyond_them_is_not_kept() {
    let mut network = Network::default();
    network.keep_history(1_000, 10_000, true);
    let x = contact(&mut network, "x");
    let text = |size: usize| Value::text(&"x".repeat(size));
    for _ in 0..20 {
        tick(&mut network, |network| network.write(x, text(1_000)).unwrap());
        tick(&mut network, |network| network.write(x, text(1_001)).unwrap());
        assert!(network.history.bytes <= 10_000);
    }
    assert!((4..10).contains(&network.history.undo.len()));
    tick(&mut network, |network| network.write(x, text(20_000)).unwrap());
    write(&mut network, x, 1);
    assert_eq!((network.history.undo.len(), network.history.bytes), (0, 0));
    write(&mut network, x, 2);
    assert_eq!([undo(&mut network), undo(&mut network)], [Some(44), None]);
}

#[test]
fn going_back_and_forth_for_hours_takes_no_more_room() {
    let mut network = Network::default();
    network.keep_history(100, 1 << 20, true);
    let root = network.root();
    tick(&mut network, |network| {
        let group = network.declare_group(root, "g", Value::Null).unwrap();
        let [a, b] = ["a", "b"].map(|name| network.declare_contact(group, name, None, Value::Null).unwrap());
        network.declare_wire(a, b, WireKind::Bidirectional).unwrap();
        let declaration = GadgetDeclaration {
            name: None,
            computation: Computation::Primitive(primitive_of("stat.sum").unwrap()),
            arguments: vec![
                ("value".into(), Argument::Contact(b)),
                ("sum".into(), Argument::Path("total".into())),
            ],
            contain: false,
        };
        network.declare_gadget(group, declaration).unwrap();
        network.write(a, Value::Int(5)).unwrap();
    });
    let group = network.find_group(root, "g").unwrap();
    tick(&mut network, |network| network.remove_group(group).unwrap());
    let mut first = None;
    for round in 0..300 {
        assert_eq!([undo(&mut network), undo(&mut network)], [Some(2), Some(1)]);
        assert_eq!(
            [redo(&mut network), undo(&mut network), redo(&mut network)],
            [Some(1); 3]
        );
        let total = network.find_contact(root, "g/total").unwrap();
        assert_eq!(network.content(total).unwrap(), &Some(Value::Int(5)));
        assert_eq!(redo(&mut network), Some(2));
        let now = (
            network.history.renamed.len(),
            network.history.stands.len(),
            network.contacts.slots.len(),
            network.symbols.len(),
            network.history.bytes,
        );
        if round > 2 {
            assert_eq!(*first.get_or_insert(now), now, "after {round} rounds");
        }
    }
    let x = contact(&mut network, "x");
    for value in 0..200 {
        write(&mut network, x, value);
    }
    assert_eq!((network.history.renamed.len(), network.history.undo.len()), (0, 100));
}

#[test]
fn a_tick_of_more_contents_than_may_be_kept_leaves_no_room_behind() {
    let mut network = Network::default();
    network.keep_history(1_000, 2_000, true);
    let contacts: Vec<ContactId> = (0..200).map(|n| contact(&mut network, &format!("x{n}"))).collect();
    write(&mut network, contacts[0], 1);
    let all = |network: &mut Network, value| {
        for &contact in &contacts {
            network.write(contact, Value::Int(value)).unwrap();
        }
    };
    tick(&mut network, |network| all(network, 2));
    assert_eq!((network.history.undo.len(), network.history.befores.capacity()), (0, 0));
    assert_eq!(undo(&mut network), None);
    network.set_source("till");
    tick(&mut network, |network| all(network, 3));
    assert!(network.history.others.is_empty());
}
