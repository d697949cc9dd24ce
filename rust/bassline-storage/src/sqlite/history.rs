//! The rows of ticks, written and read.

use super::checksum::{self, int};
use super::rows;
use crate::record::read_structure;
use crate::tabular::changes::ChangesWriter;
use crate::tabular::checksum::compare;
use crate::tabular::key;
use bassline_core::StructureChange;
use bassline_kernel::Record;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};
use std::ops::Range;

/// Ticks in order, for [`Stored`].
pub(crate) const SELECT: &str = "SELECT id, epoch, time, source, changes, structure, checksum
    FROM tick WHERE id BETWEEN ?1 AND ?2 ORDER BY id";
/// The last ticks first of those with a text in what they changed, for [`Stored`].
pub(crate) const SELECT_WITH: &str = "SELECT id, epoch, time, source, changes, structure, checksum
    FROM tick WHERE id BETWEEN ?1 AND ?2 AND instr(changes, ?3) > 0 ORDER BY id DESC";
/// Of these columns, those that the checksum is of.
const SUMMED: usize = 6;

/// A tick that is to be written: what it changed, as JSON, and what it added and removed, as bytes, `None` for nothing.
#[derive(Debug)]
pub(crate) struct Unwritten<'batch> {
    pub(crate) record: Record<'batch>,
    pub(crate) changes: Range<usize>,
    pub(crate) structure: Option<Range<usize>>,
}

/// Writes the rows of ticks, whose texts and bytes stand in `changes` and `structure`.
pub(crate) fn write(
    connection: &Connection,
    network: i64,
    ticks: &[Unwritten<'_>],
    changes: &ChangesWriter,
    structure: &[u8],
) -> rusqlite::Result<()> {
    let insert =
        |rows: &str| format!("INSERT INTO tick (id, epoch, time, source, changes, structure, checksum) VALUES {rows}");
    rows::write(connection, insert, ticks, |tick| -> [ValueRef<'_>; SUMMED] {
        let structure = tick.structure.clone().map(|place| &structure[place]);
        [
            int(key::tick_row(network, tick.record.tick)),
            int(tick.record.epoch as i64),
            int(tick.record.time_micros),
            ValueRef::Text(tick.record.source.as_bytes()),
            ValueRef::Text(changes.at(tick.changes.clone())),
            structure.map_or(ValueRef::Null, ValueRef::Blob),
        ]
    })?;
    Ok(())
}

/// A tick as its row has it.
#[derive(Debug)]
pub(crate) struct Stored<'row> {
    pub(crate) tick: u64,
    pub(crate) epoch: i64,
    pub(crate) time: i64,
    pub(crate) source: &'row str,
    pub(crate) changes: &'row str,
    structure: Option<&'row [u8]>,
    checksum: Option<i64>,
    found: i64,
}

impl<'row> Stored<'row> {
    pub(crate) fn read(row: &'row Row<'_>) -> rusqlite::Result<Self> {
        let text = |at| -> rusqlite::Result<&'row str> { Ok(row.get_ref(at)?.as_str()?) };
        Ok(Self {
            tick: key::tick_of(row.get(0)?),
            epoch: row.get(1)?,
            time: row.get(2)?,
            source: text(3)?,
            changes: text(4)?,
            structure: row.get_ref(5)?.as_blob_or_null()?,
            checksum: row.get(6)?,
            found: checksum::of_row(row, SUMMED)?,
        })
    }

    /// Whether the row is what was written.
    pub(crate) fn verify(&self) -> Result<(), String> {
        compare(self.checksum, self.found).map_err(|error| error.to_string())
    }

    /// Whether it has a checksum: one of an older version has none.
    pub(crate) fn is_summed(&self) -> bool {
        self.checksum.is_some()
    }

    /// What it added and removed.
    pub(crate) fn structure(&self) -> Result<Vec<StructureChange>, String> {
        let read = |bytes| read_structure(bytes).map_err(|error| error.to_string());
        self.structure.map_or(Ok(Vec::new()), read)
    }
}
