//! Snapshots: images under numbers of their own, each a file beside the journal.

use crate::disk::Disk;
use crate::journal::{JournalError, Kept};
use crate::record::{read_image, write_image};
use crate::store::{Checkup, NewSnapshot, SnapshotInfo};
use bassline_core::Image;
use std::sync::Arc;

const KEPT: Kept = Kept::new(".snapshot");

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
            .map(|id| Ok(info(id, &KEPT.load(self.disk, id)?.meta)))
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
        let ids = KEPT.list(self.disk)?;
        let id = ids.last().map_or(1, |last| last + 1);
        let mut meta = image.tick.to_le_bytes().to_vec();
        meta.extend_from_slice(&about.time_micros.to_le_bytes());
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
        let there = KEPT.list(self.disk)?.contains(&id);
        if there {
            KEPT.remove(self.disk, id)?;
        }
        Ok(there)
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
    let number = |at: usize| {
        let bytes: Option<[u8; 8]> = meta.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
        bytes.map_or(0, u64::from_le_bytes)
    };
    SnapshotInfo {
        id,
        tick: number(0),
        time_micros: number(8) as i64,
        label: String::from_utf8_lossy(meta.get(16..).unwrap_or_default())
            .into_owned()
            .into(),
    }
}
