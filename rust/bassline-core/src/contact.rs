//! The arena of contacts: columns by slot.

use crate::blend::Blend;
use crate::edges::Edges;
use crate::id::{ContactId, Handle};
use crate::slots::{Slots, grow};
use crate::symbol::Symbol;
use crate::value::{Content, Value};
use crate::wire::WireKind;

/// No slot.
pub(crate) const NONE: u32 = u32::MAX;

/// Bits of a contact's `flags`. A contact without any of the first five takes the fast path of a write.
pub(crate) mod flag {
    pub(crate) const CYCLIC: u8 = 1;
    pub(crate) const WIRED_OUT: u8 = 2;
    pub(crate) const MANY_WRITERS: u8 = 4;
    pub(crate) const BLENDED: u8 = 8;
    /// Has a contradiction or a fault.
    pub(crate) const MARKED: u8 = 16;
    pub(crate) const SLOW: u8 = CYCLIC | WIRED_OUT | MANY_WRITERS | BLENDED | MARKED;
    pub(crate) const QUEUED: u8 = 32;
    pub(crate) const REMOVED: u8 = 64;
    /// Declared in the open tick.
    pub(crate) const FRESH: u8 = 128;
}

/// Who wrote content last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Writer(pub(crate) u32);

const WIRE_BIT: u32 = 1 << 30;
const EXTERNAL_BIT: u32 = 1 << 31;

impl Writer {
    pub(crate) const NOBODY: Writer = Writer(u32::MAX);

    pub(crate) fn gadget(slot: u32) -> Self {
        Writer(slot)
    }
    pub(crate) fn wire(slot: u32) -> Self {
        Writer(slot | WIRE_BIT)
    }
    pub(crate) fn external(source: Symbol) -> Self {
        Writer(source.0 | EXTERNAL_BIT)
    }
    pub(crate) fn as_gadget(self) -> Option<u32> {
        (self.0 & (WIRE_BIT | EXTERNAL_BIT) == 0).then_some(self.0)
    }
    pub(crate) fn as_wire(self) -> Option<u32> {
        (self.0 & (WIRE_BIT | EXTERNAL_BIT) == WIRE_BIT).then_some(self.0 & !WIRE_BIT)
    }
    pub(crate) fn as_external(self) -> Option<Symbol> {
        (self != Self::NOBODY && self.0 & EXTERNAL_BIT != 0).then_some(Symbol(self.0 & !EXTERNAL_BIT))
    }
}

/// A reader or writer of a contact: a gadget, or a wire.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Edge {
    Gadget(u32),
    Wire(u32),
}

impl Edge {
    pub(crate) fn code(self) -> u32 {
        match self {
            Edge::Gadget(slot) => slot,
            Edge::Wire(slot) => slot | EXTERNAL_BIT,
        }
    }
    pub(crate) fn of(code: u32) -> Self {
        if code & EXTERNAL_BIT == 0 {
            Edge::Gadget(code)
        } else {
            Edge::Wire(code & !EXTERNAL_BIT)
        }
    }
}

/// What a contact without a name is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unnamed {
    /// A constant bound to a gadget's port.
    Constant(Value),
    /// A cell of a gadget's state.
    State,
}

/// The tick that last changed a contact, or is changing it, and where the contact's entry stands in that tick's log. A contact is touched in the open
/// tick exactly if its version says that tick, so that committing leaves versions as they are. An entry beyond the places a version
/// has room for is held under [`Version::FAR`] until the commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Version(u64);

impl Version {
    const PLACE_BITS: u32 = 16;
    const FAR: u64 = 1 << 63;
    /// The entries that have room in a version.
    pub(crate) const PLACES: usize = 1 << Self::PLACE_BITS;

    /// Of a contact that is not touched.
    pub(crate) fn of_tick(tick: u64) -> Self {
        Version(tick << Self::PLACE_BITS)
    }

    /// Of a contact touched in the open tick `tick`, at `place` of its log.
    #[inline]
    pub(crate) fn touched(tick: u64, place: usize) -> Self {
        if place < Self::PLACES {
            Version(tick << Self::PLACE_BITS | place as u64)
        } else {
            Version(Self::FAR | place as u64)
        }
    }

    /// Whether the contact is touched in the open tick `tick`: no version of an earlier one is as great.
    #[inline]
    pub(crate) fn is_touched(self, tick: u64) -> bool {
        self.0 >= tick << Self::PLACE_BITS
    }

    /// The place in the log of the open tick `tick`, if touched in it.
    #[inline]
    pub(crate) fn place(self, tick: u64) -> Option<usize> {
        if self.0 >> Self::PLACE_BITS == tick {
            Some((self.0 & (Self::PLACES as u64 - 1)) as usize)
        } else {
            (self.0 & Self::FAR != 0).then_some((self.0 & !Self::FAR) as usize)
        }
    }

    /// The tick, if the open one is `tick`.
    pub(crate) fn tick(self, open: u64) -> u64 {
        if self.0 & Self::FAR == 0 {
            self.0 >> Self::PLACE_BITS
        } else {
            open
        }
    }
}

/// What propagation reads and writes of a contact: half a cache line.
#[derive(Debug, Clone)]
#[repr(align(32))]
pub(crate) struct Row {
    pub(crate) content: Content,
    pub(crate) version: Version,
    pub(crate) writer: Writer,
    pub(crate) flags: u8,
    pub(crate) blend: Blend,
}

impl Row {
    fn empty(blend: Blend) -> Self {
        Self {
            content: None,
            version: Version::default(),
            writer: Writer::NOBODY,
            flags: if blend == Blend::AcceptLast { 0 } else { flag::BLENDED },
            blend,
        }
    }
}

const _: () = assert!(size_of::<Row>() == 32);

/// The columns: what propagation touches is one row; what only structure needs stands beside it.
#[derive(Debug, Default)]
pub(crate) struct Contacts {
    pub(crate) slots: Slots,
    pub(crate) rows: Vec<Row>,
    pub(crate) level: Vec<i32>,
    /// The group's slot; [`NONE`] for a contact without a name.
    pub(crate) group: Vec<u32>,
    pub(crate) name: Vec<Symbol>,
    /// Gadgets that read it, directed wires out of it, and bidirectional wires.
    pub(crate) readers: Edges,
    /// Gadgets that write it, and directed wires into it. Bidirectional wires stand among the readers alone: one entry an end.
    pub(crate) writers: Edges,
}

impl Contacts {
    pub(crate) fn add(&mut self, group: u32, name: Symbol, blend: Blend) -> u32 {
        let slot = self.slots.take();
        self.place(slot, group, name, blend);
        slot
    }

    /// Fills the columns at a slot that has just been taken.
    pub(crate) fn place(&mut self, slot: u32, group: u32, name: Symbol, blend: Blend) {
        let len = self.slots.len();
        if self.rows.len() < len {
            grow(&mut self.rows, len, Row::empty(Blend::AcceptLast));
            grow(&mut self.level, len, 0);
            grow(&mut self.group, len, NONE);
            grow(&mut self.name, len, Symbol(0));
            self.readers.grow(len);
            self.writers.grow(len);
        }
        let at = slot as usize;
        self.rows[at] = Row::empty(blend);
        self.level[at] = 0;
        self.group[at] = group;
        self.name[at] = name;
    }

    /// What uses a freed slot falls over it.
    #[cfg(debug_assertions)]
    pub(crate) fn poison(&mut self, slot: u32) {
        let at = slot as usize;
        self.rows[at].content = Some(Value::Text(arcstr::literal!("the content of a removed contact")));
        self.level[at] = i32::MIN;
        self.group[at] = NONE - 1;
        self.name[at] = Symbol(NONE - 1);
    }

    pub(crate) fn id(&self, slot: u32) -> ContactId {
        self.slots.handle(slot)
    }

    /// The slot of a live contact.
    #[inline]
    pub(crate) fn find(&self, id: ContactId) -> Option<u32> {
        (self.slots.holds(id) && self.rows[id.slot() as usize].flags & flag::REMOVED == 0).then(|| id.slot())
    }

    #[inline]
    pub(crate) fn has(&self, slot: u32, flags: u8) -> bool {
        self.rows[slot as usize].flags & flags != 0
    }

    pub(crate) fn set(&mut self, slot: u32, flag: u8, on: bool) {
        if on {
            self.rows[slot as usize].flags |= flag;
        } else {
            self.rows[slot as usize].flags &= !flag;
        }
    }

    pub(crate) fn is_stream(&self, slot: u32) -> bool {
        self.rows[slot as usize].blend == Blend::Stream
    }

    pub(crate) fn value(&self, slot: u32) -> Option<&Value> {
        self.rows[slot as usize].content.as_ref()
    }

    /// The edges of a contact among which wires of a kind that lead to it stand.
    pub(crate) fn edges_with(&self, kind: WireKind, slot: u32) -> &[u32] {
        match kind {
            WireKind::Directed => self.writers.get(slot),
            WireKind::Bidirectional => self.readers.get(slot),
        }
    }

    /// The bits that follow from the writers list; called when it changed.
    pub(crate) fn refresh_many_writers(&mut self, slot: u32) {
        let many = self.writers.len(slot) > 1;
        self.set(slot, flag::MANY_WRITERS, many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_tells_its_tick_and_in_the_open_one_its_place() {
        for place in [0, 7, Version::PLACES - 1, Version::PLACES, 1 << 31] {
            let version = Version::touched(12, place);
            assert_eq!(version.place(12), Some(place));
            assert_eq!(version.tick(12), 12);
        }
        assert_eq!(Version::touched(12, 7).place(13), None);
        assert_eq!(Version::of_tick(11).place(12), None);
        assert_eq!(Version::of_tick(11).tick(12), 11);
    }

    #[test]
    fn writers_tell_gadgets_wires_and_sources_apart() {
        assert_eq!(Writer::gadget(7).as_gadget(), Some(7));
        assert_eq!(Writer::gadget(7).as_wire(), None);
        assert_eq!(Writer::wire(7).as_wire(), Some(7));
        assert_eq!(Writer::external(Symbol(7)).as_external(), Some(Symbol(7)));
        assert_eq!(Writer::NOBODY.as_external(), None);
        assert_eq!(Writer::NOBODY.as_gadget(), None);
    }
}
