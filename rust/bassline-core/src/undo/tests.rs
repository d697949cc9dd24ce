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
    assert!((4..10).contains(&network.history.undoable()));
    tick(&mut network, |network| network.write(x, text(20_000)).unwrap());
    write(&mut network, x, 1);
    assert_eq!((network.history.undoable(), network.history.bytes), (0, 0));
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
    assert_eq!((network.history.renamed.len(), network.history.undoable()), (0, 100));
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
    assert_eq!((network.history.undoable(), network.history.befores.capacity()), (0, 0));
    assert_eq!(network.history.logs.room(), 0);
    assert_eq!(undo(&mut network), None);
    network.set_source("till");
    tick(&mut network, |network| all(network, 3));
    assert!(network.history.others.is_empty() && network.history.other_logs.is_empty());
}

fn contacts(network: &mut Network, count: usize) -> Vec<ContactId> {
    let root = network.root();
    tick(network, |network| {
        let declare = |n| {
            network
                .declare_contact(root, &format!("x{n}"), None, Value::Null)
                .unwrap()
        };
        (0..count).map(declare).collect()
    })
}

fn write_all(network: &mut Network, contacts: &[ContactId], value: &Value) {
    tick(network, |network| {
        for &contact in contacts {
            network.write(contact, value.clone()).unwrap();
        }
    });
}

#[test]
fn what_a_tick_changed_is_put_back_though_it_was_removed_since_and_its_slot_taken_by_another() {
    // Logs that are copied, and logs that are moved.
    for count in [3, 63, 64, 200] {
        let mut network = Network::default();
        network.keep_history(1_000, 1 << 20, true);
        let xs = contacts(&mut network, count);
        let texts = ["none", "one", "two"].map(Value::text);
        for text in &texts {
            write_all(&mut network, &xs, text);
            write_all(&mut network, &xs, &Value::Int(1));
        }
        tick(&mut network, |network| network.remove_contact(xs[1]).unwrap());
        let other = contact(&mut network, "other");
        write(&mut network, other, 7);
        for _ in 0..3 {
            undo(&mut network);
        }
        let root = network.root();
        let all = |network: &Network, value: &Value| {
            for n in 0..count {
                let x = network.find_contact(root, &format!("x{n}")).unwrap();
                assert_eq!(network.content(x).unwrap().as_ref(), Some(value));
            }
        };
        for text in texts.iter().rev() {
            all(&network, &Value::Int(1));
            assert!(undo(&mut network).is_some());
            all(&network, text);
            assert!(undo(&mut network).is_some());
        }
        let x = network.find_contact(root, "x1").unwrap();
        assert_eq!(network.content(x).unwrap(), &None);
        for _ in 0..6 {
            assert!(redo(&mut network).is_some());
        }
        all(&network, &Value::Int(1));
    }
}

#[test]
fn a_contact_that_ended_a_tick_as_it_began_is_not_in_the_way_of_undoing_it() {
    for count in [1, 100] {
        let mut network = Network::default();
        network.keep_history(1_000, 1 << 20, true);
        let (x, others) = (contact(&mut network, "x"), contacts(&mut network, count));
        write(&mut network, x, 1);
        write_all(&mut network, &others, &Value::Int(1));
        tick(&mut network, |network| {
            network.write(x, Value::Int(2)).unwrap();
            network.write(x, Value::Int(1)).unwrap();
            for &other in &others {
                network.write(other, Value::Int(3)).unwrap();
            }
        });
        network.set_source("till");
        write(&mut network, x, 5);
        network.set_source("");
        assert_eq!(undo(&mut network), Some(5));
        assert_eq!(network.content(x).unwrap(), &Some(Value::Int(5)));
        assert_eq!(network.content(others[0]).unwrap(), &Some(Value::Int(1)));
    }
}

#[test]
fn wide_ticks_are_kept_within_their_room_and_the_newest_however_wide() {
    let mut network = Network::default();
    network.keep_history(1_000, 64 << 20, true);
    let xs = contacts(&mut network, 20_000);
    for value in 0..12 {
        write_all(&mut network, &xs, &Value::Int(value));
    }
    assert_eq!(network.history.undoable(), 5, "that is 100,000");
    assert!(network.history.logs.room() < 20_000 * 7 * 2);
    for value in (6..11).rev() {
        assert!(undo(&mut network).is_some());
        assert_eq!(network.content(xs[19_999]).unwrap(), &Some(Value::Int(value)));
    }
    assert_eq!(undo(&mut network), None);
    let mut network = Network::default();
    network.keep_history(1_000, 64 << 20, true);
    let xs = contacts(&mut network, 120_000);
    write_all(&mut network, &xs, &Value::Int(1));
    write_all(&mut network, &xs, &Value::Int(2));
    assert_eq!([undo(&mut network), undo(&mut network)], [Some(3), None]);
    assert_eq!(network.content(xs[119_999]).unwrap(), &Some(Value::Int(1)));
}

#[test]
fn what_a_tick_that_is_kept_no_more_replaced_is_freed_at_once() {
    let mut network = Network::default();
    network.keep_history(3, 1 << 20, true);
    let (x, y) = (contact(&mut network, "x"), contact(&mut network, "y"));
    let text = arcstr::ArcStr::from("x".repeat(100));
    tick(&mut network, |network| {
        network.write(x, Value::Text(text.clone())).unwrap();
    });
    write(&mut network, x, 1);
    let counts = (0..4).map(|value| {
        let count = arcstr::ArcStr::strong_count(&text);
        write(&mut network, y, value);
        count
    });
    assert_eq!(counts.collect::<Vec<_>>(), [Some(2), Some(2), Some(2), Some(1)]);
}

#[test]
fn ticks_of_sources_are_known_of_with_the_rest_and_of_ticks_that_were_given_up_nothing_is() {
    let mut network = Network::default();
    network.keep_history(10, 1 << 20, true);
    let x = contact(&mut network, "x");
    for value in 0..40 {
        network.set_source(if value % 2 == 0 { "till" } else { "" });
        write(&mut network, x, value);
    }
    let slot = crate::id::Handle::slot(x);
    let past = network.past();
    let was = |tick| past.of(slot, 41, tick).map(|(content, at, _)| (content.flatten(), at));
    assert_eq!(was(41), Some((None, 41)), "as it is by now");
    for value in 22..39 {
        assert_eq!(was(value + 2), Some((Some(Value::Int(value as i64)), value + 2)));
    }
    assert_eq!(was(10), None);
}
