//! Putting back what an entry says, in the open tick: first what it added goes, then what it removed is made again, then contents.

use super::Return;
use super::entry::{Before, By, Entry, How, Key, MarksBefore, Structure};
use crate::blend::LatticeSpec;
use crate::contact::{Edge, Unnamed, Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::gadget::{self, Function, FunctionSpec};
use crate::id::{ContactId, GadgetId, GroupId, Handle, LinkId, WireId};
use crate::load::{ports_of, unbound};
use crate::network::Network;
use crate::record::{ContactRecord, GadgetRecord, GroupRecord, LinkRecord, WireRecord};
use crate::value::Text;
use crate::wire::Wire;
use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;
use std::sync::Arc;

/// So many contacts are named in an error.
const NAMED: usize = 5;

/// Why an entry is not applied: what is in the way, and the paths.
#[derive(Default)]
struct InTheWay(Vec<Text>);

impl InTheWay {
    fn refuse(self, what: Return, because: &str) -> Result<(), NetworkError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut paths: Vec<String> = self.0.iter().map(|path| format!("'{path}'")).collect();
        paths.sort_unstable();
        paths.dedup();
        let more = paths.len().saturating_sub(NAMED);
        paths.truncate(NAMED);
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        let (tick, done) = match what {
            Return::Undo(tick) => (tick, "undone"),
            Return::Redo(tick) => (tick, "done again"),
        };
        Err(NetworkError::Conflict(format!(
            "tick {tick} is not {done}, as a later tick of another source {because}: {}{more}; write to them what they are to hold, or restore a snapshot",
            paths.join(", ")
        )))
    }
}

impl Network {
    /// Applies the entry that is set out.
    pub(super) fn put_back_applied(&mut self) -> Result<(), NetworkError> {
        let Some(applying) = self.history.applying.take() else {
            return Ok(());
        };
        let (what, entry, befores) = (applying.what, applying.entry, applying.befores);
        self.history.applying = Some(super::Applying {
            what,
            entry: Entry {
                structure: None,
                ..entry
            },
            befores: Vec::new(),
            renamed: applying.renamed,
        });
        let result = self.bring_all_back(what, entry.structure.as_deref(), &befores);
        if let Some(applying) = &mut self.history.applying {
            applying.entry.structure = entry.structure;
            applying.befores = befores;
        }
        result
    }

    fn bring_all_back(
        &mut self,
        what: Return,
        structure: Option<&Structure>,
        befores: &[Before],
    ) -> Result<(), NetworkError> {
        self.check_stand(what, structure, befores)?;
        if let Some(structure) = structure {
            self.check_added(what, structure)?;
            self.remove_added(structure)?;
            self.make_again(what, structure)?;
            self.sort_edges();
            self.refresh_regions();
        }
        for before in befores {
            self.put_content(what, before);
        }
        if let Some(structure) = structure {
            for marks in &structure.marks {
                self.put_marks(marks);
            }
        }
        self.tick.fresh.clear();
        self.tick.settling = true;
        self.tick.restores = true;
        Ok(())
    }

    fn known_as(&self, first: impl Into<Key>) -> Key {
        let first = first.into();
        let made = self
            .history
            .applying
            .as_ref()
            .and_then(|applying| applying.renamed.get(&first));
        made.copied().unwrap_or_else(|| self.history.renamed.now(first))
    }

    fn made_again(&mut self, first: impl Into<Key>, now: impl Into<Key>) {
        if let Some(applying) = &mut self.history.applying {
            applying.renamed.insert(first.into(), now.into());
        }
    }

    pub(super) fn find_contact_now(&self, first: Key) -> Option<u32> {
        self.contacts.find(ContactId::from_bits(self.known_as(first).bits()))
    }

    fn contact_now(&self, id: ContactId) -> Option<u32> {
        self.find_contact_now(id.into())
    }

    fn gadget_now(&self, id: impl Into<Key>) -> Option<u32> {
        let id = GadgetId::from_bits(self.known_as(id).bits());
        (self.gadgets.slots.holds(id) && self.gadgets.is_live(id.slot())).then(|| id.slot())
    }

    fn wire_now(&self, id: impl Into<Key>) -> Option<u32> {
        let id = WireId::from_bits(self.known_as(id).bits());
        (self.wires.slots.holds(id) && !self.wires.row(id.slot()).removed).then(|| id.slot())
    }

    fn link_now(&self, id: impl Into<Key>) -> Option<u32> {
        let id = LinkId::from_bits(self.known_as(id).bits());
        (self.links.slots.holds(id) && !self.links.rows[id.slot() as usize].removed).then(|| id.slot())
    }

    fn group_now(&self, id: impl Into<Key>) -> Option<u32> {
        self.groups.find(GroupId::from_bits(self.known_as(id).bits()))
    }

    /// Whether every contact is in the state that the tick left it in.
    fn check_stand(&self, what: Return, structure: Option<&Structure>, befores: &[Before]) -> Result<(), NetworkError> {
        let mut later = InTheWay::default();
        let changed = befores.iter().filter(|before| before.how == How::Changed);
        for before in changed {
            let key = Key::Contact(before.contact);
            match self.find_contact_now(key) {
                None => later.0.push("(removed)".into()),
                Some(slot) if self.stands(key, self.version_at(slot)) != before.ways(what).0 => {
                    later.0.push(self.path_of(slot));
                }
                Some(_) => {}
            }
        }
        let marks = structure
            .map(|structure| structure.marks.as_slice())
            .unwrap_or_default();
        for marks in marks {
            let slot = self.contact_now(marks.contact);
            let newer = |slot: &u32| {
                let known = self.contradictions.get(slot);
                known.is_some_and(|known| known.incoming_tick > what.tick())
            };
            later.0.extend(slot.filter(newer).map(|slot| self.path_of(slot)));
        }
        later.refuse(what, "has changed what it changed")
    }

    /// Whether what the tick added is there, with nothing on it that is of later ticks.
    fn check_added(&self, what: Return, structure: &Structure) -> Result<(), NetworkError> {
        let added: IndexSet<Key, FxBuildHasher> = structure.added.iter().map(|&key| self.known_as(key)).collect();
        let has = |key: Key| added.contains(&key);
        let mut later = InTheWay::default();
        for &key in &structure.added {
            match key {
                Key::Contact(_) => match self.find_contact_now(key) {
                    None => later.0.push("(removed)".into()),
                    Some(slot) if !self.hangs_only_on(slot, has) => later.0.push(self.path_of(slot)),
                    Some(_) => {}
                },
                Key::Group(_) => match self.group_now(key) {
                    None => later.0.push("(removed)".into()),
                    Some(slot) => {
                        let contacts = self
                            .groups
                            .contacts_in(slot)
                            .filter(|&slot| !has(self.contacts.id(slot).into()));
                        later.0.extend(contacts.map(|slot| self.path_of(slot)));
                        let groups = self
                            .groups
                            .groups_in(slot)
                            .filter(|&slot| !has(self.groups.id(slot).into()));
                        later.0.extend(groups.map(|slot| self.group_path_of(slot)));
                        let gadgets = self.groups.gadgets_in(slot);
                        let gadgets =
                            gadgets.filter(|&slot| self.gadgets.is_live(slot) && !has(self.gadgets.id(slot).into()));
                        later.0.extend(gadgets.map(|slot| self.gadget_path_of(slot)));
                    }
                },
                Key::Gadget(_) if self.gadget_now(key).is_none() => later.0.push("(removed)".into()),
                Key::Wire(_) if self.wire_now(key).is_none() => later.0.push("(removed)".into()),
                Key::Link(_) if self.link_now(key).is_none() => later.0.push("(removed)".into()),
                Key::Gadget(_) | Key::Wire(_) | Key::Link(_) => {}
            }
        }
        later.refuse(what, "has removed or built on what it added")
    }

    fn hangs_only_on(&self, slot: u32, has: impl Fn(Key) -> bool) -> bool {
        let edges = self
            .contacts
            .readers
            .living(slot)
            .chain(self.contacts.writers.living(slot));
        let mut edges = edges.map(Edge::of).filter(|&edge| match edge {
            Edge::Gadget(gadget) => self.gadgets.is_live(gadget) && !self.is_route_to(gadget, slot),
            Edge::Wire(wire) => !self.wires.row(wire).removed,
        });
        let known = edges.all(|edge| match edge {
            Edge::Gadget(gadget) => has(self.gadgets.id(gadget).into()),
            Edge::Wire(wire) => has(self.wires.slots.handle::<WireId>(wire).into()),
        });
        known
            && self
                .links
                .of(slot)
                .all(|link| has(self.links.slots.handle::<LinkId>(link).into()))
    }

    /// Edges first, so that no content is lost with what goes.
    fn remove_added(&mut self, structure: &Structure) -> Result<(), NetworkError> {
        for &key in structure.added.iter().rev() {
            match key {
                Key::Gadget(_) => self
                    .gadget_now(key)
                    .into_iter()
                    .for_each(|slot| self.remove_gadget_at(slot)),
                Key::Wire(_) => self
                    .wire_now(key)
                    .into_iter()
                    .for_each(|slot| self.remove_wire_at(slot)),
                Key::Link(_) => self
                    .link_now(key)
                    .into_iter()
                    .for_each(|slot| self.remove_link_at(slot)),
                Key::Contact(_) | Key::Group(_) => {}
            }
        }
        for &(gadget, contact) in &structure.routed {
            if let (Some(gadget), Some(contact)) = (self.gadget_now(gadget), self.contact_now(contact)) {
                self.leave_route(gadget, contact);
            }
        }
        for &key in structure.added.iter().rev() {
            if let Some(slot) = self.find_contact_now(key).filter(|_| matches!(key, Key::Contact(_))) {
                self.remove_contact_at(slot)?;
            }
        }
        for &key in structure.added.iter().rev() {
            if let Some(slot) = self.group_now(key).filter(|_| matches!(key, Key::Group(_))) {
                self.remove_group_at(slot)?;
            }
        }
        Ok(())
    }

    fn make_again(&mut self, what: Return, structure: &Structure) -> Result<(), NetworkError> {
        let mut taken = InTheWay::default();
        // A group is removed after what is in it.
        for record in structure.groups.iter().rev() {
            self.make_group(record, &mut taken);
        }
        for (record, lattice) in &structure.contacts {
            self.make_contact(record, lattice.clone(), &mut taken);
        }
        let mut edges: Vec<(u64, Result<&(GadgetRecord, _), &WireRecord>)> = Vec::new();
        edges.extend(structure.gadgets.iter().map(|gadget| (gadget.0.creation, Ok(gadget))));
        edges.extend(structure.wires.iter().map(|wire| (wire.creation, Err(wire))));
        edges.sort_by_key(|&(creation, _)| creation);
        let mut routers = Vec::new();
        for (_, edge) in edges {
            match edge {
                Ok((record, call)) => routers.extend(self.make_gadget(record, call.clone(), &mut taken)?),
                Err(record) => self.make_wire(record, &mut taken),
            }
        }
        for record in &structure.links {
            self.make_link(record, &mut taken);
        }
        taken.refuse(what, "has removed or replaced what it needs")?;
        let ages = structure.ages.iter().filter_map(|&(key, age)| match key {
            Key::Gadget(_) => Some((Edge::Gadget(self.gadget_now(key)?).code(), age)),
            _ => Some((Edge::Wire(self.wire_now(key)?).code(), age)),
        });
        let ages: Vec<(u32, u64)> = ages.collect();
        if !ages.is_empty() {
            let was = self.age_edges(&ages);
            self.tick.edits.push(Edit::Aged(was));
        }
        if structure.all_routes {
            self.find_routes();
        } else {
            for slot in routers {
                self.find_routes_of(slot);
            }
        }
        for &(gadget, contact) in &structure.unrouted {
            if let (Some(gadget), Some(contact)) = (self.gadget_now(gadget), self.contact_now(contact)) {
                self.rejoin_route(gadget, contact);
            }
        }
        Ok(())
    }

    fn make_group(&mut self, record: &GroupRecord, taken: &mut InTheWay) {
        let name = self.symbols.intern(&record.name);
        let parent = self.group_now(record.parent);
        let Some(parent) = parent.filter(|&parent| self.groups.named(&self.contacts, parent, name).is_none()) else {
            taken.0.push(record.name.clone());
            return;
        };
        let slot = self.add_group(parent, name, record.attributes.clone());
        self.groups.rows[slot as usize].sealed = record.sealed;
        self.has_seals |= record.sealed;
        self.made_again(record.id, self.groups.id(slot));
    }

    fn make_contact(&mut self, record: &ContactRecord, lattice: Option<LatticeSpec>, taken: &mut InTheWay) {
        let (group, name) = match &record.place {
            Ok(place) => place,
            Err(Unnamed::Constant(value)) => {
                let slot = self.constant(value);
                self.made_again(record.id, self.contacts.id(slot));
                return;
            }
            Err(Unnamed::State) => return,
        };
        let symbol = self.symbols.intern(name);
        let group = self.group_now(*group);
        let free = |&group: &u32| self.groups.named(&self.contacts, group, symbol).is_none();
        let Some(group) = group.filter(free) else {
            taken.0.push(name.clone());
            return;
        };
        let slot = self.add_contact(group, symbol, record.blend, lattice, record.attributes.clone());
        if let Some(boundary) = record.boundary {
            self.boundaries.insert(slot, boundary);
        }
        self.made_again(record.id, self.contacts.id(slot));
    }

    fn make_wire(&mut self, record: &WireRecord, taken: &mut InTheWay) {
        let (Some(from), Some(to)) = (self.contact_now(record.from), self.contact_now(record.to)) else {
            taken.0.push("(removed)".into());
            return;
        };
        let wire = Wire {
            from,
            to,
            kind: record.kind,
            removed: false,
            fresh: true,
        };
        if self
            .wires
            .find(&wire, self.contacts.edges_with(wire.kind, to))
            .is_some()
        {
            taken.0.push(self.path_of(to));
            return;
        }
        let slot = self.wires.slots.take();
        self.wires.place(slot, wire, record.creation);
        self.relink_wire(slot);
        self.tick.edits.push(Edit::WireAdded(slot));
        self.made_again(record.id, self.wires.slots.handle::<WireId>(slot));
    }

    /// The slot of the gadget, if it is a router.
    fn make_gadget(
        &mut self,
        record: &GadgetRecord,
        call: Option<Arc<dyn Function>>,
        taken: &mut InTheWay,
    ) -> Result<Option<u32>, NetworkError> {
        let ports = record.inputs.iter().chain(&record.outputs);
        let all_there = ports
            .map(|(_, contact)| self.contact_now(*contact))
            .all(|slot| slot.is_some());
        let (Some(group), true) = (self.group_now(record.group), all_there) else {
            taken
                .0
                .push(record.name.clone().unwrap_or_else(|| record.computation.clone()));
            return Ok(None);
        };
        let cells: Vec<u32> = record.state.iter().map(|_| self.state_cell()).collect();
        for (&cell, &slot) in record.state.iter().zip(&cells) {
            self.made_again(cell, self.contacts.id(slot));
        }
        let function = record.is_function.then(|| FunctionSpec {
            call,
            ..unbound(record)
        });
        let (ports, primitive) = ports_of(record, function, cells, |id| {
            self.contact_now(id)
                .map_or_else(|| crate::load::not_in_image("contact", id), Ok)
        })?;
        let is_taken = match &record.name {
            Some(name) => {
                let name = self.symbols.intern(name);
                self.groups.gadget_named(group, name).is_some()
            }
            None => self.is_gadget_known(&record.computation, group, &ports),
        };
        if is_taken {
            taken
                .0
                .push(record.name.clone().unwrap_or_else(|| record.computation.clone()));
            return Ok(None);
        }
        let slot = self.gadgets.slots.take();
        self.place_gadget(slot, ports, primitive, group, record);
        self.note_streams(slot);
        self.relink_gadget(slot);
        self.gadgets.rows[slot as usize].flags |= gadget::flag::FRESH;
        self.tick.edits.push(Edit::GadgetAdded(slot));
        self.made_again(record.id, self.gadgets.id(slot));
        Ok(self.is_router(slot).then_some(slot))
    }

    fn make_link(&mut self, record: &LinkRecord, taken: &mut InTheWay) {
        let (Some(from), Some(to)) = (self.contact_now(record.from), self.contact_now(record.to)) else {
            taken.0.push("(removed)".into());
            return;
        };
        let relation = self.symbols.intern(&record.relation);
        if self.links.find(from, to, relation).is_some() {
            taken.0.push(self.path_of(from));
            return;
        }
        let slot = self.add_link(from, to, relation, record.attributes.clone());
        self.made_again(record.id, self.links.slots.handle::<LinkId>(slot));
    }

    fn put_content(&mut self, what: Return, before: &Before) {
        let key = Key::Contact(before.contact);
        let Some(slot) = self.find_contact_now(key) else { return };
        if before.how == How::Quiet && self.stands(key, self.version_at(slot)) != before.ways(what).0 {
            return;
        }
        let writer = self.writer_now(before.by);
        let row = &self.contacts.rows[slot as usize];
        // Nobody is the writer of nothing.
        if row.content == before.content && (row.writer == writer || row.content.is_none()) {
            return;
        }
        if crate::planted::is(crate::planted::Bug::UndoThroughBlend) && row.flags & flag::BLENDED != 0 {
            return;
        }
        self.touch(slot);
        let row = &mut self.contacts.rows[slot as usize];
        row.content.clone_from(&before.content);
        row.writer = writer;
        self.note_stray(slot);
    }

    pub(super) fn writer_now(&self, by: By) -> Writer {
        match by {
            By::Nobody => Writer::NOBODY,
            By::External(source) => Writer::external(source),
            By::Gadget(bits) => self
                .gadget_now(Key::Gadget(bits))
                .map_or(Writer::NOBODY, Writer::gadget),
            By::Wire(bits) => self.wire_now(Key::Wire(bits)).map_or(Writer::NOBODY, Writer::wire),
        }
    }

    fn put_marks(&mut self, marks: &MarksBefore) {
        let Some(slot) = self.contact_now(marks.contact) else {
            return;
        };
        if !self.contacts.has(slot, flag::MARKED) && marks.contradiction.is_none() && marks.faults.is_empty() {
            return;
        }
        self.tick.edits.push(Edit::marked(self, slot));
        match &marks.contradiction {
            Some(then) => self.contradictions.insert(slot, then.clone()),
            None => self.contradictions.swap_remove(&slot),
        };
        self.faults.swap_remove(&slot);
        for (gadget, fault) in &marks.faults {
            if let Some(gadget) = self.gadget_now(*gadget) {
                self.note_fault(slot, gadget, fault.clone());
            }
        }
        let marked = self.contradictions.contains_key(&slot) || self.faults.contains_key(&slot);
        self.contacts.set(slot, flag::MARKED, marked);
    }
}
