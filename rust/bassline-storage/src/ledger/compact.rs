//! Checkpoints: so much journal after the last one, the network's image is kept, made from the journal itself beside the work.

use super::recover::Recovery;
use crate::journal::{Journal, JournalError};
use crate::record::{Base, read_base, write_base};
use bassline_kernel::Limits;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

/// How many bytes of records come between two checkpoints, at least; more if the image is larger.
pub(crate) const BETWEEN: u64 = 32 << 20;

/// Makes the checkpoints of one journal, one at a time, on a thread of its own.
#[derive(Debug)]
pub(crate) struct Compactor {
    /// About how many bytes of records came since the last one began.
    since: u64,
    /// How many come between two at least.
    between: u64,
    /// How many the next one waits for.
    due: u64,
    /// Whether it works on a thread of its own.
    beside: bool,
    at_work: Option<JoinHandle<Result<u64, JournalError>>>,
}

impl Compactor {
    /// The compactor of a journal with so many bytes of records since its last checkpoint, and so many between two at least.
    pub(crate) fn new(since: u64, between: u64, beside: bool) -> Self {
        Self {
            since,
            between,
            due: between,
            beside,
            at_work: None,
        }
    }

    /// So many bytes more came.
    pub(crate) fn note(&mut self, bytes: u64) {
        self.since += bytes;
    }

    /// Begins a checkpoint if it is time; says what went wrong with the last one.
    pub(crate) fn turn(&mut self, journal: &Arc<Journal>) -> Result<(), JournalError> {
        if let Some(thread) = self.at_work.take_if(|thread| thread.is_finished()) {
            self.made(join(thread)?);
        }
        if self.at_work.is_none() && self.since >= self.due {
            self.since = 0;
            if !self.beside {
                self.made(checkpoint(journal)?);
                return Ok(());
            }
            let journal = Arc::clone(journal);
            let thread = thread::Builder::new().name("bassline-checkpoint".to_owned());
            // Without a thread to spare there is another turn.
            self.at_work = thread.spawn(move || checkpoint(&journal)).ok();
        }
        Ok(())
    }

    fn made(&mut self, bytes: u64) {
        self.due = bytes.saturating_mul(2).max(self.between);
    }

    /// Waits for the checkpoint that is being made.
    pub(crate) fn finish(&mut self) -> Result<(), JournalError> {
        self.at_work.take().map_or(Ok(()), |thread| join(thread).map(|_| ()))
    }
}

fn join(thread: JoinHandle<Result<u64, JournalError>>) -> Result<u64, JournalError> {
    thread.join().unwrap_or_else(|_| {
        Err(JournalError::Failed {
            file: "a checkpoint".to_owned(),
            doing: "made",
            source: Arc::new(std::io::Error::other("its thread panicked")),
        })
    })
}

/// Keeps the image of what is durable; how many bytes it takes.
pub(crate) fn checkpoint(journal: &Journal) -> Result<u64, JournalError> {
    let last = journal.newest_checkpoint()?;
    let (from, base) = match &last {
        Some(checkpoint) => (checkpoint.sequence, base_of(checkpoint)?),
        None => (0, Base::default()),
    };
    let (mut recovery, end) = (Recovery::new(base), journal.durable());
    let limits = Limits {
        records: (end - from) as usize,
        bytes: usize::MAX,
    };
    if end > from {
        journal.read(from, limits, &mut |_, entry| recovery.apply(entry))?;
    }
    let tick = recovery.tick();
    let mut bytes = Vec::new();
    write_base(&recovery.into_base(), &mut bytes);
    journal.write_checkpoint(end, &tick.to_le_bytes(), |out| Ok(out.write_all(&bytes)?))?;
    Ok(bytes.len() as u64)
}

/// The base in a checkpoint.
pub(crate) fn base_of(checkpoint: &crate::journal::Checkpoint) -> Result<Base, JournalError> {
    read_base(&checkpoint.body).map_err(|source| JournalError::Refused {
        file: format!("the checkpoint at record {}", checkpoint.sequence),
        offset: source.at as u64,
        sequence: checkpoint.sequence,
        source: Arc::new(source),
    })
}
