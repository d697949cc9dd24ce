//! What brings batches to the disk: the segment that is written, and what is known of its file.

use super::error::JournalError;
use super::frame::{Frame, Place};
use super::options::{Options, Sync};
use super::segment::{SEGMENT_HEADER, SegmentHeader, segment_name};
use super::state::Flight;
use crate::disk::{Disk, DiskFile};
use bassline_core::planted::{self, Bug};
use std::sync::Arc;

/// No more is filled up at once because much is written.
const LARGE: u64 = 4 << 20;

static ZEROS: [u8; 256 << 10] = [0; 256 << 10];

#[derive(Debug)]
pub(super) struct Writer {
    disk: Arc<dyn Disk>,
    sync: Sync,
    ahead: u64,
    segment: u64,
    file: Box<dyn DiskFile>,
    /// Where the next batch will stand.
    end: u64,
    /// The length of the file.
    length: u64,
    /// Segments before this one that were not synced.
    unsynced: Vec<u64>,
}

impl Writer {
    /// Carries on with a segment at the end of what it holds.
    pub(super) fn resume(
        disk: Arc<dyn Disk>,
        options: &Options,
        segment: u64,
        file: Box<dyn DiskFile>,
        end: u64,
    ) -> Result<Self, JournalError> {
        let length = file
            .length()
            .map_err(JournalError::failed(segment_name(segment), "opened"))?;
        Ok(Self {
            disk,
            sync: options.sync,
            ahead: options.ahead_bytes,
            segment,
            file,
            end,
            length,
            unsynced: Vec::new(),
        })
    }

    /// Makes a segment. When this returns, it is durable.
    pub(super) fn make(disk: &dyn Disk, header: SegmentHeader, ahead: u64) -> Result<Box<dyn DiskFile>, JournalError> {
        let name = segment_name(header.first);
        let file = disk
            .create(&name)
            .map_err(JournalError::failed(name.clone(), "created"))?;
        let written = file
            .write_at(0, &header.encode())
            .and_then(|()| fill(&*file, SEGMENT_HEADER as u64, ahead));
        written.map_err(JournalError::failed(name.clone(), "written"))?;
        file.sync_data().map_err(JournalError::failed(name, "synced"))?;
        if !planted::is(Bug::DirectoryUnsynced) {
            disk.sync_dir().map_err(JournalError::failed(disk.place(), "synced"))?;
        }
        Ok(file)
    }

    pub(super) fn segment(&self) -> u64 {
        self.segment
    }

    /// Writes a batch, and waits for the disk if told to. Answers how many records are known to be on it.
    pub(super) fn put(&mut self, flight: &Flight, mut synced: u64, wait: bool) -> Result<u64, JournalError> {
        if flight.place.segment != self.segment {
            synced = self.roll(flight, synced)?;
        }
        let bytes: &[u8] = &flight.bytes;
        if !bytes.is_empty() {
            self.end = flight.place.offset + bytes.len() as u64;
            self.file
                .write_at(flight.place.offset, bytes)
                .map_err(self.failed("written"))?;
            self.fill_ahead(bytes.len() as u64)?;
        }
        if wait {
            for earlier in std::mem::take(&mut self.unsynced) {
                let name = segment_name(earlier);
                let synced = self.disk.open(&name).and_then(|file| file.sync_data());
                synced.map_err(JournalError::failed(name, "synced"))?;
            }
            self.sync_file()?;
            synced = flight.end;
        }
        Ok(synced)
    }

    fn sync_file(&self) -> Result<(), JournalError> {
        if planted::is(Bug::AcknowledgedEarly) {
            return Ok(());
        }
        let mut synced = self.file.sync_data();
        if synced.is_err() && planted::is(Bug::SyncRetried) {
            synced = self.file.sync_data();
        }
        synced.map_err(self.failed("synced"))
    }

    /// Fills the file up behind what was written, further if much is written at once; without syncs there is nothing to win by it.
    fn fill_ahead(&mut self, written: u64) -> Result<(), JournalError> {
        if self.end <= self.length {
            return Ok(());
        }
        self.length = self.end;
        if self.sync != Sync::None {
            let ahead = self.ahead.max(written.saturating_mul(16).min(LARGE)).max(1);
            let length = self.end.next_multiple_of(ahead);
            fill(&*self.file, self.end, length).map_err(self.failed("written"))?;
            self.length = length;
        }
        Ok(())
    }

    /// Begins the next segment; what the last one was filled up with is given back.
    fn roll(&mut self, flight: &Flight, mut synced: u64) -> Result<u64, JournalError> {
        self.file.set_len(self.end).map_err(self.failed("cut"))?;
        if self.sync == Sync::Normal {
            self.sync_file()?;
            synced = flight.place.segment;
        }
        if synced < flight.place.segment {
            self.unsynced.push(self.segment);
        }
        let header = SegmentHeader {
            first: flight.place.segment,
            synced,
            link: flight.link,
        };
        self.file = Self::make(&*self.disk, header, self.ahead)?;
        self.segment = header.first;
        self.end = SEGMENT_HEADER as u64;
        self.length = self.ahead.max(self.end);
        Ok(synced)
    }

    /// Says behind the last record how many were durable. It is not waited for: it is there after a kill, and mostly after a
    /// power loss; the next batch is written over it.
    pub(super) fn mark(&self, end: u64, link: u32, synced: u64, closed: bool) -> Result<(), JournalError> {
        let place = Place {
            segment: self.segment,
            offset: self.end,
        };
        let (bytes, _) = Frame::mark(end, link, synced, closed).encode(place);
        if !closed && self.end + bytes.len() as u64 > self.length {
            return Ok(());
        }
        self.file.write_at(self.end, &bytes).map_err(self.failed("written"))
    }

    pub(super) fn sync_mark(&self) -> Result<(), JournalError> {
        self.file.sync_data().map_err(self.failed("synced"))
    }

    fn failed(&self, doing: &'static str) -> impl FnOnce(std::io::Error) -> JournalError {
        JournalError::failed(segment_name(self.segment), doing)
    }
}

fn fill(file: &dyn DiskFile, mut from: u64, to: u64) -> std::io::Result<()> {
    while from < to {
        let piece = (to - from).min(ZEROS.len() as u64);
        file.write_at(from, &ZEROS[..piece as usize])?;
        from += piece;
    }
    Ok(())
}
