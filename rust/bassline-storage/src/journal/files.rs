//! The files of a journal, by what their names say.

use super::checkpoint_file::{UNFINISHED, checkpoint_in};
use super::error::JournalError;
use super::segment::{number_in, segment_in};
use crate::disk::Disk;

/// The files of a journal, by number.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub(super) segments: Vec<u64>,
    pub(super) checkpoints: Vec<u64>,
    pub(super) unfinished: Vec<String>,
}

impl Files {
    pub(super) fn list(disk: &dyn Disk) -> Result<Self, JournalError> {
        let names = disk.list().map_err(JournalError::failed(disk.place(), "listed"))?;
        let mut files = Self::default();
        for name in names {
            if let Some(first) = segment_in(&name) {
                files.segments.push(first);
            } else if let Some(sequence) = checkpoint_in(&name) {
                files.checkpoints.push(sequence);
            } else if number_in(&name, UNFINISHED).is_some() {
                files.unfinished.push(name);
            }
        }
        files.segments.sort_unstable();
        files.checkpoints.sort_unstable();
        Ok(files)
    }

    /// Which segment to begin with to read from a record on: the one before the one that holds it.
    pub(super) fn before(&self, record: u64) -> usize {
        let behind = self.segments.partition_point(|first| *first <= record);
        behind.saturating_sub(2)
    }
}
