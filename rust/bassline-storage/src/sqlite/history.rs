//! A tick's row, read.

use super::checksum;
use super::key;
use crate::record::read_structure;
use bassline_core::StructureChange;
use rusqlite::Row;

/// What [`Stored`] is read from.
pub(crate) const COLUMNS: &str = "id, epoch, time, source, changes, structure, checksum";
/// Of these, those that the checksum is of.
const SUMMED: usize = 6;

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
        match self.checksum {
            Some(kept) if kept != self.found => Err("its checksum differs".to_owned()),
            _ => Ok(()),
        }
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
