//! A tick: the log of what it touched, from which it is rolled back or committed.

use crate::contact::{TOUCHED, Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::network::Network;
use crate::record::{Change, Committed};
use crate::value::Content;

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
    pub(crate) writer: Writer,
    pub(crate) next: u32,
}

/// What a contact was when the tick began, and how old its newest write is.
#[derive(Debug)]
pub(crate) struct Touch {
    pub(crate) contact: u32,
    pub(crate) stamp: Stamp,
    pub(crate) old: Content,
    pub(crate) version: u64,
    pub(crate) writer: Writer,
    pub(crate) first_event: u32,
    pub(crate) last_event: u32,
}

/// The open tick.
#[derive(Debug, Default)]
pub(crate) struct Tick {
    pub(crate) open: bool,
    pub(crate) settling: bool,
    pub(crate) write_index: u64,
    /// The next creation number when the tick began.
    pub(crate) creation: u64,
    /// How many members of cycles have fired in this tick.
    pub(crate) firing: u64,
    /// While a wire carries a value that somebody else wrote.
    pub(crate) carrying: bool,
    /// While a router makes a group: its writes stand for the router's.
    pub(crate) building: Option<(Writer, Stamp, EventKey)>,
    pub(crate) touches: Vec<Touch>,
    pub(crate) events: Vec<Event>,
    pub(crate) edits: Vec<Edit>,
    /// Gadgets declared in this tick.
    pub(crate) fresh: Vec<u32>,
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

    pub(crate) fn next_write_index(&mut self) -> u64 {
        let index = self.tick.write_index;
        self.tick.write_index += 1;
        index
    }

    /// The index of a contact's entry in the log, which is made if there is none.
    #[inline]
    pub(crate) fn touch(&mut self, slot: u32) -> usize {
        let version = self.contacts.version[slot as usize];
        if version & TOUCHED != 0 {
            return (version & !TOUCHED) as usize;
        }
        let index = self.tick.touches.len();
        self.tick.touches.push(Touch {
            contact: slot,
            stamp: Stamp::OLDEST,
            old: self.contacts.content[slot as usize].clone(),
            version,
            writer: self.contacts.writer[slot as usize],
            first_event: u32::MAX,
            last_event: u32::MAX,
        });
        self.contacts.version[slot as usize] = TOUCHED | index as u64;
        index
    }

    /// The contact's entry in the log, if it was touched in this tick.
    #[inline]
    pub(crate) fn touched(&self, slot: u32) -> Option<&Touch> {
        let version = self.contacts.version[slot as usize];
        if version & TOUCHED == 0 {
            return None;
        }
        self.tick.touches.get((version & !TOUCHED) as usize)
    }

    /// Whether the content differs from what it was when the tick began.
    pub(crate) fn differs(&self, slot: u32) -> bool {
        self.touched(slot)
            .is_some_and(|touch| touch.old != self.contacts.content[slot as usize])
    }

    /// The content a contact had when the tick began: what readers outside the tick see.
    pub fn committed_content(&self, id: crate::ContactId) -> Result<&Content, NetworkError> {
        let slot = self.slot(id)?;
        Ok(self
            .touched(slot)
            .map_or(&self.contacts.content[slot as usize], |touch| &touch.old))
    }

    /// Commits the settled tick under the next number; `None` if nothing changed and `keep_empty` is not asked for. `record` asks
    /// for the change records.
    pub fn commit(&mut self, record: bool, keep_empty: bool) -> Option<Committed> {
        debug_assert!(self.queue.is_empty());
        let number = self.now + 1;
        let mut touches = std::mem::take(&mut self.tick.touches);
        let is_change = |network: &Self, touch: &Touch| {
            touch.first_event != u32::MAX || network.contacts.content[touch.contact as usize] != touch.old
        };
        let is_kept = keep_empty || self.edits_matter() || touches.iter().any(|touch| is_change(self, touch));
        let mut changes = Vec::with_capacity(if record { touches.len() } else { 0 });
        for touch in touches.drain(..) {
            let at = touch.contact as usize;
            if !is_change(self, &touch) {
                self.contacts.version[at] = touch.version;
                if !is_kept {
                    // A tick that changed nothing leaves no trace.
                    self.contacts.writer[at] = touch.writer;
                }
                continue;
            }
            self.contacts.version[at] = number;
            if record && !self.contacts.has(touch.contact, flag::REMOVED) {
                self.record_touch(touch, &mut changes);
            }
        }
        self.tick.touches = touches;
        let structure = if self.tick.edits.is_empty() {
            Vec::new()
        } else {
            self.commit_edits(record)
        };
        self.close_tick();
        if !is_kept {
            return None;
        }
        self.now = number;
        Some(Committed {
            tick: number,
            changes,
            structure,
        })
    }

    fn record_touch(&self, touch: Touch, changes: &mut Vec<Change>) {
        let contact = self.contacts.id(touch.contact);
        let mut old = touch.old;
        if touch.first_event == u32::MAX {
            let new = self.contacts.content[touch.contact as usize].clone();
            let writer = self.contacts.writer[touch.contact as usize];
            changes.push(Change {
                contact,
                old,
                new,
                cause: self.cause_of(writer),
                event: false,
            });
            return;
        }
        for event in self.events_from(touch.first_event) {
            let new = event.value.clone();
            changes.push(Change {
                contact,
                old,
                new: new.clone(),
                cause: self.cause_of(event.writer),
                event: true,
            });
            old = new;
        }
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

    /// The newest event of a stream contact among the first `since` of the tick, else its content when the tick began.
    pub(crate) fn sampled(&self, slot: u32, since: usize) -> Content {
        let Some(touch) = self.touched(slot) else {
            return self.contacts.content[slot as usize].clone();
        };
        let mut newest = &touch.old;
        let mut at = touch.first_event;
        while let Some(event) = self.tick.events.get(at as usize) {
            if (at as usize) < since {
                newest = &event.value;
            }
            at = event.next;
        }
        newest.clone()
    }

    pub(crate) fn events_from(&self, first: u32) -> impl Iterator<Item = &Event> {
        std::iter::successors(self.tick.events.get(first as usize), |event| {
            self.tick.events.get(event.next as usize)
        })
    }

    /// Takes everything back: contents and structure are as before the tick.
    pub fn rollback(&mut self) {
        self.queue.clear(&mut self.gadgets.rows);
        self.regions.clear_pending();
        while !self.tick.touches.is_empty() {
            self.untouch_last();
        }
        self.undo_edits(0);
        self.creation = self.tick.creation;
        self.refresh_regions();
        self.close_tick();
    }

    /// Makes one operation of the open tick; if it fails, its edits are taken back and the tick goes on without it.
    pub fn attempt<T, E>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let (edits, touches) = (self.tick.edits.len(), self.tick.touches.len());
        let result = operation(self);
        if result.is_err() {
            while self.tick.touches.len() > touches {
                self.untouch_last();
            }
            self.undo_edits(edits);
        }
        result
    }

    fn untouch_last(&mut self) {
        if let Some(touch) = self.tick.touches.pop() {
            let at = touch.contact as usize;
            self.contacts.content[at] = touch.old;
            self.contacts.version[at] = touch.version;
            self.contacts.writer[at] = touch.writer;
            self.contacts.flags[at] &= !flag::QUEUED;
        }
    }

    fn close_tick(&mut self) {
        self.tick.open = false;
        self.tick.settling = false;
        self.tick.write_index = 0;
        self.tick.building = None;
        self.tick.carrying = false;
        self.tick.firing = 0;
        self.tick.events.clear();
        self.tick.fresh.clear();
        self.queue.rewind();
    }
}
