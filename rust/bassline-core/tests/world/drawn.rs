//! Networks drawn at random: edits by paths and numbers alone, so that they are the same in a network of other handles.

use super::{list, map};
use bassline_core::{
    Argument, Blend, Cause, Change, Computation, ContactId, GadgetDeclaration, GadgetId, Image, Network, NetworkError,
    Text, Unnamed, Value, WireKind, primitive_of,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) enum Edit {
    Contact(u8),
    Group(u8, bool),
    Wire(u8, u8, bool),
    Gadget(u8, u8, u8, u8),
    Link(u8, u8),
    Write(u8, i64),
    Record(u8, i64),
    Erase(u8),
    RemoveContact(u8),
    RemoveGroup(u8),
    RemoveWire(u8),
    RemoveGadget(u8),
}

const BLENDS: [Blend; 6] = [
    Blend::AcceptLast,
    Blend::AcceptLast,
    Blend::Max,
    Blend::Stream,
    Blend::Equal,
    Blend::First,
];

pub(crate) fn edits() -> impl Strategy<Value = Edit> {
    let contact = 0_u8..18;
    prop_oneof![
        3 => contact.clone().prop_map(Edit::Contact),
        1 => (0_u8..3, any::<bool>()).prop_map(|(group, marked)| Edit::Group(group, marked)),
        4 => (contact.clone(), contact.clone(), any::<bool>()).prop_map(|(a, b, both)| Edit::Wire(a, b, both)),
        6 => (any::<u8>(), contact.clone(), contact.clone(), contact.clone())
            .prop_map(|(what, a, b, out)| Edit::Gadget(what, a, b, out)),
        1 => (contact.clone(), contact.clone()).prop_map(|(a, b)| Edit::Link(a, b)),
        8 => (contact.clone(), 0_i64..6).prop_map(|(at, value)| Edit::Write(at, value)),
        2 => (contact.clone(), 0_i64..6).prop_map(|(at, value)| Edit::Record(at, value)),
        1 => contact.clone().prop_map(Edit::Erase),
        2 => contact.prop_map(Edit::RemoveContact),
        1 => (0_u8..3).prop_map(Edit::RemoveGroup),
        2 => any::<u8>().prop_map(Edit::RemoveWire),
        2 => any::<u8>().prop_map(Edit::RemoveGadget),
    ]
}

fn path(contact: u8) -> String {
    match contact % 3 {
        0 => format!("c{contact}"),
        group => format!("g{group}/c{contact}"),
    }
}

fn contact(network: &mut Network, contact: u8) -> Result<ContactId, NetworkError> {
    let root = network.root();
    network.declare_contact(root, &path(contact), Some(BLENDS[contact as usize % 6]), Value::Null)
}

/// By what it is made from nothing but paths and numbers, so that it is the same in a network of other handles.
fn make(network: &mut Network, edit: &Edit) -> Result<(), NetworkError> {
    let root = network.root();
    match *edit {
        Edit::Contact(at) => contact(network, at).map(drop),
        Edit::Group(at, marked) => {
            let attributes = if marked {
                map(&[("marked", Value::Int(1))])
            } else {
                Value::Null
            };
            network.declare_group(root, &format!("g{at}"), attributes).map(drop)
        }
        Edit::Wire(a, b, both) => {
            let kind = if both {
                WireKind::Bidirectional
            } else {
                WireKind::Directed
            };
            let (a, b) = (contact(network, a)?, contact(network, b)?);
            network.declare_wire(a, b, kind).map(drop)
        }
        Edit::Gadget(what, a, b, out) => gadget(network, what, a, b, out),
        Edit::Link(a, b) => {
            let (a, b) = (contact(network, a)?, contact(network, b)?);
            network.declare_link(a, b, "knows", Value::Null).map(drop)
        }
        Edit::Write(at, value) => {
            let id = contact(network, at)?;
            network.write(id, Value::Int(value))
        }
        Edit::Record(at, value) => {
            let id = contact(network, at)?;
            let key = Value::text(["x", "y"][value as usize % 2]);
            network.write(id, map(&[("key", key), ("value", Value::Int(value))]))
        }
        Edit::Erase(at) => {
            let id = contact(network, at)?;
            network.erase(id)
        }
        Edit::RemoveContact(at) => {
            let id = network.find_contact(root, &path(at))?;
            network.remove_contact(id)
        }
        Edit::RemoveGroup(at) => {
            let id = network.find_group(root, &format!("g{at}"))?;
            network.remove_group(id)
        }
        Edit::RemoveWire(at) => {
            let mut wires = network.image().wires;
            wires.sort_by_key(|wire| wire.creation);
            let wire = wires.get(at as usize % wires.len().max(1));
            wire.map_or(Ok(()), |wire| network.remove_wire(wire.id))
        }
        Edit::RemoveGadget(at) => {
            let gadgets = network.image().gadgets;
            let gadget = gadgets.get(at as usize % gadgets.len().max(1));
            gadget.map_or(Ok(()), |gadget| network.remove_gadget(gadget.id))
        }
    }
}

fn gadget(network: &mut Network, what: u8, a: u8, b: u8, out: u8) -> Result<(), NetworkError> {
    let (first, second, third) = (contact(network, a)?, contact(network, b)?, contact(network, out)?);
    let (first, second, third) = (
        Argument::Contact(first),
        Argument::Contact(second),
        Argument::Contact(third),
    );
    let constant = Argument::Value(Value::Int(i64::from(b % 3)));
    // What counts in a cycle never settles.
    let what = if a < out && b < out { what } else { what % 2 };
    let (name, arguments) = match what % 7 {
        0 => ("math.max", vec![("a", first), ("b", second), ("max", third)]),
        1 => ("math.min", vec![("a", first), ("b", constant), ("min", third)]),
        2 => ("math.divide", vec![("a", first), ("b", second), ("quotient", third)]),
        3 | 4 => ("stat.count", vec![("value", first), ("count", third)]),
        5 => ("stat.mean", vec![("value", first), ("mean", third)]),
        _ => {
            let template = map(&[(
                "contacts",
                list(&[map(&[("id", Value::text("entry")), ("blend", Value::text("stream"))])]),
            )]);
            let word = |text: &str| Argument::Value(Value::text(text));
            let arguments = vec![
                ("record", first),
                ("key", word("key")),
                ("into", word(["routed", "g1"][b as usize % 2])),
                ("entry", word("entry")),
                ("template", Argument::Value(template)),
                ("other", third),
            ];
            ("stream.route", arguments)
        }
    };
    let declaration = GadgetDeclaration {
        name: (what % 2 == 0).then(|| format!("n{}", what % 5).into()),
        computation: Computation::Primitive(primitive_of(name)?),
        arguments: arguments
            .into_iter()
            .map(|(port, argument)| (port.into(), argument))
            .collect(),
        contain: true,
    };
    network.declare_gadget(network.root(), declaration).map(drop)
}

pub(crate) type Told = (String, Option<Value>, Option<Value>, Text, bool);

fn told(network: &Network, changes: &[Change]) -> Vec<Told> {
    let tell = |change: &Change| {
        let cause = network.cause_text(&change.cause);
        (
            network.path(change.contact).to_string(),
            change.old.clone(),
            change.new.clone(),
            cause,
            change.event,
        )
    };
    let named = changes.iter().filter(|change| network.is_named(change.contact));
    let mut told: Vec<Told> = named.map(tell).collect();
    // Which of two that do not follow each other fires first, depends on edges that are long gone.
    told.sort_by(|one, other| one.0.cmp(&other.0));
    told
}

/// Several edits in the open tick, each taken back if it is refused.
pub(crate) fn make_all(network: &mut Network, edits: &[Edit]) {
    for edit in edits {
        let _ = network.attempt(|network| make(network, edit));
    }
}

/// One tick of several edits, each taken back if it is refused; what changed, or nothing if it was rolled back.
pub(crate) fn tick(network: &mut Network, edits: &[Edit]) -> Option<Vec<Told>> {
    network.begin();
    make_all(network, edits);
    if network.settle().is_err() {
        network.rollback();
        return None;
    }
    let committed = network.commit(true, false);
    Some(committed.map_or_else(Vec::new, |committed| told(network, &committed.changes)))
}

/// The contacts that several gadgets failed to write to: an image tells the fault of one of them.
pub(crate) fn in_many_faults(network: &Network) -> Vec<String> {
    let contacts = network.contact_ids().into_iter();
    let many = contacts.filter(|&id| network.failed_writers(id).is_ok_and(|gadgets| gadgets.len() > 1));
    many.map(|id| network.path(id).to_string()).collect()
}

/// What an image says, without handles, ticks and creation numbers.
pub(crate) fn said(image: &Image) -> Vec<String> {
    said_but(image, &[])
}

/// The same without the faults of some contacts.
pub(crate) fn said_but(image: &Image, in_many_faults: &[String]) -> Vec<String> {
    let mut groups: Vec<(_, String)> = Vec::new();
    let group_path = |groups: &[(_, String)], id| {
        groups
            .iter()
            .find(|(known, _)| *known == id)
            .map_or_else(String::new, |(_, path)| format!("{path}/"))
    };
    let mut lines = Vec::new();
    for group in &image.groups {
        let path = format!("{}{}", group_path(&groups, group.parent), group.name);
        lines.push(format!("group {path} {} {}", group.attributes, group.sealed));
        groups.push((group.id, path));
    }
    let contact = |id: ContactId| {
        let state = image.contacts.iter().find(|state| state.record.id == id).unwrap();
        match &state.record.place {
            Ok((group, name)) => format!("{}{name}", group_path(&groups, *group)),
            Err(Unnamed::Constant(value)) => format!("({value:?})"),
            Err(Unnamed::State) => format!("(state {:?})", state.content),
        }
    };
    let gadget = |id: GadgetId| image.gadgets.iter().position(|gadget| gadget.id == id);
    let cause = |cause: &Cause| match cause {
        Cause::Nobody => "nobody".to_owned(),
        Cause::External(source) => format!("external {source}"),
        Cause::Gadget(id) => format!("gadget {:?}", gadget(*id)),
        Cause::Wire(id) => format!("wire {:?}", image.wires.iter().position(|wire| wire.id == *id)),
    };
    for state in &image.contacts {
        let record = &state.record;
        let clash = state
            .contradiction
            .as_ref()
            .map(|found| (&found.current, &found.incoming));
        let fault = state.fault.as_ref().map(|(id, text)| (gadget(*id), text));
        let fault = fault.filter(|_| !in_many_faults.contains(&contact(record.id)));
        lines.push(format!(
            "contact {} {:?} {} {:?} {:?} by {} {clash:?} {fault:?}",
            contact(record.id),
            record.blend,
            record.attributes,
            record.boundary,
            state.content,
            cause(&state.cause)
        ));
    }
    for link in &image.links {
        lines.push(format!(
            "link {} {} {}",
            contact(link.from),
            link.relation,
            contact(link.to)
        ));
    }
    lines.sort();
    let mut edges: Vec<(u64, String)> = Vec::new();
    for wire in &image.wires {
        edges.push((
            wire.creation,
            format!("wire {} {:?} {}", contact(wire.from), wire.kind, contact(wire.to)),
        ));
    }
    for record in &image.gadgets {
        let ports = |ports: &[(Text, ContactId)]| -> Vec<String> {
            ports
                .iter()
                .map(|(port, id)| format!("{port}={}", contact(*id)))
                .collect()
        };
        let state: Vec<String> = record.state.iter().map(|&id| contact(id)).collect();
        edges.push((
            record.creation,
            format!(
                "gadget {:?} {} {:?} {:?} {state:?} {} {}",
                record.name,
                record.computation,
                ports(&record.inputs),
                ports(&record.outputs),
                record.config,
                record.contain
            ),
        ));
    }
    edges.sort();
    lines.extend(edges.into_iter().map(|(_, line)| line));
    lines
}

pub(crate) fn ticks(most: usize) -> impl Strategy<Value = Vec<Vec<Edit>>> {
    prop::collection::vec(prop::collection::vec(edits(), 1..8), 1..most)
}
