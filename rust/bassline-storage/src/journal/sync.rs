//! Group commit: whoever finds nobody writing takes all that waits, brings it to the disk in one write and one sync, and tells the
//! others; meanwhile what is appended waits for the next.

use super::error::JournalError;
use super::options::Sync;
use super::state::State;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};
use bassline_kernel::sync::{MutexGuard, thread};
use std::sync::PoisonError;

/// How often a leader lets others run before it takes what waits.
const YIELDS: usize = 24;

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
        loop {
            if reached(&state) > up_to {
                return Ok(());
            }
            self.usable(&state)?;
            state = if state.leading {
                self.wait(state)
            } else {
                self.lead(state, force)
            };
        }
    }

    pub(super) fn wait<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        state.waiting += 1;
        let mut state = self.done.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiting -= 1;
        state
    }

    /// Those whom the last batch has woken are about to append again: a moment later they all go in one batch instead of two.
    fn gather<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        for _ in 0..YIELDS {
            if state.next - state.taken >= state.woken {
                break;
            }
            drop(state);
            thread::yield_now();
            state = held(&self.state);
        }
        state
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
        state.woken = state.waiting;
        if planted::is(Bug::OneFollowerWoken) {
            self.done.notify_one();
        } else {
            self.done.notify_all();
        }
        state
    }
}
