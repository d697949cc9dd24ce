//! A segment: ticks one after the other, their changes in the columns of all of them. It is written by one and then read by many.

use crate::record::{Head, PER_CHANGE, PER_EDIT, PER_RECORD, Record, heap};
use bassline_core::{Changes, StructureChange, Text};

/// Where one tick stands. What few ticks have stands aside, under its number plus one.
#[derive(Debug, Clone, Copy)]
struct Place {
    epoch: u64,
    tick: u64,
    time_micros: i64,
    /// The weight of the log up to its end.
    weight: u64,
    /// Behind its last change.
    changes: u32,
    source: u32,
    position: u32,
    structure: u32,
}

const _: () = assert!(size_of::<Place>() == 48);

/// Ticks one after the other.
#[derive(Debug, Default)]
pub(crate) struct Segment {
    changes: Changes,
    places: Vec<Place>,
    edits: Vec<Vec<StructureChange>>,
    /// The weight of the log before it.
    before: u64,
}

/// Writes the changes of one tick behind those of others and answers the rest; `None` if there is no tick.
pub type Commit<'a> = &'a mut dyn FnMut(&mut Changes) -> Option<Head>;

static NO_SOURCE: Text = Text::new();

impl Segment {
    /// An empty one with the room of another, up to so many changes.
    pub(crate) fn like(other: &Self, most: usize) -> Self {
        Self {
            changes: Changes::with_capacity(other.changes.capacity().min(most)),
            places: Vec::with_capacity(other.places.capacity()),
            edits: Vec::new(),
            before: 0,
        }
    }

    /// How many ticks there are.
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// How many changes there are.
    #[inline]
    pub(crate) fn changes(&self) -> usize {
        self.changes.len()
    }

    /// The room there is for changes.
    pub(crate) fn room(&self) -> usize {
        self.changes.capacity()
    }

    /// Whether most of its room is empty.
    pub(crate) fn is_sparse(&self) -> bool {
        self.changes.len() < self.changes.capacity() / 4 && self.places.len() < self.places.capacity() / 4
    }

    /// Forgets all ticks and keeps the room for them.
    pub(crate) fn clear(&mut self) {
        self.changes.clear();
        self.places.clear();
        self.edits.clear();
    }

    /// Begins where a log weighs so much; of an empty one.
    pub(crate) fn begin(&mut self, before: u64) {
        self.before = before;
    }

    /// Moves all ticks into as little room as they need, and keeps the room for others.
    pub(crate) fn split(&mut self) -> Self {
        let (places, before) = (self.places.as_slice().into(), self.before);
        self.before = self.weight();
        self.places.clear();
        Self {
            changes: self.changes.split(),
            places,
            edits: std::mem::take(&mut self.edits),
            before,
        }
    }

    /// The weight of the log up to its end.
    #[inline]
    pub(crate) fn weight(&self) -> u64 {
        self.places.last().map_or(self.before, |place| place.weight)
    }

    /// The weight of the log up to the end of a tick.
    #[inline]
    pub(crate) fn weight_at(&self, at: usize) -> u64 {
        self.places.get(at).map_or(self.before, |place| place.weight)
    }

    /// How many ticks up to one are no heavier, all together, than so much of the log.
    pub(crate) fn within(&self, weight: u64) -> usize {
        self.places.partition_point(|place| place.weight <= weight)
    }

    /// The place of a tick.
    pub(crate) fn find(&self, epoch: u64, tick: u64) -> Option<usize> {
        let at = |place: &Place| (place.epoch, place.tick);
        self.places.binary_search_by_key(&(epoch, tick), at).ok()
    }

    /// The epoch and number of the last tick.
    pub(crate) fn last(&self) -> Option<(u64, u64)> {
        self.places.last().map(|place| (place.epoch, place.tick))
    }

    #[inline]
    fn begin_of(&self, at: usize) -> usize {
        let before = at.checked_sub(1).and_then(|before| self.places.get(before));
        before.map_or(0, |before| before.changes as usize)
    }

    /// Adds a tick; whether there was one.
    #[inline]
    pub(crate) fn append(&mut self, commit: Commit<'_>) -> bool {
        let begin = self.begin_of(self.places.len());
        self.changes.truncate(begin);
        let wide = self.changes.wide_len();
        let Some(head) = commit(&mut self.changes) else {
            self.changes.truncate(begin);
            return false;
        };
        let end = self.changes.len();
        let mut weight = PER_RECORD + (end - begin) * PER_CHANGE;
        if self.changes.wide_len() > wide {
            weight += self.changes.part(begin, end).wide_news().map(heap).sum::<usize>();
        }
        let source = self.changes.add_text(&head.source);
        let (mut position, mut structure) = (0, 0);
        if let Some(found) = head.position {
            weight += heap(&found);
            position = self.changes.add_value(found) + 1;
        }
        if !head.structure.is_empty() {
            weight += head.structure.len() * PER_EDIT;
            self.edits.push(head.structure);
            structure = self.edits.len() as u32;
        }
        self.places.push(Place {
            epoch: head.epoch,
            tick: head.tick,
            time_micros: head.time_micros,
            weight: self.weight() + weight as u64,
            changes: end as u32,
            source,
            position,
            structure,
        });
        true
    }

    /// Takes back the last tick.
    pub(crate) fn take_back(&mut self) {
        self.places.pop();
        self.changes.truncate(self.begin_of(self.places.len()));
    }

    /// A tick.
    #[inline]
    pub(crate) fn record(&self, at: usize) -> Option<Record<'_>> {
        let place = self.places.get(at)?;
        let aside = |number: u32| number.checked_sub(1);
        let before = at.checked_sub(1).map_or(self.before, |before| self.weight_at(before));
        Some(Record {
            epoch: place.epoch,
            tick: place.tick,
            time_micros: place.time_micros,
            source: self.changes.text(place.source).unwrap_or(&NO_SOURCE),
            position: aside(place.position).and_then(|at| self.changes.value(at)),
            structure: aside(place.structure)
                .and_then(|at| self.edits.get(at as usize))
                .map_or(&[], Vec::as_slice),
            changes: (&self.changes, self.begin_of(at), place.changes as usize),
            weight: place.weight - before,
        })
    }
}
