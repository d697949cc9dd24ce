//! What the driver does when nothing comes: it keeps a base, and lets go of what is not to be kept.

use super::base;
use super::driver::PostgresDriver;
use super::link::Moment;
use super::load::load;
use super::retention;

/// Of the past, a piece that goes at once when the writer is idle, and how many pieces go before it looks up.
const PIECE: u64 = 5_000;
const PIECES: usize = 100;

impl PostgresDriver {
    pub(super) fn tidy_up(&mut self) {
        if self.pace.is_due(self.keep) {
            self.take_base();
        }
        self.look_for_cut();
        for _ in 0..PIECES {
            let Some(cut) = self.cut else { break };
            let network = self.network;
            let trimmed = self.link.transact(Moment::Write, "written", async |client| {
                retention::trim(client, network, cut, PIECE).await
            });
            match trimmed {
                Ok(true) => {}
                Ok(false) => self.cut = None,
                Err(_) => break,
            }
        }
    }

    /// Of a writer that is never idle.
    pub(super) fn tidy_up_if_overdue(&mut self) {
        if self.pace.is_overdue(self.keep) {
            self.take_base();
            self.look_for_cut();
        }
    }

    /// Keeps the network as it is stored as a base. Without one nothing is lost; the next time it is tried again.
    fn take_base(&mut self) {
        let network = self.network;
        let read = self
            .link
            .transact(Moment::Read, "read", async |client| load(client, network).await);
        let Ok(image) = read else { return };
        let written = self.link.transact(Moment::Write, "written", async |client| {
            base::write(client, network, &image).await
        });
        if written.is_ok() {
            self.pace.restart(image.contacts.len() as u64);
        }
    }

    /// Looks for what is to go of the past; what is looked for in vain is looked for the next time.
    fn look_for_cut(&mut self) {
        if self.keep.ticks.is_none() && self.keep.age.is_none() {
            return;
        }
        let (network, keep) = (self.network, self.keep);
        let (last, time) = (self.pace.last_tick, self.pace.last_time);
        let found = self.link.transact(Moment::Read, "read", async |client| {
            retention::cut(client, network, keep, last, time).await
        });
        self.cut = self.cut.max(found.unwrap_or_default());
    }
}
