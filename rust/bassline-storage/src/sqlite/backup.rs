//! A copy of the store while it is written: everything that was committed when the copy began, and nothing by halves.

use super::connection::open_to_read;
use super::failure::storage_error;
use super::store::Sqlite;
use crate::error::StorageError;
use crate::fork::Use;
use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};
use std::fs::File;
use std::path::Path;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(5);
const TRIES: usize = 2_000;

impl Sqlite {
    /// Copies the store to a file that is not there yet, and answers with its size. Whoever writes goes on meanwhile.
    ///
    /// The copy grows under another name beside it and is given its name when it is whole and on the disk.
    pub(super) fn copy_to(&self, to: &Path) -> Result<u64, StorageError> {
        let _use = Use::begin();
        let failed = |source: std::io::Error| StorageError::Failed {
            path: to.to_owned(),
            doing: "written",
            source: source.into(),
        };
        if to.exists() {
            return Err(StorageError::Failed {
                path: to.to_owned(),
                doing: "written",
                source: "it exists, and a backup replaces nothing; choose another name".into(),
            });
        }
        let from = open_to_read(&self.path)?;
        let mut name = to.file_name().unwrap_or_default().to_owned();
        name.push(format!(".partial-{}", std::process::id()));
        let partial = to.with_file_name(name);
        let copied = copy(&from, &partial).map_err(|error| storage_error(error, to, "written"));
        let placed = copied.and_then(|()| {
            let file = File::open(&partial).map_err(failed)?;
            file.sync_all().map_err(failed)?;
            // A link takes no name that is taken, as a renaming would.
            std::fs::hard_link(&partial, to)
                .or_else(|_| std::fs::rename(&partial, to))
                .map_err(failed)?;
            if let Some(directory) = to.parent().filter(|directory| !directory.as_os_str().is_empty()) {
                File::open(directory)
                    .and_then(|directory| directory.sync_all())
                    .map_err(failed)?;
            }
            Ok(file.metadata().map_err(failed)?.len())
        });
        // Gone already if it was renamed.
        let _ = std::fs::remove_file(&partial);
        placed
    }
}

fn copy(from: &Connection, partial: &Path) -> rusqlite::Result<()> {
    let mut into = Connection::open(partial)?;
    {
        let backup = Backup::new(from, &mut into)?;
        // All pages in one step: they are of one moment, and a writer need not stop for that.
        let mut tries = 0;
        loop {
            match backup.step(-1)? {
                StepResult::Done => break,
                _ if tries < TRIES => std::thread::sleep(PAUSE),
                _ => {
                    let busy = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY);
                    return Err(rusqlite::Error::SqliteFailure(busy, None));
                }
            }
            tries += 1;
        }
    }
    // The copy says of itself that it has a write-ahead log; it is closed without one.
    into.pragma_update(None, "journal_mode", "DELETE")
}
