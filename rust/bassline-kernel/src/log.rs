//! The log of a network: every committed tick once, in order.

use crate::driver::Position;
use crate::record::TickRecord;
use crate::records::Records;
use crate::segment::Commit;
use bassline_core::Image;
use std::sync::Arc;
use thiserror::Error;

/// A place in a log: how many records, and how many bytes of them, lie before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// Records before it since the log began.
    pub sequence: u64,
    /// Their weight.
    pub weight: u64,
}

impl Mark {
    /// Whether it lies at another or behind it, by records or by weight.
    pub(crate) fn has_reached(self, other: Mark) -> bool {
        self.sequence >= other.sequence || self.weight >= other.weight
    }

    /// How much lies between an earlier place and this one.
    pub(crate) fn since(self, earlier: Mark) -> Mark {
        Mark {
            sequence: self.sequence.saturating_sub(earlier.sequence),
            weight: self.weight.saturating_sub(earlier.weight),
        }
    }
}

/// How much one reading may take. The first record is always taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// At most so many records.
    pub records: usize,
    /// At most so many bytes.
    pub bytes: usize,
}

/// Why a log did not take or give a record.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The records asked for are gone.
    #[error("the log begins at record {first}, asked for {asked}")]
    Truncated {
        /// The first record there is.
        first: u64,
        /// The record asked for.
        asked: u64,
    },
    /// What lies under the log failed.
    #[error("the log cannot be {doing}: {source}")]
    Failed {
        /// What was being done: written, read, synced.
        doing: &'static str,
        /// Why not.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
}

/// What names what was removed since a place in a log.
#[derive(Debug, Clone)]
pub struct Recalled {
    /// The network as it stood there.
    pub image: Image,
    /// The edits since, by their sequence.
    pub edits: Vec<(u64, Arc<TickRecord>)>,
}

/// Where committed ticks wait for the drivers. One writer appends while any number of drivers read.
pub trait Log: Send + Sync {
    /// Appends the tick that `commit` writes and answers with the end behind it; `None` if there was none. `commit` is called once, whatever
    /// becomes of what it writes.
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError>;

    /// Appends a tick that is at hand as a whole.
    fn append_record(&self, record: &TickRecord) -> Result<Option<Mark>, LogError> {
        self.append(&mut |changes| Some(record.write(changes)))
    }

    /// Reads records from `from` on, within `limits`, and answers with the place behind the last of them.
    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError>;

    /// Makes durable what lies before `sequence`, as far as the log promises that; one in memory has nothing to do.
    fn sync(&self, sequence: u64) -> Result<(), LogError> {
        let _ = sequence;
        Ok(())
    }

    /// Lets go of all records before `sequence`, as far as drivers go: a log that is a store keeps them.
    fn truncate_below(&self, sequence: u64);

    /// The place behind the last record.
    fn end(&self) -> Mark;

    /// Whether it lies on a disk, so that a driver may lag behind by any number of records.
    fn is_kept(&self) -> bool {
        false
    }

    /// Nothing has come for a while: room that is kept for what comes may go.
    fn rest(&self) {}

    /// The place behind a tick, if it is known to hold every tick from there on.
    fn behind(&self, position: Position) -> Option<Mark> {
        let _ = position;
        None
    }

    /// What names what was removed since a place that [`Log::behind`] has found; `None` if nothing was.
    fn recall(&self, sequence: u64) -> Result<Option<Recalled>, LogError> {
        let _ = sequence;
        Ok(None)
    }
}

impl<L: Log + ?Sized> Log for Box<L> {
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
        (**self).append(commit)
    }
    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        (**self).read(from, limits, into)
    }
    fn sync(&self, sequence: u64) -> Result<(), LogError> {
        (**self).sync(sequence)
    }
    fn truncate_below(&self, sequence: u64) {
        (**self).truncate_below(sequence);
    }
    fn end(&self) -> Mark {
        (**self).end()
    }
    fn is_kept(&self) -> bool {
        (**self).is_kept()
    }
    fn rest(&self) {
        (**self).rest();
    }
    fn behind(&self, position: Position) -> Option<Mark> {
        (**self).behind(position)
    }
    fn recall(&self, sequence: u64) -> Result<Option<Recalled>, LogError> {
        (**self).recall(sequence)
    }
}
