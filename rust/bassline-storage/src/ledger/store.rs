//! The store: opening networks to write and to read.

use super::backup::backup;
use super::compact::{BETWEEN, Compactor};
use super::cursors::LedgerCursors;
use super::driver::LedgerDriver;
use super::failure::{storage_error, torn_tail};
use super::letters::Letters;
use super::log::LedgerLog;
use super::place::Place;
use super::reader::LedgerReader;
use super::recover::Recovery;
use crate::condition::Condition;
use crate::disk::Disk;
use crate::error::StorageError;
use crate::fork::Use;
use crate::journal::{self, Opening, Options, Sync};
use crate::record::write_opening;
use crate::store::{Capabilities, Checkup, KeepHistory, NetworkInfo, Opened, Reader, Store};
use bassline_core::Image;
use bassline_kernel::{Clock, DeadLetters, SystemClock};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Networks kept as journals, in a directory.
#[derive(Debug, Clone)]
pub struct Ledger {
    place: Place,
    options: Options,
    between: u64,
    beside: bool,
    keep: KeepHistory,
}

impl Ledger {
    /// The ledger in a directory, which is made when a network is.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        // Retention lets go of checkpoints, with the records before them.
        let options = Options {
            checkpoints: None,
            ..Options::default()
        };
        Self {
            beside: true,
            ..Self::of(Place::Directory(path.into()), options)
        }
    }

    /// One network on a disk that is given, such as a simulated one: nothing runs beside what is called, so that the same calls do the same.
    pub fn on(disk: Arc<dyn Disk>, options: Options) -> Self {
        Self::of(Place::Disk(disk), options)
    }

    fn of(place: Place, options: Options) -> Self {
        Self {
            place,
            options,
            between: BETWEEN,
            beside: false,
            keep: KeepHistory::default(),
        }
    }

    /// How much of the past is kept; all of it unless told otherwise.
    #[must_use]
    pub fn keep_history(mut self, keep: KeepHistory) -> Self {
        self.keep = keep;
        self
    }

    /// How many bytes of records come between two checkpoints, at least.
    #[must_use]
    pub fn checkpoint_every(mut self, bytes: u64) -> Self {
        self.between = bytes;
        self
    }

    /// What a sync waits for.
    #[must_use]
    pub fn sync(mut self, sync: Sync) -> Self {
        self.options.sync = sync;
        self
    }

    fn error(&self, network: &str) -> impl Fn(journal::JournalError) -> StorageError + use<> {
        storage_error(&self.place.path(), network)
    }
}

impl Store for Ledger {
    fn url(&self) -> String {
        format!("journal:{}", self.place.path().display())
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            history: true,
            snapshots: true,
            concurrent_readers: true,
        }
    }

    fn networks(&self) -> Result<Vec<NetworkInfo>, StorageError> {
        let _use = Use::begin();
        let info = |name: String| {
            let about = LedgerReader::open(&self.place, &name)?.about()?;
            Ok(NetworkInfo {
                tick: about.tick,
                time_micros: about.time_micros,
                name,
            })
        };
        self.place.names()?.into_iter().map(info).collect()
    }

    fn open(&self, network: &str) -> Result<Opened, StorageError> {
        let _use = Use::begin();
        let error = self.error(network);
        let disk = self.place.make(network)?;
        let mut opening = Opening::begin(Arc::clone(&disk), self.options.clone()).map_err(&error)?;
        let checkpoint = opening.checkpoint().map_err(&error)?;
        let (from, mut recovery) = Recovery::begin(checkpoint.as_ref()).map_err(&error)?;
        let compactor = Arc::new(Compactor::new(self.between, self.beside, self.keep));
        let replayed = opening.replay(from, &mut |_, entry| {
            compactor.note(entry.len());
            recovery.apply(entry)
        });
        let journal = Arc::new(replayed.map_err(&error)?);
        let base = recovery.into_base();
        let (epoch, is_empty) = (base.epoch + 1, journal.end() == 0);
        journal
            .append(|out| write_opening(epoch, SystemClock.now_micros(), out))
            .map_err(&error)?;
        journal.flush().map_err(&error)?;
        let recovery = journal.recovery();
        let condition = Condition {
            closed: Some(recovery.closed || is_empty),
            cut: recovery.cut.as_ref().map(torn_tail),
            damaged: recovery.damaged.iter().map(ToString::to_string).collect(),
            trouble: Some(Arc::new({
                let compactor = Arc::clone(&compactor);
                move || compactor.trouble()
            })),
        };
        let letters = Arc::new(Letters::of_open(
            Arc::clone(&disk),
            &self.place,
            network,
            Arc::clone(&journal),
        ));
        let cursors = Arc::new(LedgerCursors::of(
            disk,
            &self.place.path(),
            network,
            Arc::clone(&journal),
        ));
        Ok(Opened {
            condition,
            is_new: base.image == Image::default(),
            image: base.image,
            positions: base.positions,
            epoch,
            log: Some(Box::new(LedgerLog::new(Arc::clone(&journal), Arc::clone(&compactor)))),
            driver: Box::new(LedgerDriver::new(
                journal,
                compactor,
                Arc::clone(&letters),
                Arc::clone(&cursors),
            )),
            letters,
            cursors: Some(cursors),
        })
    }

    fn reader(&self, network: &str) -> Result<Box<dyn Reader>, StorageError> {
        let _use = Use::begin();
        Ok(Box::new(LedgerReader::open(&self.place, network)?))
    }

    fn letters(&self, network: &str) -> Result<Arc<dyn DeadLetters>, StorageError> {
        let _use = Use::begin();
        Ok(Arc::new(Letters::find(&self.place, network)?))
    }

    fn delete(&self, network: &str) -> Result<bool, StorageError> {
        let _use = Use::begin();
        self.place.remove(network)
    }

    fn backup(&self, to: &Path) -> Result<u64, StorageError> {
        let _use = Use::begin();
        backup(&self.place, to)
    }

    fn check(&self) -> Result<Checkup, StorageError> {
        let _use = Use::begin();
        let mut checkup = Checkup::default();
        for name in self.place.names()? {
            LedgerReader::open(&self.place, &name)?.check(&mut checkup)?;
            Letters::find(&self.place, &name)?.check(&mut checkup);
        }
        Ok(checkup)
    }
}
