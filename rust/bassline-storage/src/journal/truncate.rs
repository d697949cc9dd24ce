//! Letting go of old segments.

use super::error::JournalError;
use super::segment::segment_name;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};

impl Journal {
    /// Removes the segments whose records are all before `sequence`, never the last, and never what a checkpoint that is kept needs.
    /// Answers with the first record that is left.
    pub fn truncate_below(&self, sequence: u64) -> Result<u64, JournalError> {
        let _tidying = held(&self.tidying);
        let (gone, first) = {
            let mut state = held(&self.state);
            let needed = state.needed(self.options.checkpoints);
            let gone = state.drop_below(sequence.min(needed));
            (gone, state.first())
        };
        // One by one, the oldest first, each durably: otherwise a power loss could leave a hole.
        for segment in gone {
            self.remove_file(&segment_name(segment))?;
        }
        Ok(first)
    }

    pub(super) fn remove_file(&self, name: &str) -> Result<(), JournalError> {
        self.disk.remove(name).map_err(JournalError::failed(name, "removed"))?;
        if planted::is(Bug::DirectoryUnsynced) {
            return Ok(());
        }
        self.disk
            .sync_dir()
            .map_err(JournalError::failed(self.disk.place(), "synced"))
    }
}
