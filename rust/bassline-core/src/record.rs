//! What a tick was: the records that leave the engine.

use crate::blend::Blend;
use crate::boundary::Boundary;
use crate::contact::Unnamed;
use crate::contradiction::Contradiction;
use crate::id::{ContactId, GadgetId, GroupId, LinkId, WireId};
use crate::network::Cause;
use crate::undo::Return;
use crate::value::{Content, Text, Value};
use crate::wire::WireKind;

/// One change of one contact; for a stream contact, one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The contact.
    pub contact: ContactId,
    /// What it held before.
    pub old: Content,
    /// What it holds after.
    pub new: Content,
    /// Who wrote it.
    pub cause: Cause,
    /// Whether this is an event of a stream.
    pub event: bool,
}

/// A committed tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Committed {
    /// Its number.
    pub tick: u64,
    /// Every change, in the order the contacts were first written.
    pub changes: Vec<Change>,
    /// Every structural edit, in order.
    pub structure: Vec<StructureChange>,
    /// The tick it undoes or does again, if that is what it is.
    pub returns: Option<Return>,
}

/// A committed tick whose changes stand elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct TickDone {
    /// Its number.
    pub tick: u64,
    /// Every structural edit, in order.
    pub structure: Vec<StructureChange>,
    /// The tick it undoes or does again, if that is what it is.
    pub returns: Option<Return>,
}

/// A committed tick of which nobody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Untold {
    /// Its number.
    pub tick: u64,
    /// The tick it undoes or does again, if that is what it is.
    pub returns: Option<Return>,
}

impl TickDone {
    #[inline]
    pub(crate) fn with(self, changes: Vec<Change>) -> Committed {
        let Self {
            tick,
            structure,
            returns,
        } = self;
        Committed {
            tick,
            changes,
            structure,
            returns,
        }
    }
}

/// Something added to or removed from the structure, or a mark set or lifted.
#[derive(Debug, Clone, PartialEq)]
pub enum StructureChange {
    /// A new group.
    GroupAdded(GroupRecord),
    /// A new contact.
    ContactAdded(ContactRecord),
    /// A new wire.
    WireAdded(WireRecord),
    /// A new gadget.
    GadgetAdded(GadgetRecord),
    /// A new link.
    LinkAdded(LinkRecord),
    /// A group is gone.
    GroupRemoved(GroupId),
    /// A contact is gone.
    ContactRemoved(ContactId),
    /// A wire is gone.
    WireRemoved(WireId),
    /// A gadget is gone.
    GadgetRemoved(GadgetId),
    /// A link is gone.
    LinkRemoved(LinkId),
    /// A contact's contradiction or fault came, went, or became another. It is no change of its content.
    Marked {
        /// The contact.
        contact: ContactId,
        /// The contradiction it records now.
        contradiction: Option<Contradiction>,
        /// Whether it recorded one before.
        was_contradiction: bool,
        /// The gadget that failed, and how, if it is in a fault now.
        fault: Option<(GadgetId, Text)>,
    },
}

/// What is gone, of what has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// A group.
    Group(GroupId),
    /// A contact.
    Contact(ContactId),
    /// A wire.
    Wire(WireId),
    /// A gadget.
    Gadget(GadgetId),
    /// A link.
    Link(LinkId),
}

impl StructureChange {
    /// What is gone, if something is.
    pub fn removed(&self) -> Option<Removed> {
        match *self {
            Self::GroupRemoved(id) => Some(Removed::Group(id)),
            Self::ContactRemoved(id) => Some(Removed::Contact(id)),
            Self::WireRemoved(id) => Some(Removed::Wire(id)),
            Self::GadgetRemoved(id) => Some(Removed::Gadget(id)),
            Self::LinkRemoved(id) => Some(Removed::Link(id)),
            _ => None,
        }
    }
}

/// A group, as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupRecord {
    /// Its handle.
    pub id: GroupId,
    /// Its parent.
    pub parent: GroupId,
    /// Its name.
    pub name: Text,
    /// Its attributes: a map.
    pub attributes: Value,
    /// Whether wires and gadgets pass through its boundary contacts only.
    pub sealed: bool,
}

/// A contact, as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct ContactRecord {
    /// Its handle.
    pub id: ContactId,
    /// Its group and name, or what it is without one.
    pub place: Result<(GroupId, Text), Unnamed>,
    /// Its blend.
    pub blend: Blend,
    /// Of a [`Blend::Custom`], where its lattice is found: `module:qualified.name`.
    pub lattice: Option<Text>,
    /// Its attributes: a map, or null for none.
    pub attributes: Value,
    /// What it is to those outside its group, if it is of the group's boundary.
    pub boundary: Option<Boundary>,
}

/// A link, as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkRecord {
    /// Its handle.
    pub id: LinkId,
    /// The contact it begins at.
    pub from: ContactId,
    /// The contact it leads to.
    pub to: ContactId,
    /// The relation.
    pub relation: Text,
    /// Its attributes: a map.
    pub attributes: Value,
}

impl ContactRecord {
    /// The name of its blend; of a lattice of the user's, where it is found.
    pub fn blend_name(&self) -> &str {
        self.lattice.as_deref().unwrap_or_else(|| self.blend.name())
    }
}

/// A wire, as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct WireRecord {
    /// Its handle.
    pub id: WireId,
    /// Its creation number.
    pub creation: u64,
    /// The first end.
    pub from: ContactId,
    /// The second end.
    pub to: ContactId,
    /// What it does.
    pub kind: WireKind,
}

/// A gadget, as declared.
#[derive(Debug, Clone, PartialEq)]
pub struct GadgetRecord {
    /// Its handle.
    pub id: GadgetId,
    /// Its creation number.
    pub creation: u64,
    /// Its group.
    pub group: GroupId,
    /// Its name, if one was given.
    pub name: Option<Text>,
    /// `namespace.name` of a primitive, or `module:qualified.name` of a function.
    pub computation: Text,
    /// Whether it is a user's function.
    pub is_function: bool,
    /// The contact on each input port that is bound.
    pub inputs: Vec<(Text, ContactId)>,
    /// The contact on each output port that is bound.
    pub outputs: Vec<(Text, ContactId)>,
    /// The input ports of a function that are optional.
    pub optional: Vec<Text>,
    /// Its cells of state.
    pub state: Vec<ContactId>,
    /// Its configuration: a map, or null for none.
    pub config: Value,
    /// Whether its faults stay in its outputs.
    pub contain: bool,
}
