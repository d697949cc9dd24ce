//! Connections: how a file is opened, recognised and made ready.

use super::failure::storage_error;
use super::migrate::migrate;
use super::schema::{APPLICATION, VERSION};
use super::store::Sync;
use super::turns::wait_for_others;
use crate::error::StorageError;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Whether a file that is not there is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum IfMissing {
    Make,
    Refuse,
}

/// Opens a file to write, and brings it to this version; `own` is the network that the caller holds open.
pub(crate) fn open_to_write(
    path: &Path,
    sync: Sync,
    missing: IfMissing,
    own: Option<&str>,
) -> Result<Connection, StorageError> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    match missing {
        IfMissing::Make => flags |= OpenFlags::SQLITE_OPEN_CREATE,
        IfMissing::Refuse if path.exists() => {}
        IfMissing::Refuse => return Err(StorageError::Missing { path: path.to_owned() }),
    }
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| storage_error(error, path, "opened"))?;
    wait_for_others(&mut connection).map_err(|error| storage_error(error, path, "opened"))?;
    if recognise(&connection, path)? == 0 && missing == IfMissing::Refuse {
        return Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "an empty file".to_owned(),
        });
    }
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
    set(&connection, sync).map_err(|error| storage_error(error, path, "written"))?;
    migrate(&mut connection, path, own)?;
    Ok(connection)
}

/// Opens a store that exists to read; one of an older version is brought to this one first.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, StorageError> {
    if !path.exists() {
        return Err(StorageError::Missing { path: path.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection =
        Connection::open_with_flags(path, flags).map_err(|error| storage_error(error, path, "opened"))?;
    wait_for_others(&mut connection).map_err(|error| storage_error(error, path, "opened"))?;
    match recognise(&connection, path)? {
        0 => Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "an empty file".to_owned(),
        }),
        VERSION => Ok(connection),
        _ => {
            drop(connection);
            open_to_write(path, Sync::Full, IfMissing::Refuse, None)?;
            open_to_read(path)
        }
    }
}

/// The version of a store, 0 for an empty file. Anything else is refused.
fn recognise(connection: &Connection, path: &Path) -> Result<i64, StorageError> {
    let number = |sql: &str| {
        connection
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .map_err(|error| storage_error(error, path, "read"))
    };
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    match (application, version) {
        (APPLICATION, 1..=VERSION) => Ok(version),
        (APPLICATION, found) => Err(StorageError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        (0, 0) if number("SELECT count(*) FROM sqlite_schema")? == 0 => Ok(0),
        _ => Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "the SQLite file of another application".to_owned(),
        }),
    }
}

fn set(connection: &Connection, sync: Sync) -> rusqlite::Result<()> {
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", sync.name())?;
    connection.pragma_update(None, "cache_size", -64 * 1024)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4096)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(())
}
