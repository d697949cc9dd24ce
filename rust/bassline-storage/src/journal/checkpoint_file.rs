//! The file of a checkpoint: pieces, each with a checksum that covers the place it stands at, and an end that counts them.

use super::error::JournalError;
use super::segment::number_in;
use crate::disk::DiskFile;
use crc32c::{crc32c, crc32c_append};
use std::io::{self, Write};

const MAGIC: [u8; 8] = *b"BASSCKPT";
const VERSION: u32 = 1;
const SUFFIX: &str = ".checkpoint";
/// What a checkpoint is called while it is written.
pub(super) const UNFINISHED: &str = ".checkpoint.new";
const HEADER: usize = 32;
const PIECE_HEADER: usize = 12;
const PIECE: usize = 64 << 10;

const META: u32 = 1;
const BODY: u32 = 2;
const END: u32 = 3;

pub(super) fn checkpoint_name(sequence: u64) -> String {
    format!("{sequence:020}{SUFFIX}")
}

pub(super) fn checkpoint_in(name: &str) -> Option<u64> {
    number_in(name, SUFFIX)
}

/// A state that was kept, and the record it stands before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The first record that is not in it.
    pub sequence: u64,
    /// What was said about it.
    pub meta: Vec<u8>,
    /// The state.
    pub body: Vec<u8>,
}

fn header(sequence: u64) -> [u8; HEADER] {
    let mut bytes = [0; HEADER];
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..20].copy_from_slice(&sequence.to_le_bytes());
    let sum = crc32c(&bytes[..28]);
    bytes[28..].copy_from_slice(&sum.to_le_bytes());
    bytes
}

fn piece_sum(sequence: u64, offset: u64, head: &[u8], bytes: &[u8]) -> u32 {
    let sum = crc32c(&sequence.to_le_bytes());
    crc32c_append(crc32c_append(crc32c_append(sum, &offset.to_le_bytes()), head), bytes)
}

/// Writes the pieces of a checkpoint.
pub(super) struct Pieces<'a> {
    file: &'a dyn DiskFile,
    sequence: u64,
    offset: u64,
    piece: Vec<u8>,
    whole: u32,
    total: u64,
}

impl<'a> Pieces<'a> {
    pub(super) fn begin(file: &'a dyn DiskFile, sequence: u64, meta: &[u8]) -> io::Result<Self> {
        file.write_at(0, &header(sequence))?;
        let mut pieces = Self {
            file,
            sequence,
            offset: HEADER as u64,
            piece: Vec::with_capacity(PIECE),
            whole: 0,
            total: 0,
        };
        pieces.put(META, meta)?;
        Ok(pieces)
    }

    fn put(&mut self, kind: u32, bytes: &[u8]) -> io::Result<()> {
        let mut piece = Vec::with_capacity(PIECE_HEADER + bytes.len());
        let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
        piece.extend_from_slice(&length.to_le_bytes());
        piece.extend_from_slice(&kind.to_le_bytes());
        let sum = piece_sum(self.sequence, self.offset, &piece, bytes);
        piece.extend_from_slice(&sum.to_le_bytes());
        piece.extend_from_slice(bytes);
        self.file.write_at(self.offset, &piece)?;
        self.offset += piece.len() as u64;
        Ok(())
    }

    fn put_body(&mut self) -> io::Result<()> {
        let piece = std::mem::take(&mut self.piece);
        self.whole = crc32c_append(self.whole, &piece);
        self.total += piece.len() as u64;
        self.put(BODY, &piece)?;
        self.piece = piece;
        self.piece.clear();
        Ok(())
    }

    pub(super) fn end(mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            self.put_body()?;
        }
        let mut end = self.total.to_le_bytes().to_vec();
        end.extend_from_slice(&self.whole.to_le_bytes());
        self.put(END, &end)
    }
}

impl Write for Pieces<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        if self.piece.len() == PIECE {
            self.put_body()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads a checkpoint; the error names what is wrong with it, and where.
pub(super) fn decode(sequence: u64, bytes: &[u8]) -> Result<Checkpoint, JournalError> {
    let damaged = |offset: usize, expected: &str, found: &str| JournalError::Damaged {
        file: checkpoint_name(sequence),
        offset: offset as u64,
        sequence,
        expected: expected.into(),
        found: found.into(),
    };
    let Some(head) = bytes.first_chunk::<HEADER>() else {
        return Err(damaged(0, "the header of a checkpoint", "the end of the file"));
    };
    let word = |at: usize| {
        let word: Option<[u8; 4]> = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
        word.map_or(0, u32::from_le_bytes)
    };
    if word(28) != crc32c(&head[..28]) {
        return Err(damaged(0, "the header of a checkpoint", "a wrong checksum"));
    }
    if head[..8] == MAGIC && word(8) > VERSION {
        return Err(JournalError::Newer {
            file: checkpoint_name(sequence),
            found: word(8),
            known: VERSION,
        });
    }
    if *head != header(sequence) {
        return Err(damaged(0, "the header of this checkpoint", "that of another"));
    }
    let mut found = Checkpoint {
        sequence,
        meta: Vec::new(),
        body: Vec::new(),
    };
    let (mut offset, mut meta) = (HEADER, false);
    loop {
        let (length, kind) = (word(offset) as usize, word(offset + 4));
        let begin = offset + PIECE_HEADER;
        let Some(piece) = bytes.get(begin..begin.saturating_add(length)) else {
            return Err(damaged(offset, "a piece of it", "the end of the file"));
        };
        let sum = piece_sum(sequence, offset as u64, &bytes[offset..offset + 8], piece);
        if sum != word(offset + 8) {
            return Err(damaged(offset, "a piece of it", "a wrong checksum"));
        }
        let next = begin + length;
        match kind {
            META if !meta => {
                found.meta = piece.to_vec();
                meta = true;
            }
            BODY if meta => found.body.extend_from_slice(piece),
            END if meta && next == bytes.len() => {
                let whole = crc32c(&found.body).to_le_bytes();
                let total = (found.body.len() as u64).to_le_bytes();
                if piece == [&total[..], &whole[..]].concat() {
                    return Ok(found);
                }
                return Err(damaged(offset, "the whole of it", "a part"));
            }
            END => return Err(damaged(next, "the end of the file", "more bytes")),
            _ => return Err(damaged(offset, "a piece of a known kind", "another kind")),
        }
        offset = next;
    }
}
