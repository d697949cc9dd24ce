//! The worker: the thread that runs a courier.

use crate::courier::{Courier, Step};
use crate::kernel::Kernel;
use crate::lock::{lock, wait};
use crate::shared::Shared;
use bassline_core::planted::{self, Bug};
use std::cell::Cell;
use std::sync::Arc;

crate::sync::thread_local! {
    /// The kernel whose worker this thread is, by its address.
    static WORKER_OF: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is a driver's of this kernel: it must not wait for drivers, as it would wait for itself.
pub(crate) fn is_within_driver(shared: &Arc<Shared>) -> bool {
    WORKER_OF.with(Cell::get) == Arc::as_ptr(shared).addr()
}

/// The workers of a kernel, among whom another thread may count: that of an event loop on which a driver runs.
#[derive(Debug, Clone, Copy)]
pub struct Workers(usize);

impl Kernel {
    /// Its workers.
    pub fn workers(&self) -> Workers {
        Workers(Arc::as_ptr(&self.shared).addr())
    }
}

impl Workers {
    /// Runs something on this thread as one of them: there too it is refused to wait for drivers, and does not wait when it writes.
    pub fn among<T>(self, run: impl FnOnce() -> T) -> T {
        let outer = WORKER_OF.with(|kernel| kernel.replace(self.0));
        let result = run();
        WORKER_OF.with(|kernel| kernel.set(outer));
        result
    }
}

/// Runs a courier until its driver is gone.
pub(crate) fn run(mut courier: Courier) {
    let shared = Arc::clone(&courier.shared);
    WORKER_OF.with(|kernel| kernel.set(Arc::as_ptr(&shared).addr()));
    loop {
        match courier.step(shared.time.now()) {
            Step::Again => {}
            Step::Over => return,
            Step::Wait(at_most) => {
                let mut board = lock(&shared.board);
                let Some(lane) = board.lane(courier.id) else { return };
                // It may have rung since the step looked.
                if lane.rings == courier.heard || planted::is(Bug::RingMissed) {
                    let bell = Arc::clone(&lane.bell);
                    drop(wait(&bell, board, at_most));
                }
            }
        }
    }
}
