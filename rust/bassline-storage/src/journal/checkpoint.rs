//! Keeping a state, so that the records before it are not needed any more.

use super::checkpoint_file::{Checkpoint, Pieces, UNFINISHED, checkpoint_name, decode, read_meta};
use super::error::{JournalError, VisitError};
use super::{Journal, held};
use crate::disk::Disk;
use bassline_core::planted::{self, Bug};
use std::io;
use std::sync::Arc;

impl Journal {
    /// Keeps the state before record `sequence`, which `write` writes. It counts when this returns; until then the one before does.
    /// Checkpoints beyond [`Options::checkpoints`](super::Options::checkpoints) are removed.
    pub fn write_checkpoint(
        &self,
        sequence: u64,
        meta: &[u8],
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), VisitError>,
    ) -> Result<(), JournalError> {
        self.is_of_this_process()?;
        let _tidying = held(&self.tidying);
        // A checkpoint never knows more than the journal.
        self.force(sequence)?;
        let known = held(&self.state).checkpoints.last().copied();
        if known.is_some_and(|last| last >= sequence) {
            return Ok(());
        }
        let (name, unfinished) = (checkpoint_name(sequence), format!("{sequence:020}{UNFINISHED}"));
        let written = self.write_new(sequence, meta, write, &unfinished);
        if let Err(error) = written {
            // It was never anything; the next opening removes what is left.
            let _ = self.disk.remove(&unfinished);
            return Err(error);
        }
        self.disk
            .rename(&unfinished, &name)
            .map_err(JournalError::failed(name, "renamed"))?;
        if !planted::is(Bug::DirectoryUnsynced) {
            self.disk
                .sync_dir()
                .map_err(JournalError::failed(self.disk.place(), "synced"))?;
        }
        self.remove_surplus(sequence)
    }

    fn write_new(
        &self,
        sequence: u64,
        meta: &[u8],
        write: impl FnOnce(&mut dyn io::Write) -> Result<(), VisitError>,
        name: &str,
    ) -> Result<(), JournalError> {
        let failed = || JournalError::failed(name, "written");
        let file = self.disk.create(name).map_err(failed())?;
        let mut pieces = Pieces::begin(&*file, sequence, meta).map_err(failed())?;
        write(&mut pieces).map_err(|source| JournalError::Refused {
            file: name.into(),
            offset: 0,
            sequence,
            source: source.into(),
        })?;
        pieces.end().map_err(failed())?;
        if planted::is(Bug::CheckpointUnsynced) {
            return Ok(());
        }
        file.sync_data().map_err(JournalError::failed(name, "synced"))
    }

    fn remove_surplus(&self, newest: u64) -> Result<(), JournalError> {
        let surplus: Vec<u64> = {
            let mut state = held(&self.state);
            state.checkpoints.push(newest);
            let kept = self.options.checkpoints.map_or(usize::MAX, |kept| kept.max(1));
            let surplus = state.checkpoints.len().saturating_sub(kept);
            state.checkpoints.drain(..surplus).collect()
        };
        for sequence in surplus {
            self.remove_file(&checkpoint_name(sequence))?;
        }
        Ok(())
    }

    /// The records that checkpoints stand before, oldest first.
    pub fn checkpoints(&self) -> Vec<u64> {
        held(&self.state).checkpoints.clone()
    }

    /// Reads a checkpoint.
    pub fn checkpoint(&self, sequence: u64) -> Result<Checkpoint, JournalError> {
        load(&*self.disk, sequence)
    }

    /// Reads what is said about a checkpoint.
    pub fn checkpoint_meta(&self, sequence: u64) -> Result<Vec<u8>, JournalError> {
        read_meta(&*self.disk, &checkpoint_name(sequence), sequence)
    }

    /// The newest checkpoint.
    pub fn newest_checkpoint(&self) -> Result<Option<Checkpoint>, JournalError> {
        let newest = held(&self.state).checkpoints.last().copied();
        newest.map(|sequence| load(&*self.disk, sequence)).transpose()
    }
}

pub(super) fn load(disk: &dyn Disk, sequence: u64) -> Result<Checkpoint, JournalError> {
    let (name, mut bytes) = (checkpoint_name(sequence), Vec::new());
    disk.read(&name, &mut bytes)
        .map_err(JournalError::failed(&*name, "read"))?;
    match decode(&name, sequence, &bytes) {
        Err(JournalError::Damaged { .. }) if planted::is(Bug::CheckpointUnchecked) => Ok(Checkpoint {
            sequence,
            meta: Vec::new(),
            body: bytes.get(56..).unwrap_or_default().to_vec(),
        }),
        outcome => outcome,
    }
}

/// The newest checkpoint that is whole, and what is wrong with those that are newer.
pub(super) fn newest_whole(
    disk: &dyn Disk,
    checkpoints: &[u64],
) -> Result<(Option<Checkpoint>, Vec<Arc<JournalError>>), JournalError> {
    let mut damaged = Vec::new();
    for sequence in checkpoints.iter().rev() {
        match load(disk, *sequence) {
            Ok(checkpoint) => return Ok((Some(checkpoint), damaged)),
            Err(error @ JournalError::Damaged { .. }) => damaged.push(Arc::new(error)),
            Err(error) => return Err(error),
        }
    }
    Ok((None, damaged))
}
