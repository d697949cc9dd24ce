//! The names of contacts, gadgets and wires, for drivers that tell of them: one directory for all, which keeps what was removed until
//! nobody is told of it any more.

use crate::lock::lock;
use crate::log::Recalled;
use crate::sync::Mutex;
use crate::sync::atomic::{AtomicBool, Ordering};
use bassline_core::{Directory, Image, Removed, StructureChange};
use std::collections::VecDeque;

/// The names, as those who read the log behind the network need them. A handle is never given twice, so that one directory serves readers
/// at any place.
#[derive(Debug, Default)]
pub struct Names {
    known: AtomicBool,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    directory: Directory,
    /// What records removed, by their sequence: the handles only, however much else is in a record.
    removed: VecDeque<(u64, Box<[Removed]>)>,
}

fn removed(structure: &[StructureChange]) -> Box<[Removed]> {
    structure.iter().filter_map(StructureChange::removed).collect()
}

impl Names {
    /// Looks names up.
    pub fn look<T>(&self, look: impl FnOnce(&Directory) -> T) -> T {
        look(&lock(&self.held).directory)
    }

    /// Whether there is a directory already.
    pub(crate) fn are_known(&self) -> bool {
        self.known.load(Ordering::Relaxed)
    }

    /// Begins with the names of a network, between two ticks.
    pub(crate) fn begin(&self, image: &Image) {
        let mut held = lock(&self.held);
        *held = Held {
            directory: Directory::of(image),
            removed: VecDeque::new(),
        };
        self.known.store(true, Ordering::Relaxed);
    }

    /// Nobody was told of what was committed meanwhile: they are to begin anew before anybody is.
    pub(crate) fn expire(&self) {
        self.known.store(false, Ordering::Relaxed);
    }

    /// Takes what a tick adds; called before anybody can read its record.
    pub(crate) fn learn(&self, structure: &[StructureChange], sequence: u64) {
        let mut held = lock(&self.held);
        held.directory.learn(structure);
        let gone = removed(structure);
        if !gone.is_empty() {
            held.removed.push_back((sequence, gone));
        }
    }

    /// Takes what a reader needs that is behind everybody else: what was there, and was removed since.
    pub(crate) fn recall(&self, recalled: Recalled) {
        if !self.are_known() {
            return;
        }
        let mut held = lock(&self.held);
        held.directory.add(&recalled.image);
        for (sequence, record) in recalled.edits {
            held.directory.learn(&record.structure);
            let gone = removed(&record.structure);
            if !gone.is_empty() {
                let at = held.removed.partition_point(|(known, _)| *known < sequence);
                if held.removed.get(at).is_none_or(|(known, _)| *known != sequence) {
                    held.removed.insert(at, (sequence, gone));
                }
            }
        }
    }

    /// Everybody has been told of what lies before `sequence`.
    pub(crate) fn forget_below(&self, sequence: u64) {
        if !self.are_known() {
            return;
        }
        let mut held = lock(&self.held);
        while held.removed.front().is_some_and(|(at, _)| *at < sequence) {
            if let Some((_, gone)) = held.removed.pop_front() {
                held.directory.forget(&gone);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bassline_core::{Blend, ContactId, ContactRecord, GroupId, Handle, Value};

    fn contact() -> ContactRecord {
        ContactRecord {
            id: ContactId::from_bits(7),
            place: Ok((GroupId::from_bits(0), "price".into())),
            blend: Blend::Stream,
            lattice: None,
            attributes: Value::Null,
            boundary: None,
        }
    }

    #[test]
    fn what_was_removed_has_its_name_until_all_were_told() {
        let (names, id) = (Names::default(), contact().id);
        names.begin(&Image::default());
        let path = || names.look(|directory| directory.path(id).cloned());
        let edits = [
            StructureChange::ContactAdded(contact()),
            StructureChange::ContactRemoved(id),
        ];
        for (sequence, edit) in edits.into_iter().enumerate() {
            names.learn(&[edit], sequence as u64);
        }
        names.forget_below(1);
        assert_eq!(path().as_deref(), Some("price"));
        names.forget_below(2);
        assert_eq!(path(), None);
    }
}
