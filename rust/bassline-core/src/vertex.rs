//! The graph that levels are kept on: contacts, gadgets, and the regions that stand for cycles.

use crate::contact::{Edge, NONE, flag};
use crate::gadget;
use crate::network::Network;
use crate::wire::WireKind;

/// A contact, a gadget, or a region in place of its members. The order breaks ties at one level: gadgets first, regions last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Vertex {
    Gadget(u32),
    Contact(u32),
    Region(u32),
}

impl Network {
    /// The vertex that stands for a contact.
    pub(crate) fn contact_vertex(&self, slot: u32) -> Vertex {
        if self.contacts.has(slot, flag::CYCLIC) {
            Vertex::Region(self.region_of_contact(slot))
        } else {
            Vertex::Contact(slot)
        }
    }

    /// The vertex that stands for a gadget.
    pub(crate) fn gadget_vertex(&self, slot: u32) -> Vertex {
        if self.gadgets.rows[slot as usize].flags & gadget::flag::CYCLIC != 0 {
            Vertex::Region(self.region_of_gadget(slot))
        } else {
            Vertex::Gadget(slot)
        }
    }

    pub(crate) fn level(&self, vertex: Vertex) -> i32 {
        match vertex {
            Vertex::Gadget(slot) => self.gadgets.rows[slot as usize].level,
            Vertex::Contact(slot) => self.contacts.level[slot as usize],
            Vertex::Region(index) => self.regions.level(index),
        }
    }

    pub(crate) fn set_level(&mut self, vertex: Vertex, level: i32) {
        match vertex {
            Vertex::Gadget(slot) => self.gadgets.rows[slot as usize].level = level,
            Vertex::Contact(slot) => self.contacts.level[slot as usize] = level,
            Vertex::Region(index) => self.regions.set_level(index, level),
        }
    }

    /// How many edges leave (or enter) a vertex, about.
    pub(crate) fn degree(&self, vertex: Vertex, forward: bool) -> usize {
        match vertex {
            Vertex::Gadget(_) => 2,
            Vertex::Contact(slot) if forward => self.contacts.readers.len(slot),
            Vertex::Contact(slot) => self.contacts.writers.len(slot),
            Vertex::Region(index) => 2 * (self.regions.contacts(index).len() + self.regions.gadgets(index).len()),
        }
    }

    /// The vertices an edge leads to, or comes from; a region's own members are not among them.
    pub(crate) fn neighbours(&self, vertex: Vertex, forward: bool, out: &mut Vec<Vertex>) {
        out.clear();
        match vertex {
            Vertex::Contact(slot) => self.contact_neighbours(slot, forward, out),
            Vertex::Gadget(slot) => self.gadget_neighbours(slot, forward, out),
            Vertex::Region(index) => {
                for &slot in self
                    .regions
                    .contacts(index)
                    .iter()
                    .filter(|&&slot| self.holds_contact(index, slot))
                {
                    self.contact_neighbours(slot, forward, out);
                }
                for &slot in self
                    .regions
                    .gadgets(index)
                    .iter()
                    .filter(|&&slot| self.holds_gadget(index, slot))
                {
                    self.gadget_neighbours(slot, forward, out);
                }
                out.retain(|&other| other != vertex);
            }
        }
    }

    fn gadget_neighbours(&self, slot: u32, forward: bool, out: &mut Vec<Vertex>) {
        let ports = if forward {
            self.gadgets.outputs(slot)
        } else {
            self.gadgets.inputs(slot)
        };
        out.extend(
            ports
                .iter()
                .filter(|&&contact| contact != NONE)
                .map(|&contact| self.contact_vertex(contact)),
        );
    }

    fn contact_neighbours(&self, slot: u32, forward: bool, out: &mut Vec<Vertex>) {
        let edges = if forward {
            &self.contacts.readers
        } else {
            &self.contacts.writers
        };
        for code in edges.living(slot) {
            out.push(match Edge::of(code) {
                // An output that has not had its turn is no edge yet, seen from neither end.
                Edge::Gadget(gadget)
                    if !forward
                        && self.regions.ordering == Some(gadget)
                        && !self.gadgets.outputs(gadget).contains(&slot) =>
                {
                    continue;
                }
                Edge::Gadget(gadget) => self.gadget_vertex(gadget),
                Edge::Wire(wire) => self.contact_vertex(self.other_end(wire, slot)),
            });
        }
    }

    /// The wires that carry values to a contact.
    pub(crate) fn wires_into(&self, slot: u32) -> impl Iterator<Item = u32> + '_ {
        let edges = self.contacts.readers.living(slot);
        edges
            .chain(self.contacts.writers.living(slot))
            .filter_map(move |code| match Edge::of(code) {
                Edge::Wire(wire) if self.wires.row(wire).leads_to(slot) => Some(wire),
                _ => None,
            })
    }

    /// The end of a wire that is not `slot`.
    pub(crate) fn other_end(&self, wire: u32, slot: u32) -> u32 {
        let wire = self.wires.row(wire);
        if wire.from == slot { wire.to } else { wire.from }
    }

    /// Whether a wire carries values out of `slot`.
    pub(crate) fn leads_out(&self, wire: u32, slot: u32) -> bool {
        let wire = self.wires.row(wire);
        wire.from == slot || wire.kind == WireKind::Bidirectional
    }
}
