//! The changes of many ticks in little room: a row for each, plain numbers in the row, other values aside.

use crate::contact::Writer;
use crate::id::{ContactId, GadgetId, Handle, WireId};
use crate::network::Cause;
use crate::record::Change;
use crate::value::{Content, Text, Value};

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Nothing,
    Null,
    Bool,
    Int,
    Float,
    /// A value on the heap: the bits are where it stands.
    Wide,
}

/// Content in a cell, if it is no value on the heap.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed {
    pub(crate) bits: u64,
    pub(crate) kind: Kind,
}

impl Packed {
    pub(crate) const NOTHING: Self = Self {
        bits: 0,
        kind: Kind::Nothing,
    };

    #[inline]
    pub(crate) fn int(value: i64) -> Self {
        let (bits, kind) = (value as u64, Kind::Int);
        Self { bits, kind }
    }

    #[inline]
    pub(crate) fn float(value: f64) -> Self {
        let (bits, kind) = (value.to_bits(), Kind::Float);
        Self { bits, kind }
    }

    #[inline]
    pub(crate) fn bool(value: bool) -> Self {
        let (bits, kind) = (u64::from(value), Kind::Bool);
        Self { bits, kind }
    }

    pub(crate) fn wide(at: usize) -> Self {
        let (bits, kind) = (at as u64, Kind::Wide);
        Self { bits, kind }
    }

    /// `None` for a value on the heap.
    #[inline]
    pub(crate) fn of(content: &Content) -> Option<Self> {
        match content {
            Some(Value::Int(value)) => Some(Self::int(*value)),
            Some(Value::Float(value)) => Some(Self::float(*value)),
            Some(Value::Bool(value)) => Some(Self::bool(*value)),
            Some(Value::Null) => Some(Self {
                bits: 0,
                kind: Kind::Null,
            }),
            None => Some(Self::NOTHING),
            Some(_) => None,
        }
    }

    /// Where it stands, if on the heap.
    #[inline]
    pub(crate) fn place(self) -> Option<usize> {
        (self.kind == Kind::Wide).then_some(self.bits as usize)
    }

    /// The content, if it is no value on the heap; nothing if it is.
    #[inline]
    pub(crate) fn plain(self) -> Content {
        match self.kind {
            Kind::Nothing | Kind::Wide => None,
            Kind::Null => Some(Value::Null),
            Kind::Bool => Some(Value::Bool(self.bits != 0)),
            Kind::Int => Some(Value::Int(self.bits as i64)),
            Kind::Float => Some(Value::Float(f64::from_bits(self.bits))),
        }
    }
}

/// One change. The generation of a writer that is gone is even.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub(crate) old: u64,
    pub(crate) new: u64,
    pub(crate) contact: u32,
    pub(crate) generation: u32,
    /// Of one from outside, with the place of its source among the texts.
    pub(crate) writer: Writer,
    pub(crate) writer_generation: u32,
    pub(crate) old_kind: Kind,
    pub(crate) new_kind: Kind,
    pub(crate) event: bool,
}

const _: () = assert!(size_of::<Row>() == 40);

/// How far back a source is looked for before it is kept once more.
const SOURCES_APART: usize = 8;

/// The changes of many ticks, one after the other.
///
/// ```
/// use bassline_core::{Changes, Network, Value};
///
/// let mut network = Network::default();
/// network.begin();
/// let x = network.declare_contact(network.root(), "x", None, Value::Null)?;
/// network.write(x, Value::Int(1))?;
/// network.settle()?;
/// let mut changes = Changes::default();
/// network.commit_into(&mut changes, false);
/// let found: Vec<_> = changes.iter().map(|change| (change.contact, change.new)).collect();
/// assert_eq!(found, [(x, Some(Value::Int(1)))]);
/// # Ok::<(), bassline_core::NetworkError>(())
/// ```
#[derive(Debug, Default)]
pub struct Changes {
    pub(crate) rows: Vec<Row>,
    pub(crate) wide: Vec<Value>,
    texts: Vec<Text>,
}

impl Changes {
    /// None, with room for so many.
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            rows: Vec::with_capacity(capacity),
            ..Self::default()
        }
    }

    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many have room before more is needed.
    pub fn capacity(&self) -> usize {
        self.rows.capacity()
    }

    /// How many values stand beside the rows.
    #[inline]
    pub fn wide_len(&self) -> usize {
        self.wide.len()
    }

    /// Forgets all and keeps the room for them.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.wide.clear();
        self.texts.clear();
    }

    /// Forgets all changes but the first.
    pub fn truncate(&mut self, len: usize) {
        self.rows.truncate(len);
    }

    /// Moves all into as little room as they need; the room of the rows stays here.
    #[must_use]
    pub fn split(&mut self) -> Self {
        let rows = self.rows.as_slice().into();
        self.rows.clear();
        Self {
            rows,
            wide: std::mem::take(&mut self.wide),
            texts: std::mem::take(&mut self.texts),
        }
    }

    /// Adds one.
    pub fn push(&mut self, change: &Change) {
        let (old, new) = (self.packed(change.old.clone()), self.packed(change.new.clone()));
        let (writer, writer_generation) = match &change.cause {
            Cause::Nobody => (Writer::NOBODY, 0),
            Cause::External(source) => (self.writer_of(source), 0),
            Cause::Gadget(id) => (Writer::gadget(id.slot()), id.generation()),
            Cause::Wire(id) => (Writer::wire(id.slot()), id.generation()),
        };
        self.rows.push(Row {
            old: old.bits,
            new: new.bits,
            contact: change.contact.slot(),
            generation: change.contact.generation(),
            writer,
            writer_generation,
            old_kind: old.kind,
            new_kind: new.kind,
            event: change.event,
        });
    }

    /// Takes over those of another, which is empty after that.
    pub fn append(&mut self, other: &mut Self) {
        let base = self.wide.len() as u64;
        let moved = |bits: u64, kind: Kind| if kind == Kind::Wide { bits + base } else { bits };
        for row in &other.rows {
            let writer = match row.writer.as_external().and_then(|source| other.text(source.0)) {
                Some(text) => self.writer_of(text),
                None => row.writer,
            };
            self.rows.push(Row {
                old: moved(row.old, row.old_kind),
                new: moved(row.new, row.new_kind),
                writer,
                ..*row
            });
        }
        self.wide.append(&mut other.wide);
        other.clear();
    }

    pub(crate) fn packed(&mut self, content: Content) -> Packed {
        Packed::of(&content).unwrap_or_else(|| {
            let at = self.wide.len();
            self.wide.extend(content);
            Packed::wide(at)
        })
    }

    #[inline]
    pub(crate) fn packed_copy(&mut self, content: &Content) -> Packed {
        match content {
            Some(Value::Int(value)) => Packed::int(*value),
            Some(Value::Float(value)) => Packed::float(*value),
            _ => self.packed_other(content),
        }
    }

    #[inline(never)]
    fn packed_other(&mut self, content: &Content) -> Packed {
        Packed::of(content).unwrap_or_else(|| self.packed(content.clone()))
    }

    pub(crate) fn writer_of(&mut self, source: &Text) -> Writer {
        Writer::external(crate::symbol::Symbol(self.add_text(source)))
    }

    /// Keeps a text; answers where. One of the last is not kept again.
    #[inline]
    pub fn add_text(&mut self, text: &Text) -> u32 {
        match self.texts.last() {
            Some(last) if Text::ptr_eq(last, text) => (self.texts.len() - 1) as u32,
            _ => self.add_other_text(text),
        }
    }

    #[inline(never)]
    fn add_other_text(&mut self, text: &Text) -> u32 {
        let last = self.texts.len();
        let known = (last.saturating_sub(SOURCES_APART)..last).rev();
        let mut known = known.filter(|at| self.texts[*at] == *text);
        known.next().unwrap_or_else(|| {
            self.texts.push(text.clone());
            last
        }) as u32
    }

    /// What text stands somewhere.
    pub fn text(&self, at: u32) -> Option<&Text> {
        self.texts.get(at as usize)
    }

    /// Keeps a value beside the changes; answers where.
    pub fn add_value(&mut self, value: Value) -> u32 {
        self.wide.push(value);
        (self.wide.len() - 1) as u32
    }

    /// What value stands somewhere beside the changes.
    #[inline]
    pub fn value(&self, at: u32) -> Option<&Value> {
        self.wide.get(at as usize)
    }

    /// All, in order.
    pub fn iter(&self) -> ChangesIter<'_> {
        self.part(0, self.len())
    }

    /// Those from a place to before another, in order.
    #[inline]
    pub fn part(&self, from: usize, to: usize) -> ChangesIter<'_> {
        ChangesIter {
            rows: self.rows.get(from..to).unwrap_or_default().iter(),
            of: self,
        }
    }

    fn content(&self, bits: u64, kind: Kind) -> Content {
        let packed = Packed { bits, kind };
        match packed.place() {
            Some(at) => self.wide.get(at).cloned(),
            None => packed.plain(),
        }
    }

    #[inline]
    fn change(&self, row: &Row) -> Change {
        Change {
            contact: ContactId::new(row.contact, row.generation),
            old: self.content(row.old, row.old_kind),
            new: self.content(row.new, row.new_kind),
            cause: self.cause(row),
            event: row.event,
        }
    }

    #[inline]
    fn cause(&self, row: &Row) -> Cause {
        let is_live = row.writer_generation % 2 == 1;
        if let Some(source) = row.writer.as_external() {
            self.text(source.0)
                .map_or(Cause::Nobody, |text| Cause::External(text.clone()))
        } else if let Some(wire) = row.writer.as_wire().filter(|_| is_live) {
            Cause::Wire(WireId::new(wire, row.writer_generation))
        } else if let Some(gadget) = row.writer.as_gadget().filter(|_| is_live) {
            Cause::Gadget(GadgetId::new(gadget, row.writer_generation))
        } else {
            Cause::Nobody
        }
    }
}

impl<'a> IntoIterator for &'a Changes {
    type Item = Change;
    type IntoIter = ChangesIter<'a>;

    fn into_iter(self) -> ChangesIter<'a> {
        self.iter()
    }
}

/// Changes in order, each made when it is asked for; to pass some over costs nothing.
#[derive(Debug, Clone)]
pub struct ChangesIter<'a> {
    rows: std::slice::Iter<'a, Row>,
    of: &'a Changes,
}

impl ChangesIter<'_> {
    /// What each is written to and what that holds afterwards, without the rest.
    pub fn news(&self) -> impl DoubleEndedIterator<Item = (ContactId, Content)> + ExactSizeIterator {
        let new = |row: &Row| {
            let contact = ContactId::new(row.contact, row.generation);
            (contact, self.of.content(row.new, row.new_kind))
        };
        self.rows.clone().map(new)
    }

    /// The values on the heap among what is held afterwards.
    pub fn wide_news(&self) -> impl Iterator<Item = &Value> {
        let wide = self.rows.clone().filter(|row| row.new_kind == Kind::Wide);
        wide.filter_map(|row| self.of.value(row.new as u32))
    }
}

impl Iterator for ChangesIter<'_> {
    type Item = Change;

    #[inline]
    fn next(&mut self) -> Option<Change> {
        self.rows.next().map(|row| self.of.change(row))
    }

    fn nth(&mut self, n: usize) -> Option<Change> {
        self.rows.nth(n).map(|row| self.of.change(row))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rows.size_hint()
    }
}

impl DoubleEndedIterator for ChangesIter<'_> {
    fn next_back(&mut self) -> Option<Change> {
        self.rows.next_back().map(|row| self.of.change(row))
    }
}

impl ExactSizeIterator for ChangesIter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(contact: u64, old: Content, new: Content, cause: Cause) -> Change {
        Change {
            contact: ContactId::from_bits(contact),
            old,
            new,
            cause,
            event: contact.is_multiple_of(2),
        }
    }

    fn some() -> Vec<Change> {
        let text = |text: &str| Some(Value::text(text));
        vec![
            change(1, None, Some(Value::Int(-7)), Cause::Nobody),
            change(
                1 << 33 | 2,
                Some(Value::Int(-7)),
                Some(Value::Float(f64::NAN)),
                Cause::External("feed".into()),
            ),
            change(
                3,
                Some(Value::Null),
                text("a"),
                Cause::Gadget(GadgetId::from_bits(5 << 32 | 9)),
            ),
            change(4, text("a"), text("b"), Cause::Wire(WireId::from_bits(11))),
            change(
                5,
                Some(Value::Bool(true)),
                Some(Value::Bool(false)),
                Cause::External("feed".into()),
            ),
            change(6, text("b"), None, Cause::External("desk".into())),
        ]
    }

    fn packed() -> Changes {
        let mut changes = Changes::default();
        for change in &some() {
            changes.push(change);
        }
        changes
    }

    #[test]
    fn what_is_packed_is_read_as_it_was_from_both_ends_and_in_parts() {
        let changes = packed();
        assert_eq!(changes.iter().collect::<Vec<_>>(), some());
        assert_eq!(
            changes.iter().rev().collect::<Vec<_>>(),
            some().into_iter().rev().collect::<Vec<_>>()
        );
        assert_eq!(changes.part(2, 4).collect::<Vec<_>>(), some()[2..4]);
        assert_eq!(changes.iter().nth(3).as_ref(), some().get(3));
        assert_eq!(changes.part(2, 9).len(), 0);
        let news: Vec<_> = changes.part(3, 6).news().collect();
        let expected: Vec<_> = some()[3..]
            .iter()
            .map(|change| (change.contact, change.new.clone()))
            .collect();
        assert_eq!(news, expected);
        assert_eq!(changes.iter().wide_news().count(), 2);
    }

    #[test]
    fn what_is_split_off_is_whole_and_what_stays_has_its_room() {
        let mut changes = packed();
        let room = changes.capacity();
        let split = changes.split();
        assert_eq!(split.iter().collect::<Vec<_>>(), some());
        assert_eq!((split.capacity(), changes.capacity(), changes.len()), (6, room, 0));
        changes.push(&some()[3]);
        assert_eq!(changes.iter().collect::<Vec<_>>(), some()[3..4]);
    }

    #[test]
    fn a_source_is_kept_once_while_it_comes_again_and_again() {
        let mut changes = Changes::default();
        for _ in 0..100 {
            changes.append(&mut packed());
        }
        assert_eq!(changes.iter().skip(594).collect::<Vec<_>>(), some());
        assert_eq!(changes.texts.len(), 2);
        let many: Vec<Text> = (0..20).map(|at| format!("source {at}").into()).collect();
        let places: Vec<u32> = many.iter().map(|text| changes.add_text(text)).collect();
        assert!(many.iter().zip(places).all(|(text, at)| changes.text(at) == Some(text)));
    }
}
