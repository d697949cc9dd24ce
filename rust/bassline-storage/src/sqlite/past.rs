//! The network as it was after an earlier tick: the newest base before it, and the ticks since.

use super::base;
use super::failure::storage_error;
use super::history::{self, Stored};
use crate::error::StorageError;
use crate::replica::Replica;
use crate::tabular::changes;
use crate::tabular::findings::follows;
use crate::tabular::key;
use bassline_core::Image;
use bassline_kernel::TickRecord;
use rusqlite::Connection;
use std::path::Path;

/// The network after a tick that was, read within one transaction; `None` if the store does not go back so far.
pub(crate) fn image_at(
    connection: &Connection,
    path: &Path,
    network: i64,
    tick: u64,
) -> Result<Option<Image>, StorageError> {
    let failed = |error| storage_error(error, path, "read");
    let Some(first) = base::newest(connection, network, tick).map_err(failed)? else {
        return Ok(None);
    };
    let Some(image) = base::read(connection, path, network, first)? else {
        return Ok(None);
    };
    let mut replica = Replica::new(image);
    let mut statement = connection.prepare_cached(history::SELECT).map_err(failed)?;
    let mut rows = statement
        .query([key::tick_row(network, first + 1), key::tick_row(network, tick)])
        .map_err(failed)?;
    while let Some(row) = rows.next().map_err(failed)? {
        let stored = Stored::read(row).map_err(failed)?;
        let corrupt = |reason: String| StorageError::Corrupt {
            path: path.to_owned(),
            what: format!("tick {}", stored.tick),
            reason,
        };
        stored.verify().map_err(corrupt)?;
        if stored.tick != replica.tick() + 1 {
            return Err(corrupt(follows(replica.tick())));
        }
        let record = TickRecord {
            epoch: stored.epoch as u64,
            tick: stored.tick,
            time_micros: stored.time,
            source: stored.source.into(),
            position: None,
            changes: changes::all(stored.changes, &stored.source.into()).map_err(|error| corrupt(error.to_string()))?,
            structure: stored.structure().map_err(corrupt)?,
        };
        replica.apply(&record).map_err(|error| corrupt(error.to_string()))?;
    }
    if replica.tick() != tick {
        return Err(StorageError::Corrupt {
            path: path.to_owned(),
            what: format!("tick {}", replica.tick() + 1),
            reason: "it is missing".to_owned(),
        });
    }
    Ok(Some(replica.into_image()))
}
