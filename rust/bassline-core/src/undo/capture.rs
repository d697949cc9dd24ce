//! Keeping what a tick changed, when it is committed and what it removed is still there.

use super::entry::{Before, By, Entry, How, Key, MarksBefore, Structure};
use super::logs::Unchanged;
use super::room::{heap, weight};
use super::{Applying, Return};
use crate::contact::{Edge, NONE, Unnamed, Writer, flag};
use crate::edit::{Edit, Marks, passing};
use crate::id::{ContactId, GadgetId, Handle};
use crate::network::Network;
use crate::record::{ContactRecord, GadgetRecord, GroupRecord, LinkRecord, WireRecord};
use crate::tick::Touch;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// Contacts whose writers the tick removed, and those writers.
pub(crate) type Scrubbed = IndexMap<u32, Writer, FxBuildHasher>;

/// The places of contacts in the log of the tick.
type Places = IndexMap<u32, usize, FxBuildHasher>;

impl Network {
    /// Keeps what the tick that is being committed changed, if it can be undone. `edits` are its edits; `scrubbed` are the contacts whose
    /// writers it removed, and those writers.
    pub(crate) fn remember(&mut self, edits: &[Edit], scrubbed: &Scrubbed) {
        if let Some(applying) = self.history.applying.take() {
            self.remember_return(applying, edits, scrubbed);
            return;
        }
        if !self.history.is_on() {
            return;
        }
        let is_too_large = self.history.is_too_large(self.tick.touches.len());
        if !self.symbols.text(self.source).is_empty() {
            self.forget_removed(edits);
            if !self.history.keeps_others || is_too_large {
                return;
            }
            let befores = self.befores(scrubbed, &self.places());
            let touched = self.tick.touches.iter().map(|touch| touch.contact);
            let fresh = touched.filter(|&slot| self.contacts.has(slot, flag::FRESH));
            let structure = Structure {
                added: fresh.map(|slot| self.key_of_contact(slot)).collect(),
                ..Structure::default()
            };
            let entry = self.entry(self.open_tick(), structure, &befores);
            self.history.push_other(entry, befores);
            return;
        }
        if !crate::planted::is(crate::planted::Bug::RedoTailKept) {
            self.history.forget_redo();
        }
        if is_too_large {
            self.history.give_up_all();
            return;
        }
        let tick = self.open_tick();
        let places = self.places();
        let mut befores = self.befores(scrubbed, &places);
        let structure = self.structure_before(edits, &places, scrubbed, &mut befores);
        self.keep_undo(tick, structure, befores);
    }

    /// The same, of a tick that edited nothing.
    pub(crate) fn remember_unedited(&mut self) {
        if self.history.applying.is_some() {
            self.remember(&[], &Scrubbed::default());
            return;
        }
        if !self.history.is_on() {
            return;
        }
        let is_too_large = self.history.is_too_large(self.tick.touches.len());
        if !self.symbols.text(self.source).is_empty() {
            if self.history.keeps_others && !is_too_large {
                self.remember_log(true);
            }
            return;
        }
        if !crate::planted::is(crate::planted::Bug::RedoTailKept) {
            self.history.forget_redo();
        }
        if is_too_large {
            self.history.give_up_all();
        } else {
            self.remember_log(false);
        }
    }

    /// What a tick of a source removes is not made again.
    fn forget_removed(&mut self, edits: &[Edit]) {
        for edit in edits {
            if let Edit::ContactRemoved(slot) = *edit {
                let key = self.key_of_contact(slot);
                self.history.stands.swap_remove(&key);
            }
        }
    }

    /// The log as it is.
    #[inline]
    fn remember_log(&mut self, is_other: bool) {
        let tick = self.open_tick();
        let unchanged = self.unchanged();
        let (touches, kept) = (&mut self.tick.touches, &mut self.tick.kept);
        self.history
            .push_log(is_other, |logs| logs.push(tick, touches, kept, unchanged));
    }

    /// The places of entries of the log whose contact the tick did not change, and what became of them.
    #[inline]
    fn unchanged(&self) -> Option<Unchanged> {
        if self.tick.is_plain() {
            return None;
        }
        self.unchanged_noted()
    }

    #[cold]
    #[inline(never)]
    fn unchanged_noted(&self) -> Option<Unchanged> {
        let noted = self.tick.noted().filter_map(|place| {
            let how = self.how(self.tick.touches.get(place as usize)?);
            (how != Some(How::Changed)).then_some((place, how))
        });
        let mut unchanged: Unchanged = noted.collect();
        if unchanged.is_empty() {
            return None;
        }
        unchanged.sort_unstable_by_key(|&(place, _)| place);
        Some(unchanged)
    }

    fn keep_undo(&mut self, tick: u64, structure: Structure, befores: Vec<Before>) {
        let entry = self.entry(tick, structure, &befores);
        self.history.push_undo(entry, befores);
    }

    fn entry(&self, tick: u64, structure: Structure, befores: &[Before]) -> Entry {
        let edits = structure.added.len() + structure.removed().count() + structure.marks.len();
        let heaps = befores.iter().map(|before| heap(&before.content)).sum();
        Entry {
            tick,
            at: self.open_tick(),
            count: befores.len(),
            bytes: weight(befores.len(), heaps, edits),
            structure: (!structure.is_empty()).then(|| Box::new(structure)),
            is_return: false,
        }
    }

    /// What the touched contact at a place of the log was, if the tick changed it and did not make it.
    #[inline]
    fn before_of(&self, place: usize) -> Option<Before> {
        let touch = self.tick.touches.get(place)?;
        if self.contacts.has(touch.contact, flag::FRESH | flag::REMOVED) {
            return None;
        }
        let content = self.tick.kept.content(touch.old);
        Some(self.before(touch, self.how(touch)?, self.open_tick(), content))
    }

    /// What became of a touched contact, if it is not as it was.
    fn how(&self, touch: &Touch) -> Option<How> {
        if self.is_changed(touch.contact) {
            Some(How::Changed)
        } else {
            let is_of_another = self.contacts.rows[touch.contact as usize].writer != touch.writer;
            is_of_another.then_some(How::Quiet)
        }
    }

    /// Whether the tick that is being committed changed a contact: otherwise its version has been given back.
    fn is_changed(&self, slot: u32) -> bool {
        let version = self.contacts.rows[slot as usize].version;
        version.is_touched(self.open_tick())
    }

    /// Where each touched contact stands in the log.
    fn places(&self) -> Places {
        let touches = self.tick.touches.iter().enumerate();
        touches.map(|(place, touch)| (touch.contact, place)).collect()
    }

    fn befores(&self, scrubbed: &Scrubbed, places: &Places) -> Vec<Before> {
        let mut befores: Vec<Before> = (0..self.tick.touches.len())
            .filter_map(|place| self.before_of(place))
            .collect();
        let quiet = scrubbed.iter().filter_map(|(&slot, &writer)| {
            let row = &self.contacts.rows[slot as usize];
            let is_told = row.flags & (flag::FRESH | flag::REMOVED) != 0 || places.contains_key(&slot);
            (!is_told).then(|| self.still(slot, self.by_of(writer), How::Quiet))
        });
        befores.extend(quiet);
        befores
    }

    /// A contact as it is, but for its writer.
    fn still(&self, slot: u32, by: By, how: How) -> Before {
        let row = &self.contacts.rows[slot as usize];
        let key = self.key_of_contact(slot);
        Before {
            contact: key.bits(),
            content: row.content.clone(),
            by,
            how,
            other: self.stands(key, row.version.tick(self.open_tick())),
            version: row.version.tick(self.open_tick()),
        }
    }

    /// A tick that returns is kept the other way round: every contact of its entry as it was before it.
    fn remember_return(&mut self, applying: Applying, edits: &[Edit], scrubbed: &Scrubbed) {
        let Applying {
            what,
            befores: applied,
            renamed,
            entry,
        } = applying;
        self.keep_returned(what, &entry, &applied);
        for (first, now) in renamed {
            self.history.renamed.rename(first, now);
        }
        let places = self.places();
        let mut befores: Vec<Before> = Vec::new();
        let mut known = IndexSet::<u32, FxBuildHasher>::default();
        let mut stands: Vec<(Key, (u64, u64))> = Vec::new();
        for before in applied {
            let key = Key::Contact(before.contact);
            let Some(slot) = self.find_contact_now(key) else {
                continue;
            };
            let row = &self.contacts.rows[slot as usize];
            let version = row.version.tick(self.open_tick() + 1);
            stands.push((key, (version, before.ways(what).1)));
            if before.how == How::Gone || !known.insert(slot) {
                continue;
            }
            let touch = places.get(&slot).map(|&place| &self.tick.touches[place]);
            befores.push(Before {
                content: touch.map_or_else(|| row.content.clone(), |touch| self.tick.kept.content(touch.old)),
                by: self.by_of(touch.map_or(row.writer, |touch| touch.writer)),
                version: touch.map_or(version, |touch| touch.version.tick(self.open_tick())),
                ..before
            });
        }
        let more = self.befores(scrubbed, &places).into_iter().filter(|before| {
            let slot = self.find_contact_now(Key::Contact(before.contact));
            before.how == How::Quiet && slot.is_some_and(|slot| !known.contains(&slot))
        });
        befores.extend(more.collect::<Vec<_>>());
        if self.history.keeps_others {
            let told = Entry {
                is_return: true,
                ..self.entry(what.tick(), Structure::default(), &befores)
            };
            self.history.push_other(told, befores.clone());
        }
        let structure = self.structure_before(edits, &places, scrubbed, &mut befores);
        self.history.stands.extend(stands);
        match what {
            Return::Undo(tick) => {
                let entry = self.entry(tick, structure, &befores);
                self.history.push_redo(entry, befores);
            }
            Return::Redo(tick) => self.keep_undo(tick, structure, befores),
        }
    }

    /// A tick that is undone stays in the past.
    fn keep_returned(&mut self, what: Return, entry: &Entry, befores: &[Before]) {
        if !self.history.keeps_others || !matches!(what, Return::Undo(_)) {
            return;
        }
        let added = entry.structure.iter().flat_map(|structure| &structure.added);
        let structure = Structure {
            added: added.filter(|key| matches!(key, Key::Contact(_))).copied().collect(),
            ..Structure::default()
        };
        let told = Entry {
            at: entry.at,
            is_return: true,
            ..self.entry(entry.tick, structure, befores)
        };
        self.history.insert_other(told, befores.to_vec());
    }

    /// What the edits added and removed; the contents of what they removed join `befores`.
    fn structure_before(
        &mut self,
        edits: &[Edit],
        places: &Places,
        scrubbed: &Scrubbed,
        befores: &mut Vec<Before>,
    ) -> Structure {
        let mut structure = Structure::default();
        let passing = passing(edits);
        let mut marked = IndexSet::<u32, FxBuildHasher>::default();
        for edit in edits {
            if edit.target().is_some_and(|target| passing.contains(&target)) {
                continue;
            }
            match *edit {
                Edit::GroupAdded(slot) => structure.added.push(self.first(self.groups.id(slot))),
                Edit::ContactAdded(slot) if self.contacts.group[slot as usize] != NONE => {
                    structure.added.push(self.first(self.contacts.id(slot)));
                }
                Edit::WireAdded(slot) => structure
                    .added
                    .push(self.first(self.wires.slots.handle::<crate::WireId>(slot))),
                Edit::GadgetAdded(slot) => structure.added.push(self.first(self.gadgets.id(slot))),
                Edit::LinkAdded(slot) => structure
                    .added
                    .push(self.first(self.links.slots.handle::<crate::LinkId>(slot))),
                Edit::GroupRemoved(slot) => structure.groups.push(self.first_group(self.group_record(slot))),
                Edit::WireRemoved(slot) => structure.wires.push(self.first_wire(slot)),
                Edit::LinkRemoved(slot) => structure.links.push(self.first_link(self.link_record(slot))),
                Edit::GadgetRemoved(slot) => {
                    let call = self.gadgets.function(slot).and_then(|function| function.call.clone());
                    structure
                        .gadgets
                        .push((self.first_gadget(self.gadget_record(slot)), call));
                }
                Edit::ContactRemoved(slot) => {
                    befores.extend(self.gone(slot, places, scrubbed));
                    if !marked.contains(&slot) {
                        structure.marks.extend(self.marks_now(slot));
                    }
                    let record = self.first_contact(self.contact_record(slot));
                    if record.place != Err(Unnamed::State) {
                        structure.contacts.push((record, self.lattices.get(&slot).cloned()));
                    }
                    let key = self.key_of_contact(slot);
                    self.history.stands.swap_remove(&key);
                }
                Edit::Marked(ref was) if marked.insert(was.contact) && !self.contacts.has(was.contact, flag::FRESH) => {
                    structure.marks.push(self.marks_before(was));
                }
                Edit::Aged(ref was) => {
                    let ages = was.iter().map(|&(code, age)| match Edge::of(code) {
                        Edge::Gadget(slot) => (self.first(self.gadgets.id(slot)), age),
                        Edge::Wire(slot) => (self.first(self.wires.slots.handle::<crate::WireId>(slot)), age),
                    });
                    structure.ages.extend(ages);
                }
                Edit::Routed { gadget, contact } if !self.contacts.has(contact, flag::FRESH | flag::REMOVED) => {
                    structure.routed.push(self.route_of(gadget, contact));
                }
                Edit::Unrouted { gadget, contact, .. } if !self.contacts.has(contact, flag::FRESH) => {
                    structure.unrouted.push(self.route_of(gadget, contact));
                }
                _ => {}
            }
        }
        structure
    }

    fn route_of(&self, gadget: u32, contact: u32) -> (GadgetId, ContactId) {
        let gadget = self.first(self.gadgets.id(gadget));
        (
            GadgetId::from_bits(gadget.bits()),
            ContactId::from_bits(self.key_of_contact(contact).bits()),
        )
    }

    /// What a contact held that the tick removed; nothing of a constant.
    fn gone(&self, slot: u32, places: &Places, scrubbed: &Scrubbed) -> Option<Before> {
        let is_constant =
            self.contacts.group[slot as usize] == NONE && matches!(self.unnamed(slot), Unnamed::Constant(_));
        if is_constant {
            return None;
        }
        let touch = places.get(&slot).and_then(|&place| self.tick.touches.get(place));
        Some(match touch {
            Some(touch) => {
                let content = self.tick.kept.content(touch.old);
                self.before(touch, How::Gone, self.open_tick(), content)
            }
            None => {
                let writer = scrubbed.get(&slot).copied();
                let writer = writer.unwrap_or(self.contacts.rows[slot as usize].writer);
                self.still(slot, self.by_of(writer), How::Gone)
            }
        })
    }

    fn marks_now(&self, slot: u32) -> Option<MarksBefore> {
        if !self.contacts.has(slot, flag::MARKED) {
            return None;
        }
        match Edit::marked(self, slot) {
            Edit::Marked(marks) => Some(self.marks_before(&marks)),
            _ => None,
        }
    }

    fn marks_before(&self, marks: &Marks) -> MarksBefore {
        let faults = marks.fault.iter().flat_map(crate::faults::Faults::all);
        let faults = faults.filter(|(gadget, _)| self.gadgets.slots.is_live(*gadget));
        MarksBefore {
            contact: ContactId::from_bits(self.key_of_contact(marks.contact).bits()),
            contradiction: marks.contradiction.clone(),
            faults: faults
                .map(|(gadget, fault)| {
                    let key = self.first(self.gadgets.id(*gadget));
                    (GadgetId::from_bits(key.bits()), fault.clone())
                })
                .collect(),
        }
    }
}

/// Handles as they were first known.
impl Network {
    #[inline]
    pub(super) fn first(&self, id: impl Into<Key>) -> Key {
        self.history.renamed.first(id.into())
    }

    #[inline]
    pub(super) fn key_of_contact(&self, slot: u32) -> Key {
        self.first(self.contacts.id(slot))
    }

    #[inline]
    pub(super) fn by_of(&self, writer: Writer) -> By {
        if let Some(source) = writer.as_external() {
            By::External(source)
        } else if let Some(wire) = writer.as_wire().filter(|&wire| self.wires.slots.is_live(wire)) {
            By::Wire(self.first(self.wires.slots.handle::<crate::WireId>(wire)).bits())
        } else if let Some(gadget) = writer.as_gadget().filter(|&gadget| self.gadgets.slots.is_live(gadget)) {
            By::Gadget(self.first(self.gadgets.id(gadget)).bits())
        } else {
            By::Nobody
        }
    }

    fn first_id<H: Handle + Into<Key>>(&self, id: H) -> H {
        H::from_bits(self.first(id).bits())
    }

    fn first_group(&self, record: GroupRecord) -> GroupRecord {
        GroupRecord {
            id: self.first_id(record.id),
            parent: self.first_id(record.parent),
            ..record
        }
    }

    fn first_contact(&self, record: ContactRecord) -> ContactRecord {
        ContactRecord {
            id: self.first_id(record.id),
            place: record.place.map(|(group, name)| (self.first_id(group), name)),
            ..record
        }
    }

    fn first_wire(&self, slot: u32) -> WireRecord {
        let record = self.wire_record(slot);
        WireRecord {
            id: self.first_id(record.id),
            from: self.first_id(record.from),
            to: self.first_id(record.to),
            ..record
        }
    }

    fn first_link(&self, record: LinkRecord) -> LinkRecord {
        LinkRecord {
            id: self.first_id(record.id),
            from: self.first_id(record.from),
            to: self.first_id(record.to),
            ..record
        }
    }

    fn first_gadget(&self, mut record: GadgetRecord) -> GadgetRecord {
        record.id = self.first_id(record.id);
        record.group = self.first_id(record.group);
        for (_, contact) in record.inputs.iter_mut().chain(&mut record.outputs) {
            *contact = self.first_id(*contact);
        }
        for cell in &mut record.state {
            *cell = self.first_id(*cell);
        }
        record
    }
}
