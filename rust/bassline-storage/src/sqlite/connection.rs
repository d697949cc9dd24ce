//! Connections: how a file is opened, recognised and made ready.

use super::failure::storage_error;
use super::marks;
use super::schema::{APPLICATION, CREATE, FROM_1, VERSION};
use super::turns::wait_for_others;
use crate::error::StorageError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::path::Path;

/// Opens a file to write, which is made if it does not exist.
pub(crate) fn open_to_write(path: &Path, synchronous: &str) -> Result<Connection, StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| storage_error(error, path, "opened"))?;
    wait_for_others(&mut connection).map_err(|error| storage_error(error, path, "opened"))?;
    recognise(&connection, path)?;
    let is_read_only = connection
        .is_readonly(rusqlite::MAIN_DB)
        .map_err(|error| storage_error(error, path, "opened"))?;
    if is_read_only {
        return Err(StorageError::Denied {
            path: path.to_owned(),
            doing: "written",
            reason: "it is read-only".to_owned(),
        });
    }
    prepare(&mut connection, synchronous).map_err(|error| storage_error(error, path, "written"))?;
    Ok(connection)
}

/// Opens a store that exists to read.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, StorageError> {
    if !path.exists() {
        return Err(StorageError::Missing { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| storage_error(error, path, "opened"))?;
    wait_for_others(&mut connection).map_err(|error| storage_error(error, path, "opened"))?;
    if !recognise(&connection, path)? {
        return Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "an empty file".to_owned(),
        });
    }
    Ok(connection)
}

/// Whether the file is a store; an empty one is not yet. Anything else is refused.
fn recognise(connection: &Connection, path: &Path) -> Result<bool, StorageError> {
    let number = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map_err(|error| storage_error(error, path, "read"))
    };
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    match (application, version) {
        (APPLICATION, 1..=VERSION) => Ok(true),
        (APPLICATION, found) => Err(StorageError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        (0, 0) if number("SELECT count(*) FROM sqlite_schema")? == 0 => Ok(false),
        _ => Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "the SQLite file of another application".to_owned(),
        }),
    }
}

fn prepare(connection: &mut Connection, synchronous: &str) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "cache_size", -64 * 1024)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if version == 0 {
        transaction.execute_batch(CREATE)?;
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    } else if version == 1 {
        transaction.execute_batch(FROM_1)?;
        transaction.pragma_update(None, "user_version", VERSION)?;
    }
    transaction.execute_batch(marks::CREATE)?;
    transaction.commit()
}
