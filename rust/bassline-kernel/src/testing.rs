//! What the tests of the kernel share: a record, and a driver that does as it is told.

use crate::batch::Batch;
use crate::driver::Driver;
use crate::failure::DriverFailure;
use crate::record::TickRecord;
use bassline_core::Text;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex};

pub(crate) fn record(tick: u64) -> Arc<TickRecord> {
    Arc::new(plain(tick))
}

pub(crate) fn plain(tick: u64) -> TickRecord {
    TickRecord {
        epoch: 1,
        tick,
        time_micros: 0,
        source: Text::new(),
        position: None,
        changes: vec![],
        structure: vec![],
    }
}

/// What a [`Probe`] saw, and what it does next.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) batches: Vec<Vec<u64>>,
    /// Each is answered once.
    pub(crate) failures: VecDeque<DriverFailure>,
    /// Is answered always.
    pub(crate) failure: Option<DriverFailure>,
    pub(crate) held: bool,
    pub(crate) shut_down: bool,
}

/// A driver that notes what it is handed, waits while it is held, and fails when it is told to.
#[derive(Debug, Default, Clone)]
pub(crate) struct Probe(pub(crate) Arc<(Mutex<Seen>, Condvar)>);

impl Probe {
    pub(crate) fn set(&self, change: impl FnOnce(&mut Seen)) {
        change(&mut self.0.0.lock().unwrap());
        self.0.1.notify_all();
    }

    pub(crate) fn get<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        read(&self.0.0.lock().unwrap())
    }

    pub(crate) fn ticks(&self) -> Vec<u64> {
        self.get(|seen| seen.batches.concat())
    }
}

impl Driver for Probe {
    fn handle_changes(&mut self, batch: &Batch) -> Result<(), DriverFailure> {
        let mut seen = self.0.1.wait_while(self.0.0.lock().unwrap(), |seen| seen.held).unwrap();
        if let Some(failure) = seen.failures.pop_front() {
            return Err(failure);
        }
        if let Some(failure) = &seen.failure {
            return Err(failure.clone());
        }
        seen.batches
            .push(batch.records.iter().map(|record| record.tick).collect());
        Ok(())
    }

    fn shutdown(&mut self, _: bool) -> Result<(), DriverFailure> {
        self.set(|seen| seen.shut_down = true);
        Ok(())
    }
}

/// Nobody interrupts.
pub(crate) const NEVER: &dyn Fn() -> bool = &|| false;

pub(crate) fn eventually(is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "it never came to be");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}
