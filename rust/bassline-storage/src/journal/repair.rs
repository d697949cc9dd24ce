//! Making the disk agree with what recovery found, before anything is built on it. It may be cut short anywhere and begun again.

use super::error::JournalError;
use super::frame::Place;
use super::open::Cut;
use super::options::Options;
use super::segment::{SegmentHeader, segment_name};
use super::state::{Segment, State};
use super::waiting::Waiters;
use super::walk::Chain;
use super::write::Writer;
use crate::disk::Disk;
use bassline_core::planted::{self, Bug};
use std::sync::Arc;

const PIECE: usize = 256 << 10;

/// What the segments hold.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) chain: Chain,
    pub(super) first: u64,
    /// The last segment that counts, and where what counts of it ends.
    pub(super) last: u64,
    pub(super) end: u64,
    pub(super) closed: bool,
    /// The records before this one are durable; whether the others are is not known.
    pub(super) proven: u64,
    pub(super) cut: Option<Cut>,
    /// How many bytes stand behind that end.
    pub(super) torn: u64,
    /// Segments that count for nothing.
    pub(super) unmade: Vec<u64>,
    pub(super) segments: Vec<Segment>,
}

pub(super) fn repair(
    disk: &Arc<dyn Disk>,
    options: &Options,
    found: Found,
    unfinished: &[String],
    checkpoints: Vec<u64>,
) -> Result<(State, Writer), JournalError> {
    let sync_dir = || disk.sync_dir().map_err(JournalError::failed(disk.place(), "synced"));
    // The newest first: what is left is a journal at any time.
    for segment in found.unmade.iter().rev() {
        let name = segment_name(*segment);
        disk.remove(&name).map_err(JournalError::failed(name, "removed"))?;
        sync_dir()?;
    }
    for name in unfinished {
        disk.remove(name)
            .map_err(JournalError::failed(name.as_str(), "removed"))?;
    }
    let mut segments = found.segments;
    if segments.is_empty() {
        segments.push(Segment::new(found.first));
        let header = SegmentHeader {
            first: found.first,
            synced: found.first,
            link: found.chain.link,
        };
        Writer::make(&**disk, header, options.ahead_bytes)?;
    }
    if found.cut.is_some() && !planted::is(Bug::TornTailLeft) {
        let name = segment_name(found.last);
        let cut = disk.open(&name).and_then(|file| file.set_len(found.end));
        cut.map_err(JournalError::failed(name, "cut"))?;
    }
    if !planted::is(Bug::RecoveryUnsynced) {
        let next = segments.iter().skip(1).map(|next| next.first).chain([u64::MAX]);
        for (segment, _) in segments.iter().zip(next).filter(|(_, next)| *next > found.proven) {
            let end = if segment.first == found.last {
                found.end
            } else {
                u64::MAX
            };
            settle(&**disk, segment, found.proven, end)?;
        }
        sync_dir()?;
    }
    let next = found.chain.next + u64::from(planted::is(Bug::SequenceSkipped));
    let name = segment_name(found.last);
    let file = disk.open(&name).map_err(JournalError::failed(name, "opened"))?;
    let writer = Writer::resume(Arc::clone(disk), options, found.last, file, found.end)?;
    let state = State {
        pending: Vec::new(),
        start: Place {
            segment: found.last,
            offset: found.end,
        },
        start_link: found.chain.link,
        last: None,
        next,
        link: found.chain.link,
        acknowledged: next,
        synced: next,
        flight: None,
        taken: next,
        waiters: Waiters::default(),
        expected: 0,
        leading: false,
        failed: None,
        closed: false,
        segments: segments.into(),
        made: found.last,
        checkpoints,
        spare: Vec::new(),
    };
    Ok((state, writer))
}

/// Makes durable what was read of a segment and may be in the system's memory only: whoever is told of it takes it for durable. It is
/// written again, as a sync that failed before may have left it there as if it were on the disk.
fn settle(disk: &dyn Disk, segment: &Segment, proven: u64, end: u64) -> Result<(), JournalError> {
    let name = segment_name(segment.first);
    let from = if segment.first >= proven {
        0
    } else {
        segment.near(proven)
    };
    let again = || {
        let file = disk.open(&name)?;
        let mut bytes = vec![0; PIECE];
        let mut at = from;
        while at < end {
            let wanted = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let read = file.read_at(at, &mut bytes[..wanted])?;
            if read == 0 {
                break;
            }
            file.write_at(at, &bytes[..read])?;
            at += read as u64;
        }
        file.sync_data()
    };
    again().map_err(JournalError::failed(name.clone(), "synced"))
}
