//! Putting wires and gadgets into the adjacency of their contacts, and taking them out, with their order kept.

use crate::contact::{Edge, NONE, flag};
use crate::gadget::{self, Gadgets, Ports};
use crate::network::Network;
use crate::wire::{WireKind, Wires};
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

fn distinct(ports: &[u32]) -> Ports {
    let bound = ports.iter().copied().filter(|&contact| contact != NONE);
    if ports.len() > 16 {
        return bound.collect::<IndexSet<u32, FxBuildHasher>>().into_iter().collect();
    }
    let mut out = Ports::new();
    for contact in bound {
        if !out.contains(&contact) {
            out.push(contact);
        }
    }
    out
}

/// The creation number of what an edge is of, by its code.
fn age(gadgets: &Gadgets, wires: &Wires) -> impl Fn(u32) -> u64 {
    |code| match Edge::of(code) {
        Edge::Gadget(slot) => gadgets.creation[slot as usize],
        Edge::Wire(slot) => wires.creation(slot),
    }
}

impl Network {
    /// Puts the youngest wire into the adjacency.
    pub(crate) fn link_wire(&mut self, slot: u32) {
        self.join_ends(slot, Self::push_reader, Self::push_writer);
    }

    /// Puts a wire into the adjacency, in its place by age.
    pub(crate) fn relink_wire(&mut self, slot: u32) {
        self.join_ends(slot, Self::put_reader, Self::put_writer);
    }

    fn join_ends(&mut self, slot: u32, add_reader: fn(&mut Self, u32, u32), add_writer: fn(&mut Self, u32, u32)) {
        let wire = self.wires.row(slot);
        let code = Edge::Wire(slot).code();
        if wire.kind == WireKind::Bidirectional {
            self.order_bidirectional(wire.from, wire.to);
        }
        add_reader(self, wire.from, code);
        match wire.kind {
            WireKind::Directed => add_writer(self, wire.to, code),
            WireKind::Bidirectional => add_reader(self, wire.to, code),
        }
        self.refresh_wire_ends(slot);
        if wire.kind == WireKind::Directed && !crate::planted::is(crate::planted::Bug::WireLevel) {
            self.order_edge(self.contact_vertex(wire.from), self.contact_vertex(wire.to));
        }
    }

    /// Takes a wire out of the adjacency.
    pub(crate) fn unlink_wire(&mut self, slot: u32) {
        let wire = self.wires.row(slot);
        let code = Edge::Wire(slot).code();
        self.take_reader(wire.from, code);
        match wire.kind {
            WireKind::Directed => self.take_writer(wire.to, code),
            WireKind::Bidirectional => self.take_reader(wire.to, code),
        }
        self.refresh_wire_ends(slot);
        match wire.kind {
            WireKind::Directed => self.loosen(self.contact_vertex(wire.from), self.contact_vertex(wire.to)),
            WireKind::Bidirectional => self.separate(wire.from, wire.to),
        }
    }

    /// Gives gadgets and wires other creation numbers, and their edges the places that come with them; answers what they had.
    pub(crate) fn age_edges(&mut self, ages: &[(u32, u64)]) -> Vec<(u32, u64)> {
        for &(code, _) in ages {
            match Edge::of(code) {
                Edge::Gadget(slot) => self.unlink_gadget(slot),
                Edge::Wire(slot) => self.unlink_wire(slot),
            }
        }
        let set = |&(code, creation): &(u32, u64)| match Edge::of(code) {
            Edge::Gadget(slot) => (
                code,
                std::mem::replace(&mut self.gadgets.creation[slot as usize], creation),
            ),
            Edge::Wire(slot) => {
                let was = self.wires.creation(slot);
                self.wires.set_creation(slot, creation);
                (code, was)
            }
        };
        let was = ages.iter().map(set).collect();
        for &(code, _) in ages {
            match Edge::of(code) {
                Edge::Gadget(slot) => self.relink_gadget(slot),
                Edge::Wire(slot) => self.relink_wire(slot),
            }
        }
        was
    }

    fn take_reader(&mut self, contact: u32, code: u32) {
        let age = age(&self.gadgets, &self.wires);
        self.contacts.readers.remove(contact, code, age);
    }

    pub(crate) fn take_writer(&mut self, contact: u32, code: u32) {
        let age = age(&self.gadgets, &self.wires);
        self.contacts.writers.remove(contact, code, age);
        self.contacts.refresh_many_writers(contact);
    }

    fn put_reader(&mut self, contact: u32, code: u32) {
        let age = age(&self.gadgets, &self.wires);
        self.contacts.readers.insert(contact, code, age);
        self.know_reader(contact, code);
    }

    pub(crate) fn put_writer(&mut self, contact: u32, code: u32) {
        let age = age(&self.gadgets, &self.wires);
        self.contacts.writers.insert(contact, code, age);
        self.know_writer(contact, code);
    }

    fn push_reader(&mut self, contact: u32, code: u32) {
        self.contacts.readers.push(contact, code);
        self.know_reader(contact, code);
    }

    fn push_writer(&mut self, contact: u32, code: u32) {
        self.contacts.writers.push(contact, code);
        self.know_writer(contact, code);
    }

    fn know_reader(&mut self, contact: u32, code: u32) {
        let kind = WireKind::Bidirectional;
        self.wires.enter(kind, code, self.contacts.edges_with(kind, contact));
    }

    fn know_writer(&mut self, contact: u32, code: u32) {
        let kind = WireKind::Directed;
        self.wires.enter(kind, code, self.contacts.edges_with(kind, contact));
        self.contacts.refresh_many_writers(contact);
    }

    /// Gives the edges that hubs got back their places.
    pub(crate) fn sort_edges(&mut self) {
        let age = age(&self.gadgets, &self.wires);
        self.contacts.readers.sort(&age);
        self.contacts.writers.sort(&age);
    }

    fn refresh_wire_ends(&mut self, slot: u32) {
        let wire = self.wires.row(slot);
        for contact in [wire.from, wire.to] {
            let out = self.contacts.readers.has_wire(contact);
            self.contacts.set(contact, flag::WIRED_OUT, out);
        }
    }

    pub(crate) fn link_gadget(&mut self, slot: u32) {
        let code = Edge::Gadget(slot).code();
        self.note_streams(slot);
        for contact in distinct(&self.gadgets.inputs(slot)) {
            self.push_reader(contact, code);
        }
        for contact in distinct(&self.gadgets.outputs(slot)) {
            self.push_writer(contact, code);
        }
        self.order_gadget(slot);
    }

    /// A gadget that reads a stream fires once per event.
    pub(crate) fn note_streams(&mut self, slot: u32) {
        let inputs = self.gadgets.inputs(slot);
        let is_stream = |&&contact: &&u32| contact != NONE && self.contacts.is_stream(contact);
        if inputs.iter().any(|contact| is_stream(&contact)) {
            self.gadgets.rows[slot as usize].flags |= gadget::flag::STREAM;
        }
    }

    /// Takes a gadget out of the adjacency.
    pub(crate) fn unlink_gadget(&mut self, slot: u32) {
        let code = Edge::Gadget(slot).code();
        for contact in distinct(&self.gadgets.inputs(slot)) {
            self.take_reader(contact, code);
            self.loosen(self.contact_vertex(contact), self.gadget_vertex(slot));
        }
        for contact in distinct(&self.gadgets.outputs(slot)) {
            self.take_writer(contact, code);
            self.loosen(self.contact_vertex(contact), self.gadget_vertex(slot));
        }
    }

    pub(crate) fn relink_gadget(&mut self, slot: u32) {
        let code = Edge::Gadget(slot).code();
        for contact in distinct(&self.gadgets.inputs(slot)) {
            self.put_reader(contact, code);
        }
        for contact in distinct(&self.gadgets.outputs(slot)) {
            self.put_writer(contact, code);
        }
        self.order_gadget(slot);
    }
}
