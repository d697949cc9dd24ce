//! A tick that is not kept here any more, or was before the network was opened, from the images before and after it.

use super::Return;
use super::entry::{Before, By, Entry, How, Key, MarksBefore, Structure};
use super::room::{heap, weight};
use crate::contact::Unnamed;
use crate::describe::{ContactState, Image};
use crate::error::{Fault, NetworkError};
use crate::id::{ContactId, GadgetId, GroupId, Handle, LinkId, WireId};
use crate::network::{Cause, Network};
use crate::restore::Here;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::hash::Hash;

type ById<'a, H, R> = IndexMap<H, &'a R, FxBuildHasher>;

fn by_id<H: Handle + Hash + Eq, R>(records: &[R], id: impl Fn(&R) -> H) -> ById<'_, H, R> {
    records.iter().map(|record| (id(record), record)).collect()
}

/// The records that the one list has and the other has not.
fn only<'a, H: Handle + Hash + Eq, R>(
    records: &'a [R],
    others: &'a ById<'a, H, R>,
    id: impl Fn(&R) -> H + 'a,
) -> impl DoubleEndedIterator<Item = &'a R> {
    records.iter().filter(move |record| !others.contains_key(&id(record)))
}

impl Network {
    /// Brings a tick back, in an open tick of its own, that is not known any more: `after` is the network as that tick left it, `before`
    /// as it was before. If there is one by now that is known, that is brought back instead.
    pub fn recall(&mut self, what: Return, before: &Image, after: &Image) -> Result<Option<u64>, NetworkError> {
        let known = match what {
            Return::Undo(_) => self.undo()?,
            Return::Redo(_) => self.redo()?,
        };
        if known.is_some() {
            return Ok(known);
        }
        let (entry, befores) = self.entry_between(what, before, after);
        self.history.bytes += entry.bytes;
        self.bring_back(what, entry, befores).map(Some)
    }

    fn entry_between(&mut self, what: Return, before: &Image, after: &Image) -> (Entry, Vec<Before>) {
        for state in before.contacts.iter().chain(&after.contacts) {
            if let Cause::External(source) = &state.cause {
                self.symbols.pin(source); // which may not have been heard of since the opening
            }
        }
        let here = self.counterparts(after);
        let names = Names {
            network: self,
            here: &here,
        };
        let (was, is) = (
            by_id(&before.contacts, |state: &ContactState| state.record.id),
            by_id(&after.contacts, |state: &ContactState| state.record.id),
        );
        let mut structure = names.structure(before, after);
        let mut befores = Vec::new();
        let mut stands = Vec::new();
        for state in &before.contacts {
            let Some(then) = is.get(&state.record.id) else {
                befores.extend(names.gone(state));
                structure.marks.extend(names.marks(state, None));
                continue;
            };
            structure.marks.extend(names.marks(state, Some(then)));
            let lost_writer = match &state.cause {
                Cause::Gadget(id) => structure.gadgets.iter().any(|(record, _)| record.id == *id),
                Cause::Wire(id) => structure.wires.iter().any(|record| record.id == *id),
                Cause::Nobody | Cause::External(_) => false,
            };
            if then.version != after.tick && !lost_writer {
                continue;
            }
            let known = names.before(state, then, after.tick);
            if names.holds(&known, then) {
                let left = match known.how {
                    How::Changed => match what {
                        Return::Undo(tick) => tick,
                        Return::Redo(_) => known.other,
                    },
                    How::Quiet | How::Gone => known.other,
                };
                stands.push((Key::Contact(known.contact), left));
            }
            befores.push(known);
        }
        let lattices = only(&before.contacts, &is, |state: &ContactState| state.record.id);
        for state in lattices.filter(|state| state.record.place != Err(Unnamed::State)) {
            let lattice = state
                .record
                .lattice
                .as_ref()
                .map(|identity| self.load_lattice(identity));
            structure.contacts.push((names.contact_record(&state.record), lattice));
        }
        let added = only(&after.contacts, &was, |state: &ContactState| state.record.id);
        let added = added.filter(|state| state.record.place.is_ok());
        let added: Vec<Key> = added.map(|state| names.contact(state.record.id)).collect();
        let edges = structure.added.partition_point(|key| matches!(key, Key::Group(_)));
        structure.added.splice(edges..edges, added);
        let stands: Vec<(Key, (u64, u64))> = stands
            .into_iter()
            .filter_map(|(key, left)| {
                let slot = self.find_contact_now(key)?;
                Some((key, (self.version_at(slot), left)))
            })
            .collect();
        self.history.stands.extend(stands);
        let edits = structure.added.len() + structure.removed().count();
        let heaps = befores.iter().map(|before| heap(&before.content)).sum();
        let entry = Entry {
            tick: what.tick(),
            at: after.tick,
            count: befores.len(),
            bytes: weight(befores.len(), heaps, edits),
            structure: (!structure.is_empty()).then(|| Box::new(structure)),
            is_return: false,
        };
        (entry, befores)
    }
}

/// Things of the images by what they are first known by here.
struct Names<'a> {
    network: &'a Network,
    here: &'a Here,
}

impl Names<'_> {
    fn key<H: Handle + Into<Key>>(&self, id: H, here: Option<H>) -> Key {
        here.map_or_else(|| id.into(), |id| self.network.first(id))
    }

    fn contact(&self, id: ContactId) -> Key {
        let here = self.here.contacts.get(&id).map(|&slot| self.network.contacts.id(slot));
        self.key(id, here)
    }

    fn group(&self, id: GroupId) -> GroupId {
        let here = self.here.groups.get(&id).map(|&slot| self.network.groups.id(slot));
        GroupId::from_bits(self.key(id, here).bits())
    }

    fn gadget(&self, id: GadgetId) -> GadgetId {
        let here = self.here.gadgets.get(&id).map(|&slot| self.network.gadgets.id(slot));
        GadgetId::from_bits(self.key(id, here).bits())
    }

    fn wire(&self, id: WireId) -> WireId {
        let slots = &self.network.wires.slots;
        let here = self.here.wires.get(&id).map(|&slot| slots.handle(slot));
        WireId::from_bits(self.key(id, here).bits())
    }

    fn contact_id(&self, id: ContactId) -> ContactId {
        ContactId::from_bits(self.contact(id).bits())
    }

    fn by(&self, cause: &Cause) -> By {
        match cause {
            Cause::Nobody => By::Nobody,
            Cause::External(source) => match self.network.symbols.find(source) {
                Some(source) => By::External(source),
                None => By::Nobody,
            },
            Cause::Gadget(id) => By::Gadget(self.gadget(*id).to_bits()),
            Cause::Wire(id) => By::Wire(self.wire(*id).to_bits()),
        }
    }

    fn before(&self, was: &ContactState, then: &ContactState, tick: u64) -> Before {
        Before {
            contact: self.contact(was.record.id).bits(),
            content: was.content.clone(),
            by: self.by(&was.cause),
            how: if then.version == tick { How::Changed } else { How::Quiet },
            other: was.version,
            version: was.version,
        }
    }

    /// Whether a contact holds what the tick left in it.
    fn holds(&self, before: &Before, then: &ContactState) -> bool {
        let slot = self.network.find_contact_now(Key::Contact(before.contact));
        slot.is_some_and(|slot| {
            let row = &self.network.contacts.rows[slot as usize];
            row.content == then.content
        })
    }

    fn gone(&self, state: &ContactState) -> Option<Before> {
        if matches!(state.record.place, Err(Unnamed::Constant(_))) {
            return None;
        }
        Some(Before {
            contact: self.contact(state.record.id).bits(),
            content: state.content.clone(),
            by: self.by(&state.cause),
            how: How::Gone,
            other: state.version,
            version: state.version,
        })
    }

    fn marks(&self, was: &ContactState, then: Option<&ContactState>) -> Option<MarksBefore> {
        let differ = match then {
            Some(then) => was.contradiction != then.contradiction || was.fault != then.fault,
            None => was.contradiction.is_some() || was.fault.is_some(),
        };
        differ.then(|| MarksBefore {
            contact: self.contact_id(was.record.id),
            contradiction: was.contradiction.clone(),
            faults: was
                .fault
                .iter()
                .map(|(gadget, text)| (self.gadget(*gadget), Fault::Domain(text.to_string())))
                .collect(),
        })
    }

    fn contact_record(&self, record: &crate::record::ContactRecord) -> crate::record::ContactRecord {
        let mut record = record.clone();
        record.id = self.contact_id(record.id);
        record.place = record.place.map(|(group, name)| (self.group(group), name));
        record
    }

    /// All but contacts and marks.
    fn structure(&self, before: &Image, after: &Image) -> Structure {
        let mut structure = Structure {
            all_routes: true,
            ..Structure::default()
        };
        let (was, is) = (
            by_id(&before.groups, |group| group.id),
            by_id(&after.groups, |group| group.id),
        );
        structure
            .added
            .extend(only(&after.groups, &was, |group| group.id).map(|group| Key::from(self.group(group.id))));
        // As they are removed: the inner ones first.
        structure
            .groups
            .extend(only(&before.groups, &is, |group| group.id).rev().map(|group| {
                let mut group = group.clone();
                (group.id, group.parent) = (self.group(group.id), self.group(group.parent));
                group
            }));
        let (was, is) = (
            by_id(&before.wires, |wire| wire.id),
            by_id(&after.wires, |wire| wire.id),
        );
        structure
            .added
            .extend(only(&after.wires, &was, |wire| wire.id).map(|wire| Key::from(self.wire(wire.id))));
        structure
            .wires
            .extend(only(&before.wires, &is, |wire| wire.id).map(|wire| {
                let mut wire = wire.clone();
                (wire.from, wire.to) = (self.contact_id(wire.from), self.contact_id(wire.to));
                wire
            }));
        let ages = before.wires.iter().filter_map(|wire| Some((wire, is.get(&wire.id)?)));
        let ages = ages.filter(|(wire, then)| wire.creation != then.creation);
        structure
            .ages
            .extend(ages.map(|(wire, _)| (Key::from(self.wire(wire.id)), wire.creation)));
        let (was, is) = (
            by_id(&before.gadgets, |gadget| gadget.id),
            by_id(&after.gadgets, |gadget| gadget.id),
        );
        structure
            .added
            .extend(only(&after.gadgets, &was, |gadget| gadget.id).map(|gadget| Key::from(self.gadget(gadget.id))));
        structure
            .gadgets
            .extend(only(&before.gadgets, &is, |gadget| gadget.id).map(|gadget| {
                let call = gadget
                    .is_function
                    .then(|| self.network.load_function(gadget).call)
                    .flatten();
                let mut gadget = gadget.clone();
                gadget.group = self.group(gadget.group);
                for (_, contact) in gadget.inputs.iter_mut().chain(&mut gadget.outputs) {
                    *contact = self.contact_id(*contact);
                }
                (gadget, call)
            }));
        let ages = before
            .gadgets
            .iter()
            .filter_map(|gadget| Some((gadget, is.get(&gadget.id)?)));
        let ages = ages.filter(|(gadget, then)| gadget.creation != then.creation);
        structure
            .ages
            .extend(ages.map(|(gadget, _)| (Key::from(self.gadget(gadget.id)), gadget.creation)));
        let (was, is) = (
            by_id(&before.links, |link| link.id),
            by_id(&after.links, |link| link.id),
        );
        structure
            .added
            .extend(only(&after.links, &was, |link| link.id).map(|link| {
                let found = self.link_here(link);
                found.map_or_else(|| Key::from(link.id), |id| self.network.first(id))
            }));
        structure
            .links
            .extend(only(&before.links, &is, |link| link.id).map(|link| {
                let mut link = link.clone();
                (link.from, link.to) = (self.contact_id(link.from), self.contact_id(link.to));
                link
            }));
        structure
    }

    fn link_here(&self, link: &crate::record::LinkRecord) -> Option<LinkId> {
        let relation = self.network.symbols.find(&link.relation)?;
        let (from, to) = (self.here.contacts.get(&link.from)?, self.here.contacts.get(&link.to)?);
        let slot = self.network.links.find(*from, *to, relation)?;
        Some(self.network.links.slots.handle(slot))
    }
}
