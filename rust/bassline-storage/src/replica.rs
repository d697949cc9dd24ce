//! A network as records tell of it: what an image becomes when ticks are applied to it. It computes nothing.

use bassline_core::{
    ContactState, Died, GadgetRecord, GroupRecord, Handle, Image, LinkRecord, StructureChange, Unnamed, WireRecord,
};
use bassline_kernel::TickRecord;
use std::fmt::Debug;
use thiserror::Error;

/// Why a tick cannot follow what is there.
#[derive(Debug, Clone, Error, PartialEq, Eq)]
#[error("tick {tick} {what}, which does not follow tick {last}")]
pub struct ReplicaError {
    /// The tick.
    pub tick: u64,
    /// What it does.
    pub what: String,
    /// The last tick applied.
    pub last: u64,
}

/// An image to which ticks are applied.
#[derive(Debug, Default)]
pub struct Replica {
    tick: u64,
    creation: u64,
    died: Died,
    groups: Column<GroupRecord>,
    contacts: Column<ContactState>,
    wires: Column<WireRecord>,
    gadgets: Column<GadgetRecord>,
    links: Column<LinkRecord>,
}

impl Replica {
    /// The replica of an image.
    pub fn new(image: Image) -> Self {
        Self {
            tick: image.tick,
            creation: image.creation,
            died: image.died,
            groups: image
                .groups
                .into_iter()
                .map(|record| (record.id.slot(), record))
                .collect(),
            contacts: image
                .contacts
                .into_iter()
                .map(|state| (state.record.id.slot(), state))
                .collect(),
            wires: image
                .wires
                .into_iter()
                .map(|record| (record.id.slot(), record))
                .collect(),
            gadgets: image
                .gadgets
                .into_iter()
                .map(|record| (record.id.slot(), record))
                .collect(),
            links: image
                .links
                .into_iter()
                .map(|record| (record.id.slot(), record))
                .collect(),
        }
    }

    /// The last tick applied.
    pub fn tick(&self) -> u64 {
        self.tick
    }

    /// What a contact holds, if it is there.
    pub fn contact(&self, id: bassline_core::ContactId) -> Option<&ContactState> {
        self.contacts.get(id.slot()).filter(|state| state.record.id == id)
    }

    /// Applies a tick. On an error it is half applied, and the replica is of no use any more.
    pub fn apply(&mut self, record: &TickRecord) -> Result<(), ReplicaError> {
        let refused = |last: u64, what: String| ReplicaError {
            tick: record.tick,
            what,
            last,
        };
        if record.tick <= self.tick {
            return Err(refused(self.tick, "comes again".to_owned()));
        }
        for change in &record.structure {
            self.edit(change).map_err(|what| refused(self.tick, what))?;
        }
        for change in &record.changes {
            let slot = change.contact.slot();
            match self.contacts.get_mut(slot) {
                Some(state) if state.record.id == change.contact => {
                    state.content.clone_from(&change.new);
                    state.cause.clone_from(&change.cause);
                    state.version = record.tick;
                }
                _ => {
                    let what = format!("changes contact {:?}, which is not there", change.contact);
                    return Err(refused(self.tick, what));
                }
            }
        }
        self.tick = record.tick;
        Ok(())
    }

    fn edit(&mut self, change: &StructureChange) -> Result<(), String> {
        self.died.note(change);
        match change {
            StructureChange::GroupAdded(record) => self.groups.add(record.id, record.clone()),
            StructureChange::ContactAdded(record) => {
                let content = match &record.place {
                    Err(Unnamed::Constant(value)) => Some(value.clone()),
                    Ok(_) | Err(Unnamed::State) => None,
                };
                let state = ContactState {
                    record: record.clone(),
                    content,
                    version: 0,
                    cause: bassline_core::Cause::Nobody,
                    contradiction: None,
                    fault: None,
                };
                self.contacts.add(record.id, state)
            }
            StructureChange::WireAdded(record) => {
                self.creation = self.creation.max(record.creation + 1);
                self.wires.add(record.id, record.clone())
            }
            StructureChange::GadgetAdded(record) => {
                self.creation = self.creation.max(record.creation + 1);
                self.gadgets.add(record.id, record.clone())
            }
            StructureChange::LinkAdded(record) => self.links.add(record.id, record.clone()),
            StructureChange::GroupRemoved(id) => self.groups.remove(*id),
            StructureChange::ContactRemoved(id) => self.contacts.remove(*id),
            StructureChange::WireRemoved(id) => self.wires.remove(*id),
            StructureChange::GadgetRemoved(id) => self.gadgets.remove(*id),
            StructureChange::LinkRemoved(id) => self.links.remove(*id),
            StructureChange::Marked {
                contact,
                contradiction,
                fault,
                ..
            } => match self.contacts.get_mut(contact.slot()) {
                Some(state) if state.record.id == *contact => {
                    state.contradiction.clone_from(contradiction);
                    state.fault.clone_from(fault);
                    Ok(())
                }
                _ => Err(format!("marks contact {contact:?}, which is not there")),
            },
        }
    }

    /// The image it has come to.
    pub fn into_image(self) -> Image {
        let mut groups = self.groups.into_vec();
        sort_parents_first(&mut groups);
        let (mut wires, mut gadgets) = (self.wires.into_vec(), self.gadgets.into_vec());
        wires.sort_by_key(|wire| wire.creation);
        gadgets.sort_by_key(|gadget| gadget.creation);
        Image {
            tick: self.tick,
            creation: self.creation,
            died: self.died,
            groups,
            contacts: self.contacts.into_vec(),
            wires,
            gadgets,
            links: self.links.into_vec(),
        }
    }
}

/// A group may have been given a lower slot than the group it is in.
fn sort_parents_first(groups: &mut [GroupRecord]) {
    let parents: std::collections::BTreeMap<u32, u32> = groups
        .iter()
        .map(|group| (group.id.slot(), group.parent.slot()))
        .collect();
    let depth = |group: &GroupRecord| {
        let above = std::iter::successors(Some(group.parent.slot()), |slot| parents.get(slot).copied());
        above.take(parents.len() + 1).count()
    };
    groups.sort_by_cached_key(depth);
}

/// Records by slot.
#[derive(Debug)]
struct Column<T>(Vec<Option<T>>);

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> FromIterator<(u32, T)> for Column<T> {
    fn from_iter<I: IntoIterator<Item = (u32, T)>>(records: I) -> Self {
        let mut column = Self::default();
        for (slot, record) in records {
            *column.place(slot) = Some(record);
        }
        column
    }
}

impl<T> Column<T> {
    fn place(&mut self, slot: u32) -> &mut Option<T> {
        let at = slot as usize;
        if at >= self.0.len() {
            self.0.resize_with(at + 1, || None);
        }
        &mut self.0[at]
    }

    fn get(&self, slot: u32) -> Option<&T> {
        self.0.get(slot as usize)?.as_ref()
    }

    #[inline]
    fn get_mut(&mut self, slot: u32) -> Option<&mut T> {
        self.0.get_mut(slot as usize)?.as_mut()
    }

    fn add(&mut self, id: impl Handle + Debug, record: T) -> Result<(), String> {
        match self.place(id.slot()) {
            Some(_) => Err(format!("adds {id:?}, where another is")),
            free => {
                *free = Some(record);
                Ok(())
            }
        }
    }

    fn remove(&mut self, id: impl Handle + Debug) -> Result<(), String> {
        match self.place(id.slot()).take() {
            Some(_) => Ok(()),
            None => Err(format!("removes {id:?}, which is not there")),
        }
    }

    fn into_vec(self) -> Vec<T> {
        self.0.into_iter().flatten().collect()
    }
}
