//! Reading an open journal, records that are not written yet among them, while others append.

use super::error::JournalError;
use super::frame::{Frame, HEADER, Place};
use super::segment::segment_name;
use super::walk::Visit;
use super::{Journal, held};
use bassline_kernel::Limits;

/// How much is read at once, at least.
const PIECE: usize = 64 << 10;

/// Headers and bodies that stand one behind the other, from a place on.
struct Stretch {
    bytes: Vec<u8>,
    place: Place,
    /// The record behind the last that can be in it.
    until: u64,
    /// Whether there is more: the last record in it may be cut.
    is_part: bool,
}

/// Where a stretch is to be read, found under the lock.
enum Source {
    Memory(Vec<u8>),
    /// In the file, up to an offset.
    File(u64),
}

impl Journal {
    /// Hands records from `from` on to `visit`, within `limits`, and answers with the record behind the last of them. The first is
    /// always given.
    pub fn read(&self, from: u64, limits: Limits, visit: &mut Visit<'_>) -> Result<u64, JournalError> {
        self.is_of_this_process()?;
        let (mut next, mut bytes) = (from, 0);
        let (mut at, mut piece) = (None, PIECE);
        let enough = |next: u64| next - from >= limits.records.max(1) as u64;
        while !enough(next)
            && let Some(stretch) = self.stretch(next, at, piece)?
        {
            let mut offset = 0;
            while next < stretch.until && !enough(next) {
                let rest = stretch.bytes.get(offset..).unwrap_or_default();
                let place = Place {
                    offset: stretch.place.offset + offset as u64,
                    ..stretch.place
                };
                let needed = HEADER + length_at(rest).min(self.options.payload_bytes.max(PIECE));
                if rest.len() < needed && (stretch.is_part || (offset > 0 && rest.is_empty())) {
                    piece = needed.max(PIECE);
                    break;
                }
                let Some((frame, body)) = record_in(rest, place).filter(|(frame, _)| frame.sequence <= next) else {
                    return Err(damaged(place, next));
                };
                offset += HEADER + body.len();
                if frame.sequence < next {
                    continue;
                }
                if next > from && bytes + body.len() > limits.bytes {
                    return Ok(next);
                }
                visit(next, body).map_err(|source| JournalError::Refused {
                    file: segment_name(place.segment),
                    offset: place.offset,
                    sequence: next,
                    source: source.into(),
                })?;
                next += 1;
                bytes += body.len();
            }
            at = Some(Place {
                offset: stretch.place.offset + offset as u64,
                ..stretch.place
            });
        }
        Ok(next)
    }

    /// Bytes that hold record `next`, from `at` on if that is in its segment; `None` behind the last record.
    fn stretch(&self, next: u64, at: Option<Place>, piece: usize) -> Result<Option<Stretch>, JournalError> {
        let state = held(&self.state);
        let first = state.first();
        if next < first || next > state.next {
            return Err(JournalError::Truncated {
                first,
                end: state.next,
                asked: next,
            });
        }
        let behind = state.segments.partition_point(|segment| segment.first <= next);
        let segment = behind.checked_sub(1).and_then(|at| state.segments.get(at));
        let Some(segment) = segment.filter(|_| next < state.next) else {
            return Ok(None);
        };
        let until = state.segments.get(behind).map_or(state.next, |segment| segment.first);
        let near = Place {
            segment: segment.first,
            offset: segment.near(next),
        };
        let place = at
            .filter(|at| at.segment == near.segment && at.offset > near.offset)
            .unwrap_or(near);
        let flight = state.flight.as_ref();
        let flight = flight.map(|flight| (flight.place, &*flight.bytes));
        let mut source = Source::File(u64::MAX);
        for (begin, bytes) in [Some((state.start, &state.pending)), flight].into_iter().flatten() {
            if begin.segment == place.segment {
                source = match place.offset.checked_sub(begin.offset) {
                    Some(skip) => {
                        let rest = bytes.get(skip as usize..).unwrap_or_default();
                        Source::Memory(rest[..rest.len().min(piece)].to_vec())
                    }
                    None => Source::File(begin.offset),
                };
                if matches!(source, Source::Memory(_)) {
                    break;
                }
            }
        }
        drop(state);
        let bytes = match source {
            Source::Memory(bytes) => bytes,
            Source::File(end) => self.read_file(next, place, end, piece)?,
        };
        Ok(Some(Stretch {
            is_part: bytes.len() == piece,
            bytes,
            place,
            until,
        }))
    }

    fn read_file(&self, next: u64, place: Place, end: u64, piece: usize) -> Result<Vec<u8>, JournalError> {
        let name = segment_name(place.segment);
        let wanted = usize::try_from(end.saturating_sub(place.offset)).unwrap_or(usize::MAX);
        let mut bytes = vec![0; wanted.min(piece)];
        match self.disk.read_part(&name, place.offset, &mut bytes) {
            Ok(read) => {
                bytes.truncate(read);
                Ok(bytes)
            }
            Err(error) => {
                // It may have been let go of in the meantime.
                let (first, end) = (self.first(), self.end());
                Err(if next < first {
                    JournalError::Truncated {
                        first,
                        end,
                        asked: next,
                    }
                } else {
                    JournalError::failed(name, "read")(error)
                })
            }
        }
    }
}

/// How long the body is, by the word of a header that may be anything.
fn length_at(rest: &[u8]) -> usize {
    rest.first_chunk::<HEADER>().map_or(0, |header| {
        u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize
    })
}

fn record_in(rest: &[u8], place: Place) -> Option<(Frame, &[u8])> {
    let (frame, _) = Frame::decode(rest, place).filter(|(frame, _)| !frame.is_mark())?;
    Some((frame, frame.body_in(rest)?))
}

fn damaged(place: Place, sequence: u64) -> JournalError {
    JournalError::Damaged {
        file: segment_name(place.segment),
        offset: place.offset,
        sequence,
        expected: format!("record {sequence}, which was written while the journal was open"),
        found: "something else".into(),
    }
}
