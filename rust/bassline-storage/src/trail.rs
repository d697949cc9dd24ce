//! What can be undone and done again, as a store tells it: ticks that brought others back say so by their source.

use crate::error::StorageError;
use crate::store::Reader;
use bassline_core::Return;
use bassline_kernel::return_of;
use indexmap::{IndexMap, IndexSet};

/// A tick to be brought back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// The tick.
    pub tick: u64,
    /// The tick whose change is to be taken back: itself, the one that did it again, or the one that undid it.
    pub at: u64,
}

/// The last tick of no source up to `last` that is not undone; `None` if the store knows of none.
pub fn undoable(reader: &dyn Reader, last: u64) -> Result<Option<Found>, StorageError> {
    // The newest of a tick's returns counts: where it was done again, if it was.
    let mut returned: IndexMap<u64, Option<u64>> = IndexMap::new();
    for tick in (1..=last).rev() {
        let Some(info) = reader.tick(tick)? else { break };
        match return_of(&info.source) {
            Some(Return::Undo(of)) => {
                returned.entry(of).or_insert(None);
            }
            Some(Return::Redo(of)) => {
                returned.entry(of).or_insert(Some(tick));
            }
            None if !info.source.is_empty() => {}
            None => match returned.get(&tick) {
                Some(None) => {}
                Some(&Some(at)) => return Ok(Some(Found { tick, at })),
                None => return Ok(Some(Found { tick, at: tick })),
            },
        }
    }
    Ok(None)
}

/// The tick that was undone last and not done again, if no tick of no source came since.
pub fn redoable(reader: &dyn Reader, last: u64) -> Result<Option<Found>, StorageError> {
    let mut returned: IndexSet<u64> = IndexSet::new();
    for at in (1..=last).rev() {
        let Some(info) = reader.tick(at)? else { break };
        match return_of(&info.source) {
            Some(Return::Undo(tick)) if returned.insert(tick) => return Ok(Some(Found { tick, at })),
            Some(Return::Redo(tick)) => {
                returned.insert(tick);
            }
            None if info.source.is_empty() => return Ok(None),
            Some(Return::Undo(_)) | None => {}
        }
    }
    Ok(None)
}
