//! Which files a store is, to notice when one was taken away.
//!
//! Another copy of SQLite in the process may take the log away where [`super::presence`] cannot keep it from that; what is written to the
//! deleted log after that would be lost. And a file that someone has deleted takes everything written and keeps nothing.

use std::path::{Path, PathBuf};

type Identity = Option<(u64, u64)>;

/// The identity of a store's file and of its write-ahead log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) store: Identity,
    pub(crate) wal: Identity,
}

impl Files {
    /// The files that are there now.
    pub(crate) fn of(store: &Path) -> Self {
        let mut name = store.as_os_str().to_owned();
        name.push("-wal");
        Self {
            store: identity(store),
            wal: identity(&PathBuf::from(name)),
        }
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Identity {
    use std::os::unix::fs::MetadataExt;
    let found = std::fs::metadata(path).ok()?;
    Some((found.dev(), found.ino()))
}

/// Elsewhere an open file cannot be deleted.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Identity {
    None
}
