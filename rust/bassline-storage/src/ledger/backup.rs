//! A copy of a ledger while it is written: of each network what was written when it is read, and no tick by halves.

use super::cursors;
use super::failure::storage_error;
use super::letters;
use super::place::{Place, sync_directory};
use super::snapshots::Snapshots;
use crate::error::StorageError;
use crate::journal::{self, JournalError};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Copies the networks of a ledger to a directory that is not there yet, and answers with the size of the copy. It grows under another
/// name and is given its own when it is whole and on the disk.
pub(crate) fn backup(from: &Place, to: &Path) -> Result<u64, StorageError> {
    static COPIES: AtomicU64 = AtomicU64::new(0);
    let failed = |source: io::Error| StorageError::Failed {
        path: to.to_owned(),
        doing: "written",
        source: source.into(),
    };
    if to.symlink_metadata().is_ok() {
        return Err(StorageError::Failed {
            path: to.to_owned(),
            doing: "written",
            source: "it exists, and a backup replaces nothing; choose another name".into(),
        });
    }
    if !from.is_there() {
        return Err(StorageError::Missing { path: from.path() });
    }
    let mut name = to.file_name().unwrap_or_default().to_owned();
    let number = COPIES.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".partial-{}-{number}", std::process::id()));
    let partial = to.with_file_name(name);
    fs::create_dir(&partial).map_err(failed)?;
    let placed = copy(from, &Place::Directory(partial.clone())).and_then(|size| {
        // A directory takes no name under which there is something.
        fs::rename(&partial, to).map_err(failed)?;
        let beside = to.parent().filter(|beside| !beside.as_os_str().is_empty());
        sync_directory(beside.unwrap_or(Path::new("."))).map_err(failed)?;
        Ok(size)
    });
    if placed.is_err() {
        // Nothing more can be done about what is left.
        let _ = fs::remove_dir_all(&partial);
    }
    placed
}

fn copy(from: &Place, into: &Place) -> Result<u64, StorageError> {
    let mut size = 0;
    for network in from.names()? {
        let Some(disk) = from.find(&network)? else { continue };
        let copy = into.make(&network)?;
        let copied = || -> Result<u64, JournalError> {
            // Before the records, so that no cursor stands behind a tick that the copy lacks.
            let beside = cursors::FILE.copy(&*disk, &*copy)? + letters::FILE.copy(&*disk, &*copy)?;
            let records = journal::copy(&*disk, &*copy)?;
            Ok(records + beside + Snapshots::of(&disk).copy(&*copy)?)
        };
        match copied() {
            Ok(copied) => size += copied,
            // It was deleted meanwhile.
            Err(_) if from.find(&network)?.is_none() => {
                into.remove(&network)?;
            }
            Err(error) => return Err(storage_error(&from.path(), &network)(error)),
        }
    }
    Ok(size)
}
