//! What an error of SQLite means to the kernel and to whoever opens a file.

use crate::error::StorageError;
use crate::json::JsonError;
use bassline_kernel::{DriverFailure, FailureClass};
use rusqlite::ErrorCode;
use std::path::Path;
use thiserror::Error;

/// Why a batch was not stored.
#[derive(Debug, Error)]
pub(crate) enum WriteError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("a position or an attribute cannot be stored: {0}")]
    Json(#[from] JsonError),
    #[error("contact '{contact}' holds a value that cannot be stored: {reason}")]
    Value { contact: String, reason: JsonError },
    #[error(
        "the file was deleted or replaced while it was open; what it held may still be in the file that was moved; close the network here, put the file back and open it again"
    )]
    FileGone,
    #[error("network '{0}' is no longer in the store; another program deleted it")]
    NetworkGone(String),
    #[error("network '{0}' was opened by another process since; close it here")]
    Superseded(String),
    #[error("the store does not know {what}; it was not attached when that was made")]
    Unknown { what: String },
}

impl From<serde_json::Error> for WriteError {
    fn from(error: serde_json::Error) -> Self {
        WriteError::Json(error.into())
    }
}

/// The failure of a driver. What another program's lock or a full disk keeps from being written may be written later.
pub(crate) fn failure(error: WriteError, path: &Path) -> DriverFailure {
    let class = match &error {
        WriteError::Sqlite(error) => match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::DiskFull) => FailureClass::Transient,
            Some(ErrorCode::TooBig) => FailureClass::Permanent,
            _ => FailureClass::Fatal,
        },
        WriteError::Json(_) | WriteError::Value { .. } => FailureClass::Permanent,
        WriteError::FileGone | WriteError::NetworkGone(_) | WriteError::Superseded(_) | WriteError::Unknown { .. } => {
            FailureClass::Fatal
        }
    };
    let message = format!("'{}' cannot be written: {error}", path.display());
    DriverFailure {
        message,
        ..DriverFailure::of(class, error)
    }
}

/// The error of opening or reading a file.
pub(crate) fn storage_error(error: rusqlite::Error, path: &Path, doing: &'static str) -> StorageError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => StorageError::NotAStore {
            path,
            found: "no SQLite file".to_owned(),
        },
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StorageError::Locked { path },
        Some(
            ErrorCode::ReadOnly
            | ErrorCode::PermissionDenied
            | ErrorCode::CannotOpen
            | ErrorCode::AuthorizationForStatementDenied,
        ) => StorageError::Denied {
            path,
            doing,
            reason: error.to_string(),
        },
        Some(ErrorCode::DatabaseCorrupt) => StorageError::Corrupt {
            path,
            what: "the file".to_owned(),
            reason: error.to_string(),
        },
        _ => StorageError::Failed {
            path,
            doing,
            source: Box::new(error),
        },
    }
}
