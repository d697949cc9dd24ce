//! A tick: the log of what it touched, from which it is rolled back or committed.

use crate::attempt::Attempt;
use crate::contact::{Version, Writer, flag};
use crate::cycle::Passed;
use crate::edit::Edit;
use crate::gathering::{Gatherings, NO_GATHERING};
use crate::group::Named;
use crate::network::Network;
use crate::old::{Kept, Old};
use crate::symbol::Symbol;
use crate::value::Content;
use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

mod commit;

/// The age of a write: external ones in the order made, then gadgets and directed wires by creation number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Stamp(u64);

impl Stamp {
    pub(crate) const OLDEST: Stamp = Stamp(0);
    pub(crate) fn external(write_index: u64) -> Self {
        Stamp(write_index + 1)
    }
    /// Of a gadget or directed wire; of two writes of one member of a cycle the later is newer.
    pub(crate) fn creation(number: u64, firing: u64) -> Self {
        Stamp(1 << 63 | number << 24 | firing.min((1 << 24) - 1))
    }
}

/// Where an event stands among the events of a tick.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct EventKey {
    /// The write index of the external write it comes from; [`EventKey::AFTER_ALL`] if from a change of state.
    pub(crate) origin: u64,
    pub(crate) hops: u32,
    /// The creation number of the writer plus one; 0 for an external write.
    pub(crate) writer: u64,
    pub(crate) emission: u32,
}

impl EventKey {
    pub(crate) const AFTER_ALL: u64 = u64::MAX;

    pub(crate) fn external(write_index: u64) -> Self {
        Self {
            origin: write_index,
            hops: 0,
            writer: 0,
            emission: 0,
        }
    }

    /// The key of an event written because a state changed.
    pub(crate) fn of_state(creation: u64) -> Self {
        Self {
            origin: Self::AFTER_ALL,
            hops: 0,
            writer: creation + 1,
            emission: 0,
        }
    }

    /// The key of an event that the wire `creation` brings when it is connected: it came over that wire.
    pub(crate) fn connecting(self, creation: u64) -> Self {
        Self {
            writer: creation + 1,
            ..self
        }
    }

    /// Whether the wire `creation` brought the event between two streams when it was connected.
    pub(crate) fn is_connecting(self, creation: u64) -> bool {
        self.hops == 0 && self.is_of(creation)
    }

    /// Whether `creation` wrote the event.
    pub(crate) fn is_of(self, creation: u64) -> bool {
        self.writer == creation + 1
    }

    /// The key of the event that `creation` writes on seeing this one.
    pub(crate) fn passed_on(self, creation: u64, emission: u32) -> Self {
        Self {
            origin: self.origin,
            hops: self.hops + 1,
            writer: creation + 1,
            emission,
        }
    }
}

/// An event of a stream contact in the open tick; an erasure stands among the events without a value.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) key: EventKey,
    pub(crate) value: Content,
    pub(crate) stamp: Stamp,
    pub(crate) writer: Writer,
    pub(crate) next: u32,
}

/// What a contact was when the tick began: an entry of the log from which a tick is taken back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Touch {
    pub(crate) old: Old,
    pub(crate) version: Version,
    pub(crate) contact: u32,
    pub(crate) writer: Writer,
    pub(crate) age: Age,
}

/// How old the newest write of an entry is: that of one write which changed the content for good, or what the entry's note says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Age(u32);

impl Age {
    const EXTERNAL_BIT: u32 = 1 << 31;
    /// Of the only write of the only gadget that writes there.
    pub(crate) const FINAL: Age = Age(u32::MAX);

    /// Of an external write, if its index has room.
    #[inline]
    pub(crate) fn external(write_index: u64) -> Option<Self> {
        (write_index < u64::from(u32::MAX >> 1)).then_some(Age(write_index as u32 | Self::EXTERNAL_BIT))
    }

    fn noted(note: usize) -> Self {
        Age(note as u32)
    }

    pub(crate) fn note(self) -> Option<usize> {
        (self.0 & Self::EXTERNAL_BIT == 0).then_some(self.0 as usize)
    }
}

/// What is to be known of an entry that was not written just once.
#[derive(Debug)]
struct Note {
    /// The place of the entry.
    touch: u32,
    first_event: u32,
    last_event: u32,
    /// What is kept of the writes to it while settling.
    gathering: u32,
    /// Whether it was written after its turn: its readers know another content than the one that it had when the tick began.
    late: bool,
    stamp: Stamp,
    /// Of a `first`, the stamp of its content.
    born: Stamp,
}

/// No event.
pub(crate) const NO_EVENT: u32 = u32::MAX;

/// The open tick.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Tick {
    pub(crate) open: bool,
    pub(crate) settling: bool,
    pub(crate) write_index: u64,
    /// The next creation number when the tick began.
    pub(crate) creation: u64,
    /// How many members of cycles have fired in this tick.
    pub(crate) firing: u64,
    /// What was left of the budget of turns when settling paused, ended or failed.
    pub(crate) left: usize,
    /// How many of the turns since then were not of the fast loop.
    pub(crate) other_turns: u64,
    /// While a wire carries a value that somebody else wrote.
    pub(crate) carrying: bool,
    /// While a router makes a group: its writes stand for the router's.
    pub(crate) building: Option<(Writer, Stamp, EventKey)>,
    pub(crate) touches: Vec<Touch>,
    notes: Vec<Note>,
    pub(crate) kept: Kept,
    pub(crate) attempt: Attempt,
    pub(crate) events: Vec<Event>,
    pub(crate) passed: Passed,
    pub(crate) gatherings: Gatherings,
    /// Whether something was touched whose readers are not in line yet.
    pub(crate) unmarked: bool,
    pub(crate) edits: Vec<Edit>,
    /// What was removed in this tick, by the name it had.
    pub(crate) gone: IndexMap<(u32, Symbol), Named, FxBuildHasher>,
    /// Gadgets declared in this tick.
    pub(crate) fresh: Vec<u32>,
    /// Whether it restores an image: then another writer of the same content is a change too, as who wrote it is restored with it.
    pub(crate) restores: bool,
}

/// The log keeps room for so many entries after a tick that edited the network.
const ROOM: usize = 1024;

impl Tick {
    /// Whether every entry is of one write.
    pub(crate) fn is_plain(&self) -> bool {
        self.notes.is_empty()
    }

    /// The places of entries that were not written just once.
    pub(crate) fn noted(&self) -> impl Iterator<Item = u32> + '_ {
        self.notes.iter().enumerate().filter_map(|(at, note)| {
            let touch = self.touches.get(note.touch as usize)?;
            // An entry that was taken back leaves its note behind.
            (touch.age.note() == Some(at)).then_some(note.touch)
        })
    }

    fn events_from(&self, first: u32) -> impl Iterator<Item = &Event> {
        std::iter::successors(self.events.get(first as usize), |event| {
            self.events.get(event.next as usize)
        })
    }

    /// Forgets what contacts were. A tick that edited the network is not one of many like it: what room it needed is given back.
    fn forget(&mut self, edited: bool) {
        self.touches.clear();
        self.notes.clear();
        self.kept.clear();
        if edited {
            self.touches.shrink_to(ROOM);
            self.notes.shrink_to(ROOM);
        }
    }
}

impl Network {
    /// Opens a tick. Inside an open tick, it is the same tick.
    pub fn begin(&mut self) {
        if !self.tick.open {
            self.tick.open = true;
            self.tick.creation = self.creation;
        }
    }

    /// Whether a tick is open.
    pub fn in_tick(&self) -> bool {
        self.tick.open
    }

    /// How many contacts, and events of streams, the open tick has written so far.
    pub fn written(&self) -> usize {
        self.tick.touches.len() + self.tick.events.len()
    }

    pub(crate) fn next_write_index(&mut self) -> u64 {
        let index = self.tick.write_index;
        self.tick.write_index += 1;
        index
    }

    /// The number the open tick will have.
    #[inline]
    pub(crate) fn open_tick(&self) -> u64 {
        self.now + 1
    }

    #[inline]
    pub(crate) fn is_touched(&self, slot: u32) -> bool {
        self.contacts.rows[slot as usize].version.is_touched(self.open_tick())
    }

    #[inline]
    fn place_of(&self, slot: u32) -> Option<usize> {
        self.contacts.rows[slot as usize].version.place(self.open_tick())
    }

    /// Logs the first write in a tick to a contact, which has changed its content.
    #[inline]
    pub(crate) fn log(&mut self, slot: u32, old: Content, writer: Writer, age: Age) {
        let at = slot as usize;
        let touched = Version::touched(self.open_tick(), self.tick.touches.len());
        self.tick.touches.push(Touch {
            old: self.tick.kept.keep(old),
            version: std::mem::replace(&mut self.contacts.rows[at].version, touched),
            contact: slot,
            writer: std::mem::replace(&mut self.contacts.rows[at].writer, writer),
            age,
        });
    }

    /// The place of a contact's entry in the log, which is made if there is none.
    pub(crate) fn touch(&mut self, slot: u32) -> usize {
        if let Some(place) = self.place_of(slot) {
            if place < self.tick.attempt.from {
                self.save(slot, place);
            }
            return place;
        }
        let place = self.tick.touches.len();
        let old = self.contacts.rows[slot as usize].content.clone();
        let age = self.note(place, Stamp::OLDEST);
        self.log(slot, old, self.contacts.rows[slot as usize].writer, age);
        place
    }

    fn note(&mut self, place: usize, stamp: Stamp) -> Age {
        self.tick.unmarked = true;
        self.tick.notes.push(Note {
            touch: place as u32,
            first_event: NO_EVENT,
            last_event: NO_EVENT,
            gathering: NO_GATHERING,
            late: false,
            stamp,
            born: Stamp::OLDEST,
        });
        Age::noted(self.tick.notes.len() - 1)
    }

    fn note_of(&self, place: usize) -> Option<&Note> {
        self.tick.notes.get(self.tick.touches.get(place)?.age.note()?)
    }

    /// The note of an entry, which is made if there is none.
    fn note_mut(&mut self, place: usize) -> &mut Note {
        let note = self.tick.touches[place].age.note().unwrap_or_else(|| {
            let age = self.note(place, self.stamp_at(place));
            self.tick.touches[place].age = age;
            self.tick.notes.len() - 1
        });
        &mut self.tick.notes[note]
    }

    /// The stamp of the newest write of an entry.
    pub(crate) fn stamp_at(&self, place: usize) -> Stamp {
        let Some(touch) = self.tick.touches.get(place) else {
            return Stamp::OLDEST;
        };
        match self.note_of(place) {
            Some(note) => note.stamp,
            None if touch.age == Age::FINAL => {
                let writer = self.contacts.rows[touch.contact as usize].writer;
                writer.as_gadget().map_or(Stamp::OLDEST, |gadget| {
                    Stamp::creation(self.gadgets.creation[gadget as usize], 0)
                })
            }
            None => Stamp::external(u64::from(touch.age.0 & !Age::EXTERNAL_BIT)),
        }
    }

    /// The stamp of the newest write to a contact in this tick; the oldest if there is none.
    pub(crate) fn stamp_of(&self, slot: u32) -> Stamp {
        self.place_of(slot).map_or(Stamp::OLDEST, |place| self.stamp_at(place))
    }

    pub(crate) fn set_stamp(&mut self, place: usize, stamp: Stamp) {
        self.note_mut(place).stamp = stamp;
    }

    /// Of a `first`, the stamp of its content; the oldest if it was not written in this tick.
    pub(crate) fn born(&self, slot: u32) -> Stamp {
        let note = self.place_of(slot).and_then(|place| self.note_of(place));
        note.map_or(Stamp::OLDEST, |note| note.born)
    }

    pub(crate) fn set_born(&mut self, place: usize, stamp: Stamp) {
        self.note_mut(place).born = stamp;
    }

    /// What is kept of the writes to an entry's contact.
    pub(crate) fn gathering_at(&self, place: usize) -> u32 {
        self.note_of(place).map_or(NO_GATHERING, |note| note.gathering)
    }

    pub(crate) fn set_gathering(&mut self, place: usize, gathering: u32) {
        self.note_mut(place).gathering = gathering;
    }

    /// Whether an entry's contact was written after its turn.
    pub(crate) fn is_late(&self, slot: u32) -> bool {
        let note = self.place_of(slot).and_then(|place| self.note_of(place));
        note.is_some_and(|note| note.late)
    }

    pub(crate) fn set_late(&mut self, place: usize) {
        self.note_mut(place).late = true;
    }

    /// The first event on a contact in this tick; [`NO_EVENT`] if there is none.
    pub(crate) fn first_event_of(&self, slot: u32) -> u32 {
        self.place_of(slot)
            .and_then(|place| self.note_of(place))
            .map_or(NO_EVENT, |note| note.first_event)
    }

    pub(crate) fn has_events(&self, slot: u32) -> bool {
        self.first_event_of(slot) != NO_EVENT
    }

    /// The first and the last event of an entry.
    pub(crate) fn event_ends(&self, place: usize) -> (u32, u32) {
        self.note_of(place)
            .map_or((NO_EVENT, NO_EVENT), |note| (note.first_event, note.last_event))
    }

    pub(crate) fn set_event_ends(&mut self, place: usize, first: u32, last: u32) {
        let note = self.note_mut(place);
        note.first_event = first;
        note.last_event = last;
    }

    /// The contact's entry in the log, if it was touched in this tick.
    #[inline]
    pub(crate) fn touched(&self, slot: u32) -> Option<&Touch> {
        self.tick.touches.get(self.place_of(slot)?)
    }

    /// Whether the content differs from what it was when the tick began.
    pub(crate) fn differs(&self, slot: u32) -> bool {
        self.touched(slot).is_some_and(|touch| !self.is_as_it_was(touch))
    }

    /// Whether the content of an entry's contact is what it was when the tick began.
    #[inline]
    pub(crate) fn is_as_it_was(&self, touch: &Touch) -> bool {
        let content = &self.contacts.rows[touch.contact as usize].content;
        self.tick.kept.is_same(touch.old, content)
    }

    /// The events of a list that were written since the tick had `since` events in all.
    pub(crate) fn events_since(&self, first: u32, since: usize) -> Vec<(EventKey, Content)> {
        let mut new = Vec::new();
        let mut at = first;
        while let Some(event) = self.tick.events.get(at as usize) {
            if at as usize >= since {
                new.push((event.key, event.value.clone()));
            }
            at = event.next;
        }
        new
    }

    pub(crate) fn events_from(&self, first: u32) -> impl Iterator<Item = &Event> {
        self.tick.events_from(first)
    }

    /// Takes everything back: contents and structure are as before the tick.
    pub fn rollback(&mut self) {
        self.queue.clear(&mut self.gadgets.rows);
        self.regions.clear_pending();
        while !self.tick.touches.is_empty() {
            self.untouch_last();
        }
        self.tick.forget(!self.tick.edits.is_empty());
        self.undo_edits(0);
        self.give_back_applied();
        self.creation = self.tick.creation
            - u64::from(crate::planted::is(crate::planted::Bug::CreationReused) && self.tick.creation > 0);
        self.refresh_regions();
        self.close_tick();
        #[cfg(debug_assertions)]
        self.validate_ownership(true);
    }

    pub(crate) fn untouch_last(&mut self) {
        if let Some(touch) = self.tick.touches.pop() {
            let at = touch.contact as usize;
            let old = self.tick.kept.content(touch.old);
            if !crate::planted::is(crate::planted::Bug::ContentKept) {
                self.contacts.rows[at].content = old;
            }
            self.contacts.rows[at].version = if crate::planted::is(crate::planted::Bug::VersionKept) {
                Version::of_tick(self.now + 1)
            } else {
                touch.version
            };
            self.contacts.rows[at].writer = touch.writer;
            self.contacts.rows[at].flags &= !flag::QUEUED;
        }
    }

    /// Ends a tick in which no event, cycle, edit or call came up.
    #[inline]
    fn close_simple(&mut self) {
        let tick = &mut self.tick;
        debug_assert!(tick.events.is_empty() && tick.passed.is_empty() && tick.gatherings.is_empty());
        debug_assert!(tick.building.is_none() && !tick.carrying);
        tick.open = false;
        tick.settling = false;
        tick.unmarked = false;
        tick.write_index = 0;
        self.queue.rewind();
    }

    fn close_tick(&mut self) {
        self.tick.open = false;
        self.tick.settling = false;
        self.tick.unmarked = false;
        self.tick.write_index = 0;
        self.tick.building = None;
        self.tick.carrying = false;
        self.tick.restores = false;
        self.tick.firing = 0;
        self.tick.events.clear();
        self.tick.passed.clear();
        self.tick.gatherings.clear();
        self.tick.fresh.clear();
        self.tick.gone.clear();
        self.calls.of_tick.clear();
        self.queue.rewind();
    }
}
