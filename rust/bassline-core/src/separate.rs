//! Taking a bidirectional wire out of a region: what it separates leaves the region at the cost of its smaller side.
//!
//! Both sides are searched in turns, edge by edge. If they meet, the region is what it was; if one ends first, it has left. Where a
//! gadget or a directed wire ties a side to the region, only taking the region apart can tell.

use crate::contact::{Edge, flag};
use crate::network::Network;
use crate::wire::WireKind;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// What bidirectional wires lead to from one end.
struct Side {
    found: IndexSet<u32, FxBuildHasher>,
    /// The contact whose edges are being looked at, and the next of them.
    contact: usize,
    edge: usize,
}

enum Look {
    Found(u32),
    Nothing,
    /// Another kind of edge inside the region.
    Tied,
    End,
}

impl Side {
    fn new(end: u32) -> Self {
        Self {
            found: std::iter::once(end).collect(),
            contact: 0,
            edge: 0,
        }
    }

    fn look(&mut self, network: &Network, region: u32) -> Look {
        let Some(&contact) = self.found.get_index(self.contact) else {
            return Look::End;
        };
        let (readers, writers) = (&network.contacts.readers, &network.contacts.writers);
        let readers_len = readers.len(contact);
        let code = if self.edge < readers_len {
            readers.at(contact, self.edge)
        } else if self.edge < readers_len + writers.len(contact) {
            writers.at(contact, self.edge - readers_len)
        } else {
            self.contact += 1;
            self.edge = 0;
            return Look::Nothing;
        };
        self.edge += 1;
        match code.map(Edge::of) {
            Some(Edge::Wire(wire)) => {
                let other = network.other_end(wire, contact);
                if network.wires.row(wire).kind == WireKind::Bidirectional {
                    Look::Found(other)
                } else if network.holds_contact(region, other) {
                    Look::Tied
                } else {
                    Look::Nothing
                }
            }
            Some(Edge::Gadget(gadget)) if network.holds_gadget(region, gadget) => Look::Tied,
            Some(Edge::Gadget(_)) | None => Look::Nothing,
        }
    }
}

impl Network {
    /// A bidirectional wire was taken out of the adjacency.
    pub(crate) fn separate(&mut self, from: u32, to: u32) {
        if !self.in_one_region(from, to) {
            return;
        }
        let region = self.region_of_contact(from);
        if self.regions.is_stale(region) {
            return;
        }
        if self.tick.settling {
            self.regions.mark_stale(region);
            return;
        }
        let (mut side, mut other) = (Side::new(from), Side::new(to));
        loop {
            match side.look(self, region) {
                Look::Found(contact) if other.found.contains(&contact) => return,
                Look::Found(contact) => {
                    side.found.insert(contact);
                }
                Look::Nothing => {}
                Look::Tied => {
                    self.regions.mark_stale(region);
                    return;
                }
                Look::End => {
                    self.leave(region, &side.found, other.found[0]);
                    return;
                }
            }
            std::mem::swap(&mut side, &mut other);
        }
    }

    /// Makes `leaving` a region, or a contact, of its own; `staying` is one that stays.
    fn leave(&mut self, index: u32, leaving: &IndexSet<u32, FxBuildHasher>, staying: u32) {
        let level = self.regions.level(index);
        let new = (leaving.len() > 1).then(|| self.regions.take());
        for &contact in leaving {
            match new {
                Some(new) => self.join_contact(new, contact),
                None => self.make_single(contact, level),
            }
        }
        if let Some(new) = new {
            self.regions.set_level(new, level);
        }
        let region = self.regions.large_mut(index);
        region.left += leaving.len() as u32;
        let (left, listed) = (region.left as usize, region.contacts.len());
        if listed - left == 1 && region.gadgets.is_empty() {
            self.make_single(staying, level);
            self.regions.release(index);
        } else if left * 2 > listed {
            let mut contacts = std::mem::take(&mut region.contacts);
            region.left = 0;
            contacts.retain(|&slot| self.holds_contact(index, slot));
            let contacts: IndexSet<u32, FxBuildHasher> = contacts.into_iter().collect();
            self.regions.large_mut(index).contacts = contacts.into_iter().collect();
            self.regions.shrink(index);
        }
    }

    fn make_single(&mut self, contact: u32, level: i32) {
        self.contacts.set(contact, flag::CYCLIC, false);
        self.contacts.level[contact as usize] = level;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Value;
    use proptest::prelude::*;

    const CONTACTS: usize = 9;

    /// The lowest contact that each is joined with.
    fn components(wires: &[(usize, usize)]) -> Vec<usize> {
        let mut lowest: Vec<usize> = (0..CONTACTS).collect();
        for _ in 0..CONTACTS {
            for &(a, b) in wires {
                let low = lowest[a].min(lowest[b]);
                (lowest[a], lowest[b]) = (low, low);
            }
        }
        lowest
    }

    proptest! {
        #[test]
        fn regions_are_what_bidirectional_wires_join(edits in prop::collection::vec((0..CONTACTS, 0..CONTACTS, 0u8..4), 0..80)) {
            let mut network = Network::default();
            let root = network.root();
            network.begin();
            let ids: Vec<_> = (0..CONTACTS).map(|at| network.declare_contact(root, &format!("c{at}"), None, Value::Null).unwrap()).collect();
            let (mut wires, mut kept): (Vec<(usize, usize)>, _) = (Vec::new(), Vec::new());
            for (a, b, what) in edits {
                let (a, b) = (a.min(b), a.max(b));
                network.begin();
                if a != b {
                    let wire = network.declare_wire(ids[a], ids[b], WireKind::Bidirectional).unwrap();
                    let known = wires.iter().position(|&pair| pair == (a, b));
                    match known {
                        Some(at) => {
                            network.remove_wire(wire).unwrap();
                            wires.remove(at);
                        }
                        None => wires.push((a, b)),
                    }
                }
                if what == 0 {
                    network.rollback();
                    wires.clone_from(&kept);
                    if kept.is_empty() && network.contact_ids().is_empty() {
                        return Ok(());
                    }
                } else if what == 1 {
                    network.settle().unwrap();
                    network.commit(false, false);
                    kept.clone_from(&wires);
                }
                let lowest = components(&wires);
                let region = |at: usize| {
                    let slot = crate::id::Handle::slot(ids[at]);
                    network.contacts.has(slot, flag::CYCLIC).then(|| network.region_of_contact(slot))
                };
                for a in 0..CONTACTS {
                    for b in 0..a {
                        let joined = region(a).is_some() && region(a) == region(b);
                        prop_assert_eq!(joined, lowest[a] == lowest[b], "contacts {} and {}", a, b);
                    }
                }
            }
        }
    }
}
