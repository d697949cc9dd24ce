//! What stands beside the records: checkpoints as a reader finds them, and other states that are kept under numbers.

use super::checkpoint;
use super::checkpoint_file::{Checkpoint, Pieces, checkpoint_name, decode, read_meta};
use super::copy;
use super::error::JournalError;
use super::files::Files;
use crate::disk::Disk;
use std::io::{ErrorKind, Write};

/// The checkpoints on a disk: the records they stand before, oldest first.
pub fn checkpoints(disk: &dyn Disk) -> Result<Vec<u64>, JournalError> {
    Files::list(disk).map(|files| files.checkpoints)
}

/// Reads a checkpoint.
pub fn read_checkpoint(disk: &dyn Disk, sequence: u64) -> Result<Checkpoint, JournalError> {
    checkpoint::load(disk, sequence)
}

/// Reads what is said about a checkpoint.
pub fn read_checkpoint_meta(disk: &dyn Disk, sequence: u64) -> Result<Vec<u8>, JournalError> {
    read_meta(disk, &checkpoint_name(sequence), sequence)
}

/// The numbers of the records that segments begin with, in order.
pub fn segments(disk: &dyn Disk) -> Result<Vec<u64>, JournalError> {
    Files::list(disk).map(|files| files.segments)
}

/// States kept beside a journal for as long as someone wants them, in the form of checkpoints: files of one suffix, by number.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    suffix: &'static str,
}

impl Kept {
    /// Those with a suffix, such as `.snapshot`.
    pub const fn new(suffix: &'static str) -> Self {
        Self { suffix }
    }

    /// The file of a number.
    pub fn file(self, number: u64) -> String {
        format!("{number:020}{}", self.suffix)
    }

    /// The numbers there are, in order.
    pub fn list(self, disk: &dyn Disk) -> Result<Vec<u64>, JournalError> {
        let names = disk.list().map_err(JournalError::failed(disk.place(), "listed"))?;
        let mut numbers: Vec<u64> = names
            .iter()
            .filter_map(|name| super::segment::number_in(name, self.suffix))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// Keeps a state; it is there when this returns, and before that not at all.
    pub fn save(self, disk: &dyn Disk, number: u64, meta: &[u8], body: &[u8]) -> Result<(), JournalError> {
        let name = self.file(number);
        let unfinished = format!("{name}.new");
        let failed = |doing| JournalError::failed(name.clone(), doing);
        if disk.list().map_err(failed("listed"))?.contains(&unfinished) {
            disk.remove(&unfinished).map_err(failed("removed"))?;
        }
        let file = disk.create(&unfinished).map_err(failed("written"))?;
        let mut pieces = Pieces::begin(&*file, number, meta).map_err(failed("written"))?;
        pieces.write_all(body).map_err(failed("written"))?;
        pieces.end().map_err(failed("written"))?;
        file.sync_data().map_err(failed("synced"))?;
        disk.rename(&unfinished, &name).map_err(failed("renamed"))?;
        disk.sync_dir().map_err(failed("synced"))
    }

    /// Reads a state.
    pub fn load(self, disk: &dyn Disk, number: u64) -> Result<Checkpoint, JournalError> {
        let (name, mut bytes) = (self.file(number), Vec::new());
        disk.read(&name, &mut bytes)
            .map_err(JournalError::failed(name.clone(), "read"))?;
        decode(&name, number, &bytes)
    }

    /// Reads what is said about a state.
    pub fn meta(self, disk: &dyn Disk, number: u64) -> Result<Vec<u8>, JournalError> {
        read_meta(disk, &self.file(number), number)
    }

    /// Copies the states to another disk; their size. One that is removed meanwhile is none of them, and one that is damaged is refused.
    pub fn copy(self, disk: &dyn Disk, into: &dyn Disk) -> Result<u64, JournalError> {
        let (mut size, mut bytes) = (0, Vec::new());
        for number in self.list(disk)? {
            let name = self.file(number);
            match copy::read(disk, &name, &mut bytes) {
                Err(JournalError::Failed { source, .. }) if source.kind() == ErrorKind::NotFound => continue,
                read => read?,
            }
            decode(&name, number, &bytes)?;
            size += copy::write(into, &name, &bytes)?;
        }
        into.sync_dir().map_err(JournalError::failed(into.place(), "synced"))?;
        Ok(size)
    }

    /// Removes a state.
    pub fn remove(self, disk: &dyn Disk, number: u64) -> Result<(), JournalError> {
        let name = self.file(number);
        disk.remove(&name).map_err(JournalError::failed(name, "removed"))?;
        disk.sync_dir().map_err(JournalError::failed(disk.place(), "synced"))
    }
}
