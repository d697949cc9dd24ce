//! The network: the arenas, the names, and reading.

use crate::blend::LatticeSpec;
use crate::boundary::Boundary;
use crate::calls::Calls;
use crate::contact::{Contacts, Writer};
use crate::contradiction::Contradiction;
use crate::counted::Counted;
use crate::describe::Died;
use crate::error::NetworkError;
use crate::faults::Faults;
use crate::gadget::{Gadgets, UNNAMED};
use crate::group::{Groups, Named, ROOT};
use crate::id::{ContactId, GadgetId, GroupId, Handle, WireId};
use crate::identity::Identities;
use crate::link::Links;
use crate::queue::Queue;
use crate::regions::Regions;
use crate::strays::Strays;
use crate::symbol::{Symbol, Symbols};
use crate::tick::Tick;
use crate::undo::History;
use crate::value::{Content, Map, Text, Value};
use crate::wire::Wires;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// What the network does with a contradiction.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum OnContradiction {
    /// The contact records it; the tick commits.
    #[default]
    Record,
    /// The tick rolls back.
    Raise,
}

/// Who wrote content.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// Nobody has.
    Nobody,
    /// Someone outside, under the name of a source (empty for an ordinary write).
    External(Text),
    /// A gadget.
    Gadget(GadgetId),
    /// A wire.
    Wire(WireId),
}

/// In place of the path of a gadget or wire that is not there any more.
const REMOVED: &str = "(removed)";

/// A network of contacts, wires and gadgets.
pub struct Network {
    pub(crate) symbols: Symbols,
    pub(crate) groups: Groups,
    pub(crate) contacts: Contacts,
    pub(crate) gadgets: Gadgets,
    pub(crate) wires: Wires,
    pub(crate) links: Links,
    /// The contacts that are of the boundary of their group.
    pub(crate) boundaries: IndexMap<u32, Boundary, FxBuildHasher>,
    /// Whether any group was ever sealed.
    pub(crate) has_seals: bool,
    pub(crate) identities: Identities,
    pub(crate) regions: Regions,
    pub(crate) strays: Strays,
    pub(crate) queue: Queue,
    pub(crate) tick: Tick,
    pub(crate) calls: Calls,
    pub(crate) history: History,
    /// The number of the last committed tick.
    pub(crate) now: u64,
    pub(crate) counted: Counted,
    /// The next creation number.
    pub(crate) creation: u64,
    pub(crate) died: Died,
    pub(crate) on_contradiction: OnContradiction,
    pub(crate) contradictions: IndexMap<u32, Contradiction, FxBuildHasher>,
    /// Of a contact in a fault: the gadgets that failed, and how.
    pub(crate) faults: IndexMap<u32, Faults, FxBuildHasher>,
    /// The attributes of the contacts that have any.
    pub(crate) attributes: IndexMap<u32, Value, FxBuildHasher>,
    /// The lattices of the contacts that have one of the user's.
    pub(crate) lattices: IndexMap<u32, LatticeSpec, FxBuildHasher>,
    /// Where users' functions are found.
    pub(crate) library: Option<Arc<dyn crate::build::Library>>,
    /// The source of writes from outside, until another is named.
    pub(crate) source: Symbol,
}

impl Default for Network {
    fn default() -> Self {
        Self::new(OnContradiction::Record)
    }
}

impl Network {
    /// An empty network.
    pub fn new(on_contradiction: OnContradiction) -> Self {
        let mut symbols = Symbols::default();
        let empty = symbols.pin("");
        Self {
            groups: Groups::new(empty, Value::Map(Arc::new(Map::new(Vec::new())))),
            contacts: Contacts::default(),
            gadgets: Gadgets::default(),
            wires: Wires::default(),
            links: Links::default(),
            boundaries: IndexMap::default(),
            has_seals: false,
            identities: Identities::default(),
            regions: Regions::default(),
            strays: Strays::default(),
            queue: Queue::default(),
            tick: Tick::default(),
            calls: Calls::default(),
            history: History::default(),
            now: 0,
            counted: Counted::default(),
            creation: 0,
            died: Died::default(),
            on_contradiction,
            contradictions: IndexMap::default(),
            faults: IndexMap::default(),
            attributes: IndexMap::default(),
            lattices: IndexMap::default(),
            library: None,
            source: empty,
            symbols,
        }
    }

    /// The number of the last committed tick.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// The root group.
    pub fn root(&self) -> GroupId {
        self.groups.id(ROOT)
    }

    pub(crate) fn slot(&self, id: ContactId) -> Result<u32, NetworkError> {
        self.contacts
            .find(id)
            .ok_or_else(|| NetworkError::Stale { what: "contact" })
    }

    pub(crate) fn group_slot(&self, id: GroupId) -> Result<u32, NetworkError> {
        self.current().group_slot(id)
    }

    pub(crate) fn gadget_slot(&self, id: GadgetId) -> Result<u32, NetworkError> {
        self.current().gadget_slot(id)
    }

    pub(crate) fn wire_slot(&self, id: WireId) -> Result<u32, NetworkError> {
        self.current().wire_slot(id)
    }

    /// The content of a contact.
    #[inline]
    pub fn content(&self, id: ContactId) -> Result<&Content, NetworkError> {
        let slot = self.slot(id)?;
        Ok(&self.contacts.rows[slot as usize].content)
    }

    pub(crate) fn version_at(&self, slot: u32) -> u64 {
        self.contacts.rows[slot as usize].version.tick(self.now + 1)
    }

    /// The blend of a contact.
    pub fn blend(&self, id: ContactId) -> Result<crate::Blend, NetworkError> {
        self.current().blend(id)
    }

    /// Who wrote the content of a contact.
    pub fn cause(&self, id: ContactId) -> Result<Cause, NetworkError> {
        Ok(self.cause_of(self.contacts.rows[self.slot(id)? as usize].writer))
    }

    pub(crate) fn cause_of(&self, writer: Writer) -> Cause {
        if let Some(source) = writer.as_external() {
            Cause::External(self.symbols.text(source).clone())
        } else if let Some(wire) = writer.as_wire().filter(|&wire| self.wires.slots.is_live(wire)) {
            Cause::Wire(self.wires.slots.handle(wire))
        } else if let Some(gadget) = writer.as_gadget().filter(|&gadget| self.gadgets.slots.is_live(gadget)) {
            Cause::Gadget(self.gadgets.id(gadget))
        } else {
            // Of what came over a bidirectional wire that went before its writer did, the writer may be gone.
            Cause::Nobody
        }
    }

    /// A cause in words: `external:source`, a gadget's path, or `wire:from->to`.
    pub fn cause_text(&self, cause: &Cause) -> Text {
        match cause {
            Cause::Nobody => Text::new(),
            Cause::External(source) => format!("external:{source}").into(),
            // A contradiction may outlive what caused it, whose names are given back.
            Cause::Gadget(id) if !self.gadgets.slots.holds(*id) => REMOVED.into(),
            Cause::Wire(id) if !self.wires.slots.holds(*id) => REMOVED.into(),
            Cause::Gadget(id) => self.gadget_path(*id),
            Cause::Wire(id) => {
                let wire = self.wires.row(id.slot());
                format!("wire:{}->{}", self.path_of(wire.from), self.path_of(wire.to)).into()
            }
        }
    }

    /// How often a gadget has fired since the network was opened.
    pub fn firings(&self, id: GadgetId) -> Result<u32, NetworkError> {
        self.current().firings(id)
    }

    /// The contact at a path below `group`.
    pub fn find_contact(&self, group: GroupId, path: &str) -> Result<ContactId, NetworkError> {
        self.current().find_contact(group, path)
    }

    /// The group at a path below `group`.
    pub fn find_group(&self, group: GroupId, path: &str) -> Result<GroupId, NetworkError> {
        self.current().find_group(group, path)
    }

    /// The gadget of a name; see [`View::find_gadget`](crate::View::find_gadget).
    pub fn find_gadget(&self, group: GroupId, path: &str) -> Result<GadgetId, NetworkError> {
        self.current().find_gadget(group, path)
    }

    /// Follows a path. A leading `/` starts at the root.
    pub(crate) fn resolve(&self, group: u32, path: &str) -> Option<Named> {
        self.current().resolve(group, path)
    }

    /// The path of a contact; for a constant or a cell of state, a description in brackets.
    pub fn path(&self, id: ContactId) -> Text {
        self.path_of(id.slot())
    }

    pub(crate) fn path_of(&self, slot: u32) -> Text {
        let group = self.contacts.group[slot as usize];
        if group == crate::contact::NONE {
            return match self.contacts.value(slot) {
                Some(value) => format!("({value})").into(),
                None => "(state)".into(),
            };
        }
        self.join_path(group, self.symbols.text(self.contacts.name[slot as usize]))
    }

    fn join_path(&self, group: u32, name: &Text) -> Text {
        if group == ROOT {
            return name.clone();
        }
        format!("{}/{name}", self.group_path_of(group)).into()
    }

    /// The path of a group; the root's is empty.
    pub fn group_path(&self, id: GroupId) -> Text {
        self.group_path_of(id.slot())
    }

    pub(crate) fn group_path_of(&self, slot: u32) -> Text {
        if slot == ROOT {
            return Text::new();
        }
        let row = &self.groups.rows[slot as usize];
        self.join_path(row.parent, self.symbols.text(row.name))
    }

    /// The path of a gadget: its group's path and its name, given or derived from its primitive and bindings.
    pub fn gadget_path(&self, id: GadgetId) -> Text {
        if !self.gadgets.slots.holds(id) {
            return REMOVED.into();
        }
        self.gadget_path_of(id.slot())
    }

    pub(crate) fn gadget_path_of(&self, slot: u32) -> Text {
        let name = self.gadget_name(slot);
        self.join_path(self.gadgets.group[slot as usize], &name)
    }

    /// A gadget's name inside its group.
    pub(crate) fn gadget_name(&self, slot: u32) -> Text {
        let name = self.gadgets.name[slot as usize];
        if name != UNNAMED {
            return self.symbols.text(name).clone();
        }
        let own = self.gadgets.group[slot as usize];
        let show = |contact: u32| {
            if contact == crate::contact::NONE {
                "-".into()
            } else if self.contacts.group[contact as usize] == own {
                self.symbols.text(self.contacts.name[contact as usize]).clone()
            } else {
                self.path_of(contact)
            }
        };
        let mut bindings = Vec::new();
        for (port, &contact) in self.gadgets.inputs(slot).iter().enumerate() {
            bindings.push(format!("{}={}", self.gadgets.input_name(slot, port), show(contact)));
        }
        for (port, &contact) in self.gadgets.outputs(slot).iter().enumerate() {
            bindings.push(format!("{}={}", self.gadgets.output_name(slot, port), show(contact)));
        }
        format!(
            "{}({})",
            self.computation_name(slot),
            bindings.join(", ").replace('/', ".")
        )
        .into()
    }

    pub(crate) fn computation_name(&self, slot: u32) -> Text {
        self.computation_str(slot).into()
    }

    pub(crate) fn computation_str(&self, slot: u32) -> &str {
        match (self.gadgets.primitive[slot as usize], self.gadgets.function(slot)) {
            (Some(primitive), _) => primitive.name,
            (None, Some(function)) => &function.identity,
            (None, None) => "",
        }
    }

    /// The handles of all named contacts, by slot.
    pub fn contact_ids(&self) -> Vec<ContactId> {
        self.current().contact_ids()
    }

    /// The handles of all groups but the root, by slot.
    pub fn group_ids(&self) -> Vec<GroupId> {
        self.current().group_ids()
    }

    /// The handles of all gadgets, by slot.
    pub fn gadget_ids(&self) -> Vec<GadgetId> {
        self.current().gadget_ids()
    }

    /// The handles of all wires, by slot.
    pub fn wire_ids(&self) -> Vec<WireId> {
        self.current().wire_ids()
    }

    /// The attributes of a group: a map.
    pub fn group_attributes(&self, id: GroupId) -> Result<&Value, NetworkError> {
        self.current().group_attributes(id)
    }
}
