//! One opener at a time: a network is written by one process, which knows what it holds.
//!
//! The lock is on a file of its own beside the store, one per network. SQLite's own locks would keep readers out (an exclusive
//! locking mode), or could not be held while the driver commits (a write transaction); and a lock on the store itself would be lost with
//! any other descriptor of it that this process closes, as POSIX has it. The system lets go of it when the process ends, however
//! it ends; what is left of the file then means nothing.

use crate::error::StorageError;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

/// Held while the network is open.
#[derive(Debug)]
pub(crate) struct Opener {
    /// The store, wherever the process goes meanwhile, and the network in it.
    pub(crate) store: PathBuf,
    pub(crate) network: String,
    path: PathBuf,
    /// Is locked until it is closed.
    _file: File,
}

impl Opener {
    pub(crate) fn acquire(store: &Path, network: &str) -> Result<Self, StorageError> {
        let absolute = std::path::absolute(store).map_err(|error| StorageError::Denied {
            path: store.to_owned(),
            doing: "opened",
            reason: error.to_string(),
        })?;
        let path = beside(&absolute, network);
        let denied = |error: std::io::Error| StorageError::Denied {
            path: store.to_owned(),
            doing: "written",
            reason: format!("its lock file '{}': {error}", path.display()),
        };
        loop {
            let file = File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .map_err(denied)?;
            match file.try_lock() {
                Ok(()) if is_still_there(&file, &path) => {
                    return Ok(Self {
                        store: absolute,
                        network: network.to_owned(),
                        path,
                        _file: file,
                    });
                }
                // The holder before removed it between our opening and our locking.
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(StorageError::InUse {
                        path: store.to_owned(),
                        network: network.to_owned(),
                    });
                }
                Err(TryLockError::Error(error)) => return Err(denied(error)),
            }
        }
    }
}

impl Drop for Opener {
    fn drop(&mut self) {
        if cfg!(unix) {
            // Left behind, it would do no harm.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => (held.dev(), held.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}

/// `shop.db` and `main` give `shop.db-main.lock`; what cannot stand in a file name stands there as a number.
fn beside(store: &Path, network: &str) -> PathBuf {
    let mut name = store.file_name().unwrap_or_default().to_owned();
    name.push("-");
    if network.len() <= 64 && network.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        name.push(network);
    } else {
        // FNV-1a: the same in every process and every version.
        let hash = network.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        name.push(format!("-{hash:016x}"));
    }
    name.push(".lock");
    store.with_file_name(name)
}
