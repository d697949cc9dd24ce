//! Records in order, where they stand in the segments of a log.

use crate::record::{Head, Record, TickRecord};
use crate::segment::Segment;
use bassline_core::Changes;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Ticks in order. A copy is cheap; a segment lasts as long as anybody has a tick of it.
///
/// ```
/// # use bassline_kernel::Records;
/// fn count(records: &Records) -> usize {
///     let mut count = 0;
///     for record in records {
///         for change in record.changes() {
///             count += usize::from(change.new.is_some());
///         }
///     }
///     count
/// }
/// assert_eq!(count(&Records::default()), 0);
/// ```
#[derive(Clone, Default)]
pub struct Records {
    runs: Vec<Run>,
}

/// Ticks of one segment.
#[derive(Debug, Clone)]
struct Run {
    segment: Arc<Segment>,
    from: u32,
    to: u32,
    /// How many ticks there are up to its end, those of runs before it included.
    end: usize,
}

impl Records {
    /// How many there are.
    #[inline]
    pub fn len(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<Record<'_>> {
        let found = self.runs.partition_point(|run| run.end <= at);
        self.runs.get(found)?.get(at)
    }

    /// The first.
    pub fn first(&self) -> Option<Record<'_>> {
        self.get(0)
    }

    /// The last.
    pub fn last(&self) -> Option<Record<'_>> {
        self.get(self.len().checked_sub(1)?)
    }

    /// All, in order.
    pub fn iter(&self) -> RecordsIter<'_> {
        RecordsIter {
            records: self,
            run: 0,
            from: 0,
            to: self.len(),
        }
    }

    /// How many are up to a tick.
    pub(crate) fn until(&self, tick: u64) -> usize {
        self.iter().take_while(|record| record.tick <= tick).count()
    }

    /// Some of them.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let mut part = Self::default();
        for run in &self.runs {
            let begin = run.end - run.len();
            let (from, to) = (range.start.max(begin), range.end.min(run.end));
            if from < to {
                let within = |at: usize| run.from as usize + (at - begin);
                part.add(&run.segment, within(from)..within(to));
            }
        }
        part
    }

    /// Adds others behind them.
    pub fn extend(&mut self, others: &Self) {
        for run in &others.runs {
            self.add(&run.segment, run.from as usize..run.to as usize);
        }
    }

    /// Adds one behind them.
    pub fn push(&mut self, record: &TickRecord) {
        self.extend(&Self::from_iter([record]));
    }

    /// Adds some of a segment behind them.
    pub(crate) fn add(&mut self, segment: &Arc<Segment>, range: Range<usize>) {
        if range.is_empty() {
            return;
        }
        self.runs.push(Run {
            segment: Arc::clone(segment),
            from: range.start as u32,
            to: range.end as u32,
            end: self.len() + range.len(),
        });
    }

    /// Those that are written one after the other, each by what it is given.
    pub(crate) fn written<T>(each: impl Iterator<Item = T>, mut write: impl FnMut(T, &mut Changes) -> Head) -> Self {
        let mut segment = Segment::default();
        for mut one in each.map(Some) {
            segment.append(&mut |changes| one.take().map(|one| write(one, changes)));
        }
        let (mut records, len) = (Self::default(), segment.len());
        records.add(&Arc::new(segment), 0..len);
        records
    }

    /// Whether both are the same ticks at the same places.
    pub fn is_same(&self, other: &Self) -> bool {
        let place = |run: &Run| (Arc::as_ptr(&run.segment), run.from, run.to);
        self.runs.iter().map(place).eq(other.runs.iter().map(place))
    }
}

impl Run {
    fn len(&self) -> usize {
        (self.to - self.from) as usize
    }

    /// A tick, by its number among all records.
    #[inline]
    fn get(&self, at: usize) -> Option<Record<'_>> {
        self.segment.record((at + self.to as usize).checked_sub(self.end)?)
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.iter().map(|record| record.whole()))
            .finish()
    }
}

impl<'a> FromIterator<&'a TickRecord> for Records {
    fn from_iter<I: IntoIterator<Item = &'a TickRecord>>(records: I) -> Self {
        Self::written(records.into_iter(), TickRecord::write)
    }
}

impl From<Vec<Arc<TickRecord>>> for Records {
    fn from(records: Vec<Arc<TickRecord>>) -> Self {
        records.iter().map(Arc::as_ref).collect()
    }
}

impl<'a> IntoIterator for &'a Records {
    type Item = Record<'a>;
    type IntoIter = RecordsIter<'a>;

    fn into_iter(self) -> RecordsIter<'a> {
        self.iter()
    }
}

/// Records in order.
#[derive(Debug, Clone)]
pub struct RecordsIter<'a> {
    records: &'a Records,
    run: usize,
    from: usize,
    to: usize,
}

impl<'a> Iterator for RecordsIter<'a> {
    type Item = Record<'a>;

    #[inline]
    fn next(&mut self) -> Option<Record<'a>> {
        if self.from >= self.to {
            return None;
        }
        let at = self.from;
        self.from += 1;
        let mut run = self.records.runs.get(self.run)?;
        while run.end <= at {
            self.run += 1;
            run = self.records.runs.get(self.run)?;
        }
        run.get(at)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.to - self.from;
        (left, Some(left))
    }
}

impl DoubleEndedIterator for RecordsIter<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.from >= self.to {
            return None;
        }
        self.to -= 1;
        self.records.get(self.to)
    }
}

impl ExactSizeIterator for RecordsIter<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::record;

    fn ticks(records: &Records) -> Vec<u64> {
        records.iter().map(|record| record.tick).collect()
    }

    fn some() -> Records {
        let mut records = Records::default();
        for ticks in [1..=3, 4..=4, 5..=9] {
            records.extend(&Records::from(ticks.map(record).collect::<Vec<_>>()));
        }
        records
    }

    #[test]
    fn records_of_several_segments_are_found_by_number_and_from_both_ends() {
        let records = some();
        assert_eq!(ticks(&records), (1..=9).collect::<Vec<_>>());
        assert_eq!(
            (
                records.len(),
                records.first().unwrap().tick,
                records.last().unwrap().tick
            ),
            (9, 1, 9)
        );
        assert!((0..9).all(|at| records.get(at).unwrap().tick == at as u64 + 1));
        assert!(records.get(9).is_none());
        let back: Vec<u64> = records.iter().rev().map(|record| record.tick).collect();
        assert_eq!(back, (1..=9).rev().collect::<Vec<_>>());
        let mut both = records.iter();
        assert_eq!(
            (both.next().unwrap().tick, both.next_back().unwrap().tick, both.len()),
            (1, 9, 7)
        );
    }

    #[test]
    fn every_part_is_what_a_slice_is() {
        let all: Vec<u64> = (1..=9).collect();
        for from in 0..=9 {
            for to in from..=9 {
                let part = some().part(from..to);
                assert_eq!(ticks(&part), all[from..to]);
                assert_eq!(part.is_empty(), from == to);
            }
        }
    }

    #[test]
    fn the_same_records_are_those_at_the_same_places() {
        let records = some();
        assert!(records.is_same(&records.clone()) && records.is_same(&records.part(0..9)));
        assert!(!records.is_same(&records.part(0..8)) && !records.is_same(&some()));
    }
}
