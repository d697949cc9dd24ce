//! Group commit: whoever finds nobody writing takes all that waits, brings it to the disk in one write and one sync, and tells the
//! others; meanwhile what is appended waits for the next.

use super::error::JournalError;
use super::options::Sync;
use super::state::State;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};
use bassline_kernel::sync::MutexGuard;

/// How often a leader lets others run before it takes what waits.
const YIELDS: usize = 48;

impl Journal {
    /// Waits until record `up_to` and all before it are as durable as [`Sync`] promises.
    pub fn sync(&self, up_to: u64) -> Result<(), JournalError> {
        self.reach(up_to, |state| state.acknowledged, false)
    }

    /// Waits until everything appended so far is as durable as [`Sync`] promises.
    pub fn flush(&self) -> Result<(), JournalError> {
        match self.end().checked_sub(1) {
            Some(last) => self.sync(last),
            None => Ok(()),
        }
    }

    /// Waits until the records before `end` are on the disk, whatever a sync waits for.
    pub(super) fn force(&self, end: u64) -> Result<(), JournalError> {
        match end.checked_sub(1) {
            Some(last) => self.reach(last, |state| state.synced, true),
            None => Ok(()),
        }
    }

    fn reach(&self, up_to: u64, reached: impl Fn(&State) -> u64, force: bool) -> Result<(), JournalError> {
        self.is_of_this_process()?;
        let mut state = held(&self.state);
        if up_to >= state.next {
            return Err(JournalError::Truncated {
                first: state.first(),
                end: state.next,
                asked: up_to,
            });
        }
        // What is acknowledged need not be on the disk.
        let wanted = (!force).then_some(up_to);
        loop {
            if reached(&state) > up_to {
                return Ok(());
            }
            self.usable(&state)?;
            if !state.leading {
                state = self.lead(state, force);
                continue;
            }
            if self.wait(state, wanted) {
                return Ok(());
            }
            state = held(&self.state);
        }
    }

    /// Waits until a batch is done that was under way. Answers whether the record that is wanted is acknowledged.
    pub(super) fn wait(&self, mut state: MutexGuard<'_, State>, wanted: Option<u64>) -> bool {
        state.waiters.enter(wanted);
        let batches = self.tidings.batches();
        drop(state);
        self.tidings.wait(batches, wanted)
    }

    /// Those whom the last batch has woken are about to append again: a moment later they all go in one batch instead of two.
    fn gather<'a>(&'a self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let expected = state.expected;
        if state.next >= expected {
            return state;
        }
        drop(state);
        self.tidings.gather(expected, YIELDS);
        held(&self.state)
    }

    /// Writes all that waits. Nobody else may be writing.
    pub(super) fn lead<'a>(&'a self, mut state: MutexGuard<'a, State>, force: bool) -> MutexGuard<'a, State> {
        state.leading = true;
        state = self.gather(state);
        let flight = state.take(self.options.segment_bytes);
        let synced = state.synced;
        if planted::is(Bug::AcknowledgedEarly) {
            state.acknowledged = flight.end;
        }
        drop(state);
        let wait_for_disk = force || self.options.sync == Sync::Full;
        let mut writer = held(&self.writer);
        let outcome = writer.put(&flight, synced, wait_for_disk);
        let mut state = held(&self.state);
        state.made = writer.segment();
        match outcome {
            Ok(synced) => {
                state.synced = synced.max(state.synced);
                state.acknowledged = flight.end;
                let alone = state.pending.is_empty() && wait_for_disk;
                if alone && let Err(error) = writer.mark(flight.end, state.link, flight.end, false) {
                    state.failed = Some(error);
                }
            }
            Err(error) => state.failed = Some(error),
        }
        drop((writer, flight));
        state.land();
        state.leading = false;
        self.tidings.landed(state.acknowledged);
        let (acknowledged, failed) = (state.acknowledged, state.failed.is_some());
        let woken = state.waiters.landed(acknowledged, failed);
        state.expected = state.next + woken.served();
        drop(state);
        woken.wake();
        held(&self.state)
    }
}
