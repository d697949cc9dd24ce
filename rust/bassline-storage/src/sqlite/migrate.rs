//! Bringing a file to the version of the schema that this bassline writes, in one transaction: wholly or not at all.

use super::base;
use super::failure::storage_error;
use super::load::load;
use super::marks;
use super::opener::Opener;
use super::schema::{APPLICATION, CREATE, FROM_1, FROM_2, FROM_3, VERSION};
use crate::error::StorageError;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::Path;

/// Nobody else may have a network of it open meanwhile: who writes the older version knows nothing of this one.
pub(crate) fn migrate(connection: &mut Connection, path: &Path, own: Option<&str>) -> Result<(), StorageError> {
    let failed = |error| storage_error(error, path, "written");
    if version(connection).map_err(failed)? == VERSION {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(failed)?;
    let _others: Vec<Opener>;
    // Asked again: another may have done it meanwhile.
    match version(&transaction).map_err(failed)? {
        VERSION => return Ok(()),
        0 => create(&transaction).map_err(failed)?,
        found => {
            _others = keep_out(&transaction, path, own)?;
            raise(&transaction, path, found)?;
        }
    }
    transaction
        .pragma_update(None, "user_version", VERSION)
        .map_err(failed)?;
    transaction.commit().map_err(failed)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn create(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch(marks::CREATE)?;
    transaction.execute_batch(CREATE)?;
    transaction.pragma_update(None, "application_id", APPLICATION)
}

/// Holds all networks but one's own.
fn keep_out(transaction: &Transaction<'_>, path: &Path, own: Option<&str>) -> Result<Vec<Opener>, StorageError> {
    let failed = |error| storage_error(error, path, "written");
    let mut statement = transaction.prepare("SELECT name FROM network").map_err(failed)?;
    let names: rusqlite::Result<Vec<String>> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    let others = names.map_err(failed)?.into_iter().filter(|name| own != Some(name));
    others.map(|name| Opener::acquire(path, &name)).collect()
}

fn raise(transaction: &Transaction<'_>, path: &Path, found: i64) -> Result<(), StorageError> {
    let failed = |error| storage_error(error, path, "written");
    if found == 1 && !bassline_core::planted::is(bassline_core::planted::Bug::MigrationSkipsVersion) {
        transaction.execute_batch(FROM_1).map_err(failed)?;
    }
    if found < 3 {
        give_a_past(transaction, path)?;
    }
    transaction.execute_batch(FROM_3).map_err(failed)
}

/// From version 2 to 3: the past begins with a base.
fn give_a_past(transaction: &Transaction<'_>, path: &Path) -> Result<(), StorageError> {
    let failed = |error| storage_error(error, path, "written");
    transaction.execute_batch(marks::CREATE).map_err(failed)?;
    transaction.execute_batch(FROM_2).map_err(failed)?;
    let mut statement = transaction
        .prepare("SELECT id FROM network ORDER BY id")
        .map_err(failed)?;
    let networks: rusqlite::Result<Vec<i64>> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect);
    for network in networks.map_err(failed)? {
        let image = load(transaction, path, network)?;
        base::write(transaction, network, &image).map_err(failed)?;
    }
    Ok(())
}
