//! What is counted of one driver.

use crate::batch::Gap;
use crate::failure::FailureClass;
use crate::histogram::{Distribution, Histogram};
use crate::log::Mark;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What is counted of one driver. It is added to once per batch, never per record.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    handled: Histogram,
    sizes: Histogram,
    records: AtomicU64,
    high_water: AtomicU64,
    high_water_bytes: AtomicU64,
    commands: Histogram,
    commands_refused: AtomicU64,
    retries: AtomicU64,
    failures: [AtomicU64; 3],
    letters: AtomicU64,
    superseded: AtomicU64,
    gaps: AtomicU64,
    missing: AtomicU64,
    restarts: AtomicU64,
}

/// What was counted of one driver up to a moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Measured {
    /// How long it was at each batch, in nanoseconds.
    pub handled: Distribution,
    /// How many records there were in each batch.
    pub sizes: Distribution,
    /// How many records it took.
    pub records: u64,
    /// The most records it was ever seen behind.
    pub high_water: u64,
    /// The most bytes it was ever seen behind.
    pub high_water_bytes: u64,
    /// How long it was at each command, in nanoseconds.
    pub commands: Distribution,
    /// How many of them it refused or failed at.
    pub commands_refused: u64,
    /// How often a batch was tried again.
    pub retries: u64,
    /// How often it failed: transient, permanent, fatal.
    pub failures: [u64; 3],
    /// How many dead letters were put aside.
    pub letters: u64,
    /// How many changes a later one superseded before it took them.
    pub superseded: u64,
    /// How often something was missing.
    pub gaps: u64,
    /// How many ticks and events were missing, as far as that is known.
    pub missing: u64,
    /// How often it was restarted.
    pub restarts: u64,
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

impl Meter {
    pub(crate) fn handled(&self, time: Duration, records: usize) {
        self.handled.add(nanos(time));
        self.sizes.add(records as u64);
    }

    pub(crate) fn took(&self, records: u64) {
        add(&self.records, records);
    }

    pub(crate) fn lagged(&self, lag: Mark) {
        self.high_water.fetch_max(lag.sequence, Ordering::Relaxed);
        self.high_water_bytes.fetch_max(lag.weight, Ordering::Relaxed);
    }

    pub(crate) fn commanded(&self, time: Duration, refused: bool) {
        self.commands.add(nanos(time));
        add(&self.commands_refused, u64::from(refused));
    }

    pub(crate) fn retried(&self) {
        add(&self.retries, 1);
    }

    pub(crate) fn failed(&self, class: FailureClass) {
        add(&self.failures[class as usize], 1);
    }

    pub(crate) fn put_aside(&self) {
        add(&self.letters, 1);
    }

    pub(crate) fn superseded(&self, changes: u64) {
        add(&self.superseded, changes);
    }

    pub(crate) fn missed(&self, gap: &Gap) {
        add(&self.gaps, 1);
        add(&self.missing, gap.missing.unwrap_or(0));
    }

    pub(crate) fn restarted(&self) {
        add(&self.restarts, 1);
    }

    pub(crate) fn read(&self) -> Measured {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Measured {
            handled: self.handled.read(),
            sizes: self.sizes.read(),
            records: read(&self.records),
            high_water: read(&self.high_water),
            high_water_bytes: read(&self.high_water_bytes),
            commands: self.commands.read(),
            commands_refused: read(&self.commands_refused),
            retries: read(&self.retries),
            failures: [
                read(&self.failures[0]),
                read(&self.failures[1]),
                read(&self.failures[2]),
            ],
            letters: read(&self.letters),
            superseded: read(&self.superseded),
            gaps: read(&self.gaps),
            missing: read(&self.missing),
            restarts: read(&self.restarts),
        }
    }
}
