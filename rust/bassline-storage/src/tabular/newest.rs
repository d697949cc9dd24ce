//! The newest content of each contact in a batch: what is overwritten within it is never written to its row.

use bassline_core::planted::{self, Bug};
use bassline_core::{Cause, Change, ContactId, Handle};
use std::ops::Range;

/// Finds the newest change of each contact, in order of first appearance.
#[derive(Debug)]
pub(crate) struct Newest<'index> {
    entries: Vec<Option<Latest>>,
    index: &'index mut Vec<u32>,
}

#[derive(Debug)]
pub(crate) struct Latest {
    pub(crate) contact: ContactId,
    /// Where the JSON of what it holds stands; `None` for Nothing.
    pub(crate) text: Option<Range<usize>>,
    pub(crate) cause: Cause,
    pub(crate) tick: u64,
}

impl<'index> Newest<'index> {
    /// `index` keeps, by slot, the entry of the contact plus one; it is all zero before and after.
    pub(crate) fn new(index: &'index mut Vec<u32>) -> Self {
        Self {
            entries: Vec::with_capacity(1024),
            index,
        }
    }

    #[inline]
    pub(crate) fn note(&mut self, change: Change, text: Range<usize>, tick: u64) {
        let slot = change.contact.slot() as usize;
        let latest = Latest {
            contact: change.contact,
            text: change.new.is_some().then_some(text),
            cause: change.cause,
            tick,
        };
        if slot >= self.index.len() {
            self.index.resize((slot + 1).next_power_of_two(), 0);
        }
        match self.index[slot] {
            0 => {
                self.entries.push(Some(latest));
                self.index[slot] = self.entries.len() as u32;
            }
            _ if planted::is(Bug::FirstContentWins) => {}
            entry => self.entries[entry as usize - 1] = Some(latest),
        }
    }

    /// A contact is gone; another may take its slot.
    pub(crate) fn forget(&mut self, contact: ContactId) {
        if let Some(entry) = self.index.get(contact.slot() as usize)
            && *entry > 0
        {
            self.entries[*entry as usize - 1] = None;
            self.index[contact.slot() as usize] = 0;
        }
    }

    /// The newest contents, by slot.
    pub(crate) fn into_latest(mut self) -> Vec<Latest> {
        self.take()
    }

    fn take(&mut self) -> Vec<Latest> {
        let mut newest: Vec<Latest> = self.entries.drain(..).flatten().collect();
        for latest in &newest {
            self.index[latest.contact.slot() as usize] = 0;
        }
        newest.sort_unstable_by_key(|latest| latest.contact.slot());
        newest
    }
}

impl Drop for Newest<'_> {
    fn drop(&mut self) {
        for latest in self.entries.iter().flatten() {
            self.index[latest.contact.slot() as usize] = 0;
        }
    }
}
