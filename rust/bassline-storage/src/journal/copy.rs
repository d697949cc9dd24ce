//! A copy of a journal that another may be writing: all that was written when it is read, up to the end of a whole batch.

use super::checkpoint_file::{checkpoint_name, decode};
use super::error::JournalError;
use super::files::Files;
use super::judge::judge;
use super::segment::segment_name;
use crate::disk::Disk;
use std::io;

/// So often files may go while they are copied, as when old segments are let go of.
const TRIES: usize = 100;

/// Copies the journal on a disk to one where none is, and answers with its size. What is damaged is refused.
pub fn copy(from: &dyn Disk, into: &dyn Disk) -> Result<u64, JournalError> {
    for _ in 1..TRIES {
        let files = Files::list(from)?;
        match copy_files(from, &files, into) {
            Err(JournalError::Failed { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            // A list that was read while files were made may hold one and not the one before it.
            Err(JournalError::Damaged { .. }) if files != Files::list(from)? => {}
            done => return done,
        }
        let begun = Files::list(into)?;
        let segments = begun.segments.into_iter().map(segment_name);
        for name in segments.chain(begun.checkpoints.into_iter().map(checkpoint_name)) {
            into.remove(&name).map_err(JournalError::failed(name, "removed"))?;
        }
    }
    copy_files(from, &Files::list(from)?, into)
}

fn copy_files(from: &dyn Disk, files: &Files, into: &dyn Disk) -> Result<u64, JournalError> {
    let first = files.segments.first().copied().unwrap_or(0);
    let found = judge(from, files, first, &mut |_, _| Ok(()))?;
    let (mut size, mut bytes) = (0, Vec::new());
    for sequence in &files.checkpoints {
        let name = checkpoint_name(*sequence);
        read(from, &name, &mut bytes)?;
        decode(&name, *sequence, &bytes)?;
        size += write(into, &name, &bytes)?;
    }
    for segment in &found.segments {
        let name = segment_name(segment.first);
        read(from, &name, &mut bytes)?;
        if segment.first == found.last {
            // Nothing before the end of a whole batch is ever written again.
            bytes.truncate(usize::try_from(found.end).unwrap_or(usize::MAX));
        }
        size += write(into, &name, &bytes)?;
    }
    into.sync_dir().map_err(JournalError::failed(into.place(), "synced"))?;
    Ok(size)
}

pub(super) fn read(from: &dyn Disk, name: &str, bytes: &mut Vec<u8>) -> Result<(), JournalError> {
    from.read(name, bytes).map_err(JournalError::failed(name, "read"))
}

/// Writes a file that is not there yet, durably but for its name; its size.
pub(super) fn write(into: &dyn Disk, name: &str, bytes: &[u8]) -> Result<u64, JournalError> {
    let write = || {
        let file = into.create(name)?;
        file.write_at(0, bytes)?;
        file.sync_data()
    };
    write().map_err(JournalError::failed(name, "written"))?;
    Ok(bytes.len() as u64)
}
