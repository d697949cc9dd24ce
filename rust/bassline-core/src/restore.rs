//! Restoring: the network is made what an image says, in one tick that fires nothing.
//!
//! What the image has too stays, with its handle: groups and contacts by path, gadgets and wires by what they are bound to, links by
//! their ends. The rest goes, and what is missing is declared. Every edit and every content is logged like any other, so that the tick
//! can be taken back, and its record tells all of it.

mod contents;
mod edges;

use crate::blend::LatticeSpec;
use crate::contact::{Edge, NONE, Unnamed, flag};
use crate::describe::Image;
use crate::error::NetworkError;
use crate::gadget::{Function, FunctionSpec};
use crate::group::{Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId, WireId};
use crate::load::{ImageError, not_in_image};
use crate::network::Network;
use crate::record::{ContactRecord, GroupRecord};
use crate::value::{Text, Value};
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

pub(crate) type Slots<H> = IndexMap<H, u32, FxBuildHasher>;
type Signature = (Text, Vec<(Text, bool)>, Vec<Text>);

/// What stands here for what an image names: slots by the handles in the image.
#[derive(Default)]
pub(crate) struct Here {
    pub(crate) groups: Slots<GroupId>,
    pub(crate) contacts: Slots<ContactId>,
    pub(crate) gadgets: Slots<GadgetId>,
    pub(crate) wires: Slots<WireId>,
    links: IndexSet<u32, FxBuildHasher>,
}

/// What of the user's was bound before, so that it need not be found again.
struct Bound {
    functions: IndexMap<Signature, Arc<dyn Function>, FxBuildHasher>,
    lattices: IndexMap<Text, LatticeSpec, FxBuildHasher>,
}

fn signature(spec: &FunctionSpec) -> Signature {
    (spec.identity.clone(), spec.inputs.clone(), spec.outputs.clone())
}

impl Here {
    fn group(&self, id: GroupId) -> Result<u32, ImageError> {
        let found = self.groups.get(&id).copied();
        found.map_or_else(|| not_in_image("group", id), Ok)
    }

    fn contact(&self, id: ContactId) -> Result<u32, ImageError> {
        let found = self.contacts.get(&id).copied();
        found.map_or_else(|| not_in_image("contact", id), Ok)
    }
}

impl Network {
    /// Makes the network, in an open tick of its own, what an image says, and settles it: nothing fires. The ticks that the image tells
    /// are those of its time; here, everything that becomes another changes in the tick that is open. On an error the caller rolls back.
    pub fn restore(&mut self, image: &Image) -> Result<(), NetworkError> {
        let tick = &self.tick;
        if !(tick.touches.is_empty() && tick.edits.is_empty() && tick.fresh.is_empty()) {
            return Err(NetworkError::Declaration(
                "a network is restored in a tick of its own; end the open one first".to_owned(),
            ));
        }
        self.calls.restored += 1;
        let bound = self.bound();
        let mut here = self.counterparts(image);
        self.remove_all_but(&here)?;
        self.age_as_in(image, &here);
        self.add_missing(image, &mut here, &bound)?;
        self.find_routes();
        self.sort_edges();
        self.refresh_regions();
        self.restore_contents(image, &here)?;
        self.find_strays();
        let ages = image.gadgets.iter().map(|record| record.creation);
        let ages = ages.chain(image.wires.iter().map(|record| record.creation));
        self.creation = ages.fold(self.creation, |next, age| next.max(age + 1));
        self.tick.fresh.clear();
        self.tick.settling = true;
        self.tick.restores = true;
        Ok(())
    }

    fn bound(&self) -> Bound {
        let specs = self
            .gadgets
            .slots
            .iter_live()
            .filter_map(|slot| self.gadgets.function(slot));
        let functions = specs.filter_map(|spec| Some((signature(spec), Arc::clone(spec.call.as_ref()?))));
        let lattices = self.lattices.values().filter(|spec| spec.lattice.is_some());
        Bound {
            functions: functions.collect(),
            lattices: lattices.map(|spec| (spec.identity.clone(), spec.clone())).collect(),
        }
    }

    pub(crate) fn counterparts(&mut self, image: &Image) -> Here {
        let mut here = Here::default();
        here.groups.insert(self.groups.id(ROOT), ROOT);
        for record in &image.groups {
            if let Some(slot) = self.same_group(record, &here) {
                here.groups.insert(record.id, slot);
            }
        }
        for state in &image.contacts {
            if let Some(slot) = self.same_contact(&state.record, &here) {
                here.contacts.insert(state.record.id, slot);
            }
        }
        self.same_edges(image, &mut here);
        here
    }

    fn same_group(&mut self, record: &GroupRecord, here: &Here) -> Option<u32> {
        let (&parent, name) = (here.groups.get(&record.parent)?, self.symbols.intern(&record.name));
        let Some(Named::Group(slot)) = self.groups.named(&self.contacts, parent, name) else {
            return None;
        };
        let row = &self.groups.rows[slot as usize];
        (row.attributes == record.attributes && row.sealed == record.sealed).then_some(slot)
    }

    fn same_contact(&mut self, record: &ContactRecord, here: &Here) -> Option<u32> {
        let (group, name) = match &record.place {
            Ok((group, name)) => (*here.groups.get(group)?, self.symbols.intern(name)),
            Err(Unnamed::Constant(value)) => return self.known_constant(value),
            Err(Unnamed::State) => return None,
        };
        let Some(Named::Contact(slot)) = self.groups.named(&self.contacts, group, name) else {
            return None;
        };
        let attributes = self.attributes.get(&slot).unwrap_or(&Value::Null);
        let is_same = self.blend_name_of(slot) == record.blend_name()
            && *attributes == record.attributes
            && self.boundaries.get(&slot).copied() == record.boundary;
        is_same.then_some(slot)
    }

    /// Edges first, so that no content is lost with what goes.
    fn remove_all_but(&mut self, here: &Here) -> Result<(), NetworkError> {
        let kept: IndexSet<u32, FxBuildHasher> = here.gadgets.values().copied().collect();
        for slot in self.gadgets.slots.iter_live().collect::<Vec<u32>>() {
            if !kept.contains(&slot) {
                self.remove_gadget_at(slot);
            }
        }
        let kept: IndexSet<u32, FxBuildHasher> = here.wires.values().copied().collect();
        for slot in self.wires.slots.iter_live().collect::<Vec<u32>>() {
            if !kept.contains(&slot) {
                self.remove_wire_at(slot);
            }
        }
        for slot in self.links.slots.iter_live().collect::<Vec<u32>>() {
            if !here.links.contains(&slot) {
                self.remove_link_at(slot);
            }
        }
        let kept: IndexSet<u32, FxBuildHasher> = here.contacts.values().copied().collect();
        for slot in self.contacts.slots.iter_live().collect::<Vec<u32>>() {
            let is_named = self.contacts.group[slot as usize] != NONE;
            if is_named && !kept.contains(&slot) && !self.contacts.has(slot, flag::REMOVED) {
                self.remove_contact_at(slot)?;
            }
        }
        let kept: IndexSet<u32, FxBuildHasher> = here.groups.values().copied().collect();
        for slot in self.groups.slots.iter_live().collect::<Vec<u32>>() {
            if !kept.contains(&slot) && !self.groups.rows[slot as usize].removed {
                self.remove_group_at(slot)?;
            }
        }
        Ok(())
    }

    fn add_missing(&mut self, image: &Image, here: &mut Here, bound: &Bound) -> Result<(), ImageError> {
        for record in &image.groups {
            if here.groups.contains_key(&record.id) {
                continue;
            }
            let (parent, name) = (here.group(record.parent)?, self.symbols.intern(&record.name));
            let slot = self.add_group(parent, name, record.attributes.clone());
            self.groups.rows[slot as usize].sealed = record.sealed;
            self.has_seals |= record.sealed;
            here.groups.insert(record.id, slot);
        }
        for state in &image.contacts {
            let record = &state.record;
            match &record.place {
                Ok((group, name)) if !here.contacts.contains_key(&record.id) => {
                    let group = here.group(*group)?;
                    let slot = self.add_contact_of(group, name, record, bound);
                    here.contacts.insert(record.id, slot);
                }
                // The one that was known may have gone with its last gadget.
                Err(Unnamed::Constant(value)) => {
                    let slot = self.constant(value);
                    here.contacts.insert(record.id, slot);
                }
                // Cells of state come with their gadgets.
                Ok(_) | Err(Unnamed::State) => {}
            }
        }
        self.add_missing_edges(image, here, bound)
    }

    fn add_contact_of(&mut self, group: u32, name: &str, record: &ContactRecord, bound: &Bound) -> u32 {
        let lattice = record.lattice.as_ref().map(|identity| {
            let known = bound.lattices.get(identity).cloned();
            known.unwrap_or_else(|| self.load_lattice(identity))
        });
        let name = self.symbols.intern(name);
        let slot = self.add_contact(group, name, record.blend, lattice, record.attributes.clone());
        if let Some(boundary) = record.boundary {
            self.boundaries.insert(slot, boundary);
        }
        slot
    }

    /// Gives what stayed the ages it has in the image, where it was declared anew since.
    fn age_as_in(&mut self, image: &Image, here: &Here) {
        let gadgets = image.gadgets.iter().filter_map(|record| {
            let &slot = here.gadgets.get(&record.id)?;
            (self.gadgets.creation[slot as usize] != record.creation)
                .then_some((Edge::Gadget(slot).code(), record.creation))
        });
        let wires = image.wires.iter().filter_map(|record| {
            let &slot = here.wires.get(&record.id)?;
            (self.wires.creation(slot) != record.creation).then_some((Edge::Wire(slot).code(), record.creation))
        });
        let ages: Vec<(u32, u64)> = gadgets.chain(wires).collect();
        if !ages.is_empty() {
            let was = self.age_edges(&ages);
            self.tick.edits.push(crate::edit::Edit::Aged(was));
        }
    }
}
