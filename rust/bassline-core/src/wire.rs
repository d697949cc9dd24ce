//! The arena of wires.

use crate::slots::Slots;
use crate::symbol::fixed_hash;
use hashbrown::HashTable;

/// What a wire does with the values at its ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum WireKind {
    /// From the first to the second.
    Directed,
    /// Both ways.
    Bidirectional,
}

impl WireKind {
    /// The name users write.
    pub fn name(self) -> &'static str {
        match self {
            WireKind::Directed => "directed",
            WireKind::Bidirectional => "bidirectional",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [WireKind::Directed, WireKind::Bidirectional]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Wire {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) kind: WireKind,
    pub(crate) removed: bool,
}

impl Wire {
    /// What makes two declarations the same wire.
    fn identity(&self) -> (u32, u32, WireKind) {
        match self.kind {
            WireKind::Directed => (self.from, self.to, self.kind),
            WireKind::Bidirectional => (self.from.min(self.to), self.from.max(self.to), self.kind),
        }
    }
}

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct Wires {
    pub(crate) slots: Slots,
    pub(crate) rows: Vec<Wire>,
    pub(crate) creation: Vec<u64>,
    index: HashTable<u32>,
}

impl Wires {
    pub(crate) fn find(&self, wire: &Wire) -> Option<u32> {
        let identity = wire.identity();
        self.index
            .find(fixed_hash(&identity), |&slot| {
                self.rows[slot as usize].identity() == identity
            })
            .copied()
    }

    /// Fills the columns at a slot that has just been taken, and makes the wire known.
    pub(crate) fn place(&mut self, slot: u32, wire: Wire, creation: u64) {
        while self.rows.len() < self.slots.len() {
            self.rows.push(wire);
            self.creation.push(0);
        }
        self.rows[slot as usize] = wire;
        self.creation[slot as usize] = creation;
        self.enter(slot);
    }

    pub(crate) fn enter(&mut self, slot: u32) {
        let rows = &self.rows;
        let hash = |&slot: &u32| fixed_hash(&rows[slot as usize].identity());
        self.index.insert_unique(hash(&slot), slot, hash);
    }

    pub(crate) fn forget(&mut self, slot: u32) {
        let hash = fixed_hash(&self.rows[slot as usize].identity());
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
    }
}
