//! What a driver is handed.

use crate::driver::Position;
use crate::letters::DeadLetter;
use crate::record::TickRecord;
use crate::records::Records;
use bassline_core::{Change, Image, Text};
use std::sync::Arc;

/// A slice of the log, in order.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// What was lost before it, for this driver.
    pub gap: Option<Gap>,
    /// The network as it stood before the records, for a driver that has nothing to go on from.
    pub snapshot: Option<Arc<Snapshot>>,
    /// The dead letter that it is, tried once more.
    pub letter: Option<Arc<DeadLetter>>,
    /// The ticks. Of a driver that coalesces, they may bear only the changes that no later one supersedes.
    pub records: Records,
}

impl From<Records> for Batch {
    fn from(records: Records) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }
}

impl From<Vec<Arc<TickRecord>>> for Batch {
    fn from(records: Vec<Arc<TickRecord>>) -> Self {
        Records::from(records).into()
    }
}

/// A network at rest, and which tick that was.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The last tick in it.
    pub position: Position,
    /// When it was taken: microseconds since 1970.
    pub time_micros: i64,
    /// The network.
    pub image: Image,
}

impl Snapshot {
    /// The same as a tick that wrote everything that is held.
    pub fn as_record(&self) -> TickRecord {
        let contacts = self.image.contacts.iter().filter(|contact| contact.content.is_some());
        let changes = contacts.map(|contact| Change {
            contact: contact.record.id,
            old: None,
            new: contact.content.clone(),
            cause: contact.cause.clone(),
            event: false,
        });
        TickRecord {
            epoch: self.position.epoch,
            tick: self.position.tick,
            time_micros: self.time_micros,
            source: Text::new(),
            position: None,
            changes: changes.collect(),
            structure: Vec::new(),
        }
    }
}

/// Why ticks were left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapReason {
    /// They were more than its bound, and its policy is to drop the oldest.
    Dropped,
    /// Events were more than its bound.
    Events,
    /// They were gone when it came back for them; a snapshot stands in for them.
    Resynchronised,
}

impl GapReason {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            GapReason::Dropped => "dropped",
            GapReason::Events => "events",
            GapReason::Resynchronised => "resynchronised",
        }
    }
}

/// What a driver was not handed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub reason: GapReason,
    /// The first tick it concerns, if that is known.
    pub first_tick: Option<u64>,
    /// The last tick it concerns.
    pub last_tick: u64,
    /// How many ticks or events are missing, if that is known.
    pub missing: Option<u64>,
}

impl Gap {
    /// The same, up to a snapshot of a tick.
    pub(crate) fn up_to(self, tick: u64) -> Self {
        Self {
            last_tick: self.last_tick.max(tick),
            ..self
        }
    }

    /// Whether there is any tick in it.
    pub(crate) fn is_any(&self) -> bool {
        self.first_tick.is_none_or(|first| first <= self.last_tick)
    }

    /// Both as one.
    #[must_use]
    pub fn and(self, later: Gap) -> Self {
        Self {
            reason: later.reason,
            first_tick: self.first_tick.min(later.first_tick),
            last_tick: self.last_tick.max(later.last_tick),
            missing: self.missing.zip(later.missing).map(|(a, b)| a + b),
        }
    }
}
