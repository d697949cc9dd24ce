//! Contradictions: what is recorded of two values that have no join, and when it is lifted.

use crate::contact::{Writer, flag};
use crate::edit::Edit;
use crate::error::NetworkError;
use crate::network::{Network, OnContradiction};
use crate::value::{Text, Value};
use crate::write::Written;
use std::fmt;

/// Two values that have no join: what the contact holds, and what came, each with who wrote it (`external:source`, a gadget's path,
/// `wire:from->to`) and in which tick.
#[derive(Debug, Clone, PartialEq)]
pub struct Contradiction {
    /// What the contact holds.
    pub current: Value,
    /// What was written.
    pub incoming: Value,
    /// Who wrote what it holds.
    pub current_source: Text,
    /// Who wrote what came.
    pub incoming_source: Text,
    /// The tick of what it holds.
    pub current_tick: u64,
    /// The tick of what came.
    pub incoming_tick: u64,
}

impl Contradiction {
    /// Whether it is of the same two values.
    pub fn is_of(&self, current: &Value, incoming: &Value) -> bool {
        self.current == *current && self.incoming == *incoming
    }
}

impl fmt::Display for Contradiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} (by {}, tick {}) and {} (by {}, tick {}) have no join",
            self.current,
            self.current_source,
            self.current_tick,
            self.incoming,
            self.incoming_source,
            self.incoming_tick
        )
    }
}

impl Network {
    /// What `incoming` and the content of a contact contradict in; nothing if it is empty.
    fn contradiction_with(&self, slot: u32, incoming: &Value, writer: Writer) -> Option<Contradiction> {
        let at = slot as usize;
        let current = self.contacts.rows[at].content.clone()?;
        let source = |writer| self.cause_text(&self.cause_of(writer));
        let next = self.now + 1;
        let current_tick = match self.touched(slot) {
            Some(_) if self.differs(slot) => next,
            Some(touch) => touch.version.tick(next),
            None => self.contacts.rows[at].version.tick(next),
        };
        Some(Contradiction {
            current,
            incoming: incoming.clone(),
            current_source: source(self.contacts.rows[at].writer),
            incoming_source: source(writer),
            current_tick,
            incoming_tick: next,
        })
    }

    pub(crate) fn contradiction_error(&self, slot: u32, incoming: &Value, writer: Writer) -> NetworkError {
        match self.contradiction_with(slot, incoming, writer) {
            Some(contradiction) => NetworkError::Contradiction {
                path: self.path_of(slot),
                blend: self.blend_name_of(slot),
                contradiction: Box::new(contradiction),
            },
            None => NetworkError::Stale { what: "contact" },
        }
    }

    /// A value came that has no join with the content: neither the content nor its age changes.
    pub(crate) fn contradict(&mut self, slot: u32, incoming: &Value, writer: Writer) -> Result<Written, NetworkError> {
        let known = self.contradictions.get(&slot).cloned();
        if self.on_contradiction == OnContradiction::Record {
            self.clear_marks(slot, writer);
            self.set_contradiction(slot, known);
        }
        self.record_contradiction(slot, incoming, writer)
    }

    /// Records a contradiction, or raises it.
    pub(crate) fn record_contradiction(
        &mut self,
        slot: u32,
        incoming: &Value,
        writer: Writer,
    ) -> Result<Written, NetworkError> {
        if self.on_contradiction == OnContradiction::Raise {
            return Err(self.contradiction_error(slot, incoming, writer));
        }
        let Some(found) = self.contradiction_with(slot, incoming, writer) else {
            return Ok(Written::Same);
        };
        // The same two values again are no news.
        let known = self.contradictions.get(&slot);
        if known.is_none_or(|known| !known.is_of(&found.current, incoming)) {
            self.set_contradiction(slot, Some(found));
        }
        if crate::planted::is(crate::planted::Bug::ContradictionTaken) {
            self.contacts.rows[slot as usize].content = Some(incoming.clone());
        }
        Ok(Written::Contradicted)
    }

    /// Makes this the contradiction of a contact, or lifts the one there is.
    pub(crate) fn set_contradiction(&mut self, slot: u32, contradiction: Option<Contradiction>) {
        if contradiction.is_none() && !self.contradictions.contains_key(&slot) {
            return;
        }
        self.tick.edits.push(Edit::marked(self, slot));
        match contradiction {
            Some(found) => self.contradictions.insert(slot, found),
            None => self.contradictions.swap_remove(&slot),
        };
        let marked = self.contradictions.contains_key(&slot) || self.faults.contains_key(&slot);
        self.contacts.set(slot, flag::MARKED, marked);
    }

    /// A write that was taken lifts a contradiction; it lifts a fault if it comes from outside, or straight
    /// from the gadget that failed.
    pub(crate) fn clear_marks(&mut self, slot: u32, writer: Writer) {
        if !self.contacts.has(slot, flag::MARKED) {
            return;
        }
        let carrying = self.tick.carrying;
        let lifts = |gadget: u32| {
            (!carrying || crate::planted::is(crate::planted::Bug::FaultLiftedByWire))
                && (writer.as_external().is_some() || writer == Writer::gadget(gadget))
        };
        let fault = self.faults.get(&slot).is_some_and(|faults| faults.any(lifts));
        if fault || self.contradictions.contains_key(&slot) {
            self.tick.edits.push(Edit::marked(self, slot));
            self.contradictions.swap_remove(&slot);
            self.lift_faults(slot, lifts);
        }
    }
}
