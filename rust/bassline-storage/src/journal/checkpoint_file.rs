//! The file of a checkpoint: pieces, each with a checksum that covers the place it stands at, and an end that counts them.

use super::error::JournalError;
use super::segment::number_in;
use crate::disk::{Disk, DiskFile};
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
/// So much is read to know what is said about a checkpoint; all of it if that is not enough.
const HEAD: usize = 4 << 10;

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

fn damaged(file: &str, sequence: u64, offset: usize, expected: &str, found: &str) -> JournalError {
    JournalError::Damaged {
        file: file.into(),
        offset: offset as u64,
        sequence,
        expected: expected.into(),
        found: found.into(),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    let word: Option<[u8; 4]> = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    word.map_or(0, u32::from_le_bytes)
}

/// Whether the file begins as that of a checkpoint of this number does.
fn verify_header(file: &str, sequence: u64, bytes: &[u8]) -> Result<(), JournalError> {
    let damaged = |expected: &str, found: &str| damaged(file, sequence, 0, expected, found);
    let Some(head) = bytes.first_chunk::<HEADER>() else {
        return Err(damaged("the header of a checkpoint", "the end of the file"));
    };
    if word(head, 28) != crc32c(&head[..28]) {
        return Err(damaged("the header of a checkpoint", "a wrong checksum"));
    }
    if head[..8] == MAGIC && word(head, 8) > VERSION {
        return Err(JournalError::Newer {
            file: file.into(),
            found: word(head, 8),
            known: VERSION,
        });
    }
    if *head != header(sequence) {
        return Err(damaged("the header of this checkpoint", "that of another"));
    }
    Ok(())
}

/// The kind of the piece at an offset, and what is in it.
fn piece_at<'a>(file: &str, sequence: u64, bytes: &'a [u8], offset: usize) -> Result<(u32, &'a [u8]), JournalError> {
    let damaged = |found: &str| damaged(file, sequence, offset, "a piece of it", found);
    let (length, begin) = (word(bytes, offset) as usize, offset + PIECE_HEADER);
    let Some(piece) = bytes.get(begin..begin.saturating_add(length)) else {
        return Err(damaged("the end of the file"));
    };
    let sum = piece_sum(sequence, offset as u64, &bytes[offset..offset + 8], piece);
    if sum != word(bytes, offset + 8) {
        return Err(damaged("a wrong checksum"));
    }
    Ok((word(bytes, offset + 4), piece))
}

/// Reads what is said about a checkpoint, and nothing behind that.
pub(super) fn read_meta(disk: &dyn Disk, file: &str, sequence: u64) -> Result<Vec<u8>, JournalError> {
    let failed = || JournalError::failed(file, "read");
    let mut bytes = vec![0; HEAD];
    let read = disk.read_part(file, 0, &mut bytes).map_err(failed())?;
    bytes.truncate(read);
    if read == HEAD && word(&bytes, HEADER) as usize > HEAD - HEADER - PIECE_HEADER {
        disk.read(file, &mut bytes).map_err(failed())?;
    }
    verify_header(file, sequence, &bytes)?;
    match piece_at(file, sequence, &bytes, HEADER)? {
        (META, meta) => Ok(meta.to_vec()),
        _ => Err(damaged(
            file,
            sequence,
            HEADER,
            "what is said about it",
            "another kind of piece",
        )),
    }
}

/// Reads a checkpoint; the error names what is wrong with it, and where.
pub(super) fn decode(file: &str, sequence: u64, bytes: &[u8]) -> Result<Checkpoint, JournalError> {
    verify_header(file, sequence, bytes)?;
    let mut found = Checkpoint {
        sequence,
        meta: Vec::new(),
        body: Vec::new(),
    };
    let (mut offset, mut meta) = (HEADER, false);
    loop {
        let damaged = |offset: usize, expected: &str, found: &str| damaged(file, sequence, offset, expected, found);
        let (kind, piece) = piece_at(file, sequence, bytes, offset)?;
        let next = offset + PIECE_HEADER + piece.len();
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
