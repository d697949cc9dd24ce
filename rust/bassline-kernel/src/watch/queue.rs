//! A watcher's queue: it takes every change and never makes a tick wait; beyond its bound it keeps what matters.

use crate::engine::Notice;
use crate::lock::lock;
use crate::sync::{Condvar, Mutex};
use bassline_core::ContactId;
use bassline_core::planted::{self, Bug};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// The changes that a watcher has not taken yet, in order.
///
/// Beyond the bound, of a contact's changes the newest stays, with what was there before the oldest; then the oldest events of
/// streams are lost, but never the newest of all. So it holds no more than the bound, and one change of each contact.
#[derive(Debug)]
pub struct WatchQueue {
    number: u64,
    bound: usize,
    pending: Mutex<Pending>,
    arrived: Condvar,
    /// Where to say that nobody takes from it any more.
    gone: Arc<Mutex<Vec<u64>>>,
}

#[derive(Debug, Default)]
struct Pending {
    /// By the order they came in.
    entries: BTreeMap<u64, Entry>,
    next: u64,
    /// Of each contact, its newest change that is no event.
    newest: FxHashMap<ContactId, u64>,
    /// Those after which comes a later one of the same contact.
    superseded: BTreeSet<u64>,
    events: BTreeSet<u64>,
    coalesced: u64,
    missed: u64,
    ended: bool,
    /// Whether somebody asked to be woken.
    armed: bool,
    /// How many threads wait.
    waiting: usize,
}

#[derive(Debug)]
struct Entry {
    contact: ContactId,
    event: bool,
    notice: Arc<Notice>,
    /// The next change of the same contact.
    later: Option<u64>,
}

impl Pending {
    fn is_something(&self) -> bool {
        self.ended || !self.entries.is_empty()
    }

    fn put(&mut self, contact: ContactId, event: bool, notice: Arc<Notice>) {
        let place = self.next;
        self.next += 1;
        if event {
            self.events.insert(place);
        } else if let Some(before) = self.newest.insert(contact, place)
            && let Some(entry) = self.entries.get_mut(&before)
        {
            entry.later = Some(place);
            self.superseded.insert(before);
        }
        let entry = Entry {
            contact,
            event,
            notice,
            later: None,
        };
        self.entries.insert(place, entry);
    }

    /// Makes room for one, if anything may go.
    fn make_room(&mut self) -> Option<Entry> {
        if planted::is(Bug::WatcherLosesLast) {
            let newest = *self.entries.last_key_value()?.0;
            self.coalesced += 1;
            return self.take(newest);
        }
        if let Some(oldest) = self.superseded.pop_first() {
            let entry = self.take(oldest)?;
            if let Some(later) = entry.later.and_then(|later| self.entries.get_mut(&later)) {
                Arc::make_mut(&mut later.notice).old.clone_from(&entry.notice.old);
            }
            self.coalesced += 1;
            return Some(entry);
        }
        if self.events.len() > 1 {
            let oldest = self.events.pop_first()?;
            self.missed += 1;
            return self.take(oldest);
        }
        None
    }

    fn take(&mut self, place: u64) -> Option<Entry> {
        let entry = self.entries.remove(&place)?;
        if entry.event {
            self.events.remove(&place);
        } else if entry.later.is_some() {
            self.superseded.remove(&place);
        } else {
            self.newest.remove(&entry.contact);
        }
        Some(entry)
    }
}

impl WatchQueue {
    pub(super) fn new(number: u64, bound: usize, gone: Arc<Mutex<Vec<u64>>>) -> Self {
        Self {
            number,
            bound: bound.max(1),
            pending: Mutex::default(),
            arrived: Condvar::new(),
            gone,
        }
    }

    /// The watcher's number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many changes wait in it before some go.
    pub fn bound(&self) -> usize {
        self.bound
    }

    /// Takes a change in; answers whether somebody asked to be woken.
    pub(super) fn push(&self, contact: ContactId, event: bool, notice: &Arc<Notice>) -> bool {
        let mut pending = lock(&self.pending);
        if pending.ended {
            return false;
        }
        pending.put(contact, event, Arc::clone(notice));
        let mut excess = Vec::new();
        while pending.entries.len() > self.bound {
            let Some(entry) = pending.make_room() else { break };
            excess.push(entry);
        }
        let rings = std::mem::take(&mut pending.armed);
        let waiting = pending.waiting > 0;
        drop(pending);
        if waiting {
            self.arrived.notify_all();
        }
        // What goes may hold objects of the host, which run what they like when they go.
        drop(excess);
        rings
    }

    /// The oldest change.
    pub fn pop(&self) -> Option<Arc<Notice>> {
        let mut pending = lock(&self.pending);
        let oldest = *pending.entries.first_key_value()?.0;
        let entry = pending.take(oldest)?;
        drop(pending);
        Some(entry.notice)
    }

    /// All changes.
    pub fn drain(&self) -> Vec<Arc<Notice>> {
        let mut pending = lock(&self.pending);
        let entries = std::mem::take(&mut pending.entries);
        pending.newest.clear();
        pending.superseded.clear();
        pending.events.clear();
        drop(pending);
        entries.into_values().map(|entry| entry.notice).collect()
    }

    /// Waits for a change, or the end, but not for longer than that; whether there is something.
    pub fn wait(&self, at_most: Duration) -> bool {
        let mut pending = lock(&self.pending);
        if pending.is_something() {
            return true;
        }
        pending.waiting += 1;
        let waited = self
            .arrived
            .wait_timeout_while(pending, at_most, |pending| !pending.is_something());
        let (mut pending, _) = waited.unwrap_or_else(PoisonError::into_inner);
        pending.waiting -= 1;
        pending.is_something()
    }

    /// Asks to be woken once, unless there is something already.
    pub fn arm(&self) -> bool {
        let mut pending = lock(&self.pending);
        pending.armed = !pending.is_something();
        pending.armed
    }

    /// From now on nothing comes. What is there may still be taken.
    pub fn end(&self) {
        lock(&self.pending).ended = true;
        self.arrived.notify_all();
        lock(&self.gone).push(self.number);
    }

    /// Whether it has ended.
    pub fn is_ended(&self) -> bool {
        lock(&self.pending).ended
    }

    /// Whether it has ended, and nothing is left to take.
    pub fn is_over(&self) -> bool {
        let pending = lock(&self.pending);
        pending.ended && pending.entries.is_empty()
    }

    /// How many changes wait.
    pub fn len(&self) -> usize {
        lock(&self.pending).entries.len()
    }

    /// Whether no change waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many changes went because a later one of their contact was there.
    pub fn coalesced(&self) -> u64 {
        lock(&self.pending).coalesced
    }

    /// How many events were lost.
    pub fn missed(&self) -> u64 {
        lock(&self.pending).missed
    }
}

#[cfg(test)]
mod tests;
