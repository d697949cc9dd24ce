//! What an engine remembers of its ticks.

use super::meter::EngineMeter;
use bassline_core::{Text, Value};
use indexmap::IndexMap;
use std::collections::VecDeque;

/// When a tick was, and who caused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TickTime {
    /// The tick.
    pub tick: u64,
    /// When, in microseconds since 1970.
    pub time_micros: i64,
    /// Who caused it.
    pub source: Text,
}

/// Where readers stand, when the last ticks were, and how many there were.
pub(super) struct Past {
    pub(super) positions: IndexMap<Text, Value>,
    times: VecDeque<TickTime>,
    /// How many of the last ticks' times are kept.
    kept: usize,
    pub(super) meter: EngineMeter,
}

impl Past {
    pub(super) fn new(positions: IndexMap<Text, Value>, kept: usize) -> Self {
        Self {
            positions,
            times: VecDeque::new(),
            kept,
            meter: EngineMeter::default(),
        }
    }

    /// A tick was committed.
    #[inline]
    pub(super) fn committed(&mut self, tick: u64, time_micros: i64, source: &Text) {
        self.meter.committed();
        if self.kept > 0 {
            if self.times.len() == self.kept {
                self.times.pop_front();
            }
            self.times.push_back(TickTime {
                tick,
                time_micros,
                source: source.clone(),
            });
        }
    }

    /// The reader of a source has come so far.
    pub(super) fn reached(&mut self, source: &Text, position: Value) {
        match self.positions.get_mut(source) {
            Some(known) => *known = position,
            None => drop(self.positions.insert(source.clone(), position)),
        }
    }

    /// When a tick was, if it is one of the last.
    pub(super) fn time_of(&self, tick: u64) -> Option<&TickTime> {
        let at = self.times.binary_search_by_key(&tick, |time| time.tick).ok()?;
        self.times.get(at)
    }
}
