//! The beginning of a segment: what the file is, and how it follows on the one before.

use super::error::JournalError;
use crc32c::crc32c;

pub(super) const SEGMENT_HEADER: usize = 64;
const MAGIC: [u8; 8] = *b"BASSJRNL";
const VERSION: u32 = 1;
const SUFFIX: &str = ".segment";

pub(super) fn segment_name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

/// The number in a name of 20 digits and a suffix.
pub(super) fn number_in(name: &str, suffix: &str) -> Option<u64> {
    let digits = name.strip_suffix(suffix)?;
    let plain = digits.len() == 20 && digits.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| digits.parse().ok())?
}

pub(super) fn segment_in(name: &str) -> Option<u64> {
    number_in(name, SUFFIX)
}

/// What the beginning of a segment says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    /// Its first record.
    pub(super) first: u64,
    /// Every record before this one was durable when the segment was made.
    pub(super) synced: u64,
    /// The checksum of the header of the record before the first.
    pub(super) link: u32,
}

/// How far a segment's beginning can be trusted.
pub(super) enum Beginning {
    Whole(SegmentHeader),
    /// The power failed while the file was made: it was never used.
    Torn,
    /// It is not what was written.
    Broken,
}

impl SegmentHeader {
    pub(super) fn encode(self) -> [u8; SEGMENT_HEADER] {
        let mut bytes = [0; SEGMENT_HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.first.to_le_bytes());
        bytes[20..28].copy_from_slice(&self.synced.to_le_bytes());
        bytes[28..32].copy_from_slice(&self.link.to_le_bytes());
        let sum = crc32c(&bytes[..60]);
        bytes[60..].copy_from_slice(&sum.to_le_bytes());
        bytes
    }

    /// Reads the beginning of the segment named after `first`, which should carry on from `link`.
    pub(super) fn decode(first: u64, link: Option<u32>, bytes: &[u8]) -> Result<Beginning, JournalError> {
        if could_be_torn(first, link, bytes) {
            return Ok(Beginning::Torn);
        }
        let file = || segment_name(first);
        let Some(header) = bytes.first_chunk::<SEGMENT_HEADER>() else {
            return Ok(Beginning::Broken);
        };
        let number = |at: usize, size: usize| {
            let mut wide = [0; 8];
            wide[..size].copy_from_slice(&header[at..at + size]);
            u64::from_le_bytes(wide)
        };
        let whole = number(60, 4) as u32 == crc32c(&header[..60]);
        if header[..8] != MAGIC {
            // One changed bit does not make it another program's.
            let alike = header
                .iter()
                .zip(MAGIC)
                .filter(|(found, known)| **found == *known)
                .count();
            if alike >= 6 {
                return Ok(Beginning::Broken);
            }
            return Err(JournalError::Foreign {
                file: file(),
                found: "something else".into(),
                expected: "a segment of a journal",
            });
        }
        // Where the version and the checksum stand is the same in every version.
        let version = number(8, 4) as u32;
        if whole && version > VERSION {
            return Err(JournalError::Newer {
                file: file(),
                found: version,
                known: VERSION,
            });
        }
        if !whole || number(12, 8) != first {
            return Ok(Beginning::Broken);
        }
        Ok(Beginning::Whole(Self {
            first,
            synced: number(20, 8),
            link: number(28, 4) as u32,
        }))
    }
}

/// Whether this is what a write of the header leaves that a power loss cut short: each byte is as meant or zero, and one is not as
/// meant. The checksum and the count of durable records cannot be told beforehand.
fn could_be_torn(first: u64, link: Option<u32>, bytes: &[u8]) -> bool {
    let meant = SegmentHeader {
        first,
        synced: 0,
        link: link.unwrap_or(0),
    };
    let untold = |at: usize| (20..28).contains(&at) || at >= 60 || (link.is_none() && (28..32).contains(&at));
    let meant = meant.encode();
    let head = &bytes[..bytes.len().min(SEGMENT_HEADER)];
    let possible = head
        .iter()
        .zip(meant)
        .enumerate()
        .all(|(at, (found, meant))| *found == 0 || *found == meant || untold(at));
    let blank_behind = bytes.get(SEGMENT_HEADER..).is_none_or(is_blank);
    let whole = bytes.first_chunk::<SEGMENT_HEADER>().is_some_and(|head| {
        let sum = u32::from_le_bytes([head[60], head[61], head[62], head[63]]);
        sum == crc32c(&head[..60])
    });
    possible && blank_behind && !whole
}

/// Whether there are only zeros.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    let mut pieces = bytes.chunks_exact(64);
    pieces.all(|piece| piece == [0; 64]) && pieces.remainder().iter().all(|byte| *byte == 0)
}
