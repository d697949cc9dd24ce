//! A checksum for each row: SQLite has none, and gives back a value whose bits have flipped as if it had always been that one.
//!
//! It is no secret and no proof against whoever means to change a store; it tells a flipped or misplaced cell from a whole one.

use bassline_core::planted::{self, Bug};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Row};
use std::error::Error;
use thiserror::Error;

/// Odd, so that a product with it tells any two words apart.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The checksum of the cells of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Checksum(u64);

impl Checksum {
    pub(crate) fn new() -> Self {
        Self(0x4253_4c4e)
    }

    #[inline]
    fn word(&mut self, word: u64) {
        self.0 = ((self.0 ^ word).wrapping_mul(FACTOR)).rotate_left(29);
    }

    fn bytes(&mut self, kind: u64, bytes: &[u8]) {
        self.word(kind << 56 | bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
    }

    /// Takes a cell in.
    #[inline]
    pub(crate) fn cell(&mut self, cell: ValueRef<'_>) {
        match cell {
            ValueRef::Null => self.word(1),
            ValueRef::Integer(int) => {
                self.word(2);
                self.word(int as u64);
            }
            ValueRef::Real(real) => {
                self.word(3);
                self.word(real.to_bits());
            }
            ValueRef::Text(text) => self.bytes(4, text),
            ValueRef::Blob(blob) => self.bytes(5, blob),
        }
    }

    /// In 32 bits, of which a row keeps four bytes.
    pub(crate) fn value(self) -> i64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(FACTOR);
        i64::from((mixed >> 32) as i32)
    }
}

/// Runs a statement whose parameters are these cells and, last, their checksum; answers how many rows it changed.
#[inline]
pub(crate) fn execute(statement: &mut CachedStatement<'_>, cells: &[ValueRef<'_>]) -> rusqlite::Result<usize> {
    let mut checksum = Checksum::new();
    for (at, &cell) in cells.iter().enumerate() {
        checksum.cell(cell);
        statement.raw_bind_parameter(at + 1, ToSqlOutput::Borrowed(cell))?;
    }
    statement.raw_bind_parameter(cells.len() + 1, checksum.value())?;
    statement.raw_execute()
}

/// The checksum of the first `cells` of a row.
pub(crate) fn of_row(row: &Row<'_>, cells: usize) -> rusqlite::Result<i64> {
    let mut checksum = Checksum::new();
    for at in 0..cells {
        checksum.cell(row.get_ref(at)?);
    }
    Ok(checksum.value())
}

/// The cells of a row are not those that were written.
#[derive(Debug, Clone, Copy, Error)]
#[error("its checksum differs")]
pub(crate) struct Differs;

/// Whether what was found is what was kept; a row of an older version has kept nothing.
pub(crate) fn compare(kept: Option<i64>, found: i64) -> Result<(), Differs> {
    match kept {
        Some(kept) if kept != found && !planted::is(Bug::ChecksumIgnored) => Err(Differs),
        _ => Ok(()),
    }
}

/// Whether the cells that a row's checksum is of, which are in these columns, are still those.
pub(crate) fn verify(row: &Row<'_>, cells: &[usize], kept: usize) -> Result<(), Box<dyn Error + Send + Sync>> {
    let mut found = Checksum::new();
    for &at in cells {
        found.cell(row.get_ref(at)?);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(cells: &[ValueRef<'_>]) -> i64 {
        let mut checksum = Checksum::new();
        for &cell in cells {
            checksum.cell(cell);
        }
        checksum.value()
    }

    #[test]
    fn every_flipped_bit_gives_another_checksum() {
        let text: Vec<u8> = (0..137_u8).collect();
        let whole = sum(&[ValueRef::Integer(7), ValueRef::Text(&text)]);
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(
                sum(&[ValueRef::Integer(7), ValueRef::Text(&flipped)]),
                whole,
                "bit {bit}"
            );
        }
        for bit in 0..64 {
            assert_ne!(sum(&[ValueRef::Integer(7 ^ 1 << bit), ValueRef::Text(&text)]), whole);
        }
    }

    #[test]
    fn cells_do_not_run_into_one_another_and_kinds_differ() {
        let cells: [&[ValueRef<'_>]; 7] = [
            &[],
            &[ValueRef::Null],
            &[ValueRef::Integer(0)],
            &[ValueRef::Text(b"")],
            &[ValueRef::Blob(b"")],
            &[ValueRef::Text(b"ab"), ValueRef::Text(b"c")],
            &[ValueRef::Text(b"a"), ValueRef::Text(b"bc")],
        ];
        for (at, one) in cells.iter().enumerate() {
            for other in &cells[..at] {
                assert_ne!(sum(one), sum(other));
            }
        }
    }
}
