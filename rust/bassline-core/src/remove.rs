//! Removing: what hangs on a removed thing goes with it, and what it had written last is lost.

use crate::contact::{Edge, NONE, Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::gadget;
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId, WireId};
use crate::network::Network;
use crate::tick::Stamp;

impl Network {
    /// Removes a contact, its wires, and every gadget bound to it.
    pub fn remove_contact(&mut self, id: ContactId) -> Result<(), NetworkError> {
        let slot = self.slot(id)?;
        self.remove_contact_at(slot)
    }

    fn remove_contact_at(&mut self, slot: u32) -> Result<(), NetworkError> {
        self.remove_links_of(slot);
        let mut edges: Vec<u32> = self.contacts.readers.get(slot).to_vec();
        edges.extend(self.contacts.writers.get(slot));
        for code in edges {
            match Edge::of(code) {
                Edge::Wire(wire) if !self.wires.row(wire).removed => {
                    let row = self.wires.row(wire);
                    self.remove_wire_at(wire);
                    if row.from == slot && row.kind == crate::WireKind::Directed {
                        self.lose_from_outside(row.to, Writer::wire(wire))?;
                    }
                }
                Edge::Gadget(gadget) if self.gadgets.is_live(gadget) && self.is_route_to(gadget, slot) => {
                    if let Some((output, writer)) = self.unroute(gadget, slot) {
                        self.tick.edits.push(Edit::Unrouted {
                            gadget,
                            contact: slot,
                            output,
                            writer,
                        });
                    }
                }
                Edge::Gadget(gadget) if self.gadgets.is_live(gadget) => {
                    let outputs = self.gadgets.derived_outputs(gadget);
                    self.remove_gadget_at(gadget);
                    for contact in outputs {
                        if contact != NONE && contact != slot {
                            self.lose_from_outside(contact, Writer::gadget(gadget))?;
                        }
                    }
                }
                Edge::Wire(_) | Edge::Gadget(_) => {}
            }
        }
        let (group, name) = (self.contacts.group[slot as usize], self.contacts.name[slot as usize]);
        if group == NONE {
            self.forget_constant(slot);
        } else {
            self.groups.forget(group, name);
            if !self.contacts.has(slot, flag::FRESH) {
                self.tick.gone.insert((group, name), Named::Contact(slot));
            }
        }
        self.contacts.set(slot, flag::REMOVED, true);
        self.tick.edits.push(Edit::ContactRemoved(slot));
        Ok(())
    }

    fn lose_from_outside(&mut self, slot: u32, writer: Writer) -> Result<(), NetworkError> {
        let index = self.next_write_index();
        self.lose_content(slot, writer, Stamp::external(index))
    }

    /// Removes a wire; contents stay as they are.
    pub fn remove_wire(&mut self, id: WireId) -> Result<(), NetworkError> {
        let slot = self.wire_slot(id)?;
        self.remove_wire_at(slot);
        Ok(())
    }

    fn remove_wire_at(&mut self, slot: u32) {
        let (readers, writers) = self.unlink_wire(slot);
        self.wires.forget(slot);
        self.wires.set_removed(slot, true);
        self.tick.edits.push(Edit::WireRemoved {
            wire: slot,
            readers,
            writers,
        });
    }

    /// Removes a gadget, its state and its constants; contents stay as they are.
    pub fn remove_gadget(&mut self, id: GadgetId) -> Result<(), NetworkError> {
        let slot = self.gadget_slot(id)?;
        self.remove_gadget_at(slot);
        Ok(())
    }

    fn remove_gadget_at(&mut self, slot: u32) {
        self.clear_faults_of(slot);
        let inputs = self.gadgets.inputs(slot);
        let (readers, writers) = self.unlink_gadget(slot);
        self.forget_gadget_name(slot);
        self.gadgets.rows[slot as usize].flags |= gadget::flag::REMOVED;
        self.tick.edits.push(Edit::GadgetRemoved {
            gadget: slot,
            readers,
            writers,
        });
        let state = self.gadgets.wide[slot as usize]
            .as_ref()
            .map_or_else(Vec::new, |wide| wide.state.clone());
        let unused = |network: &Self, contact: u32| {
            contact != NONE
                && network.contacts.group[contact as usize] == NONE
                && network.contacts.readers.len(contact) == 0
                && !network.contacts.has(contact, flag::REMOVED)
        };
        for contact in inputs.into_iter().chain(state) {
            if unused(self, contact) {
                self.forget_constant(contact);
                self.contacts.set(contact, flag::REMOVED, true);
                self.tick.edits.push(Edit::ContactRemoved(contact));
            }
        }
    }

    /// Removes a group and everything inside it.
    pub fn remove_group(&mut self, id: GroupId) -> Result<(), NetworkError> {
        let slot = self.group_slot(id)?;
        if slot == ROOT {
            return Err(NetworkError::Declaration(
                "the root group cannot be removed; remove what is in it".to_owned(),
            ));
        }
        self.remove_group_at(slot)
    }

    fn remove_group_at(&mut self, slot: u32) -> Result<(), NetworkError> {
        let inner: Vec<u32> = self.groups.rows[slot as usize].groups.iter().copied().collect();
        for group in inner {
            self.remove_group_at(group)?;
        }
        let contacts: Vec<u32> = self.groups.rows[slot as usize].contacts.iter().copied().collect();
        for contact in contacts {
            self.remove_contact_at(contact)?;
        }
        let gadgets: Vec<u32> = self.groups.rows[slot as usize].gadgets.iter().copied().collect();
        for gadget in gadgets {
            if self.gadgets.is_live(gadget) && !crate::planted::is(crate::planted::Bug::GroupLeavesGadgets) {
                self.remove_gadget_at(gadget);
            }
        }
        let row = &mut self.groups.rows[slot as usize];
        row.removed = true;
        let (parent, name, fresh) = (row.parent, row.name, row.fresh);
        self.groups.forget(parent, name);
        if !fresh {
            self.tick.gone.insert((parent, name), Named::Group(slot));
        }
        self.tick.edits.push(Edit::GroupRemoved(slot));
        Ok(())
    }
}
