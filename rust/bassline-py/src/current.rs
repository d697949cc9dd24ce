//! The network whose gadget is running on this thread: what the gadget reads, it reads from there, and what it writes waits.

use bassline_core::Network;
use std::cell::Cell;

scoped_tls::scoped_thread_local!(static FIRING: Network);

thread_local! {
    /// The engine this thread is settling or telling its subscribers of; 0 for none.
    static BUSY: Cell<usize> = const { Cell::new(0) };
}

/// Runs a user's function while a network waits for it.
pub(crate) fn while_firing<T>(network: &Network, run: impl FnOnce() -> T) -> T {
    FIRING.set(network, run)
}

/// Reads from the network whose gadget is running on this thread, if it is the one of `engine`.
pub(crate) fn firing<T>(engine: usize, read: impl FnOnce(&Network) -> T) -> Option<T> {
    (is_busy(engine) && FIRING.is_set()).then(|| FIRING.with(read))
}

/// Whether this thread is settling or telling subscribers of `engine`.
#[inline]
pub(crate) fn is_busy(engine: usize) -> bool {
    BUSY.with(Cell::get) == engine
}

/// Marks this thread as busy with `engine` until it is dropped.
pub(crate) struct Busy(usize);

impl Busy {
    #[inline]
    pub(crate) fn with(engine: usize) -> Self {
        Busy(BUSY.with(|busy| busy.replace(engine)))
    }
}

impl Drop for Busy {
    #[inline]
    fn drop(&mut self) {
        BUSY.with(|busy| busy.set(self.0));
    }
}
