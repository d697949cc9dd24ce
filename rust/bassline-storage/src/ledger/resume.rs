//! Finding the place behind a tick that a driver has taken in an earlier life, and the names of what was removed since.

use super::recover::Recovery;
use super::retention::About;
use crate::journal::{Journal, JournalError};
use crate::record::{Entry, read_base, read_entry, read_entry_head};
use bassline_kernel::{Limits, Position, Recalled, TickRecord};
use std::sync::Arc;

/// So much is looked at at once.
const PIECE: Limits = Limits {
    records: 10_000,
    bytes: 4 << 20,
};
const ONE: Limits = Limits { records: 1, bytes: 0 };

/// The record behind a tick, if the journal holds every tick from there on. The tick itself has to be there, of that epoch or standing when that
/// epoch began; or a checkpoint stands for it.
pub(crate) fn behind(journal: &Journal, position: Position) -> Result<Option<u64>, JournalError> {
    let mut from = first_to_look_at(journal, position.tick)?;
    // Before the first record every network is alike.
    let mut last = (from == 0).then_some((0, 0, 0));
    let (mut opened, mut beyond) = (false, false);
    while !beyond {
        let next = journal.read(from, PIECE, &mut |sequence, entry| {
            let head = read_entry_head(entry)?;
            match head.tick {
                _ if beyond => {}
                None => opened |= head.epoch == position.epoch,
                Some(tick) if tick > position.tick => beyond = true,
                Some(tick) => (last, opened) = (Some((head.epoch, tick, sequence + 1)), false),
            }
            Ok(())
        })?;
        if next == from {
            break;
        }
        from = next;
    }
    let found = last.filter(|(epoch, tick, _)| *tick == position.tick && (*epoch == position.epoch || opened));
    match found {
        Some((_, _, sequence)) => Ok(Some(sequence)),
        None => checkpoint_of(journal, position),
    }
}

/// The first record of the last segment that begins with a tick not after `tick`.
fn first_to_look_at(journal: &Journal, tick: u64) -> Result<u64, JournalError> {
    let segments = journal.segments();
    let (mut low, mut high) = (0, segments.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if first_tick(journal, segments[middle])?.is_some_and(|first| first <= tick) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    let found = low.checked_sub(1).and_then(|at| segments.get(at));
    Ok(found.or(segments.first()).copied().unwrap_or(0))
}

/// The first tick from a record on.
fn first_tick(journal: &Journal, mut from: u64) -> Result<Option<u64>, JournalError> {
    loop {
        let mut found = None;
        let next = journal.read(from, ONE, &mut |_, entry| {
            found = read_entry_head(entry)?.tick;
            Ok(())
        })?;
        if found.is_some() || next == from {
            return Ok(found);
        }
        from = next;
    }
}

/// The record that the checkpoint of exactly this tick and opening stands before.
fn checkpoint_of(journal: &Journal, position: Position) -> Result<Option<u64>, JournalError> {
    for sequence in journal.checkpoints() {
        if sequence >= journal.first() && About::of(&journal.checkpoint_meta(sequence)?).tick == position.tick {
            let checkpoint = journal.checkpoint(sequence)?;
            if read_base(&checkpoint.body).is_ok_and(|base| base.epoch == position.epoch) {
                return Ok(Some(sequence));
            }
        }
    }
    Ok(None)
}

/// What a reader has to know from a record on to name what was removed since; nothing if nothing was.
pub(crate) fn recall(journal: &Journal, from: u64) -> Result<Option<Recalled>, JournalError> {
    let (mut at, mut edits, mut removed) = (from, Vec::new(), false);
    loop {
        let next = journal.read(at, PIECE, &mut |sequence, entry| {
            if let Entry::Tick(record) = read_entry(entry)?
                && !record.structure.is_empty()
            {
                removed |= record.structure.iter().any(|edit| edit.removed().is_some());
                let edit = TickRecord {
                    changes: Vec::new(),
                    ..record
                };
                edits.push((sequence, Arc::new(edit)));
            }
            Ok(())
        })?;
        if next == at {
            break;
        }
        at = next;
    }
    if !removed {
        return Ok(None);
    }
    let before = |sequence: &u64| *sequence <= from;
    let checkpoint = journal.checkpoints().into_iter().rev().find(before);
    let checkpoint = checkpoint.map(|sequence| journal.checkpoint(sequence)).transpose()?;
    let (begin, mut recovery) = Recovery::begin(checkpoint.as_ref())?;
    if begin < from {
        let limits = Limits {
            records: (from - begin) as usize,
            bytes: usize::MAX,
        };
        journal.read(begin, limits, &mut |_, entry| recovery.apply(entry))?;
    }
    Ok(Some(Recalled {
        image: recovery.into_base().image,
        edits,
    }))
}
