//! A checksum for each row: tables have none, and give back a value whose bits have flipped as if it had always been that one.
//!
//! It is no secret and no proof against whoever means to change a store; it tells a flipped or misplaced cell from a whole one.

use bassline_core::planted::{self, Bug};
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

    #[inline]
    fn run(&mut self, kind: u64, bytes: &[u8]) {
        self.word(kind << 56 | bytes.len() as u64);
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.word(u64::from_le_bytes(last));
    }

    /// Takes in that there is nothing.
    #[inline]
    pub(crate) fn null(&mut self) {
        self.word(1);
    }

    /// Takes a whole number in.
    #[inline]
    pub(crate) fn int(&mut self, int: i64) {
        self.word(2);
        self.word(int as u64);
    }

    /// Takes a number in.
    #[inline]
    pub(crate) fn real(&mut self, real: f64) {
        self.word(3);
        self.word(real.to_bits());
    }

    /// Takes a text in.
    #[inline]
    pub(crate) fn text(&mut self, text: &[u8]) {
        self.run(4, text);
    }

    /// Takes bytes in.
    #[inline]
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        self.run(5, bytes);
    }

    /// In 32 bits, of which a row keeps four bytes.
    pub(crate) fn value(self) -> i64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(FACTOR);
        i64::from((mixed >> 32) as i32)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy)]
    enum Cell<'a> {
        Null,
        Integer(i64),
        Text(&'a [u8]),
        Blob(&'a [u8]),
    }

    fn sum(cells: &[Cell<'_>]) -> i64 {
        let mut checksum = Checksum::new();
        for &cell in cells {
            match cell {
                Cell::Null => checksum.null(),
                Cell::Integer(int) => checksum.int(int),
                Cell::Text(text) => checksum.text(text),
                Cell::Blob(bytes) => checksum.bytes(bytes),
            }
        }
        checksum.value()
    }

    #[test]
    fn every_flipped_bit_gives_another_checksum() {
        let text: Vec<u8> = (0..137_u8).collect();
        let whole = sum(&[Cell::Integer(7), Cell::Text(&text)]);
        for bit in 0..text.len() * 8 {
            let mut flipped = text.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(sum(&[Cell::Integer(7), Cell::Text(&flipped)]), whole, "bit {bit}");
        }
        for bit in 0..64 {
            assert_ne!(sum(&[Cell::Integer(7 ^ 1 << bit), Cell::Text(&text)]), whole);
        }
    }

    #[test]
    fn cells_do_not_run_into_one_another_and_kinds_differ() {
        let cells: [&[Cell<'_>]; 7] = [
            &[],
            &[Cell::Null],
            &[Cell::Integer(0)],
            &[Cell::Text(b"")],
            &[Cell::Blob(b"")],
            &[Cell::Text(b"ab"), Cell::Text(b"c")],
            &[Cell::Text(b"a"), Cell::Text(b"bc")],
        ];
        for (at, one) in cells.iter().enumerate() {
            for other in &cells[..at] {
                assert_ne!(sum(one), sum(other));
            }
        }
    }
}
