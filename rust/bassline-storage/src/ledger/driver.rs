//! The driver: what the log has accepted is brought to the disk, and the journal is kept short to read.

use super::compact::Compactor;
use super::cursors::LedgerCursors;
use super::failure::driver_failure;
use super::letters::Letters;
use crate::fork::Use;
use crate::journal::Journal;
use bassline_kernel::{Batch, Driver, DriverFailure};
use std::sync::Arc;

/// Syncs the journal that the log is.
#[derive(Debug)]
pub(crate) struct LedgerDriver {
    journal: Arc<Journal>,
    compactor: Arc<Compactor>,
    letters: Arc<Letters>,
    cursors: Arc<LedgerCursors>,
}

impl LedgerDriver {
    pub(crate) fn new(
        journal: Arc<Journal>,
        compactor: Arc<Compactor>,
        letters: Arc<Letters>,
        cursors: Arc<LedgerCursors>,
    ) -> Self {
        Self {
            journal,
            compactor,
            letters,
            cursors,
        }
    }
}

impl Driver for LedgerDriver {
    fn handle_changes(&mut self, _: &Batch) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.journal.flush().map_err(driver_failure)?;
        self.compactor.turn(&self.journal);
        Ok(())
    }

    fn idle(&mut self) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        self.journal.is_of_this_process().map_err(driver_failure)?;
        self.compactor.turn(&self.journal);
        Ok(())
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        let _use = Use::begin();
        // In a forked child there is no thread to wait for.
        self.journal.is_of_this_process().map_err(driver_failure)?;
        self.letters.close();
        self.cursors.close();
        let compacted = self.compactor.finish();
        self.journal.close().map_err(driver_failure)?;
        compacted.map_err(driver_failure)
    }
}
