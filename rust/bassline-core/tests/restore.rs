//! A network that is restored from an image is the one of the image, goes on as that would have, and can be taken back.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use bassline_core::{
    Argument, Blend, Cause, Computation, ContactId, GadgetDeclaration, Image, Network, OnContradiction,
    StructureChange, Value, WireKind, primitive_of,
};
use proptest::prelude::*;
use world::drawn::{in_many_faults, said, said_but, tick, ticks};
use world::{World, cases, int, list, map};

fn restore(network: &mut Network, image: &Image) -> Vec<StructureChange> {
    network.begin();
    network.restore(image).unwrap();
    network.settle().unwrap();
    network
        .commit(true, false)
        .map_or_else(Vec::new, |committed| committed.structure)
}

proptest! {
    #![proptest_config(cases(64))]

    #[test]
    fn a_restored_network_is_the_one_that_never_went_on(before in ticks(12), since in ticks(12), after in ticks(12)) {
        let (mut network, mut twin) = (Network::default(), Network::default());
        for edits in &before {
            prop_assert_eq!(tick(&mut network, edits), tick(&mut twin, edits));
        }
        let (image, many) = (network.image(), in_many_faults(&network));
        for edits in &since {
            let _ = tick(&mut network, edits);
        }
        let went_on = network.image();
        network.begin();
        network.restore(&image).unwrap();
        network.rollback();
        prop_assert_eq!(network.image(), went_on, "a restore that is taken back leaves no trace");
        let firings = |network: &Network| -> Vec<_> {
            network.gadget_ids().into_iter().map(|id| (id, network.firings(id).unwrap())).collect()
        };
        let fired = firings(&network);
        restore(&mut network, &image);
        prop_assert_eq!(network.ownership(), Ok(()));
        prop_assert_eq!(said(&network.image()), said(&image));
        for (id, count) in firings(&network) {
            let before = fired.iter().find(|(known, _)| *known == id).map_or(0, |(_, count)| *count);
            prop_assert_eq!(count, before, "nothing fires");
        }
        let restored = network.image();
        prop_assert!(restore(&mut network, &image).is_empty());
        prop_assert_eq!(&network.image(), &restored, "what is as the image says stays as it is");
        for edits in &after {
            prop_assert_eq!(tick(&mut network, edits), tick(&mut twin, edits));
            prop_assert_eq!(said_but(&network.image(), &many), said_but(&twin.image(), &many));
        }
    }

    #[test]
    fn a_network_can_be_made_what_an_image_of_another_says(own in ticks(8), other in ticks(8), after in ticks(8)) {
        let (mut network, mut twin) = (Network::default(), Network::default());
        for edits in &own {
            let _ = tick(&mut network, edits);
        }
        for edits in &other {
            let _ = tick(&mut twin, edits);
        }
        let many = in_many_faults(&twin);
        restore(&mut network, &twin.image());
        prop_assert_eq!(network.ownership(), Ok(()));
        prop_assert_eq!(said(&network.image()), said(&twin.image()));
        let loaded = Network::load(network.image(), OnContradiction::Record, None).unwrap();
        prop_assert_eq!(loaded.image(), network.image());
        for edits in &after {
            prop_assert_eq!(tick(&mut network, edits), tick(&mut twin, edits));
            prop_assert_eq!(said_but(&network.image(), &many), said_but(&twin.image(), &many));
        }
    }
}

/// Both write to `y` in one tick and have no join: the older is taken, whichever of them the levels let fire first.
#[test]
fn of_two_that_contradict_the_same_is_taken_after_a_restore() {
    let mut w = World::new();
    w.contact("y", Blend::Equal);
    w.contact("x", Blend::AcceptLast);
    let image = w.0.image();
    let mut twin = World(Network::load(image.clone(), OnContradiction::Record, None).unwrap());
    w.gadget("math.add", &[("a", "root"), ("b", "0"), ("sum", "x")]);
    restore(&mut w.0, &image);
    for w in [&mut w, &mut twin] {
        w.wire("x", "y", WireKind::Directed);
        w.gadget("math.min", &[("a", "z"), ("b", "5"), ("min", "y")]);
        w.set(&[("x", Value::Int(0)), ("z", Value::Int(1))]);
        assert_eq!(w.get("y"), int(0));
    }
}

#[test]
fn a_router_that_fails_leaves_no_fault_in_what_another_has_made() {
    let mut w = World::new();
    let (id, blend) = (("id", Value::text("in")), ("blend", Value::text("stream")));
    let template = map(&[("contacts", list(&[map(&[id, blend])]))]);
    let mut route = |record: &str, other: &str| {
        let word = |text: &str| Argument::Value(Value::text(text));
        let arguments = vec![
            ("record".into(), Argument::Path(record.into())),
            ("key".into(), word("key")),
            ("into".into(), word("routed")),
            ("entry".into(), word("in")),
            ("template".into(), Argument::Value(template.clone())),
            ("other".into(), Argument::Path(other.into())),
        ];
        let declaration = GadgetDeclaration {
            name: None,
            computation: Computation::Primitive(primitive_of("stream.route").unwrap()),
            arguments,
            contain: true,
        };
        w.tick(|n| n.declare_gadget(n.root(), declaration)).unwrap();
    };
    route("one", "first");
    route("another", "second");
    w.set(&[("another", map(&[("key", Value::text("k"))]))]);
    let image = w.0.image();
    w.set(&[("new", Value::Int(1))]);
    restore(&mut w.0, &image);
    w.set(&[("one", Value::Int(1))]);
    let in_fault = w.0.image().contacts.into_iter().filter(|state| state.fault.is_some());
    assert_eq!(
        in_fault.map(|state| state.record.id).collect::<Vec<_>>(),
        [w.id("first")]
    );
}

#[test]
fn what_is_there_before_and_after_keeps_its_handle() {
    let mut w = World::new();
    let add = w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.set(&[("x", Value::Int(1)), ("gone", Value::Int(5))]);
    let (x, gone) = (w.id("x"), w.id("gone"));
    let image = w.0.image();
    w.tick(|n| n.remove_contact(gone)).unwrap();
    w.set(&[("x", Value::Int(2)), ("new", Value::Int(3))]);
    let new = w.id("new");
    restore(&mut w.0, &image);
    assert_eq!(
        (w.0.content(x).unwrap(), w.get("y"), w.get("gone")),
        (&int(1), int(2), int(5))
    );
    assert_eq!(w.0.firings(add).unwrap(), 2, "nothing fires");
    assert!(w.0.content(gone).is_err() && w.0.content(new).is_err());
    assert!(w.0.find_contact(w.0.root(), "new").is_err());
}

#[test]
fn a_gadget_declared_anew_takes_its_old_turn_and_keeps_its_handle() {
    let mut w = World::new();
    let first = w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.gadget("math.add", &[("a", "x"), ("b", "2"), ("sum", "y")]);
    w.set(&[("x", Value::Int(0))]);
    assert_eq!(w.get("y"), int(2), "the later gadget wins");
    let image = w.0.image();
    w.tick(|n| n.remove_gadget(first)).unwrap();
    let again = w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.set(&[("x", Value::Int(10))]);
    assert_eq!(w.get("y"), int(11));
    let structure = restore(&mut w.0, &image);
    assert!(
        matches!(&structure[..], [StructureChange::GadgetRemoved(gone), StructureChange::GadgetAdded(there)]
        if *gone == again && there.id == again && there.creation == image.gadgets[0].creation)
    );
    assert_eq!(w.0.firings(again).unwrap(), 2);
    w.set(&[("x", Value::Int(20))]);
    assert_eq!(w.get("y"), int(22));
}

#[test]
fn a_contact_of_another_blend_is_another() {
    let mut w = World::new();
    w.contact("peak", Blend::Max);
    w.set(&[("peak", Value::Int(7))]);
    let image = w.0.image();
    let peak = w.id("peak");
    w.tick(|n| n.remove_contact(peak)).unwrap();
    w.contact("peak", Blend::Min);
    w.set(&[("peak", Value::Int(3))]);
    let min = w.id("peak");
    restore(&mut w.0, &image);
    w.set(&[("peak", Value::Int(5))]);
    assert_eq!(w.get("peak"), int(7));
    assert!(w.0.content(min).is_err());
}

#[test]
fn the_state_of_a_gadget_is_restored_with_it() {
    let mut w = World::new();
    w.contact("n", Blend::Stream);
    w.gadget("stat.mean", &[("value", "n"), ("mean", "mean")]);
    w.set(&[("n", Value::Int(2))]);
    w.set(&[("n", Value::Int(4))]);
    let image = w.0.image();
    w.set(&[("n", Value::Int(600))]);
    restore(&mut w.0, &image);
    w.set(&[("n", Value::Int(6))]);
    assert_eq!(w.get("mean"), Some(Value::Float(4.0)));
}

#[test]
fn what_changes_is_told_with_the_cause_it_has_in_the_image() {
    let mut w = World::new();
    let add = w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.0.begin();
    w.0.set_source("till");
    let x = w.id("x");
    w.0.write(x, Value::Int(1)).unwrap();
    w.0.settle().unwrap();
    w.0.commit(false, false);
    w.0.set_source("");
    let image = w.0.image();
    w.set(&[("x", Value::Int(2))]);
    w.0.begin();
    w.0.restore(&image).unwrap();
    w.0.settle().unwrap();
    let committed = w.0.commit(true, false).unwrap();
    let told: Vec<_> = committed
        .changes
        .iter()
        .map(|c| (c.new.clone(), c.cause.clone()))
        .collect();
    assert_eq!(
        told,
        [(int(1), Cause::External("till".into())), (int(2), Cause::Gadget(add))]
    );
    assert_eq!(w.0.image().contacts[x.to_bits_slot()].version, committed.tick);
}

#[test]
fn content_that_strayed_is_of_nobody_when_what_wrote_it_goes_after_a_restore() {
    let mut w = World::new();
    w.wire("near", "far", WireKind::Bidirectional);
    w.wire("source", "near", WireKind::Directed);
    w.set(&[("source", Value::Int(1))]);
    let (near, far) = (w.id("near"), w.id("far"));
    let link = w.0.declare_wire(near, far, WireKind::Bidirectional).unwrap();
    w.tick(|n| n.remove_wire(link)).unwrap();
    let image = w.0.image();
    w.tick(|n| n.remove_contact(near)).unwrap();
    restore(&mut w.0, &image);
    let directed = w.0.wire_ids()[0];
    w.tick(|n| n.remove_wire(directed)).unwrap();
    w.wire("other", "another", WireKind::Directed);
    let cause = |path| {
        let id = w.id(path);
        let state = w.0.image().contacts.into_iter().find(|state| state.record.id == id);
        state.unwrap().cause
    };
    assert_eq!((cause("near"), cause("far")), (Cause::Nobody, Cause::Nobody));
}

#[test]
fn a_gadget_that_failed_since_leaves_no_fault_beside_the_one_of_the_image() {
    let mut w = World::new();
    let mut divide = |name: &str| {
        let ports = [("a", "x"), ("b", name), ("quotient", "y")];
        let declaration = GadgetDeclaration {
            name: Some(name.into()),
            computation: Computation::Primitive(primitive_of("math.divide").unwrap()),
            arguments: ports
                .map(|(port, path)| (port.into(), Argument::Path(path.into())))
                .into(),
            contain: true,
        };
        w.tick(|n| n.declare_gadget(n.root(), declaration)).unwrap();
    };
    divide("first");
    divide("second");
    w.set(&[
        ("x", Value::Int(6)),
        ("first", Value::Int(0)),
        ("second", Value::Int(2)),
    ]);
    let image = w.0.image();
    w.set(&[("second", Value::Int(0))]);
    restore(&mut w.0, &image);
    w.set(&[("first", Value::Int(3))]);
    let faults: Vec<_> =
        w.0.image()
            .contacts
            .into_iter()
            .filter_map(|state| state.fault)
            .collect();
    assert_eq!(faults, []);
}

/// The place of a contact among those of an image of a network that has lost none.
trait Place {
    fn to_bits_slot(self) -> usize;
}

impl Place for ContactId {
    fn to_bits_slot(self) -> usize {
        bassline_core::Handle::slot(self) as usize
    }
}

#[test]
fn a_restore_is_a_tick_of_its_own() {
    let mut w = World::new();
    w.set(&[("x", Value::Int(1))]);
    let image = w.0.image();
    let x = w.id("x");
    w.0.begin();
    w.0.write(x, Value::Int(2)).unwrap();
    let error = w.0.restore(&image).unwrap_err();
    assert!(error.to_string().contains("a tick of its own"), "{error}");
    w.0.rollback();
    assert_eq!(w.get("x"), int(1));
}

#[test]
fn an_image_that_is_no_network_is_refused_and_taken_back() {
    let mut w = World::new();
    w.gadget("math.add", &[("a", "x"), ("b", "1"), ("sum", "y")]);
    w.set(&[("x", Value::Int(1))]);
    let before = w.0.image();
    let mut image = before.clone();
    image.gadgets[0].computation = "math.conjure".into();
    w.0.begin();
    let error = w.0.restore(&image).unwrap_err();
    assert!(error.to_string().contains("no primitive 'math.conjure'"), "{error}");
    w.0.rollback();
    assert_eq!(w.0.image(), before);
}
