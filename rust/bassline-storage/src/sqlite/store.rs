//! The store as a value: a path and what is asked of it.

use super::check;
use super::connection::{IfMissing, open_to_read, open_to_write};
use super::entry::Entry;
use super::failure::storage_error;
use super::letters::SqliteLetters;
use super::opener::Opener;
use super::reader::SqliteReader;
use super::schema::{BY_NETWORK, BY_SLOT, BY_TICK};
use crate::condition::Condition;
use crate::error::StorageError;
use crate::fork::Use;
use crate::store::{Capabilities, Checkup, KeepHistory, NetworkInfo, Opened, Reader, Store};
use crate::tabular::key;
use bassline_kernel::DeadLetters;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a commit waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sync {
    /// The disk: what was acknowledged survives the loss of power.
    #[default]
    Full,
    /// The operating system: what was acknowledged survives the end of the process. After a loss of power the store is whole, but
    /// the last ticks may be missing.
    Normal,
}

impl Sync {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Sync::Full => "FULL",
            Sync::Normal => "NORMAL",
        }
    }
}

/// The embedded store: a file of SQLite.
///
/// ```
/// use bassline_storage::{Sqlite, Store, Sync};
///
/// let directory = tempfile::tempdir()?;
/// let store = Sqlite::at(directory.path().join("shop.db")).sync(Sync::Full);
/// assert!(store.open("main")?.is_new);
/// assert_eq!(store.networks()?[0].name, "main");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sqlite {
    pub(crate) path: PathBuf,
    pub(crate) sync: Sync,
    pub(crate) keep: KeepHistory,
}

impl Sqlite {
    /// The store in a file, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            sync: Sync::default(),
            keep: KeepHistory::default(),
        }
    }

    /// What a commit waits for.
    #[must_use]
    pub fn sync(mut self, sync: Sync) -> Self {
        self.sync = sync;
        self
    }

    /// How much of the past is kept; all of it unless told otherwise.
    #[must_use]
    pub fn keep_history(mut self, keep: KeepHistory) -> Self {
        self.keep = keep;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn failed(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> StorageError + '_ {
        move |error| storage_error(error, &self.path, doing)
    }
}

impl Store for Sqlite {
    fn url(&self) -> String {
        format!("sqlite:{}", self.path.display())
    }

    fn backup(&self, to: &Path) -> Result<u64, StorageError> {
        self.copy_to(to)
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            durable: true,
            history: true,
            snapshots: true,
            concurrent_readers: true,
        }
    }

    fn networks(&self) -> Result<Vec<NetworkInfo>, StorageError> {
        let _use = Use::begin();
        if is_unwritten(&self.path) {
            return Ok(Vec::new());
        }
        networks(&open_to_read(&self.path)?).map_err(self.failed("read"))
    }

    fn open(&self, network: &str) -> Result<Opened, StorageError> {
        let started = self.start(network)?;
        Ok(Opened {
            image: started.image,
            positions: started.positions,
            epoch: started.epoch,
            is_new: started.is_new,
            condition: Condition::default(),
            driver: Box::new(started.driver),
            log: None,
            letters: Arc::new(SqliteLetters::of(&self.path, network)),
            cursors: None,
        })
    }

    fn reader(&self, network: &str) -> Result<Box<dyn Reader>, StorageError> {
        Ok(Box::new(SqliteReader::open(&self.path, network)?))
    }

    fn letters(&self, network: &str) -> Result<Arc<dyn DeadLetters>, StorageError> {
        // Whether it is there is found by whoever opens it to read.
        self.reader(network)?;
        Ok(Arc::new(SqliteLetters::of(&self.path, network)))
    }

    fn delete(&self, network: &str) -> Result<bool, StorageError> {
        let _use = Use::begin();
        if is_unwritten(&self.path) {
            return Ok(false);
        }
        let _opener = Opener::acquire(&self.path, network)?;
        let mut connection = open_to_write(&self.path, self.sync, IfMissing::Refuse, Some(network))?;
        delete(&mut connection, network).map_err(self.failed("written"))
    }

    fn check(&self) -> Result<Checkup, StorageError> {
        let _use = Use::begin();
        check::check(&self.path)
    }
}

fn is_unwritten(path: &Path) -> bool {
    std::fs::metadata(path).map_or_else(
        |error| error.kind() == std::io::ErrorKind::NotFound,
        |file| file.is_file() && file.len() == 0,
    )
}

/// The networks in a file, by name.
pub(crate) fn networks(connection: &Connection) -> rusqlite::Result<Vec<NetworkInfo>> {
    let info = |entry: Entry| NetworkInfo {
        name: entry.name,
        tick: entry.tick,
        time_micros: entry.updated,
    };
    Ok(Entry::all(connection)?.into_iter().map(info).collect())
}

fn delete(connection: &mut Connection, network: &str) -> rusqlite::Result<bool> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let number: Option<i64> = transaction
        .query_row("DELETE FROM network WHERE name = ?1 RETURNING id", [network], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(number) = number else { return Ok(false) };
    for (tables, rows) in [
        (BY_SLOT, key::rows(number)),
        (BY_TICK, key::tick_rows(number, key::LAST_TICK)),
    ] {
        for table in tables {
            transaction.execute(&format!("DELETE FROM {table} WHERE id BETWEEN ?1 AND ?2"), rows)?;
        }
    }
    for table in BY_NETWORK {
        transaction.execute(&format!("DELETE FROM {table} WHERE network = ?1"), [number])?;
    }
    transaction.commit()?;
    Ok(true)
}
