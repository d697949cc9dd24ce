//! The log in memory.

use crate::driver::Position;
use crate::lock::lock;
use crate::log::{Limits, Log, LogError, Mark};
use crate::record::TickRecord;
use crate::sync::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;

/// A log that keeps in memory what some driver still needs. Its bounds are those of the drivers.
#[derive(Debug, Default)]
pub struct Ring {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// The sequence of the first record held.
    first: u64,
    /// Each record with the weight of the log up to its end.
    records: VecDeque<(Arc<TickRecord>, u64)>,
    end: Mark,
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
                records: VecDeque::new(),
                end,
            }),
        }
    }
}

impl Log for Ring {
    fn append(&self, record: Arc<TickRecord>) -> Result<Mark, LogError> {
        let weight = record.weight() as u64;
        let mut held = lock(&self.held);
        held.end.sequence += 1;
        held.end.weight += weight;
        let end = held.end;
        held.records.push_back((record, end.weight));
        Ok(end)
    }

    fn read(&self, from: u64, limits: Limits, into: &mut Vec<Arc<TickRecord>>) -> Result<Mark, LogError> {
        let held = lock(&self.held);
        let Some(skip) = from.checked_sub(held.first) else {
            return Err(LogError::Truncated {
                first: held.first,
                asked: from,
            });
        };
        let mut mark = Mark {
            sequence: from,
            weight: held.end.weight,
        };
        let mut bound = None;
        for (record, weight) in held.records.iter().skip(skip as usize).take(limits.records.max(1)) {
            let bound = *bound.get_or_insert(weight.saturating_add(limits.bytes as u64));
            if *weight > bound {
                break;
            }
            into.push(Arc::clone(record));
            mark = Mark {
                sequence: mark.sequence + 1,
                weight: *weight,
            };
        }
        Ok(mark)
    }

    fn truncate_below(&self, sequence: u64) {
        let mut held = lock(&self.held);
        let gone = (sequence.saturating_sub(held.first) as usize).min(held.records.len());
        let dropped: Vec<_> = held.records.drain(..gone).collect();
        held.first += gone as u64;
        // Records are freed after the lock is, so that the writer does not wait for it.
        drop(held);
        drop(dropped);
    }

    fn end(&self) -> Mark {
        lock(&self.held).end
    }

    fn behind(&self, position: Position) -> Option<Mark> {
        let held = lock(&self.held);
        let at = |(record, _): &(Arc<TickRecord>, u64)| (record.epoch, record.tick);
        let found = held
            .records
            .binary_search_by_key(&(position.epoch, position.tick), at)
            .ok()?;
        Some(Mark {
            sequence: held.first + found as u64 + 1,
            weight: held.records[found].1,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::record;

    const ALL: Limits = Limits {
        records: 100,
        bytes: 1 << 30,
    };

    fn ticks(ring: &Ring, from: u64, limits: Limits) -> (Vec<u64>, Mark) {
        let mut read = Vec::new();
        let mark = ring.read(from, limits, &mut read).unwrap();
        (read.iter().map(|record| record.tick).collect(), mark)
    }

    #[test]
    fn what_is_appended_is_read_in_order_and_within_limits() {
        let ring = Ring::new();
        let marks: Vec<Mark> = (1..=5).map(|tick| ring.append(record(tick)).unwrap()).collect();
        assert_eq!(ticks(&ring, 0, ALL), (vec![1, 2, 3, 4, 5], ring.end()));
        assert_eq!(ticks(&ring, 1, Limits { records: 2, ..ALL }), (vec![2, 3], marks[2]));
        assert_eq!(ticks(&ring, 3, Limits { bytes: 0, ..ALL }), (vec![4], marks[3]));
        assert_eq!(ticks(&ring, 5, ALL), (vec![], marks[4]));
    }

    #[test]
    fn a_ring_goes_on_where_another_log_has_ended() {
        let ring = Ring::from(7);
        assert_eq!(ring.append(record(1)).unwrap().sequence, 8);
        assert_eq!(ticks(&ring, 7, ALL).0, vec![1]);
        assert!(matches!(
            ring.read(6, ALL, &mut Vec::new()),
            Err(LogError::Truncated { first: 7, asked: 6 })
        ));
    }

    #[test]
    fn what_was_truncated_is_refused_and_the_rest_keeps_its_place() {
        let ring = Ring::new();
        for tick in 1..=5 {
            ring.append(record(tick)).unwrap();
        }
        ring.truncate_below(3);
        assert!(matches!(
            ring.read(2, ALL, &mut Vec::new()),
            Err(LogError::Truncated { first: 3, asked: 2 })
        ));
        assert_eq!(ticks(&ring, 3, ALL).0, vec![4, 5]);
        ring.truncate_below(100);
        assert_eq!(ring.append(record(6)).unwrap().sequence, 6);
        assert_eq!(ticks(&ring, 5, ALL).0, vec![6]);
    }
}
