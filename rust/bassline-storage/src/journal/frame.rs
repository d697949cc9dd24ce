//! The header before every record, and what makes it valid: its own checksum, which covers the place it stands at.

use bassline_core::planted::{self, Bug};
use crc32c::{crc32c, crc32c_append};

pub(super) const HEADER: usize = 32;

/// The last record of a batch.
pub(super) const END: u32 = 0x100;
const RECORD: u32 = 1;
const MARK: u32 = 2;
const CLOSED: u32 = 0x200;

/// Where a header stands: in the segment that begins with a record, so many bytes from its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) segment: u64,
    pub(super) offset: u64,
}

/// What a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Frame {
    /// Bytes of the body.
    pub(super) length: u32,
    pub(super) sequence: u64,
    /// The checksum of the header of the record before this one.
    pub(super) link: u32,
    /// The checksum of the body.
    pub(super) body: u32,
    /// How many records before this one were not known to be durable when it was written; `u32::MAX` for any number.
    pub(super) unsynced: u32,
    flags: u32,
}

fn word(bytes: &[u8; HEADER], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn sum(bytes: &[u8; HEADER], place: Place) -> u32 {
    let mut seed = [0; 16];
    seed[..8].copy_from_slice(&place.segment.to_le_bytes());
    seed[8..].copy_from_slice(&place.offset.to_le_bytes());
    crc32c_append(crc32c(&seed), &bytes[4..])
}

impl Frame {
    pub(super) fn record(sequence: u64, link: u32, body: &[u8], body_sum: u32) -> Self {
        Self {
            length: body.len() as u32,
            sequence,
            link,
            body: body_sum,
            unsynced: u32::MAX,
            flags: RECORD,
        }
    }

    /// What stands behind the last record, until the next is written over it: how many records were durable then.
    pub(super) fn mark(end: u64, link: u32, synced: u64, closed: bool) -> Self {
        Self {
            length: 0,
            sequence: end,
            link,
            body: 0,
            unsynced: u32::try_from(end.saturating_sub(synced)).unwrap_or(u32::MAX),
            flags: if closed { MARK | CLOSED } else { MARK },
        }
    }

    /// The same as the last of its batch, written when all records before `synced` were durable.
    pub(super) fn ending(self, synced: u64) -> Self {
        Self {
            unsynced: u32::try_from(self.sequence.saturating_sub(synced)).unwrap_or(u32::MAX),
            flags: self.flags | END,
            ..self
        }
    }

    /// The header, and its checksum.
    pub(super) fn encode(self, place: Place) -> ([u8; HEADER], u32) {
        let mut bytes = [0; HEADER];
        bytes[4..8].copy_from_slice(&self.length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.sequence.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.link.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.body.to_le_bytes());
        bytes[24..28].copy_from_slice(&self.unsynced.to_le_bytes());
        bytes[28..].copy_from_slice(&self.flags.to_le_bytes());
        let sum = sum(&bytes, place);
        bytes[..4].copy_from_slice(&sum.to_le_bytes());
        (bytes, sum)
    }

    /// The valid header at the beginning of `bytes`, and its checksum.
    pub(super) fn decode(bytes: &[u8], place: Place) -> Option<(Self, u32)> {
        let bytes: &[u8; HEADER] = bytes.first_chunk()?;
        let flags = word(bytes, 28);
        if !matches!(flags & !END, RECORD) && !matches!(flags & !CLOSED, MARK) {
            return None;
        }
        let found = word(bytes, 0);
        if found != sum(bytes, place) && !planted::is(Bug::HeaderUnchecked) {
            return None;
        }
        let frame = Self {
            length: word(bytes, 4),
            sequence: u64::from(word(bytes, 8)) | u64::from(word(bytes, 12)) << 32,
            link: word(bytes, 16),
            body: word(bytes, 20),
            unsynced: word(bytes, 24),
            flags,
        };
        Some((frame, found))
    }

    pub(super) fn is_mark(self) -> bool {
        self.flags & MARK != 0
    }

    pub(super) fn is_closing(self) -> bool {
        self.flags & CLOSED != 0
    }

    pub(super) fn ends_batch(self) -> bool {
        self.flags & END != 0
    }

    /// Every record before this one was durable when the header was written.
    pub(super) fn synced(self) -> u64 {
        if self.unsynced == u32::MAX {
            0
        } else {
            self.sequence.saturating_sub(u64::from(self.unsynced))
        }
    }

    /// The body behind the header at the beginning of `bytes`, if it is as it was written.
    pub(super) fn body_in(self, bytes: &[u8]) -> Option<&[u8]> {
        let body = bytes.get(HEADER..HEADER + self.length as usize)?;
        (crc32c(body) == self.body || planted::is(Bug::BodyUnchecked)).then_some(body)
    }

    /// Header and body.
    pub(super) fn size(self) -> u64 {
        HEADER as u64 + u64::from(self.length)
    }
}
