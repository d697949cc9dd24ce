//! Describing structure as records: for the log, for stores, for whoever asks.

use crate::contact::NONE;
use crate::contradiction::Contradiction;
use crate::gadget::UNNAMED;
use crate::group::ROOT;
use crate::id::{ContactId, GadgetId, GroupId, Handle, WireId};
use crate::network::{Cause, Network};
use crate::record::{ContactRecord, GadgetRecord, GroupRecord, LinkRecord, StructureChange, WireRecord};
use crate::value::{Content, Text, Value};

/// A contact with what it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactState {
    /// How it is declared.
    pub record: ContactRecord,
    /// What it holds.
    pub content: Content,
    /// The tick that last changed it.
    pub version: u64,
    /// Who wrote it.
    pub cause: Cause,
    /// The contradiction it records.
    pub contradiction: Option<Contradiction>,
    /// The gadget that failed to write it, and how.
    pub fault: Option<(GadgetId, Text)>,
}

/// The highest generation that has died of each kind, or 0. A network that is loaded gives none of these again, so that a handle in
/// a record of its past never means something newer. Records of changes hold no handles of groups and links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Died {
    /// Of contacts.
    pub contacts: u32,
    /// Of wires.
    pub wires: u32,
    /// Of gadgets.
    pub gadgets: u32,
}

impl Died {
    /// Takes note of what was removed.
    pub fn note(&mut self, change: &StructureChange) {
        match change {
            StructureChange::ContactRemoved(id) => self.contacts = self.contacts.max(id.generation()),
            StructureChange::WireRemoved(id) => self.wires = self.wires.max(id.generation()),
            StructureChange::GadgetRemoved(id) => self.gadgets = self.gadgets.max(id.generation()),
            _ => {}
        }
    }
}

/// A whole network, at rest between two ticks.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Image {
    /// The last committed tick.
    pub tick: u64,
    /// The next creation number.
    pub creation: u64,
    /// Which handles were given once.
    pub died: Died,
    /// All groups but the root, parents before children.
    pub groups: Vec<GroupRecord>,
    /// All contacts, by slot.
    pub contacts: Vec<ContactState>,
    /// All wires, by creation.
    pub wires: Vec<WireRecord>,
    /// All gadgets, by creation.
    pub gadgets: Vec<GadgetRecord>,
    /// All links, by slot.
    pub links: Vec<LinkRecord>,
}

impl Network {
    pub(crate) fn group_record(&self, slot: u32) -> GroupRecord {
        let row = &self.groups.rows[slot as usize];
        GroupRecord {
            id: self.groups.id(slot),
            parent: self.groups.id(if row.parent == NONE { ROOT } else { row.parent }),
            name: self.symbols.text(row.name).clone(),
            attributes: row.attributes.clone(),
            sealed: row.sealed,
        }
    }

    pub(crate) fn contact_record(&self, slot: u32) -> ContactRecord {
        let at = slot as usize;
        let group = self.contacts.group[at];
        let place = if group == NONE {
            Err(self.unnamed(slot))
        } else {
            Ok((self.groups.id(group), self.symbols.text(self.contacts.name[at]).clone()))
        };
        let attributes = self.attributes.get(&slot).cloned().unwrap_or(Value::Null);
        ContactRecord {
            id: self.contacts.id(slot),
            place,
            blend: self.contacts.rows[at].blend,
            lattice: self.lattices.get(&slot).map(|spec| spec.identity.clone()),
            attributes,
            boundary: self.boundaries.get(&slot).copied(),
        }
    }

    pub(crate) fn fault_record(&self, slot: u32) -> Option<(GadgetId, Text)> {
        let (gadget, fault) = self.faults.get(&slot)?.oldest()?;
        Some((self.gadgets.id(*gadget), fault.to_string().into()))
    }

    pub(crate) fn wire_record(&self, slot: u32) -> WireRecord {
        let wire = self.wires.row(slot);
        WireRecord {
            id: self.wires.slots.handle(slot),
            creation: self.wires.creation(slot),
            from: self.contacts.id(wire.from),
            to: self.contacts.id(wire.to),
            kind: wire.kind,
        }
    }

    pub(crate) fn gadget_record(&self, slot: u32) -> GadgetRecord {
        let at = slot as usize;
        let wide = self.gadgets.wide[at].as_ref();
        let name = self.gadgets.name[at];
        let function = self.gadgets.function(slot);
        let bound = |contacts: &[u32], name_of: &dyn Fn(usize) -> Text| -> Vec<(Text, ContactId)> {
            let ports = contacts.iter().enumerate().filter(|(_, contact)| **contact != NONE);
            ports
                .map(|(port, &contact)| (name_of(port), self.contacts.id(contact)))
                .collect()
        };
        let outputs = self.gadgets.derived_outputs(slot);
        GadgetRecord {
            id: self.gadgets.id(slot),
            creation: self.gadgets.creation[at],
            group: self.groups.id(self.gadgets.group[at]),
            name: (name != UNNAMED).then(|| self.symbols.text(name).clone()),
            computation: self.computation_name(slot),
            is_function: function.is_some(),
            inputs: bound(&self.gadgets.inputs(slot), &|port| self.gadgets.input_name(slot, port)),
            outputs: bound(&outputs, &|port| self.gadgets.output_name(slot, port)),
            optional: function.map_or_else(Vec::new, |f| {
                f.inputs
                    .iter()
                    .filter(|(_, required)| !required)
                    .map(|(name, _)| name.clone())
                    .collect()
            }),
            state: wide.map_or_else(Vec::new, |wide| {
                wide.state.iter().map(|&cell| self.contacts.id(cell)).collect()
            }),
            config: wide.map_or(Value::Null, |wide| wide.config.clone()),
            contain: wide.is_some_and(|wide| wide.contain),
        }
    }

    /// A gadget, as declared.
    pub fn gadget(&self, id: GadgetId) -> Result<GadgetRecord, crate::NetworkError> {
        Ok(self.gadget_record(self.gadget_slot(id)?))
    }

    /// Whether a contact has a name; constants and cells of state have none.
    pub fn is_named(&self, id: ContactId) -> bool {
        self.contacts
            .group
            .get(id.slot() as usize)
            .is_some_and(|&group| group != NONE)
    }

    /// The whole network, as it was when the last tick was committed.
    pub fn image(&self) -> Image {
        let mut groups: Vec<GroupRecord> = Vec::new();
        let mut waiting: Vec<u32> = vec![ROOT];
        while let Some(slot) = waiting.pop() {
            let mut inner: Vec<u32> = self.groups.groups_in(slot).collect();
            inner.sort_unstable();
            groups.extend(inner.iter().map(|&slot| self.group_record(slot)));
            waiting.extend(inner);
        }
        let contacts = self.contacts.slots.iter_live().map(|slot| ContactState {
            record: self.contact_record(slot),
            content: self.contacts.rows[slot as usize].content.clone(),
            version: self.version_at(slot),
            cause: self.cause_of(self.contacts.rows[slot as usize].writer),
            contradiction: self.contradictions.get(&slot).cloned(),
            fault: self.fault_record(slot),
        });
        let mut wires: Vec<WireRecord> = self.wire_ids().iter().map(|id| self.wire_record(id.slot())).collect();
        wires.sort_by_key(|wire| wire.creation);
        let mut gadgets: Vec<GadgetRecord> = self
            .gadget_ids()
            .iter()
            .map(|id| self.gadget_record(id.slot()))
            .collect();
        gadgets.sort_by_key(|gadget| gadget.creation);
        Image {
            tick: self.now,
            creation: self.creation,
            died: self.died,
            groups,
            contacts: contacts.collect(),
            wires,
            gadgets,
            links: self
                .current()
                .link_ids()
                .iter()
                .map(|id| self.link_record(id.slot()))
                .collect(),
        }
    }

    /// The handle of a wire between two contacts, as declared.
    pub fn wire(&self, id: WireId) -> Result<WireRecord, crate::NetworkError> {
        Ok(self.wire_record(self.wire_slot(id)?))
    }

    /// The handles of the groups inside a group, by slot.
    pub fn groups_in(&self, id: GroupId) -> Result<Vec<GroupId>, crate::NetworkError> {
        let slot = self.group_slot(id)?;
        let mut inner: Vec<u32> = self.groups.groups_in(slot).collect();
        inner.sort_unstable();
        Ok(inner.into_iter().map(|slot| self.groups.id(slot)).collect())
    }
}
