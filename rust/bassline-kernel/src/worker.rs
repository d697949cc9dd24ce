//! The worker: the thread that runs a courier.

use crate::courier::{Courier, Step};
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
