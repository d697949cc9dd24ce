//! The arena of wires.

use crate::contact::Edge;
use crate::slots::{Slots, grow};
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
    /// Declared in the open tick.
    pub(crate) fresh: bool,
}

impl Wire {
    /// Whether it carries values to a contact at its end.
    pub(crate) fn leads_to(&self, end: u32) -> bool {
        self.to == end || self.kind == WireKind::Bidirectional
    }

    /// What makes two declarations the same wire.
    fn identity(&self) -> (u32, u32, WireKind) {
        match self.kind {
            WireKind::Directed => (self.from, self.to, self.kind),
            WireKind::Bidirectional => (self.from.min(self.to), self.from.max(self.to), self.kind),
        }
    }
}

/// A [`Wire`] in eight bytes: no slot reaches the two highest bits.
#[derive(Debug, Clone, Copy)]
struct Packed {
    from: u32,
    to: u32,
}

const HIGHEST: u32 = 1 << 31;
const SECOND: u32 = 1 << 30;

impl From<Wire> for Packed {
    fn from(wire: Wire) -> Self {
        Self {
            from: wire.from | if wire.removed { HIGHEST } else { 0 } | if wire.fresh { SECOND } else { 0 },
            to: wire.to
                | if wire.kind == WireKind::Bidirectional {
                    HIGHEST
                } else {
                    0
                },
        }
    }
}

impl From<Packed> for Wire {
    fn from(packed: Packed) -> Self {
        Self {
            from: packed.from & !(HIGHEST | SECOND),
            to: packed.to & !HIGHEST,
            kind: if packed.to & HIGHEST == 0 {
                WireKind::Directed
            } else {
                WireKind::Bidirectional
            },
            removed: packed.from & HIGHEST != 0,
            fresh: packed.from & SECOND != 0,
        }
    }
}

/// A contact with more writers than this has its directed wires coming in all in the index, one with more readers its bidirectional
/// ones; one with fewer is searched.
const SEARCHED: usize = 16;

/// The columns.
#[derive(Debug, Default)]
pub(crate) struct Wires {
    pub(crate) slots: Slots,
    rows: Vec<Packed>,
    /// Creation numbers, the lowest byte first. A stamp has room for fewer bits of one.
    creation: Vec<[u8; 5]>,
    index: HashTable<u32>,
}

impl Wires {
    #[inline]
    pub(crate) fn row(&self, slot: u32) -> Wire {
        self.rows[slot as usize].into()
    }

    #[inline]
    pub(crate) fn creation(&self, slot: u32) -> u64 {
        let mut bytes = [0; 8];
        bytes[..5].copy_from_slice(&self.creation[slot as usize]);
        u64::from_le_bytes(bytes)
    }

    pub(crate) fn set_creation(&mut self, slot: u32, creation: u64) {
        self.creation[slot as usize].copy_from_slice(&creation.to_le_bytes()[..5]);
    }

    pub(crate) fn set_removed(&mut self, slot: u32, removed: bool) {
        let wire = Wire {
            removed,
            ..self.row(slot)
        };
        self.rows[slot as usize] = wire.into();
    }

    /// The tick that declared it is committed.
    pub(crate) fn commit(&mut self, slot: u32) {
        self.rows[slot as usize].from &= !SECOND;
    }

    /// The wire that is declared so, among the edges of the contact it leads to, where those of its kind stand.
    pub(crate) fn find(&self, wire: &Wire, edges: &[u32]) -> Option<u32> {
        let identity = wire.identity();
        let is_it = |slot: u32| self.row(slot).identity() == identity;
        if edges.len() > SEARCHED {
            return self.index.find(fixed_hash(&identity), |&slot| is_it(slot)).copied();
        }
        edges.iter().find_map(|&code| match Edge::of(code) {
            Edge::Wire(slot) if is_it(slot) => Some(slot),
            _ => None,
        })
    }

    /// Fills the columns at a slot that has just been taken.
    pub(crate) fn place(&mut self, slot: u32, wire: Wire, creation: u64) {
        grow(&mut self.rows, self.slots.len(), wire.into());
        grow(&mut self.creation, self.slots.len(), [0; 5]);
        self.rows[slot as usize] = wire.into();
        self.set_creation(slot, creation);
    }

    /// Makes the wires of a kind known that stand among edges of a contact, which the edge `code` has just joined.
    pub(crate) fn enter(&mut self, kind: WireKind, code: u32, edges: &[u32]) {
        match edges.len() {
            0..=SEARCHED => {}
            len if len == SEARCHED + 1 => edges.iter().for_each(|&code| self.enter_one(kind, code)),
            _ => self.enter_one(kind, code),
        }
    }

    fn enter_one(&mut self, kind: WireKind, code: u32) {
        let Edge::Wire(slot) = Edge::of(code) else { return };
        if self.row(slot).kind != kind {
            return;
        }
        let rows = &self.rows;
        let hash = |&slot: &u32| fixed_hash(&Wire::from(rows[slot as usize]).identity());
        let own = hash(&slot);
        if self.index.find(own, |&other| other == slot).is_none() {
            self.index.insert_unique(own, slot, hash);
        }
    }

    pub(crate) fn forget(&mut self, slot: u32) {
        let hash = fixed_hash(&self.row(slot).identity());
        if let Ok(entry) = self.index.find_entry(hash, |&other| other == slot) {
            entry.remove();
        }
    }
}
