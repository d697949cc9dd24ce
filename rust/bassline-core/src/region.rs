//! Regions: the strongly connected parts of the network, each evaluated to a fixpoint at one level.

use crate::component::strongly_connected;
use crate::contact::{NONE, flag};
use crate::cycle::Evaluation;
use crate::gadget;
use crate::network::Network;
use crate::queue::Waiting;
use crate::vertex::Vertex;

/// A strongly connected part.
#[derive(Debug, Default)]
pub(crate) struct Region {
    pub(crate) level: i32,
    pub(crate) contacts: Vec<u32>,
    pub(crate) gadgets: Vec<u32>,
    /// An edge inside was taken away: it may fall apart.
    pub(crate) stale: bool,
    pub(crate) queued: bool,
    /// Contacts inside that were written before the region's turn.
    pub(crate) written: Vec<u32>,
    /// Gadgets inside that something outside has put in line.
    pub(crate) marked: Vec<u32>,
}

/// All regions. Which one a contact or gadget is in stands in place of its level.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    pub(crate) rows: Vec<Region>,
    free: Vec<u32>,
    stale: Vec<u32>,
    /// The region being evaluated.
    pub(crate) running: Option<u32>,
    /// How far it is, between two turns.
    pub(crate) evaluation: Option<Box<Evaluation>>,
    /// What the running region wrote since it was last looked at, and whether each write changed something.
    pub(crate) just_written: Vec<(u32, bool)>,
}

impl Regions {
    fn mark_stale(&mut self, index: u32) {
        let region = &mut self.rows[index as usize];
        if !region.stale {
            region.stale = true;
            self.stale.push(index);
        }
    }

    pub(crate) fn clear_pending(&mut self) {
        for region in &mut self.rows {
            region.queued = false;
            region.written.clear();
            region.marked.clear();
        }
        self.running = None;
        self.evaluation = None;
        self.just_written.clear();
    }
}

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
            .max_by_key(|&index| self.regions.rows[index as usize].contacts.len());
        let index = largest.unwrap_or_else(|| {
            self.regions.free.pop().unwrap_or_else(|| {
                self.regions.rows.push(Region::default());
                (self.regions.rows.len() - 1) as u32
            })
        });
        for &vertex in members {
            match vertex {
                Vertex::Contact(slot) => self.join_contact(index, slot),
                Vertex::Gadget(slot) => self.join_gadget(index, slot),
                Vertex::Region(other) if other != index => self.absorb(index, other),
                Vertex::Region(_) => {}
            }
        }
        self.regions.rows[index as usize].level = level;
        index
    }

    fn absorb(&mut self, index: u32, other: u32) {
        let taken = std::mem::take(&mut self.regions.rows[other as usize]);
        for slot in taken.contacts {
            self.join_contact(index, slot);
        }
        for slot in taken.gadgets {
            self.join_gadget(index, slot);
        }
        let region = &mut self.regions.rows[index as usize];
        region.written.extend(taken.written);
        region.marked.extend(taken.marked);
        if taken.stale {
            self.regions.stale.retain(|&stale| stale != other);
            self.regions.mark_stale(index);
        }
        if taken.queued && !self.regions.rows[index as usize].queued {
            self.queue_region(index);
        }
        self.regions.free.push(other);
    }

    fn join_contact(&mut self, index: u32, slot: u32) {
        self.contacts.set(slot, flag::CYCLIC, true);
        self.contacts.level[slot as usize] = index as i32;
        self.regions.rows[index as usize].contacts.push(slot);
    }

    fn join_gadget(&mut self, index: u32, slot: u32) {
        let row = &mut self.gadgets.rows[slot as usize];
        row.flags |= gadget::flag::CYCLIC;
        row.level = index as i32;
        self.regions.rows[index as usize].gadgets.push(slot);
    }

    /// Whether a wire runs inside a region.
    pub(crate) fn is_inside(&self, wire: u32) -> bool {
        let wire = self.wires.row(wire);
        self.contacts.has(wire.from, flag::CYCLIC)
            && self.contacts.has(wire.to, flag::CYCLIC)
            && self.region_of_contact(wire.from) == self.region_of_contact(wire.to)
    }

    /// The ends of a bidirectional wire belong to one region. A contact without other edges joins the other's at no cost.
    pub(crate) fn order_bidirectional(&mut self, from: u32, to: u32) {
        let lone = |network: &Self, slot: u32| {
            !network.contacts.has(slot, flag::CYCLIC)
                && network.contacts.readers.len(slot) == 1
                && network.contacts.writers.len(slot) == 1
        };
        let (from_vertex, to_vertex) = (self.contact_vertex(from), self.contact_vertex(to));
        let (fresh, other) = if lone(self, to) {
            (to, from_vertex)
        } else {
            (from, to_vertex)
        };
        if lone(self, fresh) {
            let level = self.level(other);
            self.contacts.level[fresh as usize] = level;
            self.merge_into_region(&[other, Vertex::Contact(fresh)]);
            // A contact's own level bounds its readers; a region's bounds what its gadgets write as well, and a region that was
            // a contact has none.
            return;
        }
        self.order_edge(from_vertex, to_vertex);
        let (from_vertex, to_vertex) = (self.contact_vertex(from), self.contact_vertex(to));
        self.order_edge(to_vertex, from_vertex);
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
    pub(crate) fn refresh_regions(&mut self) {
        while let Some(index) = self.regions.stale.pop() {
            let region = std::mem::take(&mut self.regions.rows[index as usize]);
            self.regions.free.push(index);
            for &slot in &region.contacts {
                self.contacts.set(slot, flag::CYCLIC, false);
                self.contacts.level[slot as usize] = region.level;
            }
            for &slot in &region.gadgets {
                let row = &mut self.gadgets.rows[slot as usize];
                row.flags &= !gadget::flag::CYCLIC;
                row.level = region.level;
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
    }

    fn queue_region(&mut self, index: u32) {
        let region = &mut self.regions.rows[index as usize];
        if !region.queued {
            region.queued = true;
            self.queue.push_other(region.level, Waiting::Region(index));
        }
    }

    /// A contact of a region was written.
    pub(crate) fn schedule_region_of(&mut self, contact: u32, changed: bool) {
        let index = self.region_of_contact(contact);
        if self.regions.running == Some(index) {
            self.regions.just_written.push((contact, changed));
            return;
        }
        self.regions.rows[index as usize].written.push(contact);
        self.queue_region(index);
    }

    /// Something outside a region changed what a gadget inside reads.
    pub(crate) fn schedule_member(&mut self, gadget: u32) {
        let index = self.region_of_gadget(gadget);
        self.regions.rows[index as usize].marked.push(gadget);
        self.queue_region(index);
    }
}
