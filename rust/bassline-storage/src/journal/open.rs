//! Opening: taking the place, choosing a checkpoint, following the chain through all segments, and judging where it breaks.

use super::checkpoint::newest_whole;
use super::checkpoint_file::{Checkpoint, UNFINISHED, checkpoint_in, checkpoint_name};
use super::error::JournalError;
use super::options::Options;
use super::proof::proven_in;
use super::repair::{Found, repair};
use super::segment::{Beginning, SEGMENT_HEADER, SegmentHeader, number_in, segment_in, segment_name};
use super::state::Segment;
use super::walk::{Break, Chain, Visit, walk};
use super::{Journal, held};
use crate::disk::{Disk, Held};
use bassline_core::planted::{self, Bug};
use std::sync::Arc;

/// What opening found.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Recovery {
    /// Whether the journal was closed well. Otherwise what was not acknowledged may be lost, and if the disk lost what it had synced
    /// at the very end, nothing there can tell.
    pub closed: bool,
    /// What was cut from the end.
    pub cut: Option<Cut>,
    /// The checkpoints that are damaged, newest first.
    pub damaged: Vec<Arc<JournalError>>,
}

/// A tail that nothing proves to have been durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut {
    /// The file.
    pub file: String,
    /// Where the first of it stood.
    pub offset: u64,
    /// The number of the first record of it.
    pub sequence: u64,
    /// Where the chain broke: what stood there.
    pub found: String,
}

/// The files of a journal, by number.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) segments: Vec<u64>,
    pub(super) checkpoints: Vec<u64>,
    pub(super) unfinished: Vec<String>,
}

impl Files {
    pub(super) fn list(disk: &dyn Disk) -> Result<Self, JournalError> {
        let names = disk.list().map_err(JournalError::failed(disk.place(), "listed"))?;
        let mut files = Self::default();
        for name in names {
            if let Some(first) = segment_in(&name) {
                files.segments.push(first);
            } else if let Some(sequence) = checkpoint_in(&name) {
                files.checkpoints.push(sequence);
            } else if number_in(&name, UNFINISHED).is_some() {
                files.unfinished.push(name);
            }
        }
        files.segments.sort_unstable();
        files.checkpoints.sort_unstable();
        Ok(files)
    }
}

/// A journal that is taken and not open yet: first the checkpoint to begin with, then the records behind it.
#[derive(Debug)]
pub struct Opening {
    disk: Arc<dyn Disk>,
    options: Options,
    lock: Box<dyn Held>,
    files: Files,
    damaged: Vec<Arc<JournalError>>,
}

impl Opening {
    /// Takes the journal on a disk. Nothing is changed.
    pub fn begin(disk: Arc<dyn Disk>, options: Options) -> Result<Self, JournalError> {
        let place = disk.place();
        let lock = disk.lock().map_err(JournalError::failed(&*place, "locked"))?;
        let lock = lock.ok_or(JournalError::InUse { place })?;
        let files = Files::list(&*disk)?;
        Ok(Self {
            disk,
            options,
            lock,
            files,
            damaged: Vec::new(),
        })
    }

    /// The newest checkpoint that is whole. It is refused if the journal does not hold every record behind it, and so is beginning
    /// without one.
    pub fn checkpoint(&mut self) -> Result<Option<Checkpoint>, JournalError> {
        let (found, damaged) = newest_whole(&*self.disk, &self.files.checkpoints)?;
        let begins = self.files.segments.first().copied().unwrap_or(0);
        let needed = found.as_ref().map_or(0, |checkpoint| checkpoint.sequence);
        if needed < begins {
            return Err(damaged.first().map_or(
                JournalError::Truncated {
                    first: begins,
                    end: begins,
                    asked: needed,
                },
                |error| JournalError::clone(error),
            ));
        }
        self.damaged = damaged;
        Ok(found)
    }

    /// Hands every record from `from` on to `visit`, and opens the journal behind the last.
    pub fn replay(self, from: u64, visit: &mut Visit<'_>) -> Result<Journal, JournalError> {
        let found = judge(&*self.disk, &self.files, from, visit)?;
        let damaged = self.damaged;
        // A damaged one does not count, or the records it would need were let go of.
        let broken: Vec<u64> = damaged.iter().filter_map(|error| sequence_of(error)).collect();
        let checkpoints = self.files.checkpoints.into_iter();
        let checkpoints = checkpoints.filter(|sequence| !broken.contains(sequence)).collect();
        let recovery = Recovery {
            closed: found.closed,
            cut: found.cut.clone(),
            damaged,
        };
        let (state, writer) = repair(&self.disk, &self.options, found, &self.files.unfinished, checkpoints)?;
        let journal = Journal {
            disk: self.disk,
            options: self.options,
            state: std::sync::Mutex::new(state),
            done: std::sync::Condvar::new(),
            writer: std::sync::Mutex::new(writer),
            tidying: std::sync::Mutex::new(()),
            recovery,
            lock: std::sync::Mutex::new(None),
        };
        *held(&journal.lock) = Some(self.lock);
        Ok(journal)
    }
}

fn sequence_of(error: &JournalError) -> Option<u64> {
    match error {
        JournalError::Damaged { sequence, .. } => Some(*sequence),
        _ => None,
    }
}

/// Reads the journal on a disk that another may be writing, and answers with the record behind the last. Nothing is changed.
pub fn scan(disk: &dyn Disk, from: u64, visit: &mut Visit<'_>) -> Result<u64, JournalError> {
    let files = Files::list(disk)?;
    Ok(judge(disk, &files, from, visit)?.chain.next)
}

/// Follows the chain through all segments. What is refused here was not touched.
pub(super) fn judge(disk: &dyn Disk, files: &Files, from: u64, visit: &mut Visit<'_>) -> Result<Found, JournalError> {
    let first = files.segments.first().copied().unwrap_or(0);
    // A checkpoint is written when the records before it are durable.
    let mut proven = files.checkpoints.last().copied().unwrap_or(0);
    let mut found = Found::new(first);
    let mut bytes = Vec::new();
    let mut broken = None;
    let mut segments = files.segments.iter().copied().enumerate();
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
        let link = (at > 0).then_some(found.chain.link);
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
    fn new(first: u64) -> Self {
        Self {
            chain: Chain { next: first, link: 0 },
            first,
            last: first,
            end: SEGMENT_HEADER as u64,
            closed: false,
            proven: 0,
            cut: None,
            unmade: Vec::new(),
            segments: Vec::new(),
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
