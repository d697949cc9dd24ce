//! Last writers that are removed: their slots will be taken again, so no contact may name them then.
//!
//! A writer spreads over bidirectional wires and is then found in the region of what it writes to. When such a wire goes, content
//! that came over it is a stray: its writer may be anywhere.

use crate::contact::{NONE, Writer, flag};
use crate::edit::Edit;
use crate::network::Network;
use crate::undo::Scrubbed;
use crate::wire::WireKind;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// Contacts: in their regions there may be content whose writer no longer leads there.
pub(crate) type Strays = IndexSet<u32, FxBuildHasher>;

impl Network {
    /// Forgets the last writers that the edits of a tick removed; answers where, and which.
    pub(crate) fn scrub_writers(&mut self, edits: &[Edit]) -> Scrubbed {
        let mut scrubbed = Scrubbed::default();
        let mut writers = IndexSet::<u32, FxBuildHasher>::default();
        let mut regions = IndexSet::<u32, FxBuildHasher>::default();
        let mut scrub = |network: &mut Self, contact: u32, writer: Writer| {
            scrubbed.extend(network.forget_writer(contact, |of| of == writer));
            if network.contacts.has(contact, flag::CYCLIC) {
                regions.insert(network.region_of_contact(contact));
            }
            writers.insert(writer.0);
        };
        let mut unlinked = false;
        for edit in edits {
            match *edit {
                Edit::Unrouted { gadget, contact, .. } => scrub(self, contact, Writer::gadget(gadget)),
                Edit::WireRemoved(wire) => {
                    let row = self.wires.row(wire);
                    if row.kind == WireKind::Directed {
                        scrub(self, row.to, Writer::wire(wire));
                    } else {
                        // What comes over a bidirectional wire was written by somebody else.
                        self.strays.extend([row.from, row.to]);
                        unlinked = true;
                    }
                }
                Edit::GadgetRemoved(gadget) => {
                    for contact in self.gadgets.outputs(gadget) {
                        if contact != NONE {
                            scrub(self, contact, Writer::gadget(gadget));
                        }
                    }
                }
                _ => {}
            }
        }
        if !writers.is_empty() {
            for &stray in &self.strays {
                if self.contacts.has(stray, flag::CYCLIC) {
                    regions.insert(self.region_of_contact(stray));
                }
            }
            for at in 0..self.strays.len() {
                scrubbed.extend(self.forget_writer(self.strays[at], |of| writers.contains(&of.0)));
            }
            for region in regions {
                for at in 0..self.regions.contacts(region).len() {
                    let linked = self.regions.contacts(region)[at];
                    scrubbed.extend(self.forget_writer(linked, |of| writers.contains(&of.0)));
                }
            }
        }
        if unlinked || !writers.is_empty() {
            let mut strays = std::mem::take(&mut self.strays);
            strays.retain(|&stray| self.may_stray(stray));
            self.strays = strays;
        }
        scrubbed
    }

    fn forget_writer(&mut self, contact: u32, is_gone: impl Fn(Writer) -> bool) -> Option<(u32, Writer)> {
        let row = &mut self.contacts.rows[contact as usize];
        let writer = row.writer;
        is_gone(writer).then(|| {
            row.writer = Writer::NOBODY;
            (contact, writer)
        })
    }

    /// Whether a contact, or one of its region, names a gadget or wire as its writer.
    fn may_stray(&self, contact: u32) -> bool {
        let is_derived = |slot: u32| {
            let writer = self.contacts.rows[slot as usize].writer;
            writer.as_gadget().is_some() || writer.as_wire().is_some()
        };
        if !self.contacts.slots.is_live(contact) || self.contacts.has(contact, flag::REMOVED) {
            return false;
        }
        if !self.contacts.has(contact, flag::CYCLIC) {
            return is_derived(contact);
        }
        let region = self.region_of_contact(contact);
        self.regions.contacts(region).iter().any(|&linked| is_derived(linked))
    }

    /// After loading or restoring: finds the content whose writer leads neither to it nor into its region.
    pub(crate) fn find_strays(&mut self) {
        for slot in 0..self.contacts.rows.len() as u32 {
            self.note_stray(slot);
        }
    }

    /// Notes content whose writer leads neither to it nor into its region.
    pub(crate) fn note_stray(&mut self, slot: u32) {
        let writer = self.contacts.rows[slot as usize].writer;
        let leads_here = |target: u32| target == slot || target != NONE && self.in_one_region(slot, target);
        let is_led = match (writer.as_gadget(), writer.as_wire()) {
            (Some(gadget), _) => self.gadgets.outputs(gadget).into_iter().any(leads_here),
            (None, Some(wire)) => leads_here(self.wires.row(wire).to),
            (None, None) => true,
        };
        if !is_led && self.contacts.slots.is_live(slot) {
            self.strays.insert(slot);
        }
    }
}
