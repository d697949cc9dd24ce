//! Committing: the settled tick gets its number, and what it changed is told.

use super::{NO_EVENT, Note, Touch};
use crate::contact::{NONE, Version, flag};
use crate::id::ContactId;
use crate::network::Network;
use crate::record::{Change, Committed};
use crate::value::Content;

impl Network {
    /// The contacts with a name that the open tick has written; what it removed again is not among them.
    pub fn written_contacts(&self) -> impl Iterator<Item = ContactId> + '_ {
        let contacts = &self.contacts;
        let slots = self.tick.touches.iter().map(|touch| touch.contact);
        slots
            .filter(|&slot| {
                contacts.rows[slot as usize].flags & flag::REMOVED == 0 && contacts.group[slot as usize] != NONE
            })
            .map(|slot| contacts.id(slot))
    }

    /// Whether the tick restores who wrote the content of an entry's contact, and that was another.
    fn is_of_another(&self, touch: &Touch) -> bool {
        self.tick.restores && self.contacts.rows[touch.contact as usize].writer != touch.writer
    }

    /// Commits the settled tick under the next number; `None` if nothing changed and `keep_empty` is not asked for. `record` asks
    /// for the change records.
    pub fn commit(&mut self, record: bool, keep_empty: bool) -> Option<Committed> {
        debug_assert!(self.queue.is_empty());
        let number = self.open_tick();
        let returns = self.returns();
        let keep_empty = keep_empty || returns.is_some();
        let kept = self.settle_versions(keep_empty || crate::planted::is(crate::planted::Bug::EmptyTick));
        let mut changes = if record { self.record_touches() } else { Vec::new() };
        if crate::planted::is(crate::planted::Bug::Unordered) {
            let random = std::hash::RandomState::new();
            changes.sort_by_cached_key(|change| std::hash::BuildHasher::hash_one(&random, change.contact));
        }
        let edited = !self.tick.edits.is_empty();
        let structure = if edited {
            self.write_out_logs();
            self.commit_edits(record, kept)
        } else {
            if kept {
                self.remember_unedited();
            }
            Vec::new()
        };
        if kept {
            self.calls.ask();
        }
        self.tick.forget(edited);
        self.close_tick();
        #[cfg(debug_assertions)]
        self.validate_ownership(edited);
        if !kept {
            return None;
        }
        self.now = number;
        Some(Committed {
            tick: number,
            changes,
            structure,
            returns,
        })
    }

    /// Gives back the version of every contact that ends the tick as it began. Whether the tick leaves a trace: one that
    /// changed nothing does not.
    fn settle_versions(&mut self, keep_empty: bool) -> bool {
        if self.tick.notes.is_empty() && self.tick.touches.len() <= Version::PLACES {
            // Every entry is of one write that changed its contact.
            self.counted.changes += self.tick.touches.len() as u64;
            return keep_empty || !self.tick.touches.is_empty() || self.edits_matter();
        }
        let number = self.open_tick();
        let log = std::mem::take(&mut self.tick.touches);
        let notes = std::mem::take(&mut self.tick.notes);
        let entries_noted = || {
            notes.iter().enumerate().filter_map(|(at, note)| {
                let touch = log.get(note.touch as usize)?;
                // An entry that was taken back leaves its note behind.
                (touch.age.note() == Some(at)).then_some((note, touch))
            })
        };
        let is_change = |network: &Self, note: &Note, touch: &Touch| {
            if note.first_event == NO_EVENT {
                return !network.is_as_it_was(touch) || network.is_of_another(touch);
            }
            // Erasing what is empty is no change, though an event that comes later may stand before it.
            network.tick.kept.content(touch.old).is_some()
                || network.events_from(note.first_event).any(|event| event.value.is_some())
        };
        let (mut entries, mut changed) = (0, false);
        for (note, touch) in entries_noted() {
            entries += 1;
            changed = changed || is_change(self, note, touch);
        }
        let kept = keep_empty || changed || log.len() > entries || self.edits_matter();
        for touch in log.get(Version::PLACES..).unwrap_or_default() {
            self.contacts.rows[touch.contact as usize].version = Version::of_tick(number);
        }
        let mut unchanged = 0;
        for (note, touch) in entries_noted() {
            if !is_change(self, note, touch) {
                unchanged += 1;
                self.contacts.rows[touch.contact as usize].version = touch.version;
                if !kept {
                    self.contacts.rows[touch.contact as usize].writer = touch.writer;
                }
            }
        }
        self.counted.changes += (log.len() - unchanged) as u64;
        self.tick.touches = log;
        self.tick.notes = notes;
        kept
    }

    /// The changes of the tick, contact by contact in the order they were touched.
    fn record_touches(&self) -> Vec<Change> {
        let mut changes = Vec::with_capacity(self.tick.touches.len());
        for touch in &self.tick.touches {
            let row = &self.contacts.rows[touch.contact as usize];
            if row.flags & flag::REMOVED != 0 {
                continue;
            }
            let contact = self.contacts.id(touch.contact);
            let note = touch.age.note().and_then(|note| self.tick.notes.get(note));
            let first = note.map_or(NO_EVENT, |note| note.first_event);
            if first != NO_EVENT {
                self.record_events(contact, first, self.tick.kept.content(touch.old), &mut changes);
            } else if note.is_none() || !self.is_as_it_was(touch) || self.is_of_another(touch) {
                changes.push(Change {
                    contact,
                    old: self.tick.kept.content(touch.old),
                    new: row.content.clone(),
                    cause: self.cause_of(row.writer),
                    event: false,
                });
            }
        }
        changes
    }

    fn record_events(&self, contact: ContactId, first: u32, mut old: Content, changes: &mut Vec<Change>) {
        for event in self.events_from(first) {
            let new = event.value.clone();
            if old.is_none() && new.is_none() {
                continue;
            }
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
}
