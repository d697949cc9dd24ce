//! Following the chain of records through one segment.

use super::error::{JournalError, VisitError};
use super::frame::{Frame, HEADER, Place};
use super::segment::{SEGMENT_HEADER, is_blank, segment_name};
use super::state::Segment;
use bassline_core::planted::{self, Bug};

/// What a record is handed to: its number and its payload.
pub type Visit<'a> = dyn FnMut(u64, &[u8]) -> Result<(), VisitError> + 'a;

/// Where the chain stands: what the next record is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chain {
    pub(super) next: u64,
    pub(super) link: u32,
}

/// A place where the chain breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Break {
    pub(super) segment: u64,
    pub(super) offset: u64,
    pub(super) sequence: u64,
    pub(super) found: &'static str,
}

/// What one segment holds.
#[derive(Debug)]
pub(super) struct Walked {
    pub(super) chain: Chain,
    /// Where its last whole batch ends.
    pub(super) end: u64,
    /// What stands there instead of a record or nothing.
    pub(super) broken: Option<Break>,
    /// So many records were durable, by its own word.
    pub(super) proven: u64,
    pub(super) closed: bool,
    pub(super) segment: Segment,
}

/// Follows the chain through the segment of `bytes`, and hands the records of whole batches from `from` on to `visit`.
pub(super) fn walk(
    bytes: &[u8],
    segment: u64,
    mut chain: Chain,
    from: u64,
    visit: &mut Visit<'_>,
) -> Result<Walked, JournalError> {
    let mut walked = Walked {
        chain,
        end: SEGMENT_HEADER as u64,
        broken: None,
        proven: 0,
        closed: false,
        segment: Segment::new(segment),
    };
    let mut batch: Vec<(u64, usize, usize)> = Vec::new();
    let mut offset = SEGMENT_HEADER;
    let found = loop {
        let rest = bytes.get(offset..).unwrap_or_default();
        let place = Place {
            segment,
            offset: offset as u64,
        };
        let Some((frame, sum)) = Frame::decode(rest, place) else {
            break if batch.is_empty() && is_blank(rest) {
                None
            } else if rest.len() < HEADER {
                Some("the end of the file")
            } else if is_blank(rest) {
                Some("zeros in the middle of a batch")
            } else {
                Some("a header with a wrong checksum")
            };
        };
        if frame.sequence != chain.next {
            break Some("a record of another number");
        }
        if frame.link != chain.link && !planted::is(Bug::LinkUnchecked) {
            break Some("a record that follows on another");
        }
        if frame.is_mark() {
            let behind = bytes.get(offset + HEADER..).unwrap_or_default();
            walked.proven = walked.proven.max(frame.synced());
            walked.closed = frame.is_closing() && is_blank(behind);
            break if is_blank(behind) {
                None
            } else {
                Some("a batch that was not finished")
            };
        }
        let Some(body) = frame.body_in(rest) else {
            let cut = rest.len() < HEADER + frame.length as usize;
            break Some(if cut {
                "the end of the file"
            } else {
                "a body with a wrong checksum"
            });
        };
        batch.push((frame.sequence, offset, body.len()));
        chain = Chain {
            next: frame.sequence + 1,
            link: sum,
        };
        offset += HEADER + body.len();
        if frame.ends_batch() || planted::is(Bug::PartialBatchKept) {
            walked.proven = walked.proven.max(frame.synced());
            finish(bytes, &mut batch, from, &mut walked.segment, visit)?;
            walked.chain = chain;
            walked.end = offset as u64;
        }
    };
    walked.broken = found.map(|found| Break {
        segment,
        offset: offset as u64,
        sequence: chain.next,
        found,
    });
    Ok(walked)
}

/// A batch is whole: its records count.
fn finish(
    bytes: &[u8],
    batch: &mut Vec<(u64, usize, usize)>,
    from: u64,
    segment: &mut Segment,
    visit: &mut Visit<'_>,
) -> Result<(), JournalError> {
    for (sequence, offset, length) in batch.drain(..) {
        segment.note(sequence, offset as u64);
        let skipped = sequence < from || planted::is(Bug::ReplaySkipped);
        if let Some(body) = bytes
            .get(offset + HEADER..offset + HEADER + length)
            .filter(|_| !skipped)
        {
            visit(sequence, body).map_err(|source| JournalError::Refused {
                file: segment_name(segment.first),
                offset: offset as u64,
                sequence,
                source: source.into(),
            })?;
        }
    }
    Ok(())
}
