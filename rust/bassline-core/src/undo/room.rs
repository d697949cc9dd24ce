//! How much is kept: so many ticks and bytes, the oldest going first.

use super::History;
use super::entry::{Before, Entry};
use super::logs::Logs;
use crate::value::{Content, Value};
use std::collections::VecDeque;

impl History {
    pub(crate) fn is_on(&self) -> bool {
        self.ticks > 0
    }

    #[cfg(test)]
    pub(super) fn undoable(&self) -> usize {
        self.undo.len() + self.logs.len()
    }

    pub(super) fn push_undo(&mut self, entry: Entry, befores: impl IntoIterator<Item = Before>) {
        self.bytes += entry.bytes;
        self.befores.extend(befores);
        self.undo.push_back(entry);
        self.give_up_oldest();
        self.give_up_returns();
    }

    pub(super) fn push_redo(&mut self, entry: Entry, befores: Vec<Before>) {
        self.bytes += entry.bytes;
        self.redo.push((entry, befores));
        self.give_up_oldest();
    }

    pub(super) fn push_other(&mut self, entry: Entry, befores: Vec<Before>) {
        self.other_bytes += entry.bytes;
        self.others.push_back((entry, befores));
        self.give_up_oldest_others();
    }

    /// The same of a tick that is not the last; of one that is told already, nothing.
    pub(super) fn insert_other(&mut self, entry: Entry, befores: Vec<Before>) {
        if let Err(place) = self.others.binary_search_by_key(&entry.at, |(other, _)| other.at) {
            self.other_bytes += entry.bytes;
            self.others.insert(place, (entry, befores));
            self.give_up_oldest_others();
        }
    }

    fn give_up_oldest_others(&mut self) {
        while self.others.len() + self.other_logs.len() > self.ticks
            || self.other_bytes > self.most
            || self.other_logs.is_full()
        {
            let oldest = self.others.pop_front().map(|(entry, _)| entry.bytes);
            let Some(bytes) = oldest.or_else(|| self.other_logs.give_up_oldest()) else {
                break;
            };
            self.other_bytes -= bytes;
        }
    }

    /// Takes the log of a tick over with `push`, which answers how many bytes it came to; with `is_other`, of one of a source.
    #[inline]
    pub(super) fn push_log(&mut self, is_other: bool, push: impl FnOnce(&mut Logs) -> usize) {
        if is_other {
            self.other_bytes += push(&mut self.other_logs);
            self.give_up_oldest_others();
        } else {
            self.bytes += push(&mut self.logs);
            if self.is_full() {
                self.give_up_oldest_log();
            }
            self.give_up_returns();
        }
    }

    /// What is told of undos goes with the last of the ticks that can be undone and came before them.
    #[inline]
    fn give_up_returns(&mut self) {
        while let Some((entry, _)) = self.others.front()
            && entry.is_return
        {
            let (at, bytes) = (entry.at, entry.bytes);
            let oldest = self
                .undo
                .front()
                .map(|entry| entry.at)
                .or_else(|| self.logs.oldest_tick());
            let is_full = self.undo.len() + self.logs.len() + self.redo.len() >= self.ticks;
            if !is_full || oldest.is_some_and(|oldest| at >= oldest) {
                break;
            }
            self.others.pop_front();
            self.other_bytes -= bytes;
        }
    }

    /// What was undone is done again no more.
    #[inline]
    pub(super) fn forget_redo(&mut self) {
        if self.redo.is_empty() {
            return;
        }
        for (entry, _) in std::mem::take(&mut self.redo) {
            self.bytes -= entry.bytes;
            self.forget(&entry);
        }
    }

    /// Whether so many contents are more than may be kept.
    pub(super) fn is_too_large(&self, contents: usize) -> bool {
        contents.saturating_mul(size_of::<Before>()) > self.most
    }

    /// What came before a tick that is not kept cannot be undone.
    pub(super) fn give_up_all(&mut self) {
        for entry in std::mem::take(&mut self.undo) {
            self.bytes -= entry.bytes;
            self.forget(&entry);
        }
        self.befores = VecDeque::new();
        while let Some(bytes) = self.logs.give_up_oldest() {
            self.bytes -= bytes;
        }
        self.logs = Logs::default();
    }

    #[inline]
    fn is_full(&self) -> bool {
        let ticks = self.undo.len() + self.logs.len() + self.redo.len();
        ticks > self.ticks || self.bytes > self.most || self.logs.is_full()
    }

    /// Of ticks one like the other, one goes when one comes.
    #[inline]
    fn give_up_oldest_log(&mut self) {
        if self.undo.is_empty()
            && let Some(bytes) = self.logs.give_up_oldest()
        {
            self.bytes -= bytes;
        }
        if self.is_full() {
            self.give_up_oldest();
        }
    }

    #[cold]
    #[inline(never)]
    pub(super) fn give_up_oldest(&mut self) {
        while self.is_full() {
            if let Some(entry) = self.undo.pop_front() {
                self.bytes -= entry.bytes;
                self.befores.drain(..entry.count);
                self.forget(&entry);
            } else if let Some(bytes) = self.logs.give_up_oldest() {
                self.bytes -= bytes;
            } else if self.redo.is_empty() {
                break;
            } else {
                let (entry, _) = self.redo.remove(0);
                self.bytes -= entry.bytes;
                self.forget(&entry);
            }
        }
        if self.befores.capacity() > 4 * self.befores.len() + ROOM {
            self.befores.shrink_to(2 * self.befores.len());
        }
    }

    /// What an entry removed will not be made again.
    fn forget(&mut self, entry: &Entry) {
        let Some(structure) = &entry.structure else { return };
        for key in structure.removed() {
            self.renamed.forget(key);
        }
    }
}

/// So many contents there is room for in any case.
const ROOM: usize = 4096;
const PER_ENTRY: usize = 64;
const PER_EDIT: usize = 256;

/// About how many bytes an entry keeps, of so many contents and so much on the heap.
pub(super) fn weight(contents: usize, heaps: usize, edits: usize) -> usize {
    PER_ENTRY + edits * PER_EDIT + contents * size_of::<Before>() + heaps
}

/// The bytes of content outside its cell, of the outermost object only, so that it costs the same for any content.
#[inline]
pub(crate) fn heap(content: &Content) -> usize {
    match content {
        None | Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_)) => 0,
        Some(Value::Text(text)) => text.len(),
        Some(Value::Bytes(bytes)) => bytes.len(),
        Some(Value::List(items)) => items.len() * size_of::<Value>(),
        Some(Value::Map(map)) => map.len() * size_of::<Value>(),
        Some(Value::Set(set)) => set.len() * size_of::<Value>(),
        Some(Value::Array(array)) => array.bytes().len(),
        Some(Value::Interval(_) | Value::Coded(_) | Value::Opaque(_)) => 2 * size_of::<Value>(),
    }
}
