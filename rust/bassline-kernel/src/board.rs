//! The board: where every driver stands. It is locked for moments only, never while a driver runs.

use crate::driver::DriverFailure;
use crate::error::KernelError;
use crate::log::{LogError, Mark};
use crate::options::AttachOptions;
use std::sync::{Arc, Condvar};
use std::thread::JoinHandle;

/// No sequence: nothing is waited for.
pub(crate) const NEVER: u64 = u64::MAX;

/// Everything the writer, the workers and those who wait share.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// In the order they were attached.
    pub(crate) lanes: Vec<Lane>,
    pub(crate) next_id: u64,
    pub(crate) closed: bool,
    /// The first committed tick that the log did not take or make durable, and why.
    pub(crate) broken: Option<(u64, LogError)>,
}

/// One driver's side of the board.
#[derive(Debug)]
pub(crate) struct Lane {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) options: AttachOptions,
    /// Wakes its worker.
    pub(crate) bell: Arc<Condvar>,
    /// Everything before this is acknowledged.
    pub(crate) cursor: Mark,
    pub(crate) acknowledged_tick: u64,
    /// The end of the log at which the parked worker wants to be woken.
    pub(crate) wake_at: u64,
    /// Everything before this is wanted at once.
    pub(crate) hurry: u64,
    /// The worker leaves after the batch it is at.
    pub(crate) stop: bool,
    /// The worker has left.
    pub(crate) finished: bool,
    pub(crate) failure: Option<Failed>,
    pub(crate) batches: u64,
    pub(crate) records: u64,
    pub(crate) high_water: u64,
    pub(crate) thread: Option<JoinHandle<()>>,
}

/// A failure and the first tick that was not taken because of it.
#[derive(Debug, Clone)]
pub(crate) struct Failed {
    pub(crate) tick: u64,
    pub(crate) failure: DriverFailure,
}

impl Lane {
    pub(crate) fn new(id: u64, name: &str, options: AttachOptions, cursor: Mark) -> Self {
        Self {
            id,
            name: name.to_owned(),
            options,
            bell: Arc::new(Condvar::new()),
            cursor,
            acknowledged_tick: 0,
            wake_at: NEVER,
            hurry: 0,
            stop: false,
            finished: false,
            failure: None,
            batches: 0,
            records: 0,
            high_water: 0,
            thread: None,
        }
    }

    /// Acknowledges everything up to a place, where that tick is the last. Another may have come further.
    pub(crate) fn advance(&mut self, to: Mark, tick: u64) {
        if to.sequence > self.cursor.sequence {
            self.records += to.sequence - self.cursor.sequence;
            self.batches += 1;
            self.cursor = to;
            self.acknowledged_tick = self.acknowledged_tick.max(tick);
        }
    }

    pub(crate) fn lag(&self, end: Mark) -> Mark {
        Mark {
            sequence: end.sequence.saturating_sub(self.cursor.sequence),
            weight: end.weight.saturating_sub(self.cursor.weight),
        }
    }

    /// Whether it still takes records.
    pub(crate) fn is_consuming(&self) -> bool {
        self.failure.is_none() && !self.finished
    }

    /// Whether the log keeps records for it.
    pub(crate) fn holds_log(&self) -> bool {
        !self.finished && (self.failure.is_none() || self.options.fail_fast)
    }

    /// Whether its bound is reached, so that the next tick has to wait. A lag of nil is within any bound.
    pub(crate) fn is_full(&self, end: Mark) -> bool {
        let lag = self.lag(end);
        let options = &self.options;
        self.is_consuming()
            && lag.sequence > 0
            && (lag.sequence >= options.max_records as u64 || lag.weight >= options.max_bytes as u64)
    }

    /// Its failure, as whoever writes or waits is told it.
    pub(crate) fn failed(&self) -> Option<KernelError> {
        self.failure.as_ref().map(|failed| KernelError::DriverFailed {
            driver: self.name.clone(),
            tick: failed.tick,
            committed: true,
            failure: failed.failure.clone(),
        })
    }

    /// Asks its worker for everything before `sequence` at once.
    pub(crate) fn hurry_to(&mut self, sequence: u64) {
        self.hurry = self.hurry.max(sequence);
        self.bell.notify_one();
    }

    /// Tells its worker to leave.
    pub(crate) fn stop(&mut self) {
        self.stop = true;
        self.bell.notify_one();
    }
}

impl Board {
    pub(crate) fn lane(&mut self, id: u64) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| lane.id == id)
    }

    /// The first record some driver still needs.
    pub(crate) fn low(&self, end: Mark) -> u64 {
        let held = self.lanes.iter().filter(|lane| lane.holds_log());
        held.map(|lane| lane.cursor.sequence).min().unwrap_or(end.sequence)
    }

    /// What the log has failed at.
    pub(crate) fn broken(&self) -> Option<KernelError> {
        let (tick, error) = self.broken.clone()?;
        Some(KernelError::Log { tick, error })
    }

    /// What keeps the writer from going on for good.
    pub(crate) fn refusal(&self) -> Option<KernelError> {
        if self.closed {
            return Some(KernelError::Closed);
        }
        if let Some(broken) = self.broken() {
            return Some(broken);
        }
        self.lanes
            .iter()
            .filter(|lane| lane.options.fail_fast)
            .find_map(Lane::failed)
    }
}
