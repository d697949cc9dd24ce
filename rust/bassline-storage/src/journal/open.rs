//! Opening: taking the place, choosing a checkpoint, replaying what is behind it, and carrying on.

use super::checkpoint::newest_whole;
use super::checkpoint_file::Checkpoint;
use super::error::JournalError;
use super::files::Files;
use super::judge::judge;
use super::options::Options;
use super::repair::repair;
use super::waiting::Tidings;
use super::walk::Visit;
use super::{Journal, held};
use crate::disk::{Disk, Held};
use crate::fork::Process;
use bassline_kernel::sync::Mutex;
use std::sync::Arc;

/// What opening found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Recovery {
    /// Whether the journal was closed well. Otherwise what was not acknowledged may be lost, and if the disk lost what it had synced
    /// at the very end, nothing there can tell.
    pub closed: bool,
    /// What was cut from the end.
    pub cut: Option<Cut>,
    /// The checkpoints that are damaged, newest first.
    pub damaged: Vec<Arc<JournalError>>,
}

/// A tail that nothing proves to have been durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: String,
    /// Where the first of it stood.
    pub offset: u64,
    /// How many bytes of it there were, without zeros behind them.
    pub bytes: u64,
    /// The number of the first record of it.
    pub sequence: u64,
    /// Where the chain broke: what stood there.
    pub found: String,
}

/// A journal that is taken and not open yet: first the checkpoint to begin with, then the records behind it.
#[derive(Debug)]
pub struct Opening {
    disk: Arc<dyn Disk>,
    options: Options,
    lock: Box<dyn Held>,
    files: Files,
    damaged: Vec<Arc<JournalError>>,
}

impl Opening {
    /// Takes the journal on a disk. Nothing is changed.
    pub fn begin(disk: Arc<dyn Disk>, options: Options) -> Result<Self, JournalError> {
        let place = disk.place();
        let lock = disk.lock().map_err(JournalError::failed(&*place, "locked"))?;
        let lock = lock.ok_or(JournalError::InUse { place })?;
        let files = Files::list(&*disk)?;
        Ok(Self {
            disk,
            options,
            lock,
            files,
            damaged: Vec::new(),
        })
    }

    /// The newest checkpoint that is whole. It is refused if the journal does not hold every record behind it, and so is beginning
    /// without one.
    pub fn checkpoint(&mut self) -> Result<Option<Checkpoint>, JournalError> {
        let (found, damaged) = newest_whole(&*self.disk, &self.files.checkpoints)?;
        let begins = self.files.segments.first().copied().unwrap_or(0);
        let needed = found.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
        if needed < begins {
            return Err(damaged.first().map_or(
                JournalError::Truncated {
                    first: begins,
                    end: begins,
                    asked: needed,
                },
                |error| JournalError::clone(error),
            ));
        }
        self.damaged = damaged;
        Ok(found)
    }

    /// Hands every record from `from` on to `visit`, and opens the journal behind the last.
    pub fn replay(self, from: u64, visit: &mut Visit<'_>) -> Result<Journal, JournalError> {
        let found = judge(&*self.disk, &self.files, from, visit)?;
        let damaged = self.damaged;
        // A damaged one does not count, or the records it would need were let go of.
        let broken: Vec<u64> = damaged.iter().filter_map(|error| sequence_of(error)).collect();
        let checkpoints = self.files.checkpoints.into_iter();
        let checkpoints = checkpoints.filter(|sequence| !broken.contains(sequence)).collect();
        let recovery = Recovery {
            closed: found.closed,
            cut: found.cut.clone(),
            damaged,
        };
        let (state, writer) = repair(&self.disk, &self.options, found, &self.files.unfinished, checkpoints)?;
        let tidings = Tidings::new(state.next);
        let journal = Journal {
            disk: self.disk,
            options: self.options,
            state: Mutex::new(state),
            tidings,
            writer: Mutex::new(writer),
            tidying: Mutex::new(()),
            recovery,
            lock: Mutex::new(None),
            opened_in: Process::this(),
        };
        *held(&journal.lock) = Some(self.lock);
        Ok(journal)
    }
}

fn sequence_of(error: &JournalError) -> Option<u64> {
    match error {
        JournalError::Damaged { sequence, .. } => Some(*sequence),
        _ => None,
    }
}
