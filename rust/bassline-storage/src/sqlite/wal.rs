//! Which file the write-ahead log is, to notice when it was taken away.
//!
//! The locks of a file belong to the process. A second copy of SQLite in it (Python's own `sqlite3`) does not see ours, takes its
//! connection for the last one when it closes it, moves the log into the file and deletes it (sqlite.org/howtocorrupt.html, 2.2.1). What is
//! written to the deleted log after that would be lost.

use std::path::{Path, PathBuf};

/// The identity of the write-ahead log of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WalFile(Option<(u64, u64)>);

impl WalFile {
    /// The log that stands beside a store now.
    pub(crate) fn of(store: &Path) -> Self {
        let mut name = store.as_os_str().to_owned();
        name.push("-wal");
        Self(identity(&PathBuf::from(name)))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere an open file cannot be deleted.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}
