//! An append-only journal of numbered payloads: the fastest way to make a tick durable, and the plainest.
//!
//! **Form.** Segments, files named by the number of their first record, hold records one behind the other. A record is a header of 32
//! bytes with a checksum of its own, which covers the place it stands at, its number, and the checksum of the record before it; then
//! the body, with another checksum. What one write brings to the disk is a batch: the last record of it carries a mark, and how many
//! records were durable when it was written. A batch counts whole or not at all.
//!
//! **Recovery.** Where the chain of records breaks, either the power failed during the last write, or something that was durable is
//! damaged. It is damage if anything behind the break proves that the broken record was durable: a later batch, segment or checkpoint
//! says so. Then opening is refused, and nothing is changed. Otherwise the tail is cut, and [`Recovery`] says where.
//!
//! **Assumed of the disk**: a sector of 512 bytes that is being written holds the beginning of one version and the end of another,
//! nothing else; what a sync has made durable stays as it is.

mod append;
mod check;
mod checkpoint;
mod checkpoint_file;
mod close;
mod copy;
mod error;
mod files;
mod frame;
mod judge;
mod kept;
mod open;
mod options;
mod proof;
mod read;
mod repair;
mod segment;
mod state;
mod sync;
mod truncate;
mod waiting;
mod walk;
mod write;

pub use check::{Problem, Report, check};
pub use checkpoint_file::Checkpoint;
pub use copy::copy;
pub use error::{JournalError, VisitError};
pub use judge::scan;
pub use kept::{Kept, checkpoints, read_checkpoint, read_checkpoint_meta, segments};
pub use open::{Cut, Opening, Recovery};
pub use options::{Options, Sync};
pub use walk::Visit;

use crate::disk::{Disk, Held};
use crate::fork::Process;
use bassline_kernel::sync::{Mutex, MutexGuard};
use state::State;
use std::sync::{Arc, PoisonError};
use waiting::Tidings;
use write::Writer;

/// An open journal. Any number of threads append, sync and read.
#[derive(Debug)]
pub struct Journal {
    disk: Arc<dyn Disk>,
    options: Options,
    state: Mutex<State>,
    /// What is seen of the state without its lock.
    tidings: Tidings,
    /// Taken by whoever leads, and by nobody else.
    writer: Mutex<Writer>,
    /// One removal of files, or one checkpoint, at a time.
    tidying: Mutex<()>,
    recovery: Recovery,
    lock: Mutex<Option<Box<dyn Held>>>,
    opened_in: Process,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing that is changed under a lock here is left halfway by a panic.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Journal {
    /// Opens the journal on a disk, made if it is not there, and hands every record from `from` on to `visit`.
    pub fn open(disk: Arc<dyn Disk>, options: Options, from: u64, visit: &mut Visit<'_>) -> Result<Self, JournalError> {
        Opening::begin(disk, options)?.replay(from, visit)
    }

    /// Refuses a process that was forked since: its copies of locks and buffers are as they happened to be, and the file is the parent's.
    pub(crate) fn is_of_this_process(&self) -> Result<(), JournalError> {
        if self.opened_in.is_this() {
            Ok(())
        } else {
            Err(self.forked())
        }
    }

    #[cold]
    fn forked(&self) -> JournalError {
        JournalError::Forked {
            place: self.disk.place(),
        }
    }

    /// What opening found.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The number of the next record: how many there were since the journal began.
    pub fn end(&self) -> u64 {
        held(&self.state).next
    }

    /// The number of the first record that is still there.
    pub fn first(&self) -> u64 {
        held(&self.state).first()
    }

    /// The numbers of the records that its segments begin with, in order.
    pub fn segments(&self) -> Vec<u64> {
        held(&self.state).segments.iter().map(|segment| segment.first).collect()
    }

    /// Every record before this one is as durable as [`Sync`] promises.
    pub fn durable(&self) -> u64 {
        held(&self.state).acknowledged
    }

    /// How many bytes were accepted and are not written yet: what a writer should wait for when it grows.
    pub fn pending_bytes(&self) -> usize {
        held(&self.state).waiting_bytes()
    }
}
