//! Thinning out: of what a driver has not taken yet, only what it still needs.

use crate::log::Limits;
use crate::record::{Record, weight_of};
use crate::records::Records;
use bassline_core::planted::{self, Bug};
use bassline_core::{Change, ContactId, Content};
use rustc_hash::{FxHashMap, FxHashSet};

/// What is kept of what waits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Keep {
    /// So much.
    pub(crate) limits: Limits,
    /// What was committed from then on: microseconds since 1970.
    pub(crate) since_micros: i64,
}

/// What thinning out took away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Thinned {
    /// Changes that a later one of the same contact supersedes.
    pub(crate) superseded: u64,
    /// Events beyond the bound, the oldest first.
    pub(crate) events: u64,
    /// The first and the last tick of which an event is missing.
    pub(crate) events_ticks: Option<(u64, u64)>,
}

/// Keeps the newest change of each contact, with what was there before the oldest, the newest events that are to be kept, and every
/// structural edit. The newest record is never too old.
///
/// What is handed on ends in the same contents, and tells no contact's changes in another order.
pub(crate) fn coalesce(records: &mut Records, events: Keep) -> Thinned {
    let mut thinned = Thinned::default();
    let mut before: FxHashMap<ContactId, Content> = FxHashMap::default();
    for change in records.iter().flat_map(|record| record.changes()) {
        if !change.event {
            before.entry(change.contact).or_insert(change.old);
        }
    }
    let mut newest: FxHashSet<ContactId> = FxHashSet::default();
    let Keep { limits, since_micros } = events;
    let (mut left, mut bytes) = (limits.records, limits.bytes);
    // What is kept of each record, the last first; all of it if nothing is said.
    let mut kept: Vec<(Record<'_>, Option<Vec<Change>>)> = Vec::new();
    let backwards = !planted::is(Bug::CoalesceKeepsOldest);
    let mut rest = records.iter();
    while let Some(record) = if backwards { rest.next_back() } else { rest.next() } {
        if record.time_micros < since_micros && !kept.is_empty() {
            left = 0;
        }
        let mut changes: Vec<Change> = Vec::new();
        let mut touched = false;
        for change in record.changes().rev() {
            if change.event {
                let weight = weight_of(&change);
                if left > 0 && (weight <= bytes || left == limits.records) {
                    left -= 1;
                    bytes = bytes.saturating_sub(weight);
                    changes.push(change);
                } else {
                    left = 0;
                    thinned.events += 1;
                    let (_, last) = thinned.events_ticks.unwrap_or((record.tick, record.tick));
                    thinned.events_ticks = Some((record.tick, last));
                    touched = true;
                }
            } else if newest.insert(change.contact) {
                let old = before.remove(&change.contact).flatten();
                touched |= old != change.old;
                changes.push(Change { old, ..change });
            } else {
                thinned.superseded += 1;
                touched = true;
            }
        }
        if !touched {
            kept.push((record, None));
        } else if !(changes.is_empty() && record.structure.is_empty() && record.position.is_none()) {
            changes.reverse();
            kept.push((record, Some(changes)));
        }
    }
    if backwards {
        kept.reverse();
    }
    *records = Records::written(kept.into_iter(), |(record, changed), changes| {
        match changed {
            Some(changed) => changed.iter().for_each(|change| changes.push(change)),
            None => record.changes().for_each(|change| changes.push(&change)),
        }
        record.head()
    });
    thinned
}

/// Drops the oldest records until what is left is to be kept, but for their structural edits; answers which ticks, and how many. The newest
/// stays however large and old it is.
pub(crate) fn drop_oldest(records: &mut Records, keep: Keep) -> Option<(u64, u64, u64)> {
    let mut bytes = 0;
    let fits = |record: &Record<'_>| {
        bytes += record.weight();
        bytes <= keep.limits.bytes && record.time_micros >= keep.since_micros
    };
    let kept = records.iter().rev().take(keep.limits.records).take_while(fits).count();
    let excess = records.len() - kept.max(1).min(records.len());
    let mut dropped: Option<(u64, u64, u64)> = None;
    for record in records.iter().take(excess) {
        if record.changes().len() > 0 || record.structure.is_empty() {
            let (first, _, count) = dropped.unwrap_or((record.tick, 0, 0));
            dropped = Some((first, record.tick, count + 1));
        }
    }
    if dropped.is_some() {
        let edits = records
            .iter()
            .take(excess)
            .filter(|record| !record.structure.is_empty());
        let mut left = Records::written(edits, |record, _| record.head());
        left.extend(&records.part(excess..records.len()));
        *records = left;
    }
    dropped
}
