//! What is known of a journal while it is open: what waits, what is under way, what is durable, and where each record is.

use super::error::JournalError;
use super::frame::{Frame, HEADER, Place};
use super::segment::SEGMENT_HEADER;
use super::waiting::Waiters;
use bassline_core::planted::{self, Bug};
use std::collections::VecDeque;
use std::sync::Arc;

/// A record is found by walking from at most so far before it.
const STRIDE: u64 = 16 << 10;

/// A segment: where some of its records begin, the first of them first.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub(super) first: u64,
    pub(super) index: Vec<(u64, u64)>,
}

impl Segment {
    pub(super) fn new(first: u64) -> Self {
        Self {
            first,
            index: Vec::new(),
        }
    }

    /// Notes where a record begins, if it is far enough behind the last that was noted.
    pub(super) fn note(&mut self, sequence: u64, offset: u64) {
        if self.index.last().is_none_or(|(_, last)| offset >= last + STRIDE) {
            self.index.push((sequence, offset));
        }
    }

    /// Where to begin looking for a record.
    pub(super) fn near(&self, sequence: u64) -> u64 {
        let behind = self.index.partition_point(|(noted, _)| *noted <= sequence);
        let found = behind.checked_sub(1).and_then(|at| self.index.get(at));
        found.map_or(SEGMENT_HEADER as u64, |(_, offset)| *offset)
    }
}

/// A batch on its way to the disk.
#[derive(Debug, Clone)]
pub(super) struct Flight {
    pub(super) bytes: Arc<Vec<u8>>,
    pub(super) place: Place,
    /// The record behind its last.
    pub(super) end: u64,
    /// The link of its first record.
    pub(super) link: u32,
}

#[derive(Debug)]
pub(super) struct State {
    /// Headers and bodies that are accepted and not on their way.
    pub(super) pending: Vec<u8>,
    /// Where `pending` will stand.
    pub(super) start: Place,
    /// The link of the first record in `pending`.
    pub(super) start_link: u32,
    /// The last header in `pending`, and where in `pending` it is.
    pub(super) last: Option<(Frame, usize)>,
    pub(super) next: u64,
    pub(super) link: u32,
    pub(super) acknowledged: u64,
    pub(super) synced: u64,
    pub(super) flight: Option<Flight>,
    /// The first record that was not taken.
    pub(super) taken: u64,
    pub(super) waiters: Waiters,
    /// What `next` will be when all whom the last batch has woken have appended again.
    pub(super) expected: u64,
    /// Someone writes.
    pub(super) leading: bool,
    /// The first failure; it is final.
    pub(super) failed: Option<JournalError>,
    pub(super) closed: bool,
    pub(super) segments: VecDeque<Segment>,
    /// The newest segment that is on the disk.
    pub(super) made: u64,
    pub(super) checkpoints: Vec<u64>,
    /// A buffer to be used again.
    pub(super) spare: Vec<u8>,
}

impl State {
    /// Appends a record.
    pub(super) fn push(&mut self, body: &[u8], sum: u32) -> u64 {
        let (sequence, begin) = (self.next, self.pending.len());
        let place = Place {
            segment: self.start.segment,
            offset: self.start.offset + begin as u64,
        };
        let frame = Frame::record(sequence, self.link, body, sum);
        let (header, link) = frame.encode(place);
        self.pending.extend_from_slice(&header);
        self.pending.extend_from_slice(body);
        if let Some(segment) = self.segments.back_mut() {
            segment.note(sequence, place.offset);
        }
        self.last = Some((frame, begin));
        self.link = link;
        self.next += 1;
        sequence
    }

    /// Makes a batch of what waits; a full segment is followed by another.
    pub(super) fn take(&mut self, segment_bytes: u64) -> Flight {
        if let Some((frame, begin)) = self.last.take() {
            let place = Place {
                segment: self.start.segment,
                offset: self.start.offset + begin as u64,
            };
            let (header, link) = frame.ending(self.synced).encode(place);
            if let Some(old) = self.pending.get_mut(begin..begin + HEADER) {
                old.copy_from_slice(&header);
            }
            self.link = link;
        }
        let bytes = std::mem::replace(&mut self.pending, std::mem::take(&mut self.spare));
        let flight = Flight {
            place: self.start,
            end: self.next,
            link: self.start_link,
            bytes: Arc::new(bytes),
        };
        self.start.offset += flight.bytes.len() as u64;
        if self.start.offset >= segment_bytes && self.start.segment < self.next {
            self.start = Place {
                segment: self.next,
                offset: SEGMENT_HEADER as u64,
            };
            self.segments.push_back(Segment::new(self.next));
        }
        self.start_link = self.link;
        self.taken = self.next;
        self.flight = Some(flight.clone());
        flight
    }

    /// What was taken is done with; its buffer is used again.
    pub(super) fn land(&mut self) {
        let bytes = self.flight.take().and_then(|flight| Arc::try_unwrap(flight.bytes).ok());
        if let Some(mut bytes) = bytes.filter(|bytes| bytes.capacity() <= 16 << 20) {
            bytes.clear();
            self.spare = bytes;
        }
    }

    pub(super) fn waiting_bytes(&self) -> usize {
        self.pending.len() + self.flight.as_ref().map_or(0, |flight| flight.bytes.len())
    }

    pub(super) fn first(&self) -> u64 {
        self.segments.front().map_or(self.next, |segment| segment.first)
    }

    /// The first record that the last `kept` checkpoints need.
    pub(super) fn needed(&self, kept: Option<usize>) -> u64 {
        match kept {
            None => u64::MAX,
            Some(kept) => {
                let at = self.checkpoints.len().checked_sub(kept.max(1));
                at.and_then(|at| self.checkpoints.get(at)).copied().unwrap_or(0)
            }
        }
    }

    /// Takes the segments out that hold nothing from `below` on, and names them.
    pub(super) fn drop_below(&mut self, below: u64) -> Vec<u64> {
        let mut gone = Vec::new();
        while let Some(next) = self.segments.get(1).map(|next| next.first)
            && next <= self.made
            && (next <= below || (planted::is(Bug::SegmentRemovedEarly) && gone.is_empty()))
        {
            gone.extend(self.segments.pop_front().map(|segment| segment.first));
        }
        gone
    }
}
