//! The names of contacts, gadgets and wires, for drivers that tell of them: one directory for all, which keeps what was removed until
//! nobody is told of it any more.

use crate::lock::lock;
use crate::log::Recalled;
use bassline_core::{Directory, Image, StructureChange};
use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

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
    /// The edits of the records that removed something, by their sequence.
    removed: VecDeque<(u64, Vec<StructureChange>)>,
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
        if structure.iter().any(StructureChange::is_removal) {
            held.removed.push_back((sequence, structure.to_vec()));
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
            if record.structure.iter().any(StructureChange::is_removal) {
                let at = held.removed.partition_point(|(known, _)| *known < sequence);
                if held.removed.get(at).is_none_or(|(known, _)| *known != sequence) {
                    held.removed.insert(at, (sequence, record.structure.clone()));
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
            if let Some((_, structure)) = held.removed.pop_front() {
                held.directory.forget(&structure);
            }
        }
    }
}
