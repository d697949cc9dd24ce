//! Ending well: everything durable, and a mark that says so.

use super::error::JournalError;
use super::options::Sync;
use super::{Journal, held};
use bassline_core::planted::{self, Bug};

impl Journal {
    /// Brings everything to the disk, says so behind the last record, and lets another open it. A second call does nothing.
    pub fn close(&self) -> Result<(), JournalError> {
        self.is_of_this_process()?;
        let closed = self.finish();
        held(&self.lock).take();
        closed
    }

    fn finish(&self) -> Result<(), JournalError> {
        let mut state = held(&self.state);
        loop {
            if state.closed {
                return Ok(());
            }
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            let wait = self.options.sync != Sync::None;
            let reached = if wait { state.synced } else { state.acknowledged };
            let dropped = planted::is(Bug::LastBatchDropped);
            if !state.leading && (reached == state.next || dropped) {
                let writer = held(&self.writer);
                let marked = writer.mark(state.next, state.link, state.synced, true);
                if let Err(error) = marked.and_then(|()| if wait { writer.sync_mark() } else { Ok(()) }) {
                    state.failed = Some(error.clone());
                    return Err(error);
                }
                state.closed = true;
                return Ok(());
            }
            state = if state.leading {
                self.wait(state, None);
                held(&self.state)
            } else {
                self.lead(state, wait)
            };
        }
    }
}
