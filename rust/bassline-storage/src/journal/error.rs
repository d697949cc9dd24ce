//! Everything a journal refuses, and why.

use std::io;
use std::sync::Arc;
use thiserror::Error;

/// Why a visitor did not take a record.
pub type VisitError = Box<dyn std::error::Error + Send + Sync>;

/// Why a journal could not be opened, written or read.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another has it open.
    #[error("the journal in '{place}' is open already, here or in another process; close it there first")]
    InUse {
        /// Its directory.
        place: String,
    },
    /// What was durable is not as it was written.
    #[error(
        "'{file}' is damaged at byte {offset}, record {sequence}: expected {expected}, found {found}; \
         nothing was changed: restore a backup of this file"
    )]
    Damaged {
        /// The file.
        file: String,
        /// Where in it.
        offset: u64,
        /// The first record that is lost.
        sequence: u64,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// A file was written by a newer version.
    #[error("'{file}' has format version {found}, this bassline knows up to {known}; open it with a newer bassline")]
    Newer {
        /// The file.
        file: String,
        /// Its version.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// A file is named like one of the journal's and is none.
    #[error("'{file}' is {found}, expected {expected}; move it elsewhere")]
    Foreign {
        /// The file.
        file: String,
        /// What it is.
        found: String,
        /// What should be there.
        expected: &'static str,
    },
    /// Records that are needed are gone.
    #[error("the journal holds the records {first} to {end} (not included), asked for {asked}")]
    Truncated {
        /// The first record there is.
        first: u64,
        /// The record behind the last.
        end: u64,
        /// The record asked for.
        asked: u64,
    },
    /// A payload is too large.
    #[error("a record of {bytes} bytes is too large, at most {limit} are taken; split it, or raise payload_bytes")]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The largest size taken.
        limit: usize,
    },
    /// The disk failed. After a failed write or sync the journal takes nothing more until it is opened again.
    #[error(
        "'{file}' cannot be {doing}: {source}; what was not acknowledged may be lost: mend the cause, then open it again"
    )]
    Failed {
        /// The file, or the directory.
        file: String,
        /// What was tried: opened, written, synced.
        doing: &'static str,
        /// Why it failed.
        source: Arc<io::Error>,
    },
    /// The visitor did not take a record.
    #[error("record {sequence}, in '{file}' at byte {offset}, was refused: {source}")]
    Refused {
        /// The file.
        file: String,
        /// Where in it.
        offset: u64,
        /// The record.
        sequence: u64,
        /// Why.
        source: Arc<dyn std::error::Error + Send + Sync>,
    },
    /// It was opened by the process that this one was forked from.
    #[error(
        "the journal in '{place}' was opened before this process was forked and belongs to its parent; open it anew here once it is closed there"
    )]
    Forked {
        /// Its directory.
        place: String,
    },
    /// The journal was closed.
    #[error("the journal in '{place}' is closed; open it again")]
    Closed {
        /// Its directory.
        place: String,
    },
}

impl JournalError {
    pub(super) fn failed(file: impl Into<String>, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        let file = file.into();
        move |source| Self::Failed {
            file,
            doing,
            source: Arc::new(source),
        }
    }
}
