//! How much is kept: so many ticks and bytes, the oldest going first.

use super::History;
use super::entry::{Before, Entry};
use crate::value::{Content, Value};
use std::collections::VecDeque;

impl History {
    pub(crate) fn is_on(&self) -> bool {
        self.ticks > 0
    }

    pub(super) fn push_undo(&mut self, entry: Entry, befores: impl IntoIterator<Item = Before>) {
        self.bytes += entry.bytes;
        self.befores.extend(befores);
        self.undo.push_back(entry);
        self.give_up_oldest();
    }

    pub(super) fn push_redo(&mut self, entry: Entry, befores: Vec<Before>) {
        self.bytes += entry.bytes;
        self.redo.push((entry, befores));
        self.give_up_oldest();
    }

    pub(super) fn push_other(&mut self, entry: Entry, befores: Vec<Before>) {
        self.other_bytes += entry.bytes;
        self.others.push_back((entry, befores));
        while self.others.len() > self.ticks || self.other_bytes > self.most {
            let Some((entry, _)) = self.others.pop_front() else {
                break;
            };
            self.other_bytes -= entry.bytes;
        }
    }

    /// What was undone is done again no more.
    pub(super) fn forget_redo(&mut self) {
        for (entry, _) in std::mem::take(&mut self.redo) {
            self.bytes -= entry.bytes;
            self.forget(&entry);
        }
    }

    /// Whether every contact is known by the handle it has, and stands where its last tick left it.
    pub(super) fn goes_straight(&self) -> bool {
        self.stands.is_empty() && self.renamed.is_empty()
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
    }

    pub(super) fn give_up_oldest(&mut self) {
        while self.undo.len() + self.redo.len() > self.ticks || self.bytes > self.most {
            if let Some(entry) = self.undo.pop_front() {
                self.bytes -= entry.bytes;
                self.befores.drain(..entry.count);
                self.forget(&entry);
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
