//! What is kept of a tick to undo it, or to do it again.

use crate::blend::LatticeSpec;
use crate::contradiction::Contradiction;
use crate::error::Fault;
use crate::gadget::Function;
use crate::id::{ContactId, GadgetId, GroupId, Handle, LinkId, WireId};
use crate::record::{ContactRecord, GadgetRecord, GroupRecord, LinkRecord, WireRecord};
use crate::symbol::Symbol;
use crate::value::Content;
use std::sync::Arc;

/// A thing by the handle it was first known by: what is made again has another.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Key {
    Group(u64),
    Contact(u64),
    Gadget(u64),
    Wire(u64),
    Link(u64),
}

macro_rules! keys {
    ($($handle:ty: $variant:ident),*) => {
        $(impl From<$handle> for Key {
            fn from(id: $handle) -> Self {
                Key::$variant(id.to_bits())
            }
        })*
    };
}

keys!(GroupId: Group, ContactId: Contact, GadgetId: Gadget, WireId: Wire, LinkId: Link);

impl Key {
    pub(super) fn bits(self) -> u64 {
        match self {
            Key::Group(bits) | Key::Contact(bits) | Key::Gadget(bits) | Key::Wire(bits) | Key::Link(bits) => bits,
        }
    }
}

/// Who wrote content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum By {
    Nobody,
    External(Symbol),
    Gadget(u64),
    Wire(u64),
}

/// What became of a contact in the tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum How {
    /// It changed.
    Changed,
    /// It has the content it had, of another writer.
    Quiet,
    /// It was removed.
    Gone,
}

/// What a contact was when the tick began.
#[derive(Clone, Debug)]
pub(super) struct Before {
    /// The contact, as in [`Key::Contact`].
    pub(super) contact: u64,
    pub(super) content: Content,
    pub(super) by: By,
    pub(super) how: How,
    /// The tick whose state it was in then.
    pub(super) other: u64,
    /// The tick that had changed it last, which is another if that had undone one.
    pub(super) version: u64,
}

/// The marks of a contact when the tick began.
pub(super) struct MarksBefore {
    pub(super) contact: ContactId,
    pub(super) contradiction: Option<Contradiction>,
    pub(super) faults: Vec<(GadgetId, Fault)>,
}

/// What the tick added and removed. All handles are those the things were first known by.
#[derive(Default)]
pub(super) struct Structure {
    pub(super) added: Vec<Key>,
    pub(super) groups: Vec<GroupRecord>,
    pub(super) contacts: Vec<(ContactRecord, Option<LatticeSpec>)>,
    pub(super) gadgets: Vec<(GadgetRecord, Option<Arc<dyn Function>>)>,
    pub(super) wires: Vec<WireRecord>,
    pub(super) links: Vec<LinkRecord>,
    /// Creation numbers that became others, as they were.
    pub(super) ages: Vec<(Key, u64)>,
    /// Contacts there were that routers came to write to, and contacts that they did not any more.
    pub(super) routed: Vec<(GadgetId, ContactId)>,
    pub(super) unrouted: Vec<(GadgetId, ContactId)>,
    pub(super) marks: Vec<MarksBefore>,
    /// Whether routers have to look for what they write to.
    pub(super) all_routes: bool,
}

impl Structure {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.routed.is_empty() && self.marks.is_empty() && self.has_removed_nothing()
    }

    fn has_removed_nothing(&self) -> bool {
        let lists = self.groups.is_empty() && self.contacts.is_empty() && self.gadgets.is_empty();
        lists && self.wires.is_empty() && self.links.is_empty() && self.ages.is_empty() && self.unrouted.is_empty()
    }

    /// What the tick removed.
    pub(super) fn removed(&self) -> impl Iterator<Item = Key> + '_ {
        let groups = self.groups.iter().map(|record| record.id.into());
        let contacts = self.contacts.iter().map(|(record, _)| record.id.into());
        let gadgets = self.gadgets.iter().flat_map(|(record, _)| {
            let cells = record.state.iter().map(|&cell| cell.into());
            std::iter::once(record.id.into()).chain(cells)
        });
        let wires = self.wires.iter().map(|record| record.id.into());
        let links = self.links.iter().map(|record| record.id.into());
        groups.chain(contacts).chain(gadgets).chain(wires).chain(links)
    }
}

/// What is kept of a tick; the contents stand beside it.
pub(super) struct Entry {
    pub(super) tick: u64,
    /// The tick that changed what it tells: that, or the last that undid it or did it again.
    pub(super) at: u64,
    /// How many contents.
    pub(super) count: usize,
    /// About how much it keeps.
    pub(super) bytes: usize,
    pub(super) structure: Option<Box<Structure>>,
    /// Whether it tells of an undo or a redo, or of a tick that was undone.
    pub(super) is_return: bool,
}
