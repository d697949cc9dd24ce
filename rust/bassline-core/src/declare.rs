//! Declarations of groups, contacts and wires: get or create.

use crate::blend::{Blend, LatticeSpec};
use crate::contact::{NONE, Unnamed, Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::group::{Group, Named, ROOT};
use crate::id::{ContactId, GroupId, WireId};
use crate::network::Network;
use crate::symbol::Symbol;
use crate::tick::{EventKey, Stamp};
use crate::value::{Map, Value};
use crate::wire::{Wire, WireKind};
use std::sync::Arc;

/// A map without pairs.
pub(crate) fn empty_map() -> Value {
    Value::Map(Arc::new(Map::new(Vec::new())))
}

/// In place of a name, what a contact without one is.
pub(crate) const CONSTANT: Symbol = Symbol(0);
pub(crate) const STATE: Symbol = Symbol(1);

fn has_pairs(attributes: &Value) -> bool {
    matches!(attributes, Value::Map(map) if !map.is_empty())
}

/// Structure is always such that it can be stored.
fn check_attributes(attributes: &Value, path: &str) -> Result<(), NetworkError> {
    attributes.check_storable().map_err(|why| NetworkError::Unstorable {
        place: format!("the attributes of '{path}'"),
        why,
    })
}

impl Network {
    fn check_name(name: &str, path: &str) -> Result<(), NetworkError> {
        if name.is_empty() {
            return Err(NetworkError::InvalidName(format!(
                "the path '{path}' has an empty name in it; use names joined by single '/', such as 'group/contact'"
            )));
        }
        Ok(())
    }

    /// The group that holds the last name of a path, made if it does not exist; and that name.
    fn enter_path<'a>(&mut self, group: u32, path: &'a str) -> Result<(u32, &'a str), NetworkError> {
        let (group, relative) = match path.strip_prefix('/') {
            Some(rest) => (ROOT, rest),
            None => (group, path),
        };
        match relative.rsplit_once('/') {
            None => {
                Self::check_name(relative, path)?;
                Ok((group, relative))
            }
            Some((groups, name)) => {
                Self::check_name(name, path)?;
                Ok((self.enter_groups(group, groups, path)?, name))
            }
        }
    }

    fn enter_groups(&mut self, mut group: u32, groups: &str, path: &str) -> Result<u32, NetworkError> {
        for name in groups.split('/') {
            Self::check_name(name, path)?;
            let symbol = self.symbols.intern(name);
            group = match self.groups.named(&self.contacts, group, symbol) {
                Some(Named::Group(slot)) => slot,
                Some(Named::Contact(slot)) => return Err(self.conflict_of_kinds(slot, "contact", "group")),
                None => self.add_group(group, symbol, empty_map()),
            };
        }
        Ok(group)
    }

    fn conflict_of_kinds(&self, contact: u32, is: &str, wanted: &str) -> NetworkError {
        NetworkError::Conflict(format!(
            "'{}' is a {is} and cannot be declared as a {wanted} too; choose another name",
            self.path_of(contact)
        ))
    }

    pub(crate) fn add_group(&mut self, parent: u32, name: Symbol, attributes: Value) -> u32 {
        let slot = self.groups.slots.take();
        self.symbols.keep(name);
        self.groups.place(slot, Group::new(parent, name, attributes));
        self.groups.rows[slot as usize].fresh = true;
        self.groups.enter(&self.contacts, Named::Group(slot));
        self.tick.edits.push(Edit::GroupAdded(slot));
        slot
    }

    /// Declares a group, and the groups above it.
    pub fn declare_group(&mut self, parent: GroupId, path: &str, attributes: Value) -> Result<GroupId, NetworkError> {
        check_attributes(&attributes, path)?;
        let parent = self.group_slot(parent)?;
        let (parent, name) = self.enter_path(parent, path)?;
        let symbol = self.symbols.intern(name);
        match self.groups.named(&self.contacts, parent, symbol) {
            Some(Named::Contact(slot)) => Err(self.conflict_of_kinds(slot, "contact", "group")),
            Some(Named::Group(slot)) => {
                let present = &self.groups.rows[slot as usize].attributes;
                if has_pairs(&attributes) && *present != attributes {
                    return Err(NetworkError::Conflict(format!(
                        "group '{}' exists with attributes {present} and is declared with {attributes}; declare it the same way, or remove it first",
                        self.group_path_of(slot)
                    )));
                }
                Ok(self.groups.id(slot))
            }
            None => {
                let slot = self.add_group(parent, symbol, attributes);
                Ok(self.groups.id(slot))
            }
        }
    }

    /// Declares a contact, and the groups above it. Without a blend, whatever blend it has will do; a new one gets `accept-last`.
    pub fn declare_contact(
        &mut self,
        group: GroupId,
        path: &str,
        blend: Option<Blend>,
        attributes: Value,
    ) -> Result<ContactId, NetworkError> {
        let group = self.group_slot(group)?;
        let slot = self.contact_at(group, path, blend, attributes)?;
        Ok(self.contacts.id(slot))
    }

    pub(crate) fn contact_at(
        &mut self,
        group: u32,
        path: &str,
        blend: Option<Blend>,
        attributes: Value,
    ) -> Result<u32, NetworkError> {
        self.contact_declared(group, path, blend.map(|blend| (blend, None)), attributes)
    }

    /// A contact of a blend; beside it stands the lattice of a [`Blend::Custom`].
    pub(crate) fn contact_declared(
        &mut self,
        group: u32,
        path: &str,
        blend: Option<(Blend, Option<LatticeSpec>)>,
        attributes: Value,
    ) -> Result<u32, NetworkError> {
        check_attributes(&attributes, path)?;
        let (group, name) = self.enter_path(group, path)?;
        let symbol = self.symbols.intern(name);
        match self.groups.named(&self.contacts, group, symbol) {
            Some(Named::Group(_)) => Err(NetworkError::Conflict(format!(
                "'{path}' is a group and cannot be declared as a contact too; choose another name"
            ))),
            Some(Named::Contact(slot)) => {
                if let Some((blend, lattice)) = &blend {
                    let (present, declared) = (
                        self.blend_name_of(slot),
                        lattice.as_ref().map_or(blend.name(), |spec| spec.identity.as_str()),
                    );
                    if present != declared {
                        return Err(NetworkError::Conflict(format!(
                            "contact '{}' exists with blend '{present}' and is declared with '{declared}'; declare it the same way, or remove it first",
                            self.path_of(slot),
                        )));
                    }
                }
                let known = self.attributes.get(&slot);
                if has_pairs(&attributes) && known != Some(&attributes) {
                    return Err(NetworkError::Conflict(format!(
                        "contact '{}' exists with attributes {} and is declared with {attributes}; declare it the same way, or remove it first",
                        self.path_of(slot),
                        known.unwrap_or(&Value::Null)
                    )));
                }
                if let Some((_, Some(spec))) = blend {
                    let lattice = self.bind_lattice(slot, spec.lattice);
                    self.tick.edits.push(Edit::LatticeBound { contact: slot, lattice });
                }
                Ok(slot)
            }
            None => {
                let (blend, lattice) = blend.unwrap_or((Blend::AcceptLast, None));
                Ok(self.add_contact(group, symbol, blend, lattice, attributes))
            }
        }
    }

    pub(crate) fn add_contact(
        &mut self,
        group: u32,
        name: Symbol,
        blend: Blend,
        lattice: Option<LatticeSpec>,
        attributes: Value,
    ) -> u32 {
        let slot = self.contacts.add(group, name, blend);
        if let Some(spec) = lattice {
            self.lattices.insert(slot, spec);
        }
        self.symbols.keep(name);
        self.groups.enter(&self.contacts, Named::Contact(slot));
        if has_pairs(&attributes) {
            self.attributes.insert(slot, attributes);
        }
        self.contacts.set(slot, flag::FRESH, true);
        self.tick.edits.push(Edit::ContactAdded(slot));
        slot
    }

    /// The attributes of a contact: a map, or null for none.
    pub fn attributes(&self, id: ContactId) -> Result<&Value, NetworkError> {
        Ok(self.attributes.get(&self.slot(id)?).unwrap_or(&Value::Null))
    }

    /// The contact that holds a constant, if there is one.
    pub(crate) fn known_constant(&self, value: &Value) -> Option<u32> {
        let holds = |slot: u32| self.contacts.rows[slot as usize].content.as_ref() == Some(value);
        self.identities.constant(value, holds)
    }

    /// The contact that holds a constant, made if there is none.
    pub(crate) fn constant(&mut self, value: &Value) -> u32 {
        if let Some(slot) = self.known_constant(value) {
            return slot;
        }
        let slot = self.contacts.add(NONE, CONSTANT, Blend::AcceptLast);
        self.contacts.rows[slot as usize].content = Some(value.clone());
        self.identities.enter_constant(value, slot);
        self.contacts.set(slot, flag::FRESH, true);
        self.tick.edits.push(Edit::ContactAdded(slot));
        slot
    }

    pub(crate) fn state_cell(&mut self) -> u32 {
        let slot = self.contacts.add(NONE, STATE, Blend::AcceptLast);
        self.contacts.set(slot, flag::FRESH, true);
        self.tick.edits.push(Edit::ContactAdded(slot));
        slot
    }

    pub(crate) fn enter_constant(&mut self, slot: u32) {
        if let Unnamed::Constant(value) = self.unnamed(slot) {
            self.identities.enter_constant(&value, slot);
        }
    }

    pub(crate) fn forget_constant(&mut self, slot: u32) {
        if let Unnamed::Constant(value) = self.unnamed(slot) {
            self.identities.forget_constant(&value, slot);
        }
    }

    /// What a contact without a name is.
    pub(crate) fn unnamed(&self, slot: u32) -> Unnamed {
        match self.contacts.value(slot) {
            Some(value) if self.contacts.name[slot as usize] == CONSTANT => Unnamed::Constant(value.clone()),
            _ => Unnamed::State,
        }
    }

    /// Declares a wire. On connecting, existing content flows as a write from outside.
    pub fn declare_wire(&mut self, from: ContactId, to: ContactId, kind: WireKind) -> Result<WireId, NetworkError> {
        let (from, to) = (self.slot(from)?, self.slot(to)?);
        let slot = self.wire_between(from, to, kind)?;
        Ok(self.wires.slots.handle(slot))
    }

    pub(crate) fn wire_between(&mut self, from: u32, to: u32, kind: WireKind) -> Result<u32, NetworkError> {
        if from == to {
            return Err(NetworkError::Declaration(format!(
                "a wire needs two contacts; both ends are '{}'",
                self.path_of(from)
            )));
        }
        let wire = Wire {
            from,
            to,
            kind,
            removed: false,
            fresh: true,
        };
        if let Some(slot) = self.wires.find(&wire, self.contacts.edges_with(kind, to)) {
            return Ok(slot);
        }
        if kind == WireKind::Bidirectional
            && let Some(counter) = [from, to]
                .into_iter()
                .find(|&end| self.contacts.rows[end as usize].blend == Blend::Counter)
        {
            return Err(NetworkError::Declaration(format!(
                "'{}' is a counter, which adds up what is written to it: what it gives back would be counted again; use a directed wire",
                self.path_of(counter)
            )));
        }
        self.check_wire(from, to)?;
        let slot = self.wires.slots.take();
        let creation = self.next_creation();
        self.wires.place(slot, wire, creation);
        self.link_wire(slot);
        self.tick.edits.push(Edit::WireAdded(slot));
        let (source, target) = match (kind, self.contacts.value(from), self.contacts.value(to)) {
            (_, Some(_), _) | (WireKind::Directed, ..) => (from, to),
            (WireKind::Bidirectional, None, _) => (to, from),
        };
        let carries = source == from || !crate::planted::is(crate::planted::Bug::OneWayConnect);
        if let (Some(value), true) = (self.contacts.value(source).cloned(), carries) {
            self.bring(slot, source, target, value)?;
        }
        Ok(slot)
    }

    /// What a wire brings when it is connected is written as from outside, but it mends no gadget.
    fn bring(&mut self, wire: u32, source: u32, target: u32, value: Value) -> Result<(), NetworkError> {
        let directed = self.wires.row(wire).kind == WireKind::Directed;
        let from_stream = self.contacts.is_stream(source);
        let is_new = self.has_events(source) || !from_stream && self.differs(source);
        let counts = matches!(
            self.contacts.rows[target as usize].blend,
            Blend::Stream | Blend::Counter
        );
        if counts && is_new && (directed || from_stream) {
            // While settling, the wire brings what is new; connecting would bring it twice.
            return Ok(());
        }
        let writer = if directed {
            Writer::wire(wire)
        } else {
            self.contacts.rows[source as usize].writer
        };
        let (writer, stamp, key) = self.tick.building.unwrap_or_else(|| {
            let index = self.next_write_index();
            (writer, Stamp::external(index), EventKey::external(index))
        });
        let key = if directed {
            key
        } else {
            key.connecting(self.wires.creation(wire))
        };
        self.tick.carrying = true;
        let written = self.write_content(target, Some(value), writer, stamp, key);
        self.tick.carrying = false;
        written.map(|_| ())
    }

    pub(crate) fn next_creation(&mut self) -> u64 {
        let creation = self.creation;
        self.creation += 1;
        creation
    }

    /// Names the source of the writes that follow; empty for none.
    pub fn set_source(&mut self, source: &str) {
        self.source = self.symbols.pin(source);
    }
}
