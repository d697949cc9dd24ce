//! The checksums of rows of SQLite.

pub(crate) use crate::tabular::checksum::Checksum;
use crate::tabular::checksum::compare;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Row};
use std::error::Error;

/// Takes a cell in.
#[inline]
pub(crate) fn take(checksum: &mut Checksum, cell: ValueRef<'_>) {
    match cell {
        ValueRef::Null => checksum.null(),
        ValueRef::Integer(int) => checksum.int(int),
        ValueRef::Real(real) => checksum.real(real),
        ValueRef::Text(text) => checksum.text(text),
        ValueRef::Blob(blob) => checksum.bytes(blob),
    }
}

/// Runs a statement whose parameters are these cells and, last, their checksum; answers how many rows it changed.
#[inline]
pub(crate) fn execute(statement: &mut CachedStatement<'_>, cells: &[ValueRef<'_>]) -> rusqlite::Result<usize> {
    let mut checksum = Checksum::new();
    for (at, &cell) in cells.iter().enumerate() {
        take(&mut checksum, cell);
        statement.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(cell))?;
    }
    statement.raw_bind_parameter(cells.len() + 1, checksum.value())?;
    statement.raw_execute()
}

/// The checksum of the first `cells` of a row.
pub(crate) fn of_row(row: &Row<'_>, cells: usize) -> rusqlite::Result<i64> {
    let mut checksum = Checksum::new();
    for at in 0..cells {
        take(&mut checksum, row.get_ref(at)?);
    }
    Ok(checksum.value())
}

/// Whether the cells that a row's checksum is of, which are in these columns, are still those.
pub(crate) fn verify(row: &Row<'_>, cells: &[usize], kept: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut found = Checksum::new();
    for &at in cells {
        take(&mut found, row.get_ref(at)?);
    }
    Ok(compare(row.get(kept)?, found.value())?)
}

/// A text, or NULL.
pub(crate) fn text_or_null<T: AsRef<str> + ?Sized>(text: Option<&T>) -> ValueRef<'_> {
    text.map_or(ValueRef::Null, |text| ValueRef::Text(text.as_ref().as_bytes()))
}

/// The cell of an integer.
pub(crate) fn int(value: impl Into<i64>) -> ValueRef<'static> {
    ValueRef::Integer(value.into())
}
