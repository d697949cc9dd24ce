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
    // Before anything is read: for reading alone, SQLite would put files of its own beside it.
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
    if recognise(&connection, path)? == 0 && missing == IfMissing::Refuse {
        return Err(StorageError::NotAStore {
            path: path.to_owned(),
            found: "an empty file".to_owned(),
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

#[cfg(test)]
mod tests {
    use crate::sqlite::testing::{place, query};
    use crate::sqlite::{Sqlite, Sync};
    use crate::store::Store;
    use bassline_core::{Cause, Change, Network, OnContradiction, Value};
    use bassline_kernel::{Batch, Driver, FailureClass, TickRecord};
    use std::sync::Arc;

    #[test]
    fn what_full_and_normal_ask_of_sqlite_is_what_they_say() {
        for (sync, level) in [(Sync::Full, 2), (Sync::Normal, 1)] {
            let (_directory, path) = place();
            let started = Sqlite::at(&path).sync(sync).start("main").unwrap();
            let number = |pragma: &str| -> i64 {
                let connection = &started.driver.connection;
                connection.query_row(pragma, [], |row| row.get(0)).unwrap()
            };
            assert_eq!(number("PRAGMA synchronous"), level);
            assert_eq!(number("PRAGMA page_size"), 8192);
            assert_eq!(query(&path, "PRAGMA journal_mode"), ["wal"]);
        }
    }

    #[test]
    fn a_full_disk_is_said_and_nothing_of_the_batch_is_there_until_there_is_room() {
        let (_directory, path) = place();
        let mut started = Sqlite::at(&path).start("main").unwrap();
        let mut network = Network::load(started.image, OnContradiction::Record, None).unwrap();
        network.begin();
        let contact = network.declare_contact(network.root(), "n", None, Value::Null).unwrap();
        let committed = network.commit(true, false).unwrap();
        let declared = TickRecord::new(committed, 1, 0, "".into(), None);
        let change = |n: u64| Change {
            contact,
            old: None,
            new: Some(Value::text(&n.to_string().repeat(5_000))),
            cause: Cause::Nobody,
            event: false,
        };
        let large = |tick| TickRecord {
            epoch: 1,
            tick,
            time_micros: 0,
            source: "".into(),
            position: None,
            changes: vec![change(tick)],
            structure: vec![],
        };
        let batch = |records: Vec<TickRecord>| Batch::from(records.into_iter().map(Arc::new).collect::<Vec<_>>());
        started.driver.handle_changes(&batch(vec![declared])).unwrap();
        let at_most = |pages: i64, driver: &crate::sqlite::SqliteDriver| {
            driver
                .connection
                .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| {
                    row.get::<_, i64>(0)
                })
                .unwrap()
        };
        // No disk has to be filled: SQLite answers the same.
        at_most(1, &started.driver);
        let failure = started
            .driver
            .handle_changes(&batch((2..200).map(large).collect()))
            .unwrap_err();
        assert_eq!(failure.class, FailureClass::Transient);
        assert!(failure.message.contains("full"), "{failure}");
        assert_eq!(query(&path, "SELECT tick FROM network"), ["1"]);
        at_most(100_000, &started.driver);
        started
            .driver
            .handle_changes(&batch((2..200).map(large).collect()))
            .unwrap();
        drop(started.driver);
        assert_eq!(Sqlite::at(&path).networks().unwrap()[0].tick, 199);
        assert_eq!(Sqlite::at(&path).check().unwrap().found, Vec::<String>::new());
    }
}
