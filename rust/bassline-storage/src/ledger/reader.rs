//! Reading a network that someone may be writing.

use super::failure::storage_error;
use super::place::Place;
use super::recover::Recovery;
use super::retention::About;
use super::snapshots::Snapshots;
use crate::disk::Disk;
use crate::error::StorageError;
use crate::fork::Use;
use crate::journal::{self, JournalError, VisitError};
use crate::paths::contact_at;
use crate::record::{Base, Entry, read_entry};
use crate::store::{Checkup, HistoryEntry, NewSnapshot, Reader, SnapshotInfo, TickInfo};
use bassline_core::{Image, Network, OnContradiction};
use bassline_kernel::TickRecord;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// Nothing more is wanted.
#[derive(Debug, Error)]
#[error("enough was read")]
struct Enough;

/// Reads one network of a ledger.
#[derive(Debug)]
pub(crate) struct LedgerReader {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    network: String,
}

impl LedgerReader {
    pub(crate) fn open(place: &Place, network: &str) -> Result<Self, StorageError> {
        let Some(disk) = place.find(network)? else {
            return Err(StorageError::UnknownNetwork {
                path: place.path(),
                network: network.to_owned(),
                networks: place.names()?,
            });
        };
        Ok(Self {
            disk,
            path: place.path(),
            network: network.to_owned(),
        })
    }

    fn error(&self) -> impl Fn(JournalError) -> StorageError + use<> {
        storage_error(&self.path, &self.network)
    }

    /// The newest checkpoint of a tick not after `tick`, and the record to go on from.
    fn begin(&self, tick: u64) -> Result<(u64, Recovery), StorageError> {
        for sequence in journal::checkpoints(&*self.disk)
            .map_err(self.error())?
            .into_iter()
            .rev()
        {
            let read = || {
                if About::of(&journal::read_checkpoint_meta(&*self.disk, sequence)?).tick > tick {
                    return Ok(None);
                }
                journal::read_checkpoint(&*self.disk, sequence).map(Some)
            };
            let checkpoint = match read() {
                // An older one does as well, as long as the records behind it are there; `doctor` tells of this one.
                Err(JournalError::Damaged { .. }) => continue,
                read => read.map_err(self.error())?,
            };
            if let Some(checkpoint) = checkpoint {
                return Recovery::begin(Some(&checkpoint)).map_err(self.error());
            }
        }
        Recovery::begin(None).map_err(self.error())
    }

    /// Shows every record from one on, until told to stop.
    fn scan(&self, from: u64, mut show: impl FnMut(&[u8]) -> Result<bool, VisitError>) -> Result<(), StorageError> {
        let visit = &mut |_: u64, entry: &[u8]| if show(entry)? { Ok(()) } else { Err(Enough.into()) };
        match journal::scan(&*self.disk, from, visit) {
            Ok(_) => Ok(()),
            Err(JournalError::Refused { source, .. }) if source.is::<Enough>() => Ok(()),
            Err(error) => Err(self.error()(error)),
        }
    }

    /// The network as it was stored last.
    pub(crate) fn base(&self) -> Result<Base, StorageError> {
        let (from, mut recovery) = self.begin(u64::MAX)?;
        self.scan(from, |entry| recovery.apply(entry).map(|()| true))?;
        Ok(recovery.into_base())
    }

    /// Shows every tick that is stored, oldest first, until told to stop.
    fn ticks(&self, mut show: impl FnMut(TickRecord) -> bool) -> Result<(), StorageError> {
        let first = journal::first(&*self.disk).map_err(self.error())?;
        self.scan(first, |entry| match read_entry(entry)? {
            Entry::Tick(record) => Ok(show(record)),
            Entry::Opened { .. } => Ok(true),
        })
    }

    pub(crate) fn check(&self, checkup: &mut Checkup) -> Result<(), StorageError> {
        let report = journal::check(&*self.disk).map_err(self.error())?;
        let name = &self.network;
        checkup.read.push(format!(
            "network '{name}': {} records in {} segments, {} checkpoints, {} bytes",
            report.records, report.segments, report.checkpoints, report.bytes
        ));
        let problems = report.problems.iter();
        checkup.found.extend(problems.map(|problem| {
            let journal::Problem {
                file,
                offset,
                sequence,
                what,
            } = problem;
            format!("network '{name}': '{file}' at byte {offset}, record {sequence}: {what}")
        }));
        if report.problems.is_empty() {
            let loaded = self.base().map_err(|error| error.to_string()).and_then(|base| {
                let network = Network::load(base.image, OnContradiction::Record, None);
                network.map_err(|error| error.to_string())
            });
            checkup
                .found
                .extend(loaded.err().map(|error| format!("network '{name}': {error}")));
        }
        Snapshots::of(&self.disk).check(name, checkup);
        Ok(())
    }
}

impl Reader for LedgerReader {
    fn image(&self) -> Result<Image, StorageError> {
        let _use = Use::begin();
        self.base().map(|base| base.image)
    }

    fn image_at(&self, tick: u64) -> Result<Option<Image>, StorageError> {
        let _use = Use::begin();
        let (from, mut recovery) = self.begin(tick)?;
        if from < journal::first(&*self.disk).map_err(self.error())? {
            return Ok(None);
        }
        let mut beyond = false;
        self.scan(from, |entry| {
            if let Entry::Tick(record) = read_entry(entry)? {
                beyond = record.tick > tick;
                if beyond {
                    return Ok(false);
                }
            }
            recovery.apply(entry).map(|()| true)
        })?;
        // A tick that changed nothing has no record, so that one beyond it tells that it was.
        if recovery.tick() < tick && !beyond {
            return Ok(None);
        }
        Ok(Some(recovery.into_base().image))
    }

    fn history(&self, path: &str, limit: usize) -> Result<Vec<HistoryEntry>, StorageError> {
        let _use = Use::begin();
        let image = self.base()?.image;
        let Some(contact) = contact_at(&image, path) else {
            return Ok(Vec::new());
        };
        let mut newest: VecDeque<HistoryEntry> = VecDeque::new();
        self.ticks(|record| {
            for change in record.changes {
                if change.contact == contact {
                    newest.push_front(HistoryEntry {
                        tick: record.tick,
                        time_micros: record.time_micros,
                        content: change.new,
                        cause: change.cause,
                    });
                    newest.truncate(limit);
                }
            }
            true
        })?;
        Ok(newest.into())
    }

    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError> {
        let _use = Use::begin();
        let mut found = None;
        self.ticks(|record| {
            if record.tick == tick {
                found = Some(TickInfo {
                    time_micros: record.time_micros,
                    source: record.source,
                    epoch: record.epoch,
                });
            }
            record.tick < tick
        })?;
        Ok(found)
    }

    fn tick_count(&self) -> Result<u64, StorageError> {
        let _use = Use::begin();
        let mut count = 0;
        self.ticks(|_| {
            count += 1;
            true
        })?;
        Ok(count)
    }

    fn snapshots(&self) -> Result<Vec<SnapshotInfo>, StorageError> {
        let _use = Use::begin();
        Snapshots::of(&self.disk).list().map_err(self.error())
    }

    fn snapshot(&self, id: u64) -> Result<Option<Image>, StorageError> {
        let _use = Use::begin();
        Snapshots::of(&self.disk).load(id).map_err(self.error())
    }

    fn save_snapshot(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError> {
        let _use = Use::begin();
        Snapshots::of(&self.disk).save(image, about).map_err(self.error())
    }

    fn delete_snapshot(&self, id: u64) -> Result<bool, StorageError> {
        let _use = Use::begin();
        Snapshots::of(&self.disk).delete(id).map_err(self.error())
    }
}
