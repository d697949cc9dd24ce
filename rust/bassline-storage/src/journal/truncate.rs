//! Letting go of old segments.

use super::checkpoint_file::checkpoint_name;
use super::error::JournalError;
use super::segment::segment_name;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};

impl Journal {
    /// Removes the segments whose records are all before `sequence`, never the last, and never what a checkpoint that is kept needs.
    /// Answers with the first record that is left.
    pub fn truncate_below(&self, sequence: u64) -> Result<u64, JournalError> {
        self.is_of_this_process()?;
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

    /// Lets go of the checkpoints before `sequence`, and of the segments that nothing needs then.
    pub fn forget_before(&self, sequence: u64) -> Result<(), JournalError> {
        self.is_of_this_process()?;
        let old: Vec<u64> = {
            let _tidying = held(&self.tidying);
            let mut state = held(&self.state);
            let split = state.checkpoints.partition_point(|checkpoint| *checkpoint < sequence);
            state.checkpoints.drain(..split).collect()
        };
        // A segment goes before the checkpoint behind it could: whatever interrupts this, what is left tells of all that is there.
        self.truncate_below(sequence)?;
        for checkpoint in old {
            self.remove_file(&checkpoint_name(checkpoint))?;
        }
        Ok(())
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
