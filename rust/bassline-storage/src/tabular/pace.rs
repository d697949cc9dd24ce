//! When a base is due.

use crate::store::KeepHistory;

/// A base is taken after so many changes at the least, and after as many as the network has contacts, times this.
const CHANGES: u64 = 100_000;
const PER_CONTACT: u64 = 4;
/// The same where the past is not kept for ever: it goes up to a base only.
const CHANGES_TO_FORGET: u64 = 1_000;
/// A writer that is never idle is made to take one after so many times as much.
const OVERDUE: u64 = 2;

/// What has come since the last base.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Pace {
    pub(crate) contacts: u64,
    pub(crate) changes: u64,
    pub(crate) base_tick: u64,
    pub(crate) base_time: i64,
    pub(crate) last_tick: u64,
    pub(crate) last_time: i64,
}

impl Pace {
    pub(crate) fn is_due(&self, keep: KeepHistory) -> bool {
        self.is_due_after(keep, 1)
    }

    pub(crate) fn is_overdue(&self, keep: KeepHistory) -> bool {
        self.is_due_after(keep, OVERDUE)
    }

    fn is_due_after(&self, keep: KeepHistory, times: u64) -> bool {
        if self.changes >= times * CHANGES.max(PER_CONTACT * self.contacts) {
            return true;
        }
        let ticks = self.last_tick.saturating_sub(self.base_tick);
        let age = self.last_time.saturating_sub(self.base_time);
        let is_past = keep.ticks.is_some_and(|keep| ticks >= keep)
            || keep.age.is_some_and(|keep| i128::from(age) >= keep.as_micros() as i128);
        is_past && self.changes >= times * CHANGES_TO_FORGET.max(self.contacts)
    }

    /// A base has been taken.
    pub(crate) fn restart(&mut self, contacts: u64) {
        *self = Self {
            contacts,
            changes: 0,
            base_tick: self.last_tick,
            base_time: self.last_time,
            ..*self
        };
    }
}
