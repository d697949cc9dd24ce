//! Accepting a record: encoded in the caller's thread, numbered under a short lock.

use super::error::JournalError;
use super::state::State;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};
use bassline_kernel::sync::MutexGuard;
use crc32c::crc32c;
use std::cell::Cell;

/// A buffer that has grown beyond this is given back.
const KEPT: usize = 1 << 20;

thread_local! {
    static BODY: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Journal {
    /// Appends what `write` writes and answers with its number. It is accepted, and durable after a [`sync`](Self::sync).
    pub fn append(&self, write: impl FnOnce(&mut Vec<u8>)) -> Result<u64, JournalError> {
        // Taken out: `write` may append to another journal.
        let mut body = BODY.take();
        body.clear();
        write(&mut body);
        let appended = self.append_bytes(&body);
        if body.capacity() <= KEPT {
            BODY.set(body);
        }
        appended
    }

    /// Appends a payload and answers with its number.
    pub fn append_bytes(&self, body: &[u8]) -> Result<u64, JournalError> {
        let limit = self.options.payload_bytes.min(u32::MAX as usize);
        if body.len() > limit {
            return Err(JournalError::TooLarge {
                bytes: body.len(),
                limit,
            });
        }
        let sum = crc32c(body);
        // Whoever was not told of the fork has it in memory, and is refused when it is to be written.
        if !self.opened_in.may_be_this() {
            return Err(self.forked());
        }
        let mut state = held(&self.state);
        if planted::is(Bug::FailureForgotten) {
            state.failed = None;
        }
        self.usable(&state)?;
        let sequence = state.push(body, sum);
        self.tidings.appended(state.next);
        if state.pending.len() >= self.options.pending_bytes {
            self.push_back(state)?;
        }
        Ok(sequence)
    }

    /// Too much waits: this thread writes it; if another is writing, and as much waits again, it waits for that.
    fn push_back<'a>(&'a self, mut state: MutexGuard<'a, State>) -> Result<(), JournalError> {
        let limit = self.options.pending_bytes;
        self.is_of_this_process()?;
        while state.failed.is_none() {
            if !state.leading {
                state = self.lead(state, false);
                break;
            }
            if state.pending.len() < limit.saturating_mul(2) {
                break;
            }
            self.wait(state, None);
            state = held(&self.state);
        }
        self.usable(&state)
    }

    pub(super) fn usable(&self, state: &State) -> Result<(), JournalError> {
        match &state.failed {
            Some(error) => Err(error.clone()),
            None if state.closed => Err(JournalError::Closed {
                place: self.disk.place(),
            }),
            None => Ok(()),
        }
    }
}
