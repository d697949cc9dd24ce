//! Snapshots: images under numbers of their own, each a file beside the journal.

use super::retention::About;
use crate::disk::Disk;
use crate::journal::{JournalError, Kept};
use crate::record::{read_image, write_image};
use crate::store::{Checkup, NewSnapshot, SnapshotInfo};
use bassline_core::Image;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

const KEPT: Kept = Kept::new(".snapshot");
/// The newest number whose snapshot was removed: it is not given again.
const GIVEN: Kept = Kept::new(".snapshot.gone");

/// Numbers are given and put out of use one at a time, by the process that has the network open.
static GIVING: Mutex<()> = Mutex::new(());

fn giving() -> MutexGuard<'static, ()> {
    GIVING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The snapshots of one network.
pub(crate) struct Snapshots<'a> {
    disk: &'a dyn Disk,
}

impl<'a> Snapshots<'a> {
    pub(crate) fn of(disk: &'a Arc<dyn Disk>) -> Self {
        Self { disk: &**disk }
    }

    /// Oldest first.
    pub(crate) fn list(&self) -> Result<Vec<SnapshotInfo>, JournalError> {
        let ids = KEPT.list(self.disk)?;
        ids.into_iter()
            .map(|id| Ok(info(id, &KEPT.meta(self.disk, id)?)))
            .collect()
    }

    pub(crate) fn load(&self, id: u64) -> Result<Option<Image>, JournalError> {
        if !KEPT.list(self.disk)?.contains(&id) {
            return Ok(None);
        }
        let kept = KEPT.load(self.disk, id)?;
        let image = read_image(&kept.body).map_err(|source| JournalError::Refused {
            file: KEPT.file(id),
            offset: source.at as u64,
            sequence: id,
            source: Arc::new(source),
        })?;
        Ok(Some(image))
    }

    pub(crate) fn save(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, JournalError> {
        let _giving = giving();
        let (ids, gone) = (KEPT.list(self.disk)?, GIVEN.list(self.disk)?);
        let id = 1 + ids.iter().chain(&gone).max().copied().unwrap_or(0);
        let shown = About {
            tick: image.tick,
            time_micros: about.time_micros,
        };
        let mut meta = shown.to_meta().to_vec();
        meta.extend_from_slice(about.label.as_bytes());
        let mut body = Vec::new();
        write_image(image, &mut body);
        KEPT.save(self.disk, id, &meta, &body)?;
        if let Some(keep) = about.keep {
            // The one just taken stays, however few are to be kept.
            let surplus = (ids.len() + 1).saturating_sub(keep.max(1));
            for old in ids.into_iter().take(surplus) {
                KEPT.remove(self.disk, old)?;
            }
        }
        Ok(info(id, &meta))
    }

    /// Whether it was there.
    pub(crate) fn delete(&self, id: u64) -> Result<bool, JournalError> {
        let _giving = giving();
        let there = KEPT.list(self.disk)?.contains(&id);
        let gone = GIVEN.list(self.disk)?;
        // Whether or not a later one is there: that may not be durable yet.
        if there && gone.last().is_none_or(|gone| *gone < id) {
            GIVEN.save(self.disk, id, b"", b"")?;
            for older in gone {
                GIVEN.remove(self.disk, older)?;
            }
        }
        if there {
            KEPT.remove(self.disk, id)?;
        }
        Ok(there)
    }

    /// Copies them all, and what is known of their numbers; the size of it.
    pub(crate) fn copy(&self, into: &dyn Disk) -> Result<u64, JournalError> {
        // The newest that is removed meanwhile is in the one or in the other.
        Ok(KEPT.copy(self.disk, into)? + GIVEN.copy(self.disk, into)?)
    }

    pub(crate) fn check(&self, network: &str, checkup: &mut Checkup) {
        let mut problem = |error: JournalError| checkup.found.push(format!("network '{network}': {error}"));
        match KEPT.list(self.disk) {
            Err(error) => problem(error),
            Ok(ids) => {
                for id in &ids {
                    self.load(*id).err().into_iter().for_each(&mut problem);
                }
                checkup
                    .read
                    .push(format!("network '{network}': {} snapshots", ids.len()));
            }
        }
    }
}

fn info(id: u64, meta: &[u8]) -> SnapshotInfo {
    let About { tick, time_micros } = About::of(meta);
    let label = String::from_utf8_lossy(meta.get(About::SIZE..).unwrap_or_default());
    SnapshotInfo {
        id,
        tick,
        time_micros,
        label: label.into_owned().into(),
    }
}
