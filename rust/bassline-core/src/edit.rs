//! Structural edits of the open tick: what is needed to take each back, or to tell it to the world.

use crate::blend::Lattice;
use crate::contact::flag;
use crate::contact::{Edge, NONE};
use crate::contradiction::Contradiction;
use crate::declare::CONSTANT;
use crate::faults::Faults;
use crate::gadget;
use crate::gadget::{Function, UNNAMED};
use crate::group::{Group, Named, ROOT};
use crate::network::Network;
use crate::record::StructureChange;
use crate::value::Value;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

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
    WireRemoved(u32),
    GadgetRemoved(u32),
    /// A router got one more contact to write to.
    Routed {
        gadget: u32,
        contact: u32,
    },
    /// A router lost a contact it wrote to.
    Unrouted {
        gadget: u32,
        contact: u32,
        output: u32,
    },
    /// A contradiction or fault came or went; this is what was there.
    Marked(Box<Marks>),
    /// A contact's lattice was bound; this is what was.
    LatticeBound {
        contact: u32,
        lattice: Option<Arc<dyn Lattice>>,
    },
    /// Gadgets and wires, by the codes of their edges, got other creation numbers; these are what they had.
    Aged(Vec<(u32, u64)>),
    /// A gadget's function was bound; this is what was.
    Bound {
        gadget: u32,
        call: Option<Arc<dyn Function>>,
    },
}

/// The marks of a contact.
pub(crate) struct Marks {
    pub(crate) contact: u32,
    pub(crate) contradiction: Option<Contradiction>,
    pub(crate) fault: Option<Faults>,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Edit")
    }
}

/// What an edit adds or removes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Target {
    Group(u32),
    Contact(u32),
    Wire(u32),
    Gadget(u32),
    Link(u32),
}

/// The log of edits keeps room for so many between ticks.
const KEPT: usize = 1024;

impl Edit {
    pub(crate) fn target(&self) -> Option<Target> {
        match *self {
            Edit::GroupAdded(slot) | Edit::GroupRemoved(slot) => Some(Target::Group(slot)),
            Edit::ContactAdded(slot) | Edit::ContactRemoved(slot) => Some(Target::Contact(slot)),
            Edit::WireAdded(slot) | Edit::WireRemoved(slot) => Some(Target::Wire(slot)),
            Edit::GadgetAdded(slot) | Edit::GadgetRemoved(slot) => Some(Target::Gadget(slot)),
            Edit::LinkAdded(slot) | Edit::LinkRemoved(slot) => Some(Target::Link(slot)),
            Edit::Routed { .. }
            | Edit::Unrouted { .. }
            | Edit::Marked(_)
            | Edit::LatticeBound { .. }
            | Edit::Aged(_)
            | Edit::Bound { .. } => None,
        }
    }

    fn adds(&self) -> bool {
        matches!(
            self,
            Edit::GroupAdded(_)
                | Edit::ContactAdded(_)
                | Edit::WireAdded(_)
                | Edit::GadgetAdded(_)
                | Edit::LinkAdded(_)
        )
    }

    /// The marks of a contact as they are now.
    pub(crate) fn marked(network: &Network, contact: u32) -> Self {
        Edit::Marked(Box::new(Marks {
            contact,
            contradiction: network.contradictions.get(&contact).cloned(),
            fault: network.faults.get(&contact).cloned(),
        }))
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
                    self.groups.enter(&self.contacts, Named::Group(slot));
                    self.tick.gone.swap_remove(&(parent, name));
                }
                Edit::ContactRemoved(slot) => {
                    self.contacts.set(slot, flag::REMOVED, false);
                    if self.contacts.group[slot as usize] == NONE {
                        self.enter_constant(slot);
                    } else {
                        let (group, name) = (self.contacts.group[slot as usize], self.contacts.name[slot as usize]);
                        self.groups.enter(&self.contacts, Named::Contact(slot));
                        self.tick.gone.swap_remove(&(group, name));
                    }
                }
                Edit::WireRemoved(wire) => {
                    self.wires.set_removed(wire, false);
                    self.relink_wire(wire);
                }
                Edit::GadgetRemoved(_) if crate::planted::is(crate::planted::Bug::RemovalKept) => {}
                Edit::GadgetRemoved(gadget) => {
                    self.gadgets.rows[gadget as usize].flags &= !gadget::flag::REMOVED;
                    self.enter_gadget_name(gadget);
                    self.relink_gadget(gadget);
                }
                Edit::Marked(marks) => {
                    let Marks {
                        contact,
                        contradiction,
                        fault,
                    } = *marks;
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
                } => {
                    if let Some(wide) = &mut self.gadgets.wide[gadget as usize] {
                        wide.outputs[output as usize] = contact;
                        wide.places.insert(contact, output);
                    }
                    self.put_writer(contact, Edge::Gadget(gadget).code());
                    self.order_edge(self.gadget_vertex(gadget), self.contact_vertex(contact));
                }
                Edit::LatticeBound { contact, lattice } => {
                    self.bind_lattice(contact, lattice);
                }
                Edit::Aged(was) => drop(self.age_edges(&was)),
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
        self.sort_edges();
    }

    /// Whether the edits of the tick come to a change: what was added and removed again does not.
    pub(crate) fn edits_matter(&self) -> bool {
        if self.tick.edits.is_empty() {
            return false;
        }
        let passing = passing(&self.tick.edits);
        let mut seen = IndexSet::<u32, FxBuildHasher>::default();
        self.tick.edits.iter().any(|edit| match edit {
            Edit::Marked(was) => seen.insert(was.contact) && self.marks_differ(was),
            Edit::Aged(_) => true,
            edit => edit.target().is_some_and(|target| !passing.contains(&target)),
        })
    }

    /// Tells what was added and removed, and gives the room of what was removed back; `kept` says that the tick leaves a trace.
    pub(crate) fn commit_edits(&mut self, record: bool, kept: bool) -> Vec<StructureChange> {
        let mut changes = Vec::new();
        if record {
            let passing = passing(&self.tick.edits);
            let mut marked = IndexSet::<u32, FxBuildHasher>::default();
            for edit in &self.tick.edits {
                if let Edit::Aged(was) = edit {
                    self.record_ages(was, &mut changes);
                }
                changes.extend(match edit {
                    // The first edit of a contact's marks has what was there when the tick began.
                    Edit::Marked(was) if marked.insert(was.contact) => self.marks_changed(was),
                    edit if edit.target().is_some_and(|target| !passing.contains(&target)) => self.record_edit(edit),
                    _ => None,
                });
            }
        }
        for change in &changes {
            self.died.note(change);
        }
        let mut edits = std::mem::take(&mut self.tick.edits);
        let scrubbed = self.scrub_writers(&edits);
        if kept {
            self.keep_declared(&edits);
            self.remember(&edits, &scrubbed);
        }
        for edit in &edits {
            match *edit {
                Edit::GroupAdded(slot) => self.groups.rows[slot as usize].fresh = false,
                Edit::ContactAdded(slot) => self.contacts.set(slot, flag::FRESH, false),
                Edit::WireAdded(slot) => self.wires.commit(slot),
                Edit::GadgetAdded(slot) => self.gadgets.rows[slot as usize].flags &= !gadget::flag::FRESH,
                Edit::LinkAdded(slot) => self.links.rows[slot as usize].fresh = false,
                Edit::LinkRemoved(slot) => self.links.slots.release(slot),
                Edit::GroupRemoved(slot) => self.drop_group(slot, false),
                Edit::ContactRemoved(slot) => self.drop_contact(slot, false),
                Edit::WireRemoved(wire) => self.wires.slots.release(wire),
                Edit::GadgetRemoved(gadget) => self.drop_gadget(gadget),
                Edit::Unrouted { gadget, .. } => self.close_outputs(gadget),
                _ => {}
            }
        }
        edits.clear();
        if edits.capacity() <= KEPT {
            self.tick.edits = edits;
        }
        changes
    }

    /// Whether the marks of a contact are others than these.
    fn marks_differ(&self, was: &Marks) -> bool {
        let contradiction_differs = match (self.contradictions.get(&was.contact), &was.contradiction) {
            (Some(now), Some(was)) => !now.is_of(&was.current, &was.incoming),
            (now, was) => now.is_some() != was.is_some(),
        };
        let fault_differs = match (self.faults.get(&was.contact), &was.fault) {
            (Some(now), Some(was)) => !now.is_same(was),
            (now, was) => now.is_some() != was.is_some(),
        };
        contradiction_differs || fault_differs
    }

    fn marks_changed(&self, was: &Marks) -> Option<StructureChange> {
        if self.contacts.has(was.contact, flag::REMOVED) || !self.marks_differ(was) {
            return None;
        }
        Some(StructureChange::Marked {
            contact: self.contacts.id(was.contact),
            contradiction: self.contradictions.get(&was.contact).cloned(),
            was_contradiction: was.contradiction.is_some(),
            fault: self.fault_record(was.contact),
        })
    }

    fn record_edit(&self, edit: &Edit) -> Option<StructureChange> {
        Some(match *edit {
            Edit::GroupAdded(slot) => StructureChange::GroupAdded(self.group_record(slot)),
            Edit::ContactAdded(slot) => StructureChange::ContactAdded(self.contact_record(slot)),
            Edit::WireAdded(slot) => StructureChange::WireAdded(self.wire_record(slot)),
            Edit::GadgetAdded(slot) => StructureChange::GadgetAdded(self.gadget_record(slot)),
            Edit::LinkAdded(slot) => StructureChange::LinkAdded(self.link_record(slot)),
            Edit::LinkRemoved(slot) => StructureChange::LinkRemoved(self.links.slots.handle(slot)),
            Edit::GroupRemoved(slot) => StructureChange::GroupRemoved(self.groups.id(slot)),
            Edit::ContactRemoved(slot) => StructureChange::ContactRemoved(self.contacts.id(slot)),
            Edit::WireRemoved(wire) => StructureChange::WireRemoved(self.wires.slots.handle(wire)),
            Edit::GadgetRemoved(gadget) => StructureChange::GadgetRemoved(self.gadgets.id(gadget)),
            _ => return None,
        })
    }

    /// What has another age is told as gone and there again, under the same handle.
    fn record_ages(&self, was: &[(u32, u64)], changes: &mut Vec<StructureChange>) {
        changes.extend(was.iter().map(|&(code, _)| match Edge::of(code) {
            Edge::Gadget(slot) => StructureChange::GadgetRemoved(self.gadgets.id(slot)),
            Edge::Wire(slot) => StructureChange::WireRemoved(self.wires.slots.handle(slot)),
        }));
        changes.extend(was.iter().map(|&(code, _)| match Edge::of(code) {
            Edge::Gadget(slot) => StructureChange::GadgetAdded(self.gadget_record(slot)),
            Edge::Wire(slot) => StructureChange::WireAdded(self.wire_record(slot)),
        }));
    }

    fn drop_group(&mut self, slot: u32, named: bool) {
        let row = &self.groups.rows[slot as usize];
        let name = row.name;
        if named {
            self.groups.forget(&self.contacts, Named::Group(slot));
        }
        self.groups.place(slot, Group::new(ROOT, CONSTANT, Value::Null));
        self.symbols.release(name);
        self.groups.slots.release(slot);
    }

    fn drop_contact(&mut self, slot: u32, named: bool) {
        let at = slot as usize;
        let (group, name) = (self.contacts.group[at], self.contacts.name[at]);
        if named && group == NONE {
            self.forget_constant(slot);
        } else if named {
            self.groups.forget(&self.contacts, Named::Contact(slot));
        }
        if group != NONE {
            self.symbols.release(name);
        }
        self.contacts.rows[at].content = None;
        self.contradictions.swap_remove(&slot);
        self.faults.swap_remove(&slot);
        self.attributes.swap_remove(&slot);
        self.lattices.swap_remove(&slot);
        self.boundaries.swap_remove(&slot);
        #[cfg(debug_assertions)]
        self.contacts.poison(slot);
        self.contacts.slots.release(slot);
    }

    fn drop_gadget(&mut self, slot: u32) {
        self.gadgets.wide[slot as usize] = None;
        let name = self.gadgets.name[slot as usize];
        if name != UNNAMED {
            self.symbols.release(name);
        }
        #[cfg(debug_assertions)]
        self.gadgets.poison(slot);
        self.gadgets.slots.release(slot);
    }
}

/// What edits both add and remove.
pub(crate) fn passing(edits: &[Edit]) -> IndexSet<Target, FxBuildHasher> {
    if !edits.iter().any(Edit::adds) {
        return IndexSet::default();
    }
    let removed: IndexSet<Target, FxBuildHasher> = edits
        .iter()
        .filter(|edit| !edit.adds())
        .filter_map(Edit::target)
        .collect();
    if removed.is_empty() {
        return removed;
    }
    let added = edits.iter().filter(|edit| edit.adds()).filter_map(Edit::target);
    added.filter(|target| removed.contains(target)).collect()
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
