//! The arena of regions. Most are two contacts joined by a wire: such a one is a row of twelve bytes.

use crate::contact::NONE;
use crate::cycle::Evaluation;
use crate::slots::grow;
use std::mem::take;

/// A region of more than two contacts, of gadgets, or with something waiting in it.
#[derive(Debug, Default)]
pub(crate) struct Large {
    pub(crate) contacts: Vec<u32>,
    pub(crate) gadgets: Vec<u32>,
    /// An edge inside was taken away: it may fall apart.
    pub(crate) stale: bool,
    /// How many of the contacts listed have left.
    pub(crate) left: u32,
    pub(crate) queued: bool,
    /// Contacts inside that were written before the region's turn.
    pub(crate) written: Vec<u32>,
    /// Gadgets inside that something outside has put in line.
    pub(crate) marked: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    level: i32,
    /// The contacts, [`NONE`] where there is none; or the first is the number of a [`Large`], with [`LARGE`].
    contacts: [u32; 2],
}

const LARGE: u32 = 1 << 31;

const EMPTY: Row = Row {
    level: 0,
    contacts: [NONE; 2],
};

impl Row {
    fn large(self) -> Option<usize> {
        let [first, _] = self.contacts;
        (first != NONE && first & LARGE != 0).then_some((first & !LARGE) as usize)
    }
}

/// All regions. Which one a contact or gadget is in stands in place of its level.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    rows: Vec<Row>,
    free: Vec<u32>,
    large: Vec<Large>,
    free_large: Vec<u32>,
    stale: Vec<u32>,
    /// The gadget whose edges are put in order, one after the other.
    pub(crate) ordering: Option<u32>,
    /// The region being evaluated.
    pub(crate) running: Option<u32>,
    /// How far it is, between two turns.
    pub(crate) evaluation: Option<Box<Evaluation>>,
    /// What the running region wrote since it was last looked at, and whether each write changed something.
    pub(crate) just_written: Vec<(u32, bool)>,
}

impl Regions {
    /// The index of a region without members.
    pub(crate) fn take(&mut self) -> u32 {
        self.free.pop().unwrap_or_else(|| {
            let index = self.rows.len();
            grow(&mut self.rows, index + 1, EMPTY);
            index as u32
        })
    }

    /// Gives a region back; what it was.
    pub(crate) fn release(&mut self, index: u32) -> Large {
        let was = take(self.large_mut(index));
        self.shrink(index);
        self.rows[index as usize] = EMPTY;
        self.free.push(index);
        was
    }

    pub(crate) fn level(&self, index: u32) -> i32 {
        self.rows[index as usize].level
    }

    pub(crate) fn set_level(&mut self, index: u32, level: i32) {
        self.rows[index as usize].level = level;
    }

    pub(crate) fn large(&self, index: u32) -> Option<&Large> {
        self.large.get(self.rows[index as usize].large()?)
    }

    /// The region in its long form, which [`Regions::shrink`] ends.
    pub(crate) fn large_mut(&mut self, index: u32) -> &mut Large {
        let row = &mut self.rows[index as usize];
        let at = row.large().unwrap_or_else(|| {
            let at = self.free_large.pop().unwrap_or_else(|| {
                self.large.push(Large::default());
                (self.large.len() - 1) as u32
            });
            let contacts = row.contacts.into_iter().filter(|&contact| contact != NONE);
            self.large[at as usize].contacts.extend(contacts);
            row.contacts = [at | LARGE, NONE];
            at as usize
        });
        &mut self.large[at]
    }

    /// Makes a row of a region in its long form that can be one.
    pub(crate) fn shrink(&mut self, index: u32) {
        let row = &mut self.rows[index as usize];
        let Some(at) = row.large() else { return };
        let large = &mut self.large[at];
        let waits = large.stale || large.queued || !large.written.is_empty() || !large.marked.is_empty();
        if waits || large.left > 0 || large.contacts.len() > 2 || !large.gadgets.is_empty() {
            return;
        }
        row.contacts = [NONE; 2];
        for (place, contact) in row.contacts.iter_mut().zip(take(large).contacts) {
            *place = contact;
        }
        self.free_large.push(at as u32);
        if self.free_large.len() == self.large.len() {
            // A tick may have had all of them in it.
            self.large = Vec::new();
            self.free_large = Vec::new();
        }
    }

    /// The contacts listed, some of which may have left.
    pub(crate) fn contacts(&self, index: u32) -> &[u32] {
        if let Some(large) = self.large(index) {
            return &large.contacts;
        }
        let contacts = &self.rows[index as usize].contacts;
        let len = contacts.iter().take_while(|&&contact| contact != NONE).count();
        &contacts[..len]
    }

    pub(crate) fn gadgets(&self, index: u32) -> &[u32] {
        self.large(index).map_or(&[], |large| &large.gadgets)
    }

    pub(crate) fn push_contact(&mut self, index: u32, contact: u32) {
        let row = &mut self.rows[index as usize];
        if row.large().is_none()
            && let Some(place) = row.contacts.iter_mut().find(|place| **place == NONE)
        {
            *place = contact;
            return;
        }
        self.large_mut(index).contacts.push(contact);
    }

    pub(crate) fn is_stale(&self, index: u32) -> bool {
        self.large(index).is_some_and(|large| large.stale)
    }

    pub(crate) fn mark_stale(&mut self, index: u32) {
        if !std::mem::replace(&mut self.large_mut(index).stale, true) {
            self.stale.push(index);
        }
    }

    /// Whether there may be a stale region.
    #[inline]
    pub(crate) fn may_be_stale(&self) -> bool {
        !self.stale.is_empty()
    }

    /// Takes one stale region out; its index, and what it was.
    pub(crate) fn take_stale(&mut self) -> Option<(u32, i32, Large)> {
        loop {
            let index = self.stale.pop()?;
            if self.is_stale(index) {
                return Some((index, self.level(index), self.release(index)));
            }
        }
    }

    /// Lets nothing wait.
    pub(crate) fn clear_pending(&mut self) {
        for large in &mut self.large {
            large.queued = false;
            large.written.clear();
            large.marked.clear();
        }
        self.running = None;
        self.evaluation = None;
        self.just_written.clear();
    }

    /// How many regions there is room for.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.rows.len() + self.large.len()
    }
}
