//! Following the chain of records to its end, and judging where it breaks: a tail to be cut, or damage.

use super::checkpoint_file::checkpoint_name;
use super::error::JournalError;
use super::files::Files;
use super::open::Cut;
use super::proof::proven_in;
use super::repair::Found;
use super::segment::{Beginning, SEGMENT_HEADER, SegmentHeader, segment_name};
use super::state::Segment;
use super::walk::{Break, Chain, Visit, walk};
use crate::disk::Disk;
use bassline_core::planted::{self, Bug};

/// Reads the journal on a disk that another may be writing, and answers with the record behind the last. Nothing is changed.
pub fn scan(disk: &dyn Disk, from: u64, visit: &mut Visit<'_>) -> Result<u64, JournalError> {
    let files = Files::list(disk)?;
    Ok(judge(disk, &files, from, visit)?.chain.next)
}

/// Follows the chain to its end, from the segment before the one that holds `from`, so that it is known what that follows on. What is
/// refused here was not touched.
pub(super) fn judge(disk: &dyn Disk, files: &Files, from: u64, visit: &mut Visit<'_>) -> Result<Found, JournalError> {
    let first = files.segments.first().copied().unwrap_or(0);
    // A checkpoint is written when the records before it are durable.
    let mut proven = files.checkpoints.last().copied().unwrap_or(0);
    let begin = files.before(from);
    let mut found = Found::new(first, files.segments.get(..begin).unwrap_or_default());
    found.chain.next = files.segments.get(begin).copied().unwrap_or(0);
    let mut bytes = Vec::new();
    let mut broken = None;
    let mut segments = files.segments.iter().copied().enumerate().skip(begin);
    for (at, segment) in segments.by_ref() {
        read(disk, segment, &mut bytes)?;
        if segment != found.chain.next {
            broken.get_or_insert(Break {
                segment: found.last,
                offset: found.end,
                sequence: found.chain.next,
                found: "the next segment",
            });
            proven = proven.max(proven_by(segment, &bytes)?);
            found.unmade.push(segment);
            break;
        }
        let link = (at > begin).then_some(found.chain.link);
        let header = match SegmentHeader::decode(segment, link.or((segment == 0).then_some(0)), &bytes)? {
            Beginning::Whole(header) => header,
            Beginning::Torn if at + 1 == files.segments.len() && (at > 0 || segment == 0) => {
                found.unmade = vec![segment];
                break;
            }
            Beginning::Torn | Beginning::Broken => {
                return Err(damaged(&found, segment, 0, "the header of a segment", "something else"));
            }
        };
        proven = proven.max(header.synced);
        if link.is_some_and(|link| link != header.link) && !planted::is(Bug::LinkUnchecked) {
            return Err(damaged(
                &found,
                segment,
                28,
                "a segment that follows on the one before",
                "one of another history",
            ));
        }
        // What stands behind the end of a segment that another carries on is no part of it.
        broken = None;
        found.chain.link = header.link;
        let walked = walk(&bytes, segment, found.chain, from, visit)?;
        proven = proven.max(walked.proven);
        found.take(walked.chain, walked.end, walked.closed, walked.segment);
        if let Some(place) = walked.broken {
            proven = proven.max(proven_in(&bytes, segment, place.offset as usize));
            found.torn = torn(&bytes, walked.end);
            broken = Some(place);
            if files.segments.get(at + 1) != Some(&found.chain.next) {
                break;
            }
        }
    }
    for (_, segment) in segments {
        read(disk, segment, &mut bytes)?;
        proven = proven.max(proven_by(segment, &bytes)?);
        found.unmade.push(segment);
    }
    verdict(files, found, broken, proven, from)
}

/// How much stands behind the end of the last whole batch.
fn torn(bytes: &[u8], end: u64) -> u64 {
    let tail = usize::try_from(end)
        .ok()
        .and_then(|end| bytes.get(end..))
        .unwrap_or_default();
    let last = tail.iter().rposition(|byte| *byte != 0);
    last.map_or(0, |last| last as u64 + 1)
}

/// How many records were durable, by the word of a segment behind a break.
fn proven_by(segment: u64, bytes: &[u8]) -> Result<u64, JournalError> {
    let proven = proven_in(bytes, segment, SEGMENT_HEADER);
    Ok(match SegmentHeader::decode(segment, None, bytes)? {
        Beginning::Whole(header) => proven.max(header.synced),
        Beginning::Torn | Beginning::Broken => proven,
    })
}

/// Whether a break is damage, or a tail to be cut.
fn verdict(
    files: &Files,
    mut found: Found,
    broken: Option<Break>,
    proven: u64,
    from: u64,
) -> Result<Found, JournalError> {
    let end = found.chain.next;
    if proven > end && !planted::is(Bug::ValidTailEaten) {
        let place = broken.unwrap_or(Break {
            segment: found.last,
            offset: found.end,
            sequence: end,
            found: "the end of the journal",
        });
        let by = files.checkpoints.iter().find(|sequence| **sequence > end);
        let by = by.map_or("what follows".into(), |sequence| {
            format!("'{}'", checkpoint_name(*sequence))
        });
        return Err(JournalError::Damaged {
            file: segment_name(place.segment),
            offset: place.offset,
            sequence: place.sequence,
            expected: format!("record {}, which by the word of {by} was durable", place.sequence),
            found: place.found.into(),
        });
    }
    if from < found.first || from > end {
        return Err(JournalError::Truncated {
            first: found.first,
            end,
            asked: from,
        });
    }
    found.proven = proven.min(end);
    found.cut = broken.map(|at| Cut {
        file: segment_name(found.last),
        offset: found.end,
        bytes: found.torn,
        sequence: end,
        found: format!("{} at byte {}, record {}", at.found, at.offset, at.sequence),
    });
    Ok(found)
}

fn read(disk: &dyn Disk, segment: u64, bytes: &mut Vec<u8>) -> Result<(), JournalError> {
    let name = segment_name(segment);
    disk.read(&name, bytes).map_err(JournalError::failed(name, "read"))
}

fn damaged(at: &Found, segment: u64, offset: u64, expected: &str, found: &str) -> JournalError {
    JournalError::Damaged {
        file: segment_name(segment),
        offset,
        sequence: at.chain.next,
        expected: expected.into(),
        found: found.into(),
    }
}

impl Found {
    /// What holds nothing known yet, with the segments that are passed over.
    fn new(first: u64, passed: &[u64]) -> Self {
        Self {
            chain: Chain { next: first, link: 0 },
            first,
            last: first,
            end: SEGMENT_HEADER as u64,
            closed: false,
            proven: 0,
            cut: None,
            torn: 0,
            unmade: Vec::new(),
            segments: passed.iter().copied().map(Segment::new).collect(),
        }
    }

    fn take(&mut self, chain: Chain, end: u64, closed: bool, segment: Segment) {
        self.chain = chain;
        self.last = segment.first;
        self.end = end;
        self.closed = closed;
        self.segments.push(segment);
    }
}
