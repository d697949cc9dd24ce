//! The row of a network: its name, its last tick, its opening.

use super::checksum::{self, int};
use crate::tabular::checksum::compare;
use crate::tabular::died;
use bassline_core::Died;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row, ToSql};

const COLUMNS: &str = "id, name, created, updated, epoch, tick, tick_epoch, creation, died, checksum";
/// Of these, those that the checksum is of.
const SUMMED: usize = 9;
const REPLACE: &str =
    "INSERT OR REPLACE INTO network (id, name, created, updated, epoch, tick, tick_epoch, creation, died, checksum)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

/// A network, as its row has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    /// Is another than the driver's when the lock did not keep a second opener out, as on some network file systems.
    pub(crate) epoch: u64,
    pub(crate) tick: u64,
    pub(crate) tick_epoch: u64,
    pub(crate) creation: u64,
    pub(crate) died: Died,
    /// Whether its checksum is what it should be; one of an older version has none.
    pub(crate) is_whole: bool,
}

impl Entry {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number = |at| Ok::<_, rusqlite::Error>(row.get::<_, i64>(at)? as u64);
        Ok(Self {
            id: row.get(0)?,
            name: row.get(1)?,
            created: row.get(2)?,
            updated: row.get(3)?,
            epoch: number(4)?,
            tick: number(5)?,
            tick_epoch: number(6)?,
            creation: number(7)?,
            died: died::read(row.get_ref(8)?.as_str()?),
            is_whole: compare(row.get(SUMMED)?, checksum::of_row(row, SUMMED)?).is_ok(),
        })
    }

    fn find(connection: &Connection, column: &str, key: impl ToSql) -> rusqlite::Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM network WHERE {column} = ?1");
        connection.prepare_cached(&sql)?.query_row([key], Self::read).optional()
    }

    pub(crate) fn of(connection: &Connection, id: i64) -> rusqlite::Result<Option<Self>> {
        Self::find(connection, "id", id)
    }

    pub(crate) fn named(connection: &Connection, name: &str) -> rusqlite::Result<Option<Self>> {
        Self::find(connection, "name", name)
    }

    /// All of them, by name.
    pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM network ORDER BY name");
        connection.prepare_cached(&sql)?.query_map([], Self::read)?.collect()
    }

    /// Writes it in place of what was there.
    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let died = died::write(&self.died);
        let cells = [
            int(self.id),
            ValueRef::Text(self.name.as_bytes()),
            int(self.created),
            int(self.updated),
            int(self.epoch as i64),
            int(self.tick as i64),
            int(self.tick_epoch as i64),
            int(self.creation as i64),
            ValueRef::Text(died.as_bytes()),
        ];
        checksum::execute(&mut connection.prepare_cached(REPLACE)?, &cells)?;
        Ok(())
    }
}
