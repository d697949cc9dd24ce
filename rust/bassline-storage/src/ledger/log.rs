//! The kernel's log, kept in a journal: what is appended is encoded at once, and durable when the journal is synced.

use super::compact::Compactor;
use super::failure::log_error;
use super::resume;
use crate::fork::Use;
use crate::journal::Journal;
use crate::record::{Entry, read_entry, write_tick_entry};
use bassline_kernel::{Commit, Limits, Log, LogError, Mark, Position, Recalled, Records, Ring, TickRecord};
use std::sync::Arc;

/// A journal with its newest ticks in memory, for the drivers that keep up.
#[derive(Debug)]
pub(crate) struct LedgerLog {
    ring: Ring,
    journal: Arc<Journal>,
    compactor: Arc<Compactor>,
}

impl LedgerLog {
    /// The log that goes on where the journal ends. Nobody else may append to the journal any more: the numbers of both are one.
    pub(crate) fn new(journal: Arc<Journal>, compactor: Arc<Compactor>) -> Self {
        Self {
            ring: Ring::from(journal.end()),
            journal,
            compactor,
        }
    }

    /// Reads what the ring has let go of.
    fn read_back(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        let _use = Use::begin();
        let mut read: Vec<TickRecord> = Vec::new();
        let visit = &mut |_: u64, entry: &[u8]| {
            if let Entry::Tick(record) = read_entry(entry)? {
                read.push(record);
            }
            Ok(())
        };
        let at = self.journal.read(from, limits, visit).map_err(log_error("read"))?;
        into.extend(&read.iter().collect());
        // What lies on the disk weighs nothing: its bound is the disk.
        Ok(Mark {
            sequence: at,
            weight: self.ring.end().weight,
        })
    }
}

impl Log for LedgerLog {
    fn append(&self, commit: Commit<'_>) -> Result<Option<Mark>, LogError> {
        let mut number = 0;
        let end = self.ring.append_with(commit, |record| {
            let appended = self.journal.append(|out| {
                write_tick_entry(&record, out);
                self.compactor.note(out.len());
            });
            number = appended.map_err(log_error("written"))?;
            Ok(())
        })?;
        debug_assert!(end.is_none_or(|end| end.sequence == number + 1));
        Ok(end)
    }

    fn read(&self, from: u64, limits: Limits, into: &mut Records) -> Result<Mark, LogError> {
        match self.ring.read(from, limits, into) {
            Err(LogError::Truncated { .. }) => self.read_back(from, limits, into),
            read => read,
        }
    }

    fn sync(&self, sequence: u64) -> Result<(), LogError> {
        let Some(last) = sequence.checked_sub(1) else {
            return Ok(());
        };
        let _use = Use::begin();
        self.journal.sync(last).map_err(log_error("synced"))?;
        // A writer that waits for each tick leaves the driver nothing to do.
        self.compactor.turn(&self.journal);
        Ok(())
    }

    fn truncate_below(&self, sequence: u64) {
        self.ring.truncate_below(sequence);
    }

    fn end(&self) -> Mark {
        self.ring.end()
    }

    fn rest(&self) {
        self.ring.rest();
    }

    fn is_kept(&self) -> bool {
        true
    }

    fn behind(&self, position: Position) -> Option<Mark> {
        let _use = Use::begin();
        // What cannot be read is not known.
        let sequence = resume::behind(&self.journal, position).ok()??;
        Some(Mark {
            sequence,
            weight: self.ring.end().weight,
        })
    }

    fn recall(&self, sequence: u64) -> Result<Option<Recalled>, LogError> {
        let _use = Use::begin();
        resume::recall(&self.journal, sequence).map_err(log_error("read"))
    }
}
