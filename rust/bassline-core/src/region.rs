//! Regions: the strongly connected parts of the network, each evaluated to a fixpoint at one level.

use crate::component::strongly_connected;
use crate::contact::{NONE, flag};
use crate::gadget;
use crate::network::Network;
use crate::queue::Waiting;
use crate::vertex::Vertex;

impl Network {
    /// The region of a contact in a cycle.
    pub(crate) fn region_of_contact(&self, slot: u32) -> u32 {
        debug_assert!(self.contacts.has(slot, flag::CYCLIC));
        self.contacts.level[slot as usize] as u32
    }

    /// The region of a gadget in a cycle.
    pub(crate) fn region_of_gadget(&self, slot: u32) -> u32 {
        let row = &self.gadgets.rows[slot as usize];
        debug_assert!(row.flags & gadget::flag::CYCLIC != 0);
        row.level as u32
    }

    /// Whether a contact that a region lists is still in it: its slot may have been given to another since.
    pub(crate) fn holds_contact(&self, index: u32, slot: u32) -> bool {
        self.contacts.slots.is_live(slot)
            && self.contacts.has(slot, flag::CYCLIC)
            && self.contacts.level[slot as usize] == index as i32
    }

    /// Whether a gadget that a region lists is still in it.
    pub(crate) fn holds_gadget(&self, index: u32, slot: u32) -> bool {
        let row = &self.gadgets.rows[slot as usize];
        self.gadgets.slots.is_live(slot) && row.flags & gadget::flag::CYCLIC != 0 && row.level == index as i32
    }

    /// Makes one region of several vertices, at the highest of their levels; answers its index.
    pub(crate) fn merge_into_region(&mut self, members: &[Vertex]) -> u32 {
        let level = members.iter().map(|&vertex| self.level(vertex)).max().unwrap_or(0);
        let largest = members
            .iter()
            .filter_map(|&vertex| {
                if let Vertex::Region(index) = vertex {
                    Some(index)
                } else {
                    None
                }
            })
            .max_by_key(|&index| self.regions.contacts(index).len());
        let index = largest.unwrap_or_else(|| self.regions.take());
        for &vertex in members {
            match vertex {
                Vertex::Contact(slot) => self.join_contact(index, slot),
                Vertex::Gadget(slot) => self.join_gadget(index, slot),
                Vertex::Region(other) if other != index => self.absorb(index, other),
                Vertex::Region(_) => {}
            }
        }
        self.regions.set_level(index, level);
        index
    }

    fn absorb(&mut self, index: u32, other: u32) {
        let taken = self.regions.release(other);
        for slot in taken.contacts {
            if self.holds_contact(other, slot) {
                self.join_contact(index, slot);
            }
        }
        for slot in taken.gadgets {
            if self.holds_gadget(other, slot) {
                self.join_gadget(index, slot);
            }
        }
        if !taken.written.is_empty() || !taken.marked.is_empty() {
            let region = self.regions.large_mut(index);
            region.written.extend(taken.written);
            region.marked.extend(taken.marked);
        }
        if taken.stale {
            self.regions.mark_stale(index);
        }
        if taken.queued {
            self.queue_region(index);
        }
    }

    pub(crate) fn join_contact(&mut self, index: u32, slot: u32) {
        self.contacts.set(slot, flag::CYCLIC, true);
        self.contacts.level[slot as usize] = index as i32;
        self.regions.push_contact(index, slot);
    }

    fn join_gadget(&mut self, index: u32, slot: u32) {
        let row = &mut self.gadgets.rows[slot as usize];
        row.flags |= gadget::flag::CYCLIC;
        row.level = index as i32;
        self.regions.large_mut(index).gadgets.push(slot);
    }

    /// Whether a wire runs inside a region.
    pub(crate) fn is_inside(&self, wire: u32) -> bool {
        let wire = self.wires.row(wire);
        self.in_one_region(wire.from, wire.to)
    }

    pub(crate) fn in_one_region(&self, a: u32, b: u32) -> bool {
        self.contacts.has(a, flag::CYCLIC)
            && self.contacts.has(b, flag::CYCLIC)
            && self.region_of_contact(a) == self.region_of_contact(b)
    }

    /// Makes the ends of a bidirectional wire, which is not in the adjacency yet, members of one region. A contact without other edges
    /// joins the other's at no cost.
    pub(crate) fn order_bidirectional(&mut self, from: u32, to: u32) {
        let lone = |network: &Self, slot: u32| {
            !network.contacts.has(slot, flag::CYCLIC)
                && network.contacts.readers.len(slot) == 0
                && network.contacts.writers.len(slot) == 0
        };
        let (fresh, other) = if lone(self, to) { (to, from) } else { (from, to) };
        if lone(self, fresh) {
            self.contacts.level[fresh as usize] = self.level(self.contact_vertex(other));
        }
        self.order_together(self.contact_vertex(from), self.contact_vertex(to));
    }

    /// An edge between two contacts or gadgets of one region was taken away.
    pub(crate) fn loosen(&mut self, a: Vertex, b: Vertex) {
        if let (Vertex::Region(a), Vertex::Region(b)) = (a, b)
            && a == b
        {
            self.regions.mark_stale(a);
        }
    }

    /// Takes stale regions apart and puts together what still is one.
    #[inline]
    pub(crate) fn refresh_regions(&mut self) {
        if self.regions.may_be_stale() {
            self.refresh_stale_regions();
        }
    }

    #[inline(never)]
    fn refresh_stale_regions(&mut self) {
        while let Some((index, level, mut region)) = self.regions.take_stale() {
            region.contacts.retain(|&slot| self.holds_contact(index, slot));
            region.gadgets.retain(|&slot| self.holds_gadget(index, slot));
            for &slot in &region.contacts {
                self.contacts.set(slot, flag::CYCLIC, false);
                self.contacts.level[slot as usize] = level;
            }
            for &slot in &region.gadgets {
                let row = &mut self.gadgets.rows[slot as usize];
                row.flags &= !gadget::flag::CYCLIC;
                row.level = level;
            }
            let contacts = region
                .contacts
                .iter()
                .filter(|&&slot| self.contacts.slots.is_live(slot) && !self.contacts.has(slot, flag::REMOVED));
            let gadgets = region.gadgets.iter().filter(|&&slot| self.gadgets.is_live(slot));
            let members: Vec<Vertex> = contacts
                .map(|&slot| Vertex::Contact(slot))
                .chain(gadgets.map(|&slot| Vertex::Gadget(slot)))
                .collect();
            self.split(&members);
        }
    }

    /// Gives the strongly connected parts among `members` their regions and levels, and raises what follows.
    fn split(&mut self, members: &[Vertex]) {
        let parts = strongly_connected(members, |vertex, out| self.neighbours(vertex, true, out));
        let mut placed = Vec::with_capacity(parts.len());
        for part in parts.into_iter().rev() {
            placed.push(match part[..] {
                [single] => single,
                _ => Vertex::Region(self.merge_into_region(&part)),
            });
        }
        for &vertex in &placed {
            self.raise_after(vertex);
        }
    }

    /// Orders the edges of a gadget, one after the other: a search must not run into a new edge that has not had its turn.
    pub(crate) fn order_gadget(&mut self, slot: u32) {
        let outputs = self.gadgets.outputs(slot);
        self.regions.ordering = Some(slot);
        for port in 0..outputs.len() {
            self.gadgets.set_output(slot, port, NONE);
        }
        for (port, contact) in self.gadgets.inputs(slot).into_iter().enumerate() {
            if contact != NONE && (port == 0 || !crate::planted::is(crate::planted::Bug::Glitch)) {
                self.order_edge(self.contact_vertex(contact), self.gadget_vertex(slot));
            }
        }
        for (port, contact) in outputs.into_iter().enumerate() {
            self.gadgets.set_output(slot, port, contact);
            if contact != NONE {
                self.order_edge(self.gadget_vertex(slot), self.contact_vertex(contact));
            }
        }
        self.regions.ordering = None;
    }

    fn queue_region(&mut self, index: u32) {
        let level = self.regions.level(index);
        if !std::mem::replace(&mut self.regions.large_mut(index).queued, true) {
            self.queue.push_other(level, Waiting::Region(index));
        }
    }

    /// A contact of a region was written.
    pub(crate) fn schedule_region_of(&mut self, contact: u32, changed: bool) {
        let index = self.region_of_contact(contact);
        if self.regions.running == Some(index) {
            self.regions.just_written.push((contact, changed));
            return;
        }
        self.regions.large_mut(index).written.push(contact);
        self.queue_region(index);
    }

    /// Something outside a region changed what a gadget inside reads.
    pub(crate) fn schedule_member(&mut self, gadget: u32) {
        let index = self.region_of_gadget(gadget);
        self.regions.large_mut(index).marked.push(gadget);
        self.queue_region(index);
    }
}
