//! What the kernel carries: one committed tick.

use bassline_core::{Change, Committed, Content, Return, StructureChange, Text, Value};

/// A committed tick, with where and when it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct TickRecord {
    /// Which opening of the network it belongs to.
    pub epoch: u64,
    /// Its number.
    pub tick: u64,
    /// When it was committed: microseconds since 1970.
    pub time_micros: i64,
    /// Who caused it; empty for an ordinary write.
    pub source: Text,
    /// Where the reader of that source stands.
    pub position: Option<Value>,
    /// What changed.
    pub changes: Vec<Change>,
    /// What was added and removed.
    pub structure: Vec<StructureChange>,
}

const UNDO: &str = "undo:";
const REDO: &str = "redo:";

/// The source of a tick that brings another back: it is that one's number that tells what.
pub(crate) fn source_of(returns: Return) -> Text {
    match returns {
        Return::Undo(tick) => format!("{UNDO}{tick}").into(),
        Return::Redo(tick) => format!("{REDO}{tick}").into(),
    }
}

/// What a tick of a source brings back, if it does.
pub fn return_of(source: &str) -> Option<Return> {
    let number = |text: &str| text.parse().ok();
    let undone = source.strip_prefix(UNDO).and_then(number).map(Return::Undo);
    undone.or_else(|| source.strip_prefix(REDO).and_then(number).map(Return::Redo))
}

/// Whether a source is none that others may have.
pub fn is_reserved(source: &str) -> bool {
    source.starts_with(UNDO) || source.starts_with(REDO)
}

const PER_RECORD: usize = 160;
const PER_CHANGE: usize = size_of::<Change>();
const PER_EDIT: usize = 256;

impl TickRecord {
    /// The record of a committed tick.
    pub fn new(committed: Committed, epoch: u64, time_micros: i64, source: Text, position: Option<Value>) -> Self {
        let Committed {
            tick,
            changes,
            structure,
            returns: _,
        } = committed;
        Self {
            epoch,
            tick,
            time_micros,
            source,
            position,
            changes,
            structure,
        }
    }

    /// The same tick with other changes.
    pub(crate) fn with_changes(&self, changes: Vec<Change>) -> Self {
        Self {
            source: self.source.clone(),
            position: self.position.clone(),
            changes,
            structure: self.structure.clone(),
            ..*self
        }
    }

    /// About how many bytes it holds. It looks into no collection, so that it costs the same for any content.
    pub fn weight(&self) -> usize {
        let changes: usize = self.changes.iter().map(weight_of).sum();
        PER_RECORD + changes + self.structure.len() * PER_EDIT + heap(&self.position)
    }
}

/// The same of one change.
#[inline]
pub(crate) fn weight_of(change: &Change) -> usize {
    PER_CHANGE + heap(&change.new)
}

/// The bytes of content outside its cell, of the outermost object only.
#[inline]
fn heap(content: &Content) -> usize {
    match content {
        None | Some(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_)) => 0,
        Some(Value::Text(text)) => text.len(),
        Some(Value::Bytes(bytes)) => bytes.len(),
        Some(Value::List(items)) => items.len() * size_of::<Value>(),
        Some(Value::Map(map)) => map.len() * size_of::<Value>(),
        Some(Value::Set(set)) => set.len() * size_of::<Value>(),
        Some(Value::Array(array)) => array.bytes().len(),
        Some(Value::Interval(_) | Value::Coded(_) | Value::Opaque(_)) => 2 * size_of::<Value>(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bassline_core::{Cause, ContactId, Handle};

    #[test]
    fn weight_grows_with_changes_and_text() {
        let change = |new: Value| Change {
            contact: ContactId::from_bits(1),
            old: None,
            new: Some(new),
            cause: Cause::Nobody,
            event: false,
        };
        let record = |changes| {
            TickRecord::new(
                Committed {
                    tick: 1,
                    changes,
                    structure: vec![],
                    returns: None,
                },
                1,
                0,
                Text::new(),
                None,
            )
        };
        let (light, heavy) = (
            record(vec![change(Value::Int(1))]),
            record(vec![change(Value::text(&"x".repeat(1000)))]),
        );
        assert!(record(vec![]).weight() < light.weight());
        assert_eq!(heavy.weight(), light.weight() + 1000);
    }
}
