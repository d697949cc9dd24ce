//! Who owns what: every edge has two ends that know of each other, every member a living group, every freed slot nothing.

use crate::contact::{Edge, NONE, flag};
use crate::gadget;
use crate::group::Named;
use crate::network::Network;
use crate::wire::WireKind;

/// In debug builds a network of at most this many contacts is validated after every tick that edits it.
#[cfg(debug_assertions)]
const VALIDATED: usize = 4096;

impl Network {
    #[cfg(debug_assertions)]
    pub(crate) fn validate_ownership(&self, edited: bool) {
        if edited && self.contacts.slots.len() <= VALIDATED {
            let broken = self.ownership();
            debug_assert!(broken.is_ok(), "{}", broken.err().unwrap_or_default());
        }
    }

    /// Checks the chains of ownership of the whole network; the first that is broken. Debug builds do so by themselves after every
    /// tick that edits a small network.
    pub fn ownership(&self) -> Result<(), String> {
        for slot in 0..self.contacts.slots.len() as u32 {
            if self.is_owned(slot) {
                self.contact_ownership(slot)?;
            } else {
                let edges = self.contacts.readers.len(slot) + self.contacts.writers.len(slot);
                require(edges == 0, || format!("removed contact {slot} has {edges} edges"))?;
            }
        }
        for slot in 0..self.gadgets.rows.len() as u32 {
            if self.gadgets.is_live(slot) {
                self.gadget_ownership(slot)?;
            }
        }
        for id in self.wire_ids() {
            use crate::id::Handle;
            let (slot, wire) = (id.slot(), self.wires.row(id.slot()));
            let code = Edge::Wire(slot).code();
            require(
                self.is_owned(wire.from)
                    && self.is_owned(wire.to)
                    && self.contacts.readers.get(wire.from).contains(&code)
                    && self.contacts.edges_with(wire.kind, wire.to).contains(&code),
                || format!("wire {slot} is not known at both ends"),
            )?;
        }
        Ok(())
    }

    fn is_owned(&self, contact: u32) -> bool {
        self.contacts.slots.is_live(contact) && !self.contacts.has(contact, flag::REMOVED)
    }

    fn contact_ownership(&self, slot: u32) -> Result<(), String> {
        let (group, name) = (self.contacts.group[slot as usize], self.contacts.name[slot as usize]);
        require(
            group == NONE
                || self.groups.slots.is_live(group)
                    && self.groups.named(&self.contacts, group, name) == Some(Named::Contact(slot)),
            || format!("contact {slot} is in no living group under its name"),
        )?;
        if self.contacts.has(slot, flag::CYCLIC) {
            let region = self.region_of_contact(slot);
            require(self.regions.contacts(region).contains(&slot), || {
                format!("contact {slot} is in a region that does not know it")
            })?;
        }
        for (edges, is_reader) in [(&self.contacts.readers, true), (&self.contacts.writers, false)] {
            for code in edges.living(slot) {
                let known = match Edge::of(code) {
                    Edge::Gadget(gadget) => {
                        let ports = if is_reader {
                            self.gadgets.inputs(gadget)
                        } else {
                            self.gadgets.outputs(gadget)
                        };
                        self.gadgets.is_live(gadget) && ports.contains(&slot)
                    }
                    Edge::Wire(wire) => {
                        let row = self.wires.row(wire);
                        let stands_here = match row.kind {
                            WireKind::Directed if is_reader => row.from == slot,
                            WireKind::Directed => row.to == slot,
                            WireKind::Bidirectional => is_reader && (row.from == slot || row.to == slot),
                        };
                        self.wires.slots.is_live(wire) && !row.removed && stands_here
                    }
                };
                require(known, || {
                    format!("contact {slot} has an edge {code:x} that does not know it")
                })?;
            }
        }
        Ok(())
    }

    fn gadget_ownership(&self, slot: u32) -> Result<(), String> {
        require(self.groups.slots.is_live(self.gadgets.group[slot as usize]), || {
            format!("gadget {slot} is in no living group")
        })?;
        let code = Edge::Gadget(slot).code();
        for contact in self.gadgets.inputs(slot) {
            require(
                contact == NONE || self.is_owned(contact) && self.contacts.readers.get(contact).contains(&code),
                || format!("gadget {slot} reads contact {contact}, which does not know it"),
            )?;
        }
        for contact in self.gadgets.outputs(slot) {
            require(
                contact == NONE || self.is_owned(contact) && self.contacts.writers.get(contact).contains(&code),
                || format!("gadget {slot} writes contact {contact}, which does not know it"),
            )?;
        }
        if self.gadgets.rows[slot as usize].flags & gadget::flag::CYCLIC != 0 {
            let region = self.region_of_gadget(slot);
            require(self.regions.gadgets(region).contains(&slot), || {
                format!("gadget {slot} is in a region that does not know it")
            })?;
        }
        Ok(())
    }
}

fn require(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}
