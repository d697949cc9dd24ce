//! Dead letters: rows of their own, written by whoever puts one aside, in a transaction of its own beside those of the store's driver.

use super::checksum::{self, Checksum, int};
use super::connection::{IfMissing, open_to_read, open_to_write};
use super::failure::storage_error;
use super::store::Sync;
use crate::error::StorageError;
use crate::fork::Use;
use crate::record::{read_names, read_tick, write_names, write_tick};
use bassline_kernel::{DeadLetter, DeadLetters, LettersError};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How many cells of a row its checksum covers: `id` is given by the row, and `again` may change.
const SUMMED: usize = 9;

/// The dead letters of one network in a file.
#[derive(Debug)]
pub(crate) struct SqliteLetters {
    path: PathBuf,
    network: String,
}

/// Which letters are asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    All,
    Of(&'a str),
    Marked(&'a str),
}

impl SqliteLetters {
    pub(crate) fn of(path: &Path, network: &str) -> Self {
        Self {
            // The process may go to another directory.
            path: std::path::absolute(path).unwrap_or_else(|_| path.to_owned()),
            network: network.to_owned(),
        }
    }

    fn failed(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> StorageError + '_ {
        move |error| storage_error(error, &self.path, doing)
    }

    fn write<T>(&self, work: impl FnOnce(&Connection, i64) -> rusqlite::Result<T>) -> Result<T, StorageError> {
        let _use = Use::begin();
        let mut connection = open_to_write(&self.path, Sync::Full, IfMissing::Refuse, Some(&self.network))?;
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(self.failed("written"))?;
        let number = number(&transaction, &self.network).map_err(self.failed("read"))?;
        let Some(number) = number else {
            return Err(StorageError::UnknownNetwork {
                path: self.path.clone(),
                network: self.network.clone(),
                networks: Vec::new(),
            });
        };
        let done = work(&transaction, number).map_err(self.failed("written"))?;
        transaction.commit().map_err(self.failed("written"))?;
        Ok(done)
    }

    /// Runs a statement for each number; answers how many rows it changed.
    fn each(&self, sql: &str, ids: &[u64]) -> Result<u64, LettersError> {
        let changed = self.write(|transaction, network| {
            let mut statement = transaction.prepare(sql)?;
            let mut changed = 0;
            for id in ids {
                changed += statement.execute(params![network, *id as i64])? as u64;
            }
            Ok(changed)
        });
        changed.map_err(LettersError::from)
    }

    fn read(&self, which: Which<'_>) -> Result<Vec<DeadLetter>, LettersError> {
        let _use = Use::begin();
        let read = || {
            let connection = open_to_read(&self.path)?;
            list(&connection, &self.path, &self.network, which, &mut Err)
        };
        read().map_err(LettersError::from)
    }
}

impl DeadLetters for SqliteLetters {
    fn put(&self, letter: &DeadLetter) -> Result<u64, LettersError> {
        let (mut record, mut names) = (Vec::new(), Vec::new());
        write_tick(&letter.record, &mut record);
        write_names(&letter.names, &mut names);
        let put = self.write(|transaction, network| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO letter (network, driver, time, error, tries, epoch, tick, record, names, checksum)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?;
            let cells: [ValueRef<'_>; SUMMED] = [
                int(network),
                ValueRef::Text(letter.driver.as_bytes()),
                int(letter.time_micros),
                ValueRef::Text(letter.error.as_bytes()),
                int(letter.tries),
                int(letter.record.epoch as i64),
                int(letter.record.tick as i64),
                ValueRef::Blob(&record),
                ValueRef::Blob(&names),
            ];
            checksum::execute(&mut insert, &cells)?;
            Ok(transaction.last_insert_rowid() as u64)
        });
        put.map_err(LettersError::from)
    }

    fn list(&self, driver: Option<&str>) -> Result<Vec<DeadLetter>, LettersError> {
        self.read(driver.map_or(Which::All, Which::Of))
    }

    fn mark(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.each("UPDATE letter SET again = 1 WHERE network = ?1 AND id = ?2", ids)
    }

    fn marked(&self, driver: &str) -> Result<Vec<DeadLetter>, LettersError> {
        self.read(Which::Marked(driver))
    }

    fn remove(&self, ids: &[u64]) -> Result<u64, LettersError> {
        self.each("DELETE FROM letter WHERE network = ?1 AND id = ?2", ids)
    }
}

/// The number of a network, if it is there.
fn number(connection: &Connection, network: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM network WHERE name = ?1";
    connection.query_row(sql, [network], |row| row.get(0)).optional()
}

/// The letters of a network, oldest first; each that is damaged is told, and left out unless that is an error.
pub(crate) fn list(
    connection: &Connection,
    path: &Path,
    network: &str,
    which: Which<'_>,
    tell: &mut dyn FnMut(StorageError) -> Result<(), StorageError>,
) -> Result<Vec<DeadLetter>, StorageError> {
    let (driver, marked) = match which {
        Which::All => (None, false),
        Which::Of(driver) => (Some(driver), false),
        Which::Marked(driver) => (Some(driver), true),
    };
    let sql = "SELECT network, driver, time, error, tries, epoch, tick, record, names, checksum, id, again FROM letter
         WHERE network = (SELECT id FROM network WHERE name = ?1) AND (?2 IS NULL OR driver = ?2) AND again >= ?3 ORDER BY id";
    let read = || -> rusqlite::Result<Vec<(i64, Result<DeadLetter, String>)>> {
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map(params![network, driver, marked], |row| Ok((row.get(10)?, letter(row)?)))?;
        rows.collect()
    };
    let mut letters = Vec::new();
    for (id, read) in read().map_err(|error| storage_error(error, path, "read"))? {
        match read {
            Ok(letter) => letters.push(letter),
            Err(reason) => tell(StorageError::Corrupt {
                path: path.to_owned(),
                what: format!("dead letter {id}"),
                reason,
            })?,
        }
    }
    Ok(letters)
}

/// The letter of a row, or why it is none.
fn letter(row: &Row<'_>) -> rusqlite::Result<Result<DeadLetter, String>> {
    let mut checksum = Checksum::new();
    for at in 0..SUMMED {
        checksum::take(&mut checksum, row.get_ref(at)?);
    }
    if row.get::<_, i64>(9)? != checksum.value() {
        return Ok(Err("its checksum differs".to_owned()));
    }
    let (record, names) = (row.get_ref(7)?.as_blob()?, row.get_ref(8)?.as_blob()?);
    let parts = read_tick(record).and_then(|record| Ok((record, read_names(names)?)));
    Ok(match parts {
        Err(error) => Err(error.to_string()),
        Ok((record, names)) => Ok(DeadLetter {
            id: row.get::<_, i64>(10)? as u64,
            driver: row.get::<_, String>(1)?.into(),
            time_micros: row.get(2)?,
            error: row.get::<_, String>(3)?.into(),
            tries: row.get(4)?,
            record: Arc::new(record),
            names,
            again: row.get(11)?,
        }),
    })
}
