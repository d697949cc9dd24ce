//! Reading a network that someone may be writing.

use super::failure::{storage_error, torn_tail};
use super::place::Place;
use super::recover::Recovery;
use super::retention::About;
use super::snapshots::Snapshots;
use crate::disk::Disk;
use crate::error::StorageError;
use crate::fork::Use;
use crate::journal::{self, JournalError, VisitError};
use crate::paths::contact_at;
use crate::record::{Base, Entry, EntryHead, read_entry, read_entry_head};
use crate::store::{Checkup, HistoryEntry, NewSnapshot, Reader, SnapshotInfo, TickInfo};
use bassline_core::{Image, Network, OnContradiction, Return};
use bassline_kernel::return_of;
use std::ops::Range;
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
        for sequence in self.checkpoints_until(tick)? {
            match journal::read_checkpoint(&*self.disk, sequence) {
                // An older one does as well, as long as the records behind it are there; `doctor` tells of this one.
                Err(JournalError::Damaged { .. }) => {}
                read => {
                    let checkpoint = read.map_err(self.error())?;
                    return Recovery::begin(Some(&checkpoint)).map_err(self.error());
                }
            }
        }
        Recovery::begin(None).map_err(self.error())
    }

    /// The checkpoints of ticks not after `tick`, newest first, as far as they say of which they are.
    fn checkpoints_until(&self, tick: u64) -> Result<impl Iterator<Item = u64>, StorageError> {
        let all = journal::checkpoints(&*self.disk).map_err(self.error())?;
        let is_before = move |sequence: &u64| {
            let meta = journal::read_checkpoint_meta(&*self.disk, *sequence);
            meta.is_ok_and(|meta| About::of(&meta).tick <= tick)
        };
        Ok(all.into_iter().rev().filter(is_before))
    }

    /// Shows the records of a range, until told to stop.
    fn scan(
        &self,
        range: Range<u64>,
        mut show: impl FnMut(EntryHead, &[u8]) -> Result<bool, VisitError>,
    ) -> Result<(), StorageError> {
        let visit = &mut |sequence: u64, entry: &[u8]| {
            if sequence < range.end && show(read_entry_head(entry)?, entry)? {
                Ok(())
            } else {
                Err(Enough.into())
            }
        };
        match journal::scan(&*self.disk, range.start, visit) {
            Ok(_) => Ok(()),
            Err(JournalError::Refused { source, .. }) if source.is::<Enough>() => Ok(()),
            Err(error) => Err(self.error()(error)),
        }
    }

    /// The records of each segment, newest first.
    fn segments(&self) -> Result<impl Iterator<Item = Range<u64>>, StorageError> {
        let firsts = journal::segments(&*self.disk).map_err(self.error())?;
        let mut end = u64::MAX;
        Ok(firsts.into_iter().rev().map(move |first| {
            let segment = first..end;
            end = first;
            segment
        }))
    }

    /// The number of the first record.
    fn first(&self) -> Result<u64, StorageError> {
        let firsts = journal::segments(&*self.disk).map_err(self.error())?;
        Ok(firsts.first().copied().unwrap_or(0))
    }

    /// The network as it was stored last.
    pub(crate) fn base(&self) -> Result<Base, StorageError> {
        let (from, mut recovery) = self.begin(u64::MAX)?;
        self.scan(from..u64::MAX, |_, entry| recovery.apply(entry).map(|()| true))?;
        Ok(recovery.into_base())
    }

    /// The last tick, and when that was; of a network without one, when it was opened last.
    pub(crate) fn about(&self) -> Result<About, StorageError> {
        let newest = journal::checkpoints(&*self.disk).map_err(self.error())?.pop();
        let mut opened = None;
        for segment in self.segments()? {
            let (mut last, begin) = (None, segment.start.max(newest.unwrap_or(0)));
            self.scan(begin..segment.end, |head, _| {
                let (tick, time_micros) = (head.tick.unwrap_or(0), head.time_micros);
                let found = Some(About { tick, time_micros });
                if head.tick.is_some() {
                    last = found;
                }
                opened = opened.max(found.map(|found| found.time_micros));
                Ok(true)
            })?;
            if let Some(last) = last {
                return Ok(last);
            }
            if let Some(newest) = newest.filter(|newest| segment.start <= *newest) {
                let meta = journal::read_checkpoint_meta(&*self.disk, newest).map_err(self.error())?;
                return Ok(About::of(&meta));
            }
        }
        Ok(About {
            tick: 0,
            time_micros: opened.unwrap_or(0),
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
        checkup.read.extend(report.torn.map(|cut| {
            let tail = torn_tail(&cut);
            format!("network '{name}': {tail}; it is being written, or was never acknowledged and is cut by the next opening")
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
        if from < self.first()? {
            return Ok(None);
        }
        let mut beyond = false;
        self.scan(from..u64::MAX, |head, entry| {
            beyond = head.tick.is_some_and(|found| found > tick);
            if !beyond {
                recovery.apply(entry)?;
            }
            Ok(!beyond)
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
        let mut newest = Vec::new();
        for segment in self.segments()? {
            let mut found = Vec::new();
            self.scan(segment, |_, entry| {
                if let Entry::Tick(record) = read_entry(entry)? {
                    let of_contact = record.changes.into_iter().filter(|change| change.contact == contact);
                    found.extend(of_contact.map(|change| HistoryEntry {
                        tick: record.tick,
                        epoch: record.epoch,
                        time_micros: record.time_micros,
                        content: change.new,
                        cause: change.cause,
                    }));
                }
                Ok(true)
            })?;
            newest.extend(found.into_iter().rev());
            if newest.len() >= limit {
                break;
            }
        }
        newest.truncate(limit);
        Ok(newest)
    }

    fn tick(&self, tick: u64) -> Result<Option<TickInfo>, StorageError> {
        let _use = Use::begin();
        let before = self.checkpoints_until(tick.saturating_sub(1))?.next();
        let from = before.unwrap_or(0).max(self.first()?);
        let mut found = None;
        self.scan(from..u64::MAX, |head, entry| {
            if head.tick == Some(tick)
                && let Entry::Tick(record) = read_entry(entry)?
            {
                found = Some(TickInfo {
                    time_micros: record.time_micros,
                    source: record.source,
                    epoch: record.epoch,
                });
            }
            Ok(head.tick.is_none_or(|found| found < tick))
        })?;
        Ok(found)
    }

    fn returns(&self) -> Result<Vec<(u64, Return)>, StorageError> {
        let _use = Use::begin();
        let mut found = Vec::new();
        self.scan(self.first()?..u64::MAX, |_, entry| {
            if let Entry::Tick(record) = read_entry(entry)? {
                found.extend(return_of(&record.source).map(|returned| (record.tick, returned)));
            }
            Ok(true)
        })?;
        Ok(found)
    }

    fn tick_count(&self) -> Result<u64, StorageError> {
        let _use = Use::begin();
        let mut count = 0;
        self.scan(self.first()?..u64::MAX, |head, _| {
            count += u64::from(head.tick.is_some());
            Ok(true)
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
