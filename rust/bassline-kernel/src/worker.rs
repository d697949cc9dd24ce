//! The worker: the thread that hands a driver its slices of the log.

use crate::board::{Failed, Lane, NEVER};
use crate::delivery::{deliver, guarded};
use crate::driver::{Batch, Driver, DriverFailure, FailureClass};
use crate::lock::{lock, wait};
use crate::log::{Limits, Mark};
use crate::options::AttachOptions;
use crate::shared::Shared;
use std::cell::Cell;
use std::sync::{Arc, Condvar};
use std::time::{Duration, Instant};

/// How long nothing comes before a driver is called idle.
const QUIET: Duration = Duration::from_secs(1);
/// The most bytes in one batch.
const BATCH_BYTES: usize = 16 << 20;

thread_local! {
    /// The kernel whose worker this thread is, by its address.
    static WORKER_OF: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is a driver's of this kernel: it must not wait for drivers, as it would wait for itself.
pub(crate) fn is_within_driver(shared: &Arc<Shared>) -> bool {
    WORKER_OF.get() == Arc::as_ptr(shared).addr()
}

pub(crate) struct Worker {
    pub(crate) shared: Arc<Shared>,
    pub(crate) id: u64,
    pub(crate) bell: Arc<Condvar>,
    pub(crate) options: AttachOptions,
    pub(crate) driver: Box<dyn Driver>,
    /// Since when a record has been waiting.
    pub(crate) since: Option<Instant>,
    /// Whether a batch was handed over since the driver was last called idle.
    pub(crate) busy: bool,
}

enum Turn {
    Handle(Mark),
    Idle,
    Leave,
}

impl Worker {
    pub(crate) fn run(mut self) {
        WORKER_OF.set(Arc::as_ptr(&self.shared).addr());
        loop {
            match self.next_turn() {
                Turn::Handle(from) => self.handle(from),
                Turn::Idle => self.idle(),
                Turn::Leave => break,
            }
        }
        let outcome = guarded(|| self.driver.shutdown());
        self.settle(|lane| {
            if let (Err(failure), None) = (outcome, &lane.failure) {
                fail_next(lane, failure);
            }
            lane.finished = true;
        });
    }

    /// Parks until there is something to do.
    fn next_turn(&mut self) -> Turn {
        let mut board = lock(&self.shared.board);
        loop {
            let Some(lane) = board.lane(self.id) else {
                return Turn::Leave;
            };
            if lane.stop {
                return Turn::Leave;
            }
            let pending = lane.lag(self.shared.end()).sequence;
            lane.high_water = lane.high_water.max(pending);
            let at_most = if lane.failure.is_some() {
                None
            } else if pending == 0 {
                self.since = None;
                lane.wake_at = lane.cursor.sequence + 1;
                self.busy.then_some(QUIET)
            } else {
                let waited = self.since.get_or_insert_with(Instant::now).elapsed();
                let enough = self.options.batch_records as u64;
                if pending >= enough || lane.hurry > lane.cursor.sequence || waited >= self.options.max_age {
                    return Turn::Handle(lane.cursor);
                }
                lane.wake_at = lane.cursor.sequence + enough;
                Some(self.options.max_age.saturating_sub(waited))
            };
            let wake_at = lane.wake_at;
            self.shared.rearm(&board);
            if self.shared.end().sequence < wake_at {
                let parked = Instant::now();
                board = wait(&self.bell, board, at_most);
                let quiet = pending == 0 && at_most.is_some_and(|time| parked.elapsed() >= time);
                if quiet && self.shared.end().sequence < wake_at {
                    return Turn::Idle;
                }
            }
            if let Some(lane) = board.lane(self.id) {
                lane.wake_at = NEVER;
            }
        }
    }

    fn handle(&mut self, from: Mark) {
        let begun = Instant::now();
        let limits = Limits {
            records: self.options.batch_records,
            bytes: BATCH_BYTES,
        };
        let mut batch = Batch::default();
        match self.shared.log.read(from.sequence, limits, &mut batch.records) {
            Ok(mark) => {
                let outcome = deliver(
                    self.driver.as_mut(),
                    &batch,
                    &self.shared.retry,
                    self.shared.sleeper.as_ref(),
                );
                self.settle(|lane| match outcome {
                    Ok(()) => lane.advance(mark, batch.records.last().map_or(0, |record| record.tick)),
                    Err(failure) => {
                        let tick = batch.records.first().map_or(0, |record| record.tick);
                        lane.failure = Some(Failed { tick, failure });
                    }
                });
            }
            Err(error) => {
                let failure = DriverFailure::of(FailureClass::Fatal, error);
                self.settle(|lane| fail_next(lane, failure));
            }
        }
        self.since = Some(begun);
        self.busy = true;
    }

    fn idle(&mut self) {
        self.busy = false;
        if let Err(failure) = guarded(|| self.driver.idle()) {
            self.settle(|lane| fail_next(lane, failure));
        }
    }

    /// Writes an outcome on the board, tells those who wait, and lets the log drop what nobody needs any more.
    fn settle(&self, write: impl FnOnce(&mut Lane)) {
        let mut board = lock(&self.shared.board);
        if let Some(lane) = board.lane(self.id) {
            write(lane);
        }
        self.shared.rearm(&board);
        let low = board.low(self.shared.end());
        drop(board);
        self.shared.moved.notify_all();
        self.shared.log.truncate_below(low);
    }
}

/// A failure that no batch had: it concerns the tick after the last one that was taken.
fn fail_next(lane: &mut Lane, failure: DriverFailure) {
    lane.failure = Some(Failed {
        tick: lane.acknowledged_tick + 1,
        failure,
    });
}
