//! Snapshots: whole networks kept under numbers of their own, for as long as nobody lets go of them.

use super::base::image_of;
use super::checksum::{self, int};
use super::connection::{IfMissing, open_to_write};
use super::failure::storage_error;
use super::store::Sync;
use crate::error::StorageError;
use crate::record::write_image;
use crate::store::{NewSnapshot, SnapshotInfo};
use bassline_core::Image;
use bassline_core::planted::{self, Bug};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};
use std::path::Path;

/// A network in the store of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    pub(crate) number: i64,
    pub(crate) name: &'a str,
}

impl Place<'_> {
    fn failed(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> StorageError + '_ {
        move |error| storage_error(error, self.path, doing)
    }

    /// A connection to write; whoever has the network open is not disturbed.
    fn write<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StorageError> {
        let mut connection = open_to_write(self.path, Sync::Full, IfMissing::Refuse, None)?;
        let failed = self.failed("written");
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(&failed)?;
        let sql = "SELECT count(*) FROM network WHERE id = ?1 AND name = ?2";
        let there: i64 = transaction
            .query_row(sql, params![self.number, self.name], |row| row.get(0))
            .map_err(&failed)?;
        if there == 0 {
            return Err(StorageError::UnknownNetwork {
                path: self.path.to_owned(),
                network: self.name.to_owned(),
                networks: Vec::new(),
            });
        }
        let done = work(&transaction).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        Ok(done)
    }

    pub(crate) fn save(&self, image: &Image, about: &NewSnapshot) -> Result<SnapshotInfo, StorageError> {
        let mut bytes = Vec::new();
        write_image(image, &mut bytes);
        let tick = image.tick + u64::from(planted::is(Bug::SnapshotOfWrongTick));
        let id = self.write(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT INTO snapshot (network, label, tick, time, image, checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?;
            let cells = [
                int(self.number),
                ValueRef::Text(about.label.as_bytes()),
                int(tick as i64),
                int(about.time_micros),
                ValueRef::Blob(&bytes),
            ];
            checksum::execute(&mut insert, &cells)?;
            let id = transaction.last_insert_rowid();
            if let Some(keep) = about.keep {
                transaction.execute(
                    "DELETE FROM snapshot WHERE network = ?1 AND id NOT IN
                        (SELECT id FROM snapshot WHERE network = ?1 ORDER BY id DESC LIMIT ?2)",
                    // The one that was asked for stays in any case.
                    params![self.number, keep.max(1) as i64],
                )?;
            }
            Ok(id)
        })?;
        Ok(SnapshotInfo {
            id: id as u64,
            label: about.label.clone(),
            tick,
            time_micros: about.time_micros,
        })
    }

    pub(crate) fn delete(&self, id: u64) -> Result<bool, StorageError> {
        self.write(|transaction| {
            let sql = "DELETE FROM snapshot WHERE network = ?1 AND id = ?2";
            Ok(transaction.execute(sql, params![self.number, id as i64])? == 1)
        })
    }

    pub(crate) fn list(&self, connection: &Connection) -> Result<Vec<SnapshotInfo>, StorageError> {
        let sql = "SELECT id, label, tick, time FROM snapshot WHERE network = ?1 ORDER BY id";
        let list = || -> rusqlite::Result<Vec<SnapshotInfo>> {
            connection
                .prepare_cached(sql)?
                .query_map([self.number], info)?
                .collect()
        };
        list().map_err(self.failed("read"))
    }

    pub(crate) fn load(&self, connection: &Connection, id: u64) -> Result<Option<Image>, StorageError> {
        let sql = "SELECT network, label, tick, time, image, checksum FROM snapshot WHERE network = ?1 AND id = ?2";
        let read = |row: &Row<'_>| {
            let (tick, kept): (i64, i64) = (row.get(2)?, row.get(5)?);
            let bytes = row.get_ref(4)?.as_blob()?;
            Ok(image_of(bytes, kept, checksum::of_row(row, 5)?, tick as u64))
        };
        let found = connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(params![self.number, id as i64], read).optional())
            .map_err(self.failed("read"))?;
        found.transpose().map_err(|reason| StorageError::Corrupt {
            path: self.path.to_owned(),
            what: format!("snapshot {id}"),
            reason,
        })
    }
}

fn info(row: &Row<'_>) -> rusqlite::Result<SnapshotInfo> {
    Ok(SnapshotInfo {
        id: row.get::<_, i64>(0)? as u64,
        label: row.get::<_, String>(1)?.into(),
        tick: row.get::<_, i64>(2)? as u64,
        time_micros: row.get(3)?,
    })
}
