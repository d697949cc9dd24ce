//! How writers waited for drivers that were too far behind.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted of those who came to a shut gate.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    count: AtomicU64,
    nanos: AtomicU64,
    refused: AtomicU64,
}

/// What was counted of them up to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Waited {
    /// How often a writer waited.
    pub count: u64,
    /// For how long, all together.
    pub time: Duration,
    /// How often a writer was refused, after waiting or at once.
    pub refused: u64,
}

impl Waits {
    pub(crate) fn waited(&self, time: Duration) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.nanos.fetch_add(nanos, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn read(&self) -> Waited {
        Waited {
            count: self.count.load(Ordering::Relaxed),
            time: Duration::from_nanos(self.nanos.load(Ordering::Relaxed)),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}
