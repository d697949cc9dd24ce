//! The faults a contact is in: one of each gadget that failed to write to it and has not succeeded since.

use crate::contact::flag;
use crate::error::{Fault, NetworkError};
use crate::id::{ContactId, GadgetId};
use crate::network::Network;
use smallvec::SmallVec;

/// The faults of one contact, in the order in which their gadgets were made, at least one. The order of failing would depend on edges that
/// are gone, which no image holds.
#[derive(Debug, Clone)]
pub(crate) struct Faults(SmallVec<[(u32, Fault); 1]>);

impl Faults {
    pub(crate) fn of(gadget: u32, fault: Fault) -> Self {
        Self(SmallVec::from_iter([(gadget, fault)]))
    }

    /// The oldest gadget that failed, and how.
    pub(crate) fn oldest(&self) -> Option<&(u32, Fault)> {
        self.0.first()
    }

    /// Notes how a gadget failed; what it had failed with before is forgotten.
    fn note(&mut self, gadget: u32, fault: Fault, made: impl Fn(u32) -> u64) {
        match self.0.iter_mut().find(|known| known.0 == gadget) {
            Some(known) => known.1 = fault,
            None => {
                let at = self.0.partition_point(|known| made(known.0) < made(gadget));
                self.0.insert(at, (gadget, fault));
            }
        }
    }

    /// The gadgets that failed, and how.
    pub(crate) fn all(&self) -> impl Iterator<Item = &(u32, Fault)> {
        self.0.iter()
    }

    pub(crate) fn any(&self, mut of: impl FnMut(u32) -> bool) -> bool {
        self.0.iter().any(|known| of(known.0))
    }

    /// Keeps the faults of some gadgets; whether any are left.
    fn keep(&mut self, mut of: impl FnMut(u32) -> bool) -> bool {
        self.0.retain(|known| of(known.0));
        !self.0.is_empty()
    }

    /// Whether the same gadgets failed in the same words.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let text = |faults: &Self| -> Vec<(u32, String)> {
            faults
                .0
                .iter()
                .map(|(gadget, fault)| (*gadget, fault.to_string()))
                .collect()
        };
        text(self) == text(other)
    }
}

impl Network {
    /// Marks a contact with how a gadget failed.
    pub(crate) fn note_fault(&mut self, contact: u32, gadget: u32, fault: Fault) {
        match self.faults.get_mut(&contact) {
            Some(faults) => faults.note(gadget, fault, |slot| self.gadgets.creation[slot as usize]),
            None => {
                self.faults.insert(contact, Faults::of(gadget, fault));
            }
        }
        self.contacts.set(contact, flag::MARKED, true);
    }

    /// The gadgets that failed to write to a contact and have not succeeded since, in the order in which they were made.
    pub fn failed_writers(&self, id: ContactId) -> Result<Vec<GadgetId>, NetworkError> {
        let slot = self.slot(id)?;
        let faults = self.faults.get(&slot);
        Ok(faults.map_or_else(Vec::new, |faults| {
            faults.0.iter().map(|(gadget, _)| self.gadgets.id(*gadget)).collect()
        }))
    }

    /// Lifts the faults that some gadgets left in a contact, and its mark if nothing else is wrong with it.
    pub(crate) fn lift_faults(&mut self, contact: u32, of: impl Fn(u32) -> bool) {
        if let Some(faults) = self.faults.get_mut(&contact)
            && !faults.keep(|gadget| !of(gadget))
        {
            self.faults.swap_remove(&contact);
        }
        let left = self.contradictions.contains_key(&contact) || self.faults.contains_key(&contact);
        self.contacts.set(contact, flag::MARKED, left);
    }
}
