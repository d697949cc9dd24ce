//! Committing: the settled tick gets its number, and what it changed is told.

use super::{Event, NO_EVENT, Note, Touch};
use crate::changes::{Changes, Kind, Row};
use crate::contact::{NONE, Version, Writer, flag};
use crate::id::ContactId;
use crate::network::Network;
use crate::old::{Kept, Old};
use crate::planted::{self, Bug};
use crate::record::{Committed, TickDone, Untold};
use crate::symbol::{Symbol, Symbols};
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

    /// Commits the settled tick, of which nobody is told.
    pub fn commit_untold(&mut self, keep_empty: bool) -> Option<Untold> {
        if self.is_simple() {
            return self.commit_simple(None, keep_empty).then_some(Untold {
                tick: self.now,
                returns: None,
            });
        }
        self.commit_any_untold(keep_empty)
    }

    #[inline(never)]
    fn commit_any_untold(&mut self, keep_empty: bool) -> Option<Untold> {
        let TickDone { tick, returns, .. } = self.commit_any(None, keep_empty)?;
        Some(Untold { tick, returns })
    }

    /// Commits the settled tick under the next number; `None` if nothing changed and `keep_empty` is not asked for. `record` asks
    /// for the change records.
    pub fn commit(&mut self, record: bool, keep_empty: bool) -> Option<Committed> {
        if !record {
            return self.commit_to(None, keep_empty).map(|done| done.with(Vec::new()));
        }
        let mut changes = Changes::default();
        let done = self.commit_to(Some(&mut changes), keep_empty)?;
        Some(done.with(changes.iter().collect()))
    }

    /// The same with the change records, which are added to others.
    pub fn commit_into(&mut self, changes: &mut Changes, keep_empty: bool) -> Option<TickDone> {
        self.commit_to(Some(changes), keep_empty)
    }

    /// Whether to commit the open tick with its changes drops no value.
    #[inline]
    pub fn drops_nothing(&self) -> bool {
        let tick = &self.tick;
        let is_plain = tick.edits.is_empty() && tick.events.is_empty();
        is_plain && (tick.notes.is_empty() || tick.kept.is_empty()) && self.remembering_drops_nothing()
    }

    /// Whether the tick came to nothing but first writes, each of which changed a state for good.
    #[inline]
    fn is_simple(&self) -> bool {
        let tick = &self.tick;
        let is_state = tick.is_plain() && tick.edits.is_empty() && tick.fresh.is_empty() && tick.gone.is_empty();
        let is_forward = tick.firing == 0 && !tick.restores && self.returns().is_none();
        is_state && is_forward && self.calls.of_tick.is_empty() && tick.touches.len() <= Version::PLACES
    }

    /// Commits a simple tick; whether it leaves a trace.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the end of every small tick")]
    fn commit_simple(&mut self, changes: Option<&mut Changes>, keep_empty: bool) -> bool {
        debug_assert!(self.queue.is_empty());
        self.counted.changes += self.tick.touches.len() as u64;
        let kept = keep_empty || !self.tick.touches.is_empty() || planted::is(Bug::EmptyTick);
        if kept {
            if let Some(changes) = changes {
                self.tell(changes);
            }
            if self.history.is_on() {
                self.remember_unedited();
            }
        }
        self.tick.touches.clear();
        self.tick.kept.clear();
        self.close_simple();
        #[cfg(debug_assertions)]
        self.validate_ownership(false);
        self.now += u64::from(kept);
        kept
    }

    fn commit_to(&mut self, changes: Option<&mut Changes>, keep_empty: bool) -> Option<TickDone> {
        if self.is_simple() {
            return self.commit_simple(changes, keep_empty).then(|| TickDone {
                tick: self.now,
                structure: Vec::new(),
                returns: None,
            });
        }
        self.commit_any(changes, keep_empty)
    }

    #[inline(never)]
    fn commit_any(&mut self, mut changes: Option<&mut Changes>, keep_empty: bool) -> Option<TickDone> {
        debug_assert!(self.queue.is_empty());
        let number = self.open_tick();
        let returns = self.returns();
        let keep_empty = keep_empty || returns.is_some();
        let kept = self.settle_versions(keep_empty || planted::is(Bug::EmptyTick));
        let record = changes.is_some();
        if let Some(changes) = changes.as_mut().filter(|_| kept) {
            self.tell(changes);
        }
        if kept && !self.tick.events.is_empty() {
            self.keep_events();
        }
        if let Some(what) = returns.filter(|_| kept) {
            self.keep_return(number, what);
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
        // A function bound anew asks in a tick that changes nothing.
        self.calls.ask();
        self.tick.forget(edited);
        self.close_tick();
        #[cfg(debug_assertions)]
        self.validate_ownership(edited);
        if !kept {
            return None;
        }
        self.now = number;
        Some(TickDone {
            tick: number,
            structure,
            returns,
        })
    }

    fn tell(&mut self, changes: &mut Changes) {
        let first = changes.len();
        self.record_touches(changes);
        if planted::is(Bug::Unordered) {
            let random = std::hash::RandomState::new();
            let key = |row: &Row| std::hash::BuildHasher::hash_one(&random, (row.generation, row.contact));
            changes.rows[first..].sort_by_cached_key(key);
        }
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

    /// Adds the changes of the tick, contact by contact in the order they were touched.
    fn record_touches(&mut self, changes: &mut Changes) {
        let Network {
            contacts,
            gadgets,
            wires,
            symbols,
            tick,
            history,
            ..
        } = self;
        // What can be undone looks at what was, too.
        let old_of = |kept: &mut Kept, old: Old| {
            if history.is_on() {
                kept.content(old)
            } else {
                kept.take(old)
            }
        };
        let (cells, generations) = (&contacts.rows[..], contacts.slots.generations());
        let mut writers = Writers {
            gadgets: gadgets.slots.generations(),
            wires: wires.slots.generations(),
            symbols,
            last: (Symbol(u32::MAX), Writer::NOBODY),
        };
        let may_be_gone = !tick.edits.is_empty();
        changes.rows.reserve(tick.touches.len());
        let mut rest = &tick.touches[..];
        loop {
            let is_final = |touch: &&Touch| touch.age.note().is_none() && !may_be_gone;
            let (run, others) = rest.split_at(rest.iter().take_while(is_final).count());
            let mut rows = std::mem::take(&mut changes.rows);
            rows.extend(run.iter().map(|touch| {
                let cell = &cells[touch.contact as usize];
                let old = match touch.old.kind {
                    Kind::Wide => changes.packed(old_of(&mut tick.kept, touch.old)),
                    _ => touch.old,
                };
                let new = changes.packed_copy(&cell.content);
                let (writer, writer_generation) = writers.of(cell.writer, changes);
                Row {
                    old: old.bits,
                    new: new.bits,
                    contact: touch.contact,
                    generation: generations.get(touch.contact as usize).copied().unwrap_or_default(),
                    writer,
                    writer_generation,
                    old_kind: old.kind,
                    new_kind: new.kind,
                    event: false,
                }
            }));
            changes.rows = rows;
            let Some((touch, others)) = others.split_first() else {
                break;
            };
            rest = others;
            let cell = &cells[touch.contact as usize];
            let mut row = Row {
                old: touch.old.bits,
                new: 0,
                contact: touch.contact,
                generation: generations.get(touch.contact as usize).copied().unwrap_or_default(),
                writer: cell.writer,
                writer_generation: 0,
                old_kind: touch.old.kind,
                new_kind: Kind::Nothing,
                event: false,
            };
            if may_be_gone && cell.flags & flag::REMOVED != 0 {
                continue;
            }
            if let Some(note) = touch.age.note() {
                let first = tick.notes.get(note).map_or(NO_EVENT, |note| note.first_event);
                if first != NO_EVENT {
                    record_events(
                        row,
                        tick.kept.content(touch.old),
                        tick.events_from(first),
                        &mut writers,
                        changes,
                    );
                    continue;
                }
                let is_of_another = tick.restores && cell.writer != touch.writer;
                if tick.kept.is_same(touch.old, &cell.content) && !is_of_another {
                    continue;
                }
            }
            if touch.old.kind == Kind::Wide {
                row.old = changes.packed(old_of(&mut tick.kept, touch.old)).bits;
            }
            let new = changes.packed_copy(&cell.content);
            (row.new, row.new_kind) = (new.bits, new.kind);
            (row.writer, row.writer_generation) = writers.of(cell.writer, changes);
            changes.rows.push(row);
        }
    }
}

/// Those of the network who write, and the generations of each.
struct Writers<'a> {
    gadgets: &'a [u32],
    wires: &'a [u32],
    symbols: &'a Symbols,
    /// The source that was last told, as it stands among the changes.
    last: (Symbol, Writer),
}

impl Writers<'_> {
    /// A writer as it stands among the changes.
    #[inline]
    fn of(&mut self, writer: Writer, changes: &mut Changes) -> (Writer, u32) {
        match writer.as_gadget() {
            Some(gadget) => (writer, self.gadgets.get(gadget as usize).copied().unwrap_or_default()),
            None => self.of_other(writer, changes),
        }
    }

    fn of_other(&mut self, writer: Writer, changes: &mut Changes) -> (Writer, u32) {
        match (writer.as_external(), writer.as_wire()) {
            (Some(source), _) => {
                if self.last.0 != source {
                    self.last = (source, changes.writer_of(self.symbols.text(source)));
                }
                (self.last.1, 0)
            }
            (None, Some(wire)) => (writer, self.wires.get(wire as usize).copied().unwrap_or_default()),
            (None, None) => (writer, 0),
        }
    }
}

/// Adds the events of one contact, whose row is filled in with each.
fn record_events<'a>(
    row: Row,
    old: Content,
    events: impl Iterator<Item = &'a Event>,
    writers: &mut Writers<'_>,
    changes: &mut Changes,
) {
    let mut old = changes.packed(old);
    for event in events {
        let new = changes.packed_copy(&event.value);
        if old.kind == Kind::Nothing && new.kind == Kind::Nothing {
            continue;
        }
        let (writer, writer_generation) = writers.of(event.writer, changes);
        changes.rows.push(Row {
            old: old.bits,
            new: new.bits,
            writer,
            writer_generation,
            old_kind: old.kind,
            new_kind: new.kind,
            event: true,
            ..row
        });
        // One object on the heap is what this one leaves, and what the next finds.
        old = new;
    }
}
