//! Putting wires and gadgets into the adjacency of their contacts, and taking them out, with their order kept.

use crate::contact::{Edge, NONE, flag};
use crate::edit::Place;
use crate::gadget;
use crate::network::Network;
use crate::wire::WireKind;
use smallvec::SmallVec;

fn distinct(ports: &[u32]) -> SmallVec<[u32; 4]> {
    let mut out: SmallVec<[u32; 4]> = SmallVec::new();
    for &contact in ports {
        if contact != NONE && !out.contains(&contact) {
            out.push(contact);
        }
    }
    out
}

impl Network {
    pub(crate) fn link_wire(&mut self, slot: u32) {
        let wire = self.wires.row(slot);
        let code = Edge::Wire(slot).code();
        self.contacts.readers.push(wire.from, code);
        self.contacts.writers.push(wire.to, code);
        self.wires.enter(code, self.contacts.writers.get(wire.to));
        if wire.kind == WireKind::Bidirectional {
            self.contacts.readers.push(wire.to, code);
            self.contacts.writers.push(wire.from, code);
            self.wires.enter(code, self.contacts.writers.get(wire.from));
        }
        self.refresh_wire_ends(slot);
        self.order_wire(slot);
    }

    /// Takes a wire out of the adjacency; answers where it stood.
    pub(crate) fn unlink_wire(&mut self, slot: u32) -> (Vec<Place>, Vec<Place>) {
        let wire = self.wires.row(slot);
        self.loosen(self.contact_vertex(wire.from), self.contact_vertex(wire.to));
        let code = Edge::Wire(slot).code();
        let take =
            |list: &mut crate::edges::Edges, contact: u32| list.remove(contact, code).map(|index| (contact, index));
        let mut readers: Vec<Place> = take(&mut self.contacts.readers, wire.from).into_iter().collect();
        let mut writers: Vec<Place> = take(&mut self.contacts.writers, wire.to).into_iter().collect();
        if wire.kind == WireKind::Bidirectional {
            readers.extend(take(&mut self.contacts.readers, wire.to));
            writers.extend(take(&mut self.contacts.writers, wire.from));
        }
        self.refresh_wire_ends(slot);
        (readers, writers)
    }

    pub(crate) fn relink_wire(&mut self, slot: u32, readers: &[Place], writers: &[Place]) {
        self.relink(Edge::Wire(slot).code(), readers, writers);
        self.refresh_wire_ends(slot);
        self.order_wire(slot);
    }

    fn relink(&mut self, code: u32, readers: &[Place], writers: &[Place]) {
        for &(contact, index) in readers.iter().rev() {
            self.contacts.readers.insert(contact, index, code);
        }
        for &(contact, index) in writers.iter().rev() {
            self.contacts.writers.insert(contact, index, code);
            self.wires.enter(code, self.contacts.writers.get(contact));
            self.contacts.refresh_many_writers(contact);
        }
    }

    fn refresh_wire_ends(&mut self, slot: u32) {
        let wire = self.wires.row(slot);
        for contact in [wire.from, wire.to] {
            self.contacts.refresh_many_writers(contact);
            let out = self
                .contacts
                .readers
                .get(contact)
                .iter()
                .any(|&code| matches!(Edge::of(code), Edge::Wire(_)));
            self.contacts.set(contact, flag::WIRED_OUT, out);
        }
    }

    fn order_wire(&mut self, slot: u32) {
        let wire = self.wires.row(slot);
        match wire.kind {
            WireKind::Directed if crate::planted::is(crate::planted::Bug::WireLevel) => {}
            WireKind::Directed => self.order_edge(self.contact_vertex(wire.from), self.contact_vertex(wire.to)),
            WireKind::Bidirectional => self.order_bidirectional(wire.from, wire.to),
        }
    }

    pub(crate) fn link_gadget(&mut self, slot: u32) {
        let code = Edge::Gadget(slot).code();
        for contact in distinct(&self.gadgets.inputs(slot)) {
            self.contacts.readers.push(contact, code);
            if self.contacts.is_stream(contact) {
                self.gadgets.rows[slot as usize].flags |= gadget::flag::STREAM;
            }
        }
        for contact in distinct(&self.gadgets.outputs(slot)) {
            self.contacts.writers.push(contact, code);
            self.wires.enter(code, self.contacts.writers.get(contact));
            self.contacts.refresh_many_writers(contact);
        }
        self.order_gadget(slot);
    }

    /// Takes a gadget out of the adjacency; answers where it stood.
    pub(crate) fn unlink_gadget(&mut self, slot: u32) -> (Vec<Place>, Vec<Place>) {
        let code = Edge::Gadget(slot).code();
        let (mut readers, mut writers) = (Vec::new(), Vec::new());
        for contact in distinct(&self.gadgets.inputs(slot)) {
            self.loosen(self.contact_vertex(contact), self.gadget_vertex(slot));
            readers.extend(
                self.contacts
                    .readers
                    .remove(contact, code)
                    .map(|index| (contact, index)),
            );
        }
        for contact in distinct(&self.gadgets.outputs(slot)) {
            self.loosen(self.contact_vertex(contact), self.gadget_vertex(slot));
            writers.extend(
                self.contacts
                    .writers
                    .remove(contact, code)
                    .map(|index| (contact, index)),
            );
            self.contacts.refresh_many_writers(contact);
        }
        (readers, writers)
    }

    pub(crate) fn relink_gadget(&mut self, slot: u32, readers: &[Place], writers: &[Place]) {
        self.relink(Edge::Gadget(slot).code(), readers, writers);
        self.order_gadget(slot);
    }
}
