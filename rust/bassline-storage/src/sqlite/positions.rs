//! Where the readers of outside sources stand.

use super::checksum::{self, int, text_or_null, verify};
use super::failure::{WriteError, storage_error};
use crate::error::StorageError;
use crate::json;
use bassline_core::{Text, Value};
use bassline_kernel::Record;
use indexmap::IndexMap;
use rusqlite::{Connection, Transaction};
use rustc_hash::FxBuildHasher;
use std::path::Path;

/// Writes the newest position of each source.
pub(crate) fn write<'a>(
    transaction: &Transaction<'_>,
    network: i64,
    records: impl Iterator<Item = Record<'a>>,
) -> Result<(), WriteError> {
    let mut newest = IndexMap::<&str, Record<'_>, FxBuildHasher>::default();
    newest.extend(
        records
            .filter(|record| record.position.is_some())
            .map(|record| (record.source.as_str(), record)),
    );
    for (source, record) in newest {
        if let Some(position) = record.position {
            let mut upsert = transaction
                .prepare_cached("INSERT OR REPLACE INTO position (network, source, position, tick, checksum) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            let position = json::to_string(position)?;
            let cells = [
                int(network),
                text_or_null(Some(source)),
                text_or_null(Some(&position)),
                int(record.tick as i64),
            ];
            checksum::execute(&mut upsert, &cells)?;
        }
    }
    Ok(())
}

/// The positions of a network, by source.
pub(crate) fn load(connection: &Connection, path: &Path, network: i64) -> Result<IndexMap<Text, Value>, StorageError> {
    let failed = |error| storage_error(error, path, "read");
    let mut statement = connection
        .prepare("SELECT network, source, position, tick, checksum FROM position WHERE network = ?1 ORDER BY source")
        .map_err(failed)?;
    let mut rows = statement.query([network]).map_err(failed)?;
    let mut positions = IndexMap::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let (source, position): (String, String) = (row.get(1).map_err(failed)?, row.get(2).map_err(failed)?);
        let whole = verify(row, &[0, 1, 2, 3], 4);
        let position = whole
            .and_then(|()| Ok(json::from_str(&position)?))
            .map_err(|reason| StorageError::Corrupt {
                path: path.to_owned(),
                what: format!("the position of source '{source}'"),
                reason: reason.to_string(),
            })?;
        positions.insert(source.into(), position);
    }
    Ok(positions)
}
