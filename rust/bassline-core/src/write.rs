//! Writes: how a value enters a contact through its blend, from outside, from a gadget or over a wire.

use crate::blend::{Blend, Join};
use crate::contact::{Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::id::ContactId;
use crate::network::{Network, OnContradiction};
use crate::queue::Waiting;
use crate::tick::{Age, Event, EventKey, NO_EVENT, Stamp};
use crate::value::{Content, Value};

/// What became of a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Written {
    /// The content is what it was.
    Same,
    Changed,
    /// A newer write of this tick stands.
    Refused,
    Contradicted,
}

impl Network {
    /// Writes a value from outside, in the open tick.
    #[inline]
    pub fn write(&mut self, id: ContactId, value: Value) -> Result<(), NetworkError> {
        let Value::Float(new) = value else {
            return self.write_any(id, value);
        };
        match self.contacts.find(id) {
            Some(slot) if self.write_first(slot, new) => Ok(()),
            _ => self.write_any(id, Value::Float(new)),
        }
    }

    #[inline(never)]
    fn write_any(&mut self, id: ContactId, value: Value) -> Result<(), NetworkError> {
        let slot = self.slot(id)?;
        self.write_external(slot, Some(value), Writer::external(self.source))
            .map(|_| ())
    }

    /// Whether a write would be refused: the policy is to raise, and the contact cannot join the value.
    pub fn check_write(&self, id: ContactId, value: &Value) -> Result<(), NetworkError> {
        let slot = self.slot(id)?;
        if !self.contacts.rows[slot as usize].blend.joins() {
            return Ok(());
        }
        let joined = self.joined(slot, value, Stamp::OLDEST)?;
        if joined == Join::Contradiction && self.on_contradiction == OnContradiction::Raise {
            return Err(self.contradiction_error(slot, value, Writer::external(self.source)));
        }
        Ok(())
    }

    /// Empties a contact, in the open tick; a contradiction or fault is lifted.
    pub fn erase(&mut self, id: ContactId) -> Result<(), NetworkError> {
        let slot = self.slot(id)?;
        self.write_external(slot, None, Writer::external(self.source))
            .map(|_| ())
    }

    pub(crate) fn write_external(
        &mut self,
        slot: u32,
        content: Content,
        writer: Writer,
    ) -> Result<Written, NetworkError> {
        if let Some((writer, stamp, key)) = self.tick.building {
            self.note_built(slot);
            return self.write_content(slot, content, writer, stamp, key);
        }
        let index = self.next_write_index();
        self.write_content(slot, content, writer, Stamp::external(index), EventKey::external(index))
    }

    /// What a gadget writes to a state contact. The first write in a tick to a contact that only this gadget writes is final, so
    /// its readers are marked at once; every other write waits until the contact's turn.
    #[inline(never)]
    pub(crate) fn write_from_gadget(&mut self, slot: u32, value: Value, gadget: u32) -> Result<(), NetworkError> {
        let at = slot as usize;
        if self.contacts.rows[at].flags & flag::SLOW == 0 && !self.is_touched(slot) {
            let content = &mut self.contacts.rows[at].content;
            if content.as_ref() == Some(&value) {
                if self.contacts.rows[at].writer == Writer::gadget(gadget) {
                    return Ok(());
                }
                let stamp = Stamp::creation(self.gadgets.creation[gadget as usize], self.tick.firing);
                return self
                    .write_content(slot, Some(value), Writer::gadget(gadget), stamp, EventKey::of_state(0))
                    .map(|_| ());
            }
            let old = content.replace(value);
            self.log(slot, old, Writer::gadget(gadget), Age::FINAL);
            self.mark_readers(slot);
            return Ok(());
        }
        let creation = self.gadgets.creation[gadget as usize];
        let (stamp, key) = (
            Stamp::creation(creation, self.tick.firing),
            EventKey::of_state(creation),
        );
        self.write_content(slot, Some(value), Writer::gadget(gadget), stamp, key)
            .map(|_| ())
    }

    /// Every write that is not the fast one.
    pub(crate) fn write_content(
        &mut self,
        slot: u32,
        mut content: Content,
        writer: Writer,
        stamp: Stamp,
        key: EventKey,
    ) -> Result<Written, NetworkError> {
        let fresh = !self.is_touched(slot);
        let index = self.touch(slot);
        let blend = self.contacts.rows[slot as usize].blend;
        let newest = fresh || stamp >= self.stamp_at(index);
        if blend == Blend::AcceptLast && !newest && !crate::planted::is(crate::planted::Bug::FiringOrder) {
            return Ok(Written::Refused);
        }
        if blend == Blend::Stream {
            self.clear_marks(slot, writer);
            if crate::planted::is(crate::planted::Bug::EventMerged)
                && self.contacts.rows[slot as usize].content == content
            {
                return Ok(Written::Same);
            }
            self.add_event(slot, index, content, writer, (key, stamp));
            if newest {
                self.set_stamp(index, stamp);
            }
            self.schedule(slot, true);
            return Ok(Written::Changed);
        }
        if self.tick.settling && blend.joins() {
            if self.gathers(slot) {
                if let Some(value) = content {
                    self.gather(slot, index, value, writer, stamp);
                }
                return Ok(Written::Same);
            }
            self.end_gathering(slot, index)?;
        }
        if let (true, Some(incoming)) = (blend.joins(), &content) {
            match self.joined(slot, incoming, stamp)? {
                Join::Take => {}
                Join::Becomes(joined) => content = Some(joined),
                Join::Keep => {
                    self.clear_marks(slot, writer);
                    if newest {
                        self.renew_kept(slot, index, writer, stamp);
                    }
                    self.schedule(slot, false);
                    return Ok(Written::Same);
                }
                Join::Contradiction => return self.contradict(slot, incoming, writer),
            }
        }
        if content.is_some() || !crate::planted::is(crate::planted::Bug::ContradictionStays) {
            self.clear_marks(slot, writer);
        }
        let changed = self.contacts.rows[slot as usize].content != content;
        if changed {
            if !fresh && self.had_turn(slot) {
                self.set_late(index);
            }
            self.contacts.rows[slot as usize].content = content;
        }
        if newest {
            self.renew(slot, index, writer, stamp);
        }
        if blend == Blend::First {
            self.contacts.rows[slot as usize].writer = writer;
            self.set_born(index, stamp);
        }
        self.schedule(slot, changed);
        Ok(if changed { Written::Changed } else { Written::Same })
    }

    /// Notes who made the newest write to a contact, and how new it is.
    pub(crate) fn renew(&mut self, slot: u32, index: usize, writer: Writer, stamp: Stamp) {
        self.contacts.rows[slot as usize].writer = writer;
        self.set_stamp(index, stamp);
    }

    /// The same for a write that left the content as it is. A `first` has kept it out: who wrote its content stays.
    pub(crate) fn renew_kept(&mut self, slot: u32, index: usize, writer: Writer, stamp: Stamp) {
        if self.contacts.rows[slot as usize].blend == Blend::First {
            self.set_stamp(index, stamp);
        } else {
            self.renew(slot, index, writer, stamp);
        }
    }

    /// Whether a touched contact, or the cycle it is in, has had its turn in this tick: only what a router has just made writes after it.
    fn had_turn(&self, slot: u32) -> bool {
        self.tick.settling
            && if self.contacts.has(slot, flag::CYCLIC) {
                let region = self.region_of_contact(slot);
                let queued = self.regions.large(region).is_some_and(|region| region.queued);
                !queued && self.regions.running != Some(region)
            } else {
                !self.contacts.has(slot, flag::QUEUED)
            }
    }

    /// While settling: a contact that was written gets its turn when all its writers have fired.
    pub(crate) fn schedule(&mut self, slot: u32, changed: bool) {
        if !self.tick.settling {
            return;
        }
        if self.contacts.has(slot, flag::CYCLIC) {
            self.schedule_region_of(slot, changed);
        } else if !self.contacts.has(slot, flag::QUEUED) {
            self.contacts.set(slot, flag::QUEUED, true);
            self.queue
                .push_other(self.contacts.level[slot as usize], Waiting::Contact(slot));
        }
    }

    /// Puts the gadgets that read a state contact in line.
    #[inline]
    pub(crate) fn mark_readers(&mut self, slot: u32) {
        let readers = self.contacts.readers.get(slot);
        let plain = self.queue.push_gadgets(&mut self.gadgets.rows, readers);
        if plain < readers.len() {
            self.mark_readers_from(slot, plain);
        }
    }

    #[inline(never)]
    pub(crate) fn mark_readers_from(&mut self, slot: u32, first: usize) {
        for at in first..self.contacts.readers.len(slot) {
            if let Some(code) = self.contacts.readers.at(slot, at) {
                self.mark_reader(code, false);
            }
        }
    }

    /// Puts one reader in line; a gadget of streams only if `event`.
    #[inline]
    pub(crate) fn mark_reader(&mut self, code: u32, event: bool) {
        use crate::gadget::flag as of;
        if let crate::contact::Edge::Gadget(gadget) = crate::contact::Edge::of(code) {
            let flags = self.gadgets.rows[gadget as usize].flags;
            if flags & (of::STREAM | of::CYCLIC) == 0 {
                self.queue.push_gadget(&mut self.gadgets.rows, gadget);
            } else if event || flags & of::STREAM == 0 {
                if flags & of::CYCLIC == 0 {
                    self.queue.push_gadget(&mut self.gadgets.rows, gadget);
                } else {
                    self.schedule_member(gadget);
                }
            }
        }
    }

    fn add_event(&mut self, slot: u32, index: usize, value: Content, writer: Writer, (key, stamp): (EventKey, Stamp)) {
        let new = self.tick.events.len() as u32;
        let (first, last) = self.event_ends(index);
        let newest = last == NO_EVENT
            || self.tick.events[last as usize].key <= key
            || crate::planted::is(crate::planted::Bug::EventsAsTheyCome);
        self.tick.events.push(Event {
            key,
            value: value.clone(),
            stamp,
            writer,
            next: NO_EVENT,
        });
        if newest {
            if last == NO_EVENT {
                self.set_event_ends(index, new, new);
            } else {
                self.tick.events[last as usize].next = new;
                self.set_event_ends(index, first, new);
            }
            self.contacts.rows[slot as usize].content = value;
            self.contacts.rows[slot as usize].writer = writer;
            return;
        }
        let mut before = NO_EVENT;
        let mut at = first;
        while self.tick.events[at as usize].key <= key {
            before = at;
            at = self.tick.events[at as usize].next;
        }
        self.tick.events[new as usize].next = at;
        if before == NO_EVENT {
            self.set_event_ends(index, new, last);
        } else {
            self.tick.events[before as usize].next = new;
        }
    }

    /// A gadget that fails no longer: the faults it left are lifted.
    pub(crate) fn clear_faults_of(&mut self, gadget: u32) {
        if !self.faults.is_empty() {
            self.clear_faults_in(gadget, &self.gadgets.outputs(gadget));
        }
    }

    /// The same, of the contacts on its ports alone.
    pub(crate) fn clear_derived_faults_of(&mut self, gadget: u32) {
        if !self.faults.is_empty() {
            self.clear_faults_in(gadget, &self.gadgets.derived_outputs(gadget));
        }
    }

    fn clear_faults_in(&mut self, gadget: u32, contacts: &[u32]) {
        for &contact in contacts {
            let faults = self.faults.get(&contact);
            if faults.is_some_and(|faults| faults.any(|of| of == gadget)) {
                self.tick.edits.push(Edit::marked(self, contact));
                self.lift_faults(contact, |of| of == gadget);
            }
        }
    }
}
