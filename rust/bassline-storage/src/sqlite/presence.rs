//! Being there for other copies of SQLite in the process, such as Python's own `sqlite3`.
//!
//! The locks of POSIX belong to the process: another copy of SQLite in it does not see ours, takes its connection for the last one when
//! it closes it, moves the write-ahead log into the file and deletes it (sqlite.org/howtocorrupt.html, 2.2.1). Closing any descriptor
//! of a file lets go of them, too. A lock of an open file description (Linux) is kept apart by the system: it keeps those out who would
//! have the file to themselves, as the last one does, and stays.

use std::path::Path;

/// A shared lock, held while it lives, where every connection has one.
#[derive(Debug)]
pub(crate) struct Presence(
    #[cfg(target_os = "linux")]
    #[expect(dead_code, reason = "is locked until it is closed")]
    std::fs::File,
);

impl Presence {
    /// `None` where there are no such locks. Then the log may be taken away, which [`super::wal`] notices.
    #[cfg(target_os = "linux")]
    pub(crate) fn hold(store: &Path) -> Option<Self> {
        use nix::fcntl::{FcntlArg, fcntl};
        use nix::libc;
        // `SHARED_FIRST` and `SHARED_SIZE` of SQLite's locks (sqlite.org/src, os.h).
        let lock = libc::flock {
            l_type: libc::F_RDLCK as _,
            l_whence: libc::SEEK_SET as _,
            l_start: 0x4000_0002,
            l_len: 510,
            l_pid: 0,
        };
        let file = std::fs::File::open(store).ok()?;
        fcntl(&file, FcntlArg::F_OFD_SETLK(&lock)).ok()?;
        Some(Self(file))
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn hold(_store: &Path) -> Option<Self> {
        None
    }
}
