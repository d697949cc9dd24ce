//! One operation of an open tick that may fail: then all it did is taken back, and the tick goes on without it.

use crate::contact::Writer;
use crate::network::Network;
use crate::tick::{NO_EVENT, Stamp};
use crate::value::Content;

/// The operation that is being made.
#[derive(Debug, Default)]
pub(crate) struct Attempt {
    /// How many contacts had been touched before it.
    pub(crate) from: usize,
    saved: Vec<Saved>,
}

/// What a contact that was touched before was when the operation touched it again.
#[derive(Debug)]
struct Saved {
    contact: u32,
    place: usize,
    stamp: Stamp,
    content: Content,
    writer: Writer,
    events: (u32, u32),
}

impl Network {
    /// Makes one operation of the open tick; if it fails, all it did is taken back and the tick goes on without it.
    pub fn attempt<T, E>(&mut self, operation: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let tick = &self.tick;
        let (edits, touches, events, fresh) = (
            tick.edits.len(),
            tick.touches.len(),
            tick.events.len(),
            tick.fresh.len(),
        );
        self.tick.attempt.from = touches;
        let result = operation(self);
        self.tick.attempt.from = 0;
        if result.is_err() {
            self.tick.carrying = false;
            self.tick.fresh.truncate(fresh);
            while self.tick.touches.len() > touches {
                self.untouch_last();
            }
            self.tick.events.truncate(events);
            while let Some(saved) = self.tick.attempt.saved.pop() {
                self.put_back(saved);
            }
            if !crate::planted::is(crate::planted::Bug::FailedKept) {
                self.undo_edits(edits);
            }
            self.tick.unmarked = true;
        }
        self.tick.attempt.saved.clear();
        result
    }

    #[cold]
    pub(crate) fn save(&mut self, contact: u32, place: usize) {
        let row = &self.contacts.rows[contact as usize];
        let saved = Saved {
            contact,
            place,
            stamp: self.stamp_at(place),
            content: row.content.clone(),
            writer: row.writer,
            events: self.event_ends(place),
        };
        self.tick.attempt.saved.push(saved);
    }

    fn put_back(&mut self, saved: Saved) {
        let row = &mut self.contacts.rows[saved.contact as usize];
        row.content = saved.content;
        row.writer = saved.writer;
        self.set_stamp(saved.place, saved.stamp);
        let (first, last) = saved.events;
        self.set_event_ends(saved.place, first, last);
        // Before the tick settles, events come in order: the newest is the last of its list.
        if let Some(event) = self.tick.events.get_mut(last as usize) {
            event.next = NO_EVENT;
        }
    }
}
