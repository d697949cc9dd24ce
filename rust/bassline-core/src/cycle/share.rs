//! A bidirectional wire with a stream at one end or both: its ends come to hold one value, and what came over it does not go back over it.

use super::{Evaluation, Member};
use crate::Blend;
use crate::contact::Writer;
use crate::error::NetworkError;
use crate::network::Network;
use crate::tick::{Event, EventKey, Stamp};
use crate::value::Content;
use crate::write::Written;
use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxBuildHasher;

/// Which events are one event, written once and passed on between streams.
#[derive(Debug, Default)]
pub(crate) struct Passed {
    /// Of an event that was passed on, the one that was written.
    written: IndexMap<u32, u32, FxBuildHasher>,
    /// Contacts, and the events as written that they have.
    known: IndexSet<(u32, u32), FxBuildHasher>,
}

impl Passed {
    pub(crate) fn is_empty(&self) -> bool {
        self.written.is_empty() && self.known.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.written.clear();
        self.known.clear();
    }
}

/// One event on its way over a wire.
struct Passing {
    at: u32,
    key: EventKey,
    value: Content,
    stamp: Stamp,
    writer: Writer,
}

impl Passing {
    fn of(at: u32, event: &Event) -> Self {
        Self {
            at,
            key: event.key,
            value: event.value.clone(),
            stamp: event.stamp,
            writer: event.writer,
        }
    }
}

impl Network {
    pub(super) fn share(
        &mut self,
        wire: u32,
        (from, to): (u32, u32),
        member: Member,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<(), NetworkError> {
        let creation = self.wires.creation(wire);
        let stamp = self.stamp_of(from);
        if !self.contacts.is_stream(from) {
            let row = &self.contacts.rows[from as usize];
            let (content, writer) = (row.content.clone(), row.writer);
            if content != self.contacts.rows[to as usize].content && stamp >= self.stamp_of(to) {
                let key = EventKey::of_state(creation);
                self.write_member(to, content, writer, stamp, key, index, evaluation)?;
            }
            return Ok(());
        }
        let mut events = self.unseen(creation, from, member, evaluation);
        if self.contacts.is_stream(to) {
            self.add_connecting(creation, from, &mut events);
            for event in events {
                self.pass_event(event, (from, to), creation, index, evaluation)?;
            }
            return Ok(());
        }
        let mut taken = false;
        if self.contacts.rows[to as usize].blend == Blend::AcceptLast {
            if !events.is_empty() {
                let row = &self.contacts.rows[from as usize];
                let (content, writer) = (row.content.clone(), row.writer);
                self.write_member(to, content, writer, stamp, EventKey::of_state(0), index, evaluation)?;
                taken = true;
            }
        } else {
            for Passing { value, writer, .. } in events {
                taken |= if value.is_some() {
                    let key = EventKey::of_state(0);
                    self.write_member(to, value, writer, stamp, key, index, evaluation)? != Written::Contradicted
                } else {
                    // Nothing joins with everything.
                    let place = self.touch(to);
                    if stamp >= self.stamp_at(place) {
                        self.renew_kept(to, place, writer, stamp);
                    }
                    true
                };
            }
        }
        if taken && self.contacts.rows[from as usize].content != self.contacts.rows[to as usize].content {
            evaluation.dirty.insert(Member {
                backward: !member.backward,
                ..member
            });
        }
        Ok(())
    }

    /// The events that came since this member last fired, those apart that came over its own wire.
    fn unseen(&self, creation: u64, from: u32, member: Member, evaluation: &mut Evaluation) -> Vec<Passing> {
        let since = evaluation
            .seen
            .insert((member, from), self.tick.events.len())
            .unwrap_or(0);
        let mut events = Vec::new();
        let mut at = self.first_event_of(from);
        while let Some(event) = self.tick.events.get(at as usize) {
            if at as usize >= since && !event.key.is_of(creation) {
                events.push(Passing::of(at, event));
            }
            at = event.next;
        }
        events
    }

    /// What the wire brought when it was connected goes back if events stand before it: these pass, and the ends would differ.
    fn add_connecting(&self, creation: u64, from: u32, events: &mut Vec<Passing>) {
        let first = self.first_event_of(from);
        let Some(mut at) = self.tick.events.get(first as usize).map(|event| event.next) else {
            return;
        };
        while let Some(event) = self.tick.events.get(at as usize) {
            if event.key.is_connecting(creation) {
                events.push(Passing::of(at, event));
                events.sort_by_key(|event| event.key);
                return;
            }
            at = event.next;
        }
    }

    /// Passes an event on to a stream, unless it has had it over other wires.
    fn pass_event(
        &mut self,
        event: Passing,
        (from, to): (u32, u32),
        creation: u64,
        index: u32,
        evaluation: &mut Evaluation,
    ) -> Result<(), NetworkError> {
        let written = self.tick.passed.written.get(&event.at).copied().unwrap_or(event.at);
        self.tick.passed.known.insert((from, written));
        if self.tick.passed.known.insert((to, written)) {
            let new = self.tick.events.len() as u32;
            self.tick.passed.written.insert(new, written);
            let key = event.key.passed_on(creation, 0);
            self.write_member(to, event.value, event.writer, event.stamp, key, index, evaluation)?;
        }
        Ok(())
    }
}
