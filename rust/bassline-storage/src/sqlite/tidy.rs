//! What the driver does when nothing comes: it keeps a base, lets go of what is not to be kept, and empties the write-ahead log.

use super::base;
use super::driver::SqliteDriver;
use super::load::load;
use super::retention;
use crate::tabular::pace::Pace;

/// Of the past, a piece that goes at once when the writer is idle, and how many pieces go before it looks up.
const PIECE: u64 = 5_000;
const PIECES: usize = 100;

impl SqliteDriver {
    pub(super) fn tidy_up(&mut self) {
        if self.pace.is_due(self.keep) {
            self.take_base();
        }
        self.look_for_cut();
        for _ in 0..PIECES {
            let Some(cut) = self.cut else { break };
            match retention::trim_one(&mut self.connection, self.network, cut, PIECE) {
                Ok(true) => {}
                Ok(false) => self.cut = None,
                Err(_) => break,
            }
        }
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)");
    }

    /// Of a writer that is never idle.
    pub(super) fn tidy_up_if_overdue(&mut self) {
        if self.pace.is_overdue(self.keep) {
            self.take_base();
            self.look_for_cut();
        }
    }

    /// Moves what is in the write-ahead log into the file. Readers may keep it from being done; nothing is lost by that.
    pub(super) fn checkpoint(&self, pragma: &str) {
        let _ = self.connection.query_row(pragma, [], |_| Ok(()));
    }

    /// Keeps the network as it is stored as a base. Without one nothing is lost; the next time it is tried again.
    pub(super) fn take_base(&mut self) {
        if let Ok(image) = load(&self.connection, &self.path, self.network)
            && base::write(&self.connection, self.network, &image).is_ok()
        {
            self.pace.restart(image.contacts.len() as u64);
        }
    }

    /// Looks for what is to go of the past; what is looked for in vain is looked for the next time.
    pub(super) fn look_for_cut(&mut self) {
        let Pace {
            last_tick, last_time, ..
        } = self.pace;
        let found = retention::cut(&self.connection, self.network, self.keep, last_tick, last_time);
        self.cut = self.cut.max(found.unwrap_or_default());
    }
}
