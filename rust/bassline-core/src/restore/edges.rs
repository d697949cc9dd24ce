//! Gadgets, wires and links: which stay, and those that are missing.

use super::{Bound, Here, signature};
use crate::contact::Unnamed;
use crate::describe::Image;
use crate::edit::Edit;
use crate::gadget::{FunctionSpec, flag};
use crate::id::ContactId;
use crate::load::{ImageError, broken, ports_of, unbound};
use crate::network::Network;
use crate::record::{GadgetRecord, LinkRecord, WireRecord};
use crate::value::Text;
use crate::wire::Wire;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// What a gadget is: its group, name, computation, and the contacts on its ports.
type Identity = (u32, Option<Text>, Text, Vec<(Text, u32)>, Vec<(Text, u32)>);

/// The contacts on ports as slots; `None` if one of them is not here.
fn ports(bound: &[(Text, ContactId)], slot_of: impl Fn(ContactId) -> Option<u32>) -> Option<Vec<(Text, u32)>> {
    let slots = bound.iter().map(|(port, id)| Some((port.clone(), slot_of(*id)?)));
    slots.collect()
}

fn identity(record: &GadgetRecord, group: u32, slot_of: impl Fn(ContactId) -> Option<u32>) -> Option<Identity> {
    Some((
        group,
        record.name.clone(),
        record.computation.clone(),
        ports(&record.inputs, &slot_of)?,
        ports(&record.outputs, &slot_of)?,
    ))
}

impl Network {
    pub(super) fn same_edges(&mut self, image: &Image, here: &mut Here) {
        let mut known: IndexMap<Identity, (u32, GadgetRecord), FxBuildHasher> = IndexMap::default();
        for slot in self.gadgets.slots.iter_live() {
            let record = self.gadget_record(slot);
            let group = self.gadgets.group[slot as usize];
            if let Some(identity) = identity(&record, group, |id| self.contacts.find(id)) {
                known.insert(identity, (slot, record));
            }
        }
        for record in &image.gadgets {
            let group = here.groups.get(&record.group);
            let own = group.and_then(|&group| identity(record, group, |id| here.contacts.get(&id).copied()));
            let Some((slot, found)) = own.and_then(|own| known.get(&own)) else {
                continue;
            };
            let is_same = found.config == record.config
                && found.contain == record.contain
                && found.is_function == record.is_function
                && found.optional == record.optional
                && found.state.len() == record.state.len();
            if is_same {
                here.gadgets.insert(record.id, *slot);
                let cells = record.state.iter().zip(&found.state);
                let cells = cells.filter_map(|(&cell, &own)| Some((cell, self.contacts.find(own)?)));
                here.contacts.extend(cells);
            }
        }
        for record in &image.wires {
            if let Some(slot) = self.same_wire(record, here) {
                here.wires.insert(record.id, slot);
            }
        }
        for record in &image.links {
            if let Some(slot) = self.same_link(record, here) {
                here.links.insert(slot);
            }
        }
    }

    /// A bidirectional wire that was declared from its other end is another.
    fn same_wire(&self, record: &WireRecord, here: &Here) -> Option<u32> {
        let wire = wire_of(record, here)?;
        let slot = self.wires.find(&wire, self.contacts.edges_with(wire.kind, wire.to))?;
        (self.wires.row(slot).from == wire.from).then_some(slot)
    }

    fn same_link(&mut self, record: &LinkRecord, here: &Here) -> Option<u32> {
        let (&from, &to) = (here.contacts.get(&record.from)?, here.contacts.get(&record.to)?);
        let relation = self.symbols.intern(&record.relation);
        let slot = self.links.find(from, to, relation)?;
        (self.links.rows[slot as usize].attributes == record.attributes).then_some(slot)
    }

    pub(super) fn add_missing_edges(
        &mut self,
        image: &Image,
        here: &mut Here,
        bound: &Bound,
    ) -> Result<(), ImageError> {
        let mut wires = image.wires.iter().peekable();
        for gadget in &image.gadgets {
            while let Some(wire) = wires.next_if(|wire| wire.creation < gadget.creation) {
                self.add_missing_wire(wire, here)?;
            }
            self.add_missing_gadget(gadget, here, bound)?;
        }
        wires.try_for_each(|wire| self.add_missing_wire(wire, here))?;
        let cells = image.contacts.iter().map(|state| &state.record);
        let mut homeless =
            cells.filter(|record| record.place == Err(Unnamed::State) && !here.contacts.contains_key(&record.id));
        if let Some(cell) = homeless.next() {
            return broken(format!("{:?} is a cell of state of no gadget", cell.id));
        }
        image
            .links
            .iter()
            .try_for_each(|link| self.add_missing_link(link, here))
    }

    fn add_missing_wire(&mut self, record: &WireRecord, here: &mut Here) -> Result<(), ImageError> {
        if here.wires.contains_key(&record.id) {
            return Ok(());
        }
        here.contact(record.from)?;
        here.contact(record.to)?;
        let Some(wire) = wire_of(record, here) else {
            return Ok(());
        };
        let slot = self.wires.slots.take();
        self.wires.place(slot, wire, record.creation);
        self.relink_wire(slot);
        self.tick.edits.push(Edit::WireAdded(slot));
        here.wires.insert(record.id, slot);
        Ok(())
    }

    fn add_missing_gadget(&mut self, record: &GadgetRecord, here: &mut Here, bound: &Bound) -> Result<(), ImageError> {
        if here.gadgets.contains_key(&record.id) {
            return Ok(());
        }
        let function = record.is_function.then(|| self.function_of_record(record, bound));
        let group = here.group(record.group)?;
        let cells: Vec<u32> = record.state.iter().map(|_| self.state_cell()).collect();
        here.contacts
            .extend(record.state.iter().copied().zip(cells.iter().copied()));
        let (ports, primitive) = ports_of(record, function, cells, |id| here.contact(id))?;
        let slot = self.gadgets.slots.take();
        self.place_gadget(slot, ports, primitive, group, record);
        self.note_streams(slot);
        self.relink_gadget(slot);
        self.gadgets.rows[slot as usize].flags |= flag::FRESH;
        self.tick.edits.push(Edit::GadgetAdded(slot));
        here.gadgets.insert(record.id, slot);
        Ok(())
    }

    fn function_of_record(&self, record: &GadgetRecord, bound: &Bound) -> FunctionSpec {
        match bound.functions.get(&signature(&unbound(record))) {
            Some(call) => FunctionSpec {
                call: Some(Arc::clone(call)),
                ..unbound(record)
            },
            None => self.load_function(record),
        }
    }

    fn add_missing_link(&mut self, record: &LinkRecord, here: &Here) -> Result<(), ImageError> {
        let (from, to) = (here.contact(record.from)?, here.contact(record.to)?);
        let relation = self.symbols.intern(&record.relation);
        if self.links.find(from, to, relation).is_none() {
            self.add_link(from, to, relation, record.attributes.clone());
        }
        Ok(())
    }
}

fn wire_of(record: &WireRecord, here: &Here) -> Option<Wire> {
    Some(Wire {
        from: *here.contacts.get(&record.from)?,
        to: *here.contacts.get(&record.to)?,
        kind: record.kind,
        removed: false,
        fresh: true,
    })
}
