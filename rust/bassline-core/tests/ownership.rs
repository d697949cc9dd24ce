//! Structure is added, removed and rolled back at random; at every moment every edge has two ends that know of each other.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{
    Argument, Computation, ContactId, GadgetDeclaration, GadgetId, Network, Value, WireId, WireKind, primitive_of,
};
use proptest::prelude::*;
use world::cases;

#[derive(Debug, Clone)]
enum Edit {
    Contact(u8),
    Wire(u8, u8, bool),
    Gadget(u8, u8, u8),
    Write(u8, i64),
    RemoveContact(u8),
    RemoveWire(u8),
    RemoveGadget(u8),
}

fn edits() -> impl Strategy<Value = Edit> {
    prop_oneof![
        3 => (0_u8..24).prop_map(Edit::Contact),
        4 => (any::<u8>(), any::<u8>(), any::<bool>()).prop_map(|(a, b, both)| Edit::Wire(a, b, both)),
        4 => (any::<u8>(), any::<u8>(), any::<u8>()).prop_map(|(a, b, out)| Edit::Gadget(a, b, out)),
        3 => (any::<u8>(), 0_i64..9).prop_map(|(a, value)| Edit::Write(a, value)),
        1 => any::<u8>().prop_map(Edit::RemoveContact),
        2 => any::<u8>().prop_map(Edit::RemoveWire),
        2 => any::<u8>().prop_map(Edit::RemoveGadget),
    ]
}

/// Everything that was ever declared: handles of the living, the removed and the rolled back.
#[derive(Default)]
struct Seen {
    contacts: Vec<ContactId>,
    wires: Vec<WireId>,
    gadgets: Vec<GadgetId>,
}

fn one_of<T: Copy>(all: &[T], pick: u8) -> Option<T> {
    all.get(pick as usize % all.len().max(1)).copied()
}

/// Makes an edit, which may be refused; nothing may panic.
fn make(network: &mut Network, seen: &mut Seen, edit: &Edit) {
    let root = network.root();
    network
        .attempt(|network| -> Result<(), bassline_core::NetworkError> {
            match *edit {
                Edit::Contact(name) => {
                    let id = network.declare_contact(root, &format!("c{name}"), None, Value::Null)?;
                    seen.contacts.push(id);
                }
                Edit::Wire(a, b, both) => {
                    if let (Some(a), Some(b)) = (one_of(&seen.contacts, a), one_of(&seen.contacts, b)) {
                        let kind = if both {
                            WireKind::Bidirectional
                        } else {
                            WireKind::Directed
                        };
                        seen.wires.push(network.declare_wire(a, b, kind)?);
                    }
                }
                Edit::Gadget(a, b, out) => {
                    let pick = |pick| one_of(&seen.contacts, pick).map(Argument::Contact);
                    if let (Some(a), Some(b), Some(out)) = (pick(a), pick(b), pick(out)) {
                        let gadget = network.declare_gadget(
                            root,
                            GadgetDeclaration {
                                name: None,
                                computation: Computation::Primitive(primitive_of("math.max")?),
                                arguments: vec![("a".into(), a), ("b".into(), b), ("max".into(), out)],
                                contain: false,
                            },
                        )?;
                        seen.gadgets.push(gadget);
                    }
                }
                Edit::Write(at, value) => {
                    if let Some(contact) = one_of(&seen.contacts, at) {
                        network.write(contact, Value::Int(value))?;
                    }
                }
                Edit::RemoveContact(at) => {
                    one_of(&seen.contacts, at).map_or(Ok(()), |id| network.remove_contact(id))?;
                }
                Edit::RemoveWire(at) => one_of(&seen.wires, at).map_or(Ok(()), |id| network.remove_wire(id))?,
                Edit::RemoveGadget(at) => one_of(&seen.gadgets, at).map_or(Ok(()), |id| network.remove_gadget(id))?,
            }
            Ok(())
        })
        .ok();
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_edge_has_two_ends_whatever_is_added_removed_and_rolled_back(
        ticks in prop::collection::vec((prop::collection::vec(edits(), 1..12), prop::bool::weighted(0.7)), 1..20)
    ) {
        let (mut network, mut seen) = (Network::default(), Seen::default());
        for (edits, keep) in ticks {
            network.begin();
            for edit in &edits {
                make(&mut network, &mut seen, edit);
                prop_assert_eq!(network.ownership(), Ok(()));
            }
            if network.settle().is_ok() && keep {
                network.commit(true, false);
            } else {
                network.rollback();
            }
            prop_assert_eq!(network.ownership(), Ok(()));
        }
    }
}

#[test]
fn a_contact_declared_and_removed_in_a_tick_that_is_taken_back_is_owned_by_nothing() {
    let (mut network, mut seen) = (Network::default(), Seen::default());
    network.begin();
    for edit in [Edit::Contact(0), Edit::RemoveContact(0)] {
        make(&mut network, &mut seen, &edit);
        assert_eq!(network.ownership(), Ok(()));
    }
    network.settle().unwrap();
    network.rollback();
    assert_eq!(network.ownership(), Ok(()));
}

#[test]
fn a_handle_of_another_network_finds_nothing_in_a_debug_build() {
    let (mut own, mut other) = (Network::default(), Network::default());
    let declare = |network: &mut Network| {
        network.begin();
        let id = network.declare_contact(network.root(), "x", None, Value::Null).unwrap();
        network.settle().unwrap();
        network.commit(false, false);
        id
    };
    let (mine, yours) = (declare(&mut own), declare(&mut other));
    assert!(own.content(mine).is_ok());
    assert_eq!(own.content(yours).is_err(), cfg!(debug_assertions));
}
