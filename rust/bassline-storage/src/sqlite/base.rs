//! Bases: whole networks kept every now and then, from which the ticks after them are told.
//!
//! A base is taken when what came since the last one is several times as much as it holds, so that bases are a fraction of the history
//! they shorten, and what is told again is bounded.

use super::checksum::{self, Checksum};
use crate::error::StorageError;
use crate::record::{read_image, write_image};
use crate::tabular::checksum::compare;
use crate::tabular::key;
use bassline_core::Image;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::Path;

/// The checksum of a network in bytes, kept under this number and tick.
pub(crate) fn checksum_of(number: i64, tick: u64, bytes: &[u8]) -> i64 {
    let mut checksum = Checksum::new();
    checksum::take(&mut checksum, ValueRef::Integer(number));
    checksum::take(&mut checksum, ValueRef::Integer(tick as i64));
    checksum::take(&mut checksum, ValueRef::Blob(bytes));
    checksum.value()
}

/// Keeps a network as the base of the ticks that follow.
pub(crate) fn write(connection: &Connection, network: i64, image: &Image) -> rusqlite::Result<()> {
    let mut bytes = Vec::new();
    write_image(image, &mut bytes);
    write_bytes(connection, network, image.tick, &bytes)
}

pub(crate) fn write_bytes(connection: &Connection, network: i64, tick: u64, bytes: &[u8]) -> rusqlite::Result<()> {
    let id = key::tick_row(network, tick);
    let mut statement =
        connection.prepare_cached("INSERT OR REPLACE INTO base (id, image, checksum) VALUES (?1, ?2, ?3)")?;
    statement.execute(params![id, bytes, checksum_of(id, tick, bytes)])?;
    Ok(())
}

/// The tick of the newest base up to one.
pub(crate) fn newest(connection: &Connection, network: i64, last: u64) -> rusqlite::Result<Option<u64>> {
    let mut statement = connection.prepare_cached("SELECT max(id) FROM base WHERE id BETWEEN ?1 AND ?2")?;
    let id: Option<i64> = statement.query_row(key::tick_rows(network, last), |row| row.get(0))?;
    Ok(id.map(key::tick_of))
}

/// The base of a tick.
pub(crate) fn read(
    connection: &Connection,
    path: &Path,
    network: i64,
    tick: u64,
) -> Result<Option<Image>, StorageError> {
    let failed = |error| super::failure::storage_error(error, path, "read");
    let id = key::tick_row(network, tick);
    let found: Option<(Vec<u8>, i64)> = connection
        .query_row("SELECT image, checksum FROM base WHERE id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(failed)?;
    let Some((bytes, checksum)) = found else {
        return Ok(None);
    };
    image_of(&bytes, checksum, checksum_of(id, tick, &bytes), tick)
        .map(Some)
        .map_err(|reason| StorageError::Corrupt {
            path: path.to_owned(),
            what: format!("the base of tick {tick}"),
            reason,
        })
}

/// The network in bytes, if their checksum is the one that was kept, and their tick the one they stand for.
pub(crate) fn image_of(bytes: &[u8], kept: i64, found: i64, tick: u64) -> Result<Image, String> {
    compare(Some(kept), found).map_err(|error| error.to_string())?;
    let image = read_image(bytes).map_err(|error| error.to_string())?;
    if image.tick == tick {
        Ok(image)
    } else {
        Err(format!("it shows tick {}", image.tick))
    }
}
