//! Structural edits of the open tick: what is needed to take each back, or to tell it to the world.

use crate::contact::flag;
use crate::contact::{NONE, Writer};
use crate::error::Fault;
use crate::gadget;
use crate::gadget::Function;
use crate::group::Named;
use crate::network::{Contradiction, Network};
use crate::record::StructureChange;
use std::sync::Arc;

/// Where an edge stood in the list of a contact.
pub(crate) type Place = (u32, usize);

/// One structural edit.
pub(crate) enum Edit {
    GroupAdded(u32),
    ContactAdded(u32),
    WireAdded(u32),
    GadgetAdded(u32),
    LinkAdded(u32),
    LinkRemoved(u32),
    GroupRemoved(u32),
    ContactRemoved(u32),
    WireRemoved {
        wire: u32,
        readers: Vec<Place>,
        writers: Vec<Place>,
    },
    GadgetRemoved {
        gadget: u32,
        readers: Vec<Place>,
        writers: Vec<Place>,
    },
    /// A router got one more contact to write to.
    Routed {
        gadget: u32,
        contact: u32,
    },
    /// A router lost a contact it wrote to.
    Unrouted {
        gadget: u32,
        contact: u32,
        output: usize,
        writer: usize,
    },
    /// A contradiction or fault came or went; this is what was there.
    Marked {
        contact: u32,
        contradiction: Option<Contradiction>,
        fault: Option<(u32, Fault)>,
    },
    /// A gadget's function was bound; this is what was.
    Bound {
        gadget: u32,
        call: Option<Arc<dyn Function>>,
    },
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Edit")
    }
}

impl Edit {
    /// The marks of a contact as they are now.
    pub(crate) fn marked(network: &Network, contact: u32) -> Self {
        Edit::Marked {
            contact,
            contradiction: network.contradictions.get(&contact).cloned(),
            fault: network.faults.get(&contact).cloned(),
        }
    }
}

impl Network {
    /// Takes edits back, the newest first, until `keep` are left.
    pub(crate) fn undo_edits(&mut self, keep: usize) {
        while self.tick.edits.len() > keep {
            let Some(edit) = self.tick.edits.pop() else { break };
            match edit {
                Edit::GroupAdded(slot) => self.drop_group(slot, true),
                Edit::ContactAdded(slot) => self.drop_contact(slot, true),
                Edit::WireAdded(_) if crate::planted::is(crate::planted::Bug::StructureKept) => {}
                Edit::WireAdded(slot) => {
                    self.unlink_wire(slot);
                    self.wires.forget(slot);
                    self.wires.slots.release(slot);
                }
                Edit::GadgetAdded(slot) => {
                    self.unlink_gadget(slot);
                    self.forget_gadget_name(slot);
                    self.drop_gadget(slot);
                }
                Edit::LinkAdded(slot) => {
                    self.links.forget(slot);
                    self.links.slots.release(slot);
                }
                Edit::LinkRemoved(slot) => {
                    self.links.rows[slot as usize].removed = false;
                    self.links.enter(slot);
                }
                Edit::GroupRemoved(slot) => {
                    let row = &mut self.groups.rows[slot as usize];
                    row.removed = false;
                    let (parent, name) = (row.parent, row.name);
                    self.groups.enter(parent, name, Named::Group(slot));
                    self.tick.gone.swap_remove(&(parent, name));
                }
                Edit::ContactRemoved(slot) => {
                    self.contacts.set(slot, flag::REMOVED, false);
                    let (group, name) = (self.contacts.group[slot as usize], self.contacts.name[slot as usize]);
                    if group == NONE {
                        self.enter_constant(slot);
                    } else {
                        self.groups.enter(group, name, Named::Contact(slot));
                        self.tick.gone.swap_remove(&(group, name));
                    }
                }
                Edit::WireRemoved { wire, readers, writers } => {
                    self.wires.set_removed(wire, false);
                    self.relink_wire(wire, &readers, &writers);
                }
                Edit::GadgetRemoved { .. } if crate::planted::is(crate::planted::Bug::RemovalKept) => {}
                Edit::GadgetRemoved {
                    gadget,
                    readers,
                    writers,
                } => {
                    self.gadgets.rows[gadget as usize].flags &= !gadget::flag::REMOVED;
                    self.enter_gadget_name(gadget);
                    self.relink_gadget(gadget, &readers, &writers);
                }
                Edit::Marked {
                    contact,
                    contradiction,
                    fault,
                } => {
                    self.contacts
                        .set(contact, flag::MARKED, contradiction.is_some() || fault.is_some());
                    restore(&mut self.contradictions, contact, contradiction);
                    restore(&mut self.faults, contact, fault);
                }
                Edit::Routed { gadget, contact } => self.forget_route(gadget, contact),
                Edit::Unrouted {
                    gadget,
                    contact,
                    output,
                    writer,
                } => {
                    if let Some(wide) = &mut self.gadgets.wide[gadget as usize] {
                        wide.outputs.insert(output, contact);
                    }
                    self.relink_gadget(gadget, &[], &[(contact, writer)]);
                }
                Edit::Bound { gadget, call } => {
                    if let Some(function) = self.gadgets.wide[gadget as usize]
                        .as_mut()
                        .and_then(|wide| wide.function.as_mut())
                    {
                        function.call = call;
                    }
                }
            }
        }
    }

    /// Whether the edits of the tick come to a change: what was added and removed again does not.
    pub(crate) fn edits_matter(&self) -> bool {
        let edits = &self.tick.edits;
        if edits.is_empty() {
            return false;
        }
        let mut seen = indexmap::IndexSet::<u32, rustc_hash::FxBuildHasher>::default();
        edits.iter().any(|edit| match edit {
            Edit::Marked {
                contact,
                contradiction,
                fault,
            } => {
                seen.insert(*contact)
                    && (self.contradictions.get(contact) != contradiction.as_ref()
                        || self
                            .faults
                            .get(contact)
                            .map(|(gadget, fault)| (*gadget, fault.to_string()))
                            != fault.as_ref().map(|(gadget, fault)| (*gadget, fault.to_string())))
            }
            edit => {
                let mut changes = Vec::new();
                self.record_edit(edit, &mut changes);
                !changes.is_empty()
            }
        })
    }

    /// Tells what was added and removed, and gives the room of what was removed back.
    pub(crate) fn commit_edits(&mut self, record: bool) -> Vec<StructureChange> {
        let edits = std::mem::take(&mut self.tick.edits);
        let mut changes = Vec::new();
        if record {
            for edit in &edits {
                self.record_edit(edit, &mut changes);
            }
        }
        for edit in &edits {
            match *edit {
                Edit::GroupAdded(slot) => self.groups.rows[slot as usize].fresh = false,
                Edit::ContactAdded(slot) => self.contacts.set(slot, flag::FRESH, false),
                Edit::WireAdded(slot) => self.wires.commit(slot),
                Edit::GadgetAdded(slot) => self.gadgets.rows[slot as usize].flags &= !gadget::flag::FRESH,
                Edit::LinkAdded(slot) => self.links.rows[slot as usize].fresh = false,
                Edit::LinkRemoved(slot) => self.links.slots.release(slot),
                Edit::Unrouted { gadget, contact, .. } => self.scrub_writer(contact, Writer::gadget(gadget)),
                Edit::GroupRemoved(slot) => self.drop_group(slot, false),
                Edit::ContactRemoved(slot) => self.drop_contact(slot, false),
                Edit::WireRemoved { wire, .. } => {
                    let row = self.wires.row(wire);
                    self.scrub_writer(row.from, Writer::wire(wire));
                    self.scrub_writer(row.to, Writer::wire(wire));
                    self.wires.slots.release(wire);
                }
                Edit::GadgetRemoved { gadget, .. } => {
                    for contact in self.gadgets.outputs(gadget) {
                        if contact != NONE {
                            self.scrub_writer(contact, Writer::gadget(gadget));
                        }
                    }
                    self.drop_gadget(gadget);
                }
                _ => {}
            }
        }
        changes
    }

    /// The slot of what wrote this, and what is linked with it, will be taken again by another.
    fn scrub_writer(&mut self, contact: u32, writer: Writer) {
        if self.contacts.rows[contact as usize].writer == writer {
            self.contacts.rows[contact as usize].writer = Writer::NOBODY;
        }
        if self.contacts.has(contact, flag::CYCLIC) {
            let region = self.region_of_contact(contact);
            for &linked in &self.regions.rows[region as usize].contacts {
                if self.contacts.rows[linked as usize].writer == writer {
                    self.contacts.rows[linked as usize].writer = Writer::NOBODY;
                }
            }
        }
    }

    /// What was added and removed in one tick is told in neither way.
    fn record_edit(&self, edit: &Edit, changes: &mut Vec<StructureChange>) {
        match *edit {
            Edit::GroupAdded(slot) if !self.groups.rows[slot as usize].removed => {
                changes.push(StructureChange::GroupAdded(self.group_record(slot)));
            }
            Edit::ContactAdded(slot) if !self.contacts.has(slot, flag::REMOVED) => {
                changes.push(StructureChange::ContactAdded(self.contact_record(slot)));
            }
            Edit::WireAdded(slot) if !self.wires.row(slot).removed => {
                changes.push(StructureChange::WireAdded(self.wire_record(slot)));
            }
            Edit::GadgetAdded(slot) if self.gadgets.is_live(slot) => {
                changes.push(StructureChange::GadgetAdded(self.gadget_record(slot)));
            }
            Edit::LinkAdded(slot) if !self.links.rows[slot as usize].removed => {
                changes.push(StructureChange::LinkAdded(self.link_record(slot)));
            }
            Edit::LinkRemoved(slot) if !self.links.rows[slot as usize].fresh => {
                changes.push(StructureChange::LinkRemoved(self.links.slots.handle(slot)));
            }
            Edit::GroupRemoved(slot) if !self.groups.rows[slot as usize].fresh => {
                changes.push(StructureChange::GroupRemoved(self.groups.id(slot)));
            }
            Edit::ContactRemoved(slot) if !self.contacts.has(slot, flag::FRESH) => {
                changes.push(StructureChange::ContactRemoved(self.contacts.id(slot)));
            }
            Edit::WireRemoved { wire, .. } if !self.wires.row(wire).fresh => {
                changes.push(StructureChange::WireRemoved(self.wires.slots.handle(wire)));
            }
            Edit::GadgetRemoved { gadget, .. }
                if self.gadgets.rows[gadget as usize].flags & gadget::flag::FRESH == 0 =>
            {
                changes.push(StructureChange::GadgetRemoved(self.gadgets.id(gadget)));
            }
            _ => {}
        }
    }

    fn drop_group(&mut self, slot: u32, named: bool) {
        if named {
            let row = &self.groups.rows[slot as usize];
            let (parent, name) = (row.parent, row.name);
            self.groups.forget(parent, name);
        }
        self.groups.slots.release(slot);
    }

    fn drop_contact(&mut self, slot: u32, named: bool) {
        let at = slot as usize;
        if named {
            let (group, name) = (self.contacts.group[at], self.contacts.name[at]);
            if group == NONE {
                self.forget_constant(slot);
            } else {
                self.groups.forget(group, name);
            }
        }
        self.contacts.rows[at].content = None;
        self.contradictions.swap_remove(&slot);
        self.faults.swap_remove(&slot);
        self.attributes.swap_remove(&slot);
        self.boundaries.swap_remove(&slot);
        #[cfg(debug_assertions)]
        self.contacts.poison(slot);
        self.contacts.slots.release(slot);
    }

    fn drop_gadget(&mut self, slot: u32) {
        self.gadgets.wide[slot as usize] = None;
        #[cfg(debug_assertions)]
        self.gadgets.poison(slot);
        self.gadgets.slots.release(slot);
    }
}

fn restore<T>(map: &mut indexmap::IndexMap<u32, T, rustc_hash::FxBuildHasher>, key: u32, value: Option<T>) {
    match value {
        Some(value) => {
            map.insert(key, value);
        }
        None => {
            map.swap_remove(&key);
        }
    }
}
