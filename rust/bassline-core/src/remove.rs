//! Removing: what hangs on a removed thing goes with it, and what it had written last is lost.

use crate::contact::{Edge, NONE, Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::gadget;
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId, WireId};
use crate::network::Network;
use crate::tick::Stamp;
use smallvec::SmallVec;

impl Network {
    /// Removes a contact, its wires, and every gadget bound to it.
    pub fn remove_contact(&mut self, id: ContactId) -> Result<(), NetworkError> {
        let slot = self.slot(id)?;
        self.remove_contact_at(slot)
    }

    pub(crate) fn remove_contact_at(&mut self, slot: u32) -> Result<(), NetworkError> {
        self.remove_links_of(slot);
        let mut edges: SmallVec<[u32; 4]> = self.contacts.readers.living(slot).collect();
        edges.extend(self.contacts.writers.living(slot));
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
                    if let Some(output) = self.unroute(gadget, slot) {
                        self.tick.edits.push(Edit::Unrouted {
                            gadget,
                            contact: slot,
                            output,
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
        if self.contacts.group[slot as usize] == NONE {
            self.forget_constant(slot);
        } else {
            let (group, name) = (self.contacts.group[slot as usize], self.contacts.name[slot as usize]);
            self.groups.forget(&self.contacts, Named::Contact(slot));
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

    pub(crate) fn remove_wire_at(&mut self, slot: u32) {
        self.unlink_wire(slot);
        self.wires.forget(slot);
        self.wires.set_removed(slot, true);
        self.tick.edits.push(Edit::WireRemoved(slot));
    }

    /// Removes a gadget, its state and its constants; contents stay as they are.
    pub fn remove_gadget(&mut self, id: GadgetId) -> Result<(), NetworkError> {
        let slot = self.gadget_slot(id)?;
        self.remove_gadget_at(slot);
        Ok(())
    }

    pub(crate) fn remove_gadget_at(&mut self, slot: u32) {
        self.clear_faults_of(slot);
        let inputs = self.gadgets.inputs(slot);
        self.unlink_gadget(slot);
        self.forget_gadget_name(slot);
        self.gadgets.rows[slot as usize].flags |= gadget::flag::REMOVED;
        self.tick.edits.push(Edit::GadgetRemoved(slot));
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

    pub(crate) fn remove_group_at(&mut self, slot: u32) -> Result<(), NetworkError> {
        let inner: Vec<u32> = self.groups.groups_in(slot).collect();
        for group in inner {
            self.remove_group_at(group)?;
        }
        let contacts: Vec<u32> = self.groups.contacts_in(slot).collect();
        for contact in contacts {
            self.remove_contact_at(contact)?;
        }
        let gadgets: Vec<u32> = self.groups.gadgets_in(slot).collect();
        for gadget in gadgets {
            if self.gadgets.is_live(gadget) && !crate::planted::is(crate::planted::Bug::GroupLeavesGadgets) {
                self.remove_gadget_at(gadget);
            }
        }
        let row = &mut self.groups.rows[slot as usize];
        row.removed = true;
        let (parent, name, fresh) = (row.parent, row.name, row.fresh);
        self.groups.forget(&self.contacts, Named::Group(slot));
        if !fresh {
            self.tick.gone.insert((parent, name), Named::Group(slot));
        }
        self.tick.edits.push(Edit::GroupRemoved(slot));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::{Argument, Computation, GadgetDeclaration, Value, WireKind, primitive_of};

    /// How much of everything there is room for.
    fn room(network: &Network) -> [usize; 9] {
        [
            network.symbols.len(),
            network.groups.slots.len(),
            network.contacts.slots.len(),
            network.wires.slots.len(),
            network.gadgets.slots.len(),
            network.regions.len(),
            network.attributes.len(),
            network.faults.len() + network.contradictions.len(),
            network.gadgets.wide.iter().flatten().count(),
        ]
    }

    fn declare(network: &mut Network, cycle: usize) -> Result<GroupId, NetworkError> {
        let root = network.root();
        let attributes = Value::Map(std::sync::Arc::new(crate::Map::new(vec![("n".into(), Value::Int(1))])));
        let group = network.declare_group(root, &format!("group{cycle}/inner{cycle}"), attributes.clone())?;
        let contact = |network: &mut Network, name: &str| {
            network.declare_contact(group, &format!("{name}{cycle}"), None, attributes.clone())
        };
        let [a, b, c] = [contact(network, "a")?, contact(network, "b")?, contact(network, "c")?];
        network.declare_wire(a, b, WireKind::Bidirectional)?;
        network.declare_wire(b, c, WireKind::Directed)?;
        for name in [None, Some(format!("gadget{cycle}").into())] {
            let declaration = GadgetDeclaration {
                name,
                computation: Computation::Primitive(primitive_of("math.add")?),
                arguments: vec![
                    ("a".into(), Argument::Contact(c)),
                    ("b".into(), Argument::Value(Value::Int(cycle as i64))),
                    ("sum".into(), Argument::Path(format!("sum{cycle}").into())),
                ],
                contain: true,
            };
            network.declare_gadget(group, declaration)?;
        }
        network.write(a, Value::Int(1))?;
        network.find_group(root, &format!("group{cycle}"))
    }

    #[test]
    fn what_is_removed_or_rolled_back_gives_its_room_and_its_name_back() {
        let mut network = Network::default();
        let mut first = None;
        for cycle in 0..200 {
            network.begin();
            assert!(
                network
                    .attempt(|network| -> Result<(), NetworkError> {
                        declare(network, cycle + 1000)?;
                        Err(NetworkError::Stale { what: "group" })
                    })
                    .is_err()
            );
            let group = declare(&mut network, cycle).unwrap();
            network.settle().unwrap();
            if cycle % 3 == 1 {
                network.rollback();
            } else {
                network.commit(false, false);
                network.begin();
                network.remove_group(group).unwrap();
                network.rollback();
                network.begin();
                network.remove_group(group).unwrap();
                let again = declare(&mut network, cycle).unwrap();
                network.remove_group(again).unwrap();
                network.settle().unwrap();
                network.commit(true, false);
            }
            let room = room(&network);
            if cycle > 5 {
                assert_eq!(*first.get_or_insert(room), room, "after {cycle} cycles");
            }
            assert!(network.contact_ids().is_empty() && network.group_ids().is_empty());
        }
    }
}
