//! Everything a store refuses, and why.

use std::path::PathBuf;
use thiserror::Error;

/// Why a store could not be opened or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StorageError {
    /// The directory the file would be in does not exist.
    #[error("cannot open '{}': the directory '{}' does not exist; create it first", path.display(), directory.display())]
    DirectoryMissing {
        /// The file.
        path: PathBuf,
        /// Its directory.
        directory: PathBuf,
    },
    /// There is no such file to read.
    #[error("there is no store at '{}'; check the path", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("'{}' is {found}, expected a bassline store; give the path of a new file or of a store", path.display())]
    NotAStore {
        /// The file.
        path: PathBuf,
        /// What it is.
        found: String,
    },
    /// The file was written by a newer version.
    #[error("'{}' has schema version {found}, this bassline knows up to {known}; open it with a newer bassline", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// The file cannot be written, or not even be read.
    #[error("'{}' cannot be {doing}: {reason}; give this user the right to, or choose another path", path.display())]
    Denied {
        /// The file.
        path: PathBuf,
        /// What was tried: opened, written.
        doing: &'static str,
        /// What the system said.
        reason: String,
    },
    /// The network is open already.
    #[error("network '{network}' in '{}' is open already, here or in another process; close it there first, or read it with a reader", path.display())]
    InUse {
        /// The file.
        path: PathBuf,
        /// The network.
        network: String,
    },
    /// Another program holds the file.
    #[error("'{}' is locked by another program; end its transaction and try again", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// No network of that name is in the store.
    #[error("'{}' holds no network '{network}'{}", path.display(), known(networks))]
    UnknownNetwork {
        /// The file.
        path: PathBuf,
        /// The name asked for.
        network: String,
        /// Those that are there.
        networks: Vec<String>,
    },
    /// What is stored makes no sense.
    #[error("'{}' is damaged: {what}: {reason}; restore a backup, or look at it with sqlite3 ('PRAGMA integrity_check')", path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// The row.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A journal says what is wrong.
    #[error("'{}' cannot be used: {source}", path.display())]
    Journal {
        /// The directory of the ledger.
        path: PathBuf,
        /// What is wrong.
        source: crate::journal::JournalError,
    },
    /// A server of `PostgreSQL`, or the way to it.
    #[error(transparent)]
    Postgres(Box<crate::postgres::PostgresError>),
    /// A store cannot do what is asked.
    #[error("'{url}' cannot {what}; {instead}")]
    Unable {
        /// The store.
        url: String,
        /// What was asked.
        what: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// A URL asks for what there is not.
    #[error(
        "'{asked}' in '{url}' is no option of a store; expected keep_ticks=NUMBER or keep_days=NUMBER, joined by '&'"
    )]
    UrlOption {
        /// The URL.
        url: String,
        /// The option.
        asked: String,
    },
    /// A URL of a kind of store that there is not.
    #[error(
        "there is no '{scheme}:' store yet; use a file name such as 'shop.db' for SQLite, 'journal:directory', or 'memory:'"
    )]
    NoSuchStore {
        /// What stands before the colon.
        scheme: String,
    },
    /// Anything else that failed below.
    #[error("'{}' cannot be {doing}: {source}", path.display())]
    Failed {
        /// The file.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn std::error::Error + Send + std::marker::Sync>,
    },
}

fn known(networks: &[String]) -> String {
    if networks.is_empty() {
        String::new()
    } else {
        format!("; it holds {}", networks.join(", "))
    }
}

impl From<crate::postgres::PostgresError> for StorageError {
    fn from(error: crate::postgres::PostgresError) -> Self {
        StorageError::Postgres(Box::new(error))
    }
}

impl From<StorageError> for bassline_kernel::LettersError {
    fn from(error: StorageError) -> Self {
        Self {
            message: error.to_string(),
            source: Some(std::sync::Arc::new(error)),
        }
    }
}
