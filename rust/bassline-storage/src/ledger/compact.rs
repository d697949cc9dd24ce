//! Checkpoints: so much journal after the last one, the network's image is kept, made from the journal itself beside the work.

use super::recover::Recovery;
use super::retention::{About, let_go};
use crate::journal::{Journal, JournalError};
use crate::record::write_base;
use crate::store::KeepHistory;
use bassline_kernel::Limits;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

/// How many bytes of records come between two checkpoints, at least; more if the image is larger.
pub(crate) const BETWEEN: u64 = 32 << 20;

/// A record counts for so many bytes besides its own: a million small ones take longer to replay than they are long.
const RECORD: usize = 100;

/// Makes the checkpoints of one journal, one at a time, on a thread of its own. The log counts what comes; whoever has synced takes a turn.
///
/// A checkpoint that fails takes nothing from anyone: it is tried again; meanwhile the network's condition tells of it, and closing
/// if the last one failed.
#[derive(Debug)]
pub(crate) struct Compactor {
    /// How many bytes of records came since the last one began, as replaying them counts.
    since: AtomicU64,
    /// How many the next one waits for.
    due: AtomicU64,
    /// How many come between two at least.
    between: u64,
    /// Whether it works on a thread of its own.
    beside: bool,
    keep: KeepHistory,
    work: Mutex<Work>,
}

#[derive(Debug, Default)]
struct Work {
    thread: Option<JoinHandle<Result<u64, JournalError>>>,
    failure: Option<JournalError>,
}

impl Compactor {
    /// The compactor of a journal, with so many bytes of records between two checkpoints at least.
    pub(crate) fn new(between: u64, beside: bool, keep: KeepHistory) -> Self {
        Self {
            since: AtomicU64::new(0),
            due: AtomicU64::new(between),
            between,
            beside,
            keep,
            work: Mutex::default(),
        }
    }

    /// A record of so many bytes came.
    #[inline]
    pub(crate) fn note(&self, bytes: usize) {
        self.since.fetch_add((bytes + RECORD) as u64, Ordering::Relaxed);
    }

    /// Begins a checkpoint if it is time.
    pub(crate) fn turn(&self, journal: &Arc<Journal>) {
        let mut work = self.work();
        self.collect(&mut work);
        if work.thread.is_none() && self.since.load(Ordering::Relaxed) >= self.due.load(Ordering::Relaxed) {
            self.since.store(0, Ordering::Relaxed);
            if self.beside {
                let (journal, keep) = (Arc::clone(journal), self.keep);
                let thread = thread::Builder::new().name("bassline-checkpoint".to_owned());
                // Without a thread to spare there is another turn.
                work.thread = thread.spawn(move || checkpoint(&journal, keep)).ok();
            } else {
                self.made(&mut work, checkpoint(journal, self.keep));
            }
        }
    }

    fn work(&self) -> MutexGuard<'_, Work> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self, work: &mut Work, made: Result<u64, JournalError>) {
        match made {
            Ok(bytes) => {
                work.failure = None;
                self.due
                    .store(bytes.saturating_mul(2).max(self.between), Ordering::Relaxed);
            }
            Err(error) => work.failure = Some(error),
        }
    }

    /// Why the last checkpoint could not be made, if it could not.
    pub(crate) fn trouble(&self) -> Option<String> {
        let mut work = self.work();
        self.collect(&mut work);
        let failure = work.failure.as_ref();
        failure.map(|error| format!("the last checkpoint could not be made: {error}"))
    }

    /// Takes the outcome of a checkpoint that has ended.
    fn collect(&self, work: &mut Work) {
        if let Some(thread) = work.thread.take_if(|thread| thread.is_finished()) {
            self.made(work, join(thread));
        }
    }

    /// Waits for the checkpoint that is being made, and says whether the last one failed.
    pub(crate) fn finish(&self) -> Result<(), JournalError> {
        let mut work = self.work();
        if let Some(thread) = work.thread.take() {
            self.made(&mut work, join(thread));
        }
        work.failure.take().map_or(Ok(()), Err)
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

/// Keeps the image of what is durable, and lets go of the past that it stands for; how many bytes it takes.
pub(crate) fn checkpoint(journal: &Journal, keep: KeepHistory) -> Result<u64, JournalError> {
    let last = journal.newest_checkpoint()?;
    let (from, mut recovery) = Recovery::begin(last.as_ref())?;
    let end = journal.durable();
    let limits = Limits {
        records: (end - from) as usize,
        bytes: usize::MAX,
    };
    if end > from {
        journal.read(from, limits, &mut |_, entry| recovery.apply(entry))?;
    }
    let about = About {
        tick: recovery.tick(),
        time_micros: recovery.time_micros,
    };
    let mut bytes = Vec::new();
    write_base(&recovery.into_base(), &mut bytes);
    journal.write_checkpoint(end, &about.to_meta(), |out| Ok(out.write_all(&bytes)?))?;
    let_go(journal, keep, about)?;
    Ok(bytes.len() as u64)
}
