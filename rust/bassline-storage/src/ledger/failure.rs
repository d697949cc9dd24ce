//! What a journal refuses, in the words of stores, logs and drivers.

use crate::condition::TornTail;
use crate::error::StorageError;
use crate::journal::{Cut, JournalError};
use bassline_kernel::{DriverFailure, FailureClass, LogError};
use std::path::Path;
use std::sync::Arc;

pub(crate) fn log_error(doing: &'static str) -> impl FnOnce(JournalError) -> LogError {
    move |error| match error {
        JournalError::Truncated { first, asked, .. } => LogError::Truncated { first, asked },
        error => LogError::Failed {
            doing,
            source: Arc::new(error),
        },
    }
}

/// After a failed write nothing is taken any more: another attempt would call durable what is not.
pub(crate) fn driver_failure(error: JournalError) -> DriverFailure {
    DriverFailure::of(FailureClass::Fatal, error)
}

pub(crate) fn torn_tail(cut: &Cut) -> TornTail {
    TornTail {
        file: cut.file.clone(),
        offset: cut.offset,
        bytes: cut.bytes,
        record: cut.sequence,
        found: cut.found.clone(),
    }
}

pub(crate) fn storage_error(path: &Path, network: &str) -> impl Fn(JournalError) -> StorageError + use<> {
    let (path, network) = (path.to_owned(), network.to_owned());
    move |error| match error {
        JournalError::InUse { .. } => StorageError::InUse {
            path: path.clone(),
            network: network.clone(),
        },
        error => StorageError::Journal {
            path: path.clone(),
            source: error,
        },
    }
}
