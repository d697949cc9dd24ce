//! The log in memory.

use crate::driver::Position;
use crate::lock::lock;
use crate::log::{Limits, Log, LogError, Mark};
use crate::record::Record;
use crate::records::Records;
use crate::segment::{Commit, Segment};
use crate::sync::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// A segment of so many changes, or ticks, is sealed: others follow in another.
const CHANGES: usize = 8192;
const TICKS: usize = 4096;
/// How many segments wait, at most, to be written anew while ticks come: room for what a batch of the default size holds.
const RESTING: usize = 48;
/// And while none come.
const RESTING_IDLE: usize = 1;
/// One with more room than this is not kept.
const ROOM: usize = 4 * CHANGES;

/// A log that keeps in memory what some driver still needs. Its bounds are those of the drivers.
///
/// Who appends writes into the open segment; who reads seals it, and then reads without a lock. A segment that everybody is done with is
/// written anew, so that a log that is read as fast as it is written needs no more memory.
#[derive(Debug, Default)]
pub struct Ring {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// The sequence of the first record held.
    first: u64,
    /// Each segment that is written, with the sequence of its first record.
    sealed: VecDeque<(u64, Arc<Segment>)>,
    /// The sequence of the first record of the segment that is being written.
    open_from: u64,
    open: Segment,
    /// Empty segments.
    resting: Vec<Segment>,
    end: Mark,
}

impl Held {
    /// An empty segment in place of the open one.
    fn renew(&mut self) -> Segment {
        let mut next = match self.resting.pop() {
            Some(resting) => resting,
            None => Segment::like(&self.open, ROOM),
        };
        next.begin(self.end.weight);
        self.open_from = self.end.sequence;
        std::mem::replace(&mut self.open, next)
    }

    /// Has the open segment read by others, and opens another.
    fn seal(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let from = self.open_from;
        let written = if self.open.is_sparse() {
            self.open_from = self.end.sequence;
            self.open.split()
        } else {
            self.renew()
        };
        self.sealed.push_back((from, Arc::new(written)));
    }

    /// The number of the sealed segment that a record stands in.
    fn segment_of(&self, sequence: u64) -> usize {
        self.sealed
            .partition_point(|(from, _)| *from <= sequence)
            .saturating_sub(1)
    }
}

impl Ring {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty log that goes on where another has ended.
    pub fn from(sequence: u64) -> Self {
        let end = Mark { sequence, weight: 0 };
        Self {
            held: Mutex::new(Held {
                first: sequence,
                open_from: sequence,
                end,
                ..Held::default()
            }),
        }
    }

    /// Appends a tick once another place has taken it too; if that fails, it is not here either.
    pub fn append_with(
        &self,
        commit: Commit<'_>,
        also: impl FnOnce(Record<'_>) -> Result<(), LogError>,
    ) -> Result<Option<Mark>, LogError> {
        let mut held = lock(&self.held);
        let held = &mut *held;
        if !held.open.append(commit) {
            return Ok(None);
        }
        let taken = held.open.record(held.open.len() - 1).map_or(Ok(()), also);
        if let Err(error) = taken {
            held.open.take_back();
            return Err(error);
        }
        held.end.sequence += 1;
        held.end.weight = held.open.weight();
        let end = held.end;
        if held.open.changes() >= CHANGES || held.open.len() >= TICKS {
            held.seal();
        }
        Ok(Some(end))
    }
}

impl Log for Ring {
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
        self.append_with(commit, |_| Ok(()))
    }

    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        let mut held = lock(&self.held);
        if from < held.first {
            return Err(LogError::Truncated {
                first: held.first,
                asked: from,
            });
        }
        let mut mark = Mark {
            sequence: from,
            weight: held.end.weight,
        };
        if from >= held.end.sequence {
            return Ok(mark);
        }
        let (mut left, mut bound) = (limits.records.max(1), None);
        if from.saturating_add(left as u64) > held.open_from {
            held.seal();
        }
        for (first, segment) in held.sealed.range(held.segment_of(from)..) {
            let begin = (mark.sequence - first) as usize;
            let bound = *bound.get_or_insert(segment.weight_at(begin).saturating_add(limits.bytes as u64));
            let to = segment.within(bound).min(begin.saturating_add(left)).max(begin);
            into.add(segment, begin..to);
            if to > begin {
                mark = Mark {
                    sequence: first + to as u64,
                    weight: segment.weight_at(to - 1),
                };
            }
            left -= to - begin;
            if left == 0 || to < segment.len() {
                break;
            }
        }
        Ok(mark)
    }

    fn truncate_below(&self, sequence: u64) {
        let mut held = lock(&self.held);
        held.first = held.first.max(sequence.min(held.end.sequence));
        let first = held.first;
        let mut retired: Vec<Arc<Segment>> = Vec::new();
        let is_over = |(from, segment): &(u64, Arc<Segment>)| from + segment.len() as u64 <= first;
        while held.sealed.front().is_some_and(is_over) {
            retired.extend(held.sealed.pop_front().map(|(_, segment)| segment));
        }
        let mut rested: Vec<Segment> = Vec::new();
        if held.open_from < first && first == held.end.sequence {
            rested.push(held.renew());
        }
        if retired.is_empty() && rested.is_empty() {
            return;
        }
        // What is in them is freed after the lock is, so that the writer does not wait for it.
        drop(held);
        rested.extend(retired.into_iter().filter_map(Arc::into_inner));
        for segment in &mut rested {
            segment.clear();
        }
        let mut held = lock(&self.held);
        while held.resting.len() < RESTING
            && let Some(segment) = rested.pop()
        {
            if segment.room() > 0 && segment.room() <= ROOM {
                held.resting.push(segment);
            }
        }
    }

    fn end(&self) -> Mark {
        lock(&self.held).end
    }

    fn rest(&self) {
        let mut held = lock(&self.held);
        let keep = held.resting.len().min(RESTING_IDLE);
        let gone = held.resting.split_off(keep);
        drop(held);
        drop(gone);
    }

    fn behind(&self, position: Position) -> Option<Mark> {
        let held = lock(&self.held);
        let wanted = (position.epoch, position.tick);
        let at = held
            .sealed
            .partition_point(|(_, segment)| segment.last() < Some(wanted));
        let (from, segment) = match held.sealed.get(at) {
            Some((from, segment)) => (*from, &**segment),
            None => (held.open_from, &held.open),
        };
        let found = segment.find(position.epoch, position.tick)?;
        let sequence = from + found as u64 + 1;
        // What lies before the first record is let go of, though its segment may be there.
        (sequence > held.first).then(|| Mark {
            sequence,
            weight: segment.weight_at(found),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TickRecord;
    use crate::testing::record;
    use bassline_core::{Cause, Change, ContactId, Handle, Value};

    const ALL: Limits = Limits {
        records: 100,
        bytes: 1 << 30,
    };

    fn append(ring: &Ring, record: &TickRecord) -> Mark {
        ring.append(&mut |changes| Some(record.write(changes)))
            .unwrap()
            .unwrap()
    }

    fn ticks(ring: &Ring, from: u64, limits: Limits) -> (Vec<u64>, Mark) {
        let mut read = Records::default();
        let mark = ring.read(from, limits, &mut read).unwrap();
        (read.iter().map(|record| record.tick).collect(), mark)
    }

    #[test]
    fn what_is_appended_is_read_in_order_and_within_limits() {
        let ring = Ring::new();
        let marks: Vec<Mark> = (1..=5).map(|tick| append(&ring, &record(tick))).collect();
        assert_eq!(ticks(&ring, 0, ALL), (vec![1, 2, 3, 4, 5], ring.end()));
        assert_eq!(ticks(&ring, 1, Limits { records: 2, ..ALL }), (vec![2, 3], marks[2]));
        assert_eq!(ticks(&ring, 3, Limits { bytes: 0, ..ALL }), (vec![4], marks[3]));
        assert_eq!(ticks(&ring, 5, ALL), (vec![], marks[4]));
    }

    #[test]
    fn a_ring_goes_on_where_another_log_has_ended() {
        let ring = Ring::from(7);
        assert_eq!(append(&ring, &record(1)).sequence, 8);
        assert_eq!(ticks(&ring, 7, ALL).0, vec![1]);
        assert!(matches!(
            ring.read(6, ALL, &mut Records::default()),
            Err(LogError::Truncated { first: 7, asked: 6 })
        ));
    }

    #[test]
    fn what_was_truncated_is_refused_and_the_rest_keeps_its_place() {
        let ring = Ring::new();
        for tick in 1..=5 {
            append(&ring, &record(tick));
        }
        ring.truncate_below(3);
        assert!(matches!(
            ring.read(2, ALL, &mut Records::default()),
            Err(LogError::Truncated { first: 3, asked: 2 })
        ));
        assert_eq!(ticks(&ring, 3, ALL).0, vec![4, 5]);
        ring.truncate_below(100);
        assert_eq!(append(&ring, &record(6)).sequence, 6);
        assert_eq!(ticks(&ring, 5, ALL).0, vec![6]);
    }

    /// A tick of so many changes of a contact to a value.
    fn busy(tick: u64, changes: usize, value: &Value) -> TickRecord {
        let change = |at: usize| Change {
            contact: ContactId::from_bits(at as u64),
            old: None,
            new: Some(value.clone()),
            cause: Cause::External("feed".into()),
            event: false,
        };
        TickRecord {
            source: "feed".into(),
            position: Some(Value::Int(tick as i64)),
            changes: (0..changes).map(change).collect(),
            ..crate::testing::plain(tick)
        }
    }

    fn read(ring: &Ring, from: u64, limits: Limits) -> Vec<TickRecord> {
        let mut read = Records::default();
        ring.read(from, limits, &mut read).unwrap();
        read.iter().map(|record| record.whole()).collect()
    }

    #[test]
    fn what_is_read_is_what_was_appended_across_segments_and_weighs_as_much() {
        let ring = Ring::new();
        let text = Value::text("wide");
        let told: Vec<TickRecord> = (1..=60)
            .map(|tick| {
                busy(
                    tick,
                    if tick % 7 == 0 { 3 * CHANGES } else { 500 },
                    if tick % 2 == 0 { &text } else { &Value::Null },
                )
            })
            .collect();
        let (mut weight, mut marks) = (0, vec![Mark::default()]);
        for record in &told {
            let mark = append(&ring, record);
            weight += record.weight() as u64;
            assert_eq!((mark.sequence, mark.weight), (record.tick, weight));
            marks.push(mark);
        }
        assert!(lock(&ring.held).sealed.len() > 5);
        assert_eq!(read(&ring, 0, ALL), told);
        for from in [0, 6, 7, 13, 59] {
            assert_eq!(
                read(&ring, from, Limits { records: 11, ..ALL }),
                told[from as usize..(from as usize + 11).min(60)]
            );
            let position = Position {
                epoch: 1,
                tick: from + 1,
            };
            assert_eq!(ring.behind(position), Some(marks[from as usize + 1]));
        }
        let mut all = Records::default();
        assert_eq!(ring.read(0, ALL, &mut all).unwrap(), ring.end());
        assert!(
            all.iter()
                .zip(&told)
                .all(|(record, told)| record.weight() == told.weight())
        );
    }

    #[test]
    fn a_reading_takes_no_more_bytes_than_its_limit_behind_the_first_record() {
        let ring = Ring::new();
        let record = busy(1, 10, &Value::Null);
        for tick in 1..=3000 {
            append(&ring, &busy(tick, 10, &Value::Null));
        }
        for count in [0, 1, 2, 900, 2000] {
            let bytes = record.weight() * count + record.weight() / 2;
            let limits = Limits {
                records: usize::MAX,
                bytes,
            };
            assert_eq!(read(&ring, 5, limits).len(), count + 1);
        }
    }

    #[test]
    fn who_reads_keeps_what_was_let_go_of_and_nothing_is_written_over_it() {
        let ring = Ring::new();
        let mut held = Vec::new();
        for round in 0..50_u64 {
            for tick in round * 30 + 1..=round * 30 + 30 {
                append(&ring, &busy(tick, 300, &Value::Int(tick as i64)));
            }
            let mut records = Records::default();
            let end = ring.read(round * 30, ALL, &mut records).unwrap();
            held.push((round, records));
            if round % 3 == 0 {
                held.remove(0);
            }
            ring.truncate_below(end.sequence);
        }
        for (round, records) in &held {
            let ticks: Vec<u64> = records.iter().map(|record| record.tick).collect();
            assert_eq!(ticks, (round * 30 + 1..=round * 30 + 30).collect::<Vec<_>>());
            let is_own = |record: Record<'_>| {
                record
                    .changes()
                    .all(|change| change.new == Some(Value::Int(record.tick as i64)))
            };
            assert!(records.iter().all(is_own));
        }
    }

    #[test]
    fn a_log_that_is_read_as_fast_as_it_is_written_uses_the_same_rooms_again() {
        let ring = Ring::new();
        let mut rooms = std::collections::BTreeSet::new();
        for tick in 1..=20_000 {
            append(&ring, &busy(tick, 10, &Value::Int(1)));
            if tick % 1000 == 0 {
                let mut records = Records::default();
                let end = ring
                    .read(tick - 1000, Limits { records: 1000, ..ALL }, &mut records)
                    .unwrap();
                assert_eq!(records.len(), 1000);
                drop(records);
                ring.truncate_below(end.sequence);
                let held = lock(&ring.held);
                assert!(held.sealed.is_empty());
                if tick > 5000 {
                    rooms.extend(held.resting.iter().chain([&held.open]).map(Segment::room));
                }
            }
        }
        assert!(
            rooms.len() <= 3 && rooms.last().is_some_and(|room| *room <= ROOM),
            "{rooms:?}"
        );
    }

    #[test]
    fn a_tick_that_comes_to_nothing_or_is_refused_elsewhere_leaves_no_trace() {
        let ring = Ring::new();
        append(&ring, &busy(1, 3, &Value::text("one")));
        let nothing = ring.append(&mut |changes| {
            busy(2, 5, &Value::text("gone")).write(changes);
            None
        });
        assert!(nothing.unwrap().is_none());
        let refused = |record: Record<'_>| {
            Err(LogError::Truncated {
                first: record.tick,
                asked: 0,
            })
        };
        let mut commit =
            |changes: &mut bassline_core::Changes| Some(busy(3, 5, &Value::text("refused")).write(changes));
        assert!(ring.append_with(&mut commit, refused).is_err());
        let end = append(&ring, &busy(4, 2, &Value::Null));
        assert_eq!(end.sequence, 2);
        assert_eq!(
            read(&ring, 0, ALL),
            [busy(1, 3, &Value::text("one")), busy(4, 2, &Value::Null)]
        );
    }

    #[test]
    fn a_few_ticks_that_are_read_at_once_take_no_room_from_those_to_come() {
        let ring = Ring::new();
        for tick in 1..=1000 {
            append(&ring, &busy(tick, 5, &Value::Null));
        }
        let room = lock(&ring.held).open.room();
        read(&ring, 0, ALL);
        ring.truncate_below(1000);
        for tick in 1001..=1100 {
            append(&ring, &busy(tick, 5, &Value::Null));
            assert_eq!(read(&ring, tick - 1, ALL).len(), 1);
        }
        let held = lock(&ring.held);
        assert_eq!(held.open.room(), room);
        assert!(
            held.sealed.iter().skip(1).all(|(_, segment)| segment.room() == 5),
            "{:?}",
            held.sealed.len()
        );
    }
}
